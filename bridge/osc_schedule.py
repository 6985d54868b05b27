"""What is to be done at a time tag. Holds no clock and no thread: its owner asks what is due at which moment."""

from __future__ import annotations

import heapq
import itertools
from typing import Generic, TypeVar

from bridge.errors import BridgeError, BusyError

MAX_AHEAD_S = 10.0  # further ahead is more likely a clock that differs than a plan
MAX_WAITING = 1000

Job = TypeVar("Job")


class TimeTagError(BridgeError):
    """A time tag further ahead than anything is held for."""

    code = "time_out_of_range"


def check_ahead(ahead_s: float) -> None:
    """Raises TimeTagError when a time tag lies further ahead than anything is held for."""
    if ahead_s > MAX_AHEAD_S:
        raise TimeTagError(
            f"the time tag lies {ahead_s:.3f} s ahead of this machine's clock; {MAX_AHEAD_S:g} s is the most. Send it "
            "later, or compare the clocks"
        )


class OscSchedule(Generic[Job]):
    """Jobs in the order of their times; those of the same time in the order they came in."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Job]] = []
        self._count = itertools.count()

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, job: Job, due_s: float | None, now_s: float) -> None:
        """Hold `job` until `due_s` (None, or late: it is due now). Raises TimeTagError, BusyError."""
        due_s = now_s if due_s is None else max(due_s, now_s)
        check_ahead(due_s - now_s)
        if len(self._heap) >= MAX_WAITING:
            raise BusyError(f"{MAX_WAITING} bundles wait for their time already; send this one later")
        heapq.heappush(self._heap, (due_s, next(self._count), job))

    def take_due(self, now_s: float) -> list[Job]:
        """The jobs whose time has come, in order; they are no longer held."""
        due = []
        while self._heap and self._heap[0][0] <= now_s:
            due.append(heapq.heappop(self._heap)[2])
        return due

    def next_in_s(self, now_s: float) -> float | None:
        """Seconds to the next job, 0 when it is due; None when nothing waits."""
        return max(0.0, self._heap[0][0] - now_s) if self._heap else None
