"""Guide takes: a scratch recording of a line tells how long it lasts and where it pauses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.cue import Length
from bridge.errors import BridgeError
from bridge.sheets import SheetLine
from engine.types import Audio, Phrase

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff")
FRAME_S = 0.01
SPEECH_DB = 32.0  # below the loudest frame a frame is no speech
SMOOTH_S = 0.03  # over which level is averaged, so that a stop's closure is no pause
PAUSE_S = 0.16  # what is shorter is a sound that is held back, as before a p
SOUND_S = 0.05  # what is shorter is a click, not a phrase


class GuideError(BridgeError):
    """A scratch take that tells nothing."""

    code = "bad_guide"


@dataclass(frozen=True)
class Guide:
    """What is taken over of a scratch take. Its silence at both ends is not."""

    path: Path
    length: Length
    phrases: tuple[Phrase, ...]  # from the start of its first sound

    def phrases_over(self, seconds: float) -> tuple[Phrase, ...]:
        """The phrases of a line that lasts `seconds` in all."""
        scale = seconds / self.length.seconds
        return tuple(Phrase(phrase.start_s * scale, phrase.end_s * scale) for phrase in self.phrases)


class GuideFolder:
    """The scratch takes of a batch, found by their names."""

    def __init__(self, folder: Path) -> None:
        """Raises GuideError."""
        if not folder.is_dir():
            raise GuideError(f"{folder} is no folder; name the one with the guide takes")
        self._folder = folder
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
        self._names = {path.stem.lower(): path for path in reversed(found)}
        self._names |= {path.name.lower(): path for path in reversed(found)}

    def find(self, line: SheetLine) -> Path | None:
        """The one that the row names, else the one named as the line or its clip; None: there is none.

        Raises GuideError when the row names one that is not there.
        """
        wanted = _base(line.guide)
        if wanted:
            found = self._names.get(wanted) or self._names.get(Path(wanted).stem)
            if found is None:
                raise GuideError(
                    f"the guide take {line.guide[:80]!r} is not in {self._folder}; put it there or empty the cell"
                )
            return found
        stem = Path(_base(line.file)).stem
        return self._names.get(line.cue.id.lower()) or (self._names.get(stem) if stem else None)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].strip().lower()


def read_guide(path: Path) -> Guide:
    """Raises GuideError, BadPromptError."""
    from engine.audio import read_clip

    audio, rate = read_clip(path)
    phrases = find_phrases(audio, rate)
    if not phrases:
        raise GuideError(f"the guide take {path} is silent; record it again or take it out of the folder")
    first, end = phrases[0].start_s, phrases[-1].end_s
    moved = tuple(Phrase(phrase.start_s - first, phrase.end_s - first) for phrase in phrases)
    return Guide(path, Length(round((end - first) * 1000), 1000), moved)


def find_phrases(audio: Audio, rate: int) -> tuple[Phrase, ...]:
    """What is spoken between pauses, told from the level alone; times from the start of the clip."""
    hop = max(1, round(FRAME_S * rate))
    level_db = _levels(audio, hop)
    if not len(level_db) or level_db.max() < -60:
        return ()
    is_loud = level_db > level_db.max() - SPEECH_DB
    runs = _runs(is_loud)
    joined: list[tuple[int, int]] = []
    for first, end in runs:
        if joined and (first - joined[-1][1]) * FRAME_S < PAUSE_S:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((first, end))
    kept = [run for run in joined if (run[1] - run[0]) * FRAME_S >= SOUND_S]
    seconds = hop / rate
    return tuple(Phrase(first * seconds, min(end * seconds, len(audio) / rate)) for first, end in kept)


def _levels(audio: Audio, hop: int) -> NDArray[np.float64]:
    """dBFS of each frame, averaged over SMOOTH_S."""
    n = -(-len(audio) // hop)
    power = np.square(np.pad(audio.astype(np.float64), (0, n * hop - len(audio)))).reshape(n, hop).mean(axis=1)
    width = max(1, round(SMOOTH_S / FRAME_S))
    smooth = np.convolve(power, np.ones(width) / width, "same") if n >= width else power
    return 10 * np.log10(np.maximum(smooth, 1e-12))


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """[first, end) of each run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]
