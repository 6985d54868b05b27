"""From logits to the next token, for every voice."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

MOST = 256  # of the likeliest ids are looked at: far cheaper than sorting thousands


@dataclass(frozen=True)
class Sampling:
    """How the next code is drawn. The defaults are upstream's for the official GPT."""

    temperature: float = 0.8  # 0: the likeliest, and neither top_k nor top_p applies
    top_k: int | None = 30  # None: as many as the nucleus has
    top_p: float = 0.8
    repetition_penalty: float = 10.0
    n_beams: int = 3

    def scores(self, logits: Tensor, said: Tensor | None = None) -> Tensor:
        """Logits (B, n) and which ids were said already (B, n) bool -> scores (B, n), -inf for what is out.

        With beams these are log-probabilities, which a search may add up, and two ids at least are left in a row, so
        that a beam always has another way on when it stops.
        """
        scores = logits.float()
        if self.n_beams > 1:
            scores = scores.log_softmax(-1)
        if said is not None:
            scores = penalise(scores, said, self.repetition_penalty)
        if self.temperature == 0:
            return scores
        scores, at_least = scores / self.temperature, 2 if self.n_beams > 1 else 1
        if self.top_k is not None:
            scores = keep_likeliest(scores, max(self.top_k, at_least))
        return keep_nucleus(scores, self.top_p, at_least)

    def draw(self, scores: Tensor, n: int, generator: torch.Generator) -> Tensor:
        """As draw(); at temperature 0 the best n."""
        return draw(scores, n, generator if self.temperature else None)


def penalise(scores: Tensor, said: Tensor, penalty: float) -> Tensor:
    """Ids that were said already become less likely (Keskar et al. 2019): their scores are multiplied where negative.

    On log-probabilities, as with beams, a penalty of 10 makes p a p^10.
    """
    return torch.where(said, torch.where(scores < 0, scores * penalty, scores / penalty), scores)


def keep_likeliest(scores: Tensor, k: int) -> Tensor:
    """All but the k highest scores of a row become -inf (Fan et al. 2018); equals of the last one stay."""
    lowest = scores.topk(min(k, scores.shape[-1])).values[..., -1:]
    return scores.masked_fill(scores < lowest, -torch.inf)


def keep_nucleus(scores: Tensor, top_p: float, at_least: int) -> Tensor:
    """All but the likeliest ids that together have `top_p`, MOST of them, become -inf (Holtzman et al. 2020)."""
    likely, ids = scores.softmax(-1).topk(min(MOST, scores.shape[-1]))
    out = likely.cumsum(-1) - likely >= top_p
    out[..., :at_least] = False
    kept = scores.gather(-1, ids).masked_fill(out, -torch.inf)
    return torch.full_like(scores, -torch.inf).scatter(-1, ids, kept)


def draw(scores: Tensor, n: int, generator: torch.Generator | None) -> Tensor:
    """Scores (B, m) -> n different ids a row (B, n), best first, drawn from softmax(scores) without putting back.

    Without a generator the best n. What is drawn are the n highest of scores + Gumbel noise (Kool et al. 2019), which
    no probability underflows. Only the MOST highest scores have a chance.
    """
    if generator is None:
        return scores.topk(n).indices
    likely, ids = scores.topk(min(max(MOST, n), scores.shape[-1]))
    noise = -torch.empty_like(likely).exponential_(generator=generator).log()
    places = (likely + noise).topk(n).indices.sort(-1).values
    return ids.gather(-1, places)
