"""The settings as a form: appearance at once, the daemon's into its settings file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QDesktopServices, QFontMetrics
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.theme import APPEARANCES
from gui.widgets import label, make_form

RATES = (44_100, 48_000, 88_200, 96_000)
GROUPS = {  # which settings stand where; what a daemon's settings have beyond these stands under the last one
    "Clips": ("rate", "depth", "project", "model_folder"),
    "Sound": ("audio_device",),
    "Into the DAW": ("drop", "drop_targets", "watch_folder", "tempo_bpm", "beats_per_bar"),
    "OSC": ("osc_host", "osc_port", "osc_allow", "osc_passcode"),
    "Limits and ports": (),
}
TITLES = {
    "rate": "Sample rate",
    "depth": "Bits a sample",
    "audio_device": "Sound device",
    "drop": "Every line into the project",
    "drop_targets": "Projects to drop into",
    "model_folder": "Folder of the official model",
    "tempo_bpm": "Tempo",
}
HINTS = {
    "audio_device": "empty: the system's own",
    "model_folder": "empty: the voice that comes with Cuevox",
    "watch_folder": "empty: the folder watch in the data folder",
    "osc_host": "127.0.0.1: this machine only",
}
OWN = ("data_folder", "appearance")  # not in the form: the place of the file itself, and what changes at once


class SettingsPage(QScrollArea):
    """Emits wishes: the appearance as soon as it is chosen, the daemon's settings when Save is pressed."""

    appearance_wished = pyqtSignal(str)
    save_wished = pyqtSignal(dict)  # the settings that were changed, as settings.json holds them

    def __init__(self, settings: Any, appearance: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # scrolls by keyboard
        self.setAccessibleName("Settings")
        self.fields: dict[str, Field] = {}
        self.appearance = QComboBox()
        self.appearance.addItems(APPEARANCES)
        self.appearance.setCurrentText(appearance)
        self.appearance.setAccessibleName("Appearance")
        self.appearance.setFixedWidth(180)
        self.appearance.currentTextChanged.connect(self.appearance_wished)
        self.save = QPushButton("Save")
        self.save.setProperty("role", "primary")
        self.save.clicked.connect(self._save)
        self.said = label("", "muted")
        self.open_folder = QPushButton("Open the data folder")
        body = QWidget()
        body.setObjectName("scroll_body")
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("Settings", "title"))
        head.addWidget(self.said, 1)
        column.addLayout(head)
        column.addLayout(_form({"Appearance": self.appearance}))
        if is_dataclass(settings):
            self._add_daemon(column, settings)
            head.addWidget(self.open_folder)
            head.addWidget(self.save)
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        inner = [widget for field in self.fields.values() for widget in field.widgets]
        return [self, *((self.open_folder, self.save) if self.fields else ()), self.appearance, *inner]

    def offer_devices(self, names: tuple[str, ...]) -> None:
        """The sound outputs of this machine, to choose from."""
        box = self.fields["audio_device"].widgets[0] if "audio_device" in self.fields else None
        if isinstance(box, QComboBox):
            before = box.currentText()
            box.clear()
            box.addItems(["", *names])
            box.setCurrentText(before)

    def changes(self) -> dict[str, object]:
        """What differs from the settings as they were last saved."""
        return {name: value for name, f in self.fields.items() if (value := f.value()) != f.saved}

    def show_saved(self, changes: Mapping[str, object]) -> None:
        for name in changes:
            self.fields[name].saved = changes[name]
        self.said.setText("Saved. Cuevox takes it on when it is started again.")

    def _add_daemon(self, column: QVBoxLayout, settings: Any) -> None:
        choices: Mapping[str, tuple[Any, ...]] = {"rate": RATES, **getattr(settings, "choices", {})}
        names = [item.name for item in fields(settings) if item.name not in OWN]
        placed = {name for group in GROUPS.values() for name in group}
        for title, group in GROUPS.items():
            members = [name for name in group or names if name in names and (group or name not in placed)]
            if not members:
                continue
            column.addSpacing(8)
            column.addWidget(label(title, "section"))
            for name in members:
                self.fields[name] = _field(name, getattr(settings, name), choices.get(name, ()))
            column.addLayout(_form({_title(name): self.fields[name].shown for name in members}))
        self.open_folder.setToolTip(f"Clips, projects, presets and settings.json: {settings.data_folder}")
        self.open_folder.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(settings.data_folder)))
        )

    def _save(self) -> None:
        if changes := self.changes():
            self.said.setText("")
            self.save_wished.emit(changes)
        else:
            self.said.setText("Nothing has changed.")


class Field:
    """One setting: its widgets, and its value as settings.json holds it."""

    def __init__(self, widgets: list[QWidget], value: Callable[[], object], shown: QWidget | None = None) -> None:
        self.widgets, self.value = widgets, value
        self.shown = shown if shown is not None else widgets[0]
        self.saved = value()


def _field(name: str, value: Any, choices: tuple[Any, ...] = ()) -> Field:
    """The widget that fits a setting by what it may be, else by its type."""
    title = _title(name)
    if choices:
        return _checks(value, choices) if isinstance(value, tuple) else _choice(title, value, choices)
    if name == "audio_device":
        box = QComboBox()
        box.setEditable(True)
        box.addItem(value)
        _describe(box, name)
        line = box.lineEdit()
        assert line is not None
        line.setPlaceholderText(HINTS[name])
        return Field([box], box.currentText)
    if isinstance(value, bool):
        check = QCheckBox()
        check.setChecked(value)
        check.setAccessibleName(title)
        return Field([check], check.isChecked)
    if isinstance(value, int):
        number = QSpinBox()
        number.setRange(0, 10_000_000)  # the daemon knows the rules and says them
        number.setValue(value)
        number.setGroupSeparatorShown(False)
        _describe(number, name)
        return Field([number], number.value)
    if isinstance(value, tuple):
        listed = QLineEdit(", ".join(value))
        listed.setPlaceholderText(HINTS.get(name, "several, with commas between them"))
        _describe(listed, name)
        return Field([listed], lambda: [part for raw in listed.text().split(",") if (part := raw.strip())])
    edit = QLineEdit("" if value is None else str(value))
    if name.endswith("passcode"):
        edit.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)  # a panel may be on a screen that others see
    edit.setPlaceholderText(HINTS.get(name, ""))
    _describe(edit, name)
    if name.endswith("_folder"):
        return _folder(title, edit)
    return Field([edit], lambda: edit.text().strip())


def _choice(title: str, value: Any, choices: tuple[Any, ...]) -> Field:
    box = QComboBox()
    for choice in sorted({*choices, value}):
        box.addItem("32 (float)" if choice == 32 else str(choice), choice)
    box.setCurrentIndex(box.findData(value))
    box.setAccessibleName(title)
    box.setFixedWidth(180)
    return Field([box], box.currentData)


def _checks(chosen: tuple[str, ...], choices: tuple[str, ...]) -> Field:
    checks = {name: QCheckBox(name.replace("_", " ")) for name in choices}
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(16)
    for name, check in checks.items():
        check.setChecked(name in chosen)
        layout.addWidget(check)
    layout.addStretch(1)
    return Field([*checks.values()], lambda: [name for name, check in checks.items() if check.isChecked()], row)


def _folder(title: str, edit: QLineEdit) -> Field:
    choose = QPushButton("Choose...")
    choose.setAccessibleName(f"Choose: {title}")

    def ask() -> None:
        if folder := QFileDialog.getExistingDirectory(choose, title, edit.text()):
            edit.setText(str(Path(folder)))

    choose.clicked.connect(ask)
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(edit, 1)
    layout.addWidget(choose)
    row.setMaximumWidth(520)
    return Field([edit, choose], lambda: edit.text().strip() or None, row)


def _describe(widget: QWidget, name: str) -> None:
    widget.setAccessibleName(_title(name))
    widget.setToolTip(HINTS.get(name, ""))
    widget.setFixedWidth(260 if not name.endswith("_folder") else 360)


def _form(rows: Mapping[str, QWidget | str]) -> QFormLayout:
    metrics = QFontMetrics(QApplication.font())
    return make_form(rows, metrics.horizontalAdvance("m") * 16)  # all forms of the page line up


def _title(name: str) -> str:
    words = TITLES.get(name) or name.replace("_", " ").capitalize()
    return words.replace("Osc", "OSC").replace(" osc", " OSC")
