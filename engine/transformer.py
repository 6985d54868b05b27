"""A pre-norm transformer with rotary positions (Su et al. 2021), causal or not, and its cache of keys and values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEWEST_POSITIONS = 1024  # whose rotations are kept


@dataclass(frozen=True)
class TransformerConfig:
    """Sizes of a transformer."""

    dim: int
    n_layer: int
    n_head: int
    causal: bool
    dropout: float


class AttentionSizes(Protocol):
    """What a cache has to know of a transformer: its own config, or the GPT's."""

    @property
    def dim(self) -> int: ...

    @property
    def n_layer(self) -> int: ...

    @property
    def n_head(self) -> int: ...


class KVCache:
    """Keys and values of what is passed already, for every layer; room for `max_len` positions is taken at once."""

    def __init__(
        self,
        config: AttentionSizes,
        *,
        batch: int,
        max_len: int,
        dtype: torch.dtype = torch.float32,
        device: torch.device | None = None,
    ) -> None:
        shape = (config.n_layer, 2, batch, config.n_head, max_len, config.dim // config.n_head)
        self.length = 0
        self._hold(torch.empty(shape, dtype=dtype, device=device))

    def append(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """New k, v (B, H, T, D) of a layer -> all of them (B, H, length + T, D). advance() once all layers are done."""
        n, keys, values = k.shape[2], self._keys[layer], self._values[layer]
        keys.narrow(2, self.length, n).copy_(k)
        values.narrow(2, self.length, n).copy_(v)
        return keys.narrow(2, 0, self.length + n), values.narrow(2, 0, self.length + n)

    def _hold(self, store: Tensor) -> None:
        """The layers' own views are made once: one a token would take as long as what is done with them."""
        self._store = store
        self._keys, self._values = store[:, 0].unbind(), store[:, 1].unbind()

    def advance(self, n: int) -> None:
        """n positions have passed every layer."""
        self.length += n

    def start_from(self, other: KVCache) -> None:
        """Every row goes on after what the one row of `other` holds."""
        self._store[..., : other.length, :] = other._store[..., : other.length, :]
        self.length = other.length

    def keep(self, n_rows: int) -> None:
        """Only the first rows go on."""
        self._hold(self._store[:, :, :n_rows])

    def fill(self, n: int, generator: torch.Generator) -> None:
        """As if n positions had passed, with keys and values of noise: for trials."""
        self._store[..., :n, :].normal_(generator=generator)
        self.length = n

    def reorder(self, rows: Tensor, *, start: int) -> None:
        """Row i goes on as row rows[i] did. What lies before position `start` is the same in all rows."""
        past = self._store[..., start : self.length, :]
        past.copy_(past.index_select(2, rows))


def rotary(start: int, n: int, width: int, device: torch.device) -> Tensor:
    """(n, width / 2) complex rotations of positions start .. start + n - 1."""
    n_positions = 1 << (start + n - 1).bit_length()
    return _rotations(max(n_positions, FEWEST_POSITIONS), width, device)[start : start + n]


@lru_cache(maxsize=16)
@torch.inference_mode(False)  # kept for training too, whoever asks first
def _rotations(n: int, width: int, device: torch.device) -> Tensor:
    frequencies = 10_000.0 ** (-torch.arange(0, width, 2, device=device) / width)
    angles = torch.arange(n, device=device)[:, None] * frequencies
    return torch.polar(torch.ones_like(angles), angles)


def rotate(x: Tensor, turns: Tensor) -> Tensor:
    """x (..., width), turns (..., width / 2) -> x turned."""
    pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * turns).flatten(-2).to(x.dtype)


class Block(nn.Module):
    """Self-attention, then an MLP. (B, T, dim) -> (B, T, dim)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.n_head, self.causal = config.n_head, config.causal
        self.norm_1, self.norm_2 = nn.LayerNorm(config.dim), nn.LayerNorm(config.dim)
        self.qkv = nn.Linear(config.dim, 3 * config.dim)
        self.out = nn.Linear(config.dim, config.dim)
        self.expand = nn.Linear(config.dim, 4 * config.dim)
        self.contract = nn.Linear(4 * config.dim, config.dim)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, turns: Tensor, mask: Tensor | None, cache: KVCache | None, layer: int) -> Tensor:
        B, T, _ = x.shape
        qkv = self.qkv(self.norm_1(x)).view(B, T, 3, self.n_head, -1)
        q, k = rotate(qkv[:, :, :2], turns[:, None, None]).permute(2, 0, 3, 1, 4)
        v = qkv[:, :, 2].transpose(1, 2)
        if cache is not None:
            k, v = cache.append(layer, k, v)
        # With a cache the prompt comes in one call, then one position a call, so only T > 1 needs a causal mask.
        causal = self.causal and T > 1
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
        x = self._add(x, self.out(y.transpose(1, 2).flatten(2)))
        return self._add(x, self.contract(F.gelu(self.expand(self.norm_2(x)), approximate="tanh")))

    def _add(self, x: Tensor, y: Tensor) -> Tensor:
        return x + (self.dropout(y) if self.training else y)


class Transformer(nn.Module):
    """Embeddings (B, T, dim) -> states (B, T, dim), normed.

    mask (B, T) bool, True where there is something: only for one that is not causal.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.blocks = nn.ModuleList([Block(config) for _ in range(config.n_layer)])
        self.norm = nn.LayerNorm(config.dim)

    def forward(self, x: Tensor, *, mask: Tensor | None = None, cache: KVCache | None = None) -> Tensor:
        assert mask is None or not self.config.causal
        start = cache.length if cache is not None else 0
        turns = rotary(start, x.shape[1], self.config.dim // self.config.n_head, x.device)
        keys = mask[:, None, None] if mask is not None else None
        for layer, block in enumerate(self.blocks):
            x = block(x, turns, keys, cache, layer)
        if cache is not None:
            cache.advance(x.shape[1])
        return self.norm(x)
