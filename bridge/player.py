"""Live sound: several sounds at once through one stream of the sound device, which is opened early and kept open.

Four kinds of threads, one job each. The audio callback copies samples out of lock-free rings. A feeder for each sound
pulls its blocks and may wait for them. The watcher opens the device ahead of time, tells the level and notices when
the device is gone. Callers of `start` only hand over.
"""

from __future__ import annotations

import contextlib
import logging
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bridge.errors import DeviceError
from bridge.sound import Sound
from engine.types import Audio

RING_S = 4.0  # how far a feeder may run ahead of the device
POLL_S = 0.005  # how often a feeder looks at its ring: the callback must not wake anybody, since that takes a lock
FADE_S = 0.005  # of a sound that is stopped in its middle, so that it does not click
SETTLE_S = 0.25  # of silence into a stream that was just opened: sound servers swallow the first samples they get
LEVEL_S = 0.05
LOST_S = 5.0  # without a callback: some hosts go silent instead of telling that a device was pulled out
JOIN_S = 2.0
NO_DB = -120.0  # what is told for silence

_log = logging.getLogger(__name__)


class PlayHandle(Protocol):
    """One sound on its way."""

    @property
    def underruns(self) -> int:
        """How often the sound had to wait for its next block; each gap was filled with silence."""

    def stop(self) -> None:
        """End the sound now, faded out in a few milliseconds. Returns at once; `on_end` follows soon.

        Its blocks are closed as soon as the one that is being made has come.
        """


class PlayerLike(Protocol):
    """What the daemon needs of a player. Player is the real one."""

    def listen(self, on_level: Callable[[float, float], None], on_problem: Callable[[Exception], None]) -> None:
        """Where to tell the output level (peak and RMS in dB, while something sounds) and what went wrong meanwhile.

        Called before the player is entered. Both are called on the player's threads.
        """

    def start(
        self,
        blocks: Iterator[Audio],
        on_first_sound: Callable[[float], None],
        on_end: Callable[[int, bool], None],
    ) -> PlayHandle:
        """Let `blocks`, float32 (n,) at the player's rate, sound from now on, beside what sounds already.

        The blocks are pulled on a thread of their own, and an iterator that has `close` is closed there. Both
        callbacks come on the player's threads.
        on_first_sound(ms): from this call to the moment at which the device took the first sample.
        on_end(n_samples, stopped): once, when the last sample has sounded or the sound was cut short.
        Raises DeviceError when there is nothing to play on.
        """

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc_info: object) -> None: ...


class _Stream:
    """The open stream of the device: mixes all sounds in its callback."""

    def __init__(self, device: str, rate: int, blocksize: int) -> None:
        sounddevice = _import_sounddevice()
        self.sounds: tuple[Sound, ...] = ()  # replaced as a whole, never changed: the callback reads it without a lock
        self.peak = 0.0
        self.energy = 0.0  # sum of squares since the watcher last looked
        self.n_measured = 0
        self.device_underruns = 0
        self.opened_s = self.called_s = time.perf_counter()
        self._n_fade = round(FADE_S * rate)
        self._mix = np.zeros(4096, np.float32)
        try:
            info = sounddevice.query_devices(device or None, "output")
        except (ValueError, sounddevice.PortAudioError) as error:
            raise DeviceError(_no_device(sounddevice, device, error)) from error
        self.name = str(info["name"])
        n_channels = min(2, int(info["max_output_channels"]))
        try:
            self._stream = sounddevice.OutputStream(
                samplerate=rate,
                device=device or None,
                channels=n_channels,
                dtype="float32",
                blocksize=blocksize,
                callback=self._callback,
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise DeviceError(
                f"the sound device {self.name!r} cannot be opened at {rate} Hz: {error}; close the program that holds "
                "it, or choose another device (audio_device) or rate in the settings"
            ) from error
        self.latency_s = float(self._stream.latency)

    @property
    def is_alive(self) -> bool:
        return bool(self._stream.active) and time.perf_counter() - self.called_s < LOST_S

    def close(self) -> None:
        with contextlib.suppress(Exception):  # a device that is gone may fail to close, and nothing is left to save
            self._stream.abort()
            self._stream.close()

    def _callback(self, out: NDArray[np.float32], n_frames: int, _time: Any, status: Any) -> None:
        self.called_s = now_s = time.perf_counter()
        if status.output_underflow:
            self.device_underruns += 1
        if n_frames > len(self._mix):
            self._mix = np.zeros(n_frames, np.float32)
        mix = self._mix[:n_frames]
        mix[:] = 0
        sounds = self.sounds if now_s - self.opened_s > SETTLE_S else ()
        for sound in sounds:
            sound.mix_into(mix, self._n_fade, now_s)
        np.clip(mix, -1, 1, out=mix)  # several loud sounds together
        out[:] = mix[:, None]
        if sounds:
            self.peak = max(self.peak, float(np.abs(mix).max()))
            self.energy += float(mix @ mix)
            self.n_measured += n_frames


class Player:
    """The real player, on PortAudio. A context manager; see PlayerLike for what `start` promises.

    On a machine without a sound device everything but `start` works.
    """

    def __init__(self, device: str, rate: int, *, blocksize: int = 0) -> None:
        """device: its name or a part of it, empty for the system's. blocksize in frames, 0: as the host likes it."""
        self.device = device
        self.rate = rate
        self.blocksize = blocksize
        self._on_level: Callable[[float, float], None] = lambda peak_db, rms_db: None
        self._on_problem: Callable[[Exception], None] = lambda error: None
        self._lock = threading.Lock()  # guards everything below, never taken in the callback
        self._stream: _Stream | None = None
        self._was_opened = False
        self._feeders: list[threading.Thread] = []
        self._closing = threading.Event()
        self._busy = threading.Event()  # something sounds: the watcher has to look
        self._watcher = threading.Thread(target=self._watch, name="player-watch", daemon=True)

    def listen(self, on_level: Callable[[float, float], None], on_problem: Callable[[Exception], None]) -> None:
        self._on_level, self._on_problem = on_level, on_problem

    @property
    def device_underruns(self) -> int:
        """How often the device ran dry because the machine was too busy to fetch samples in time."""
        stream = self._stream
        return stream.device_underruns if stream else 0

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
    ) -> PlayHandle:
        sound = Sound(round(RING_S * self.rate), on_first_sound, on_end)
        with self._lock:
            if self._closing.is_set():
                raise DeviceError("the player is closed; start the program again to play")
            stream = self._open()
            feeder = threading.Thread(target=self._feed, args=(stream, sound, blocks), name="player-feed", daemon=True)
            self._feeders = [t for t in self._feeders if t.is_alive()] + [feeder]
            stream.sounds = (*stream.sounds, sound)
            self._busy.set()
            feeder.start()
        return sound

    def _open(self) -> _Stream:
        """The stream that is open, or a new one. Called with the lock held. Raises DeviceError."""
        if self._stream is not None and self._stream.is_alive:
            return self._stream
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._was_opened:
            _look_for_devices_again()
        self._was_opened = True
        self._stream = _Stream(self.device, self.rate, self.blocksize)
        _log.info("sound device %r, %d Hz, latency %.0f ms", self._stream.name, self.rate, self._stream.latency_s * 1e3)
        return self._stream

    def _feed(self, stream: _Stream, sound: Sound, blocks: Iterator[Audio]) -> None:
        """The feeder of one sound."""

        def is_over() -> bool:
            return sound.is_over or not stream.is_alive

        try:
            for block in blocks:
                audio = np.ascontiguousarray(block, np.float32)
                while len(audio := audio[sound.ring.write(audio) :]) and not is_over():
                    time.sleep(POLL_S)
                if is_over():
                    break
        except Exception as error:  # of the blocks: what there is sounds to its end, and the error is told
            sound.has_failed = True
            self._on_problem(error)
        sound.all_fed = True
        while not is_over():
            time.sleep(POLL_S)
        cut_short = sound.has_failed or sound.stop_asked or not sound.is_over
        if not cut_short:
            sound.tell_first()
            time.sleep(min(stream.latency_s, 1.0))  # the last sample is with the device, but not yet in the air
        self._end(stream, sound, cut_short=cut_short)
        close = getattr(blocks, "close", None)
        if close is not None:
            close()

    def _end(self, stream: _Stream, sound: Sound, *, cut_short: bool) -> None:
        with self._lock:
            stream.sounds = tuple(s for s in stream.sounds if s is not sound)
        sound.tell_end(cut_short=cut_short)

    def _watch(self) -> None:
        with self._lock, contextlib.suppress(DeviceError):  # told when something is to be played
            self._open()
        while not self._closing.is_set():
            self._busy.wait()
            stream = self._stream
            if stream is not None and not self._closing.wait(LEVEL_S):
                self._look(stream)

    def _look(self, stream: _Stream) -> None:
        sounds, is_alive = stream.sounds, stream.is_alive
        for sound in sounds:
            sound.tell_first()
            # Told from here too, since the sound's feeder may be waiting for a block that takes long to make.
            if not is_alive or (sound.stop_asked and sound.is_over):
                self._end(stream, sound, cut_short=True)
        with self._lock:
            if not stream.sounds:
                self._busy.clear()
        if not is_alive:
            self._on_problem(
                DeviceError(f"the sound device {stream.name!r} is gone; plug it in or choose another, then play again")
            )
        elif stream.n_measured:
            peak, energy, n = stream.peak, stream.energy, stream.n_measured
            stream.peak, stream.energy, stream.n_measured = 0.0, 0.0, 0
            self._on_level(_decibels(peak), _decibels(math.sqrt(energy / n)))
        if not stream.sounds:
            self._on_level(NO_DB, NO_DB)


def _decibels(amplitude: float) -> float:
    return max(NO_DB, 20 * math.log10(amplitude)) if amplitude > 0 else NO_DB


def _import_sounddevice() -> Any:
    """Late, since it looks for sound servers. Raises DeviceError."""
    try:
        import sounddevice
    except OSError as error:  # the wheel for Linux has no PortAudio of its own
        raise DeviceError(
            f"PortAudio is not installed ({error}); on Debian and Ubuntu: sudo apt-get install libportaudio2"
        ) from error
    return sounddevice


def _look_for_devices_again() -> None:
    """PortAudio lists the devices only when it starts. Safe, since a player has one stream, and that is closed."""
    sounddevice = sys.modules.get("sounddevice")
    if sounddevice is not None:
        sounddevice._terminate()
        sounddevice._initialize()


def output_devices() -> tuple[str, ...]:
    """Names of the sound outputs that a player may be given. Raises DeviceError."""
    return _outputs(_import_sounddevice())


def _outputs(sounddevice: Any) -> tuple[str, ...]:
    return tuple(str(d["name"]) for d in sounddevice.query_devices() if d["max_output_channels"])


def _no_device(sounddevice: Any, device: str, error: Exception) -> str:
    outputs = _outputs(sounddevice)
    if not outputs:
        return (
            "this machine has no sound output, so nothing can be heard; render to a file instead, or connect a device "
            "(on Linux: start PulseAudio or PipeWire) and play again"
        )
    return (
        f"no sound output {device!r} ({error}); there are: {', '.join(outputs)}; "
        "write one of them, or nothing for the system's own, as audio_device in the settings"
    )
