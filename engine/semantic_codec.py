"""The official model's semantic codec (MaskGCT, Wang et al. 2024): speech features <-> semantic tokens, 50 a second."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from engine.blocks import ConvNeXt

NORM_EPS = 1e-6  # Vocos' (Siuzdak 2023), whose backbone this is


@dataclass(frozen=True)
class SemanticCodecConfig:
    """Sizes of the codec."""

    feature_dim: int
    n_codes: int
    code_dim: int  # in which codes are looked up
    dim: int  # of the encoder
    hidden: int  # of its blocks' MLPs
    n_layer: int


class Encoder(nn.Module):
    """Speech features (B, T, feature_dim) -> (B, T, feature_dim), what is to be quantised."""

    def __init__(self, config: SemanticCodecConfig) -> None:
        super().__init__()
        dim = config.dim
        self.stem = nn.Conv1d(config.feature_dim, dim, 7, padding=3)
        self.norm = nn.LayerNorm(dim, eps=NORM_EPS)
        self.blocks = nn.Sequential(
            *[ConvNeXt(dim, config.hidden, 1 / config.n_layer, NORM_EPS) for _ in range(config.n_layer)]
        )
        self.final_norm = nn.LayerNorm(dim, eps=NORM_EPS)
        self.out = nn.Linear(dim, config.feature_dim)

    def forward(self, features: Tensor) -> Tensor:
        x = self.norm(self.stem(features.transpose(1, 2)).transpose(1, 2))
        x = self.blocks(x.transpose(1, 2)).transpose(1, 2)
        return self.out(self.final_norm(x))


class SemanticCodec(nn.Module):
    """An encoder and one codebook of few dimensions, looked up by angle (Yu et al. 2022)."""

    def __init__(self, config: SemanticCodecConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.in_project = nn.Conv1d(config.feature_dim, config.code_dim, 1)
        self.codebook = nn.Embedding(config.n_codes, config.code_dim)
        self.out_project = nn.Conv1d(config.code_dim, config.feature_dim, 1)

    def encode(self, features: Tensor) -> Tensor:
        """Speech features (B, T, feature_dim) -> semantic tokens (B, T)."""
        return self.nearest(self.encoder(features))

    def nearest(self, encoded: Tensor) -> Tensor:
        """What the encoder says (B, T, feature_dim) -> the codes (B, T) of the least angle to it."""
        z = self.in_project(encoded.transpose(1, 2)).transpose(1, 2)
        likeness = F.normalize(z, dim=-1) @ F.normalize(self.codebook.weight, dim=-1).T  # (B, T, n_codes)
        return likeness.argmax(-1)

    def embed(self, codes: Tensor) -> Tensor:
        """Semantic tokens (B, N) -> content (B, N, feature_dim); the codebook's rows keep their length."""
        return self.out_project(self.codebook(codes).transpose(1, 2)).transpose(1, 2)
