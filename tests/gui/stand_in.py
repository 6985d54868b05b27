"""A daemon with the real interface and nothing behind it: notes what it is asked, tells what a test has it tell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from bridge import events
from bridge.clip_check import ClipReport
from bridge.cue import Cue, Line, LineState, Take
from bridge.errors import BridgeError
from bridge.machine import Machine
from bridge.sheets import ReadOptions, Sheet, read_sheet
from bridge.timeline import Position
from engine.types import EMOTIONS, Emotion

RATE = 48_000


@dataclass(frozen=True)
class Preset:
    name: str
    note: str = ""
    colour: str = "#aabbcc"
    origin: str = "cuevox"
    weights: Mapping[str, float] = field(default_factory=dict)


def make_line(line_id: str, state: LineState = LineState.QUEUED, *, progress: float = 0.0, n_samples: int = 0) -> Line:
    take = Take(f"{line_id}_t01", line_id, 7, state, progress, n_samples=n_samples, rate=RATE if n_samples else 0)
    return Line(Cue(line_id, f"text of {line_id}", "Mara", character="Guard"), state, (take,), take.id)


class StandInDaemon:
    """`calls` holds every request in order. With `refuse_with`, requests are refused; `hold` makes them wait."""

    def __init__(self, lines: tuple[Line, ...] = ()) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.refuse_with: Exception | None = None
        self.clip_problems: tuple[str, ...] = ()
        self.voices_apart: float | None = 0.1
        self.removed: dict[str, Line] = {}
        self.osc_port = 27183
        self.device = ""
        self.hold = threading.Event()
        self.hold.set()
        self.held: dict[str, Line] = {line.cue.id: line for line in lines}
        self.emotions = [Preset("neutral"), Preset("battle cry", "loud", weights={"angry": 0.8, "surprised": 0.2})]
        self.timbres = [Preset("Mara", "warm, close"), Preset("Cole", "gravelly")]
        self._callbacks: list[Callable[[events.Event], None]] = []

    @property
    def voices(self) -> Self:
        """It stands in for the desk of the voices as well, so that `calls` has all in order."""
        return self

    @property
    def setup(self) -> Self:
        """And for that of settings and devices."""
        return self

    @property
    def n_subscribers(self) -> int:
        return len(self._callbacks)

    def tell(self, event: events.Event) -> None:
        for callback in list(self._callbacks):
            callback(event)

    def change(self, line_id: str, state: LineState, *, progress: float = 0.0, n_samples: int = 0) -> None:
        """What the render worker would tell of a line's first take."""
        line = self.held[line_id]
        rate = RATE if n_samples else 0
        take = replace(line.takes[0], state=state, progress=progress, n_samples=n_samples, rate=rate)
        self.held[line_id] = replace(line, state=state, takes=(take, *line.takes[1:]), picked=take.id)
        self.tell(events.LineChanged(self.held[line_id]))

    def submit(self, cue: Cue) -> tuple[Take, ...]:
        self._asked("submit", cue)
        takes = tuple(
            Take(f"{cue.id}_t{n:02d}", cue.id, cue.seed or n, LineState.QUEUED) for n in range(1, cue.takes + 1)
        )
        self.held[cue.id] = Line(cue, LineState.QUEUED, takes)
        self.tell(events.LineChanged(self.held[cue.id]))
        return takes

    def edit(self, cue: Cue) -> None:
        self._asked("edit", cue)
        self.held[cue.id] = replace(self.held[cue.id], cue=cue)
        self.tell(events.LineChanged(self.held[cue.id]))

    def play(self, line_id: str, cue: Cue | None = None, *, take_id: str = "", gain_db: float = 0.0) -> Take:
        self._asked("play", line_id, *((take_id, gain_db) if take_id else (cue,)))
        return Take(take_id or f"{line_id}_t01", line_id, 7, LineState.PLAYING)

    def stop(self, line_id: str | None = None) -> None:
        self.calls.append(("stop", line_id))  # never waits

    def cancel(self, line_id: str) -> LineState:
        self._asked("cancel", line_id)
        before = self.held[line_id].state
        if before in (LineState.QUEUED, LineState.RENDERING):
            self.change(line_id, LineState.CANCELLED)
        return before

    def pick(self, line_id: str, take_id: str) -> None:
        self._asked("pick", line_id, take_id)

    def pick_best(self, line_id: str) -> str:
        self._asked("pick_best", line_id)
        return ""

    def pick_earlier(self, line_id: str) -> str:
        self._asked("pick_earlier", line_id)
        return ""

    def lock(self, line_id: str, take_id: str = "") -> str:
        self._asked("lock", line_id, take_id)
        return take_id

    def unlock(self, line_id: str) -> None:
        self._asked("unlock", line_id)

    def drop(self, line_id: str, *, target: str | None = None, at: Position | None = None) -> Take:
        self._asked("drop", line_id, target, at)
        return self.held[line_id].takes[0]

    def undrop(self, line_id: str, *, target: str | None = None) -> Future[tuple[str, tuple[str, ...]]]:
        self._asked("undrop", line_id, target)
        self.change(line_id, LineState.READY, progress=1.0, n_samples=RATE)
        answer: Future[tuple[str, tuple[str, ...]]] = Future()
        answer.set_result((f"{line_id}_t01", ("reaper_project",)))
        return answer

    def lines(self) -> tuple[Line, ...]:
        return tuple(self.held.values())

    def remove(self, line_id: str) -> None:
        self._asked("remove", line_id)
        self.removed[line_id] = self.held.pop(line_id)
        self.tell(events.LineRemoved(line_id))

    def bring_back(self, line_id: str) -> None:
        self._asked("bring_back", line_id)
        self.held[line_id] = self.removed.pop(line_id)
        self.tell(events.LineChanged(self.held[line_id]))

    def status(self) -> events.Status:
        return events.Status(0, 0, 0, "ready", "stand-in", 0.0)

    def read_sheet(self, path: Path, options: ReadOptions) -> Sheet:
        return read_sheet(path, options)

    def machine(self) -> Machine:
        return Machine(0.31, 910_000_000, 6_200_000_000, 16_600_000_000)

    def presets(self, kind: str) -> tuple[Preset, ...]:
        return tuple(self.timbres if kind == "timbre" else self.emotions)

    def add_timbre_of(
        self, file: Path, start_s: float, end_s: float, name: str, note: str, consent: str, colour: str = ""
    ) -> float:
        self._asked("add_timbre_of", file, start_s, end_s, name, note, consent, colour)
        self.timbres.append(Preset(name, note, origin="yours"))
        self.tell(events.PresetsChanged("timbre"))
        return 4.2

    def check_clip(self, file: Path, start_s: float, end_s: float) -> tuple[ClipReport, Future[float | None]]:
        self._asked("check_clip", file, start_s, end_s)
        answer: Future[float | None] = Future()
        answer.set_result(self.voices_apart)
        return ClipReport(end_s - start_s, 40.0, 0, self.clip_problems), answer

    def play_file(self, file: Path, start_s: float, end_s: float) -> None:
        self._asked("play_file", file, start_s, end_s)

    def play_timbre(self, name: str) -> None:
        self._asked("play_timbre", name)

    def save_morph(self, name: str, morph: str, note: str = "", colour: str = "") -> None:
        self._asked("save_morph", name, morph, note, colour)
        self.timbres.append(Preset(name, note, origin="yours"))
        self.tell(events.PresetsChanged("timbre"))

    def export_emotions(self, names: Iterable[str], file: Path) -> None:
        self._asked("export_emotions", tuple(names), file)

    def import_emotions(self, file: Path) -> tuple[str, ...]:
        self._asked("import_emotions", file)
        return ("grim hope",)

    def save_emotion(self, name: str, weights: Mapping[str, float], note: str = "", colour: str = "") -> None:
        self._asked("save_emotion", name, dict(weights), note, colour)
        self.emotions.append(Preset(name, note, origin="yours", weights=weights))
        self.tell(events.PresetsChanged("emotion"))

    def rename_preset(self, kind: str, name: str, new: str) -> None:
        self._asked("rename_preset", kind, name, new)

    def remove_preset(self, kind: str, name: str) -> None:
        self._asked("remove_preset", kind, name)

    def bring_back_preset(self, kind: str, name: str) -> None:
        self._asked("bring_back_preset", kind, name)

    def hear_emotion(self, emotion: str) -> Future[Emotion]:
        self._asked("hear_emotion", emotion)
        answer: Future[Emotion] = Future()
        answer.set_result(Emotion(tuple(float(name in emotion) for name in EMOTIONS)))
        return answer

    def save_settings(self, changes: Mapping[str, object]) -> None:
        self._asked("save_settings", dict(changes))

    def change_osc(self, changes: Mapping[str, object]) -> int:
        self._asked("change_osc", dict(changes))
        port = changes.get("osc_port", self.osc_port)
        assert isinstance(port, int)
        self.osc_port = port
        return port

    def change_voice(self, changes: Mapping[str, object]) -> Future[str]:
        self._asked("change_voice", dict(changes))
        answer: Future[str] = Future()
        answer.set_result("stand-in")
        return answer

    def compute_devices(self) -> tuple[str, ...]:
        return ("auto", "cpu", "cuda")

    def sound_device(self) -> events.SoundDevice:
        return events.SoundDevice(self.device, "Studio monitors", 48_000, 10.7, 0, "")

    def choose_device(self, device: str) -> events.SoundDevice:
        self._asked("choose_device", device)
        self.device = device
        return self.sound_device()

    def output_devices(self) -> tuple[str, ...]:
        return ("Studio monitors", "Headphones")

    def subscribe(self, callback: Callable[[events.Event], None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def _asked(self, *call: object) -> None:
        assert self.hold.wait(60)
        self.calls.append(call)
        if self.refuse_with is not None:
            raise self.refuse_with


class Refusal(BridgeError):
    """Any refusal."""

    code = "busy"
