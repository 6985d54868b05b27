"""What is wrong with a sheet: of a cell, a row or the whole, in words that somebody at a spreadsheet can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.errors import BridgeError

MOST_SHOWN = 20  # problems in one text
MAX_PROBLEMS = 10_000
TOO_MANY = "there are too many problems; the rest of the sheet is not read"


class SheetError(BridgeError):
    """A sheet that cannot be read at all, or not be written."""

    code = "bad_sheet"


@dataclass(frozen=True)
class Problem:
    """Something about a sheet. An error keeps its row from being spoken, a note does not."""

    row: int  # as the spreadsheet counts, from 1; 0: the sheet as a whole
    column: str  # its heading in the sheet; empty: the row as a whole
    text: str
    is_error: bool = True

    def __str__(self) -> str:
        row = f"row {self.row}" if self.row else ""
        column = f"column {self.column!r}" if self.column else ""
        where = ", ".join(filter(None, (row, column)))
        return f"{where}: {self.text}" if where else self.text


def told(problems: Iterable[Problem]) -> str:
    """The problems as lines of text, the first ones of many."""
    listed = list(problems)
    lines = [f"{'error' if problem.is_error else 'note'}: {problem}" for problem in listed[:MOST_SHOWN]]
    if len(listed) > MOST_SHOWN:
        lines.append(f"... and {len(listed) - MOST_SHOWN} more")
    return "\n".join(lines)
