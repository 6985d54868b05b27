"""Dense convolutions in fewer products than they have taps, for inference on a CPU: the same but for rounding.

Frames are cut into tiles that overlap. One small matrix turns the frames of a tile into sums, each sum meets a matrix
of the layer's channels, and another small matrix makes of the products the frames that come out (fast convolution:
Winograd 1980; Blahut 2010). A kernel of 3 so takes half of its products, one of 11 a fourth, and where there are many
channels the products are all that counts. As in engine/frames.py, a frame's channels lie side by side in memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.frames import FrameConv

POINTS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5)  # where polynomials are evaluated, besides at infinity
# By measurement on AVX2, float32
LONGEST_BY_POINTS = 5  # taps; for more the points would have to be so many that rounding tells
SHORT, LONG = 7, 11  # taps
AT_ONCE = 256  # tiles, for which sums and products stay in reach
FEWEST_CHANNELS, FEWEST_CHANNELS_SHORT = 96, 192  # that make it worth it, from SHORT taps on and below


@dataclass(frozen=True)
class Scheme:
    """A tile of N frames gives M frames in P products."""

    sums: Tensor  # (P, N), of frames
    kernel: Tensor  # (P, taps), of taps
    back: Tensor  # (M, P)


@cache
def by_points(taps: int, n_out: int) -> Scheme:
    """Toom and Cook's: polynomials are multiplied by their values at N - 1 points and at infinity, here transposed."""
    n = n_out + taps - 1
    points = torch.tensor(POINTS[: n - 1], dtype=torch.float64)

    def values(n_coefficients: int) -> Tensor:
        finite = points[:, None] ** torch.arange(n_coefficients)
        return torch.cat([finite, F.one_hot(torch.tensor([n_coefficients - 1]), n_coefficients)])

    sums = torch.linalg.inv(values(n)).t()
    size = sums.abs().sum(1, keepdim=True)  # the kernel takes it, so that all sums are of one size
    return Scheme(sums / size, values(taps) * size, values(n_out).t())


@cache
def by_waves(taps: int, n: int) -> Scheme:
    """Tiles of n frames (even) by their Fourier transform; a complex product is made of three real ones (Gauss)."""
    turn = 2 * math.pi / n * torch.arange(n // 2 + 1, dtype=torch.float64)[:, None]
    cosine, sine = torch.cos(turn * torch.arange(n)), torch.sin(turn * torch.arange(n))
    ends, middle = [0, n // 2], slice(1, n // 2)  # waves that have no sine, and the others
    of_kernel, of_back = cosine[:, :taps], cosine[:, : n - taps + 1]
    sine_kernel, sine_back = sine[middle, :taps], sine[middle, : n - taps + 1]
    real, imaginary = cosine[middle], -sine[middle]
    return Scheme(
        sums=torch.cat([cosine[ends], real, imaginary, real + imaginary]),
        kernel=torch.cat(
            [of_kernel[ends], sine_kernel - of_kernel[middle], sine_kernel + of_kernel[middle], of_kernel[middle]]
        ),
        back=torch.cat([of_back[ends], -2 * sine_back, -2 * of_back[middle], 2 * (of_back[middle] - sine_back)]).t()
        / n,
    )


def scheme_for(taps: int, channels: int) -> Scheme:
    """The one that is quickest by measurement."""
    if taps <= LONGEST_BY_POINTS:
        return by_points(taps, 4)
    if taps < LONG:
        return by_waves(taps, 16)
    return by_waves(taps, 24 if channels > FEWEST_CHANNELS_SHORT else 32)


class TiledConv(nn.Module):
    """What a dense Conv1d of stride 1 gives. (B, in, T) -> (B, out, T')."""

    def __init__(self, conv: nn.Conv1d, scheme: Scheme | None = None) -> None:
        """conv: padded by a multiple of its dilation."""
        super().__init__()
        self.taps, self.dilation, self.padding = conv.kernel_size[0], conv.dilation[0], int(conv.padding[0])
        assert (conv.groups, conv.stride) == (1, (1,)) and self.padding % self.dilation == 0
        scheme = scheme or scheme_for(self.taps, conv.in_channels)
        self.sums, self.back = scheme.sums.float(), scheme.back.float().contiguous()
        by_tap = conv.weight.detach().permute(2, 1, 0).flatten(1)  # (taps, in out)
        self.weight = (scheme.kernel.float() @ by_tap).view(-1, conv.in_channels, conv.out_channels)
        self.bias = conv.bias

    def forward(self, x: Tensor) -> Tensor:
        B, n_in, T = x.shape
        d, edge = self.dilation, self.padding // self.dilation
        M, N = len(self.back), self.sums.shape[1]
        n_out = T + 2 * self.padding - d * (self.taps - 1)
        # A dilated convolution is one over each of d signals that take turns. All of them stand behind one another, so
        # far apart that what is kept of a tile has heard its own signal only.
        n_each = -(-n_out // d)
        n_tiles = -(-(n_each + self.taps - 1) // M)
        heard = x.new_zeros(B * d * n_tiles * M + N - M, n_in)
        signals = heard[: B * d * n_tiles * M].view(B, d, n_tiles * M, n_in)
        frames, whole, rest = x.transpose(1, 2), T // d, T % d
        signals[:, :, edge : edge + whole] = frames[:, : whole * d].unflatten(1, (whole, d)).transpose(1, 2)
        if rest:
            signals[:, :rest, edge + whole] = frames[:, whole * d :]
        tiles = heard.as_strided((B * d * n_tiles, N, n_in), (M * n_in, n_in, 1))
        made = x.new_empty(len(tiles), M, self.weight.shape[2])
        for part, of_part in zip(tiles.split(AT_ONCE), made.split(AT_ONCE), strict=True):
            products = torch.bmm(torch.matmul(self.sums, part).transpose(0, 1), self.weight)  # (P, tiles, out)
            torch.matmul(self.back, products.transpose(0, 1), out=of_part)
        if self.bias is not None:
            made += self.bias
        spoken = made.view(B, d, n_tiles * M, -1)[:, :, :n_each].transpose(1, 2)
        return spoken.flatten(1, 2)[:, :n_out].transpose(1, 2)


class BesideConv(nn.Module):
    """What a dense Conv1d of stride 1 gives, (B, in, T) -> (B, out, T'), channels side by side in memory."""

    def __init__(self, conv: nn.Conv1d) -> None:
        super().__init__()
        self.dilation, self.padding = conv.dilation[0], int(conv.padding[0])
        self.weight = conv.weight.detach()[:, :, None].contiguous(memory_format=torch.channels_last)
        self.bias = conv.bias

    def forward(self, x: Tensor) -> Tensor:
        image = x.transpose(1, 2).contiguous().transpose(1, 2)[:, :, None]
        return F.conv2d(image, self.weight, self.bias, padding=(0, self.padding), dilation=(1, self.dilation))[:, :, 0]


def settle(model: nn.Module) -> None:
    """Replace every dense Conv1d of stride 1 inside `model`. For inference only: its weights change no more."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.Conv1d) and (child.groups, child.stride) == (1, (1,)):
                setattr(module, name, quickest(child))


def quickest(conv: nn.Conv1d) -> nn.Module:
    """What does the same as `conv`."""
    taps = conv.kernel_size[0]
    if taps == 1:
        return FrameConv(conv.weight, conv.bias)
    fewest = FEWEST_CHANNELS if taps >= SHORT else FEWEST_CHANNELS_SHORT
    return TiledConv(conv) if min(conv.in_channels, conv.out_channels) >= fewest else BesideConv(conv)
