"""Ends a rendering between two of its steps, for a caller that no longer wants what is being made.

A block of sound takes tenths of a second to make, and a line's tokens with the official model may take minutes: too
long to wait for when a slider has moved on. The steps look here; who renders says when to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Interrupted(Exception):
    """The rendering was ended by its caller. Nothing is wrong, and nothing of it may be used further."""


_unwanted: ContextVar[Callable[[], bool] | None] = ContextVar("unwanted", default=None)  # of this thread


@contextmanager
def interrupted_when(unwanted: Callable[[], bool]) -> Iterator[None]:
    """While this is open, step() on this thread raises Interrupted as soon as `unwanted` is true."""
    token = _unwanted.set(unwanted)
    try:
        yield
    finally:
        _unwanted.reset(token)


def step() -> None:
    """Called before each step of a loop that takes long. Raises Interrupted."""
    unwanted = _unwanted.get()
    if unwanted is not None and unwanted():
        raise Interrupted
