"""WaveNet's gated stack without causality (van den Oord et al. 2016, as in WaveGlow): the end of the official DiT."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class WaveNet(nn.Module):
    """x (B, dim, T), manner (B, dim) -> (B, dim, T). Frames where `valid` (B, 1, T) is 0 count as silence to others."""

    def __init__(self, dim: int, n_layer: int, kernel: int) -> None:
        super().__init__()
        self.n_layer = n_layer
        self.edge = kernel // 2
        self.manner = nn.Conv1d(dim, n_layer * 2 * dim, 1)
        self.gates = nn.ModuleList([nn.Conv1d(dim, 2 * dim, kernel) for _ in range(n_layer)])
        # What a layer says to the next layer and to the output; the last one has no next.
        self.says = nn.ModuleList([nn.Conv1d(dim, (2 if i < n_layer - 1 else 1) * dim, 1) for i in range(n_layer)])

    @property
    def reach(self) -> int:
        """Frames to each side that a frame depends on."""
        return self.n_layer * self.edge

    def forward(self, x: Tensor, manner: Tensor, valid: Tensor | None = None) -> Tensor:
        dim = x.shape[1]
        biases = self.manner(manner[:, :, None]).chunk(self.n_layer, 1)
        out = torch.zeros_like(x)
        for gates, says, bias in zip(self.gates, self.says, biases, strict=True):
            heard, gate = (gates(self._mirrored(x)) + bias).chunk(2, 1)
            said = says(torch.tanh(heard) * torch.sigmoid(gate))
            out = out + said[:, -dim:]
            if said.shape[1] > dim:
                x = x + said[:, :dim]
                x = x if valid is None else x * valid
        return out if valid is None else out * valid

    def _mirrored(self, x: Tensor) -> Tensor:
        if x.shape[-1] <= self.edge:  # nothing to mirror: zeros make it long enough, as upstream does
            short = self.edge - x.shape[-1] + 1
            return F.pad(F.pad(x, (0, short)), (self.edge, self.edge), mode="reflect")[..., :-short]
        # By hand, since a frame's channels lie side by side in memory and F.pad would turn all over.
        frames = x.transpose(1, 2)
        before, after = frames[:, 1 : self.edge + 1].flip(1), frames[:, -self.edge - 1 : -1].flip(1)
        return torch.cat([before, frames, after], 1).transpose(1, 2)
