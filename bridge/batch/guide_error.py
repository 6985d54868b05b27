"""How near a take comes to the phrases of its guide, measured in its sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.batch.guide import find_phrases
from engine.types import Audio, Phrase


@dataclass(frozen=True)
class PhraseErrors:
    """Milliseconds that each phrase of the take begins and ends later than its guide's; negative: earlier."""

    start_ms: tuple[int, ...]
    end_ms: tuple[int, ...]
    mean_ms: float  # of all edges, without their signs
    worst_ms: int


def phrase_errors(wanted: Sequence[Phrase], audio: Audio, rate: int) -> PhraseErrors:
    """For each edge of each phrase, how far the nearest edge lies that is heard in the take (T,).

    The take may pause where the guide does not, and may not where it does: the error of that edge is then large.
    """
    heard = find_phrases(audio, rate)
    starts = _errors([phrase.start_s for phrase in wanted], [phrase.start_s for phrase in heard])
    ends = _errors([phrase.end_s for phrase in wanted], [phrase.end_s for phrase in heard])
    edges = [abs(error) for error in (*starts, *ends)]
    return PhraseErrors(starts, ends, round(sum(edges) / max(1, len(edges)), 1), max(edges, default=0))


def _errors(wanted: Sequence[float], heard: Sequence[float]) -> tuple[int, ...]:
    return tuple(round(1000 * min((h - w for h in heard), key=abs, default=w)) for w in wanted)
