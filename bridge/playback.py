"""What sounds now: files of takes and lines that are still being rendered, each ended or stopped once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr

from bridge import events
from bridge.errors import BusyError, DeviceError
from bridge.line_book import LineBook
from bridge.player import PlayerLike, PlayHandle
from bridge.sleeping import slept_s
from engine.types import Audio

BLOCK = 4096  # samples that are read from a file at a time
NO_SOUND = "this Cuevox was started without sound; render the line to a file instead"
MAX_SOUNDS = 256  # at once, those included that wait for their time: each has its thread
SLEEP_MS = 1.0  # what the system's clocks seem to differ by is no sleep below that
LATE_MS = 50.0  # clients that stamp their messages with the present are not late


@dataclass(eq=False)
class _Sound:
    line_id: str
    take_id: str
    play_id: str
    at_ns: int | None = None
    slept_s: float = 0.0  # by this machine before it was asked for
    first_ms: float = 0.0
    has_begun: bool = False
    handle: PlayHandle | None = None
    stop_asked: threading.Event = field(default_factory=threading.Event)
    stop_at_ns: int | None = None  # the Unix time at which it is to be stopped

    def begins_before(self, at_ns: int) -> bool:
        return self.at_ns is None or self.at_ns < at_ns

    def pass_stop_on(self) -> None:
        """To its handle, as soon as there is one."""
        if self.handle is None:
            return
        if self.stop_asked.is_set():
            self.handle.stop()
        elif self.stop_at_ns is not None:
            self.handle.stop(at_ns=self.stop_at_ns)


@dataclass(frozen=True)
class _Stop:
    """A stop that lies ahead: it ends what begins before it, what is asked for only later as well."""

    line_id: str | None  # None: all
    at_ns: int


class Playback:
    """May be used by any thread."""

    def __init__(self, player: PlayerLike | None, book: LineBook, publish: Callable[[events.Event], None]) -> None:
        self._player, self._book, self._publish = player, book, publish
        self._lock = threading.Lock()
        self._sounds: list[_Sound] = []
        self._stops: list[_Stop] = []

    def start(
        self, line_id: str, take_id: str, blocks: Iterator[Audio], *, play_id: str = "", at_ns: int | None = None
    ) -> None:
        """Let blocks at the player's rate sound as a take of a line. Raises DeviceError, BusyError.

        play_id: comes back with the end of this very sound. at_ns: the Unix time, in nanoseconds, to begin at.
        """
        if self._player is None:
            raise DeviceError(NO_SOUND)
        sound = _Sound(line_id, take_id, play_id, at_ns, slept_s())
        with self._lock:
            if len(self._sounds) >= MAX_SOUNDS:
                raise BusyError(f"{MAX_SOUNDS} lines sound or wait for their time already; play this one later")
            now_ns = time.time_ns()
            ahead = [
                stop.at_ns
                for stop in self._stops
                if stop.line_id in (None, line_id) and now_ns < stop.at_ns and sound.begins_before(stop.at_ns)
            ]
            sound.stop_at_ns = min(ahead, default=None)
            self._sounds.append(sound)
        try:
            handle = self._player.start(
                blocks,
                lambda first_ms: self._begun(sound, first_ms),
                lambda n_samples, stopped: self._ended(sound, n_samples, stopped),
                at_ns=at_ns,
            )
        except BaseException:
            with self._lock:
                self._sounds.remove(sound)
            raise
        sound.handle = handle
        sound.pass_stop_on()

    def stop(self, *, line_id: str | None = None, take_id: str | None = None, at_ns: int | None = None) -> None:
        """End what sounds of a line, of a take, or (neither given) all.

        at_ns: the Unix time in nanoseconds at which it is to fall silent, to the sample; what is to begin at that
        moment or later sounds all the same. None: now, also what still waits for its time.
        """
        with self._lock:
            found = [s for s in self._sounds if line_id in (None, s.line_id) and take_id in (None, s.take_id)]
            if at_ns is not None:
                now_ns = time.time_ns()
                self._stops = [*(stop for stop in self._stops if stop.at_ns > now_ns), _Stop(line_id, at_ns)]
                found = [s for s in found if s.begins_before(at_ns)]
            for sound in found:
                if at_ns is None:
                    sound.stop_asked.set()
                elif sound.stop_at_ns is None or at_ns < sound.stop_at_ns:
                    sound.stop_at_ns = at_ns
        for sound in found:
            sound.pass_stop_on()

    def _begun(self, sound: _Sound, first_ms: float) -> None:
        slept_ms = 1000 * (slept_s() - sound.slept_s)
        if sound.at_ns is not None and slept_ms > SLEEP_MS:  # the player waits by a clock that stands still meanwhile
            first_ms += slept_ms
        sound.first_ms, sound.has_begun = first_ms, True
        self._book.sound_began(sound.take_id)
        if sound.at_ns is not None and first_ms > LATE_MS:
            self._publish(events.PlayLate(sound.line_id, sound.take_id, first_ms, sound.play_id))

    def _ended(self, sound: _Sound, n_samples: int, stopped: bool) -> None:
        with self._lock:
            if sound in self._sounds:
                self._sounds.remove(sound)
        if sound.has_begun:
            self._book.sound_ended(sound.take_id, stopped=stopped)
        underruns = sound.handle.underruns if sound.handle is not None else 0
        self._publish(
            events.PlayEnded(sound.line_id, sound.take_id, n_samples, sound.first_ms, stopped, sound.play_id, underruns)
        )


def file_blocks(
    path: Path, rate: int, *, gain_db: float = 0.0, start: int = 0, end: int | None = None
) -> Iterator[Audio]:
    """The mono sound of a clip, or of its samples `start` to `end`, in blocks at `rate`.

    The file is opened where the first block is taken.
    """
    gain = np.float32(10 ** (gain_db / 20))
    with soundfile.SoundFile(path) as file:
        stream = soxr.ResampleStream(file.samplerate, rate, 1, dtype="float32") if file.samplerate != rate else None
        file.seek(min(start, file.frames))
        n_frames = (file.frames if end is None else min(end, file.frames)) - file.tell()
        for frames in file.blocks(BLOCK, frames=n_frames, dtype="float32", always_2d=True):
            block = np.ascontiguousarray(frames.mean(axis=1)) * gain
            yield stream.resample_chunk(block) if stream else block
        if stream:
            yield stream.resample_chunk(np.zeros(0, np.float32), last=True)
