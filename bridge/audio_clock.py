"""Which sample of the output stream sounds at which moment: what a time tag is turned into.

The device's crystal and the computer's clock do not run alike, and callbacks come when the system finds the time. So
the place of the stream's first sample is the median of what the last callbacks said, and it stands still until it is
off by more than can be a matter of chance: two sounds that are due one second apart begin exactly a second of samples
apart.
"""

from __future__ import annotations

import time
from collections import deque

WINDOW = 15  # callbacks
TOLERANCE_NS = 1_000_000
SECOND_NS = 1_000_000_000


class AudioClock:
    """Counts in nanoseconds of `time.perf_counter_ns`, which never jumps. One thread observes, any may ask."""

    def __init__(self, rate: int) -> None:
        """`rate`: samples a second of the stream that is counted."""
        self._rate = rate
        self._seen: deque[int] = deque(maxlen=WINDOW)
        self._origin_ns: int | None = None

    def observe(self, n_samples: int, heard_ns: int) -> None:
        """The sample number `n_samples` is going to be heard at `heard_ns`."""
        self._seen.append(heard_ns - n_samples * SECOND_NS // self._rate)
        median_ns = sorted(self._seen)[len(self._seen) // 2]
        settling = len(self._seen) < WINDOW
        if self._origin_ns is None or settling or abs(median_ns - self._origin_ns) > TOLERANCE_NS:
            self._origin_ns = median_ns

    def sample_at(self, due_ns: int) -> int:
        """The number of the sample that is heard at `due_ns`; negative before the stream's first one."""
        assert self._origin_ns is not None, "asked before anything was observed"
        return ((due_ns - self._origin_ns) * self._rate + SECOND_NS // 2) // SECOND_NS


class WallClock:
    """Unix time on the scale of `perf_counter_ns`. What was turned once stays, whatever is done to the clock later."""

    def __init__(self) -> None:
        self._offset_ns: int | None = None

    def due_ns(self, unix_ns: int) -> int:
        """The moment of `time.perf_counter_ns` at which the wall clock, as it runs now, says `unix_ns`."""
        offset_ns = min((_offset() for _ in range(3)), key=lambda pair: pair[1])[0]
        # Standing still as well, or two sounds of one bundle would not begin at the same sample.
        if self._offset_ns is None or abs(offset_ns - self._offset_ns) > TOLERANCE_NS:
            self._offset_ns = offset_ns
        return unix_ns + self._offset_ns


def _offset() -> tuple[int, int]:
    """What has to be added to Unix time, and how long it took to find out."""
    before_ns = time.perf_counter_ns()
    unix_ns = time.time_ns()
    after_ns = time.perf_counter_ns()
    return (before_ns + after_ns) // 2 - unix_ns, after_ns - before_ns
