"""The bar along the bottom: Render, Play, Stop, level, load, queue and the last error."""

from __future__ import annotations

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from bridge import events
from gui.icons import icon
from gui.theme import Theme
from gui.widgets import label

FLOOR_DB = -60
FALL_MS = 400  # without news for so long, the meter falls to its floor


class TransportBar(QFrame):
    """Shows status and level, emits wishes."""

    render_wished = pyqtSignal()
    play_wished = pyqtSignal()
    stop_wished = pyqtSignal()
    error_clicked = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._theme = theme
        self.render_button = QPushButton("Render")
        self.render_button.setProperty("role", "primary")
        self.play_button, self.stop_button = QPushButton("Play"), QPushButton("Stop")
        self.render_button.setToolTip("Render the line (Ctrl+Return)")
        self.play_button.setToolTip("Play the chosen line, or speak the text live (Ctrl+P)")
        self.stop_button.setToolTip("Stop all sound (Esc)")
        self.render_button.clicked.connect(self.render_wished)
        self.play_button.clicked.connect(self.play_wished)
        self.stop_button.clicked.connect(self.stop_wished)
        self.meter = QProgressBar()
        self.meter.setAccessibleName("Output level in decibels")
        self.meter.setRange(FLOOR_DB, 0)
        self.meter.setTextVisible(False)
        self.meter.setFixedSize(120, 8)
        self.level_text = label("-inf dB", "field")
        self.level_text.setMinimumWidth(self.level_text.fontMetrics().horizontalAdvance("-60.0 dB") + 6)
        self.state = label("model: ...", "field")
        self.error = QPushButton("")
        self.error.setAccessibleName("Last error")
        self.error.setFlat(True)
        self.error.setProperty("role", "lasterror")
        self.error.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.error.clicked.connect(self.error_clicked)
        self.error.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(8)
        for widget in (self.render_button, self.play_button, self.stop_button):
            row.addWidget(widget)
        row.addSpacing(8)
        row.addWidget(self.meter)
        row.addWidget(self.level_text)
        row.addWidget(self.error, 1)
        row.addStretch(0)
        row.addWidget(self.state)
        self._fall = QTimer(self)
        self._fall.setSingleShot(True)
        self._fall.setInterval(FALL_MS)
        self._fall.timeout.connect(lambda: self.show_level(events.Level(float("-inf"), float("-inf"))))
        theme.changed.connect(self._paint_icons)
        self._paint_icons()
        self.meter.setValue(FLOOR_DB)

    def show_level(self, level: events.Level) -> None:
        self.meter.setValue(round(min(0.0, max(FLOOR_DB, level.peak_db))))
        self.level_text.setText(f"{level.peak_db:.1f} dB" if level.peak_db > FLOOR_DB else "-inf dB")
        if level.peak_db > FLOOR_DB:
            self._fall.start()

    def show_status(self, status: events.Status) -> None:
        self.state.setText(
            f"{status.queued} queued, {status.rendering} rendering  ·  load {status.load:.0%}  ·  "
            f"{status.model_id or 'model'} {status.model_state}"
        )

    def show_error(self, text: str) -> None:
        """The last error in one line; the whole text is the tool tip and stands in the log."""
        self.error.setText(f"Error: {text.splitlines()[0] if text else 'unknown'}")
        self.error.setToolTip(f"{text}\nClick to open the log.")
        self.error.show()

    def _paint_icons(self) -> None:
        t = self._theme.tokens
        self.render_button.setIcon(icon("render", t.on_accent, t.muted))
        self.play_button.setIcon(icon("play", t.text, t.muted))
        self.stop_button.setIcon(icon("stop", t.text, t.muted))
