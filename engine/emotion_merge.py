"""Eight weights and prompts -> the emotion embedding that the official GPT is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# From upstream's panel: emotions that the model overdoes at full weight are held back, and no sum drowns the voice.
BIAS = (0.9375, 0.875, 1.0, 1.0, 0.9375, 0.9375, 0.6875, 0.5625)
MAX_SUM = 0.8

Weights = Sequence[float]  # in the order of engine.types.EMOTIONS


def balanced(weights: Weights, bias: Weights = BIAS) -> tuple[float, ...]:
    """Weights times `bias`, then scaled so that their sum is MAX_SUM at most. Cuevox does this on every path."""
    biased = [weight * factor for weight, factor in zip(weights, bias, strict=True)]
    total = sum(biased)
    return tuple(weight * MAX_SUM / total for weight in biased) if total > MAX_SUM else tuple(biased)


def faded(weights: Weights, strength: float) -> tuple[float, ...]:
    """Weights at `strength`, held to 0..1, of themselves; below 1 cut to four decimals, as upstream does."""
    strength = min(max(strength, 0.0), 1.0)
    if strength == 1.0:
        return tuple(weights)
    return tuple(int(weight * strength * 10_000) / 10_000 for weight in weights)


def between(timbre_emotion: Tensor, clip_emotion: Tensor, weight: float) -> Tensor:
    """From the timbre prompt's own emotion embedding (B, dim), at weight 0, to that of an emotion clip, at weight 1."""
    return timbre_emotion + weight * (clip_emotion - timbre_emotion)


@dataclass(frozen=True)
class EmotionTable:
    """Examples of each emotion by different speakers: feat1 and feat2 of the checkpoint.

    What an emotion does to a voice depends on the voice, so an emotion is taken from the speaker who is most like it.
    """

    speakers: tuple[Tensor, ...]  # (n, 192) for each emotion: speaker embeddings
    embeddings: tuple[Tensor, ...]  # (n, dim) for each emotion

    @classmethod
    def of(cls, speakers: Tensor, embeddings: Tensor, sizes: Sequence[int]) -> EmotionTable:
        """From the two whole matrices and how many of their rows each emotion has."""
        return cls(speakers.split(list(sizes)), embeddings.split(list(sizes)))

    def to(self, device: torch.device) -> EmotionTable:
        """The same on a device."""
        return EmotionTable(*(tuple(rows.to(device) for rows in group) for group in (self.speakers, self.embeddings)))

    def nearest(self, speaker: Tensor) -> Tensor:
        """Speaker embedding (1, 192) -> for each emotion the row of the most similar speaker, (8,)."""
        return torch.stack([F.cosine_similarity(speaker, rows).argmax() for rows in self.speakers])

    def merge(self, weights: Weights, speaker: Tensor, base: Tensor) -> Tensor:
        """Weighted emotions of the most similar speakers, the rest up to a sum of 1 from `base` (1, dim) -> (1, dim).

        The weights are taken as they are; balanced() keeps their sum from passing 1, where base would count negative.
        """
        rows = [group[row] for group, row in zip(self.embeddings, self.nearest(speaker), strict=True)]
        asked = torch.tensor(weights, dtype=base.dtype, device=base.device)
        return asked @ torch.stack(rows) + (1 - asked.sum()) * base
