"""From logits to a token."""

from __future__ import annotations

import torch
from torch import Tensor


def sample(logits: Tensor, *, temperature: float, top_p: float, generator: torch.Generator) -> Tensor:
    """Logits (B, n) -> ids (B,): nucleus sampling (Holtzman et al. 2020); the likeliest id where temperature is 0."""
    if temperature == 0:
        return logits.argmax(-1)
    probabilities, ids = torch.softmax(logits.float() / temperature, -1).sort(-1, descending=True)
    before = probabilities.cumsum(-1) - probabilities
    probabilities = probabilities.masked_fill(before >= top_p, 0.0)
    return ids.gather(-1, torch.multinomial(probabilities, 1, generator=generator))[:, 0]
