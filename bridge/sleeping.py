"""How long this machine slept: time that `time.monotonic` and `time.perf_counter` may leave out."""

from __future__ import annotations

import sys
import time


def slept_s() -> float:
    """Seconds of sleep since some moment in the past; only differences mean something. Never goes back.

    On Windows always 0: there both clocks go on in the sleep.
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    if sys.platform == "darwin":  # there CLOCK_MONOTONIC goes on in the sleep, and Python's monotonic does not
        return time.clock_gettime(time.CLOCK_MONOTONIC) - time.monotonic()
    return 0.0


def steady_s() -> float:
    """Seconds that never jump and go on in the sleep."""
    return time.monotonic() + slept_s()
