"""The official model's velocity: a diffusion transformer (Peebles & Xie 2023) with U-Net skips that ends in a WaveNet.

Everything that stays the same along the path from noise to mel - prompt, condition, speaker - enters as `given`, made
once by `DiT.given`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine import tiles
from engine.wavenet import WaveNet

ROTARY_BASE = 10_000.0
TIME_BASE, TIME_SCALE, TIME_WAVES = 10_000.0, 1000.0, 128  # of the sinusoids that spell the time
RMS_EPS, FINAL_NORM_EPS = 1e-5, 1e-6


@dataclass(frozen=True)
class DiTConfig:
    """Sizes of the network."""

    n_mels: int
    condition_dim: int
    speaker_dim: int
    dim: int
    n_head: int
    n_layer: int
    wavenet_layers: int
    wavenet_kernel: int

    @property
    def hidden(self) -> int:
        """Of the feed-forward: two thirds of 4 dim, up to the next multiple of 256 (as LLaMA's)."""
        return -(-int(8 * self.dim / 3) // 256) * 256

    def takes_skip(self, layer: int) -> bool:
        """Layers behind the middle one take what those before it left, the last left first."""
        return layer > self.n_layer // 2

    def leaves_skip(self, layer: int) -> bool:
        return layer < self.n_layer // 2


class TimeEmbedding(nn.Module):
    """Time (B,) in 0..1 -> (B, dim)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(2 * TIME_WAVES, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, time: Tensor) -> Tensor:
        slowness = torch.arange(TIME_WAVES, device=time.device) * (math.log(TIME_BASE) / TIME_WAVES)
        waves = TIME_SCALE * time[:, None] * torch.exp(-slowness)
        return self.mlp(torch.cat([waves.cos(), waves.sin()], 1))


class AdaptiveNorm(nn.Module):
    """RMS norm that the time scales and shifts: x (B, T, dim), time embedding (B, dim) -> (B, T, dim)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.steer = nn.Linear(dim, 2 * dim)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        scale, shift = self.steer(time)[:, None].chunk(2, 2)  # the scale is whole, not one more than what is said
        return scale * F.rms_norm(x.float(), self.weight.shape, eps=RMS_EPS).to(x.dtype) * self.weight + shift


def rotary(n_frames: int, head_dim: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine (T, head_dim / 2) of the angles that frames turn their queries and keys by (Su et al. 2021)."""
    speeds = ROTARY_BASE ** (-torch.arange(0, head_dim, 2, device=device) / head_dim)
    angles = torch.arange(n_frames, device=device)[:, None] * speeds
    return angles.cos(), angles.sin()


def turned(x: Tensor, angles: tuple[Tensor, Tensor]) -> Tensor:
    """x (B, H, T, D), each pair of neighbouring dimensions turned by its angle."""
    cos, sin = (a.to(x.dtype) for a in angles)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, odd * cos + even * sin], -1).flatten(-2)


class Attention(nn.Module):
    """Every frame looks at every valid one. x (B, T, dim), mask (B, 1, 1, T) bool or None -> (B, T - first, dim)."""

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.n_head = config.n_head
        self.qkv = nn.Linear(config.dim, 3 * config.dim, bias=False)
        self.out = nn.Linear(config.dim, config.dim, bias=False)

    def forward(self, x: Tensor, angles: tuple[Tensor, Tensor], mask: Tensor | None, first: int = 0) -> Tensor:
        B, T, dim = x.shape
        if first:  # the frames before it are looked at, but do not look
            k, v = F.linear(x, self.qkv.weight[dim:]).view(B, T, 2, self.n_head, -1).permute(2, 0, 3, 1, 4)
            q = F.linear(x[:, first:], self.qkv.weight[:dim]).view(B, T - first, self.n_head, -1).transpose(1, 2)
        else:
            q, k, v = self.qkv(x).view(B, T, 3, self.n_head, -1).permute(2, 0, 3, 1, 4)  # 3 x (B, H, T, D)
        cos, sin = angles
        q, k = turned(q, (cos[first:], sin[first:])), turned(k, angles)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out(y.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """SwiGLU (Shazeer 2020). (B, T, dim) -> (B, T, dim)."""

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.gate = nn.Linear(config.dim, config.hidden, bias=False)
        self.up = nn.Linear(config.dim, config.hidden, bias=False)
        self.down = nn.Linear(config.hidden, config.dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Layer(nn.Module):
    """One transformer layer; those in the second half first take in a skip from the first. -> (B, T - first, dim)."""

    def __init__(self, config: DiTConfig, takes_skip: bool) -> None:
        super().__init__()
        self.skip = nn.Linear(2 * config.dim, config.dim) if takes_skip else None
        self.attention_norm, self.attention = AdaptiveNorm(config.dim), Attention(config)
        self.feed_forward_norm, self.feed_forward = AdaptiveNorm(config.dim), FeedForward(config)

    def forward(
        self,
        x: Tensor,
        time: Tensor,
        skip: Tensor | None,
        angles: tuple[Tensor, Tensor],
        mask: Tensor | None,
        first: int = 0,
    ) -> Tensor:
        if self.skip is not None:
            assert skip is not None
            x = self.skip(torch.cat([x, skip], -1))
        x = x[:, first:] + self.attention(self.attention_norm(x, time), angles, mask, first)
        return x + self.feed_forward(self.feed_forward_norm(x, time))


class Final(nn.Module):
    """Layer norm steered by the time, then a linear map. x (B, T, dim), time embedding (B, dim) -> (B, T, dim)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.steer = nn.Linear(dim, 2 * dim)
        self.linear = nn.Linear(dim, dim)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        shift, scale = self.steer(F.silu(time))[:, None].chunk(2, 2)
        return self.linear(F.layer_norm(x, x.shape[-1:], eps=FINAL_NORM_EPS) * (1 + scale) + shift)


class DiT(nn.Module):
    """Which way a noisy mel moves. x (B, n_mels, T), time (B,), given (B, T, dim) -> (B, n_mels, T).

    With `lengths` (B,) frames behind a row's length are padding: nothing before them sees them.
    """

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.config = config
        dim, n_mels = config.dim, config.n_mels
        self.time, self.wavenet_time = TimeEmbedding(dim), TimeEmbedding(dim)
        self.condition = nn.Linear(config.condition_dim, dim)
        self.merge = nn.Linear(n_mels + n_mels + dim + config.speaker_dim, dim)
        self.layers = nn.ModuleList([Layer(config, config.takes_skip(i)) for i in range(config.n_layer)])
        self.norm = AdaptiveNorm(dim)
        self.long_skip = nn.Linear(dim + n_mels, dim)
        self.wavenet_in = nn.Linear(dim, dim)
        self.wavenet = WaveNet(dim, config.wavenet_layers, config.wavenet_kernel)
        self.wavenet_skip = nn.Linear(dim, dim)
        self.final = Final(dim)
        self.out = nn.Conv1d(dim, n_mels, 1)

    def given(self, prompt: Tensor, condition: Tensor, speaker: Tensor) -> Tensor:
        """What steers the whole path: (B, T, dim).

        prompt (B, n_mels, T): the mel of the timbre prompt, zero behind it; condition (B, T, condition_dim);
        speaker (B, speaker_dim). All zeros is what guidance leads away from.
        """
        n_mels, T = self.config.n_mels, prompt.shape[-1]
        parts = [prompt.transpose(1, 2), self.condition(condition), speaker[:, None].expand(-1, T, -1)]
        return F.linear(torch.cat(parts, -1), self.merge.weight[:, n_mels:], self.merge.bias)

    def settle(self) -> None:
        """For a CPU: the weights change no more, from now on the WaveNet takes fewer products (engine/tiles.py)."""
        tiles.settle(self.wavenet)

    def forward(self, x: Tensor, time: Tensor, given: Tensor, lengths: Tensor | None = None, first: int = 0) -> Tensor:
        """first: the frames before it are heard, but not asked for -> (B, n_mels, T - first)."""
        n_mels, T = x.shape[1:]
        valid = None if lengths is None else torch.arange(T, device=x.device) < lengths[:, None]  # (B, T)
        mask = None if valid is None else valid[:, None, None]
        angles = rotary(T, self.config.dim // self.config.n_head, x.device)
        t, noisy = self.time(time), x.transpose(1, 2)
        heard = max(0, first - self.wavenet.reach)  # from here on
        h = F.linear(noisy, self.merge.weight[:, :n_mels]) + given
        skips: list[Tensor] = []
        for i, layer in enumerate(self.layers):
            skip = skips.pop() if self.config.takes_skip(i) else None
            h = layer(h, t, skip, angles, mask, heard if i == len(self.layers) - 1 else 0)
            if self.config.leaves_skip(i):
                skips.append(h)
        h = self.long_skip(torch.cat([self.norm(h, t), noisy[:, heard:]], -1))
        frames = None if valid is None else valid[:, None, heard:].to(h.dtype)
        y = self.wavenet(self.wavenet_in(h).transpose(1, 2), self.wavenet_time(time), frames).transpose(1, 2)
        h, y = h[:, first - heard :], y[:, first - heard :]
        return self.out(self.final(y + self.wavenet_skip(h), t).transpose(1, 2))
