"""Many jobs at once, where the voice can: lines of like length share the passes through it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol, runtime_checkable

import numpy as np

from bridge.batch.job import SpeakJob, Spoken
from bridge.batch.speak import Prepared, failed, prepare, speak, spoken
from bridge.prompt_cache import PromptCache
from engine.errors import EngineError
from engine.types import Rendering, RenderRequest, SynthesizerLike

TOGETHER = 16  # jobs, as many as the embedded voice decodes at once
READ_AHEAD = 4 * TOGETHER  # among which those of like length find each other


@runtime_checkable
class RendersMany(Protocol):
    """A synthesizer that may gain by many lines. A line becomes the same, bit for bit, in any company."""

    @property
    def rows(self) -> int:
        """How many lines it gains by; 1: none, and then the first would only come later."""

    def render_many(self, requests: Sequence[RenderRequest]) -> Sequence[Rendering | EngineError]:
        """What each becomes, or the error that it has."""


def of_like_length(jobs: Iterable[SpeakJob], size: int = TOGETHER) -> Iterator[list[SpeakJob]]:
    """The jobs in lists of `size`, reading no more than READ_AHEAD ahead."""
    source = iter(jobs)
    while ahead := sorted(islice(source, max(READ_AHEAD, size)), key=_length):
        for first in range(0, len(ahead), size):
            yield ahead[first : first + size]


def speak_many(
    jobs: Sequence[SpeakJob], prompts: PromptCache, cancelled: threading.Event | None = None
) -> Iterator[Spoken]:
    """Each job's result. When it is cancelled on the way, what is not done has none."""
    synthesizer = prompts.synthesizer
    if not isinstance(synthesizer, RendersMany) or synthesizer.rows == 1:
        for job in jobs:
            result = None if _is_set(cancelled) else speak(job, prompts, cancelled)
            if result is None:
                return
            yield result
        return
    began_s = time.perf_counter()
    prepared: list[Prepared] = []
    for job in jobs:
        try:
            prepared.append(prepare(job, prompts))
        except Exception as error:  # a fault of one job ends that one
            yield failed(job, error)
    try:
        renderings = synthesizer.render_many([each.request for each in prepared])
    except Exception as error:
        yield from (failed(each.job, error) for each in prepared)
        return
    share_s = (time.perf_counter() - began_s) / max(1, len(prepared))
    for each, rendering in zip(prepared, renderings, strict=True):
        if _is_set(cancelled):
            return
        yield _finished(each, rendering, prompts, share_s)


class TogetherRenderer:
    """In this process; a LineRenderer."""

    def __init__(self, make_synthesizer: Callable[[], SynthesizerLike]) -> None:
        """make_synthesizer: called when the first line is rendered; loads the voice."""
        self._make_synthesizer = make_synthesizer
        self._prompts: PromptCache | None = None

    @property
    def model_id(self) -> str:
        return self._loaded.synthesizer.model_id

    def render(self, jobs: Iterable[SpeakJob], cancelled: threading.Event) -> Iterator[Spoken]:
        for some in of_like_length(jobs):
            if cancelled.is_set():
                return
            yield from speak_many(some, self._loaded, cancelled)

    @property
    def _loaded(self) -> PromptCache:
        if self._prompts is None:
            self._prompts = PromptCache(self._make_synthesizer())
        return self._prompts


def _finished(prepared: Prepared, rendering: Rendering | EngineError, prompts: PromptCache, share_s: float) -> Spoken:
    if isinstance(rendering, EngineError):
        return failed(prepared.job, rendering)
    began_s = time.perf_counter()
    try:
        audio = np.concatenate([np.zeros(0, np.float32), *rendering.blocks])
        return spoken(prepared, rendering.settled(), audio, prompts, share_s + time.perf_counter() - began_s)
    except Exception as error:
        return failed(prepared.job, error)


def _length(job: SpeakJob) -> float:
    """About how many seconds."""
    return len(job.text) / 15 / job.speed if job.n_samples is None else job.n_samples / job.rate


def _is_set(event: threading.Event | None) -> bool:
    return event is not None and event.is_set()
