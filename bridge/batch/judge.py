"""Which of several takes is the best, as far as a program can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.batch.job import Spoken
from bridge.cue import Cue, Score
from bridge.take_score import free_scores
from engine.errors import BadTextError
from engine.types import Audio

LIKENESS_PENALTY = 10.0  # for each 1 that the cosine lacks
WORDS_PENALTY = 20.0  # of a take in which no word is understood


class Listener(Protocol):
    """Understands speech."""

    def hear(self, audio: Audio, rate: int) -> str:
        """Audio (T,) -> the words that are heard in it."""


@dataclass(frozen=True)
class Judged:
    """A take and what there is to find fault with."""

    n: int  # of the line's takes, from 1
    seed: int
    spoken: Spoken
    scores: tuple[Score, ...]

    @property
    def penalty(self) -> float:
        return sum(score.penalty for score in self.scores)


def judge(cue: Cue, n: int, seed: int, spoken: Spoken, listener: Listener | None) -> Judged:
    """Of a take that was made."""
    assert spoken.plan is not None and spoken.audio is not None
    scores = list(free_scores(cue, spoken.plan, spoken.audio))
    if spoken.likeness is not None:
        penalty = round(LIKENESS_PENALTY * max(0.0, 1 - spoken.likeness), 3)
        scores.append(Score("likeness", penalty, f"cosine {spoken.likeness:.3f}"))
    if listener is not None:
        heard = listener.hear(spoken.audio, spoken.plan.rate)
        errors = word_error_rate(cue.text, heard)
        scores.append(Score("words", round(WORDS_PENALTY * errors, 3), f"{100 * errors:.0f} % wrong: {heard[:200]}"))
    return Judged(n, seed, spoken, tuple(scores))


def best(takes: Sequence[Judged]) -> Judged:
    """The one with the least penalty; of equals the first."""
    return min(takes, key=lambda take: (take.penalty, take.n))


def word_error_rate(text: str, heard: str) -> float:
    """Words put in, left out and mistaken against the words of the text, 1 at most. Numbers count as they are read."""
    said, got = _words(text), _words(heard)
    row = list(range(len(got) + 1))
    for i, word in enumerate(said, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(got, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return min(1.0, row[-1] / max(1, len(said)))


def _words(text: str) -> list[str]:
    from engine.normalise import normalise

    try:
        plain = normalise(text).lower().replace("'", "")
    except BadTextError:  # nothing that can be read, such as nothing at all
        plain = text.lower()
    return "".join(letter if letter.isalnum() else " " for letter in plain).split()
