"""The log: errors, warnings, endings of takes, drops and sounds. OSC messages have a page of their own."""

from __future__ import annotations

import time

from PyQt6.QtGui import QFontDatabase, QGuiApplication, QSyntaxHighlighter, QTextDocument
from PyQt6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from gui.theme import Theme
from gui.widgets import label

KEPT_LINES = 5000
KIND_COLUMNS = slice(10, 18)  # of a log line: after the time, `HH:MM:SS  `
KIND_TOKENS = {"error": "error", "warning": "warning"}


class LogColours(QSyntaxHighlighter):
    """Lines in the colour of their kind; what has no time before it belongs to the line above."""

    def __init__(self, document: QTextDocument | None, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._kinds = list(KIND_TOKENS)
        theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str | None) -> None:
        text = text or ""
        if text[:2].isdecimal() and text[2:3] == ":":
            kind = text[KIND_COLUMNS].strip()
            state = self._kinds.index(kind) if kind in self._kinds else -1
        else:
            state = self.previousBlockState()
        self.setCurrentBlockState(state)
        if state >= 0:
            self.setFormat(0, len(text), self._theme.color(KIND_TOKENS[self._kinds[state]]))


class LogPage(QWidget):
    """In the order they came; the oldest fall off."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = QPlainTextEdit()
        self.view.setReadOnly(True)
        self.view.setUndoRedoEnabled(False)
        self.view.setTabChangesFocus(True)
        self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.view.setMaximumBlockCount(KEPT_LINES)
        self.view.setAccessibleName(self.tr("Log"))
        self.view.setPlaceholderText(self.tr("Nothing yet. Errors, warnings and what became of each take appear here."))
        self._colours = LogColours(self.view.document(), theme)
        self.copy_button, self.clear_button = QPushButton(self.tr("Copy all")), QPushButton(self.tr("Clear"))
        self.copy_button.clicked.connect(self._copy)
        self.clear_button.clicked.connect(self.view.clear)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Log"), "title"), 1)
        for widget in (self.copy_button, self.clear_button):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addLayout(head)
        column.addWidget(self.view)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.view, self.copy_button, self.clear_button]

    def add(self, kind: str, text: str) -> None:
        """`kind`: error, warning, take, drop, preset or any short word."""
        self.view.appendPlainText(f"{time.strftime('%H:%M:%S')}  {kind:<8}{text}")

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.view.toPlainText())
