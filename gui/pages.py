"""The log (errors, warnings, OSC traffic) and the settings in force."""

from __future__ import annotations

import time
from dataclasses import fields, is_dataclass
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from bridge.events import OscTraffic
from gui.theme import APPEARANCES
from gui.widgets import label

KEPT_LINES = 5000


class LogPage(QWidget):
    """Errors, warnings and OSC in the order they came; the oldest fall off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = QPlainTextEdit()
        self.view.setReadOnly(True)
        self.view.setMaximumBlockCount(KEPT_LINES)
        self.view.setAccessibleName("Log")
        self.view.setPlaceholderText("Nothing yet. Errors, warnings and every OSC message appear here.")
        self.show_osc = QCheckBox("OSC traffic")
        self.show_osc.setChecked(True)
        copy, clear = QPushButton("Copy all"), QPushButton("Clear")
        copy.clicked.connect(self._copy)
        clear.clicked.connect(self.view.clear)
        head = QHBoxLayout()
        head.addWidget(label("Log", "title"), 1)
        for widget in (self.show_osc, copy, clear):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addLayout(head)
        column.addWidget(self.view)

    def add(self, kind: str, text: str) -> None:
        self.view.appendPlainText(f"{time.strftime('%H:%M:%S')}  {kind:<8}{text}")

    def add_traffic(self, messages: list[OscTraffic]) -> None:
        if self.show_osc.isChecked() and messages:
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


class SettingsPage(QWidget):
    """Appearance can be changed here; the daemon's settings are shown as they are in force."""

    appearance_wished = pyqtSignal(str)

    def __init__(self, settings: Any, appearance: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.appearance = QComboBox()
        self.appearance.addItems(APPEARANCES)
        self.appearance.setCurrentText(appearance)
        self.appearance.setAccessibleName("Appearance")
        self.appearance.currentTextChanged.connect(self.appearance_wished)
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(8)
        form.addRow(label("Appearance", "field"), self.appearance)
        if is_dataclass(settings):
            for item in fields(settings):
                value = QLabel(str(getattr(settings, item.name)))
                value.setWordWrap(True)
                form.addRow(label(item.name.replace("_", " "), "field"), value)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addWidget(label("Settings", "title"))
        column.addLayout(form)
        column.addWidget(
            label("The daemon reads settings.json in the data folder when it starts; change it there.", "muted", wrap=True)
        )
        column.addStretch(1)
