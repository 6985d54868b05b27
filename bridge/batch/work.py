"""What each line of a sheet needs: its clip's place, its prompts, and the marks by which a stale clip is told."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath

from bridge import clip_name
from bridge.batch.guide import Guide, GuideFolder, read_guide
from bridge.batch.job import SpeakJob
from bridge.batch.options import BatchOptions
from bridge.cue import Cue
from bridge.cue_check import MAX_SEED, CheckedCue, check_cue
from bridge.emotion_source import LINES_OF_CONTEXT, EmotionSource, weights_of
from bridge.errors import BridgeError
from bridge.files import safe_name
from bridge.preset_store import PresetStore, TimbrePreset
from bridge.sheets import Problem, SheetLine
from bridge.timeline import write_position
from engine.errors import EngineError
from engine.pronunciation import Pronunciations

MADE_BY = 1  # goes up when the same line would be made otherwise by a new version of this program
PARTS = {  # of what makes a take -> in the words of a diff
    "text": "text",
    "pronunciation": "pronunciation of its words",
    "timbre": "timbre",
    "emotion": "emotion",
    "weight": "emotion weight",
    "length": "length",
    "speed": "speed",
    "seed": "seed",
    "takes": "number of takes",
    "guide": "guide take",
    "model": "voice model",
    "format": "rate or depth",
    "finish": "loudness, fades, handles or trim",
    "beside": "files beside the clip",
    "stamp": "place or character in the clip's stamp",
    "name": "file name",
    "made_by": "program version",
}


@dataclass(frozen=True)
class Work:
    """A line that can be rendered."""

    line: SheetLine
    cue: Cue  # checked, its defaults filled in
    number: int  # among the lines of the sheet, from 1
    timbre: TimbrePreset
    emotion: EmotionSource
    guide: Guide | None
    pronunciations: Pronunciations  # of words in the text
    clip: PurePosixPath  # below the folder of the batch, with .wav
    takes: int
    seed: int  # of the first take; the others count up from it
    parts: Mapping[str, str]  # what makes the take: see PARTS

    def take_id(self, n: int) -> str:
        """Of its n-th take, from 1."""
        return f"{self.cue.id}_t{n:02}"

    def jobs(self, options: BatchOptions) -> list[SpeakJob]:
        cue, rate = self.cue, options.rate
        n_samples = None if cue.length is None else cue.length.samples(rate)
        most = None if self.line.slot is None else self.line.slot.samples(rate)
        return [
            SpeakJob(
                self.take_id(n),
                cue.text,
                self.timbre.clip,
                self.emotion,
                cue.weight,
                (self.seed + n - 1) % (MAX_SEED + 1),
                rate,
                n_samples,
                most,
                cue.speed,
                self.guide.phrases_over(n_samples / rate) if self.guide and n_samples else (),
                self.pronunciations,
                measure_likeness=options.likeness and self.takes > 1,
            )
            for n in range(1, self.takes + 1)
        ]


class WorkPlanner:
    """Looks everything up that lines name; reads each file once."""

    def __init__(
        self,
        presets: PresetStore,
        options: BatchOptions,
        model: str,
        pronunciations: Pronunciations | None = None,
    ) -> None:
        """model: what the clips would be rendered by, as a mark. pronunciations: the user's own. Raises GuideError."""
        self._presets, self._options, self._model = presets, options, model
        self._pronunciations = pronunciations or Pronunciations()
        self._words = self._pronunciations.pattern()
        self._said: dict[str, tuple[str, ...]] = {}  # character -> its last lines in the sheet
        self._guides = None if options.guides is None else GuideFolder(options.guides)
        self._hashes: dict[Path, str] = {}
        self.problems: list[Problem] = []

    def plan(self, lines: Sequence[SheetLine], left_out: Collection[int] = ()) -> tuple[Work, ...]:
        """The lines that can be rendered; what keeps the others from it is in `problems`.

        left_out: rows that are known to be wrong.
        """
        works: list[Work] = []
        rows: dict[str, int] = {}  # clip, in lower case: on some disks two names that differ only in that are one
        for number, line in enumerate(lines, start=1):
            if line.row in left_out:
                continue
            try:
                work = self._work(line, number)
            except (BridgeError, EngineError) as error:
                self.problems.append(Problem(line.row, "", str(error)))
                continue
            place = str(work.clip).lower()
            if place in rows:
                text = (
                    f"its clip would be {work.clip}, as that of row {rows[place]}; change the id, the file or the name"
                )
                self.problems.append(Problem(line.row, "", text))
                continue
            rows[place] = line.row
            works.append(work)
        return tuple(works)

    def _work(self, line: SheetLine, number: int) -> Work:
        options = self._options
        guide = self._guide(line)
        cue = line.cue
        if guide is not None and cue.length is None and line.slot is None and cue.speed == 1:
            cue = replace(cue, length=guide.length)
        checked = check_cue(cue, self._presets)
        emotion = self._in_context(checked)
        if guide is not None and options.guide_emotion and line.cue.emotion == "neutral":
            emotion = EmotionSource(clip=guide.path)
        seed = line.cue.seed if line.cue.seed is not None else seed_of(line.cue.id)
        takes = line.cue.takes if line.cue.takes > 1 else options.takes
        clip = self._clip(line, checked.cue, number, seed)
        said = self._pronunciations_in(cue.text)
        parts = {
            "text": cue.text,
            "timbre": self._sha256(checked.timbre.clip),
            "emotion": self._emotion_mark(emotion),
            "pronunciation": _text(dict(said.said)),
            "weight": repr(cue.weight),
            "length": self._length_mark(line, cue),
            "speed": repr(cue.speed),
            "seed": str(seed),
            "takes": str(takes),
            "guide": "" if guide is None else self._sha256(guide.path),
            "model": self._model,
            "format": f"{options.rate} {options.depth}",
            "finish": _text(asdict(options.finish)),
            "beside": f"{options.subtitles:d}{options.visemes:d}{options.keep_takes:d}",
            "stamp": _text([cue.at and write_position(cue.at), checked.cue.character, options.project]),
            "name": str(clip),
            "made_by": str(MADE_BY),
        }
        return Work(line, checked.cue, number, checked.timbre, emotion, guide, said, clip, takes, seed, parts)

    def _guide(self, line: SheetLine) -> Guide | None:
        if self._guides is None:
            return None
        path = self._guides.find(line)
        return None if path is None else read_guide(path)

    def _clip(self, line: SheetLine, cue: Cue, number: int, seed: int) -> PurePosixPath:
        values: dict[str, str | int] = {
            "project": self._options.project,
            "character": cue.character,
            "line": cue.id,
            "timbre": cue.timbre,
            "emotion": cue.emotion,
            "seed": str(seed),
            "date": time.strftime("%Y-%m-%d"),
            "line_number": number,
        }
        place = clip_name.fill(self._options.name, values)
        if line.file:
            stem = line.file.replace("\\", "/").rpartition("/")[2]
            place = place.with_name(safe_name(stem[:-4] if stem.lower().endswith(".wav") else stem))
        return place.with_name(f"{place.name}.wav")

    def _length_mark(self, line: SheetLine, cue: Cue) -> str:
        length = cue.length or line.slot
        kind = "" if cue.length else "at most "
        return "" if length is None else f"{kind}{length.samples(self._options.rate)}"

    def _emotion_mark(self, source: EmotionSource) -> str:
        if source.weights is not None:
            return _text(weights_of(source.weights))
        if source.clip is not None:
            return f"clip {self._sha256(source.clip)}"
        return _text(["text", source.sentence, *source.before])

    def _in_context(self, checked: CheckedCue) -> EmotionSource:
        """What the character said before stands above it in the sheet."""
        character, emotion = checked.cue.character.casefold(), checked.emotion
        before = self._said.get(character, ())
        self._said[character] = (*before, checked.cue.text)[-LINES_OF_CONTEXT:]
        return replace(emotion, before=before) if emotion.in_context else emotion

    def _pronunciations_in(self, text: str) -> Pronunciations:
        """Those that a text needs, so that another word's does not make its clip stale."""
        found = self._words.findall(text) if self._words is not None else ()
        return Pronunciations({word.lower(): self._pronunciations.of(word) for word in found})

    def _sha256(self, path: Path) -> str:
        if path not in self._hashes:
            try:
                with path.open("rb") as file:
                    self._hashes[path] = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise BridgeError(f"{path} cannot be read: {error.strerror or error}") from error
        return self._hashes[path]


def seed_of(line_id: str) -> int:
    """For a line that names none: the same one each time, and another for each line."""
    return int.from_bytes(hashlib.sha256(line_id.encode(errors="replace")).digest()[:4], "big") % (MAX_SEED + 1)


def model_mark(folder: Path) -> str:
    """Of a voice's folder, without loading it: its name, and the names, sizes and small contents of its files."""
    digest = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        if path.suffix == ".json":
            digest.update(path.read_bytes())
    return f"{folder.name} {digest.hexdigest()[:16]}"


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What is not the same any more, in words."""
    return tuple(words for part, words in PARTS.items() if before.get(part) != now.get(part))


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
