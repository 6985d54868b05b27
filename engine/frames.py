"""Convolutions over frames as matrix products, for inference on a CPU: the same results, but for rounding.

A frame's channels lie side by side in memory from stage to stage, so that nothing is turned over between a convolution
and the linear layers around it. The library's own convolutions bring their weights into another order at each call,
which for pieces of a second takes as long as the products.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def depthwise(conv: nn.Conv1d, x: Tensor) -> Tensor:
    """What the depthwise `conv`, which keeps the number of frames, makes of x. (B, T, dim) -> (B, T, dim)."""
    if torch.is_grad_enabled() or not x.is_cpu:
        return conv(x.transpose(1, 2)).transpose(1, 2)
    n, edge, step = x.shape[1], int(conv.padding[0]), conv.dilation[0]
    taps = conv.weight[:, 0].t().contiguous()  # (kernel, dim)
    padded = F.pad(x, (0, 0, edge, edge))
    y = padded[:, :n] * taps[0]
    if conv.bias is not None:
        y += conv.bias
    for i, tap in enumerate(taps[1:], start=1):
        y.addcmul_(padded[:, i * step : i * step + n], tap)
    return y


class FrameConv(nn.Module):
    """What a dense Conv1d gives that keeps the number of frames. (B, in, T) -> (B, out, T)."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        """weight (out, in, kernel), kernel odd."""
        super().__init__()
        self.kernel = weight.shape[2]
        self.weight = weight.detach().transpose(1, 2).flatten(1).contiguous()  # (out, kernel in)
        self.bias = bias

    def forward(self, x: Tensor) -> Tensor:
        frames = x.transpose(1, 2)
        if self.kernel > 1:
            edge = self.kernel // 2
            B, T, n_in = frames.shape
            padded = F.pad(frames, (0, 0, edge, edge)).contiguous()
            # Neighbouring frames lie behind one another already; their windows overlap.
            frames = padded.as_strided((B, T, self.kernel * n_in), (padded.stride(0), n_in, 1))
        return F.linear(frames.contiguous(), self.weight, self.bias).transpose(1, 2)


class FrameSpread(nn.Module):
    """What a ConvTranspose1d gives whose kernel is twice its stride and its padding half of it.

    (B, in, N) -> (B, out, stride N).
    """

    def __init__(self, conv: nn.ConvTranspose1d) -> None:
        super().__init__()
        self.stride = conv.stride[0]
        self.weight = conv.weight.detach().permute(2, 1, 0).flatten(0, 1).contiguous()  # (kernel out, in)
        self.bias = conv.bias

    def forward(self, x: Tensor) -> Tensor:
        N = x.shape[2]
        made = F.linear(x.transpose(1, 2).contiguous(), self.weight).unflatten(2, (2, self.stride, -1))
        summed = F.pad(made[:, :, 0], (0, 0, 0, 0, 0, 1))  # (B, N + 1, stride, out)
        summed[:, 1:] += made[:, :, 1]
        first = self.stride // 2
        frames = summed.flatten(1, 2)[:, first : first + N * self.stride]
        if self.bias is not None:
            frames = frames + self.bias
        return frames.transpose(1, 2)


def settle(model: nn.Module) -> None:
    """Replace every convolution inside `model` that can be. For inference only: its weights change no more."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.Conv1d) and _keeps_frames(child):
                setattr(module, name, FrameConv(child.weight, child.bias))
            elif isinstance(child, nn.ConvTranspose1d) and _doubles(child):
                setattr(module, name, FrameSpread(child))


def _keeps_frames(conv: nn.Conv1d) -> bool:
    return (conv.groups, conv.stride, conv.dilation) == (1, (1,), (1,)) and conv.padding == (conv.kernel_size[0] // 2,)


def _doubles(conv: nn.ConvTranspose1d) -> bool:
    stride = conv.stride[0]
    return conv.groups == 1 and conv.kernel_size[0] == 2 * stride and conv.padding[0] == stride // 2 and stride % 2 == 0
