"""What the embedded voice hears in a prompt: who speaks (timbre) or how it is spoken (emotion)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.blocks import ChannelNorm, convnexts


class PromptEncoder(nn.Module):
    """Features of a prompt (B, n_in, T) -> (B, n_out), whatever its length.

    Attentive statistics pooling (Okabe et al. 2018): weighted mean and deviation over time.
    """

    def __init__(self, n_in: int, n_out: int, dim: int, depth: int) -> None:
        super().__init__()
        self.stages = nn.Sequential(
            nn.Conv1d(n_in, dim, 5, stride=2, padding=2), ChannelNorm(dim), convnexts(dim, depth), ChannelNorm(dim)
        )
        self.attention = nn.Conv1d(dim, dim, 1)
        self.out = nn.Linear(2 * dim, n_out)

    def forward(self, x: Tensor) -> Tensor:
        states = self.stages(x).float()
        weight = torch.softmax(self.attention(states).float(), -1)
        mean = (weight * states).sum(-1)
        spread = ((weight * states.square()).sum(-1) - mean.square()).clamp(min=1e-4).sqrt()
        return self.out(torch.cat([mean, spread], 1))
