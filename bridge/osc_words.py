"""OSC values as a person reads them, and as a shell takes them, so that they can be copied into the next command."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

LARGE = 100_000  # from here on six digits are not enough: a moment in seconds since 1970


def words_of(values: Iterable[object]) -> str:
    return " ".join(shlex.quote(_word(value)) for value in values)


def _word(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) >= LARGE else f"{value:g}"
    return str(value)
