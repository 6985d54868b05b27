"""The log (errors, warnings, OSC traffic) and the settings in force."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFontDatabase, QGuiApplication, QSyntaxHighlighter, QTextDocument
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bridge.events import OscTraffic
from gui.theme import APPEARANCES, Theme
from gui.widgets import label

KEPT_LINES = 5000
KIND_COLUMNS = slice(10, 18)  # of a log line: after the time, `HH:MM:SS  `
KIND_TOKENS = {"error": "error", "warning": "warning", "osc in": "muted", "osc out": "muted"}


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
    """Errors, warnings and OSC in the order they came; the oldest fall off."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = QPlainTextEdit()
        self.view.setReadOnly(True)
        self.view.setUndoRedoEnabled(False)
        self.view.setTabChangesFocus(True)
        self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.view.setMaximumBlockCount(KEPT_LINES)
        self.view.setAccessibleName("Log")
        self.view.setPlaceholderText("Nothing yet. Errors, warnings and every OSC message appear here.")
        self._colours = LogColours(self.view.document(), theme)
        self.log_osc = QCheckBox("Log OSC messages")
        self.log_osc.setChecked(True)
        self.copy_button, self.clear_button = QPushButton("Copy all"), QPushButton("Clear")
        self.copy_button.clicked.connect(self._copy)
        self.clear_button.clicked.connect(self.view.clear)
        head = QHBoxLayout()
        head.addWidget(label("Log", "title"), 1)
        for widget in (self.log_osc, self.copy_button, self.clear_button):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addLayout(head)
        column.addWidget(self.view)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.view, self.log_osc, self.copy_button, self.clear_button]

    def add(self, kind: str, text: str) -> None:
        """`kind`: error, warning, take, drop, preset or any short word."""
        self.view.appendPlainText(f"{time.strftime('%H:%M:%S')}  {kind:<8}{text}")

    def add_traffic(self, messages: list[OscTraffic]) -> None:
        if self.log_osc.isChecked() and messages:
            now = time.strftime("%H:%M:%S")
            self.view.appendPlainText(
                "\n".join(
                    f"{now}  {'osc in' if m.incoming else 'osc out':<8}{m.peer}  {m.address}  "
                    + " ".join(repr(a) if isinstance(a, str) else str(a) for a in m.args)
                    for m in messages
                )
            )

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.view.toPlainText())


class SettingsPage(QScrollArea):
    """Appearance can be changed here; the daemon's settings are shown as they are in force; below them all keys."""

    appearance_wished = pyqtSignal(str)

    def __init__(self, settings: Any, appearance: str, keys: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # scrolls by keyboard
        self.setAccessibleName("Settings")
        self.appearance = QComboBox()
        self.appearance.addItems(APPEARANCES)
        self.appearance.setCurrentText(appearance)
        self.appearance.setAccessibleName("Appearance")
        self.appearance.setFixedWidth(180)
        self.appearance.currentTextChanged.connect(self.appearance_wished)
        body = QWidget()
        body.setObjectName("scroll_body")
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(label("Settings", "title"))
        column.addLayout(_form({"Appearance": self.appearance}))
        if is_dataclass(settings):
            column.addSpacing(8)
            column.addWidget(label("Daemon", "section"))
            column.addWidget(
                label(
                    "It reads settings.json in the data folder when it starts; change them there.", "muted", wrap=True
                )
            )
            names = [item.name for item in fields(settings)]
            column.addLayout(_form({_title(name): _words(getattr(settings, name)) for name in names}))
        column.addSpacing(8)
        column.addWidget(label("Keys", "section"))
        column.addLayout(_form(keys))
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self, self.appearance]


def _form(rows: Mapping[str, QWidget | str]) -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(24)
    form.setVerticalSpacing(6)
    for name, value in rows.items():
        if isinstance(value, str):
            shown = label(value, wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value = shown
        title = label(name, "field")
        title.setMinimumWidth(title.fontMetrics().horizontalAdvance("m") * 12)  # all forms of the page line up
        form.addRow(title, value)
    return form


def _title(name: str) -> str:
    return name.replace("_", " ").replace("osc", "OSC")


def _words(value: object) -> str:
    """A setting's value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "none"
    return "default" if value is None or value == "" else str(value)
