"""The widget that fits a setting, by what it may be, else by its type."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bridge import clip_name
from gui.setting_texts import choice_title, hint, target_title, title
from gui.widgets import FIELD_PX, label, set_role

translate = QCoreApplication.translate
WIDE_PX, PATH_PX = 260, 360


class Field:
    """One setting: its widgets, and its value as settings.json holds it."""

    def __init__(self, widgets: list[QWidget], value: Callable[[], object], shown: QWidget | None = None) -> None:
        self.widgets, self.value = widgets, value
        self.shown = shown if shown is not None else widgets[0]
        self.saved = value()


def make_field(name: str, value: Any, choices: tuple[Any, ...] = ()) -> Field:
    if choices:
        return _checks(value, choices) if isinstance(value, tuple) else _choice(name, value, choices)
    if name == "audio_device":
        return _device(name, value)
    if isinstance(value, bool):
        return _check(name, value)
    if isinstance(value, int):
        number = QSpinBox()
        number.setRange(0, 10_000_000)  # the daemon knows the rules and says them
        number.setValue(value)
        number.setGroupSeparatorShown(False)
        _describe(number, name)
        return Field([number], number.value)
    if isinstance(value, tuple):
        listed = QLineEdit(", ".join(value))
        listed.setPlaceholderText(hint(name) or translate("settings", "several, with commas between them"))
        _describe(listed, name)
        return Field([listed], lambda: [part for raw in listed.text().split(",") if (part := raw.strip())])
    edit = QLineEdit("" if value is None else str(value))
    edit.setPlaceholderText(hint(name))
    _describe(edit, name)
    if name.endswith("passcode"):
        edit.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)  # a panel may be on a screen that others see
    if name == "clip_name":
        return _template(edit)
    if name.endswith("_folder"):
        return _path(name, edit, lambda: QFileDialog.getExistingDirectory(edit, title(name), edit.text()))
    if name == "ardour_session":
        files = translate("settings", "Ardour sessions (*.ardour)")
        return _path(name, edit, lambda: QFileDialog.getOpenFileName(edit, title(name), edit.text(), files)[0])
    return Field([edit], lambda: edit.text().strip())


def _check(name: str, value: bool) -> Field:
    check = QCheckBox(hint(name))
    check.setChecked(value)
    check.setAccessibleName(title(name))
    return Field([check], check.isChecked)


def _device(name: str, value: str) -> Field:
    box = QComboBox()
    box.setEditable(True)
    box.addItem(value)
    _describe(box, name)
    line = box.lineEdit()
    assert line is not None
    line.setPlaceholderText(hint(name))
    return Field([box], box.currentText)


def _choice(name: str, value: Any, choices: tuple[Any, ...]) -> Field:
    box = QComboBox()
    for choice in choices if value in choices else (*choices, value):
        box.addItem(choice_title(name, choice), choice)
    box.setCurrentIndex(box.findData(value))
    _describe(box, name)
    return Field([box], box.currentData)


def _checks(chosen: tuple[str, ...], choices: tuple[str, ...]) -> Field:
    """One under the other, since their words do not all fit beside each other in a narrow window."""
    checks = {name: QCheckBox(target_title(name)) for name in choices}
    checks_px = max(check.sizeHint().height() for check in checks.values())
    row = QWidget()
    layout = QVBoxLayout(row)
    layout.setContentsMargins(0, (FIELD_PX - checks_px) // 2, 0, 4)  # the first one stands beside the title
    layout.setSpacing(4)
    for name, check in checks.items():
        check.setObjectName(name)
        check.setChecked(name in chosen)
        layout.addWidget(check)
    return Field([*checks.values()], lambda: [name for name, check in checks.items() if check.isChecked()], row)


def _template(edit: QLineEdit) -> Field:
    """Under the field stands what it comes to, or the rule that it breaks."""
    edit.setFixedWidth(PATH_PX)
    comes_to = label("", "muted", wrap=True)
    comes_to.setMaximumWidth(PATH_PX + 160)
    row = QWidget()
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(edit)
    column.addWidget(comes_to)

    def show(text: str) -> None:
        good = clip_name.is_template(text)
        example = f"clips/{clip_name.fill(text, clip_name.EXAMPLE)}.wav" if good else ""
        comes_to.setText(translate("settings", "for example {name}").format(name=example) if good else clip_name.RULE)
        set_role(comes_to, "muted" if good else "error")

    edit.textChanged.connect(show)
    show(edit.text())
    return Field([edit], lambda: edit.text().strip(), row)


def _path(name: str, edit: QLineEdit, ask: Callable[[], str]) -> Field:
    choose = QPushButton(translate("settings", "Choose..."))
    choose.setAccessibleName(translate("settings", "Choose: {what}").format(what=title(name)))

    def choose_path() -> None:
        if path := ask():
            edit.setText(str(Path(path)))

    choose.clicked.connect(choose_path)
    edit.setFixedWidth(PATH_PX)
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(edit)
    layout.addWidget(choose)
    layout.addStretch(1)
    return Field([edit, choose], lambda: edit.text().strip() or None, row)


def _describe(widget: QWidget, name: str) -> None:
    widget.setAccessibleName(title(name))
    widget.setToolTip(hint(name))
    widget.setFixedWidth(WIDE_PX)
