"""The embedded voice's semantic tokens: 25 codes a second that say what is spoken and how, but not by whom.

Finite scalar quantisation (Mentzer et al. 2024). The decoder is only there to train the codes: told the timbre by
number, it has to give back mel, phonemes and pitch, so that the codes need not carry the timbre. At run time T2S
makes the codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from engine.blocks import ChannelNorm, convnexts


@dataclass(frozen=True)
class TokeniserConfig:
    """Sizes of the tokeniser."""

    n_features: int  # mel bins, relative pitch, voicing
    dim: int
    levels: tuple[int, ...]  # values of each quantised dimension
    n_phonemes: int  # ids a frame can have
    n_timbres: int  # timbres that the training decoder is told

    @property
    def n_codes(self) -> int:
        return prod(self.levels)


class FSQ(nn.Module):
    """Round each of a few bounded dimensions to one of its levels; gradients pass straight through."""

    middle: Tensor  # (n_dims,)
    steps: Tensor  # (n_dims,) what a digit counts in the code

    def __init__(self, levels: tuple[int, ...]) -> None:
        super().__init__()
        self.levels = levels
        self.register_buffer("middle", (torch.tensor(levels) - 1) / 2, persistent=False)
        steps = torch.cumprod(torch.tensor((1, *levels[:-1])), 0)
        self.register_buffer("steps", steps, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(..., n_dims) any values -> quantised values in -1..1."""
        bounded = self.middle * torch.tanh(x) + self.middle  # 0 .. levels - 1
        rounded = bounded + (bounded.round() - bounded).detach()
        return rounded / self.middle - 1

    def codes(self, quantised: Tensor) -> Tensor:
        """(..., n_dims) in -1..1 -> (...) codes."""
        return (((quantised + 1) * self.middle).round().long() * self.steps).sum(-1)

    def digits(self, codes: Tensor) -> Tensor:
        """(...) codes -> (..., n_dims) digits, each 0 .. its levels - 1."""
        return codes[..., None] // self.steps % torch.tensor(self.levels, device=codes.device)

    def values(self, codes: Tensor) -> Tensor:
        """(...) codes -> (..., n_dims) in -1..1."""
        return self.digits(codes) / self.middle - 1


class Encoder(nn.Module):
    """(B, n_features, 4 T) -> (B, T, n_dims) before quantisation."""

    def __init__(self, config: TokeniserConfig) -> None:
        super().__init__()
        d = config.dim
        self.stages = nn.Sequential(
            nn.Conv1d(config.n_features, d, 7, padding=3), ChannelNorm(d), convnexts(d, 2),
            nn.Conv1d(d, d, 4, stride=2, padding=1), ChannelNorm(d), convnexts(d, 2),
            nn.Conv1d(d, d, 4, stride=2, padding=1), ChannelNorm(d), convnexts(d, 4), ChannelNorm(d),
        )  # fmt: skip
        self.out = nn.Linear(d, len(config.levels))

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.stages(x).transpose(1, 2))


class Decoder(nn.Module):
    """(B, T, n_dims) and timbre ids (B,) -> (B, n_features + n_phonemes, 4 T)."""

    def __init__(self, config: TokeniserConfig) -> None:
        super().__init__()
        d = config.dim
        self.codes = nn.Linear(len(config.levels), d)
        self.timbre = nn.Embedding(config.n_timbres, d)
        self.stages = nn.Sequential(
            convnexts(d, 3), nn.ConvTranspose1d(d, d, 4, stride=2, padding=1), ChannelNorm(d), convnexts(d, 2)
        )
        self.phonemes = nn.Sequential(
            nn.ConvTranspose1d(d, d, 4, stride=2, padding=1), ChannelNorm(d), nn.Conv1d(d, config.n_phonemes, 1)
        )
        self.features = nn.Sequential(
            nn.ConvTranspose1d(d, d, 4, stride=2, padding=1), ChannelNorm(d), convnexts(d, 2),
            nn.Conv1d(d, config.n_features, 1),
        )  # fmt: skip

    def forward(self, quantised: Tensor, timbre: Tensor) -> tuple[Tensor, Tensor]:
        """-> features (B, n_features, 4 T), phoneme logits (B, n_phonemes, 4 T)."""
        x = self.codes(quantised).transpose(1, 2)
        x = self.stages(x + self.timbre(timbre)[:, :, None])
        return self.features(x), self.phonemes(x)


class Tokeniser(nn.Module):
    """The encoder, its quantiser and, for training, the decoder."""

    def __init__(self, config: TokeniserConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.fsq = FSQ(config.levels)
        self.decoder = Decoder(config)

    @torch.inference_mode()
    def encode(self, features: Tensor) -> Tensor:
        """(B, n_features, 4 T) -> codes (B, T)."""
        return self.fsq.codes(self.fsq(self.encoder(features).float()))
