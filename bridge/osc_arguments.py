"""The arguments of a command: positional ones from the left, then key-value pairs.

Numbers come in any numeric type or as text. Every error names the argument, what was given, the rule and what would
be right.
"""

from __future__ import annotations

import contextlib
import difflib
import itertools
import math
from collections.abc import Iterable

import numpy as np

from bridge.errors import BadArgumentError
from bridge.osc_packet import Arg, Message

MAX_TEXT = 10_000  # characters of any text argument
MAX_NAME = 100  # characters of an id or a name: replies repeat them and stay below one datagram

MAX_PORT = 65_535
MAX_OFFSET = 2**31 - 1  # of a page in a list

COMMON_KEYS = ("request", "reply_port")  # of every command

_TYPE_NAMES = {"b": "a blob", "T": "true", "F": "false", "N": "nil", "[": "an array"}
_YES_NO = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


class Arguments:
    """Takes the arguments of one message in order. Every method raises BadArgumentError."""

    def __init__(self, message: Message, usage: str) -> None:
        """`usage`: how the command is written, for the errors."""
        self.request_id = ""  # both known once the pairs are read
        self.reply_port: int | None = None
        self._left = list(message.args)
        self._usage = usage

    @property
    def n_left(self) -> int:
        return len(self._left)

    def next(self, name: str) -> Arg:
        if not self._left:
            raise BadArgumentError(f"{name} is missing; write {self._usage}")
        return self._left.pop(0)

    def text(self, name: str) -> str:
        return as_text(self.next(name), name)

    def name(self, name: str) -> str:
        return as_name(self.next(name), name)

    def rest(self) -> tuple[Arg, ...]:
        """All that is left, as it is."""
        rest, self._left = tuple(self._left), []
        return rest

    def whole(self, name: str, low: int, high: int) -> int:
        return as_whole(self.next(name), name, low, high)

    def offset(self) -> int:
        """Where a page of a list begins; 0 where nothing is said. Pairs are even in number, so an odd one is it."""
        return self.whole("offset", 0, MAX_OFFSET) if self.n_left % 2 else 0

    def pairs(self, keys: Iterable[str] = ()) -> dict[str, Arg]:
        """All that is left, as pairs of `keys` and the common keys."""
        known = (*keys, *COMMON_KEYS)
        found: dict[str, Arg] = {}
        while self._left:
            first = self._left.pop(0)
            if first.type != "s":
                raise BadArgumentError(f"{_shown(first)} stands where a key is due; write {self._usage}")
            key = str(first.value).strip().lower()
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean {near[0]}? The keys are" if near else "the keys are"
                raise BadArgumentError(f"no key {_cut(key)!r}; {hint}: {', '.join(known)}")
            if key in found:
                raise BadArgumentError(f"{key} is given twice; give each key once")
            if not self._left:
                raise BadArgumentError(f"{key} has no value; keys and values come in pairs")
            found[key] = self._left.pop(0)
        if "request" in found:
            self.request_id = as_name(found["request"], "request")
        if "reply_port" in found:
            self.reply_port = as_whole(found["reply_port"], "reply_port", 1, MAX_PORT)
        return found


def as_text(arg: Arg, name: str) -> str:
    """Text, or a number as it would be written."""
    if arg.type == "s":
        text = str(arg.value)
    elif arg.type in "ihfd":
        text = number_text(arg, name)
    else:
        raise BadArgumentError(f"{name} is {_shown(arg)}; send it as text")
    if len(text) > MAX_TEXT:
        raise BadArgumentError(f"{name} has {len(text)} characters; {MAX_TEXT} is the most")
    return text


def as_name(arg: Arg, name: str) -> str:
    """An id or a name: 1 to MAX_NAME printable characters, blanks around it taken off."""
    text = as_text(arg, name).strip()
    if not text:
        raise BadArgumentError(f"{name} is empty; give 1 to {MAX_NAME} characters")
    if len(text) > MAX_NAME:
        raise BadArgumentError(f"{name} has {len(text)} characters; {MAX_NAME} is the most")
    if not text.isprintable():
        raise BadArgumentError(f"{name} {_cut(text)!r} holds a line break or another control character; leave it out")
    return text


def as_number(arg: Arg, name: str, low: float, high: float) -> float:
    wanted = f"give a number from {low:g} to {high:g}"
    if arg.type == "s":
        try:
            value = float(str(arg.value))
        except ValueError:
            raise BadArgumentError(f"{name} is {_cut(str(arg.value))!r}, which is no number; {wanted}") from None
    elif isinstance(arg.value, int | float):  # T and F too: some senders know no other 1 and 0
        value = float(arg.value)
    else:
        raise BadArgumentError(f"{name} is {_shown(arg)}; {wanted}")
    if not low <= value <= high:  # NaN is not inside either
        raise BadArgumentError(f"{name} is {value:g}; {wanted}")
    return value


def as_whole(arg: Arg, name: str, low: int, high: int) -> int:
    value = arg.value
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError:  # 3.0 as text is whole as well
            with contextlib.suppress(ValueError):
                value = float(value)
    # A whole float is turned into an int exactly, and NaN and the infinities are not whole.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or not low <= value <= high:
        shown = (
            f"{value:g}" if isinstance(value, float) else _cut(str(value)) if isinstance(value, int) else _shown(arg)
        )
        raise BadArgumentError(f"{name} is {shown}; give a whole number from {low} to {high}")
    return int(value)


def as_yes_no(arg: Arg, name: str) -> bool:
    word = number_text(arg, name) if arg.type in "ihfd" else str(arg.value).strip().lower()
    if arg.type in "bN[" or word not in _YES_NO:
        raise BadArgumentError(f"{name} is {_shown(arg)}; give yes or no")
    return _YES_NO[word]


def number_text(arg: Arg, name: str) -> str:
    """A number as people write it: the shortest decimal that has the same value in the type it was sent in.

    So 2.4 sent as float32, which is 2.4000000953674316, is 2.4 again.
    """
    if isinstance(arg.value, int) and not isinstance(arg.value, bool):
        return str(arg.value)
    if not isinstance(arg.value, float):
        raise BadArgumentError(f"{name} is {_shown(arg)}; send a number")
    if not math.isfinite(arg.value):
        raise BadArgumentError(f"{name} is {arg.value}; send a number that is not NaN or infinite")
    value = np.float32(arg.value) if arg.type == "f" else np.float64(arg.value)
    return np.format_float_positional(value, trim="-")


def common_of(message: Message) -> tuple[str, int | None]:
    """Request id and reply port of a message that could not be read, for its error reply; as far as they are good."""
    request_id, port = "", None
    for key, value in itertools.pairwise(message.args):
        with contextlib.suppress(BadArgumentError):
            if key == Arg("s", "request"):
                request_id = as_name(value, "request")
            elif key == Arg("s", "reply_port"):
                port = as_whole(value, "reply_port", 1, MAX_PORT)
    return request_id, port


def _shown(arg: Arg) -> str:
    return _TYPE_NAMES.get(arg.type) or _cut(repr(arg.value))


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
