"""The pairs of a line -> a Cue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from bridge.cue import Cue, Finish
from bridge.errors import BadArgumentError, EmptyTextError, SecondsOutOfRangeError
from bridge.osc_arguments import (
    as_name,
    as_number,
    as_text,
    as_whole,
    as_yes_no,
)
from bridge.osc_packet import Arg
from bridge.settings import MAX_EDGE_MS, Settings
from bridge.timeline import Length, Position, parse_length, parse_position, position_of_seconds, write_position

FINISH_KEYS = ("loudness", "peak", "trim", "fades", "handles")
LINE_KEYS = (
    "timbre",
    "emotion",
    "weight",
    "seconds",
    "speed",
    "at",
    "seed",
    "takes",
    "character",
    "drop",
    *FINISH_KEYS,
)
MAX_SEED = 2**31 - 1
MAX_TAKES = 16
_NONE = ("off", "none")
_NOTHING = re.compile(r"-[\d.]+|0+\.?0*|\.0+", re.ASCII)  # numbers that are no length


@dataclass(frozen=True)
class Notice:
    """Something the client should know about what it sent, though it was taken: becomes a `warning` reply."""

    code: str
    text: str


@dataclass(frozen=True)
class AskedLine:
    """A line as a client asked for it. Timbre and character are empty where none was named; the daemon knows."""

    cue: Cue
    notices: tuple[Notice, ...] = field(default=())


def parse_line(line: str, text: str, pairs: Mapping[str, Arg], settings: Settings) -> AskedLine:
    """`settings`: what holds where the client says nothing, and the rate and tempo of positions. Raises BridgeError."""
    if not text.strip():
        raise EmptyTextError("text is empty; give the words to be spoken")
    if "seconds" in pairs and "speed" in pairs:
        raise BadArgumentError("seconds and speed are both given; give the one or the other")
    at, notices = parse_at(pairs["at"], settings) if "at" in pairs else (None, ())
    cue = Cue(
        id=line,
        text=text,
        timbre=as_name(pairs["timbre"], "timbre") if "timbre" in pairs else "",
        emotion=as_text(pairs["emotion"], "emotion") if "emotion" in pairs else "neutral",
        weight=as_number(pairs["weight"], "weight", 0, 1) if "weight" in pairs else 1.0,
        length=parse_seconds(pairs["seconds"]) if "seconds" in pairs else None,
        speed=as_number(pairs["speed"], "speed", 0.5, 2) if "speed" in pairs else 1.0,
        at=at,
        seed=as_whole(pairs["seed"], "seed", 0, MAX_SEED) if "seed" in pairs else None,
        takes=as_whole(pairs["takes"], "takes", 1, MAX_TAKES) if "takes" in pairs else 1,
        character=as_name(pairs["character"], "character") if "character" in pairs else "",
        drop=as_yes_no(pairs["drop"], "drop") if "drop" in pairs else settings.drop,
        finish=parse_finish(pairs, settings.finish),
    )
    return AskedLine(cue, notices)


def parse_seconds(arg: Arg) -> Length:
    """A length in seconds, or one of the forms with a unit."""
    text = as_text(arg, "seconds")
    if _NOTHING.fullmatch(text.strip()):
        raise SecondsOutOfRangeError(f"seconds is {text.strip()[:60]}; give a length above 0")
    with _naming("seconds"):
        return parse_length(text)


def parse_finish(pairs: Mapping[str, Arg], usual: Finish) -> Finish | None:
    """`usual` with what the pairs say otherwise; None where they say nothing."""
    if not any(key in pairs for key in FINISH_KEYS):
        return None
    finish = usual
    if "loudness" in pairs:
        finish = replace(finish, loudness_lufs=_number_or_off(pairs["loudness"], "loudness", -60, -5))
    if "peak" in pairs:
        finish = replace(finish, peak_dbtp=_number_or_off(pairs["peak"], "peak", -30, 0))
    if "trim" in pairs:
        finish = replace(finish, trim=as_yes_no(pairs["trim"], "trim"))
    if "fades" in pairs:
        finish = replace(finish, fades_ms=_edges(pairs["fades"], "fades"))
    if "handles" in pairs:
        finish = replace(finish, handles_ms=_edges(pairs["handles"], "handles"))
    return finish


def _number_or_off(arg: Arg, name: str, low: float, high: float) -> float | None:
    return None if arg.type == "s" and as_text(arg, name).strip().lower() in _NONE else as_number(arg, name, low, high)


def _edges(arg: Arg, name: str) -> tuple[int, int]:
    """Seconds for both ends of a clip, or `0.5,1` for one and the other. -> milliseconds"""
    text = as_text(arg, name)
    parts = text.split(",")
    try:
        ms = [int((Decimal(part.strip()) * 1000).to_integral_value()) for part in parts]
    except (InvalidOperation, ValueError, OverflowError):
        ms = [-1]
    if not 1 <= len(ms) <= 2 or not all(0 <= each <= MAX_EDGE_MS for each in ms):
        raise BadArgumentError(
            f"{name} is {text[:60]!r}; give seconds for both ends, such as 0.5, or one after the other, such as 0.5,1; "
            f"each 0 to {MAX_EDGE_MS // 1000}"
        )
    return ms[0], ms[-1]


def parse_at(arg: Arg, settings: Settings) -> tuple[Position, tuple[Notice, ...]]:
    """A position: text with its unit, samples as i or h, seconds as d; as f with a notice of what it was taken for."""
    rate = settings.rate
    text = as_text(arg, "at")
    with _naming("at"):
        if arg.type == "s":
            return parse_position(text, rate=rate, tempo=settings.tempo), ()
        if arg.type in "ih":
            return parse_position(f"smp:{text}", rate=rate), ()
        if arg.type == "d":
            return parse_position(f"sec:{text}", rate=rate), ()
        # A float32 is taken for the value it has, not for the decimal that may have been meant.
        assert isinstance(arg.value, float)
        position = position_of_seconds(arg.value, rate=rate)
    notice = Notice(
        "position_is_float",
        f"at came as a 32-bit float and was taken for {write_position(position)}; a float is whole samples off after "
        f"minutes. Send text, such as sec:{text} or smp:{position.sample}",
    )
    return position, (notice,)


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Errors of what is read inside say of which argument they are."""
    try:
        yield
    except BadArgumentError as error:
        raise type(error)(f"{name}: {error}") from error
