"""Emotion held to its measure: how far pitch, its range, level and pace are moved beyond what the networks do alone.

The networks learnt the corpus's emotions from a few hours and bring most of each movement, not all of it. What they
leave out was measured on their own speech (engine/training/calibrate.py) and stands in the voice's config.json.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.types import EMOTIONS


@dataclass(frozen=True)
class Manner:
    """How a line is moved. All zero: as the networks say it. Movements add up, so factors are logarithms."""

    octaves: float = 0.0  # added to the pitch
    spread: float = 0.0  # natural log of the factor on the pitch's distance from the speaker's base
    level_db: float = 0.0
    pace: float = 0.0  # natural log of the factor on the speaking rate

    def __add__(self, other: Manner) -> Manner:
        return Manner(
            self.octaves + other.octaves,
            self.spread + other.spread,
            self.level_db + other.level_db,
            self.pace + other.pace,
        )

    def scaled(self, weight: float) -> Manner:
        """The same at `weight` of its strength."""
        return Manner(self.octaves * weight, self.spread * weight, self.level_db * weight, self.pace * weight)


Manners = Mapping[str, Manner]  # of the emotions at weight 1; one that is not named is left as it is
AS_IT_IS: Manners = {}


def manner_of(manners: Manners, weights: Sequence[float]) -> Manner:
    """What eight weights, in the order of EMOTIONS, ask for together."""
    total = Manner()
    for name, weight in zip(EMOTIONS, weights, strict=True):
        total += manners.get(name, Manner()).scaled(weight)
    return total
