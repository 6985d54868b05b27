"""The batch itself: what is stale is rendered, judged, written and kept, line by line, until the end or a stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bridge.batch.clips import ClipWriter
from bridge.batch.guide_error import phrase_errors
from bridge.batch.job import LineRenderer, SpeakJob, Spoken
from bridge.batch.judge import Judged, Listener, best, judge
from bridge.batch.options import BatchOptions
from bridge.batch.state import BatchError, BatchState, Made
from bridge.batch.work import Work
from bridge.errors import BridgeError
from bridge.finishing import Finished
from bridge.loudness import line_loudness
from bridge.take_store import peak_db


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    n_done: int  # lines, those that failed among them
    n_failed: int
    n_lines: int
    elapsed_s: float
    left_s: float | None  # None: not known yet
    line_id: str  # of the line that was done last
    error: str = ""  # its own


@dataclass(frozen=True)
class LineResult:
    """What came of a line in this run."""

    line_id: str
    row: int
    character: str
    clip: str = ""  # below the folder of the batch; empty: there is none
    error: str = ""
    facts: dict[str, Any] | None = None  # of its clip, see _facts


class Batch:
    """One run over the lines that are stale."""

    def __init__(
        self,
        options: BatchOptions,
        renderer: LineRenderer,
        state: BatchState,
        *,
        listener: Listener | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options, self._renderer, self._state = options, renderer, state
        self._listener, self._clock = listener, clock
        self._writer = ClipWriter(options)

    def run(
        self, works: Sequence[Work], cancelled: threading.Event, tell: Callable[[Progress], None]
    ) -> tuple[LineResult, ...]:
        """Render these lines. -> one result a line that was done; the others wait for the next run.

        Memory holds the takes of lines that are not complete yet, whatever the number of lines. Raises EngineError
        when the voice cannot be loaded, DiskError, BatchError.
        """
        by_take = {work.take_id(n): (work, n) for work in works for n in range(1, work.takes + 1)}
        waiting: dict[str, list[Judged | Spoken]] = {}  # line -> its takes so far
        results: list[LineResult] = []
        letters, done = sum(len(work.cue.text) for work in works), 0
        began_s = self._clock()
        for spoken in self._renderer.render(self._jobs(works), cancelled):
            work, n = by_take.pop(spoken.id, (None, 0))
            if work is None:
                continue  # a farm may bring a take twice
            waiting.setdefault(work.cue.id, []).append(self._judged(work, n, spoken))
            if len(waiting[work.cue.id]) < work.takes:
                continue
            result = self._finish(work, waiting.pop(work.cue.id))
            results.append(result)
            done += len(work.cue.text)
            elapsed_s = self._clock() - began_s
            tell(
                Progress(
                    len(results),
                    sum(1 for each in results if each.error),
                    len(works),
                    elapsed_s,
                    elapsed_s * (letters - done) / done,
                    work.cue.id,
                    result.error,
                )
            )
        if by_take and not cancelled.is_set():
            raise BatchError(f"the renderer ended with {len(by_take)} takes undone; start again, what is there stays")
        return tuple(results)

    def _jobs(self, works: Sequence[Work]) -> Iterator[SpeakJob]:
        for work in works:
            yield from work.jobs(self._options)

    def _judged(self, work: Work, n: int, spoken: Spoken) -> Judged | Spoken:
        """A take that failed stays as it is. A single one is judged, too: the report says what is to be heard again."""
        if spoken.error or spoken.plan is None or spoken.audio is None:
            return spoken
        seed = work.jobs(self._options)[n - 1].seed
        return judge(work.cue, n, seed, spoken, self._listener)

    def _finish(self, work: Work, takes: Sequence[Judged | Spoken]) -> LineResult:
        cue, row = work.cue, work.line.row
        made = [take for take in takes if isinstance(take, Judged)]
        if not made:
            error = next(take.error for take in takes if isinstance(take, Spoken))
            return LineResult(cue.id, row, cue.character, error=error or "the renderer gave no sound for it")
        chosen = best(made)
        try:
            path, clip = self._writer.write(
                work, chosen, [take for take in made if take is not chosen], self._renderer.model_id
            )
            facts = self._facts(work, chosen, made, clip)
            self._state.keep(Made(cue.id, work.parts, str(work.clip), path.stat().st_size, facts))
        except BridgeError as error:
            if error.code in ("disk_failed", "batch_failed"):
                raise  # the next line would fail in the same way
            return LineResult(cue.id, row, cue.character, error=str(error))
        return LineResult(cue.id, row, cue.character, str(work.clip), facts=facts)

    def _facts(self, work: Work, chosen: Judged, takes: Sequence[Judged], clip: Finished) -> dict[str, Any]:
        """What the report says of a clip."""
        plan, spoken = clip.plan, chosen.spoken
        assert spoken.plan is not None and spoken.audio is not None
        lufs, peak = line_loudness(clip.audio, plan.rate), peak_db(clip.audio)
        facts: dict[str, Any] = {
            "seconds": round(plan.n_samples / plan.rate, 6),
            "samples": plan.n_samples,
            "stretch": round(plan.stretch, 3),
            "take": chosen.n,
            "seed": chosen.seed,
            "penalty": round(chosen.penalty, 3),
            "scores": [asdict(score) for score in chosen.scores],
            "takes": [{"take": t.n, "seed": t.seed, "penalty": round(t.penalty, 3)} for t in takes],
            "lufs": None if lufs is None else round(lufs, 2),
            "peak_db": None if peak is None else round(peak, 2),
            "warnings": list(plan.warnings),
            "render_s": round(spoken.render_s, 3),
        }
        if work.guide is not None:
            wanted = work.guide.phrases_over(spoken.plan.n_samples / spoken.plan.rate)
            facts["guide"] = asdict(phrase_errors(wanted, spoken.audio, plan.rate))
        return facts
