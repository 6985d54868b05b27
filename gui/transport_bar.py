"""The bar along the bottom: Stop, level, load, the last error, queue and model."""

from __future__ import annotations

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from bridge import events
from gui.icons import icon
from gui.theme import Theme
from gui.widgets import ElidedButton, label, plain_tip, set_role

FLOOR_DB = -60
FALL_MS = 400  # without news for so long, the meter falls to its floor


class TransportBar(QFrame):
    """Shows status and level, emits wishes."""

    stop_wished = pyqtSignal()
    error_clicked = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._theme = theme
        self.stop_button = QPushButton("Stop")
        self.stop_button.setToolTip("Stop all sound (Esc)")
        self.stop_button.clicked.connect(self.stop_wished)
        self.meter = _meter("Output level in decibels", FLOOR_DB, 0, 120)
        self.level_text = _value("-60.0 dB")
        self.load = _meter("Load: share of the time in which lines are being made, in percent", 0, 100, 60)
        self.load_text = _value("100%")
        self.state = label("", "field")
        self.error = ElidedButton("lasterror")
        self.error.setAccessibleName("Last error")
        self.error.clicked.connect(self.error_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(8)
        row.addWidget(self.stop_button)
        row.addSpacing(8)
        for widget in (label("Level", "field"), self.meter, self.level_text):
            row.addWidget(widget)
        row.addSpacing(8)
        for widget in (label("Load", "field"), self.load, self.load_text):
            row.addWidget(widget)
        row.addWidget(self.error, 1)
        row.addWidget(self.state)
        self._fall = QTimer(self)
        self._fall.setSingleShot(True)
        self._fall.setInterval(FALL_MS)
        self._fall.timeout.connect(lambda: self.show_level(events.Level(float("-inf"), float("-inf"))))
        theme.changed.connect(self._paint_icons)
        self._paint_icons()
        self.show_level(events.Level(float("-inf"), float("-inf")))
        self.show_status(events.Status(0, 0, 0, "loading", "", 0.0))
        self.clear_error()

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.stop_button, self.error]

    def show_level(self, level: events.Level) -> None:
        self.meter.setValue(round(min(0.0, max(FLOOR_DB, level.peak_db))))
        self.level_text.setText(f"{level.peak_db:.1f} dB" if level.peak_db > FLOOR_DB else "-inf dB")
        if level.peak_db > FLOOR_DB:
            self._fall.start()

    def show_status(self, status: events.Status) -> None:
        self.load.setValue(round(100 * status.load))
        self.load_text.setText(f"{status.load:.0%}")
        counts = ((status.queued, "queued"), (status.rendering, "rendering"), (status.playing, "playing"))
        busy = ", ".join(f"{count} {what}" for count, what in counts if count) or "idle"
        self.state.setText(f"{busy}  ·  {status.model_id or 'voice model'} {status.model_state}")
        set_role(self.state, "error" if status.model_state == "failed" else "field")

    def show_error(self, text: str) -> None:
        """The last error in one line; the whole text is the tool tip and stands in the log."""
        self.error.show_text(f"Error: {text.splitlines()[0] if text else 'unknown'}")
        self.error.setToolTip(plain_tip(f"{text}\nClick to open the log."))
        self.error.setEnabled(True)

    def clear_error(self) -> None:
        self.error.show_text("")
        self.error.setToolTip("")
        self.error.setEnabled(False)

    def _paint_icons(self) -> None:
        t = self._theme.tokens
        self.stop_button.setIcon(icon("stop", t.text, t.muted))


def _meter(name: str, low: int, high: int, width_px: int) -> QProgressBar:
    meter = QProgressBar()
    meter.setAccessibleName(name)
    meter.setRange(low, high)
    meter.setTextVisible(False)
    meter.setFixedSize(width_px, 8)
    return meter


def _value(widest: str) -> QLabel:
    """A label that stays as wide as its widest text, so that the bar does not tremble."""
    value = label("", "field")
    value.setMinimumWidth(value.fontMetrics().horizontalAdvance(widest) + 6)
    return value
