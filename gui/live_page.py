"""A soundboard: lines as large buttons, a line that is typed and spoken at once, the device, the end of all sound."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bridge.cue import Line
from bridge.events import PlayEnded, SoundDevice
from gui.icons import icon
from gui.live_pad import WIDTH_PX, LivePad
from gui.meter import LevelMeter
from gui.theme import Theme
from gui.widgets import ElidedLabel, label, set_role

MOST = 96  # pads; more are found by the search
NUMBERED = 9  # the first ones have keys
SAID_KEPT = 50  # lines that were typed here, for the arrow keys


class LivePage(QWidget):
    """Pads follow the order in which the lines were asked for; a playing one says so in words and colour."""

    play_wished = pyqtSignal(str)
    speak_wished = pyqtSignal(object)  # Line: its words anew, live
    say_wished = pyqtSignal(str)  # words, live, as timbre and emotion are chosen
    device_wished = pyqtSignal(str)  # its name; empty: the system's own
    panic_wished = pyqtSignal()

    def __init__(self, theme: Theme, device: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: dict[str, Line] = {}
        self._order: list[str] = []  # ids of the pads, in their places
        self._columns = 0
        self.pads: dict[str, LivePad] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search lines to play"))
        self.search.setAccessibleName(self.tr("Search lines to play"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.anew = QCheckBox(self.tr("Speak anew"))
        self.anew.setToolTip(
            self.tr("A press speaks the line live, with a seed of its own, instead of its picked take")
        )
        self.anew.toggled.connect(self._fill)
        self.words = SaidLine()
        self.words.setPlaceholderText(self.tr("Type a line; Return speaks it at once"))
        self.words.setAccessibleName(self.tr("Words to speak at once"))
        self.words.returnPressed.connect(self._say)
        self.say = QPushButton(self.tr("Speak"))
        self.say.setProperty("role", "primary")
        self.say.clicked.connect(self._say)
        self.voice = ElidedLabel("", "muted")
        self.device = QComboBox()
        self.device.setAccessibleName(self.tr("Sound device"))
        self.device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.device.setMinimumContentsLength(24)
        self._wanted = device
        self.offer_devices(())
        self.device.activated.connect(lambda: self.device_wished.emit(self.device.currentData()))
        self.device_fact = ElidedLabel("", "muted")
        self.meter = LevelMeter(self.tr("Output level in decibels"), 180, 12)
        self.latency = label(self.tr("no sound yet"), "muted")
        self.latency.setToolTip(self.tr("From asking for a sound to its first sample at the device"))
        self.panic = QPushButton(self.tr("Stop all"))
        self.panic.setProperty("role", "panic")
        self.panic.setToolTip(self.tr("End all sound at once (Esc)"))
        self.panic.clicked.connect(self.panic_wished)
        self.more = label("", "muted")
        self.empty = label(
            self.tr("No line has a take yet. Type one above, or render one on the first page; then it stands here."),
            "muted",
            wrap=True,
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        self._lay_out()
        for number in range(1, NUMBERED + 1):
            shortcut = QShortcut(QKeySequence(str(number)), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda number=number: self._press_number(number))
        theme.changed.connect(self._paint)
        self._paint()
        self._fill()

    def controls(self) -> list[QWidget]:
        """What Tab goes through before the pads, in order."""
        return [self.words, self.say, self.search, self.anew, self.device, self.panic]

    # ---- what is shown ----------------------------------------------------------------------------------------------

    def update_lines(self, lines: list[Line]) -> None:
        stays = True
        for line in lines:
            before = self._lines.get(line.cue.id)
            # Thousands of lines tell their progress; only one that comes or goes changes the board.
            stays = stays and (before is not None and self._stands(before)) == self._stands(line)
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

    def show_voice(self, timbre: str, emotion: str) -> None:
        """Who speaks what is typed here."""
        self.voice.setText(self.tr("as {timbre}, {emotion}").format(timbre=timbre or "?", emotion=emotion))

    def play_ended(self, event: PlayEnded) -> None:
        if event.first_sound_ms > 0:
            self.latency.setText(self.tr("first sound after {ms:.0f} ms").format(ms=event.first_sound_ms))

    def offer_devices(self, names: tuple[str, ...]) -> None:
        """The sound outputs of this machine, to choose from."""
        self.device.clear()
        self.device.addItem(self.tr("the system's own device"), "")
        for name in names:
            self.device.addItem(name, name)
        self.show_device(self._wanted)

    def show_sound_device(self, device: SoundDevice) -> None:
        """Which one is open, how much it holds back, and what is wrong with it."""
        self.show_device(device.wanted)
        if device.text:
            self.device_fact.setText(device.text)
        elif device.name:
            gaps = self.tr(", %n gap(s)", "", device.underruns) if device.underruns else ""
            self.device_fact.setText(
                self.tr("{name}: {ms:.0f} ms in the device{gaps}").format(
                    name=device.name, ms=device.latency_ms, gaps=gaps
                )
            )
        else:
            self.device_fact.setText(self.tr("no sound device is open"))
        set_role(self.device_fact, "error" if device.text else "muted")

    def show_device(self, wanted: str) -> None:
        """The one that is chosen: a name or a part of it; empty for the system's own."""
        self._wanted = wanted
        if self.device.findData(wanted) < 0:
            self.device.addItem(wanted, wanted)
        self.device.setCurrentIndex(self.device.findData(wanted))

    # ---- construction -----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        say, head, sound = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (say, head, sound):
            row.setSpacing(10)
        say.addWidget(label(self.tr("Live"), "title"))
        say.addWidget(self.words, 3)
        say.addWidget(self.say)
        say.addWidget(self.voice, 1)
        head.addWidget(self.search, 1)
        head.addWidget(self.anew)
        sound.addWidget(label(self.tr("Output"), "field"))
        sound.addWidget(self.device)
        sound.addWidget(self.meter)
        sound.addWidget(self.device_fact, 1)
        sound.addWidget(self.latency)
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
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(pads)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(say)
        column.addLayout(head)
        column.addWidget(self._area, 1)
        column.addLayout(sound)
        column.addWidget(self.panic)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if self._fitting() != self._columns:
            self._place()

    # ---- the board --------------------------------------------------------------------------------------------------

    def _stands(self, line: Line) -> bool:
        """Whether the line is on the board."""
        return self.anew.isChecked() or _can_sound(line)

    def _fill(self) -> None:
        words = self.search.text().casefold().split()
        by_order = sorted(self._lines.values(), key=lambda line: line.order)
        found = [line.cue.id for line in by_order if self._stands(line) and _has(line, words)]
        self._order = found[:MOST]
        for line_id in [line_id for line_id in self.pads if line_id not in self._order]:
            self.pads.pop(line_id).deleteLater()
        for line_id in self._order:
            if line_id not in self.pads:
                self.pads[line_id] = pad = LivePad()
                pad.clicked.connect(lambda _, line_id=line_id: self._press(line_id))
        self.empty.setVisible(not found)
        more = len(found) - MOST
        self.more.setText(self.tr("{n} more: search for them").format(n=more) if more > 0 else "")
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
        return max(1, (self.width() - 44) // (WIDTH_PX + self._grid.spacing()))

    def _dress(self, line: Line) -> None:
        number = self._order.index(line.cue.id) + 1
        self.pads[line.cue.id].show_line(line, number if number <= NUMBERED else None, live=self.anew.isChecked())

    def _press_number(self, number: int) -> None:
        if number <= len(self._order):
            self._press(self._order[number - 1])

    def _press(self, line_id: str) -> None:
        if self.anew.isChecked():
            self.speak_wished.emit(self._lines[line_id])
        else:
            self.play_wished.emit(line_id)

    def _say(self) -> None:
        if words := self.words.take():
            self.say_wished.emit(words)

    def _paint(self) -> None:
        t = self._theme.tokens
        self.panic.setIcon(icon("stop", t.error))
        self.say.setIcon(icon("play", t.on_accent, t.muted))


class SaidLine(QLineEdit):
    """A line to type in; the arrow keys bring back what was said before."""

    def __init__(self) -> None:
        super().__init__()
        self._said: list[str] = []
        self._place = 0
        for key, step in ((Qt.Key.Key_Up, -1), (Qt.Key.Key_Down, 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda step=step: self._go(step))

    def take(self) -> str:
        """What stands there; the field is empty afterwards."""
        words = self.text().strip()
        if words:
            self._said = [*(said for said in self._said if said != words), words][-SAID_KEPT:]
            self._place = len(self._said)
            self.clear()
        return words

    def _go(self, step: int) -> None:
        self._place = min(len(self._said), max(0, self._place + step))
        self.setText(self._said[self._place] if self._place < len(self._said) else "")


def _can_sound(line: Line) -> bool:
    return line.picked_take is not None and line.picked_take.path is not None


def _has(line: Line, words: list[str]) -> bool:
    text = f"{line.cue.id} {line.cue.character} {line.cue.text}".casefold()
    return all(word in text for word in words)
