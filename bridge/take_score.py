"""How good a take is, as far as that can be told without listening: what ranks the candidates of a line.

A score is a penalty of 0 (nothing to find fault with) and up; about 1 is what a person may notice, 10 what spoils a
take. Others (speech recognition, likeness of the speaker) may be added to a take later, under names of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.cue import Cue, Score
from engine.types import Audio, Plan

Scorer = Callable[[Cue, Plan, Audio], Iterable[Score]]  # audio (plan.n_samples,) at plan.rate

FRAME_S = 0.01
SPEECH_RANGE_DB = 40.0  # what lies further below the loudest frame is no speech
FLOOR_DBFS = -60.0
LEVELS_DBFS = (-35.0, -10.0)  # of speech, as mean power
SILENCE_S = (0.25, 0.4)  # that nobody minds before and after the words
MAX_PENALTY = 100.0
_FULL_SCALE = 1 - 2**-15


@dataclass(frozen=True)
class Speech:
    """Where the words lie in a clip, told from its level alone."""

    start: int  # sample
    end: int
    level_dbfs: float  # mean power


def find_speech(audio: Audio, rate: int) -> Speech | None:
    """Audio (T,) -> from the first to the last frame that is loud enough to be speech; None: silence."""
    size = max(1, round(FRAME_S * rate))
    power = _frame_powers(audio, size)
    floor = max(_power(FLOOR_DBFS), float(power.max(initial=0.0)) * _power(-SPEECH_RANGE_DB))
    loud = np.flatnonzero(power >= floor)
    if not len(loud):
        return None
    level_dbfs = 10 * math.log10(float(power[loud].mean()))
    return Speech(int(loud[0]) * size, min(len(audio), (int(loud[-1]) + 1) * size), level_dbfs)


def free_scores(cue: Cue, plan: Plan, audio: Audio) -> tuple[Score, ...]:
    """What costs next to nothing: length, level, clipping, silence before and after the words."""
    speech = find_speech(audio, plan.rate)
    if speech is None:
        return (Score("level", MAX_PENALTY, "silent"),)
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
    return Score(name, round(min(MAX_PENALTY, penalty), 3), text)


def _frame_powers(audio: Audio, size: int) -> NDArray[np.float64]:
    padded = np.pad(audio.astype(np.float64), (0, -len(audio) % size))
    return np.square(padded.reshape(-1, size)).mean(axis=1)


def _power(db: float) -> float:
    return float(10 ** (db / 10))
