"""Live sound: several sounds at once through one stream of the sound device, which is opened early and kept open.

Four kinds of threads, one job each. The audio callback copies samples out of lock-free rings. A feeder for each sound
pulls its blocks and may wait for them. The watcher opens the device ahead of time, tells the level and notices when
the device is gone. Callers of `start` only hand over.

A device that goes takes no sound with it: the system's own takes over, and when the chosen one is there again and
nothing sounds, it is used again. Each such change is told.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol, Self

import numpy as np

from bridge.audio_clock import WallClock
from bridge.errors import DeviceError
from bridge.events import SoundDevice
from bridge.sound import Sound
from bridge.sound_devices import is_there, look_again, output_devices
from bridge.sound_stream import Stream
from engine.types import Audio

POLL_S = 0.005  # how often a feeder looks at its ring: the callback must not wake anybody, since that takes a lock
MAX_POLL_S = 0.25  # of a sound that has a while until it is due
LEVEL_S = 0.05
LOOK_S, MAX_LOOK_S = 2.0, 30.0  # between two looks for a device that is missed, of which each costs a small process
PATIENCE_S = 10.0  # a sound without any device waits that long for one before it is given up
TRY_S = 0.5  # between two tries then
JOIN_S = 2.0
NO_DB = -120.0  # what is told for silence

_log = logging.getLogger(__name__)


class PlayHandle(Protocol):
    """One sound on its way."""

    @property
    def underruns(self) -> int:
        """How often the sound had to wait for its next block; each gap was filled with silence."""

    def stop(self, *, at_ns: int | None = None) -> None:
        """End the sound, faded out in a few milliseconds. Returns at once; `on_end` follows soon.

        at_ns: the Unix time in nanoseconds at which its fade is to be heard to begin, to the sample; None: now.
        Its blocks are closed as soon as the one that is being made has come.
        """


class PlayerLike(Protocol):
    """What the daemon needs of a player. Player is the real one."""

    def listen(
        self,
        on_level: Callable[[float, float], None],
        on_problem: Callable[[Exception], None],
        on_device: Callable[[SoundDevice], None],
    ) -> None:
        """Where to tell the output level (peak and RMS in dB, while something sounds), what went wrong meanwhile, and
        what the sound device is, whenever that changes.

        Called before the player is entered. All are called on the player's threads.
        """

    def start(
        self,
        blocks: Iterator[Audio],
        on_first_sound: Callable[[float], None],
        on_end: Callable[[int, bool], None],
        *,
        at_ns: int | None = None,
    ) -> PlayHandle:
        """Let `blocks`, float32 (n,) at the player's rate, sound from now on, beside what sounds already.

        at_ns: the Unix time in nanoseconds at which the first sample is to be heard; what is past means now.

        The blocks are pulled on a thread of their own, and an iterator that has `close` is closed there. Both
        callbacks come on the player's threads.
        on_first_sound(ms): from this call to the moment at which the device took the first sample. With `at_ns`: how
        much later than that it is heard.
        on_end(n_samples, stopped): once, when the last sample has sounded or the sound was cut short.
        Raises DeviceError when there is nothing to play on.
        """

    def outputs(self) -> tuple[str, ...]:
        """Names of the devices that there are at this moment. Takes a moment itself. Raises DeviceError."""

    def device(self) -> SoundDevice:
        """The sound device as it is now."""

    def choose(self, device: str) -> SoundDevice:
        """Go over to another device, with all that sounds. Empty: the system's own.

        Raises DeviceError when it is not there or cannot be opened; then everything is as it was.
        """

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc_info: object) -> None: ...


class Player:
    """The real player, on PortAudio. A context manager; see PlayerLike for what its calls promise.

    On a machine without a sound device everything but `start` works.
    """

    def __init__(self, device: str, rate: int, *, blocksize: int = 0, patience_s: float = PATIENCE_S) -> None:
        """device: its name or a part of it, empty for the system's. blocksize in frames, 0: as the host likes it."""
        self.wanted = device
        self.rate = rate
        self.blocksize = blocksize
        self._patience_s = patience_s
        self._wall_clock = WallClock()
        self._on_level: Callable[[float, float], None] = lambda peak_db, rms_db: None
        self._on_problem: Callable[[Exception], None] = lambda error: None
        self._on_device: Callable[[SoundDevice], None] = lambda device: None
        self._lock = threading.RLock()  # guards everything below, never taken in the callback
        self._stream: Stream | None = None
        self._missed = ""  # why the wanted device is not the one that is open
        self._none = ""  # why there is none at all, as it was at the last look
        self._looked_s = 0.0
        self._n_underruns = 0  # of the streams before this one
        self._was_opened = False
        self._told: SoundDevice | None = None
        self._feeders: list[threading.Thread] = []
        self._closing = threading.Event()
        self._busy = threading.Event()  # something sounds: the watcher has to look
        self._watcher = threading.Thread(target=self._watch, name="player-watch", daemon=True)

    def listen(
        self,
        on_level: Callable[[float, float], None],
        on_problem: Callable[[Exception], None],
        on_device: Callable[[SoundDevice], None] = lambda device: None,
    ) -> None:
        self._on_level, self._on_problem, self._on_device = on_level, on_problem, on_device

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._closing.set()
            self._busy.set()
            stream, feeders = self._stream, list(self._feeders)
        for sound in stream.sounds if stream else ():
            sound.stop()
        for thread in (*feeders, self._watcher):
            thread.join(JOIN_S)
        if stream:
            stream.close()

    def start(
        self,
        blocks: Iterator[Audio],
        on_first_sound: Callable[[float], None],
        on_end: Callable[[int, bool], None],
        *,
        at_ns: int | None = None,
    ) -> PlayHandle:
        due_ns = None if at_ns is None else self._wall_clock.due_ns(at_ns)
        sound = Sound(self.rate, on_first_sound, on_end, due_ns=due_ns, wall_clock=self._wall_clock)
        with self._lock:
            if self._closing.is_set():
                raise DeviceError("the player is closed; start the program again to play")
            stream = self._open()
            feeder = threading.Thread(target=self._feed, args=(sound, blocks), name="player-feed", daemon=True)
            self._feeders = [t for t in self._feeders if t.is_alive()] + [feeder]
            stream.sounds = (*stream.sounds, sound)
            self._busy.set()
            feeder.start()
        return sound

    def outputs(self) -> tuple[str, ...]:
        return output_devices()

    def device(self) -> SoundDevice:
        with self._lock:
            stream = self._stream
            if stream is None or not stream.is_alive:
                return SoundDevice(self.wanted, "", 0, 0.0, self._n_underruns, self._missed)
            text = self._missed
            if stream.rate != self.rate:
                told = f"{stream.name} does not take {self.rate} Hz; it gets {stream.rate} Hz, resampled"
                text = f"{text}; {told}" if text else told
            n_underruns = self._n_underruns + stream.underruns
            latency_ms = round(stream.latency_s * 1000, 1)
            return SoundDevice(self.wanted, stream.name, stream.rate, latency_ms, n_underruns, text)

    def choose(self, device: str) -> SoundDevice:
        if not is_there(device):  # asked first, since going over interrupts what sounds
            raise DeviceError(f"no sound output {device!r}; there are: {', '.join(output_devices()) or 'none'}")
        with self._lock:
            before = self.wanted
            self.wanted = device
            try:
                self._reopen(or_system=False)
            except DeviceError:
                self.wanted = before
                if self._was_opened:
                    self._reopen()
                raise
        self._tell_device()
        return self.device()

    # ---- the stream: all with the lock held --------------------------------------------------------------------------

    def _open(self) -> Stream:
        """The stream that is open, or a new one. Raises DeviceError."""
        if self._stream is not None and self._stream.is_alive:
            return self._stream
        if self._none:
            # Each start of PortAudio takes memory that it never gives back, so a small process looks first.
            if time.monotonic() < self._looked_s + LOOK_S or not is_there(""):
                raise DeviceError(self._none)
        return self._reopen()

    def _reopen(self, *, or_system: bool = True) -> Stream:
        """A new stream in the place of the one there was, with its sounds. Raises DeviceError.

        or_system: when the wanted device is not to be had, the system's own will do.
        """
        sounds: tuple[Sound, ...] = ()
        if (old := self._stream) is not None:
            sounds = old.sounds
            self._n_underruns += old.underruns
            old.close()
            old.underruns = 0
        if self._was_opened:
            look_again()
        self._was_opened = True
        missed = ""
        try:
            try:
                stream = Stream(self.wanted, self.rate, self.blocksize)
            except DeviceError as error:
                if not self.wanted or not or_system:
                    raise
                stream = Stream("", self.rate, self.blocksize)
                missed = f"{error}. Until it is there, sound goes to {stream.name!r}"
        except DeviceError as error:
            self._missed = self._none = str(error)
            self._looked_s = time.monotonic()
            raise
        stream.sounds = sounds
        self._stream, self._missed, self._none = stream, missed, ""
        _log.info("sound device %r, %d Hz, latency %.0f ms", stream.name, stream.rate, stream.latency_s * 1e3)
        return stream

    # ---- the feeder of one sound -------------------------------------------------------------------------------------

    def _feed(self, sound: Sound, blocks: Iterator[Audio]) -> None:
        try:
            for block in blocks:
                audio = np.ascontiguousarray(block, np.float32)
                while len(audio := audio[sound.ring.write(audio) :]) and not sound.is_over:
                    time.sleep(max(POLL_S, min(MAX_POLL_S, sound.due_in_s / 2)))
                if sound.is_over:
                    break
        except Exception as error:  # of the blocks: what there is sounds to its end, and the error is told
            sound.has_failed = True
            self._on_problem(error)
        sound.all_fed = True
        while not sound.is_over:
            time.sleep(max(POLL_S, min(MAX_POLL_S, sound.due_in_s / 2)))
        cut_short = sound.has_failed or sound.was_cut or sound.is_lost
        if not cut_short:
            sound.tell_first()
            # The last sample is with the device, but not yet in the air.
            time.sleep(min(self._stream.latency_s if self._stream else 0.0, 1.0))
        self._end(sound, cut_short=cut_short)
        close = getattr(blocks, "close", None)
        if close is not None:
            close()

    def _end(self, sound: Sound, *, cut_short: bool) -> None:
        with self._lock:
            if self._stream is not None:
                self._stream.sounds = tuple(s for s in self._stream.sounds if s is not sound)
        sound.tell_end(cut_short=cut_short)

    # ---- the watcher -------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        with self._lock:
            try:
                self._open()
            except DeviceError as error:  # told again when something is to be played
                _log.info("no sound yet: %s", error)
        self._tell_device()
        look_s = LOOK_S
        while not self._closing.is_set():
            if not self._busy.wait(look_s if self._missed else None):
                self._look_for_wanted()
                look_s = min(2 * look_s, MAX_LOOK_S)
            elif not self._closing.wait(LEVEL_S):
                look_s = LOOK_S
                self._look()

    def _look(self) -> None:
        with self._lock:
            stream = self._stream
        if stream is None:
            return
        is_alive = stream.is_alive
        for sound in stream.sounds:
            sound.tell_first()
            # Told from here too, since the sound's feeder may be waiting for a block that takes long to make.
            if (sound.has_ended and sound.was_cut) or (sound.stop_is_due and not is_alive):
                self._end(sound, cut_short=True)
        with self._lock:
            if not stream.sounds:
                self._busy.clear()
        if not is_alive:
            self._replace(stream)
            return
        if stream.n_measured:
            peak, energy, n = stream.peak, stream.energy, stream.n_measured
            stream.peak, stream.energy, stream.n_measured = 0.0, 0.0, 0
            self._on_level(_decibels(peak), _decibels(math.sqrt(energy / n)))
        if not stream.sounds:
            self._on_level(NO_DB, NO_DB)
            self._tell_device()  # underruns that there were

    def _replace(self, gone: Stream) -> None:
        """The device is gone: what sounds goes on on another one, or waits a while for one."""
        told = f"the sound device {gone.name!r} is gone"
        until_s = time.monotonic() + (self._patience_s if gone.sounds else 0.0)
        is_told = False
        while not self._closing.is_set():
            with self._lock:
                if self._stream is not gone:  # somebody was faster
                    return
                try:
                    stream = self._reopen()
                    break
                except DeviceError:
                    self._missed = f"{told}, and there is no other; plug it in or choose another, then play again"
                    is_over = time.monotonic() >= until_s
                    for sound in gone.sounds:
                        if is_over or sound.stop_is_due:
                            sound.is_lost = True
                            self._end(sound, cut_short=True)
            if not is_told:
                is_told = True
                self._on_problem(DeviceError(self._missed))
                self._tell_device()
            if not gone.sounds:
                return
            self._closing.wait(TRY_S)
        else:
            return
        if not is_told:
            self._on_problem(DeviceError(f"{told}; {self._missed or f'sound goes on on {stream.name!r}'}"))
        self._tell_device()

    def _look_for_wanted(self) -> None:
        """Nothing sounds: if the wanted device is there again, it is taken."""
        try:
            if not is_there(self.wanted):
                return
        except DeviceError:
            return
        with self._lock:
            if self._busy.is_set() or self._closing.is_set() or not self._missed:
                return
            try:
                self._reopen()
            except DeviceError:
                return
        self._tell_device()

    def _tell_device(self) -> None:
        device = self.device()
        if device != self._told:
            self._told = device
            self._on_device(device)


def _decibels(amplitude: float) -> float:
    return max(NO_DB, 20 * math.log10(amplitude)) if amplitude > 0 else NO_DB
