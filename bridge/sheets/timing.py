"""Places and lengths as people write them into sheets: seconds, h:m:s:f, samples, bars, and what Excel made of them."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from fractions import Fraction

from bridge.errors import BadArgumentError
from bridge.sheets.cells import Cell, seconds_of, text_of
from bridge.tempo import USUAL, TempoMap
from bridge.timeline import FrameRate, Length, Position, parse_length, parse_position

_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,9})?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,9}))?", re.ASCII)
_TIMECODE = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})[:;.,](\d{1,3})", re.ASCII)
_BARS = re.compile(r"\d{1,6}[.|]\d{1,3}(?:[.|]\d{1,6})?", re.ASCII)
_WITH_UNIT = re.compile(r"(?:fit|smp|sec|tc|bar|frames):.*", re.ASCII | re.IGNORECASE | re.DOTALL)
_SUFFIXED = re.compile(r"(\d{1,12}(?:[.,]\d{1,9})?)\s*(ms|s|sec|secs|seconds|smp|samples|f|fr|frames)", re.ASCII)
_SUFFIX = {"sec": "s", "secs": "s", "seconds": "s", "samples": "smp", "f": "frames", "fr": "frames"}


@dataclass(frozen=True)
class TimeFormat:
    """What the numbers of a sheet count, where they do not say so themselves."""

    rate: int = 48_000  # samples a second of the project
    frames_at: FrameRate | None = None  # of timecode
    tempo: TempoMap = USUAL


def read_position(cell: Cell, unit: str, form: TimeFormat) -> Position:
    """A place. `unit`: of a plain number, see columns.Column. Raises BridgeError with the rule that was broken."""
    text = _text(cell)
    if _WITH_UNIT.fullmatch(text):
        if text[:3].lower() == "tc:" and "@" not in text:
            text = f"{text}@{_frames_at(text, form)}"
        return parse_position(text, rate=form.rate, tempo=form.tempo)
    if unit == "bar" and _BARS.fullmatch(text):
        return parse_position(f"bar:{text.replace('|', '.')}", rate=form.rate, tempo=form.tempo)
    return parse_position(f"smp:{_samples(text, unit, form)}", rate=form.rate)


def read_length(cell: Cell, unit: str, form: TimeFormat) -> Length:
    """A length; exact where it is written in seconds, else in samples of the project. Raises BridgeError."""
    text = _text(cell)
    if _WITH_UNIT.fullmatch(text) and text[:4].lower() not in ("sec:", "smp:") and text[:3].lower() != "tc:":
        return parse_length(text)
    if text[:4].lower() == "smp:" and "@" in text:
        return parse_length(text)
    if text[:4].lower() == "sec:":
        return parse_length(text[4:])
    if text[:3].lower() in ("tc:", "smp"):
        return Length(read_position(text, unit, form).sample, form.rate)
    if unit in ("", "s") and _NUMBER.fullmatch(text):
        return parse_length(text.replace(",", "."))
    length = Length(_samples(text, unit, form), form.rate)
    if not length.count:
        raise BadArgumentError(f"length {text[:80]!r} is nothing; give a length above 0, or leave the cell empty")
    return length


def _text(cell: Cell) -> str:
    """Times that Excel took for times of day become h:mm:ss again."""
    if isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime):
        raise BadArgumentError(
            f"{cell.isoformat()} is a date: Excel made it of what was typed; format the column as text"
        )
    if isinstance(cell, datetime.datetime):
        try:
            seconds_of(cell)
        except ValueError as error:
            raise BadArgumentError(
                f"{text_of(cell)} is a date: Excel made it of what was typed; format the column as text"
            ) from error
    return text_of(cell)


def _samples(text: str, unit: str, form: TimeFormat) -> int:
    """Of a place or a length without a unit of its own, in samples of the project."""
    if found := _SUFFIXED.fullmatch(text.lower()):
        return _counted(found[1], _SUFFIX.get(found[2], found[2]), text, form)
    if _NUMBER.fullmatch(text):
        return _counted(text, unit, text, form)
    is_code = _TIMECODE.fullmatch(text)
    # 00:01:12.500 is a time with decimals, 00:01:12:12 counts frames; 00:01:12.12 is a time unless the column says so.
    if is_code and (text[-len(is_code[4]) - 1] in ":;" or (unit == "tc" and len(is_code[4]) < 3)):
        hours, minutes, seconds, frame = is_code.groups()
        mark = ";" if ";" in text else ":"
        code = f"{int(hours):02}:{int(minutes):02}:{int(seconds):02}{mark}{int(frame):02}"
        return parse_position(f"tc:{code}@{_frames_at(text, form)}", rate=form.rate).sample
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds, decimals = found.groups()
        if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
            raise BadArgumentError(f"{text[:80]!r} is out of range; minutes and seconds end at 59")
        whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
        return _nearest((whole + Fraction(f"0.{decimals or 0}")) * form.rate)
    raise BadArgumentError(
        f"{text[:80]!r} is no place or length; write seconds (2.4), a time (0:01:12.5), timecode (01:00:00:00), "
        "smp:115200, or bar:3.3.0 for a place"
    )


def _counted(number: str, unit: str, text: str, form: TimeFormat) -> int:
    value = Fraction(number.replace(",", "."))
    match unit:
        case "" | "s":
            return _nearest(value * form.rate)
        case "ms":
            return _nearest(value / 1000 * form.rate)
        case "smp" if value.denominator == 1:
            return int(value)
        case "frames" if value.denominator == 1:
            return _nearest(value / _frames_at(text, form).per_second * form.rate)
        case "smp" | "frames":
            raise BadArgumentError(f"{text[:80]!r} is no whole number of {'samples' if unit == 'smp' else 'frames'}")
        case "bar":
            raise BadArgumentError(f"{text[:80]!r} is no place in bars; write BAR.BEAT.TICK, such as 3.3.0")
    raise BadArgumentError(f"{text[:80]!r} is no timecode; write it as 01:00:00:00")


def _frames_at(text: str, form: TimeFormat) -> FrameRate:
    if form.frames_at is None:
        raise BadArgumentError(
            f"{text[:80]!r} counts frames, and the sheet does not say how many a second has; give a column fps, "
            "or the frame rate when the sheet is opened (--fps 25)"
        )
    if ";" in text and not form.frames_at.drop_frame:
        dropped = FrameRate(form.frames_at.per_second, True)
        if form.frames_at.per_second.denominator != 1 and form.frames_at.base % 30 == 0:
            return dropped
    return form.frames_at


def _nearest(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
