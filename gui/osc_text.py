"""OSC messages as people write them: an address, then numbers and words, words with spaces in quotes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

OscValue = str | int | float

_INTEGER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_FLOAT = re.compile(r"[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BARE = re.compile(r"[A-Za-z_/][\w/:.,=+-]*", re.ASCII)
INT32 = range(-(2**31), 2**31)


@dataclass(frozen=True)
class Answer:
    """What the daemon replied to a message."""

    command: str  # the address it answers
    ok: bool
    words: str  # all of it


class UnreadableMessageError(ValueError):
    """A message that cannot be sent as it is written. Its text is for people."""


def read_message(text: str) -> tuple[str, tuple[OscValue, ...]]:
    """`/cuevox/line/play "gate 1" 2.4 3` -> address and arguments. A quoted number is a word.

    Raises UnreadableMessageError.
    """
    try:
        lexer = shlex.shlex(text, posix=False)
        lexer.whitespace_split, lexer.commenters = True, ""
        parts = list(lexer)
    except ValueError as error:
        raise UnreadableMessageError("A quote is opened and not closed; put a second one behind the words.") from error
    if not parts or not parts[0].startswith("/"):
        raise UnreadableMessageError("A message begins with its address, e.g. /cuevox/server/status")
    return parts[0], tuple(map(_value, parts[1:]))


def write_message(address: str, args: Iterable[object]) -> str:
    """The inverse of read_message."""
    return " ".join(filter(None, (address, write_args(args))))


def write_args(args: Iterable[object]) -> str:
    return " ".join(map(_text, args))


def _value(word: str) -> OscValue:
    if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'":
        return word[1:-1]
    if _INTEGER.fullmatch(word):
        if int(word) not in INT32:
            raise UnreadableMessageError(f"{word} is too large for an OSC integer; write it as a word: '{word}'")
        return int(word)
    return float(word) if _FLOAT.fullmatch(word) else word


def _text(value: object) -> str:
    if not isinstance(value, str):
        return str(value)
    if _BARE.fullmatch(value):
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'
