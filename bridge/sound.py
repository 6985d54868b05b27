"""One sound on its way to the device: a ring of samples between the thread that feeds it and the audio callback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from bridge.audio_clock import WallClock
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
        wall_clock: WallClock | None = None,
    ) -> None:
        """`rate`: of its samples, and of the stream's that it is mixed into, whatever the device takes.
        `due_ns`: when its first sample is to be heard, as `time.perf_counter_ns` counts; None: at once.
        `wall_clock`: turns the moments that it may be stopped at."""
        self.started_s = time.perf_counter()
        self.due_ns = due_ns
        self.ring = Ring(round(RING_S * rate))
        self._rate = rate
        self._wall_clock = wall_clock or WallClock()
        # written by the feeder
        self.all_fed = False
        self.has_failed = False
        # written by any caller
        self.stop_asked = False
        self.stop_ns: int | None = None  # when it is to be stopped, as due_ns counts
        # written by the watcher
        self.is_lost = False  # there is no device any more that it could sound on
        # written by the callback
        self.first_s = 0.0
        self.late_s = 0.0  # how long after it was due, on the audio clock
        self.n_played = 0
        self.underruns = 0
        self.is_dry = False
        self.has_ended = False
        self.was_cut = False
        self._fade_left: int | None = None  # samples of its fade that are still to come
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

    @property
    def stop_is_due(self) -> bool:
        return self.stop_asked or (self.stop_ns is not None and time.perf_counter_ns() >= self.stop_ns)

    def stop(self, *, at_ns: int | None = None) -> None:
        if at_ns is None:
            self.stop_asked = True
            return
        stop_ns = self._wall_clock.due_ns(at_ns)
        if self.stop_ns is None or stop_ns < self.stop_ns:  # the earliest of several counts
            self.stop_ns = stop_ns

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

    def mix_into(
        self,
        out: Audio,
        n_fade: int,
        now_s: float,
        *,
        first: int = 0,
        start: int | None = None,
        stop: int | None = None,
    ) -> None:
        """Add the next samples onto `out`, which begins at the sample `first` of the stream. In the audio callback.

        `start`: the sample of the stream at which the sound is due; None: as soon as it can be.
        `stop`: the sample from which it fades out, over `n_fade` samples; None: it is heard to its end.
        """
        if self.is_over:
            return
        begin = 0 if start is None or self.first_s else max(0, start - first)
        fade = self._fade_from(len(out), first, stop)
        if begin >= fade and not self.first_s and fade < len(out):
            self.was_cut = self.has_ended = True  # before any of it was heard
            return
        if begin >= len(out):
            return
        is_cut = fade < len(out) and self._fade_left is None
        if is_cut:
            self._fade_left = n_fade
        end = len(out) if self._fade_left is None else min(len(out), fade + self._fade_left)
        all_fed = self.all_fed  # looked at before the ring: what was fed before it is then surely in there
        n = self._add(out[begin:end], fade - begin, n_fade)
        self.n_played += n
        if is_cut:  # unless it came to its own end just then
            self.was_cut = n > fade - begin or not all_fed
        if n and not self.first_s:
            self.first_s = now_s
            self.late_s = 0.0 if start is None else max(0, first - start) / self._rate
        is_dry = n < end - begin
        if self._fade_left is not None and (self._fade_left == 0 or is_dry):
            self.has_ended = True
        elif is_dry and all_fed:
            self.has_ended = True
        elif is_dry and self.first_s and not self.is_dry:  # before the first sample it is only waiting to begin
            self.underruns += 1
        self.is_dry = is_dry

    def _fade_from(self, n: int, first: int, stop: int | None) -> int:
        """Where in a block of `n` samples the fade begins or goes on; `n` when it does not."""
        if self._fade_left is not None or self.stop_asked:
            return 0
        return n if stop is None else min(n, max(0, stop - first))

    def _add(self, out: Audio, fade: int, n_fade: int) -> int:
        """The next samples onto `out`, faded from its sample `fade` on. -> how many there were."""
        if self._fade_left is None:
            return self.ring.add_to(out)
        piece = np.zeros(len(out), np.float32)
        n = self.ring.add_to(piece)
        n_faded = len(out) - max(0, fade)
        left = self._fade_left - 1 - np.arange(n_faded, dtype=np.float32)
        piece[len(out) - n_faded :] *= left / max(1, n_fade - 1)
        self._fade_left -= n_faded
        out += piece
        return n
