"""How takes are compared at equal loudness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.loudness import measure


def loudness(audio: NDArray[np.float32], rate: int) -> float:
    """Audio (T,) -> integrated loudness in LUFS; -inf for silence."""
    integrated = measure(audio, rate).integrated_lufs
    return float("-inf") if integrated is None else integrated


def equal_gains(first: float, second: float) -> tuple[float, float]:
    """Loudness of two clips in LUFS -> their gains in dB: the louder one is turned down, so that nothing clips."""
    if not np.isfinite([first, second]).all():
        return 0.0, 0.0
    softer = min(first, second)
    return softer - first, softer - second
