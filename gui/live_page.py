"""A soundboard: every line that has a picked take is a button. One button, the largest, ends all sound."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bridge.cue import Line, LineState
from bridge.events import PlayEnded
from gui.icons import icon
from gui.theme import Theme
from gui.widgets import label, plain_tip

PAD_PX = 190  # least width; the height is in style.qss
MOST = 96  # pads; more are found by the search
NUMBERED = 9  # the first ones have keys


class LivePage(QWidget):
    """Pads follow the order in which the lines were asked for; a playing one says so in words and colour."""

    play_wished = pyqtSignal(str)
    panic_wished = pyqtSignal()

    def __init__(self, theme: Theme, device: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: dict[str, Line] = {}
        self._order: list[str] = []  # ids of the pads, in their places
        self._columns = 0
        self.pads: dict[str, QToolButton] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search lines to play")
        self.search.setAccessibleName("Search lines to play")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.panic = QPushButton("Stop all")
        self.panic.setProperty("role", "panic")
        self.panic.setToolTip("End all sound at once (Esc)")
        self.panic.clicked.connect(self.panic_wished)
        self.latency = label("no sound yet", "muted")
        self.latency.setToolTip("From asking for a sound to its first sample at the device")
        self.more = label("", "muted")
        self.empty = label(
            "No line has a take yet. Render one on the first page; then it stands here.", "muted", wrap=True
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        self._lay_out(device)
        for number in range(1, NUMBERED + 1):
            shortcut = QShortcut(QKeySequence(str(number)), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda number=number: self._press(number - 1))
        theme.changed.connect(self._paint)
        self._paint()
        self._fill()

    def controls(self) -> list[QWidget]:
        """What Tab goes through before the pads, in order."""
        return [self.search, self.panic]

    def update_lines(self, lines: list[Line]) -> None:
        stays = True
        for line in lines:
            before = self._lines.get(line.cue.id)
            # Thousands of lines tell their progress; only one that comes or goes changes the board.
            stays = stays and (before is not None and _can_sound(before)) == _can_sound(line)
            self._lines[line.cue.id] = line
        if not stays:
            self._fill()
        else:
            for line in lines:
                if line.cue.id in self.pads:
                    self._dress(line)

    def remove_lines(self, line_ids: list[str]) -> None:
        for line_id in line_ids:
            self._lines.pop(line_id, None)
        self._fill()

    def play_ended(self, event: PlayEnded) -> None:
        if event.first_sound_ms > 0:
            self.latency.setText(f"first sound after {event.first_sound_ms:.0f} ms")

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if self._fitting() != self._columns:
            self._place()

    def _lay_out(self, device: str) -> None:
        head = QHBoxLayout()
        head.addWidget(label("Live", "title"))
        head.addWidget(self.search, 1)
        head.addWidget(self.latency)
        head.addWidget(label(f"Device: {device or 'the system’s'}", "muted"))
        pads = QWidget()
        pads.setObjectName("scroll_body")
        inside = QVBoxLayout(pads)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(self._grid)
        inside.addWidget(self.empty)
        inside.addWidget(self.more)
        inside.addStretch(1)
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidgetResizable(True)
        self._area.setWidget(pads)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._area, 1)
        column.addWidget(self.panic)

    def _ready(self) -> list[str]:
        """Lines that can sound at once and that the search lets through."""
        words = self.search.text().casefold().split()
        return [
            line.cue.id
            for line in sorted(self._lines.values(), key=lambda line: line.order)
            if _can_sound(line) and _has(line, words)
        ]

    def _fill(self) -> None:
        ready = self._ready()
        self._order = ready[:MOST]
        for line_id in [line_id for line_id in self.pads if line_id not in self._order]:
            self.pads.pop(line_id).deleteLater()
        for line_id in self._order:
            if line_id not in self.pads:
                self.pads[line_id] = self._pad(line_id)
        self.empty.setVisible(not self._lines or not ready)
        self.more.setText(f"{len(ready) - MOST} more: search for them" if len(ready) > MOST else "")
        self._place()
        for line_id in self._order:
            self._dress(self._lines[line_id])

    def _place(self) -> None:
        self._columns = self._fitting()
        for number, line_id in enumerate(self._order):
            self._grid.addWidget(self.pads[line_id], number // self._columns, number % self._columns)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)

    def _fitting(self) -> int:
        return max(1, self.width() // (PAD_PX + self._grid.spacing()))

    def _pad(self, line_id: str) -> QToolButton:
        pad = QToolButton()
        pad.setProperty("role", "pad")
        pad.setMinimumWidth(PAD_PX)
        pad.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        pad.clicked.connect(lambda: self.play_wished.emit(line_id))
        return pad

    def _dress(self, line: Line) -> None:
        pad, cue = self.pads[line.cue.id], line.cue
        number = self._order.index(cue.id) + 1
        key = f"{number}   " if number <= NUMBERED else ""
        playing = line.state == LineState.PLAYING
        words = pad.fontMetrics().elidedText(" ".join(cue.text.split()), Qt.TextElideMode.ElideRight, PAD_PX - 20)
        head = f"{key}{'▶ playing' if playing else cue.character or cue.timbre}"
        pad.setText(f"{head}\n{words}\n{cue.id}".replace("&", "&&"))
        pad.setToolTip(plain_tip(cue.text))
        pad.setAccessibleName(f"Play {cue.id}: {cue.text[:80]}{', playing' if playing else ''}")
        if pad.property("playing") != playing:
            pad.setProperty("playing", playing)
            if (style := pad.style()) is not None:
                style.polish(pad)

    def _press(self, number: int) -> None:
        if number < len(self._order):
            self.play_wished.emit(self._order[number])

    def _paint(self) -> None:
        self.panic.setIcon(icon("stop", self._theme.tokens.error))


def _can_sound(line: Line) -> bool:
    return line.picked_take is not None and line.picked_take.path is not None


def _has(line: Line, words: list[str]) -> bool:
    text = f"{line.cue.id} {line.cue.character} {line.cue.text}".casefold()
    return all(word in text for word in words)
