"""Which sample of the output stream sounds at which moment: what a time tag is turned into.

The device's crystal and the computer's clock do not run alike, callbacks come when the system finds the time, and sound
servers change their minds about how much they hold back. So what the callbacks say is smoothed twice: by the median of
the last ones, and by an anchor that rests as long as it is about right. Two sounds that are due one second apart then
begin exactly a second of samples apart. Where the clocks do drift apart, the anchor follows, too slowly to be heard.
"""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from collections import deque

WINDOW = 201  # callbacks that the median is taken of
SETTLING = 101  # the first ones, after which the anchor rests: what a sound server tells at first is rough
REST_NS = 5_000_000  # off by less, the anchor stays where it is
RIGHT_NS = 500_000  # and when it moves, it does until it is as near as this
SLEW_PPM = 20  # how fast it moves: less than a sample of 48 kHz in a second
HURRY_NS, HURRY_S = 8_000_000, 15  # further off than that, it makes up for the excess within so many seconds
STEP_NS = 4_000_000  # no clock drifts so far in two windows: samples were left out, and it is put right at once
SECOND_NS = 1_000_000_000
TOLERANCE_NS = 1_000_000  # of the wall clock


class AudioClock:
    """Counts in nanoseconds of `time.perf_counter_ns`, which never jumps. One thread observes, any may ask."""

    def __init__(self, rate: int) -> None:
        """`rate`: samples a second of the stream that is counted."""
        self._rate = rate
        self._seen: deque[int] = deque()  # where each of the last callbacks put the stream's first sample
        self._sorted: list[int] = []  # the same
        self._origin_ns: int | None = None  # the anchor: when the stream's first sample was heard
        self._before: deque[int] = deque(maxlen=3)  # medians: of now and of one and two windows ago
        self._moves = False
        self._n_seen = 0
        self._n_samples = 0  # of the last callback

    def observe(self, n_samples: int, heard_ns: int, *, may_jump: bool = False) -> None:
        """The sample number `n_samples` is going to be heard at `heard_ns`.

        may_jump: nothing has sounded for a while, so the anchor may be put right at once.
        """
        origin_ns = heard_ns - n_samples * SECOND_NS // self._rate
        self._seen.append(origin_ns)
        insort(self._sorted, origin_ns)
        if len(self._seen) > WINDOW:
            del self._sorted[bisect_left(self._sorted, self._seen.popleft())]
        self._n_seen += 1
        median_ns = self._sorted[len(self._sorted) // 2]
        if self._n_seen % WINDOW == 0:
            self._before.append(median_ns)
        passed_ns = (n_samples - self._n_samples) * SECOND_NS // self._rate
        self._n_samples = n_samples
        self._follow(median_ns, passed_ns, may_jump)

    def restart(self) -> None:
        """Samples were left out: what was seen before tells nothing any more."""
        self._seen.clear()
        self._sorted.clear()
        self._before.clear()
        self._n_seen = 0

    def _follow(self, median_ns: int, passed_ns: int, may_jump: bool) -> None:
        if self._origin_ns is None or self._n_seen <= SETTLING:
            self._origin_ns = median_ns
            return
        off_ns = median_ns - self._origin_ns
        if self._moves:
            self._moves = abs(off_ns) > RIGHT_NS
        else:
            self._moves = abs(off_ns) > REST_NS
        if not self._moves:
            return
        if may_jump or (self._before and abs(median_ns - self._before[0]) > STEP_NS):
            self._origin_ns = median_ns
            self._before.clear()
            return
        step_ns = passed_ns * SLEW_PPM // 1_000_000
        step_ns += max(0, abs(off_ns) - HURRY_NS) * passed_ns // (HURRY_S * SECOND_NS)
        self._origin_ns += step_ns if off_ns > 0 else -step_ns

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
