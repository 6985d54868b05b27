"""How long each phoneme of a line lasts: the model's own lengths, brought to the exact length asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.t2s import MIN_S, T2S

LEAD_S, TAIL_S = 0.015, 0.025  # the pauses at both ends of a line: it fills its length
SHORTEST_S = 0.012  # of a phoneme
RATES = (math.log(0.75), math.log(1.3))  # speaking rates that training heard, as the encoder is told them


@dataclass(frozen=True)
class LinePlan:
    """What T2S is told of a line, and what it becomes."""

    ids: Tensor  # (1, P) phonemes with a pause at both ends
    states: Tensor  # (1, P, dim) of the text encoder
    seconds: Tensor  # (1, P)
    rate: Tensor  # (1,) log speaking rate

    @property
    def total_s(self) -> float:
        return float(self.seconds.sum())


@torch.inference_mode()
def plan(model: T2S, ids: Tensor, emotion: Tensor, rate: float = 0.0) -> LinePlan:
    """ids (1, P), emotion (1, n_emotions), log rate beside the emotion's own -> the model's own lengths."""
    told = torch.tensor([min(max(rate, RATES[0]), RATES[1])])
    states, log_seconds = model.encoder(ids, emotion, told, torch.ones_like(ids, dtype=torch.bool))
    seconds = (log_seconds.exp() - MIN_S).clamp(min=SHORTEST_S)
    seconds[:, 0], seconds[:, -1] = LEAD_S, TAIL_S
    return LinePlan(ids, states, seconds, told)


@torch.inference_mode()
def fit(model: T2S, natural: LinePlan, emotion: Tensor, total_s: float) -> LinePlan:
    """The line in exactly `total_s` seconds.

    The planner is asked for the line at the rate that the length implies, so that pauses and vowels give way before
    consonants do; what is left is made up evenly. The pauses at both ends keep their length.
    """
    ends = LEAD_S + TAIL_S
    stretch = (total_s - ends) / (natural.total_s - ends)
    near = plan(model, natural.ids, emotion, -math.log(max(stretch, 0.01)))
    inner = near.seconds[:, 1:-1]
    factor = max(total_s - ends, 0.001) / float(inner.sum())
    seconds = near.seconds.clone()
    seconds[:, 1:-1] = inner * factor
    return LinePlan(near.ids, near.states, seconds, near.rate)
