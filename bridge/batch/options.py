"""How a batch is to be made: everything that is the same for all its lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bridge.batch.arguments import BATCH_LUFS, DEFAULT_NAME
from bridge.clip_name import FIELDS, NUMBERS, is_template
from bridge.cue import Finish
from bridge.errors import BadArgumentError

NAME_FIELDS = tuple(field for field in FIELDS if field not in ("take", "take_number"))
OWN_NAMES = ({"line"}, {"line_number"})  # what tells a line from all others


@dataclass(frozen=True)
class BatchOptions:
    """Raises BadArgumentError for what cannot be made."""

    out: Path
    rate: int = 48_000
    depth: int = 24
    project: str = "Cuevox"
    name: str = DEFAULT_NAME  # template of a clip's path, without .wav
    finish: Finish = Finish(loudness_lufs=BATCH_LUFS)  # noqa: RUF009 - frozen
    takes: int = 1  # of a line that does not say it itself
    keep_takes: bool = False  # the takes that were not the best stay, in the folder `alternates`
    likeness: bool = True  # whether likeness to the timbre counts when there are several takes
    subtitles: bool = True  # an SRT beside each clip
    visemes: bool = True  # a JSON of phonemes and visemes beside each clip
    guides: Path | None = None  # folder of scratch takes
    guide_emotion: bool = False  # a line with a guide takes on its emotion, too

    def __post_init__(self) -> None:
        if not is_template(self.name, NAME_FIELDS, OWN_NAMES):
            fields = ", ".join(f"{{{field}}}" for field in NAME_FIELDS)
            raise BadArgumentError(
                f"name {self.name[:80]!r} is no template for clips; write folders and a name of the fields {fields}, "
                f"with {{line}} or {{line_number}} in the name, such as {DEFAULT_NAME}; numbers may have leading "
                f"zeros, such as {{{NUMBERS[0]}:04}}"
            )
