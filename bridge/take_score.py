"""How good a take is, as far as that can be told without listening: what ranks the candidates of a line.

A score is a penalty of 0 (nothing to find fault with) and up; about 1 is what a person may notice, 10 what spoils a
take. Others (speech recognition, likeness of the speaker) may be added to a take later, under names of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from bridge.cue import Cue, Score, score_of
from bridge.speech_span import find_speech
from engine.types import Audio, Plan

Scorer = Callable[[Cue, Plan, Audio], Iterable[Score]]  # audio (plan.n_samples,) at plan.rate

LEVELS_DBFS = (-35.0, -10.0)  # of speech, as mean power
SILENCE_S = (0.25, 0.4)  # that nobody minds before and after the words
MAX_PENALTY = 100.0
_FULL_SCALE = 1 - 2**-15


def free_scores(cue: Cue, plan: Plan, audio: Audio) -> tuple[Score, ...]:
    """What costs next to nothing: length, level, clipping, silence before and after the words."""
    speech = find_speech(audio, plan.rate)
    if speech is None:
        return (score_of("level", MAX_PENALTY, "silent"),)
    lead_s, tail_s = speech.start / plan.rate, (len(audio) - speech.end) / plan.rate
    n_clipped = int(np.count_nonzero(np.abs(audio) >= _FULL_SCALE))
    low, high = LEVELS_DBFS
    return (
        _score("length", 10 * abs(math.log2(plan.stretch)), f"stretched to {plan.stretch:.2f}"),
        _score("level", max(0.0, low - speech.level_dbfs, speech.level_dbfs - high) / 3, f"{speech.level_dbfs:.1f} dB"),
        _score("clipping", n_clipped and 2 + 10_000 * n_clipped / len(audio), f"{n_clipped} samples"),
        _score("lead", 4 * max(0.0, lead_s - SILENCE_S[0]), f"{lead_s:.2f} s of silence"),
        _score("tail", 4 * max(0.0, tail_s - SILENCE_S[1]), f"{tail_s:.2f} s of silence"),
    )


def _score(name: str, penalty: float, text: str) -> Score:
    return score_of(name, round(min(MAX_PENALTY, penalty), 3), text)
