"""Keeps the mix of several loud sounds inside of -1..1 without the noise of clipping."""

from __future__ import annotations

import numpy as np

from engine.types import Audio

LOOK_AHEAD_S = 0.001  # the sound comes that much later, and the gain is down before a peak is there
RECOVERY_DB_S = 60.0  # how fast the gain goes up again


class Limiter:
    """Block by block, each as long as the one that went in, `delay` samples late. Up to full scale it changes nothing.

    Called in the audio callback: it neither waits nor takes a lock.
    """

    def __init__(self, rate: int) -> None:
        self.delay = max(1, round(LOOK_AHEAD_S * rate))
        self._recovery = 10 ** (RECOVERY_DB_S / 20 / rate)  # a sample
        self._held = np.zeros(self.delay, np.float32)
        self._gain = 1.0

    def process(self, audio: Audio) -> Audio:
        """(n,) float32 of any size -> (n,) inside of -1..1."""
        n = len(audio)
        known = np.concatenate([self._held, audio])
        self._held = known[n:].copy()
        out = known[:n]
        peak = float(np.abs(known).max(initial=0.0))
        gain = min(1.0, 1.0 / peak if peak > 1 else 1.0, self._gain * self._recovery**n)
        if gain < 1 or self._gain < 1:
            # What goes out on the slope was known to the last block already, so that both of its ends suffice for it.
            n_slope = min(n, self.delay)
            gains = np.full(n, gain, np.float32)
            gains[:n_slope] = np.linspace(self._gain, gain, n_slope + 1, dtype=np.float32)[1:]
            out = np.clip(out * gains, -1, 1)  # of rounding
        self._gain = gain
        return out
