"""Lines on their way to a clip: checked, named, queued for the voice, and passed on when they are made."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Self

from bridge import events
from bridge.cue import Cue, LineState, Take
from bridge.cue_check import MAX_SEED, CheckedCue, check_cue
from bridge.drop_order import order_of
from bridge.drop_worker import DropWorker
from bridge.emotion_source import LINES_OF_CONTEXT
from bridge.errors import BridgeError, BusyError
from bridge.journal import DropWish, RequestRecord, TakeRecord
from bridge.line_book import LineBook
from bridge.live_feed import LiveFeed
from bridge.model_watch import ModelWatch
from bridge.playback import Playback
from bridge.preset_store import PresetStore
from bridge.pronunciation_file import PronunciationFile
from bridge.render_worker import RenderWorker
from bridge.scheduler import RenderJob, RenderQueue
from bridge.settings import Settings
from bridge.take_store import TakeStore
from engine.errors import EngineError
from engine.types import SynthesizerLike

_log = logging.getLogger(__name__)


class RenderDesk:
    """Owns the render worker and what it has to do. A context manager; any thread may call it, no call waits."""

    def __init__(
        self,
        settings: Settings,
        make_synthesizer: Callable[[], SynthesizerLike],
        presets: PresetStore,
        queue: RenderQueue,
        book: LineBook,
        playback: Playback,
        drops: DropWorker,
        on_model: Callable[[EngineError | None], None],
    ) -> None:
        """`on_model`: the voice has come, or why it has not; called on the render worker's thread."""
        self._settings, self._presets, self._queue, self._book = settings, presets, queue, book
        self._playback, self._drops = playback, drops
        self._accepting = threading.Lock()  # held while a take gets its name and its place in the queue
        self._jobs: dict[str, RenderJob] = {}  # by take id, those that had no ending yet
        self._worker = RenderWorker(
            make_synthesizer,
            queue,
            book,
            TakeStore(settings.clips_folder, depth=settings.depth, project=settings.project, name=settings.clip_name),
            rate=settings.rate,
            finish=settings.finish,
            hung_after_s=settings.hung_after_s,
            unload_after_s=settings.unload_after_s or None,
            encoded_folder=settings.encoded_folder,
            model_watch=ModelWatch(settings.model_folder),
            pronunciations=PronunciationFile(settings.data_folder).read,
            on_model=on_model,
            on_ended=self._take_ended,
        )

    def __enter__(self) -> Self:
        self._worker.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        try:
            self._worker.__exit__(*exc_info)
        finally:
            # Lines that would have sounded while they are made: nothing more comes, so the player need not wait.
            for job in list(self._jobs.values()):
                if job.live is not None:
                    job.live.end()

    def status(self) -> events.Status:
        """As the daemon tells it."""
        worker = self._worker
        return events.Status(
            queued=len(self._queue),
            rendering=worker.n_rendering,
            playing=self._book.n_sounding(),
            model_state=worker.model_state,
            model_id=worker.model_id,
            load=round(worker.load, 2),
            left_s=worker.pace.left_s(sum(len(job.cue.text) for job in list(self._jobs.values()))),
        )

    # ---- what clients ask for ---------------------------------------------------------------------------------------

    def check(self, cue: Cue) -> None:
        """Raises what `submit` would raise for what the cue says; takes nothing on."""
        check_cue(cue, self._presets)
        self._book.check_unlocked(cue.id)

    def submit(self, cue: Cue, *, parent: str = "", request: RequestRecord | None = None) -> tuple[Take, ...]:
        """A take for each that the cue asks for, kept in the journal and queued."""
        checked = self._checked(cue)
        # Another seed for each take, or they would all be the same; from the first one all can be made again.
        first = _seed_of(cue)
        seeds = [(first + i) % (MAX_SEED + 1) for i in range(cue.takes)]
        with self._accepting:
            self._check_room(len(seeds))
            takes = self._book.add(checked.cue, seeds, parent, request=request)
            if self._settings.log_texts:
                _log.info("line %s: %s", cue.id, cue.text)
            for take in takes:
                self._put(self._job(checked, take))
        return takes

    def play(self, cue: Cue, play_id: str, at_ns: int | None, request: RequestRecord | None) -> Take:
        """A new take of the cue's line, which sounds while it is made."""
        checked = self._checked(replace(cue, takes=1))
        feed = LiveFeed()
        with self._accepting:
            self._check_room(1)
            take_id = self._book.next_take_id(cue.id)
            # The sound waits for its first block from now on; a missing device is told before the line is taken on.
            self._playback.start(cue.id, take_id, feed, play_id=play_id, at_ns=at_ns)
            try:
                (take,) = self._book.add(checked.cue, [_seed_of(cue)], request=request)
            except BaseException:
                feed.end()
                raise
            self._put(self._job(checked, take, feed))
        return take

    def cancel(self, line_id: str) -> LineState:
        """End what waits and what is rendered of a line, and its sound. -> the state it was in."""
        line = self._book.line(line_id)
        for take in line.takes:
            job = self._jobs.get(take.id)
            if job is None:
                continue
            job.cancelled.set()
            if self._queue.remove(take.id) is not None and self._book.cancel(take.id):
                self._take_ended(job, False)
        self._playback.stop(line_id=line_id)
        return line.state

    def render_again(self, kept: TakeRecord) -> None:
        """A take of the last time that had no ending yet, with the seed it was promised."""
        try:
            self._put(self._job(self._checked(kept.cue), kept.take))
        except BridgeError as error:  # its preset is gone, for example
            self._book.fail(kept.take.id, error.code, str(error))

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _checked(self, cue: Cue) -> CheckedCue:
        """The cue with what it names looked up. Raises what check_cue raises."""
        checked = check_cue(cue, self._presets)
        if not checked.emotion.in_context:
            return checked
        before = self._book.said_before(cue.id, checked.cue.character, LINES_OF_CONTEXT)
        return replace(checked, emotion=replace(checked.emotion, before=before))

    def _check_room(self, n_takes: int) -> None:
        n_queued, most = len(self._queue), self._settings.max_queued
        if n_queued + n_takes > most:
            raise BusyError(f"{n_queued} takes wait already and {most} are the most; ask again when some are done")

    def _job(self, checked: CheckedCue, take: Take, live: LiveFeed | None = None) -> RenderJob:
        cue = checked.cue
        wish = DropWish(self._settings.drop_targets, cue.at) if cue.drop else None
        return RenderJob(take.id, cue, take.seed, checked.timbre, checked.emotion, wish, live)

    def _put(self, job: RenderJob) -> None:
        self._jobs[job.take_id] = job
        self._queue.put(job)

    def _take_ended(self, job: RenderJob, ok: bool) -> None:
        self._jobs.pop(job.take_id, None)
        if job.live is not None:
            if not ok:
                self._playback.stop(take_id=job.take_id)
            job.live.end()
        if ok and job.wish is not None:
            self._drops.put(order_of(self._book.take(job.take_id), job.cue, job.wish))


def _seed_of(cue: Cue) -> int:
    return secrets.randbelow(MAX_SEED + 1) if cue.seed is None else cue.seed
