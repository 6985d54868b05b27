"""The official model's length regulator: from the rate of semantic tokens to that of mel frames."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class LengthRegulatorConfig:
    """Sizes of the stage."""

    content_dim: int  # of what comes in, at the rate of tokens
    dim: int  # of the condition that goes out
    n_conv: int


def even_spread(n_tokens: int, n_frames: int) -> Tensor:
    """(n_frames,): the token that each frame takes its content from, all equally long."""
    # torch's own rounding, which the weights were trained with: it may fall one token short of i * n_tokens // n_frames
    return F.interpolate(torch.arange(n_tokens, dtype=torch.float32)[None, None], size=n_frames)[0, 0].long()


class LengthRegulator(nn.Module):
    """Content (B, N, content_dim), source (T,) -> condition (B, T, dim), where frame i speaks token source[i].

    Any monotone map may be the source; `even_spread` is upstream's. The norms look over all frames, so the condition
    of a part is not that part of the condition.
    """

    def __init__(self, config: LengthRegulatorConfig) -> None:
        super().__init__()
        dim = config.dim
        self.content = nn.Linear(config.content_dim, dim)
        self.frames = nn.Sequential(
            *[
                nn.Sequential(nn.Conv1d(dim, dim, 3, padding=1), nn.GroupNorm(1, dim), nn.Mish())
                for _ in range(config.n_conv)
            ]
        )
        self.out = nn.Conv1d(dim, dim, 1)

    def forward(self, content: Tensor, source: Tensor) -> Tensor:
        x = self.content(content).index_select(1, source.to(content.device))
        return self.out(self.frames(x.transpose(1, 2))).transpose(1, 2)
