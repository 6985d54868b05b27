"""BigVGAN v2 (Lee et al. 2023), the official model's vocoder: log-mel in, audio out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FILTER_TAPS, FILTER_CUTOFF, FILTER_HALF_WIDTH = 12, 0.25, 0.3  # in parts of the doubled rate
SNAKE_EPS = 1e-9
CACHED = 1 << 16  # samples whose work fits into a CPU core's cache
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


def filtered(heard: Sequence[Tensor], taps: Tensor) -> Tensor:
    """The sum of what is heard (..., T), each times its tap: faster than a depthwise convolution on a CPU."""
    y = heard[0] * taps[0]
    for x, tap in zip(heard[1:], taps[1:], strict=True):
        y.addcmul_(x, tap)
    return y


def shifted(x: Tensor, n: int) -> list[Tensor]:
    """(..., T + n - 1) -> n views (..., T), each a sample later."""
    return [x[..., i : x.shape[-1] - n + 1 + i] for i in range(n)]


def doubled(x: Tensor, taps: Tensor) -> tuple[Tensor, Tensor]:
    """x (..., T) -> the even and the odd samples (..., T) of the same signal at twice the rate.

    Sample 2n of it hears x[n - 3 .. n + 2] by the odd taps, sample 2n + 1 hears x[n - 2 .. n + 3] by the even ones.
    """
    heard = shifted(F.pad(x, (3, 3), mode="replicate"), 7)
    taps = 2 * taps.flip(0)
    return filtered(heard[:-1], taps[0::2]), filtered(heard[1:], taps[1::2])


def halved(even: Tensor, odd: Tensor, taps: Tensor) -> Tensor:
    """Even and odd samples (..., T) -> the signal at half the rate (..., T).

    Sample n of it hears them from 2n - 5, which is odd, to 2n + 6, which is even. Beyond its ends the signal stays at
    its first sample, which is even, and at its last, which is odd.
    """
    first, last = even[..., :1], odd[..., -1:]
    odd = torch.cat([first, first, first, odd, last, last], -1)
    even = torch.cat([first, first, even, last, last, last], -1)
    return filtered([*shifted(odd, 6), *shifted(even, 6)], torch.cat([taps[0::2], taps[1::2]]))


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
        B, C, T = x.shape
        a, height = self.log_a.exp()[:, None], 1 / (self.log_b.exp()[:, None] + SNAKE_EPS)
        # A CPU does a few channels at a time, so that all passes over them find them in its cache.
        n = max(1, CACHED // (B * T)) if x.device.type == "cpu" else C
        parts = zip(x.split(n, 1), a.split(n), height.split(n), strict=True)
        return torch.cat([self._bent(*part) for part in parts], 1)

    def _bent(self, x: Tensor, a: Tensor, height: Tensor) -> Tensor:
        even, odd = (torch.addcmul(y, torch.sin(a * y).square(), height) for y in doubled(x, self.up.flatten()))
        return halved(even, odd, self.down.flatten())


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
        return torch.stack([block(x) for block in self.blocks]).mean(0)


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
