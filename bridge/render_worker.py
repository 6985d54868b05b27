"""The one thread that owns the synthesizer: loads it, renders what the queue holds, writes the takes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from bridge.clip_check import voices_apart
from bridge.cue import Finish, Score
from bridge.errors import BridgeError
from bridge.finishing import finished
from bridge.hang_watch import HangWatch
from bridge.lateness import Arrival, Lateness
from bridge.line_book import LineBook
from bridge.model_watch import ModelWatch
from bridge.pace import Pace
from bridge.scheduler import EmotionQuestion, LoadMeter, RenderJob, RenderQueue, VoiceChange, VoicesQuestion
from bridge.take_score import Scorer, free_scores
from bridge.take_store import Provenance, TakeStore, peak_db
from engine.errors import EngineError, OutOfMemoryError
from engine.interruption import Interrupted, interrupted_when
from engine.pronunciation import Pronunciations
from engine.types import Audio, Plan, Rendering, RenderRequest, SynthesizerLike

if TYPE_CHECKING:
    from bridge.prompt_cache import PromptCache

PROGRESS_S = 0.1  # at most ten times a second for each take
JOIN_S = 10.0  # for the block that is being made; what is left is rendered after the next start

_log = logging.getLogger(__name__)


class RenderWorker:
    """A context manager. Every job that it takes comes to one ending in the book, or back into the queue."""

    def __init__(
        self,
        make_synthesizer: Callable[[], SynthesizerLike],
        queue: RenderQueue,
        book: LineBook,
        takes: TakeStore,
        *,
        rate: int,
        finish: Finish = Finish(),  # noqa: B008 - a frozen value
        scorer: Scorer = free_scores,
        hung_after_s: float = 300.0,
        unload_after_s: float | None = None,
        encoded_folder: Path | None = None,
        pronunciations: Callable[[], Pronunciations] = Pronunciations,
        model_watch: ModelWatch | None = None,
        on_model: Callable[[EngineError | None], None],
        on_ended: Callable[[RenderJob, bool], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """rate: of the clips. finish: what is done to a clip whose cue does not say it.

        scorer: what ranks takes; it must not take long.
        hung_after_s: a voice that makes no block for that long is given up, and loaded anew on another thread.
        unload_after_s: a voice that nobody asked for that long gives its memory back, and is loaded anew for the next
        line; None: never. encoded_folder: where encoded prompts are kept for the next start; None: nowhere.
        model_watch: notices that the voice's files change.
        on_model: the model is loaded, or could not be. on_ended(job, ok), after the book knows.

        Both are called on the worker's thread. clock: seconds that never go back.
        """
        self._make_synthesizer = make_synthesizer
        self._queue, self._book, self._takes = queue, book, takes
        self._pronunciations = pronunciations
        self._model_watch = model_watch or ModelWatch(None)
        self._made_do: dict[str, str] = {}  # takes that the memory was too small for -> what was done about it
        self._rate = rate
        self._finish = finish
        self._scorer = scorer
        self._on_model, self._on_ended = on_model, on_ended
        self._clock = clock
        self._load = LoadMeter(clock)
        self.pace = Pace()
        self._lateness = Lateness()
        self._closing = threading.Event()
        self._watch: HangWatch[RenderJob] = HangWatch(hung_after_s, self._give_up, clock)
        self._hung_after_s = hung_after_s
        self._unload_after_s, self._encoded_folder = unload_after_s, encoded_folder
        self._thread = threading.Thread(target=self._run, name="render", daemon=True)
        self.model_id = ""
        self.model_state = "loading"
        self.n_rendering = 0

    @property
    def load(self) -> float:
        """0..1, share of the last seconds in which something was rendered."""
        return self._load.load

    def __enter__(self) -> Self:
        self._thread.start()
        self._watch.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._closing.set()
        self._watch.__exit__()
        self._queue.close()
        self._thread.join(JOIN_S)

    def _run(self) -> None:
        prompts, failure = self._load_model()
        while self._is_at_work():
            if prompts is not None and not self._queue.wait(self._unload_after_s):
                prompts = None
                self._unload()
                if self._closing.is_set():
                    return
                prompts, failure = self._load_model()
            if (job := self._queue.take()) is None:
                return
            if isinstance(job, VoiceChange):
                prompts = None
                prompts, failure = self._change_voice(job)
            elif isinstance(job, EmotionQuestion | VoicesQuestion):
                _answer(job, prompts, failure)
            elif job.cancelled.is_set():
                self._finish_with(job, self._book.cancel(job.take_id), False)
            elif prompts is None or failure is not None:
                self._fail(job, failure or EngineError("the voice was not loaded"))
            else:
                self._render(job, prompts)

    def _change_voice(self, change: VoiceChange) -> tuple[PromptCache | None, EngineError | None]:
        """Nobody may hold the voice before it any more: both together might not fit."""
        from engine.load_voice import give_memory_back

        self._make_synthesizer, self._model_watch = change.make_synthesizer, change.model_watch
        self.model_state = "loading"
        give_memory_back()
        prompts, failure = self._load_model()
        if change.answer.set_running_or_notify_cancel():
            if failure is None:
                change.answer.set_result(self.model_id)
            else:
                change.answer.set_exception(failure)
        return prompts, failure

    def _unload(self) -> None:
        """Give the voice's memory back, until somebody wants something of it. Nobody may hold it any more."""
        from engine.load_voice import give_memory_back

        _log.info("nothing was asked for %g s; the voice is unloaded", self._unload_after_s)
        give_memory_back()
        self.model_state = "unloaded"
        self._queue.wait()
        self.model_state = "loading"

    def _load_model(self) -> tuple[PromptCache | None, EngineError | None]:
        try:
            # Imported here, since torch comes with it and takes seconds: lines are taken on meanwhile.
            from bridge.prompt_cache import PromptCache

            self._model_watch.loaded()
            synthesizer = self._make_synthesizer()
        except Exception as error:
            _log.exception("the voice cannot be loaded")
            failure = error if isinstance(error, EngineError) else EngineError(f"the voice cannot be loaded: {error}")
            self.model_state = "failed"
            self._on_model(failure)
            return None, failure
        self.model_id, self.model_state = synthesizer.model_id, "ready"
        self._on_model(None)
        return PromptCache(synthesizer, self._encoded_folder), None

    def _render(self, job: RenderJob, prompts: PromptCache) -> None:
        self.n_rendering = 1
        self._load.begin()
        self._watch.begin(job)
        begun_s = self._clock()
        try:
            self._book.begin(job.take_id)
            with interrupted_when(lambda: self._is_to_be_let_go(job)):
                rendering, made = self._plan(job, prompts)
                audio = self._collect(job, rendering)
            if not self._watch.end(job) or audio is None:
                self._let_go(job)
                return
            plan = rendering.settled()
            scores = self._scores(job, plan, audio)
            clip = finished(job.cue, plan, audio, job.cue.finish or self._finish)
            path = self._takes.write(job.cue, clip.plan, clip.audio, made, handles=(clip.lead, clip.tail))
            peak = peak_db(clip.audio)
            level_db = float("-inf") if peak is None else peak
            self.pace.took(len(job.cue.text), self._clock() - begun_s)
            is_first = self._book.finish(
                job.take_id, path, clip.plan, level_db, job.wish, scores, (clip.lead, clip.tail)
            )
            self._finish_with(job, is_first, True)
        except Interrupted:
            self._watch.end(job)
            self._let_go(job)
        except OutOfMemoryError as error:
            self._make_do(job, prompts, error)
        except (EngineError, BridgeError) as error:
            self._fail(job, error)
        except Exception as error:  # a fault of the engine ends this take, not the daemon
            _log.exception("rendering %s failed", job.take_id)
            self._fail(job, EngineError(f"{job.take_id} could not be rendered: {error or type(error).__name__}"))
        finally:
            self._watch.end(job)
            if self._is_at_work():
                self._load.end()
                self.n_rendering = 0

    def _make_do(self, job: RenderJob, prompts: PromptCache, error: OutOfMemoryError) -> None:
        """The line once more, with less memory. A live one, of which some may have sounded, ends here."""
        way_out = prompts.synthesizer.make_do()
        if way_out:
            _log.warning("%s (%s)", way_out, error)
        if way_out and job.live is None and self._watch.end(job):
            self._made_do[job.take_id] = way_out
            self._book.wait_again(job.take_id)
            self._queue.put(job, again=True)
        else:
            self._fail(job, EngineError(f"{way_out}; play it again") if way_out else error)

    def _is_at_work(self) -> bool:
        """Whether this thread is the render thread, and not one that was given up and came back to life."""
        return threading.current_thread() is self._thread

    def _give_up(self, job: RenderJob) -> None:
        """The voice hangs. Its thread cannot be ended; what it still makes goes nowhere, and another one takes over."""
        _log.error("rendering %s hangs; the voice is loaded anew", job.take_id)
        self._thread = threading.Thread(target=self._run, name="render", daemon=True)
        self._load.end()
        self.n_rendering = 0
        job.cancelled.set()
        text = f"the voice made nothing of {job.take_id} for {self._hung_after_s:g} s and is loaded anew"
        self._fail(job, EngineError(f"{text}; render the line again with another seed"))
        self.model_state = "loading"
        self._thread.start()

    def _plan(self, job: RenderJob, prompts: PromptCache) -> tuple[Rendering, Provenance]:
        cue = job.cue
        timbre, timbre_sha256 = prompts.voice(job.timbre)
        emotion, emotion_sha256 = prompts.emotion(job.emotion)
        emotion = emotion.scaled(cue.weight)
        n_samples = None if cue.length is None else cue.length.samples(self._rate)
        request = RenderRequest(
            cue.text, timbre, emotion, job.seed, self._rate, n_samples, cue.speed, pronunciations=self._pronunciations()
        )
        rendering = prompts.synthesizer.render(request)
        if n_samples is not None and rendering.plan.n_samples != n_samples:
            raise EngineError(f"the voice planned {rendering.plan.n_samples} samples instead of {n_samples}")
        if told := [text for text in (self._made_do.pop(job.take_id, ""), self._model_watch.news()) if text]:
            plan = rendering.plan
            rendering = replace(rendering, plan=replace(plan, warnings=(*plan.warnings, *told)))
        self._book.planned(job.take_id, rendering.plan)
        return rendering, Provenance(
            job.take_id,
            job.seed,
            self.model_id,
            job.timbre.name,
            timbre_sha256,
            emotion,
            emotion_sha256,
            job.timbre.consent,
            parent=self._book.take(job.take_id).parent,
            numbers=self._book.numbers_of(job.take_id),
        )

    def _scores(self, job: RenderJob, plan: Plan, audio: Audio) -> tuple[Score, ...]:
        try:
            return tuple(self._scorer(job.cue, plan, audio))
        except Exception:  # a take without scores is better than none
            _log.exception("%s could not be scored", job.take_id)
            return ()

    def _collect(self, job: RenderJob, rendering: Rendering) -> Audio | None:
        """All blocks as one, exactly as long as the plan says. None: the job is to be let go.

        Live blocks go to the player on the way, the first so late that those after it come in time.
        """
        plan = rendering.plan
        audio = np.zeros(plan.n_samples, np.float32)
        n_made, last_told_s = 0, self._clock()
        came_s: list[tuple[float, int]] = []  # of each block: when, and after how many samples
        if job.live is not None:
            job.live.hold(self._lateness.hold_s(plan.n_samples / self._rate))
        for block in rendering.blocks:
            if self._is_to_be_let_go(job):
                return None
            self._watch.alive(job)
            _check(block, n_made, plan)
            came_s.append((self._clock(), n_made))
            audio[n_made : n_made + len(block)] = block
            n_made += len(block)
            if job.live is not None:
                job.live.put(audio[n_made - len(block) : n_made])
            if self._clock() - last_told_s >= PROGRESS_S:
                last_told_s = self._clock()
                self._book.progress(job.take_id, n_made / max(1, plan.n_samples))
        if n_made != plan.n_samples:
            raise EngineError(f"the voice made {n_made} samples of the {plan.n_samples} it had planned")
        self._lateness.took([Arrival(at_s - came_s[0][0], n / self._rate) for at_s, n in came_s[1:]])
        return None if job.cancelled.is_set() else audio

    def _is_to_be_let_go(self, job: RenderJob) -> bool:
        gives_way = job.live is None and self._queue.has_live
        return job.cancelled.is_set() or self._closing.is_set() or gives_way

    def _let_go(self, job: RenderJob) -> None:
        if job.cancelled.is_set():
            self._finish_with(job, self._book.cancel(job.take_id), False)
        elif not self._closing.is_set():  # gave way to a live line
            self._book.wait_again(job.take_id)
            self._queue.put(job, again=True)
        # Else the daemon ends: the journal knows that the take is to be rendered.

    def _fail(self, job: RenderJob, error: EngineError | BridgeError) -> None:
        self._finish_with(job, self._book.fail(job.take_id, error.code, str(error)), False)

    def _finish_with(self, job: RenderJob, is_first_ending: bool, ok: bool) -> None:
        if is_first_ending:
            self._on_ended(job, ok)


def _answer(
    question: EmotionQuestion | VoicesQuestion, prompts: PromptCache | None, failure: EngineError | None
) -> None:
    if not question.answer.set_running_or_notify_cancel():
        return
    try:
        if prompts is None or failure is not None:
            raise failure or EngineError("the voice was not loaded")
        if isinstance(question, EmotionQuestion):
            question.answer.set_result(prompts.emotion(question.source)[0])
        else:
            question.answer.set_result(voices_apart(prompts.synthesizer, question.audio, question.rate))
    except Exception as error:  # whoever asked is told; the worker goes on
        question.answer.set_exception(error)


def _check(block: Audio, n_made: int, plan: Plan) -> None:
    """What the engine promises of a block. Raises EngineError."""
    if block.ndim != 1 or n_made + len(block) > plan.n_samples:
        raise EngineError(f"the voice made more than the {plan.n_samples} samples it had planned")
    if not np.isfinite(block).all():
        raise EngineError("the voice made samples that are not numbers; render the line again with another seed")
