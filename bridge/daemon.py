"""The daemon: takes requests, starts and stops the parts. Calls go down to them, events come up through the hub."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from bridge import events
from bridge.ask_folder import AskFolder
from bridge.cue import Cue, Line, LineState, Position, Score, Take
from bridge.cue_check import check_cue
from bridge.drop_order import order_of, targets_meant
from bridge.drop_worker import DropWorker, targets_of
from bridge.drops import Probe
from bridge.errors import BridgeError, RefusedError
from bridge.event_hub import EventHub
from bridge.files import make_folder, remove_leftovers
from bridge.journal import DropWish, Journal, RequestRecord
from bridge.line_book import LineBook
from bridge.line_entry import ready_take
from bridge.lineage import Ancestor, ancestors
from bridge.osc_announce import Announcer
from bridge.osc_api import OscApi
from bridge.osc_server import OscServer, rate_limit_of
from bridge.playback import Playback, file_blocks
from bridge.player import PlayerLike
from bridge.preset_store import PresetStore
from bridge.render_desk import RenderDesk
from bridge.scheduler import RenderQueue
from bridge.settings import Settings
from bridge.setup_desk import SetupDesk
from bridge.sheets import ReadOptions, Sheet, read_checked
from bridge.voice_desk import VoiceDesk
from engine.errors import EngineError
from engine.types import SynthesizerLike

LOOK_S = 0.2  # how often it is looked whether a client asked for the end

_log = logging.getLogger(__name__)


class Daemon:
    """Everything a client may ask for. A context manager; between entering and leaving any thread may call it.

    No call waits for a render, a drop or a sound. All may raise a BridgeError, and then nothing was taken on.
    """

    def __init__(
        self,
        settings: Settings,
        make_synthesizer: Callable[[], SynthesizerLike] | None = None,
        *,
        player: PlayerLike | None = None,
    ) -> None:
        """make_synthesizer: called on the render worker's thread, may take long; None: the voice of the settings.

        player: None for no sound.
        """
        self._player = player
        self._hub = EventHub(self._tell_status)
        self._presets = PresetStore(settings.presets_folder, settings.inbox_folder)
        self._queue = RenderQueue()
        self.setup = SetupDesk(settings, player, self._queue, make_synthesizer, self._hear)
        self._quit_asked = threading.Event()
        self._told_status: events.Status | None = None
        self._announcer = Announcer()
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        settings, publish = self.settings, self._hub.publish
        for folder in (settings.inbox_folder, settings.reaper_spool, settings.ardour_spool):
            make_folder(folder)
        with ExitStack() as stack:  # if one part fails to start, those before it are stopped again
            journal = Journal(settings.journal)
            stack.callback(journal.close)
            # The journal is ours alone from here on, and so are the folders.
            for folder in (settings.clips_folder, settings.presets_folder, settings.reaper_project.parent):
                remove_leftovers(folder)
            self._book = LineBook(journal, publish)
            to_render, to_drop = self._book.restore()
            self._requests = journal.load_requests()
            self._playback = Playback(self._player, self._book, publish)
            self.voices = VoiceDesk(self._presets, self._queue, self._playback, settings, publish)
            self._drops = DropWorker(targets_of(settings), self._book, publish)
            self._renders = RenderDesk(
                settings,
                self.setup.make_synthesizer,
                self._presets,
                self._queue,
                self._book,
                self._playback,
                self._drops,
                self._model_came,
            )
            stack.enter_context(self._hub)
            if self._player is not None:
                self._player.listen(
                    lambda peak_db, rms_db: publish(events.Level(peak_db, rms_db)), self._sound_failed, publish
                )
                stack.enter_context(self._player)
            stack.enter_context(self._drops)
            stack.enter_context(self._renders)
            for problem in self._presets.problems:
                _log.warning("%s", problem)
                publish(events.Warned("presets", problem))
            for kept in to_render:
                self._renders.render_again(kept)
            for kept in to_drop:
                assert kept.wish is not None
                self._drops.put(order_of(kept.take, kept.cue, kept.wish))
            stack.enter_context(AskFolder(settings.reaper_spool, "reaper_live", settings, self.submit))
            # Opened last, closed first: whoever can ask finds everything at work.
            server = OscServer(
                settings.osc_host,
                settings.osc_port,
                OscApi(self),
                rate_limit=rate_limit_of(settings),
                max_waiting=settings.osc_max_waiting,
                use_time_tags=settings.osc_time_tags,
            )
            self._server = stack.enter_context(server)
            stack.callback(self._announcer.close)
            self._announcer.take_on(settings, self._server.port)
            self._parts = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """What is not done yet stays in the journal and is done after the next start."""
        self._parts.close()

    @property
    def settings(self) -> Settings:
        """Those in force; `setup` changes them."""
        return self.setup.settings

    @property
    def osc_port(self) -> int:
        """The port that OSC is really heard at, UDP and TCP."""
        return self._server.port

    def quit(self) -> None:
        """Ask whoever started the daemon to end it."""
        self._quit_asked.set()

    def wait_for_quit(self, ending: threading.Event) -> None:
        """Return when a client asked for the end, or when `ending` was set (by a signal, say)."""
        while not self._quit_asked.is_set():
            if ending.wait(LOOK_S):
                return

    # ---- lines ------------------------------------------------------------------------------------------------------

    def check(self, cue: Cue) -> None:
        """Raises what `submit` would raise for what the cue says; takes nothing on."""
        self._renders.check(cue)

    def submit(self, cue: Cue, *, parent: str = "", request: RequestRecord | None = None) -> tuple[Take, ...]:
        """Take on a line: it is checked, kept in the journal and queued. -> its takes, with their seeds.

        parent: the take that these are changes of; empty: the line's picked one, where it has one. A line that is
        locked is refused with a LockedError. request: a client's id for it, kept at the same moment, so that it is
        known again after a crash.
        """
        return self._renders.submit(cue, parent=parent, request=request)

    def edit(self, cue: Cue) -> None:
        """What is wished of a line that is there. Its takes stay; the next one is made with the new wishes."""
        self._book.edit(check_cue(cue, self._presets).cue)

    def play(
        self,
        line_id: str,
        cue: Cue | None = None,
        *,
        take_id: str = "",
        gain_db: float = 0.0,
        play_id: str = "",
        at_ns: int | None = None,
        request: RequestRecord | None = None,
    ) -> Take:
        """Let the line's picked take sound, or render `cue` as a new take of it and let it sound on the way.

        take_id: another take of the line, which is heard without being picked. gain_db: of a take that is there.
        play_id: comes back in the PlayEnded of this very sound; one take may sound several times at once.
        at_ns: the Unix time in nanoseconds at which it is to be heard, to the sample; None: at once.
        request: see `submit`.
        """
        if cue is not None:
            return self._renders.play(replace(cue, id=line_id), play_id, at_ns, request)
        line = self._book.line(line_id)
        take, path = ready_take(replace(line, picked=take_id) if take_id else line)
        # Without its handles: what was asked for sounds at once, not the silence before it.
        blocks = file_blocks(path, self.settings.rate, gain_db=gain_db, start=take.lead, end=take.n_samples - take.tail)
        self._playback.start(line_id, take.id, blocks, play_id=play_id, at_ns=at_ns)
        return take

    def stop(self, line_id: str | None = None, *, at_ns: int | None = None) -> None:
        """End the sound of a line, or of all. What is being rendered becomes a take all the same.

        at_ns: the Unix time in nanoseconds from which nothing of it is to be heard, to the sample; None: at once.
        """
        if line_id is not None:
            self._book.line(line_id)
        self._playback.stop(line_id=line_id, at_ns=at_ns)

    def cancel(self, line_id: str) -> LineState:
        """End what waits and what is rendered of a line, and its sound. -> the state it was in."""
        return self._renders.cancel(line_id)

    def pick(self, line_id: str, take_id: str) -> None:
        """Make a take the one that is played and dropped."""
        self._book.pick(line_id, take_id)

    def pick_best(self, line_id: str) -> str:
        """Pick the take with the best scores (Line.ranked). -> its id."""
        ranked = self._book.line(line_id).ranked
        if not ranked:
            raise RefusedError(f"line {line_id!r} has no take with a clip yet; pick one when it is ready")
        self._book.pick(line_id, ranked[0].id)
        return ranked[0].id

    def pick_earlier(self, line_id: str) -> str:
        """Go back to the take that was picked before. -> its id."""
        return self._book.pick_earlier(line_id)

    def lock(self, line_id: str, take_id: str = "") -> str:
        """Make a take final, the picked one when none is named: its line is neither rendered nor removed. -> its id."""
        return self._book.lock(line_id, take_id)

    def unlock(self, line_id: str) -> None:
        """Let a line be rendered, picked and removed again."""
        self._book.unlock(line_id)

    def add_scores(self, take_id: str, scores: Iterable[Score]) -> None:
        """Rank a take by more than what costs nothing, such as what a recogniser made of it."""
        self._book.add_scores(take_id, scores)

    def settings_of(self, take_id: str) -> Cue:
        """The cue that a take was made from, with its seed; it can be submitted again."""
        return replace(self._book.cue_of(take_id), seed=self._book.take(take_id).seed, takes=1)

    def lineage(self, take_id: str) -> tuple[Ancestor, ...]:
        """The take's parent, its parent and so on, each with the settings that were changed after it."""
        return ancestors(take_id, self._book.parent_of, self.settings_of)

    def drop(self, line_id: str, *, target: str | None = None, at: Position | None = None) -> Take:
        """Put the line's picked take into the projects, at its own place unless `at` names another.

        target: one of the settings' drop targets; None: all of them.
        """
        line = self._book.line(line_id)
        take, _ = ready_take(line)
        wish = DropWish(targets_meant(target, self.settings), at or line.cue.at)
        self._drops.put(order_of(take, self._book.cue_of(take.id), wish))
        return replace(take, state=LineState.DROPPING)

    def undrop(self, line_id: str, *, target: str | None = None) -> Future[tuple[str, tuple[str, ...]]]:
        """Take the last drop of a line out of the projects again; when `target` is named, the last one into that.

        -> the take, and the targets it is out of; a DropError when it is not there as it was dropped.
        """
        targets_meant(target, self.settings)
        if any(take.state is LineState.DROPPING for take in self._book.line(line_id).takes):
            raise RefusedError(f"line {line_id!r} is being dropped; take it out when that is done")
        return self._drops.undo(line_id, target)

    def probe_targets(self) -> Future[dict[str, Probe]]:
        """Whether each drop target is ready, by name."""
        return self._drops.probe()

    def requests(self) -> Mapping[RequestRecord, tuple[str, ...]]:
        """The request ids of before this start that still hold, with the ids of the takes they made."""
        return self._requests

    def lines(self) -> tuple[Line, ...]:
        """All lines as they are now, in the order in which they were first asked for."""
        return self._book.lines()

    def line(self, line_id: str) -> Line:
        """One of them. Raises NotFoundError."""
        return self._book.line(line_id)

    def remove(self, line_id: str) -> None:
        """Take a line that rests out of the list. Its clips stay where they are."""
        self._book.remove(line_id)

    def bring_back(self, line_id: str) -> None:
        """Put a line that was removed since the start back, with its takes."""
        self._book.bring_back(line_id)

    def read_sheet(self, path: Path, options: ReadOptions) -> Sheet:
        """The lines of a sheet and all that is wrong with it, with the presets looked up. Takes nothing on.

        Reads the file, which may take a moment. Raises SheetError for what cannot be read at all.
        """
        return read_checked(path, options, self._presets)

    # ---- the daemon as a whole --------------------------------------------------------------------------------------

    def status(self) -> events.Status:
        return self._renders.status()

    def subscribe(self, callback: Callable[[events.Event], None]) -> Callable[[], None]:
        """Call `callback` with every event, on the hub's thread. -> a function that ends it."""
        return self._hub.subscribe(callback)

    def publish(self, event: events.Event) -> None:
        """Tell every subscriber, in order with all other events."""
        self._hub.publish(event)

    # ---- what the parts tell ----------------------------------------------------------------------------------------

    def _model_came(self, failure: EngineError | None) -> None:
        if failure is not None:
            self._hub.publish(events.ErrorRaised("engine", failure.code, str(failure)))
        self._tell_status()

    def _sound_failed(self, error: Exception) -> None:
        _log.warning("sound: %s", error)
        code = error.code if isinstance(error, BridgeError) else "device_failed"
        self._hub.publish(events.ErrorRaised("audio", code, str(error) or type(error).__name__))

    def _tell_status(self) -> None:
        status = self.status()
        if status != self._told_status:
            self._told_status = status
            self._hub.publish(status)

    def _hear(self, settings: Settings) -> int:
        """OSC as these settings have it. -> the port. Raises PortTakenError, and then everything is as it was."""
        self._server.take_on(settings)
        self._announcer.take_on(settings, self.osc_port)
        return self.osc_port
