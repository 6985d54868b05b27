"""From logits to a token."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


def sample(logits: Tensor, *, temperature: float, top_p: float, top_k: int = 256, generator: torch.Generator) -> Tensor:
    """Logits (B, n) -> ids (B,): nucleus sampling (Holtzman et al. 2020) among the top_k; argmax at temperature 0.

    The nucleus is that of all ids: what lies beyond the top_k counts towards it, and is cut off.
    """
    if temperature == 0:
        return logits.argmax(-1)
    all_of_them = torch.softmax(logits.float() / temperature, -1)
    probabilities, ids = all_of_them.topk(min(top_k, logits.shape[-1]), -1)  # far cheaper than sorting thousands
    before = probabilities.cumsum(-1) - probabilities
    probabilities = probabilities.masked_fill(before >= top_p, 0.0)
    return ids.gather(-1, torch.multinomial(probabilities, 1, generator=generator))[:, 0]


@dataclass(frozen=True)
class Sampling:
    """How the official GPT's next code is drawn. The defaults are upstream's."""

    temperature: float = 0.8  # 0: the likeliest, and neither top_k nor top_p applies
    top_k: int = 30
    top_p: float = 0.8
    repetition_penalty: float = 10.0
    n_beams: int = 3

    def scores(self, logits: Tensor, said: Tensor) -> Tensor:
        """Logits (B, n) and which ids were said already (B, n) bool -> scores (B, n), -inf for what is out.

        With beams these are log-probabilities, which a search may add up, and two ids at least are left in a row, so
        that a beam always has another way on when it stops.
        """
        scores = logits.float()
        if self.n_beams > 1:
            scores = scores.log_softmax(-1)
        scores = penalise(scores, said, self.repetition_penalty)
        if self.temperature == 0:
            return scores
        at_least = 2 if self.n_beams > 1 else 1
        scores = keep_likeliest(scores / self.temperature, max(self.top_k, at_least))
        return keep_nucleus(scores, self.top_p, at_least)


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
    """All but the likeliest ids that together have `top_p` become -inf (Holtzman et al. 2020)."""
    ordered, ids = scores.sort(-1, descending=False)
    out = ordered.softmax(-1).cumsum(-1) <= 1 - top_p
    out[..., -at_least:] = False
    return scores.masked_fill(out.scatter(-1, ids, out), -torch.inf)


def draw(scores: Tensor, n: int, generator: torch.Generator | None) -> Tensor:
    """Scores (B, m) -> n different ids a row (B, n), best first, drawn from softmax(scores) without putting back.

    Without a generator the best n. What is drawn are the n highest of scores + Gumbel noise (Kool et al. 2019), which
    no probability underflows.
    """
    if generator is None:
        return scores.topk(n).indices
    noise = -torch.empty_like(scores).exponential_(generator=generator).log()
    ids = (scores + noise).topk(n).indices
    return ids.gather(-1, scores.gather(-1, ids).argsort(-1, descending=True))
