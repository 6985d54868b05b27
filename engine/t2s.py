"""The embedded voice's text-to-semantic stage.

A bidirectional encoder reads the phonemes, a planner gives each its seconds, and a GPT writes one semantic token every
40 ms, each step told the phonemes of its two halves. The sum of the plan is the length asked for, so the number of
tokens is exact and nothing is skipped or said twice. (IndexTTS2 tells its GPT only the number of tokens; Zhou et al.
2025, section 3.2.)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.tokeniser import FSQ
from engine.transformer import KVCache, Transformer, TransformerConfig

MIN_S = 0.01  # added to seconds before the logarithm


@dataclass(frozen=True)
class T2SConfig:
    """Sizes of the stage."""

    alphabet: str  # phoneme id = place + 1; 0 is the pause at both ends
    n_emotions: int
    levels: tuple[int, ...]  # of the semantic token's digits
    token_s: float
    encoder: TransformerConfig
    gpt: TransformerConfig


@dataclass(frozen=True)
class Alignment:
    """Which phoneme the two halves of each token belong to, and how far through it they are."""

    phoneme: Tensor  # (B, T, 2) places in the line
    manner: Tensor  # (B, T, 4): share of the phoneme that has passed and log seconds of it, for both halves


def align(seconds: Tensor, n_tokens: int, token_s: float) -> Alignment:
    """Phoneme seconds (B, P) -> where the middle of each half token falls. Times past the end count to the last."""
    edges = torch.cumsum(seconds, 1)
    centres = (torch.arange(2 * n_tokens, device=seconds.device) + 0.5) * token_s / 2
    centres = centres.expand(len(seconds), -1).contiguous()
    last = (seconds > 0).long().mul(torch.arange(seconds.shape[1], device=seconds.device)).amax(1, keepdim=True)
    place = torch.searchsorted(edges.contiguous(), centres, right=True).minimum(last)  # (B, 2T)
    length = seconds.gather(1, place)
    passed = (centres - (edges - seconds).gather(1, place)) / length.clamp(min=MIN_S)
    manner = torch.stack([passed.clamp(0, 1.5), torch.log(length + MIN_S) + 3], -1)
    return Alignment(place.view(len(seconds), n_tokens, 2), manner.view(len(seconds), n_tokens, 4))


class TextEncoder(nn.Module):
    """Phoneme ids (B, P), emotion (B, 8), rate (B,), mask (B, P) -> states (B, P, dim) and log seconds (B, P).

    `rate` is the natural logarithm of the speaking rate beside the one that the emotion brings.
    """

    def __init__(self, config: T2SConfig) -> None:
        super().__init__()
        dim = config.encoder.dim
        self.phonemes = nn.Embedding(len(config.alphabet) + 1, dim)
        self.manner = nn.Linear(config.n_emotions + 1, dim)
        self.stages = Transformer(config.encoder)
        self.seconds = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, 1))

    def forward(self, ids: Tensor, emotion: Tensor, rate: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        manner = self.manner(torch.cat([emotion, rate[:, None]], 1))
        states = self.stages(self.phonemes(ids) + manner[:, None], mask=mask)
        return states, self.seconds(states)[..., 0] - 3  # a phoneme lasts about e^-3 s


class T2S(nn.Module):
    """Text encoder, planner and token GPT."""

    has_digit: Tensor  # (sum of levels, n_codes) 1 where a code has that digit

    def __init__(self, config: T2SConfig) -> None:
        super().__init__()
        self.config = config
        dim, n_codes = config.gpt.dim, prod(config.levels)
        self.encoder = TextEncoder(config)
        self.fsq = FSQ(config.levels)
        self.codes = nn.Embedding(n_codes + 1, dim)  # the last one starts a line
        self.code_values = nn.Linear(len(config.levels), dim)
        self.steps = nn.Linear(2 * config.encoder.dim + 4, dim)
        self.manner = nn.Linear(config.n_emotions + 1, dim)
        self.gpt = Transformer(config.gpt)
        self.digits = nn.Linear(dim, sum(config.levels))
        self.head = nn.Linear(dim, n_codes)
        for weight in (self.codes.weight, self.head.weight, self.head.bias):
            nn.init.zeros_(weight)
        digits = self.fsq.digits(torch.arange(n_codes)).unbind(-1)
        one_hot = [F.one_hot(d, n) for d, n in zip(digits, config.levels, strict=True)]
        self.register_buffer("has_digit", torch.cat(one_hot, -1).T.float().contiguous(), persistent=False)
        self._embedded: Tensor | None = None  # (n_codes + 1, dim) of every code, once the weights stay as they are

    @property
    def start(self) -> int:
        """The code before a line's first."""
        return prod(self.config.levels)

    @torch.inference_mode()
    def settle(self) -> None:
        """The weights change no more: what a code is embedded as is looked up from now on."""
        self._embedded = None
        self._embedded = self.embed_codes(torch.arange(self.start + 1)[None])[0]

    def embed_codes(self, codes: Tensor) -> Tensor:
        """(B, T) -> (B, T, dim)."""
        if self._embedded is not None:
            return F.embedding(codes, self._embedded)
        known = (codes < self.start)[..., None]
        values = self.fsq.values(codes.clamp(max=self.start - 1)).float() * known
        return self.codes(codes) + self.code_values(values)

    def embed_steps(self, states: Tensor, alignment: Alignment, emotion: Tensor, rate: Tensor) -> Tensor:
        """What each step is told beside the code before it: (B, T, dim)."""
        B, T, _ = alignment.phoneme.shape
        place = alignment.phoneme.reshape(B, 2 * T, 1).expand(-1, -1, states.shape[-1])
        told = states.gather(1, place).view(B, T, -1)
        manner = self.manner(torch.cat([emotion, rate[:, None]], 1))
        return self.steps(torch.cat([told, alignment.manner], -1)) + manner[:, None]

    def forward(self, before: Tensor, steps: Tensor, cache: KVCache | None = None) -> Tensor:
        """Codes one step late (B, T) and embed_steps() (B, T, dim) -> latents (B, T, dim)."""
        return self.gpt(self.embed_codes(before) + steps, cache=cache)

    def logits(self, latents: Tensor) -> Tensor:
        """(B, dim) -> (B, n_codes): the sum of the digits' logits, and what only the whole code knows."""
        return torch.addmm(self.head(latents), self.digits(latents), self.has_digit)
