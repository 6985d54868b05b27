"""Pictures of the panel for the documentation, made from a fixed set of lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from bridge import events
from bridge.cue import Cue, Length, Line, LineState, Take
from bridge.timeline import Position
from gui.application import application
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.theme import Theme

RATE = 48_000


@dataclass(frozen=True)
class PicturePreset:
    name: str
    note: str
    colour: str = ""
    origin: str = "shipped"
    weights: Mapping[str, float] = field(default_factory=dict)


class PictureDaemon:
    """Stands still: the lines of a picture, with the daemon's interface. It renders and plays nothing."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self._lines = lines

    def submit(self, cue: Cue) -> tuple[Take, ...]:
        return ()

    def play(self, line_id: str, cue: Cue | None = None) -> Take:
        return Take(f"{line_id}_t01", line_id, 0, LineState.PLAYING)

    def stop(self, line_id: str | None = None) -> None: ...

    def cancel(self, line_id: str) -> LineState:
        return LineState.CANCELLED

    def pick(self, line_id: str, take_id: str) -> None: ...

    def drop(self, line_id: str, *, target: str | None = None, at: Position | None = None) -> Take:
        return Take(f"{line_id}_t01", line_id, 0, LineState.DROPPED)

    def lines(self) -> tuple[Line, ...]:
        return self._lines

    def remove(self, line_id: str) -> None: ...

    def status(self) -> events.Status:
        return events.Status(1, 1, 0, "ready", "example", 0.42)

    def presets(self, kind: str) -> tuple[PicturePreset, ...]:
        if kind == "timbre":
            return (PicturePreset("example voice", "An example of a timbre's description."),)
        return (PicturePreset("battle cry", "", weights={"angry": 0.8, "surprised": 0.2}), PicturePreset("calm", "", weights={"calm": 0.8}))

    def add_timbre(self, name: str, file: str) -> float:
        return 0.0

    def save_emotion(self, name: str, weights: Mapping[str, float], note: str = "") -> None: ...

    def subscribe(self, callback: Callable[[events.Event], None]) -> Callable[[], None]:
        return lambda: None


def picture_lines(folder: Path) -> tuple[Line, ...]:
    """Lines in several states. Their clips are fading noise: they only give the waveform something to draw."""
    texts = (
        ("Who goes there?", "battle cry", LineState.READY),
        ("Nothing to see here. Move along.", "calm", LineState.RENDERING),
        ("They are inside the walls!", "afraid=0.70,surprised=0.20", LineState.DROPPED),
        ("I told you not to come back.", "sad=0.60", LineState.FAILED),
        ("Hold the gate!", "battle cry", LineState.QUEUED),
    )
    found = []
    for number, (text, emotion, state) in enumerate(texts, 1):
        line_id, n_samples = f"gate_{number:02d}", round((1.6 + 0.4 * number) * RATE)
        cue = Cue(line_id, text, "example voice", emotion, length=Length(n_samples, RATE), character="Guard")
        done = state in (LineState.READY, LineState.DROPPED)
        path = folder / f"{line_id}.wav" if done else None
        if path is not None:
            t = np.linspace(0, 1, n_samples)
            noise = np.random.default_rng(number).standard_normal(n_samples)
            soundfile.write(path, 0.2 * noise * np.abs(np.sin(9 * t)) * (1 - t), RATE)
        progress = 1.0 if done else 0.6 if state == LineState.RENDERING else 0.0
        error = "an example of an error" if state == LineState.FAILED else ""
        take = Take(f"{line_id}_t01", line_id, 1000 + number, state, progress, path, n_samples if done else 0, RATE, error=error)
        found.append(Line(cue, state, (take,), take.id if done else "", number))
    return tuple(found)


def save(folder: str | Path) -> list[Path]:
    """Write panel.png, panel-light.png, first-start.png, log.png and settings.png into `folder`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    app, saved = application(), []
    with TemporaryDirectory() as clips:
        lines = picture_lines(Path(clips))
        for name, appearance, shown, page in (
            ("panel", "dark", lines, 0),
            ("panel-light", "light", lines, 0),
            ("first-start", "dark", (), 0),
            ("log", "dark", lines, 1),
            ("settings", "dark", lines, 2),
        ):
            window = MainWindow(DaemonLink(PictureDaemon(shown)), Theme(app, appearance))
            window.show()
            _settle(0.3)
            if shown:
                window.table.show_line("gate_01")
                window.composer.text.setPlainText("Open the gate, quickly!")
                window.presets.set_emotion("battle cry")
                window.log.add("error", "osc bad_argument: seconds is 'long'; it has to be a number, e.g. 2.4")
                window.log.add_traffic([events.OscTraffic(True, "127.0.0.1:50000", "/cuevox/line/play", ("gate_01",))])
            window.show_page(page)
            _settle(0.5)
            saved.append(folder / f"{name}.png")
            if not window.grab().save(str(saved[-1])):
                raise OSError(f"{saved[-1]} could not be written; choose a folder that can be written to")
            window.close()
    return saved


def _settle(seconds: float) -> None:
    """Let the event loop work, so that what other threads read is on the picture."""
    end, app = time.monotonic() + seconds, application()
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)
