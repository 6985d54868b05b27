"""Sheets of lines, and a folder in which batches over them are made with a voice of tones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from bridge.batch.diff import Change, compare
from bridge.batch.many import TogetherRenderer
from bridge.batch.options import BatchOptions
from bridge.batch.run import Batch, LineResult, Progress
from bridge.batch.state import BatchState, made_in
from bridge.batch.work import Work, WorkPlanner
from bridge.preset_store import PresetStore
from bridge.sheets import ReadOptions, TimeFormat, read_sheet
from tests.fakes import FakeSynthesizer

CHARACTERS = {"Guard": "Brand", "Thief": "Ines", "Queen": "Celeste"}
HEADINGS = "id,character,text,timbre,emotion,seconds\n"


def sheet_of(n_lines: int) -> str:
    sheet = HEADINGS
    for i in range(n_lines):
        character, timbre = list(CHARACTERS.items())[i % 3]
        emotion, seconds = "angry" if i % 2 else "", "1.5" if i % 3 else ""
        sheet += f"line_{i:02},{character},Line number {i} of the gate.,{timbre},{emotion},{seconds}\n"
    return sheet


FORTY, TWELVE = sheet_of(40), sheet_of(12)


class SheetStudio:
    """A folder with a sheet, and batches over it one after the other."""

    def __init__(self, folder: Path) -> None:
        self.sheet, self.out = folder / "lines.csv", folder / "out"
        self.presets = PresetStore(folder / "presets", folder / "inbox")
        self.voice = FakeSynthesizer(n_blocks=2)
        self.options = BatchOptions(self.out, rate=8000)
        self.told: list[Progress] = []

    def works(self, sheet: str, model: str = "fake") -> tuple[Work, ...]:
        self.sheet.write_text(sheet)
        lines = read_sheet(self.sheet, ReadOptions(TimeFormat(8000))).lines
        planner = WorkPlanner(self.presets, self.options, model)
        works = planner.plan(lines)
        assert not planner.problems
        return works

    def changes(self, works: tuple[Work, ...]) -> dict[str, Change]:
        return {change.line_id: change for change in compare(works, made_in(self.out), self.out)}

    def run(
        self, works: tuple[Work, ...], renderer: object = None, tell: Callable[[Progress], None] | None = None
    ) -> tuple[LineResult, ...]:
        """Over what is stale."""
        self.cancelled = threading.Event()
        with BatchState(self.out) as state:
            stale = [each for each in compare(works, state.made(), self.out) if each.kind in ("new", "changed")]
            ids = {change.line_id for change in stale}
            batch = Batch(self.options, renderer or TogetherRenderer(lambda: self.voice), state)  # type: ignore[arg-type]
            return batch.run([w for w in works if w.cue.id in ids], self.cancelled, tell or self.told.append)
