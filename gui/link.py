"""The panel's only door to the daemon: requests go in as calls, events come out as signals.

No call waits. A request runs on a thread of the link's own (the daemon may touch the disk while it checks a cue), and
its result or its error comes back as a signal. What the daemon tells on its threads is gathered here and handed to the
GUI thread at most thirty times a second, only the newest state of each line: no storm of progress floods the panel.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer, pyqtSignal, pyqtSlot

from bridge import events
from bridge.cue import Cue, Line, Take
from bridge.sheets import ReadOptions, Sheet, SheetLine, write_sheet
from gui.asking import Asker
from gui.daemon_like import DaemonLike
from gui.machine_link import MachineLink
from gui.voice_link import VoiceLink

TICK_S = 1 / 30  # how often the panel looks at what is new
LINES_A_TICK = 400  # more lines than this wait for the next tick, so that one tick stays far under 50 ms
EVENTS_A_TICK = 200  # and so do more errors, warnings and endings
TRAFFIC_KEPT = 5000


class DaemonLink(QObject):
    """One link for one panel. Every signal is emitted on the GUI thread."""

    lines_changed = pyqtSignal(list)  # list[Line]: the newest state of each line that changed
    lines_removed = pyqtSignal(list)  # list[str]: line ids
    synced = pyqtSignal()  # once: all lines that the daemon held at the start are told
    take_ended = pyqtSignal(object)  # events.TakeEnded
    play_ended = pyqtSignal(object)  # events.PlayEnded
    drop_ended = pyqtSignal(object)  # events.DropEnded
    problem = pyqtSignal(object)  # events.ErrorRaised
    warned = pyqtSignal(object)  # events.Warned
    traffic = pyqtSignal(list)  # list[events.OscTraffic], in order
    level = pyqtSignal(object)  # events.Level
    device = pyqtSignal(object)  # events.SoundDevice
    status = pyqtSignal(object)  # events.Status
    presets = pyqtSignal(str, list)  # kind, list of presets
    failed = pyqtSignal(object)  # Failure

    _wake = pyqtSignal()

    def __init__(self, daemon: DaemonLike, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._daemon = daemon
        self._lock = threading.Lock()
        self._closed = False
        self._awake = False
        self._syncing = True  # nothing is handed on before the first snapshot is merged
        self._lines: dict[str, Line | None] = {}  # None: removed
        self._single: deque[events.Event] = deque(maxlen=TRAFFIC_KEPT)
        self._traffic: deque[events.OscTraffic] = deque(maxlen=TRAFFIC_KEPT)
        self._newest: dict[type, events.Event] = {}  # level and status: only the last one counts
        self._synced = False
        self._last_tick = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self._wake.connect(self._schedule)
        self._asker = Asker(self)
        self._asker.failed.connect(self.failed)
        self.voices = VoiceLink(self._asker, daemon)
        self.machine = MachineLink(self._asker, daemon, self.device.emit)
        self._unsubscribe = daemon.subscribe(self._on_event)
        self._asker.ask("first look at the daemon", self._sync)
        for kind in ("timbre", "emotion"):
            self.ask_presets(kind)

    # ---- requests -------------------------------------------------------------------------------------------------

    def submit(self, cue: Cue, then: Callable[[tuple[Take, ...]], None] | None = None) -> None:
        self._asker.ask(f"render {cue.id}", lambda: self._daemon.submit(cue), then)

    def play(self, line_id: str, cue: Cue | None = None) -> None:
        """Play the line's picked take, or render `cue` live."""
        self._asker.ask(f"play {line_id}", lambda: self._daemon.play(line_id, cue))

    def play_instead(self, cue: Cue, before: str) -> None:
        """Render `cue` live; the line `before`, if there is one, neither sounds nor is made any further."""

        def work() -> None:
            if before:
                self._daemon.cancel(before)
            self._daemon.play(cue.id, cue)

        self._asker.ask(f"play {cue.id}", work)

    def play_alone(self, line_id: str, take_id: str, gain_db: float) -> None:
        """Play a take in place of all that sounds."""

        def work() -> None:  # one request, so that the sound before it cannot end the new one
            self._daemon.stop()
            self._daemon.play(line_id, take_id=take_id, gain_db=gain_db)

        self._asker.ask(f"play {take_id}", work)

    def stop(self, line_id: str | None = None) -> None:
        self._asker.ask("stop", lambda: self._daemon.stop(line_id), urgent=True)

    def cancel(self, line_id: str) -> None:
        self._asker.ask(f"cancel {line_id}", lambda: self._daemon.cancel(line_id), urgent=True)

    def cancel_all(self, line_ids: Sequence[str]) -> None:
        def work() -> None:
            for line_id in line_ids:
                self._daemon.cancel(line_id)

        self._asker.ask(f"cancel {len(line_ids)} lines", work, urgent=True)

    def pick(self, line_id: str, take_id: str) -> None:
        self._asker.ask(f"pick {take_id}", lambda: self._daemon.pick(line_id, take_id))

    def pick_best(self, line_id: str) -> None:
        self._asker.ask(f"pick the best take of {line_id}", lambda: self._daemon.pick_best(line_id))

    def pick_earlier(self, line_id: str) -> None:
        self._asker.ask(f"go back to the earlier take of {line_id}", lambda: self._daemon.pick_earlier(line_id))

    def lock(self, line_id: str, take_id: str) -> None:
        self._asker.ask(f"lock {take_id}", lambda: self._daemon.lock(line_id, take_id))

    def unlock(self, line_id: str) -> None:
        self._asker.ask(f"unlock {line_id}", lambda: self._daemon.unlock(line_id))

    def drop(self, line_id: str) -> None:
        self._asker.ask(f"drop {line_id}", lambda: self._daemon.drop(line_id))

    def undrop(self, line_id: str) -> None:
        """Take the last drop of a line out of its projects again; what went wrong comes as a failure."""
        what = f"take {line_id} out of the project"
        self._asker.ask(
            what,
            lambda: self._daemon.undrop(line_id).add_done_callback(
                lambda answer: self._asker.answered(what, answer, lambda _: None)
            ),
        )

    def remove(self, line_id: str) -> None:
        self._asker.ask(f"remove {line_id}", lambda: self._daemon.remove(line_id))

    def bring_back(self, line_id: str) -> None:
        self._asker.ask(f"bring {line_id} back", lambda: self._daemon.bring_back(line_id))

    def submit_all(self, cues: Sequence[Cue], then: Callable[[list[str]], None]) -> None:
        """Several lines in one request; `then` gets the ids of those that were taken on."""
        self._asker.ask(f"render {len(cues)} lines", lambda: self._each(cues, "render", self._daemon.submit), then)

    def change_all(self, cues: Sequence[Cue], *, render: bool, then: Callable[[list[str]], None] | None = None) -> None:
        """New wishes for lines that are there, with new takes where `render`; `then` as for submit_all."""
        work = self._daemon.submit if render else self._daemon.edit
        self._asker.ask(f"change {len(cues)} lines", lambda: self._each(cues, "change", work), then)

    def _each(self, cues: Sequence[Cue], what: str, work: Callable[[Cue], object]) -> list[str]:
        """-> ids of the lines for which it went well; the others are told of one by one."""
        taken = []
        for cue in cues:
            try:
                work(cue)
            except Exception as error:
                self._asker.refused(f"{what} {cue.id}", error)
            else:
                taken.append(cue.id)
        return taken

    def read_sheet(self, path: Path, options: ReadOptions, then: Callable[[Sheet], None]) -> None:
        """What a sheet holds and what is wrong with it; nothing is taken on."""
        self._asker.ask(f"read {path.name}", lambda: self._daemon.read_sheet(path, options), then)

    def write_sheet(
        self, path: Path, lines: Sequence[SheetLine], results: Mapping[str, Mapping[str, str]], then: Callable[[], None]
    ) -> None:
        self._asker.ask(f"write {path.name}", lambda: write_sheet(path, lines, results=results), lambda _: then())

    def ask_presets(self, kind: str) -> None:
        self._asker.ask(
            f"list {kind} presets",
            lambda: list(self._daemon.voices.presets(kind)),
            lambda found: self.presets.emit(kind, found),
        )

    def close(self) -> None:
        """Let go of the daemon. Requests that wait are dropped; one that runs ends by itself."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._unsubscribe()
        self._timer.stop()
        self._asker.close()

    # ---- events ---------------------------------------------------------------------------------------------------

    def _sync(self) -> None:
        """Merge what the daemon holds with the events that came meanwhile: those are the newer ones."""
        lines: tuple[Line, ...] = ()
        status: events.Status | None = None
        try:
            lines, status = self._daemon.lines(), self._daemon.status()
        finally:  # what is told from now on is shown, even if this could not be had
            with self._lock:
                for line in lines:
                    self._lines.setdefault(line.cue.id, line)
                if status is not None:
                    self._newest.setdefault(events.Status, status)
                self._syncing = False
                self._awake = True
            self._wake_up()

    def _on_event(self, event: events.Event) -> None:
        """Called on the daemon's threads: only gathers."""
        with self._lock:
            if self._closed:
                return
            match event:
                case events.LineChanged(line):
                    self._lines[line.cue.id] = line  # in its place: new lines come in the order they were asked for
                case events.LineRemoved(line_id):
                    self._lines.pop(line_id, None)
                    self._lines[line_id] = None
                case events.OscTraffic():
                    self._traffic.append(event)
                case events.Level() | events.Status() | events.SoundDevice():
                    self._newest[type(event)] = event
                case _:
                    self._single.append(event)
            wake = not self._awake and not self._syncing
            self._awake = self._awake or wake
        if wake:
            self._wake_up()

    def _wake_up(self) -> None:
        with contextlib.suppress(RuntimeError):  # as in Asker
            if not self._closed:
                self._wake.emit()

    @pyqtSlot()
    def _schedule(self) -> None:
        if self._closed:
            return
        since_s = time.monotonic() - self._last_tick
        self._timer.start(max(0, round((TICK_S - since_s) * 1000)))

    @pyqtSlot()
    def _tick(self) -> None:
        with self._lock:
            ids = list(self._lines)[:LINES_A_TICK]
            taken = {line_id: self._lines.pop(line_id) for line_id in ids}
            single = [self._single.popleft() for _ in range(min(EVENTS_A_TICK, len(self._single)))]
            traffic = [self._traffic.popleft() for _ in range(min(EVENTS_A_TICK, len(self._traffic)))]
            newest = list(self._newest.values())
            self._newest.clear()
            self._awake = more = bool(self._lines or self._single or self._traffic)
        self._last_tick = time.monotonic()
        if removed := [line_id for line_id, line in taken.items() if line is None]:
            self.lines_removed.emit(removed)
        if changed := [line for line in taken.values() if line is not None]:
            self.lines_changed.emit(changed)
        if traffic:
            self.traffic.emit(traffic)
        for event in newest + single:
            self._tell(event)
        if more:
            self._schedule()
        elif not self._synced:
            self._synced = True
            self.synced.emit()

    def _tell(self, event: events.Event) -> None:
        match event:
            case events.Level():
                self.level.emit(event)
            case events.Status():
                self.status.emit(event)
            case events.SoundDevice():
                self.device.emit(event)
            case events.TakeEnded():
                self.take_ended.emit(event)
            case events.PlayEnded():
                self.play_ended.emit(event)
            case events.DropEnded():
                self.drop_ended.emit(event)
            case events.ErrorRaised():
                self.problem.emit(event)
            case events.Warned():
                self.warned.emit(event)
            case events.PresetsChanged(kind):
                self.ask_presets(kind)
