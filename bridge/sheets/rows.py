"""One row of cells -> one line, with every problem of the row, not only the first."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from bridge.cue import Cue, Length
from bridge.cue_check import LENGTHS_S, MAX_ID_LENGTH, MAX_SEED, MAX_TAKES, MAX_TEXT_LENGTH, SPEEDS
from bridge.errors import BridgeError
from bridge.files import safe_name
from bridge.sheets.cells import Cell, is_blank, text_of
from bridge.sheets.columns import Column
from bridge.sheets.line import ReadOptions, SheetLine
from bridge.sheets.problem import Problem
from bridge.sheets.timing import TimeFormat, read_length, read_position
from bridge.timeline import parse_frame_rate

TRUE = ("yes", "y", "true", "1", "x", "locked", "on")
FALSE = ("no", "n", "false", "0", "", "off", "unlocked")
EXCEL_ERRORS = ("#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
TOLERANCE_S = 0.05  # by which a length may differ from that between two places, about a frame

_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,10}", re.ASCII)
_PATH = re.compile(r"<[^<>]*>")  # object types in Wwise's paths

Value = TypeVar("Value")


class RowReader:
    """Reads row after row; knows the ids that were given before."""

    def __init__(self, columns: Sequence[Column], options: ReadOptions) -> None:
        self._columns = columns
        self._of = {column.field: column for column in columns if column.field}
        self._options = options
        self._cast = {name.strip().casefold(): timbre for name, timbre in options.cast.items()}
        self._row_of: dict[str, int] = {}  # id -> row
        self.problems: list[Problem] = []
        self._row, self._cells, self._is_bad = 0, (), False  # type: tuple[int, Sequence[Cell], bool]

    def read(self, row: int, cells: Sequence[Cell]) -> SheetLine | None:
        """None: nothing is to be spoken of it, or not until its errors are mended."""
        if all(map(is_blank, cells)):
            return None
        self._row, self._cells, self._is_bad = row, cells, False
        text = self._text("text", MAX_TEXT_LENGTH)
        if not any(character.isalnum() for character in text):
            what = f"{text[:40]!r} has no words to speak" if text else "there are no words to speak"
            self._note("text", f"{what}; the row is left out")
            return None
        character = self._text("character", MAX_ID_LENGTH)
        cue = Cue(
            id=self._id(character, text),
            text=text,
            timbre=self._text("timbre") or self._cast.get(character.casefold(), self._options.timbre),
            emotion=self._emotion(),
            weight=self._number("weight", 1.0, 0.0, 1.0, percent=True),
            speed=self._number("speed", 1.0, *SPEEDS),
            seed=self._whole("seed", 0, MAX_SEED),
            takes=self._whole("takes", 1, MAX_TAKES) or 1,
            character=character,
        )
        cue = self._timed(cue)
        line = SheetLine(
            row,
            cue,
            file=self._text("file"),
            guide=self._text("guide"),
            direction=self._text("direction"),
            notes=self._text("notes"),
            locked=self._flag("locked"),
            extra=tuple(
                (column.heading, content)
                for column in self._columns
                if not column.field and column.heading and (content := text_of(self._cell(column)))
            ),
        )
        return None if self._is_bad else line

    # ---- what goes wrong --------------------------------------------------------------------------------------------

    def _error(self, field: str, text: str) -> None:
        self._is_bad = True
        self._problem(field, text, True)

    def _note(self, field: str, text: str) -> None:
        self._problem(field, text, False)

    def _problem(self, field: str, text: str, is_error: bool) -> None:
        column = self._of.get(field)
        self.problems.append(Problem(self._row, column.heading if column else "", text, is_error))

    # ---- cells ------------------------------------------------------------------------------------------------------

    def _cell(self, column: Column | None) -> Cell:
        return self._cells[column.index] if column is not None and column.index < len(self._cells) else ""

    def _given(self, field: str) -> Cell | None:
        """The cell of a field, None where it is empty or no better than that."""
        cell = self._cell(self._of.get(field))
        if is_blank(cell):
            return None
        if isinstance(cell, str) and cell.strip() in EXCEL_ERRORS:
            self._error(field, f"{cell.strip()} is an error of the spreadsheet's; mend its formula")
            return None
        return cell

    def _text(self, field: str, limit: int = 1000) -> str:
        cell = self._given(field)
        if cell is None:
            return ""
        text = text_of(cell)
        if len(text) > limit:
            self._error(field, f"{len(text)} characters are too many; {limit} are the most")
        elif any("\ud800" <= character <= "\udfff" for character in text):
            self._error(field, "it holds half a character (a lone surrogate); write it anew")
        return text

    def _number(self, field: str, default: float, least: float, most: float, *, percent: bool = False) -> float:
        cell = self._given(field)
        if cell is None:
            return default
        text = text_of(cell)
        value, scale = (text[:-1].strip(), 100) if percent and text.endswith("%") else (text, 1)
        if not _NUMBER.fullmatch(value):
            self._error(field, f"{text[:40]!r} is no number; write one from {least:g} to {most:g}")
            return default
        number = float(value.replace(",", ".")) / scale
        if not least <= number <= most:
            self._error(field, f"{text[:40]} is out of range; it has to be {least:g} to {most:g}")
            return default
        return number

    def _whole(self, field: str, least: int, most: int) -> int | None:
        cell = self._given(field)
        if cell is None:
            return None
        text = text_of(cell)
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            self._error(field, f"{text[:40]!r} has to be a whole number from {least} to {most}")
            return None
        return int(text)

    def _flag(self, field: str) -> bool:
        text = self._text(field).casefold()
        if text not in TRUE + FALSE:
            self._error(field, f"{text[:40]!r} is neither yes nor no")
        return text in TRUE

    def _id(self, character: str, text: str) -> str:
        cell = self._given("id")
        if cell is None:
            return self._made_id(character, text)
        if isinstance(cell, datetime.date | datetime.time | datetime.timedelta):
            self._error(
                "id", f"{text_of(cell)} is a date or a time: Excel made it of what was typed; format the column as "
                "text, then type the id again",
            )  # fmt: skip
            return ""
        name = _PATH.sub("", text_of(cell).replace("/", "\\").rpartition("\\")[2]).strip()
        if not name or len(name) > MAX_ID_LENGTH or not name.isprintable():
            self._error("id", f"{name[:MAX_ID_LENGTH]!r} is no name for a line; give 1 to {MAX_ID_LENGTH} characters")
        elif name in self._row_of:
            self._error("id", f"{name!r} is the id of row {self._row_of[name]} already; give each line its own")
        self._row_of.setdefault(name, self._row)
        return name

    def _made_id(self, character: str, text: str) -> str:
        """Of who says what, so that a line keeps its id when rows come and go around it."""
        digest = hashlib.sha256(f"{character}\n{text}".encode(errors="replace")).hexdigest()[:8]
        stem = f"{safe_name(character, fallback='line')[:40].lower()}_{digest}"
        name, n = stem, 2
        while name in self._row_of:
            name, n = f"{stem}_{n}", n + 1
        self._row_of[name] = self._row
        return name

    def _emotion(self) -> str:
        if emotion := self._text("emotion"):
            return emotion
        direction = self._text("direction") if self._options.direction_as_emotion else ""
        return f"text:{direction}" if direction else "neutral"

    # ---- time -------------------------------------------------------------------------------------------------------

    def _timed(self, cue: Cue) -> Cue:
        form = self._form()
        at = self._read("at", lambda cell, unit: read_position(cell, unit, form))
        end = self._read("end", lambda cell, unit: read_position(cell, unit, form))
        length = self._read("length", lambda cell, unit: read_length(cell, unit, form))
        if at is not None and end is not None:
            between = end.sample * at.rate - at.sample * end.rate, at.rate * end.rate
            if between[0] <= 0:
                self._error("end", "the line ends where it begins, or before; mend one of the two")
            elif length is None:
                length = Length(end.sample - at.sample, at.rate) if at.rate == end.rate else Length(*between)
            elif abs(length.seconds - between[0] / between[1]) > TOLERANCE_S:
                self._note(
                    "length", f"{length.seconds:.3f} s is not what lies between start and end "
                    f"({between[0] / between[1]:.3f} s); the length counts",
                )  # fmt: skip
        if length is not None and not LENGTHS_S[0] <= length.seconds <= LENGTHS_S[1]:
            field = "length" if self._given("length") is not None else "end"
            self._error(
                field, f"a length of {length.seconds:g} s is out of range; it has to be {LENGTHS_S[0]:g} to "
                f"{LENGTHS_S[1]} s",
            )  # fmt: skip
            length = None
        if length is not None and cue.speed != 1:
            self._error("speed", "a length and a speed are both given; give the one or the other")
        return replace(cue, at=at, length=length)

    def _form(self) -> TimeFormat:
        cell = self._given("fps")
        if cell is None:
            return self._options.time
        try:
            return replace(self._options.time, frames_at=parse_frame_rate(text_of(cell).lower().removesuffix("fps")))
        except BridgeError as error:
            self._error("fps", str(error))
            return self._options.time

    def _read(self, field: str, read: Callable[[Cell, str], Value]) -> Value | None:
        cell = self._given(field)
        if cell is None:
            return None
        try:
            return read(cell, self._of[field].unit)
        except BridgeError as error:
            self._error(field, str(error))
            return None
