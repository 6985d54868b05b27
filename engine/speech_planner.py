"""How long each phoneme of a line lasts: the model's own lengths, brought to the exact length asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.t2s import MIN_S, T2S

# Quiet at both ends of a line, marks included, as the trimmed corpus has it: a sound is heard some 45 ms before its
# label begins, and so also ends before its label does.
LEAD_S, TAIL_S = 0.055, 0.005
OVERHANG_S = 0.025  # of a line lies behind its end: a last sound dies away longer than it is heard
PAUSE_S = 0.3  # after a part of a line that others follow
SHORTEST_S = 0.012  # of a phoneme
RATES = (math.log(0.75), math.log(1.3))  # speaking rates that training heard, as the encoder is told them
MARKS = ' !,.:;?"'  # what has no sound of its own


@dataclass(frozen=True)
class LinePlan:
    """What T2S is told of a line, and what it becomes."""

    ids: Tensor  # (1, P) phonemes with a pause at both ends
    states: Tensor  # (1, P, dim) of the text encoder
    seconds: Tensor  # (1, P)
    rate: Tensor  # (1,) log speaking rate
    pause_s: float  # of the last pause, beside TAIL_S

    @property
    def total_s(self) -> float:
        return float(self.seconds.sum())


@torch.inference_mode()
def plan(model: T2S, ids: Tensor, emotion: Tensor, *, rate: float = 0.0, pause_s: float = 0.0) -> LinePlan:
    """ids (1, P), emotion (1, n_emotions), log rate beside the emotion's own -> the model's own lengths.

    Marks at the ends of a line get no time of their own: in the corpus they are silence, and a line fills its length.
    """
    told = torch.tensor([min(max(rate, RATES[0]), RATES[1])])
    states, log_seconds = model.encoder(ids, emotion, told, torch.ones_like(ids, dtype=torch.bool))
    seconds = (log_seconds.exp() - MIN_S).clamp(min=SHORTEST_S)
    first, end = sounding(model, ids)
    seconds[:, :first] = LEAD_S / first
    seconds[:, end:] = TAIL_S / (ids.shape[1] - end)
    seconds[:, -1] += pause_s
    return LinePlan(ids, states, seconds, told, pause_s)


@torch.inference_mode()
def fit(model: T2S, natural: LinePlan, emotion: Tensor, total_s: float) -> LinePlan:
    """The line in exactly `total_s` seconds.

    The planner is asked for the line at the rate that the length implies, so that pauses and vowels give way before
    consonants do; what is left is made up evenly. The quiet at both ends keeps its length.
    """
    ends = LEAD_S + TAIL_S
    stretch = max(total_s - ends, 0.001) / (natural.total_s - ends)
    pause_s = natural.pause_s * stretch
    rate = float(natural.rate) - math.log(max(stretch, 0.01))
    near = plan(model, natural.ids, emotion, rate=rate, pause_s=pause_s)
    first, end = sounding(model, natural.ids)
    seconds = near.seconds.clone()
    wanted = max(total_s - ends - pause_s, 0.001)
    seconds[:, first:end] *= wanted / float(seconds[:, first:end].sum())
    return replace(near, seconds=seconds)


def sounding(model: T2S, ids: Tensor) -> tuple[int, int]:
    """[first, end) of what sounds in ids (1, P); what lies around it is pauses and marks."""
    silent = {0, *(model.config.alphabet.index(mark) + 1 for mark in MARKS if mark in model.config.alphabet)}
    places = [i for i, phoneme in enumerate(ids[0].tolist()) if phoneme not in silent]
    return (places[0], places[-1] + 1) if places else (1, ids.shape[1] - 1)
