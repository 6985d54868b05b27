"""Prompt features -> a few vectors that steer the GPT: a conformer reads them, a perceiver sums them up.

Both follow the checkpoint, down to the names of their parts. The conformer is WeNet's (Gulati et al. 2020) without the
second half feed-forward and without the shift of relative scores; the perceiver is Flamingo's resampler (Alayrac et al.
2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MAX_FRAMES = 5000  # positions that upstream tabulates; a prompt of 15 s has 374
KERNEL = 15  # frames of the conformer's convolution
HEAD_DIM = 64  # of the perceiver
N_PERCEIVER_LAYERS = 2


@dataclass(frozen=True)
class ConformerConfig:
    """Sizes of a conformer."""

    in_dim: int  # bands of the features
    dim: int
    hidden_dim: int
    n_head: int
    n_layer: int


@dataclass(frozen=True)
class PerceiverConfig:
    """Sizes of a perceiver."""

    context_dim: int
    dim: int
    hidden_dim: int
    n_head: int
    n_latent: int


# ------------------------------------------------------------------------------------------------------- conformer
class Positions(nn.Module):
    """Sines and cosines of the first n positions: (1, n, dim)."""

    pe: Tensor  # (1, MAX_FRAMES, dim)

    def __init__(self, dim: int) -> None:
        super().__init__()
        frequencies = torch.exp(torch.arange(0, dim, 2) * (-log(10_000) / dim))
        angles = torch.arange(MAX_FRAMES)[:, None] * frequencies
        self.register_buffer("pe", torch.stack([angles.sin(), angles.cos()], -1).flatten(1)[None])

    def forward(self, n: int) -> Tensor:
        return self.pe[:, :n]


class Subsampling(nn.Module):
    """Half the frames, each with its neighbours. (B, T, in_dim) -> (B, (T - 1) // 2, dim) and their positions."""

    def __init__(self, config: ConformerConfig) -> None:
        super().__init__()
        self.scale = config.dim**0.5
        self.conv = nn.Sequential(nn.Conv2d(1, config.dim, 3, stride=2), nn.ReLU())
        self.out = nn.Sequential(nn.Linear(config.dim * ((config.in_dim - 1) // 2), config.dim))
        self.pos_enc = Positions(config.dim)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        image = self.conv(features[:, None])  # (B, dim, T', bands)
        x = self.out(image.transpose(1, 2).flatten(2)) * self.scale
        return x, self.pos_enc(x.shape[1])


class PositionedAttention(nn.Module):
    """Self-attention that also scores where a key stands. (B, T, dim) -> (B, T, dim).

    Transformer-XL scores a key by its content and by its distance; here the second part sees the key's own position, as
    the checkpoint was trained. So a position is no more than the second half of a key.
    """

    def __init__(self, config: ConformerConfig) -> None:
        super().__init__()
        dim, self.n_head = config.dim, config.n_head
        self.linear_q, self.linear_k, self.linear_v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.linear_pos = nn.Linear(dim, dim, bias=False)
        self.linear_out = nn.Linear(dim, dim)
        self.pos_bias_u = nn.Parameter(torch.zeros(self.n_head, dim // self.n_head))
        self.pos_bias_v = nn.Parameter(torch.zeros(self.n_head, dim // self.n_head))

    def forward(self, x: Tensor, positions: Tensor) -> Tensor:
        q, k, v = (self._split(part) for part in (self.linear_q(x), self.linear_k(x), self.linear_v(x)))
        p = self._split(self.linear_pos(positions)).expand_as(k)
        q = torch.cat([q + self.pos_bias_u[:, None], q + self.pos_bias_v[:, None]], -1)
        y = F.scaled_dot_product_attention(q, torch.cat([k, p], -1), v, scale=v.shape[-1] ** -0.5)
        return self.linear_out(y.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        """(B, T, dim) -> (B, H, T, D)."""
        return x.unflatten(-1, (self.n_head, -1)).transpose(1, 2)


class ConvModule(nn.Module):
    """What lies within KERNEL frames. (B, T, dim) -> (B, T, dim)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.pointwise_conv1 = nn.Conv1d(dim, 2 * dim, 1)
        self.depthwise_conv = nn.Conv1d(dim, dim, KERNEL, padding=KERNEL // 2, groups=dim)
        self.norm = nn.LayerNorm(dim)
        self.pointwise_conv2 = nn.Conv1d(dim, dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.depthwise_conv(F.glu(self.pointwise_conv1(x.transpose(1, 2)), dim=1))
        y = F.silu(self.norm(y.transpose(1, 2)))
        return self.pointwise_conv2(y.transpose(1, 2)).transpose(1, 2)


class FeedForward(nn.Module):
    """(B, T, dim) -> (B, T, dim)."""

    def __init__(self, dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.w_1 = nn.Linear(dim, hidden_dim)
        self.w_2 = nn.Linear(hidden_dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.w_2(F.silu(self.w_1(x)))


class ConformerBlock(nn.Module):
    """Attention, convolution, feed-forward, each on a residual. (B, T, dim) -> (B, T, dim)."""

    def __init__(self, config: ConformerConfig) -> None:
        super().__init__()
        self.self_attn = PositionedAttention(config)
        self.conv_module = ConvModule(config.dim)
        self.feed_forward = FeedForward(config.dim, config.hidden_dim)
        self.norm_mha, self.norm_conv = nn.LayerNorm(config.dim), nn.LayerNorm(config.dim)
        self.norm_ff, self.norm_final = nn.LayerNorm(config.dim), nn.LayerNorm(config.dim)

    def forward(self, x: Tensor, positions: Tensor) -> Tensor:
        x = x + self.self_attn(self.norm_mha(x), positions)
        x = x + self.conv_module(self.norm_conv(x))
        x = x + self.feed_forward(self.norm_ff(x))
        return self.norm_final(x)


class Conformer(nn.Module):
    """Prompt features (B, T, in_dim), T at least 3 -> states (B, (T - 1) // 2, dim)."""

    def __init__(self, config: ConformerConfig) -> None:
        super().__init__()
        self.embed = Subsampling(config)
        self.encoders = nn.ModuleList([ConformerBlock(config) for _ in range(config.n_layer)])
        self.after_norm = nn.LayerNorm(config.dim)

    def forward(self, features: Tensor) -> Tensor:
        x, positions = self.embed(features)
        for block in self.encoders:
            x = block(x, positions)
        return self.after_norm(x)


# ------------------------------------------------------------------------------------------------------- perceiver
class LatentAttention(nn.Module):
    """Latents look at the context and at each other. (B, n, dim), (B, T, dim) -> (B, n, dim)."""

    def __init__(self, config: PerceiverConfig) -> None:
        super().__init__()
        inner_dim, self.n_head = config.n_head * HEAD_DIM, config.n_head
        self.to_q = nn.Linear(config.dim, inner_dim, bias=False)
        self.to_kv = nn.Linear(config.dim, 2 * inner_dim, bias=False)
        self.to_out = nn.Linear(inner_dim, config.dim, bias=False)

    def forward(self, latents: Tensor, context: Tensor) -> Tensor:
        q = self.to_q(latents).unflatten(-1, (self.n_head, HEAD_DIM)).transpose(1, 2)  # (B, H, n, D)
        kv = self.to_kv(torch.cat([latents, context], 1))
        k, v = kv.unflatten(-1, (2, self.n_head, HEAD_DIM)).permute(2, 0, 3, 1, 4)  # 2 x (B, H, n + T, D)
        y = F.scaled_dot_product_attention(q, k, v)
        return self.to_out(y.transpose(1, 2).flatten(2))


class GEGLU(nn.Module):
    """(..., 2 dim) -> (..., dim): the second half, through a GELU, gates the first (Shazeer 2020)."""

    def forward(self, x: Tensor) -> Tensor:
        value, gate = x.chunk(2, -1)
        return value * F.gelu(gate)


class ScaledNorm(nn.Module):
    """Vectors (..., dim) brought to length sqrt(dim), then scaled by channel."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.scale = dim**0.5
        self.gamma = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        return F.normalize(x, dim=-1) * self.scale * self.gamma


class PerceiverLayer(nn.ModuleList):
    """Attention, then a feed-forward part, without norms. (B, n, dim), (B, T, dim) -> (B, n, dim)."""

    def __init__(self, config: PerceiverConfig) -> None:
        expand, contract = nn.Linear(config.dim, 2 * config.hidden_dim), nn.Linear(config.hidden_dim, config.dim)
        super().__init__([LatentAttention(config), nn.Sequential(expand, GEGLU(), contract)])

    def forward(self, latents: Tensor, context: Tensor) -> Tensor:
        latents = latents + self[0](latents, context)
        return latents + self[1](latents)


class Perceiver(nn.Module):
    """Any number of states -> a fixed number of vectors. (B, T, context_dim) -> (B, n_latent, dim)."""

    def __init__(self, config: PerceiverConfig) -> None:
        super().__init__()
        self.latents = nn.Parameter(torch.randn(config.n_latent, config.dim) * 0.02)
        self.proj_context = nn.Linear(config.context_dim, config.dim)
        self.layers = nn.ModuleList([PerceiverLayer(config) for _ in range(N_PERCEIVER_LAYERS)])
        self.norm = ScaledNorm(config.dim)

    def forward(self, states: Tensor) -> Tensor:
        context = self.proj_context(states)
        latents = self.latents.expand(len(states), -1, -1)
        for layer in self.layers:
            latents = layer(latents, context)
        return self.norm(latents)
