"""Whether a clip is fit to learn a voice from: how long, how clean, cut off, one person or several."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from bridge.speech_span import find_speech
from engine.types import Audio, SynthesizerLike

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTHS_S = (3.0, 15.0)  # of speech; the voice hears no more than the last
FRAME_S = 0.02
NOISE_PERCENTILE, SPEECH_PERCENTILE = 5, 90  # of the levels of frames
NOISY_DB = 20.0  # from the noise to the speech: with less, the noise is learnt along
FULL_SCALE, CUT_OFF_RUN = 1 - 2**-11, 3  # so many samples in a row at the clip's own ceiling were cut off there
MOST_CUT_OFF = 10
WINDOW_S, STEP_S = 1.5, 0.75  # in which it is heard who speaks
# Mean cosine distance of the windows' speaker embeddings, and the models that it was measured for, which have one
# speaker encoder (docs/panel.md).
SEVERAL_VOICES, MEASURED_FOR = 0.205, ("cuevox-mini-1", "cuevox-mini-2", "cuevox-mini-3")


@dataclass(frozen=True)
class ClipReport:
    """What was found in a clip, and what speaks against it, in words for people."""

    speech_s: float
    noise_db: float  # of the speech above the noise
    n_cut_off: int  # samples
    problems: tuple[str, ...]


def check_clip(audio: Audio, rate: int) -> ClipReport:
    """Audio (T,) at `rate` -> all that can be told without a voice model."""
    speech = find_speech(audio, rate)
    if speech is None:
        return ClipReport(0.0, 0.0, 0, ("nothing is heard in it; take another clip or another part",))
    speech_s = (speech.end - speech.start) / rate
    noise_db, n_cut_off = _above_noise(audio, rate), _cut_off(audio)
    problems = []
    if speech_s < LENGTHS_S[0]:
        problems.append(f"{speech_s:.1f} s are little to learn from; 5 to 10 s are best")
    if speech_s > LENGTHS_S[1]:
        problems.append(f"of {speech_s:.0f} s only the first {LENGTHS_S[1]:.0f} are heard; trim it to the best part")
    if noise_db < NOISY_DB:
        problems.append(f"noise: only {noise_db:.0f} dB below the speech; take a cleaner recording")
    if n_cut_off > MOST_CUT_OFF:
        problems.append(f"clipped: {n_cut_off} samples are cut off; take a recording with a lower level")
    return ClipReport(speech_s, noise_db, n_cut_off, tuple(problems))


def voices_apart(synthesizer: SynthesizerLike, audio: Audio, rate: int) -> float | None:
    """How far apart the speakers of the clip's windows are, as the voice's own encoder hears them.

    None where it is not known what the distance means: for a short clip, and for models that were not measured.
    """
    from engine.errors import BadPromptError

    if synthesizer.model_id not in MEASURED_FOR:
        return None
    window, step = round(WINDOW_S * rate), round(STEP_S * rate)
    heard = []
    for start in range(0, len(audio) - window + 1, step):
        try:
            heard.append(synthesizer.speaker_embedding(audio[start : start + window], rate))
        except BadPromptError:  # a pause
            continue
    if len(heard) < 3:
        return None
    directions = np.stack(heard)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return float(1 - (directions @ directions.T).mean())


def several_voices(distance: float | None) -> str:
    """What speaks against the clip; empty: nothing."""
    if distance is None or distance <= SEVERAL_VOICES:
        return ""
    return "more than one person seems to speak; trim it to one of them"


def read_part(file: Path, start_s: float = 0.0, end_s: float | None = None) -> tuple[Audio, int]:
    """A part of a clip, mono. Raises BadPromptError."""
    from engine.audio import read_clip  # torch comes with it and takes seconds

    audio, rate = read_clip(file)
    return audio[round(start_s * rate) : None if end_s is None else round(end_s * rate)], rate


def cut_clip(file: Path, start_s: float, end_s: float, target: Path) -> None:
    """Write a part of a clip as FLAC. Raises BadPromptError, OSError."""
    audio, rate = read_part(file, start_s, end_s)
    target.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(target, audio, rate, format="FLAC", subtype="PCM_24")


def _above_noise(audio: Audio, rate: int) -> float:
    size = max(1, round(FRAME_S * rate))
    n = len(audio) // size
    power = np.square(audio[: n * size].astype(np.float64)).reshape(n, size).mean(axis=1)
    noise, speech = np.percentile(10 * np.log10(power + 1e-10), [NOISE_PERCENTILE, SPEECH_PERCENTILE])
    return float(speech - noise)


def _cut_off(audio: Audio) -> int:
    """Samples in runs at the ceiling: at full scale, or at the level that the clip never goes beyond."""
    level = np.abs(audio)
    at_ceiling = level >= max(float(level.max(initial=0.0)) * FULL_SCALE, 1e-4)
    edges: NDArray[np.int64] = np.flatnonzero(np.diff(np.concatenate([[False], at_ceiling, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= CUT_OFF_RUN].sum())
