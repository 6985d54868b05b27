"""The takes of the chosen line: pick one, play it, see its waveform."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import soundfile
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from bridge.cue import Line, LineState, Take
from gui.cue_model import actual_seconds, shown_take
from gui.icons import icon
from gui.theme import Theme
from gui.widgets import ElidedLabel, label, set_role

POINTS = 1500  # peaks drawn; a screen has no more columns
TAKE_ROLE = Qt.ItemDataRole.UserRole
UNMADE = (LineState.QUEUED, LineState.RENDERING)

Peaks = tuple[NDArray[np.float64], NDArray[np.float32]]


def read_peaks(path: Path) -> Peaks:
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
    drop_wished = pyqtSignal(str)  # line
    cancel_wished = pyqtSignal(str)
    _loaded = pyqtSignal(int, object)  # request number, Peaks or the error's text

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._theme = theme
        self._line: Line | None = None
        self._request = 0
        self._shown: tuple[object, ...] | None = None  # which clip the waveform shows
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="panel-waveform")
        self._loaded.connect(self._show_peaks)
        self.list = QListWidget()
        self.list.setAccessibleName("Takes of the chosen line")
        self.list.setMinimumWidth(190)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._take_chosen)
        self.list.itemActivated.connect(lambda _: self._wish_take(self.play_wished))
        self.plot = pg.PlotWidget()
        self.plot.setAccessibleName("Waveform of the chosen take")
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it has no keys
        self.plot.setMinimumSize(120, 50)
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.hideAxis("left")
        self.plot.getAxis("bottom").setLabel("seconds")
        self.plot.getAxis("bottom").showLabel(False)
        self.plot.setYRange(-1, 1)
        self.curve = self.plot.plot([], [])
        self.name, self.facts = ElidedLabel("", "muted"), ElidedLabel("", "muted")
        self.play_button, self.pick_button = QPushButton("Play take"), QPushButton("Pick")
        self.drop_button, self.cancel_button = QPushButton("Into project"), QPushButton("Cancel")
        self.play_button.setToolTip("Pick this take and play it (Return)")
        self.pick_button.setToolTip("This take stands for the line from now on")
        self.drop_button.setToolTip("Put the picked take into the DAW project (Ctrl+D in the table)")
        self.cancel_button.setToolTip("Stop making the takes of this line (Ctrl+Backspace in the table)")
        self.play_button.clicked.connect(lambda: self._wish_take(self.play_wished))
        self.pick_button.clicked.connect(lambda: self._wish_take(self.pick_wished))
        self.drop_button.clicked.connect(lambda: self._wish_line(self.drop_wished))
        self.cancel_button.clicked.connect(lambda: self._wish_line(self.cancel_wished))
        self._lay_out()
        theme.changed.connect(self._paint)
        self._paint()
        self.show_line(None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("Takes", "section"))
        head.addWidget(self.name, 1)
        for button in self.buttons():
            head.addWidget(button)
        body = QHBoxLayout()
        body.setSpacing(10)
        body.addWidget(self.list, 2)
        body.addWidget(self.plot, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.addLayout(head)
        column.addLayout(body, 1)
        column.addWidget(self.facts)

    def buttons(self) -> list[QPushButton]:
        """From left to right."""
        return [self.play_button, self.pick_button, self.drop_button, self.cancel_button]

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.list, *self.buttons()]

    def show_line(self, line: Line | None) -> None:
        """Show a line, or what is new of the one that is shown: the take that was chosen stays chosen."""
        same = line is not None and self._line is not None and line.cue.id == self._line.cue.id
        chosen = self._take() if same else None
        self._line = line
        takes = line.takes if line is not None else ()
        if chosen is None and line is not None:
            chosen = shown_take(line)
        self.list.blockSignals(True)
        while self.list.count() > len(takes):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(takes):
            self.list.addItem(QListWidgetItem())
        for row, take in enumerate(takes):
            item = self.list.item(row)
            assert item is not None and line is not None
            item.setText(_describe(take, picked=take.id == line.picked))
            item.setData(TAKE_ROLE, take)
            if chosen is not None and take.id == chosen.id:
                self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        self._take_chosen()

    def close_files(self) -> None:
        """Nothing is read any more, and what is being read comes too late."""
        self._request += 1
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take(self) -> Take | None:
        item = self.list.currentItem()
        return item.data(TAKE_ROLE) if item is not None else None

    def _take_chosen(self) -> None:
        take, line = self._take(), self._line
        made = take is not None and take.path is not None
        self.play_button.setEnabled(made)
        self.pick_button.setEnabled(made and line is not None and take is not None and line.picked != take.id)
        self.drop_button.setEnabled(made)
        self.cancel_button.setEnabled(line is not None and any(t.state in UNMADE for t in line.takes))
        self.name.setText(line.cue.id if line is not None else "Choose a line to see its takes.")
        if line is not None and take is not None:
            self._tell(take.error or _facts(line, take), "error" if take.error else "muted")
        else:
            self._tell("")
        self._load(take)

    def _wish_take(self, signal: pg.QtCore.pyqtBoundSignal) -> None:
        take = self._take()
        if self._line is not None and take is not None and take.path is not None:
            signal.emit(self._line.cue.id, take.id)

    def _wish_line(self, signal: pg.QtCore.pyqtBoundSignal) -> None:
        if self._line is not None:
            signal.emit(self._line.cue.id)

    def _load(self, take: Take | None) -> None:
        path = take.path if take is not None else None
        clip = (path, take.seed if take is not None else 0)  # a line rendered anew may use the same file
        if clip == self._shown:
            return
        self._shown = clip
        self._request += 1
        self.curve.setData([], [])
        self.plot.showAxis("bottom", False)  # a scale without a sound means nothing
        if path is None:
            return
        number = self._request

        def work(path: Path = path) -> None:
            try:
                result: Peaks | str = read_peaks(path)
            except (OSError, RuntimeError) as error:  # soundfile raises RuntimeErrors
                result = f"{path.name} cannot be read: {error}"
            if number == self._request:
                self._loaded.emit(number, result)

        self._pool.submit(work)

    @pyqtSlot(int, object)
    def _show_peaks(self, number: int, result: Peaks | str) -> None:
        if number != self._request:
            return
        if isinstance(result, str):
            self._tell(result, "error")
        else:
            times, peaks = result
            end_s = float(times[-1]) if len(times) else 1.0
            self.curve.setData(times, peaks)
            self.plot.showAxis("bottom")
            self.plot.setLimits(xMin=-0.01 * end_s, xMax=1.01 * end_s)
            self.plot.setXRange(0, end_s, padding=0.01)

    def _tell(self, text: str, role: str = "muted") -> None:
        self.facts.setText(text)
        set_role(self.facts, role)

    def _paint(self) -> None:
        t = self._theme.tokens
        self.plot.setBackground(self._theme.color("surface"))
        self.curve.setPen(pg.mkPen(self._theme.color("accent")))
        axis = self.plot.getAxis("bottom")
        axis.setPen(self._theme.color("border"))
        axis.setTextPen(self._theme.color("muted"))
        for button, name in zip(self.buttons(), ("play", "pick", "drop", "stop"), strict=True):
            button.setIcon(icon(name, t.text, t.muted))


def _describe(take: Take, *, picked: bool) -> str:
    seconds = actual_seconds(take)
    if take.state == LineState.RENDERING:
        length = f"rendering {take.progress:.0%}"
    else:
        length = f"{seconds:.3f} s" if seconds is not None else take.state.value
    return f"{'✓ ' if picked else '   '}{take.id.rsplit('_', 1)[-1]}   {length}   seed {take.seed}"


def _facts(line: Line, take: Take) -> str:
    facts = list(take.warnings)
    if take.n_samples:
        facts.append(f"{take.n_samples} samples at {take.rate} Hz")
        facts.append(f"{'stretched' if line.cue.length else 'length'} x {take.stretch:.2f}")
    if take.peak_db > float("-inf"):
        facts.append(f"peak {take.peak_db:.1f} dB")
    return "  ·  ".join(facts)
