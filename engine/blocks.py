"""Building blocks that several stages share."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.frames import depthwise


class ConvNeXt(nn.Module):
    """Depthwise convolution, then a pointwise MLP, on a residual (Liu et al. 2022, in one dimension as in Vocos).

    (B, dim, T) -> (B, dim, T); reaches 3 frames to each side.
    """

    REACH = 3

    def __init__(self, dim: int, hidden: int, scale: float, norm_eps: float = 1e-5) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(dim, dim, 2 * self.REACH + 1, padding=self.REACH, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=norm_eps)
        self.expand = nn.Linear(dim, hidden)
        self.contract = nn.Linear(hidden, dim)
        self.scale = nn.Parameter(torch.full((dim,), scale))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(depthwise(self.depthwise, x.transpose(1, 2)))
        y = self.contract(F.gelu(self.expand(y)))
        return torch.addcmul(x, y.transpose(1, 2), self.scale[:, None])


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of (B, dim, T)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


def convnexts(dim: int, n: int, expansion: int = 3) -> nn.Sequential:
    """`n` blocks, each starting at 1/n of its strength."""
    return nn.Sequential(*[ConvNeXt(dim, expansion * dim, 1 / n) for _ in range(n)])
