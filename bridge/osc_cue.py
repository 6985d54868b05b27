"""The pairs of a line -> a Cue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from bridge.cue import Cue
from bridge.errors import BadArgumentError, EmptyTextError, SecondsOutOfRangeError
from bridge.osc_arguments import (
    as_name,
    as_number,
    as_text,
    as_whole,
    as_yes_no,
)
from bridge.osc_packet import Arg
from bridge.settings import Settings
from bridge.timeline import Length, Position, parse_length, parse_position, position_of_seconds, write_position

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
)
MAX_SEED = 2**31 - 1
MAX_TAKES = 16


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
    )
    return AskedLine(cue, notices)


def parse_seconds(arg: Arg) -> Length:
    """A length in seconds, or one of the forms with a unit."""
    text = as_text(arg, "seconds")
    if arg.type != "s" and (text.startswith("-") or not text.strip("0.")):
        raise SecondsOutOfRangeError(f"seconds is {text}; give a length above 0")
    with _naming("seconds"):
        return parse_length(text)


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
