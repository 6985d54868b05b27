"""The level at the output: a bar that falls when no news comes, and the peak in words."""

from __future__ import annotations

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from bridge.events import Level
from gui.widgets import label, set_role

FLOOR_DB = -60
FALL_MS = 400  # without news for so long, the meter falls to its floor
CLIP_DB = -0.1  # from here on the loudest sample may have been cut off
CLIP_SHOWN_MS = 3000


class LevelMeter(QWidget):
    """Tells clipping in a word, not by its colour alone."""

    def __init__(self, name: str, width_px: int, height_px: int = 8) -> None:
        super().__init__()
        self.bar = bar(name, FLOOR_DB, 0, width_px, height_px)
        self.text = value_label("clipped")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.bar)
        row.addWidget(self.text)
        self._fall, self._unclip = QTimer(self), QTimer(self)
        for timer, wait_ms in ((self._fall, FALL_MS), (self._unclip, CLIP_SHOWN_MS)):
            timer.setSingleShot(True)
            timer.setInterval(wait_ms)
        self._fall.timeout.connect(self._to_floor)
        self._unclip.timeout.connect(self._to_floor)
        self._to_floor()

    def show_level(self, level: Level) -> None:
        self.bar.setValue(round(min(0.0, max(FLOOR_DB, level.peak_db))))
        if level.peak_db >= CLIP_DB:
            self._unclip.start()
        if self._unclip.isActive():
            self.text.setText(self.tr("clipped"))
        else:
            self.text.setText(f"{level.peak_db:.1f} dB" if level.peak_db > FLOOR_DB else "-inf dB")
        set_role(self.text, "error" if self._unclip.isActive() else "field")
        if level.peak_db > FLOOR_DB:
            self._fall.start()

    def _to_floor(self) -> None:
        self.show_level(Level(float("-inf"), float("-inf")))


def bar(name: str, low: int, high: int, width_px: int, height_px: int = 8) -> QProgressBar:
    """A thin bar without words; `name` is for screen readers."""
    made = QProgressBar()
    made.setAccessibleName(name)
    made.setRange(low, high)
    made.setTextVisible(False)
    made.setFixedSize(width_px, height_px)
    return made


def value_label(widest: str) -> QLabel:
    """A label that stays as wide as its widest text, so that what stands beside it does not tremble."""
    value = label("", "field")
    value.setMinimumWidth(value.fontMetrics().horizontalAdvance(widest) + 6)
    return value
