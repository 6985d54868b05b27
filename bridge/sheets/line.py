"""A line of a sheet, and a sheet as a whole: frozen values, which the panel may show and change by `replace`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bridge.cue import Cue, Length
from bridge.sheets.columns import Column
from bridge.sheets.problem import Problem
from bridge.sheets.timing import TimeFormat


@dataclass(frozen=True)
class ReadOptions:
    """What a sheet may not say of itself."""

    time: TimeFormat = field(default_factory=TimeFormat)
    columns: Mapping[str, str] = field(default_factory=dict)  # field -> heading, before the names that are known
    cast: Mapping[str, str] = field(default_factory=dict)  # character -> timbre, where the row names none
    timbre: str = ""  # where neither does; empty: the first preset
    worksheet: str = ""  # of a workbook; empty: the first
    encoding: str = ""  # of a text file; empty: found out
    delimiter: str = ""  # the same
    direction_as_emotion: bool = False  # a row without an emotion is spoken as its direction says


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row that can be spoken."""

    row: int  # in the sheet, from 1
    cue: Cue
    slot: Length | None = None  # the line may be shorter than that, but not longer; never beside cue.length
    file: str = ""  # the name its clip is to have, without a folder
    guide: str = ""  # file name of its scratch take
    direction: str = ""  # how it is to be acted, in words
    notes: str = ""
    locked: bool = False  # its clip stays as it is
    extra: tuple[tuple[str, str], ...] = ()  # heading and text of every cell without a meaning here


@dataclass(frozen=True)
class Sheet:
    """All rows that can be spoken, and everything that is wrong with the others."""

    path: Path
    lines: tuple[SheetLine, ...]
    problems: tuple[Problem, ...] = ()  # in the order of the rows
    columns: tuple[Column, ...] = ()
    kind: str = "csv"  # csv, tsv, xlsx, srt or vtt
    encoding: str = ""  # of a text file
    delimiter: str = ""
    worksheet: str = ""  # of a workbook

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_error)
