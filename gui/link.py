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
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal, pyqtSlot

from bridge import events
from bridge.clip_check import ClipReport
from bridge.cue import Cue, Line, Take
from bridge.machine import Machine
from bridge.osc_peer import OscPeer
from bridge.sheets import ReadOptions, Sheet, SheetLine, write_sheet
from engine.types import Emotion
from gui.daemon_like import DaemonLike
from gui.osc_text import Answer, OscValue, write_args

if TYPE_CHECKING:
    from gui.timbre_dialog import VoiceWish

TICK_S = 1 / 30  # how often the panel looks at what is new
LINES_A_TICK = 400  # more lines than this wait for the next tick, so that one tick stays far under 50 ms
EVENTS_A_TICK = 200  # and so do more errors, warnings and endings
TRAFFIC_KEPT = 5000
CHANGE_OSC = "change OSC"  # what a Failure of it is named
REPLY_S = 1.0  # the first reply comes at once or not at all


@dataclass(frozen=True)
class Failure:
    """A request that was refused or went wrong. `text` is for people, word for word as the daemon said it."""

    what: str  # e.g. "render line_012"
    code: str
    text: str


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
    _returned = pyqtSignal(object, object)  # callback, result

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
        self._returned.connect(self._deliver)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="panel-request")  # one: requests keep their order
        self._urgent = ThreadPoolExecutor(1, thread_name_prefix="panel-stop")  # "stop" overtakes all of them
        self._unsubscribe = daemon.subscribe(self._on_event)
        self._pool.submit(self._sync)
        for kind in ("timbre", "emotion"):
            self.ask_presets(kind)

    # ---- requests -------------------------------------------------------------------------------------------------

    def submit(self, cue: Cue, then: Callable[[tuple[Take, ...]], None] | None = None) -> None:
        self._ask(f"render {cue.id}", lambda: self._daemon.submit(cue), then)

    def play(self, line_id: str, cue: Cue | None = None) -> None:
        """Play the line's picked take, or render `cue` live."""
        self._ask(f"play {line_id}", lambda: self._daemon.play(line_id, cue))

    def play_instead(self, cue: Cue, before: str) -> None:
        """Render `cue` live; the line `before`, if there is one, neither sounds nor is made any further."""

        def work() -> None:
            if before:
                self._daemon.cancel(before)
            self._daemon.play(cue.id, cue)

        self._ask(f"play {cue.id}", work)

    def play_alone(self, line_id: str, take_id: str, gain_db: float) -> None:
        """Play a take in place of all that sounds."""

        def work() -> None:  # one request, so that the sound before it cannot end the new one
            self._daemon.stop()
            self._daemon.play(line_id, take_id=take_id, gain_db=gain_db)

        self._ask(f"play {take_id}", work)

    def stop(self, line_id: str | None = None) -> None:
        self._ask("stop", lambda: self._daemon.stop(line_id), pool=self._urgent)

    def cancel(self, line_id: str) -> None:
        self._ask(f"cancel {line_id}", lambda: self._daemon.cancel(line_id), pool=self._urgent)

    def cancel_all(self, line_ids: Sequence[str]) -> None:
        def work() -> None:
            for line_id in line_ids:
                self._daemon.cancel(line_id)

        self._ask(f"cancel {len(line_ids)} lines", work, pool=self._urgent)

    def pick(self, line_id: str, take_id: str) -> None:
        self._ask(f"pick {take_id}", lambda: self._daemon.pick(line_id, take_id))

    def pick_best(self, line_id: str) -> None:
        self._ask(f"pick the best take of {line_id}", lambda: self._daemon.pick_best(line_id))

    def pick_earlier(self, line_id: str) -> None:
        self._ask(f"go back to the earlier take of {line_id}", lambda: self._daemon.pick_earlier(line_id))

    def lock(self, line_id: str, take_id: str) -> None:
        self._ask(f"lock {take_id}", lambda: self._daemon.lock(line_id, take_id))

    def unlock(self, line_id: str) -> None:
        self._ask(f"unlock {line_id}", lambda: self._daemon.unlock(line_id))

    def drop(self, line_id: str) -> None:
        self._ask(f"drop {line_id}", lambda: self._daemon.drop(line_id))

    def undrop(self, line_id: str) -> None:
        """Take the last drop of a line out of its projects again; what went wrong comes as a failure."""
        what = f"take {line_id} out of the project"
        self._ask(
            what,
            lambda: self._daemon.undrop(line_id).add_done_callback(
                lambda answer: self._answered(what, answer, lambda _: None)
            ),
        )

    def remove(self, line_id: str) -> None:
        self._ask(f"remove {line_id}", lambda: self._daemon.remove(line_id))

    def bring_back(self, line_id: str) -> None:
        self._ask(f"bring {line_id} back", lambda: self._daemon.bring_back(line_id))

    def submit_all(self, cues: Sequence[Cue], then: Callable[[list[str]], None]) -> None:
        """Several lines in one request; `then` gets the ids of those that were taken on."""
        self._ask(f"render {len(cues)} lines", lambda: self._each(cues, "render", self._daemon.submit), then)

    def change_all(self, cues: Sequence[Cue], *, render: bool, then: Callable[[list[str]], None] | None = None) -> None:
        """New wishes for lines that are there, with new takes where `render`; `then` as for submit_all."""
        work = self._daemon.submit if render else self._daemon.edit
        self._ask(f"change {len(cues)} lines", lambda: self._each(cues, "change", work), then)

    def _each(self, cues: Sequence[Cue], what: str, work: Callable[[Cue], object]) -> list[str]:
        """-> ids of the lines for which it went well; the others are told of one by one."""
        taken = []
        for cue in cues:
            try:
                work(cue)
            except Exception as error:
                self._return(self.failed.emit, _failure(f"{what} {cue.id}", error))
            else:
                taken.append(cue.id)
        return taken

    def read_sheet(self, path: Path, options: ReadOptions, then: Callable[[Sheet], None]) -> None:
        """What a sheet holds and what is wrong with it; nothing is taken on."""
        self._ask(f"read {path.name}", lambda: self._daemon.read_sheet(path, options), then)

    def write_sheet(
        self, path: Path, lines: Sequence[SheetLine], results: Mapping[str, Mapping[str, str]], then: Callable[[], None]
    ) -> None:
        self._ask(f"write {path.name}", lambda: write_sheet(path, lines, results=results), lambda _: then())

    def play_file(self, file: str, start_s: float, end_s: float) -> None:
        """Let a part of a sound file sound in place of all that sounds."""

        def work() -> None:
            self._daemon.stop()
            self._daemon.voices.play_file(Path(file), start_s, end_s)

        self._ask(f"play {Path(file).name}", work)

    def play_timbre(self, name: str) -> None:
        """Let the clip that a voice was learnt from sound in place of all that sounds."""

        def work() -> None:
            self._daemon.stop()
            self._daemon.voices.play_timbre(name)

        self._ask(f"play the clip of {name}", work)

    def check_clip(
        self,
        file: str,
        start_s: float,
        end_s: float,
        then: Callable[[ClipReport], None],
        then_voices: Callable[[float | None], None],
    ) -> None:
        """Look a part of a clip over; how many speak in it comes later, between two takes."""
        what = f"look {Path(file).name} over"

        def work() -> ClipReport:
            report, voices = self._daemon.voices.check_clip(Path(file), start_s, end_s)
            voices.add_done_callback(lambda answer: self._answered(what, answer, then_voices))
            return report

        self._ask(what, work, then)

    def add_timbre(self, wish: VoiceWish, then: Callable[[float], None]) -> None:
        """Learn a part of a clip; `then` gets the seconds of speech that were found."""
        self._ask(
            f"add timbre {wish.name}",
            lambda: self._daemon.voices.add_timbre_of(
                Path(wish.file), wish.start_s, wish.end_s, wish.name, wish.note, wish.consent, wish.colour
            ),
            then,
        )

    def save_morph(self, name: str, morph: str, note: str, colour: str) -> None:
        self._ask(f"save timbre {name}", lambda: self._daemon.voices.save_morph(name, morph, note, colour))

    def export_emotions(self, names: Sequence[str], file: str) -> None:
        self._ask(f"export {len(names)} emotions", lambda: self._daemon.voices.export_emotions(names, Path(file)))

    def import_emotions(self, file: str, then: Callable[[tuple[str, ...]], None]) -> None:
        """`then` gets the names under which the presets of the file are kept."""
        self._ask(f"import {Path(file).name}", lambda: self._daemon.voices.import_emotions(Path(file)), then)

    def save_emotion(self, name: str, weights: Mapping[str, float], note: str = "", colour: str = "") -> None:
        self._ask(f"save emotion {name}", lambda: self._daemon.voices.save_emotion(name, weights, note, colour))

    def hear_emotion(
        self, emotion: str, then: Callable[[Emotion], None], *, before: Callable[[], None] | None = None
    ) -> None:
        """The weights of `clip:NAME` or `text:...`; `before` runs first, as for add_timbre.

        The answer may come after a take that is being made, so no thread of the link waits for it.
        """
        what = f"hear the emotion of {emotion[:40]}"

        def work() -> None:
            if before is not None:
                before()
            self._daemon.voices.hear_emotion(emotion).add_done_callback(
                lambda answer: self._answered(what, answer, then)
            )

        self._ask(what, work)

    def save_settings(self, changes: Mapping[str, object], then: Callable[[], None]) -> None:
        self._ask("save the settings", lambda: self._daemon.save_settings(changes), lambda _: then())

    def change_osc(self, changes: Mapping[str, object], then: Callable[[int], None]) -> None:
        """Settings that begin with `osc_`, at once and for good; `then` gets the port that is heard at now."""
        self._ask(CHANGE_OSC, lambda: self._daemon.change_osc(changes), then)

    def ask_devices(self, then: Callable[[tuple[str, ...]], None]) -> None:
        self._ask("list sound devices", self._daemon.output_devices, then)

    def ask_device(self) -> None:
        """Which sound device is open; the answer comes as the signal `device`."""
        self._ask("ask for the sound device", self._daemon.sound_device, self.device.emit)

    def choose_device(self, name: str) -> None:
        """Go over to another sound device; empty for the system's own. What came of it is told by `device`."""

        def work() -> events.SoundDevice:
            try:
                return self._daemon.choose_device(name)
            except Exception as error:
                self._return(self.failed.emit, _failure(f"choose the device {name}", error))
                return self._daemon.sound_device()

        self._ask("choose a device", work, self.device.emit)

    def ask_machine(self, then: Callable[[Machine], None]) -> None:
        self._ask("look at the machine", self._daemon.machine, then)

    @property
    def osc_port(self) -> int:
        """Where the daemon hears OSC."""
        return self._daemon.osc_port

    def send_osc(
        self, host: str, address: str, args: tuple[OscValue, ...], then: Callable[[Answer | None], None]
    ) -> None:
        """A message to the daemon as any other program would send it; `then` gets the first reply, None for none."""

        def work() -> Answer | None:
            with OscPeer(host, self._daemon.osc_port) as peer:
                peer.send(address, *args)
                reply = peer.next_reply(REPLY_S)
            if reply is None:
                return None
            words = " ".join(filter(None, (reply.status, reply.code, reply.text, write_args(reply.data))))
            return Answer(reply.command, reply.status != "error", words)

        self._ask(f"send {address}", work, then)

    def ask_presets(self, kind: str) -> None:
        self._ask(
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
        for pool in (self._pool, self._urgent):
            pool.shutdown(wait=False, cancel_futures=True)

    def _ask(
        self,
        what: str,
        work: Callable[[], Any],
        then: Callable[[Any], None] | None = None,
        pool: ThreadPoolExecutor | None = None,
    ) -> None:
        def run() -> None:
            try:
                result = work()
            except Exception as error:  # the door must tell every fault, or a button would do nothing and stay silent
                self._return(self.failed.emit, _failure(what, error))
            else:
                if then is not None:
                    self._return(then, result)

        if not self._closed:
            (pool or self._pool).submit(run)

    def _answered(self, what: str, answer: Future[Any], then: Callable[[Any], None]) -> None:
        if answer.cancelled():  # the daemon ends
            return
        if (error := answer.exception()) is not None:
            self._return(self.failed.emit, _failure(what, error))
        else:
            self._return(then, answer.result())

    def _return(self, then: Callable[[Any], None], value: Any) -> None:
        """Have the GUI thread call `then(value)`: in its event loop, so after whoever made the link has connected."""
        with contextlib.suppress(RuntimeError):  # the QObject may go away before the daemon's threads do
            if not self._closed:
                self._returned.emit(then, value)

    @pyqtSlot(object, object)
    def _deliver(self, then: Callable[[Any], None], result: Any) -> None:
        if not self._closed:
            then(result)

    # ---- events ---------------------------------------------------------------------------------------------------

    def _sync(self) -> None:
        """Merge what the daemon holds with the events that came meanwhile: those are the newer ones."""
        lines: tuple[Line, ...] = ()
        status: events.Status | None = None
        try:
            lines, status = self._daemon.lines(), self._daemon.status()
        except Exception as error:
            self._return(self.failed.emit, Failure("first look at the daemon", "engine_failed", str(error)))
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
        with contextlib.suppress(RuntimeError):  # as in _return
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


def _failure(what: str, error: BaseException) -> Failure:
    """Errors of bridge and engine have a code and words of their own."""
    return Failure(what, str(getattr(error, "code", "engine_failed")), str(error) or type(error).__name__)
