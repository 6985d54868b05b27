"""Stand-ins with the real interfaces: a voice of tones, a player that hears everything at once, a clock set by hand."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bridge.errors import DeviceError
from bridge.events import SoundDevice
from bridge.player import PlayHandle
from engine.errors import BadPromptError, BadTextError
from engine.types import EMOTIONS, Audio, Emotion, Plan, Rendering, RenderRequest, Timbre, WordTime

WAIT_S = 30.0  # for anything that comes sooner or later, also on a busy machine
NATURAL_S_A_CHARACTER = 0.06


class FakeSynthesizer:
    """Speaks in a tone: its pitch tells timbre and seed, its loudness the emotion; exact in length, several blocks.

    `gate` holds every block back while it is clear; `failure` is raised in the middle of the next render.
    """

    model_id = "fake-1"

    def __init__(self, *, n_blocks: int = 8, gate: threading.Event | None = None) -> None:
        self.n_blocks = n_blocks
        self.gate = gate
        self.failure: Exception | None = None
        self.rendered: list[RenderRequest] = []
        self.n_encoded = 0
        self.ways_out: list[str] = []  # of a full memory
        self.threads: set[int] = set()  # that used it: a synthesizer has one owner

    def encode_timbre(self, audio: Audio, rate: int) -> Timbre:
        self.n_encoded += 1
        return Timbre(_heard(audio, rate), {"level": np.array([np.abs(audio).mean()], np.float32)})

    def speaker_embedding(self, audio: Audio, rate: int) -> NDArray[np.float32]:
        return np.frombuffer(bytes.fromhex(_heard(audio, rate)), np.uint8).astype(np.float32)

    def encode_emotion(self, audio: Audio, rate: int) -> Emotion:
        self.n_encoded += 1
        values = bytes.fromhex(_heard(audio, rate))
        return Emotion(tuple(values[i] / 255 for i in range(len(EMOTIONS))))

    def emotion_from_text(self, sentence: str) -> Emotion:
        """The emotions that are named in the sentence."""
        return Emotion(tuple(1.0 if name in sentence.lower() else 0.0 for name in EMOTIONS))

    def make_do(self) -> str:
        return self.ways_out.pop(0) if self.ways_out else ""

    def render(self, request: RenderRequest) -> Rendering:
        self.threads.add(threading.get_ident())
        self.rendered.append(request)
        words = request.text.split()
        if not words:
            raise BadTextError("nothing to speak")
        natural = round(len(request.text) * NATURAL_S_A_CHARACTER * request.rate)
        n_samples = round(natural / request.speed) if request.n_samples is None else request.n_samples
        stretch = n_samples / natural
        share_s = n_samples / request.rate / len(words)
        plan = Plan(
            n_samples,
            request.rate,
            natural,
            stretch,
            tuple(WordTime(word, i * share_s, (i + 1) * share_s) for i, word in enumerate(words)),
            () if 0.75 <= stretch <= 1.25 else (f"stretched to {stretch:.2f} times the natural length",),
        )
        return Rendering(plan, self._blocks(request, n_samples))

    def _blocks(self, request: RenderRequest, n_samples: int) -> Iterator[Audio]:
        audio = tone(request, n_samples)
        for i, block in enumerate(np.array_split(audio, self.n_blocks)):
            if self.gate is not None and not self.gate.wait(WAIT_S):
                raise TimeoutError("the gate was never opened")
            if self.failure is not None and i == self.n_blocks // 2:
                failure, self.failure = self.failure, None
                raise failure
            yield block


def tone(request: RenderRequest, n_samples: int) -> Audio:
    """What FakeSynthesizer says: (n_samples,) at request.rate."""
    pitch_hz = 100 + int(hashlib.sha256(f"{request.timbre.key} {request.seed}".encode()).hexdigest()[:4], 16) / 100
    level = 0.25 + 0.25 * max(request.emotion.weights)
    return np.float32(level) * np.sin(2 * np.pi * pitch_hz / request.rate * np.arange(n_samples)).astype(np.float32)


def _heard(audio: Audio, rate: int) -> str:
    if not np.abs(audio).max(initial=0.0) > 1e-4:
        raise BadPromptError("the clip is silent; give one with speech")
    return hashlib.sha256(np.ascontiguousarray(audio, np.float32).tobytes() + str(rate).encode()).hexdigest()


@dataclass(eq=False)
class FakeSound:
    """One sound that a FakePlayer was given, and what has been heard of it."""

    at_ns: int | None = None
    heard: list[Audio] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    stop_asked: threading.Event = field(default_factory=threading.Event)
    underruns: int = 0
    stops_ns: list[int] = field(default_factory=list)  # stops that lie ahead; they are noted, not carried out

    def stop(self, *, at_ns: int | None = None) -> None:
        if at_ns is None:
            self.stop_asked.set()
        else:
            self.stops_ns.append(at_ns)

    @property
    def audio(self) -> Audio:
        return np.concatenate([np.zeros(0, np.float32), *self.heard])


class FakePlayer:
    """Takes blocks as fast as they come, on a thread for each sound, as the real one does. `missing`: no device."""

    def __init__(self, *, missing: bool = False) -> None:
        self.missing = missing
        self.wanted = ""
        self.underruns = 0  # of every sound
        self.sounds: list[FakeSound] = []
        self.hold = threading.Event()  # clear: the end of a sound is not reached
        self.hold.set()
        self._threads: list[threading.Thread] = []

    def listen(
        self,
        on_level: Callable[[float, float], None],
        on_problem: Callable[[Exception], None],
        on_device: Callable[[SoundDevice], None],
    ) -> None:
        self.on_level, self.on_problem, self.on_device = on_level, on_problem, on_device

    def outputs(self) -> tuple[str, ...]:
        return "system", "Headphones"

    def device(self) -> SoundDevice:
        return SoundDevice(self.wanted, self.wanted or "system", 48_000, 10.0, 0, "")

    def choose(self, device: str) -> SoundDevice:
        if device not in ("", "Headphones"):
            raise DeviceError(f"no sound output {device!r}; there are: system, Headphones")
        self.wanted = device
        self.on_device(self.device())
        return self.device()

    def start(
        self,
        blocks: Iterator[Audio],
        on_first_sound: Callable[[float], None],
        on_end: Callable[[int, bool], None],
        *,
        at_ns: int | None = None,
    ) -> PlayHandle:
        if self.missing:
            raise DeviceError("this machine has no sound output")
        sound = FakeSound(at_ns, underruns=self.underruns)
        first_ms = 1.0 if at_ns is None else max(0, time.time_ns() - at_ns) / 1e6  # that it is asked for too late
        self.sounds.append(sound)

        def feed() -> None:
            failed = False
            if at_ns is not None:
                sound.stop_asked.wait(max(0, at_ns - time.time_ns()) / 1e9)
            try:
                for block in blocks:
                    if sound.stop_asked.is_set():
                        break
                    if not sound.heard:
                        on_first_sound(first_ms)
                        self.on_level(-6.0, -9.0)
                    sound.heard.append(block.copy())
            except Exception as error:
                failed = True
                self.on_problem(error)
            while not self.hold.wait(0.01) and not sound.stop_asked.is_set():
                pass
            on_end(len(sound.audio), failed or sound.stop_asked.is_set())
            close = getattr(blocks, "close", None)
            if close is not None:
                close()
            sound.over.set()

        thread = threading.Thread(target=feed, name="fake-player", daemon=True)
        self._threads.append(thread)
        thread.start()
        return sound

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        for sound in self.sounds:
            sound.stop()
        for thread in self._threads:
            thread.join(WAIT_S)


class ManualClock:
    """Seconds that go on only when they are told to."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        self.now_s += seconds
