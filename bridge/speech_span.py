"""Where the words lie in a clip, told from its level alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.types import Audio

FRAME_S = 0.01
SPEECH_RANGE_DB = 40.0  # what lies further below the loudest frame is no speech
FLOOR_DBFS = -60.0


@dataclass(frozen=True)
class Speech:
    """From the first to the last word, in samples."""

    start: int
    end: int
    level_dbfs: float  # mean power of what is not a pause


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


def _frame_powers(audio: Audio, size: int) -> NDArray[np.float64]:
    padded = np.pad(audio.astype(np.float64), (0, -len(audio) % size))
    return np.square(padded.reshape(-1, size)).mean(axis=1)


def _power(db: float) -> float:
    return float(10 ** (db / 10))
