"""Beam search over semantic tokens: which beams live, where they came from, and the best line that has ended."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

UNLIKELY = -1e9  # score of all beams but one before they differ


@dataclass(frozen=True)
class Hypothesis:
    """The first `n_codes` codes of the beam that was row `row` then."""

    score: float
    n_codes: int
    row: int


class Beams:
    """`width` beams, one row of the batch each; they grow a code a step.

    A hypothesis is scored by its summed log-probability, whatever its length (upstream's length penalty of 0). Sums
    only fall, so once an ended line is as good as the best beam, no line to come can be better.
    """

    def __init__(self, width: int, *, stop_code: int, device: torch.device) -> None:
        self.width, self.stop_code = width, stop_code
        self.scores = torch.full((width,), UNLIKELY, device=device)
        self.scores[0] = 0.0
        self._codes: list[list[int]] = []  # of each step, by row
        self._parents: list[list[int]] = []  # the row, one step before, that the row continues
        self._ended: Hypothesis | None = None

    def advance(self, scores: Tensor, parents: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        """2 * width ways on, best first, each (2 * width,) -> the rows that live on and their new codes, (width,) each.

        A way that stops counts only among the first `width`.
        """
        alive: list[tuple[float, int, int]] = []
        for rank, (score, parent, code) in enumerate(
            zip(scores.tolist(), parents.tolist(), codes.tolist(), strict=True)
        ):
            if code != self.stop_code:
                alive.append((score, parent, code))
            elif rank < self.width and (self._ended is None or score > self._ended.score):
                self._ended = Hypothesis(score, len(self._codes), parent)
        kept_scores, kept_parents, kept_codes = zip(*alive[: self.width], strict=True)
        self._parents.append(list(kept_parents))
        self._codes.append(list(kept_codes))
        device = self.scores.device
        self.scores = torch.tensor(kept_scores, device=device)
        return torch.tensor(kept_parents, device=device), torch.tensor(kept_codes, device=device)

    @property
    def n_shared(self) -> int:
        """How many codes at the start all beams have in common."""
        return self._in_common(None).n_codes

    def sure(self) -> Hypothesis:
        """The codes at the start that the best line has, whatever comes: all beams have them, and the ended line."""
        return self._in_common(self._ended)

    def _in_common(self, ended: Hypothesis | None) -> Hypothesis:
        rows, n = set(range(self.width)), len(self._codes)
        while n and (len(rows) > 1 or (ended is not None and n > ended.n_codes)):
            n -= 1
            rows = {self._parents[n][row] for row in rows}
            if ended is not None and n == ended.n_codes:
                rows.add(ended.row)
        return Hypothesis(math.nan, n, min(rows))  # nobody asks for its score

    @property
    def done(self) -> bool:
        """No beam can become better than the line that has ended."""
        return self._ended is not None and self._ended.score >= self.scores.max().item()

    def best(self) -> tuple[Hypothesis, bool]:
        """The best line so far, and whether it has ended."""
        row = int(self.scores.argmax())
        running = Hypothesis(self.scores[row].item(), len(self._codes), row)
        if self._ended is None or running.score > self._ended.score:
            return running, False
        return self._ended, True

    def trace(self, hypothesis: Hypothesis, first: int = 0) -> list[tuple[int, int]]:
        """A hypothesis from step `first` on: for each step, the row it was before the step and the code it took."""
        path, row = [], hypothesis.row
        for step in reversed(range(first, hypothesis.n_codes)):
            parent = self._parents[step][row]
            path.append((parent, self._codes[step][row]))
            row = parent
        return path[::-1]
