"""What stands in the place of the table while there are no lines: the shortest way to a first sound."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bridge.events import Status
from gui.icons import icon
from gui.theme import Theme
from gui.widgets import label, set_role

EXAMPLE = "Who goes there? Speak, or I will open the gate myself."
EXAMPLE_OSC = '/cuevox/line/render "line_1" "Who goes there?" seconds 2.4'


class FirstSteps(QWidget):
    """Three steps; the first is one click."""

    example_wished = pyqtSignal(str)  # a text to speak at once

    def __init__(self, theme: Theme, osc_at: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.hear = QPushButton(self.tr("Hear an example"))
        self.hear.setProperty("role", "primary")
        self.hear.setToolTip(self.tr("Speaks a line through the sound device"))
        self.hear.clicked.connect(lambda: self.example_wished.emit(EXAMPLE))
        self.paste = QPushButton(self.tr("Paste lines"))
        self.paste.setToolTip(self.tr("Each line of the clipboard's text, or each row of a table, is spoken (Ctrl+V)"))
        self.open = QPushButton(self.tr("Open a sheet..."))
        self.open.setToolTip(self.tr("CSV, XLSX or subtitles; what is wrong with it is shown first (Ctrl+O)"))
        self.copy = QPushButton(self.tr("Copy the message"))
        self.copy.clicked.connect(self._copy)
        self.voice = label("", "muted", wrap=True)
        self.by_osc = label("", "muted", wrap=True)
        self.show_place(osc_at)
        words = self.tr(
            "Write a line below, choose who speaks and how at the right, press Ctrl+Return. "
            "Or take a script, or rows of a table: character, words, emotion."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 12)
        column.setSpacing(14)
        column.addStretch(1)
        column.addWidget(label(self.tr("No lines yet"), "title"))
        column.addLayout(_step("1", self.voice, self.hear))
        column.addLayout(_step("2", label(words, "muted", wrap=True), self.paste, self.open))
        column.addLayout(_step("3", self.by_osc, self.copy))
        column.addStretch(1)
        theme.changed.connect(self._paint)
        self._paint()
        self.show_status(Status(0, 0, 0, "loading", "", 0.0))

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.hear, self.paste, self.open, self.copy]

    def show_place(self, osc_at: str) -> None:
        """host:port that the daemon hears OSC at."""
        self.by_osc.setText(self.tr("Or have it sent by OSC to {address}:").format(address=osc_at) + f"  {EXAMPLE_OSC}")

    def show_status(self, status: Status) -> None:
        """Whether the voice is there yet: a first sound that lets wait for it has a reason."""
        text = {
            "loading": self.tr("Is there sound? The voice is being loaded; that takes a few seconds after a start."),
            "failed": self.tr("The voice could not be loaded; the log says why."),
        }.get(status.model_state, self.tr("Is there sound? The voice is ready."))
        self.voice.setText(text)
        set_role(self.voice, "error" if status.model_state == "failed" else "muted")

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(EXAMPLE_OSC)

    def _paint(self) -> None:
        t = self._theme.tokens
        self.hear.setIcon(icon("play", t.on_accent, t.muted))


def _step(number: str, words: QLabel, *buttons: QPushButton) -> QHBoxLayout:
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(label(number, "section"), 0, Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(words, 1)
    for button in buttons:
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
    return row
