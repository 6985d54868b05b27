"""What stands in the place of the table while there are no lines: the shortest way to a first sound."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import Theme
from gui.widgets import label

EXAMPLE = "Who goes there? Speak, or I will open the gate myself."
EXAMPLE_OSC = '/cuevox/line/render "line_1" "Who goes there?" seconds 2.4'


class FirstSteps(QWidget):
    """Three steps; the first is one click."""

    example_wished = pyqtSignal(str)  # a text to speak at once

    def __init__(self, theme: Theme, osc_at: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.hear = QPushButton("Hear an example")
        self.hear.setProperty("role", "primary")
        self.hear.setToolTip("Speaks a line through the sound device")
        self.hear.clicked.connect(lambda: self.example_wished.emit(EXAMPLE))
        self.paste = QPushButton("Paste lines")
        self.paste.setToolTip("Each line of the clipboard's text, or each row of a table, is spoken (Ctrl+V)")
        self.copy = QPushButton("Copy the message")
        self.copy.clicked.connect(self._copy)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(label("No lines yet", "title"), 0, Qt.AlignmentFlag.AlignHCenter)
        for text, button in (
            ("1   Is there sound? The voice takes a few seconds to load after a start.", self.hear),
            (
                "2   Write a line below, choose timbre and emotion at the right, press Ctrl+Return. "
                "Or copy a script, or rows of a table: character, words, emotion.",
                self.paste,
            ),
            (f"3   Or send it by OSC to {osc_at}:   {EXAMPLE_OSC}", self.copy),
        ):
            column.addLayout(_step(text, button))
        column.addStretch(1)
        theme.changed.connect(self._paint)
        self._paint()

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.hear, self.paste, self.copy]

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(EXAMPLE_OSC)

    def _paint(self) -> None:
        t = self._theme.tokens
        self.hear.setIcon(icon("play", t.on_accent, t.muted))


def _step(text: str, button: QPushButton) -> QHBoxLayout:
    words: QLabel = label(text, "muted", wrap=True)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row = QHBoxLayout()
    row.setContentsMargins(24, 0, 24, 0)
    row.setSpacing(12)
    row.addWidget(words, 1)
    row.addWidget(button)
    return row
