"""What to render next: live lines go before all others, else first come, first served."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

from bridge.cue import Cue
from bridge.emotion_source import EmotionSource
from bridge.journal import DropWish
from bridge.live_feed import LiveFeed
from bridge.model_watch import ModelWatch
from bridge.preset_store import TimbrePreset
from engine.types import Audio, Emotion, SynthesizerLike

LOAD_WINDOW_S = 5.0


@dataclass(eq=False)
class RenderJob:
    """One take to be rendered. Only `cancelled` changes."""

    take_id: str
    cue: Cue
    seed: int
    timbre: TimbrePreset
    emotion: EmotionSource
    wish: DropWish | None = None  # where the take is to go when it is done
    live: LiveFeed | None = None  # where the sound goes while it is made
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, eq=False)
class EmotionQuestion:
    """Which weights a clip or a sentence comes to. Only the owner of the voice can tell."""

    source: EmotionSource
    answer: Future[Emotion]


@dataclass(frozen=True, eq=False)
class VoicesQuestion:
    """How far apart the speakers in a clip are (clip_check.voices_apart)."""

    audio: Audio  # (T,) at `rate`
    rate: int
    answer: Future[float | None]


@dataclass(frozen=True, eq=False)
class VoiceChange:
    """To load a voice in place of the one that is there. The answer is its id."""

    make_synthesizer: Callable[[], SynthesizerLike]
    model_watch: ModelWatch
    answer: Future[str]


Question = EmotionQuestion | VoicesQuestion | VoiceChange


class RenderQueue:
    """Jobs that wait for the one render worker, and questions, which go before them. May be used by any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._live: deque[RenderJob] = deque()
        self._waiting: deque[RenderJob] = deque()
        self._questions: deque[Question] = deque()
        self._closed = False

    def __len__(self) -> int:
        with self._changed:
            return len(self._live) + len(self._waiting)

    @property
    def has_live(self) -> bool:
        return bool(self._live)

    def put(self, job: RenderJob, *, again: bool = False) -> None:
        """`again`: a job that gave way to a live one; it goes before those that have not begun."""
        with self._changed:
            line = self._waiting if job.live is None else self._live
            if again:
                line.appendleft(job)
            else:
                line.append(job)
            self._changed.notify()

    def ask(self, question: Question) -> None:
        """A question that comes when the queue is closed, or that is left in it then, is cancelled."""
        with self._changed:
            if self._closed:
                question.answer.cancel()
            else:
                self._questions.append(question)
            self._changed.notify()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until there is something to take or the queue is closed. False: nothing came in `timeout_s`."""
        with self._changed:
            return bool(
                self._changed.wait_for(
                    lambda: self._closed or self._questions or self._live or self._waiting, timeout_s
                )
            )

    def take(self) -> RenderJob | Question | None:
        """The next job or question; waits for one. None: the queue was closed, and the jobs left stay in it."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._questions or self._live or self._waiting)
            if self._closed:
                return None
            if self._questions:
                return self._questions.popleft()
            return (self._live or self._waiting).popleft()

    def remove(self, take_id: str) -> RenderJob | None:
        """Take a waiting job out; None when it does not wait (any more)."""
        with self._changed:
            for line in (self._live, self._waiting):
                for job in line:
                    if job.take_id == take_id:
                        line.remove(job)
                        return job
        return None

    def close(self) -> None:
        with self._changed:
            self._closed = True
            for question in self._questions:
                question.answer.cancel()
            self._questions.clear()
            self._changed.notify_all()


class LoadMeter:
    """Share of the last seconds in which the worker was busy. Its clock, in seconds, is an argument."""

    def __init__(self, clock: Callable[[], float], *, window_s: float = LOAD_WINDOW_S) -> None:
        self._clock = clock
        self._window_s = window_s
        self._lock = threading.Lock()
        self._begun_s = clock()
        self._busy_since_s: float | None = None
        self._spans: deque[tuple[float, float]] = deque()

    def begin(self) -> None:
        with self._lock:
            self._busy_since_s = self._clock()

    def end(self) -> None:
        with self._lock:
            if self._busy_since_s is not None:
                self._spans.append((self._busy_since_s, self._clock()))
                self._busy_since_s = None

    @property
    def load(self) -> float:
        """0..1"""
        with self._lock:
            now_s = self._clock()
            start_s = max(now_s - self._window_s, self._begun_s)
            while self._spans and self._spans[0][1] <= start_s:
                self._spans.popleft()
            if now_s <= start_s:
                return 0.0
            busy_s = sum(end - max(begin, start_s) for begin, end in self._all_spans(now_s))
            return min(1.0, busy_s / (now_s - start_s))

    def _all_spans(self, now_s: float) -> Iterator[tuple[float, float]]:
        yield from self._spans
        if self._busy_since_s is not None:
            yield self._busy_since_s, now_s
