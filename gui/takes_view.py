"""The takes of the chosen line: pick one, play it, see its waveform."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import soundfile
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from bridge.cue import Line, Take
from gui.cue_table import actual_seconds, shown_take
from gui.theme import Theme
from gui.widgets import label

POINTS = 1500  # peaks drawn; a screen has no more columns


def read_peaks(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """A clip's outline: times (2P,) in seconds and the lowest and highest sample of each stretch (2P,)."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = audio[:, 0]
    step = max(1, -(-len(mono) // POINTS))
    padded = np.pad(mono, (0, -len(mono) % step)).reshape(-1, step)
    peaks = np.stack([padded.min(axis=1), padded.max(axis=1)], axis=1).ravel()
    return np.repeat(np.arange(len(padded)) * step / rate, 2), peaks


class TakesView(QFrame):
    """Files are read on a thread of its own; a result that is no longer asked for is dropped by its number."""

    pick_wished = pyqtSignal(str, str)  # line, take
    play_wished = pyqtSignal(str, str)
    drop_wished = pyqtSignal(str)
    _loaded = pyqtSignal(int, object)  # request number, (times, peaks) or the error's text

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._theme = theme
        self._line: Line | None = None
        self._request = 0
        self._shown_path: Path | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="panel-waveform")
        self._loaded.connect(self._show_peaks)
        self.list = QListWidget()
        self.list.setAccessibleName("Takes of the chosen line")
        self.list.setMaximumWidth(300)
        self.list.currentItemChanged.connect(lambda *_: self._load())
        self.plot = pg.PlotWidget()
        self.plot.setAccessibleName("Waveform of the chosen take")
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.hideAxis("left")
        self.plot.setYRange(-1, 1)
        self.curve = self.plot.plot([], [])
        self.hint = label("Choose a line to see its takes.", "muted")
        self.pick_button, self.play_button, self.drop_button = (
            QPushButton("Pick take"),
            QPushButton("Play take"),
            QPushButton("Into project"),
        )
        self.pick_button.clicked.connect(lambda: self._wish(self.pick_wished))
        self.play_button.clicked.connect(lambda: self._wish(self.play_wished))
        self.drop_button.clicked.connect(lambda: self._line and self.drop_wished.emit(self._line.cue.id))
        head = QHBoxLayout()
        head.addWidget(label("Takes", "section"))
        head.addWidget(self.hint, 1)
        for button in (self.pick_button, self.play_button, self.drop_button):
            head.addWidget(button)
        body = QHBoxLayout()
        body.addWidget(self.list)
        body.addWidget(self.plot, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.addLayout(head)
        column.addLayout(body, 1)
        theme.changed.connect(self._paint)
        self._paint()
        self.show_line(None)

    def show_line(self, line: Line | None) -> None:
        same = line is not None and self._line is not None and line.cue.id == self._line.cue.id
        chosen = self._take_id() if same else ""
        self._line = line
        self.list.blockSignals(True)
        self.list.clear()
        takes = line.takes if line is not None else ()
        default = shown_take(line) if line is not None else None
        for take in takes:
            item = QListWidgetItem(_describe(take, picked=line is not None and take.id == line.picked))
            item.setData(256, take.id)
            item.setToolTip(take.error or "\n".join(take.warnings))
            self.list.addItem(item)
            if take.id == (chosen or (default.id if default else "")):
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        for button in (self.pick_button, self.play_button, self.drop_button):
            button.setEnabled(bool(takes))
        self.hint.setText(line.cue.id if line is not None else "Choose a line to see its takes.")
        self._load()

    def close_files(self) -> None:
        self._request += 1
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take_id(self) -> str:
        item = self.list.currentItem()
        return str(item.data(256)) if item is not None else ""

    def _wish(self, signal: object) -> None:
        if self._line is not None and (take := self._take_id()):
            signal.emit(self._line.cue.id, take)  # type: ignore[attr-defined]

    def _load(self) -> None:
        take = next((t for t in self._line.takes if t.id == self._take_id()), None) if self._line else None
        path = take.path if take is not None else None
        if path == self._shown_path:
            return
        self._shown_path = path
        self._request += 1
        self.curve.setData([], [])
        if path is None:
            return
        number = self._request

        def work(path: Path = path) -> None:
            try:
                result: object = read_peaks(path)
            except (OSError, RuntimeError) as error:  # soundfile raises RuntimeErrors
                result = f"{path.name} cannot be read: {error}"
            if number == self._request:
                self._loaded.emit(number, result)

        self._pool.submit(work)

    @pyqtSlot(int, object)
    def _show_peaks(self, number: int, result: object) -> None:
        if number != self._request:
            return
        if isinstance(result, str):
            self.hint.setText(result)
        else:
            times, peaks = result  # type: ignore[misc]
            self.curve.setData(times, peaks)
            self.plot.setXRange(0, float(times[-1]) if len(times) else 1.0, padding=0.01)

    def _paint(self) -> None:
        self.plot.setBackground(self._theme.color("window"))
        self.curve.setPen(pg.mkPen(self._theme.color("accent")))
        axis = self.plot.getAxis("bottom")
        axis.setPen(self._theme.color("border"))
        axis.setTextPen(self._theme.color("muted"))


def _describe(take: Take, *, picked: bool) -> str:
    seconds = actual_seconds(take)
    length = f"{seconds:.3f} s" if seconds is not None else take.state.value
    return f"{'✓ ' if picked else '   '}{take.id.rsplit('_', 1)[-1]}   {length}   seed {take.seed}"
