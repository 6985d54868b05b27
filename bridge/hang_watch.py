"""Notices when a piece of work gives no sign of life any more. It cannot end it: Python threads cannot be ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, Self, TypeVar

LOOKS = 10  # how often it is looked within the time that work may be silent

Work = TypeVar("Work")


class HangWatch(Generic[Work]):
    """A context manager. Watches one piece of work at a time."""

    def __init__(
        self, silent_s: float, on_hang: Callable[[Work], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """on_hang(work): nothing was heard of it for `silent_s` seconds; called once, on the watch's thread."""
        self._silent_s = silent_s
        self._on_hang = on_hang
        self._clock = clock
        self._lock = threading.Lock()
        self._work: Work | None = None
        self._heard_s = 0.0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hang-watch", daemon=True)

    def begin(self, work: Work) -> None:
        with self._lock:
            self._work, self._heard_s = work, self._clock()

    def alive(self, work: Work) -> None:
        """The work goes on. Of work that was given up nothing is noted."""
        with self._lock:
            if self._work is work:
                self._heard_s = self._clock()

    def end(self, work: Work) -> bool:
        """The work has ended. -> False when it had been given up before."""
        with self._lock:
            if self._work is not work:
                return False
            self._work = None
            return True

    def look(self) -> None:
        """What the watch's thread does again and again."""
        with self._lock:
            work = self._work
            if work is None or self._clock() - self._heard_s < self._silent_s:
                return
            self._work = None
        self._on_hang(work)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(self._silent_s / LOOKS):
            self.look()
