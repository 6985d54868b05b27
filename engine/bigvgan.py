"""BigVGAN v2 (Lee et al. 2023), the official model's vocoder: log-mel in, audio out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine import frames, tiles

FILTER_TAPS, FILTER_CUTOFF, FILTER_HALF_WIDTH = 12, 0.25, 0.3  # in parts of the doubled rate
SNAKE_EPS = 1e-9
CACHED = 1 << 17  # samples whose work a CPU finds in its cache
EDGE_KERNEL = 7  # of the first and the last convolution


@dataclass(frozen=True)
class BigVGANConfig:
    """Sizes of the vocoder."""

    n_mels: int
    dim: int  # before the first upsampling; each halves it
    rates: tuple[int, ...]
    kernels: tuple[int, ...]  # of the upsamplings
    block_kernels: tuple[int, ...]  # of the blocks that are averaged behind each upsampling
    block_dilations: tuple[tuple[int, ...], ...]

    @property
    def hop(self) -> int:
        """Samples a mel frame."""
        return math.prod(self.rates)

    @property
    def reach(self) -> int:
        """Mel frames to each side that a sample may depend on, rounded up."""
        steps = EDGE_KERNEL // 2
        for rate, kernel in zip(self.rates, self.kernels, strict=True):
            # In steps of the present rate: what the upsampling hears, then the farthest-reaching block.
            steps = rate * steps + (kernel + rate) // 2
            steps += max(
                sum((k // 2) * (dilation + 1) + 2 * AntialiasedSnake.REACH for dilation in dilations)
                for k, dilations in zip(self.block_kernels, self.block_dilations, strict=True)
            )
        steps += AntialiasedSnake.REACH + EDGE_KERNEL // 2
        return -(-steps // self.hop)


def half_band() -> Tensor:
    """(1, 1, FILTER_TAPS) low-pass at half of the rate's band: a sinc under Kaiser's window, of sum 1."""
    attenuation = 2.285 * (FILTER_TAPS // 2 - 1) * math.pi * 4 * FILTER_HALF_WIDTH + 7.95  # dB, Kaiser's formula
    window = torch.kaiser_window(FILTER_TAPS, periodic=False, beta=0.1102 * (attenuation - 8.7))
    time = torch.arange(FILTER_TAPS) - (FILTER_TAPS - 1) / 2
    taps = window * torch.sinc(2 * FILTER_CUTOFF * time)
    return (taps / taps.sum())[None, None]  # as checkpoints hold it


class AntialiasedSnake(nn.Module):
    """x + sin(a x)^2 / b at twice the rate, so that the harmonics it makes do not fold back. (B, C, T) -> (B, C, T)."""

    REACH = 6  # samples to each side: 3 through each filter

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.log_a = nn.Parameter(torch.zeros(channels))
        self.log_b = nn.Parameter(torch.zeros(channels))
        self.up = nn.Buffer(half_band())
        self.down = nn.Buffer(half_band())

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.log_a.exp()[:, None, None, None], self.log_b.exp()[:, None, None, None]
        # In between, all are a times what they are.
        up, down, height = a * self._taps_up(), self._taps_down() / a, (a / (b + SNAKE_EPS))[:, 0]
        held, T = _held(x, 5)[:, :, None], x.shape[-1]
        n = max(self.REACH, CACHED // len(a)) if x.is_cpu else T
        # No part begins or ends within 3 samples of an end of x, beyond which it would look.
        starts = range(0, max(1, T - 3), n)
        parts = [self._bent(held, i, j, up, down, height) for i, j in pairwise([*starts, T])]
        return parts[0] if len(parts) == 1 else torch.cat([y.transpose(1, 2) for y in parts], 1).transpose(1, 2)

    def _bent(self, held: Tensor, start: int, end: int, up: Tensor, down: Tensor, height: Tensor) -> Tensor:
        """Samples start .. end - 1: (B, C, end - start)."""
        # Even samples of the doubled rate in one row, from start - 2 on, and odd ones in the other, from start - 3 on.
        y = F.conv2d(held[..., start : end + 10], up, padding=(1, 0), groups=len(up))
        y.addcmul_(torch.sin(y).square_(), height)
        # Beyond its own ends, too, the doubled signal stays: at its first sample, which is even, and at its last.
        even, odd = y.unbind(2)
        if start == 0:
            first = even[..., 2:3].clone()
            even[..., :2], odd[..., :3] = first, first
        if end == held.shape[-1] - 10:
            last = odd[..., -3:-2].clone()
            even[..., -3:], odd[..., -2:] = last, last
        return F.conv2d(y, down, groups=len(up))[:, :, 0]

    def _taps_up(self) -> Tensor:
        """(2, 6): sample 2n hears x[n - 3 .. n + 2], sample 2n + 1 hears x[n - 2 .. n + 3]."""
        taps = 2 * self.up.flatten().flip(0)
        # Only one of the two rows lies within x, for the first row that comes out the second.
        return torch.stack([taps[1::2], taps[0::2]])

    def _taps_down(self) -> Tensor:
        """(2, 6): sample n hears the doubled ones from 2n - 5, which is odd, to 2n + 6, which is even."""
        taps = self.down.flatten()
        return torch.stack([taps[1::2], taps[0::2]])


def _held(x: Tensor, n: int) -> Tensor:
    """x (B, C, T) stays n samples long at its first and at its last: (B, C, T + 2 n).

    On a CPU a frame's channels then lie side by side in memory, which makes filters of single channels fast.
    """
    if not x.is_cpu:
        return F.pad(x, (n, n), mode="replicate")
    frames = x.transpose(1, 2)
    before, after = frames[:, :1].expand(-1, n, -1), frames[:, -1:].expand(-1, n, -1)
    return torch.cat([before, frames, after], 1).transpose(1, 2)


class ResidualBlock(nn.Module):
    """Rounds of a dilated and a plain convolution, each behind a snake. (B, C, T) -> (B, C, T)."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.dilated = nn.ModuleList(
            [nn.Conv1d(channels, channels, kernel, dilation=d, padding=kernel // 2 * d) for d in dilations]
        )
        self.plain = nn.ModuleList([nn.Conv1d(channels, channels, kernel, padding=kernel // 2) for _ in dilations])
        self.snakes = nn.ModuleList([AntialiasedSnake(channels) for _ in range(2 * len(dilations))])

    def forward(self, x: Tensor) -> Tensor:
        for i, (dilated, plain) in enumerate(zip(self.dilated, self.plain, strict=True)):
            x = x + plain(self.snakes[2 * i + 1](dilated(self.snakes[2 * i](x))))
        return x


class Stage(nn.Module):
    """Upsampling by `rate`, then the mean of several residual blocks. (B, C, T) -> (B, C / 2, rate T)."""

    def __init__(self, config: BigVGANConfig, channels: int, rate: int, kernel: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose1d(channels, channels // 2, kernel, rate, padding=(kernel - rate) // 2)
        self.blocks = nn.ModuleList(
            [
                ResidualBlock(channels // 2, k, dilations)
                for k, dilations in zip(config.block_kernels, config.block_dilations, strict=True)
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.up(x)
        first, *others = (block(x) for block in self.blocks)
        return sum(others, first) / len(self.blocks)


class BigVGAN(nn.Module):
    """Log-mel (B, n_mels, T) -> audio (B, hop T) in -1..1."""

    def __init__(self, config: BigVGANConfig) -> None:
        super().__init__()
        self.config = config
        edge = EDGE_KERNEL // 2
        self.stem = nn.Conv1d(config.n_mels, config.dim, EDGE_KERNEL, padding=edge)
        self.stages = nn.ModuleList(
            [
                Stage(config, config.dim >> i, rate, kernel)
                for i, (rate, kernel) in enumerate(zip(config.rates, config.kernels, strict=True))
            ]
        )
        dim = config.dim >> len(config.rates)
        self.snake = AntialiasedSnake(dim)
        self.out = nn.Conv1d(dim, 1, EDGE_KERNEL, padding=edge, bias=False)

    def settle(self) -> None:
        """For a CPU: the weights change no more, from now on convolutions take fewer products (engine/tiles.py)."""
        tiles.settle(self)
        frames.settle(self)

    def forward(self, mel: Tensor) -> Tensor:
        x = self.stem(mel)
        for stage in self.stages:
            x = stage(x)
        return self.out(self.snake(x)).clamp(-1, 1)[:, 0]

    def in_chunks(self, mel: Tensor, n_frames: int) -> Iterator[Tensor]:
        """The same audio, n_frames of mel at a time; each chunk is made with all that it hears to both sides."""
        reach, hop = self.config.reach, self.config.hop
        for start in range(0, mel.shape[-1], n_frames):
            first = max(0, start - reach)
            audio = self(mel[..., first : start + n_frames + reach])
            yield audio[:, (start - first) * hop :][:, : min(n_frames, mel.shape[-1] - start) * hop]
