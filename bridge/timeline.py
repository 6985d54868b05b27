"""Positions on a timeline. (Grown by the bridge; see daw-integration rule 7.)"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Position:
    """A place on the timeline: `sample` samples from its start at `rate` samples a second. Never float seconds."""

    sample: int
    rate: int
