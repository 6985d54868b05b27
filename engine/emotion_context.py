"""The emotion of a line from its own words and from what the same character said just before it.

A line such as "I know." says nothing by itself; people hear it in the mood of the lines before. The mood fades from
line to line, and gives way to whatever the line itself says. This is a rule of ours; the paper has none for context.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.types import EMOTIONS, Emotion

FADING = 0.6  # of the mood, from a line to the next
GIVES_WAY = 0.25  # share of the mood that is left where the line's own words are clear


def in_context(own: Emotion, before: Sequence[Emotion]) -> Emotion:
    """The line's own emotion and those of the lines before it, the latest last -> weights that sum to at most one.

    Without lines before it, or after neutral ones, it is the line's own.
    """
    if not before:
        return own
    mood = (0.0,) * len(EMOTIONS)
    for said in before:
        clear = sum(said.weights)
        mood = tuple(weight + FADING * left * _left(clear) for weight, left in zip(said.weights, mood, strict=True))
    fades = FADING * _left(sum(own.weights))
    weights = tuple(weight + fades * left for weight, left in zip(own.weights, mood, strict=True))
    total = max(sum(weights), 1.0)
    return Emotion(tuple(round(weight / total, 3) for weight in weights), own.prompt)


def _left(clear: float) -> float:
    """Share of an older mood beside words of so much emotion (0: none at all)."""
    return 1 - (1 - GIVES_WAY) * min(clear, 1.0)
