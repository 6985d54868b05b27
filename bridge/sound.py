"""One sound on its way to the device: a ring of samples between the thread that feeds it and the audio callback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from engine.types import Audio

RING_S = 4.0  # how far a feeder may run ahead of the device


class Ring:
    """Samples from one writing thread to one reading thread, without a lock.

    Each side moves only its own counter, after the samples are in their place; CPython publishes a changed attribute
    whole and in order, so the other side sees either the old or the new count.
    """

    def __init__(self, capacity: int) -> None:
        self._samples = np.zeros(capacity, np.float32)
        self._written = 0
        self._read = 0

    @property
    def n_waiting(self) -> int:
        return self._written - self._read

    def write(self, audio: Audio) -> int:
        """-> how many of the samples had room."""
        capacity = len(self._samples)
        n = min(len(audio), capacity - self.n_waiting)
        place = self._written % capacity
        first = min(n, capacity - place)
        self._samples[place : place + first] = audio[:first]
        self._samples[: n - first] = audio[first:n]
        self._written += n
        return n

    def add_to(self, out: Audio) -> int:
        """Add what waits, at most len(out) samples, onto `out`. -> how many."""
        capacity = len(self._samples)
        n = min(len(out), self.n_waiting)
        place = self._read % capacity
        first = min(n, capacity - place)
        out[:first] += self._samples[place : place + first]
        out[first:n] += self._samples[: n - first]
        self._read += n
        return n


class Sound:
    """One sound: its ring, what callback and feeder tell each other, and whom to tell. Each field has one writer."""

    def __init__(
        self,
        rate: int,
        on_first_sound: Callable[[float], None],
        on_end: Callable[[int, bool], None],
        *,
        due_ns: int | None = None,
    ) -> None:
        """`rate`: of its samples, and of the stream's that it is mixed into, whatever the device takes.
        `due_ns`: when its first sample is to be heard, as `time.perf_counter_ns` counts; None: at once."""
        self.started_s = time.perf_counter()
        self.due_ns = due_ns
        self.ring = Ring(round(RING_S * rate))
        self._rate = rate
        # written by the feeder
        self.all_fed = False
        self.has_failed = False
        # written by any caller
        self.stop_asked = False
        # written by the watcher
        self.is_lost = False  # there is no device any more that it could sound on
        # written by the callback
        self.first_s = 0.0
        self.late_s = 0.0  # how long after it was due, on the audio clock
        self.n_played = 0
        self.underruns = 0
        self.is_dry = False
        self.has_ended = False
        # Feeder and watcher both look whether there is something to tell; it is told once, the first sound first.
        self._telling = threading.RLock()
        self._to_tell_first: Callable[[float], None] | None = on_first_sound
        self._to_tell_end: Callable[[int, bool], None] | None = on_end

    @property
    def is_over(self) -> bool:
        return self.has_ended or self.is_lost

    @property
    def due_in_s(self) -> float:
        """How long until it is due; not above 0 when it is."""
        return 0.0 if self.due_ns is None or self.stop_asked else self.due_ns / 1e9 - time.perf_counter()

    def stop(self) -> None:
        self.stop_asked = True

    def tell_first(self) -> None:
        with self._telling:
            if self.first_s and self._to_tell_first is not None:
                tell, self._to_tell_first = self._to_tell_first, None
                tell((self.late_s if self.due_ns is not None else self.first_s - self.started_s) * 1000)

    def tell_end(self, *, cut_short: bool) -> None:
        with self._telling:
            self.tell_first()
            if self._to_tell_end is not None:
                tell, self._to_tell_end = self._to_tell_end, None
                tell(self.n_played, cut_short)

    def mix_into(self, out: Audio, n_fade: int, now_s: float, *, first: int = 0, start: int | None = None) -> None:
        """Add the next samples onto `out`, which begins at the sample `first` of the stream. In the audio callback.

        `start`: the sample of the stream at which the sound is due; None: as soon as it can be.
        """
        if self.is_over:
            return
        if self.stop_asked:
            tail = np.zeros(min(n_fade, len(out)), np.float32)
            self.n_played += self.ring.add_to(tail) if self.first_s else 0
            out[: len(tail)] += tail * np.linspace(1, 0, len(tail), dtype=np.float32)
            self.has_ended = True
            return
        begin = 0 if start is None or self.first_s else max(0, start - first)
        if begin >= len(out):
            return
        all_fed = self.all_fed  # looked at before the ring: what was fed before it is then surely in there
        n = self.ring.add_to(out[begin:])
        self.n_played += n
        if n and not self.first_s:
            self.first_s = now_s
            self.late_s = 0.0 if start is None else max(0, first - start) / self._rate
        if n < len(out) - begin:
            if all_fed:
                self.has_ended = True
            elif self.first_s and not self.is_dry:  # before the first sample it is only waiting to begin
                self.underruns += 1
        self.is_dry = n < len(out) - begin
