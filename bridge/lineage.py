"""Where a take comes from: the take it is a change of, and which settings were changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from bridge.cue import Cue
from bridge.timeline import Length, Position, write_length, write_position

_NOT_COMPARED = ("id", "takes", "drop")  # say nothing of how a take sounds


@dataclass(frozen=True)
class Change:
    """One setting of a take that is not as its parent has it; both as people write them."""

    setting: str
    before: str
    after: str


@dataclass(frozen=True)
class Ancestor:
    """A take, and how the one that was made from it differs."""

    take_id: str
    changes: tuple[Change, ...]


def changes_between(before: Cue, after: Cue) -> tuple[Change, ...]:
    """The settings of two takes that differ, in the order in which a Cue has them."""
    return tuple(
        Change(each.name, _text(old), _text(new))
        for each in fields(Cue)
        if each.name not in _NOT_COMPARED and (old := getattr(before, each.name)) != (new := getattr(after, each.name))
    )


def ancestors(take_id: str, parent_of: Callable[[str], str], cue_of: Callable[[str], Cue]) -> tuple[Ancestor, ...]:
    """From the take's parent back to the one that was made from none. `parent_of`: empty where there is none any more.

    The seeds are settings too: `cue_of` gives each take's cue with the seed that it was made with.
    """
    chain: list[Ancestor] = []
    child = take_id
    while parent := parent_of(child):
        chain.append(Ancestor(parent, changes_between(cue_of(parent), cue_of(child))))
        child = parent
    return tuple(chain)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case Length():
            return write_length(value)
        case Position():
            return write_position(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
