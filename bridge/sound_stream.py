"""The open stream of a sound device: mixes all sounds in its callback, and knows which sample is heard when."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from bridge.audio_clock import AudioClock
from bridge.errors import DeviceError
from bridge.limiter import Limiter
from bridge.sound import Sound
from bridge.sound_devices import import_sounddevice, no_such_device
from engine.types import Audio

FADE_S = 0.005  # of a sound that is stopped in its middle, so that it does not click
SETTLE_S = 0.25  # of silence into a stream that was just opened: sound servers swallow the first samples they get
QUIET_S = 10.0  # after the last sound, as long as time tags may lie ahead, the show is taken to go on
LOST_S = 5.0  # without a callback: some hosts go silent instead of telling that a device was pulled out
MAX_DELAY_S = 2.0  # what a host says to hold back beyond that is taken for nonsense
SECOND_NS = 1_000_000_000


class Stream:
    """One device, opened. Sounds are at `rate`; a device that refuses it gets its own rate, by resampling the mix."""

    def __init__(self, device: str, rate: int, blocksize: int) -> None:
        """`device`: its name or a part of it, empty for the system's. Raises DeviceError."""
        sounddevice = import_sounddevice()
        self.sounds: tuple[Sound, ...] = ()  # replaced as a whole, never changed: the callback reads it without a lock
        self.peak = 0.0
        self.energy = 0.0  # sum of squares since the watcher last looked
        self.n_measured = 0
        self.underruns = 0
        self.called_s = time.perf_counter()
        self.clock = AudioClock(rate)
        self._rate = rate
        self._n_mixed = 0  # samples at `rate`
        self._busy_until = 0  # until that sample the clock may not jump, since a next cue of the same show may come
        self._n_fade = round(FADE_S * rate)
        self._mix = np.zeros(4096, np.float32)
        self._limiter = Limiter(rate)
        self._resampled = np.zeros(0, np.float32)  # what the device did not ask for yet
        self._ended = False
        try:
            info = sounddevice.query_devices(device or None, "output")
        except (ValueError, sounddevice.PortAudioError) as error:
            raise DeviceError(no_such_device(sounddevice, device, error)) from error
        self.name = str(info["name"])

        def opened(device_rate: int) -> Any:
            return sounddevice.OutputStream(
                samplerate=device_rate,
                device=device or None,
                channels=min(2, int(info["max_output_channels"])),
                dtype="float32",
                blocksize=blocksize,
                callback=self._callback,
                finished_callback=self._finished,
            )

        self.rate = rate  # of the device
        self._resampler: soxr.ResampleStream | None = None
        try:
            try:
                self._stream = opened(rate)
            except sounddevice.PortAudioError:
                self.rate = round(float(info["default_samplerate"]))
                if self.rate == rate:
                    raise
                self._resampler = soxr.ResampleStream(rate, self.rate, 1, dtype="float32")
                self._stream = opened(self.rate)
            self.latency_s = float(self._stream.latency)
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise DeviceError(
                f"the sound device {self.name!r} cannot be opened at {rate} Hz: {error}; close the program that holds "
                "it, or choose another device (audio_device) or rate in the settings"
            ) from error

    @property
    def is_alive(self) -> bool:
        return not self._ended and bool(self._stream.active) and time.perf_counter() - self.called_s < LOST_S

    def close(self) -> None:
        with contextlib.suppress(Exception):  # a device that is gone may fail to close, and nothing is left to save
            self._stream.abort()
            self._stream.close()

    def _finished(self) -> None:
        self._ended = True

    # ---- the audio callback: copies, never waits ---------------------------------------------------------------------

    def _callback(self, out: NDArray[np.float32], n_frames: int, at: Any, status: Any) -> None:
        now_ns = time.perf_counter_ns()
        self.called_s = now_ns / SECOND_NS
        if status.output_underflow:
            self.clock.restart()
            if self.sounds:
                self.underruns += 1
        held_back_s = at.outputBufferDacTime - at.currentTime
        if not 0 < held_back_s < MAX_DELAY_S:  # not every host knows
            held_back_s = self.latency_s
        held_back_s += len(self._resampled) / self.rate + self._limiter.delay / self._rate
        if self._resampler is not None:
            held_back_s += self._resampler.delay() / self.rate
        if any(sound.first_s for sound in self.sounds):  # what has not begun yet can still be put right
            self._busy_until = self._n_mixed + round(QUIET_S * self._rate)
        self.clock.observe(
            self._n_mixed, now_ns + round(held_back_s * SECOND_NS), may_jump=self._n_mixed > self._busy_until
        )
        if self._resampler is None:
            out[:] = self._mixed(n_frames)[:, None]
            return
        while len(self._resampled) < n_frames:
            n = (n_frames - len(self._resampled)) * self._rate // self.rate + 1
            more = self._resampler.resample_chunk(self._mixed(n))
            self._resampled = np.concatenate([self._resampled, more])
        out[:] = self._resampled[:n_frames, None]
        self._resampled = self._resampled[n_frames:]

    def _mixed(self, n: int) -> Audio:
        """The next `n` samples of all sounds together."""
        if n > len(self._mix):
            self._mix = np.zeros(n, np.float32)
        mix = self._mix[:n]
        mix[:] = 0
        sounds = self.sounds if self._n_mixed >= SETTLE_S * self._rate else ()
        for sound in sounds:
            start = None if sound.due_ns is None else self.clock.sample_at(sound.due_ns)
            stop = None if sound.stop_ns is None else self.clock.sample_at(sound.stop_ns)
            sound.mix_into(mix, self._n_fade, self.called_s, first=self._n_mixed, start=start, stop=stop)
        self._n_mixed += n
        out = self._limiter.process(mix)
        if sounds:
            self.peak = max(self.peak, float(np.abs(out).max()))
            self.energy += float(out @ out)
            self.n_measured += n
        return out
