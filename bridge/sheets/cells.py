"""A cell of a sheet as a value and as text: Excel keeps numbers, dates and times where people wrote words."""

from __future__ import annotations

import datetime
import re

Cell = str | float | bool | datetime.date | datetime.time | datetime.timedelta  # a datetime is a date, too
MAX_CELL_CHARACTERS = 32_767  # Excel's own limit

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_GUARDED = re.compile(r"'+[=+\-@\t]")
_DANGEROUS = re.compile(r"'*[=+\-@\t]")
_DAY_S = 86_400


def clean(text: str) -> str:
    """Without control characters and the space around it; a line break is \\n."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).replace("\xa0", " ").strip()


def guarded(text: str) -> str:
    """For CSV: a spreadsheet would take a cell that begins with = + - @ for a formula and run it."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def text_of(cell: Cell) -> str:
    """The cell as a person would have typed it. A whole number has no decimal point."""
    match cell:
        case str():
            return clean(cell)
        case bool():
            return "yes" if cell else "no"
        case float() | int():
            return f"{cell:.0f}" if float(cell).is_integer() and abs(cell) < 1e15 else repr(float(cell))
        case datetime.timedelta() | datetime.time():
            return clock_text(seconds_of(cell))
        case datetime.datetime():
            return cell.isoformat(sep=" ")
        case _:
            return cell.isoformat()


def seconds_of(cell: Cell) -> float:
    """Of a time of day or a span, as Excel makes them of 0:01:12. Exact to a microsecond."""
    match cell:
        case datetime.timedelta():
            return cell.total_seconds()
        case datetime.time():
            return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
        case datetime.datetime() if cell.year in (1899, 1900, 1904):  # the day that Excel counts from
            return (cell - datetime.datetime(1899, 12, 31)).total_seconds() % (100 * _DAY_S)
    raise ValueError(f"{cell!r} is no time")


def clock_text(seconds: float) -> str:
    """h:mm:ss, with decimals where there are any."""
    whole, rest = divmod(round(seconds * 1e6), 1_000_000)
    decimals = f".{rest:06}".rstrip("0") if rest else ""
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}{decimals}"


def is_blank(cell: Cell | None) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
