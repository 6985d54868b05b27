"""What can be done with emotion presets beside choosing one: the menu behind a button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from gui.preset_dialog import ask_name


class PresetMenu(QPushButton):
    """Emits wishes for the preset that is chosen. Those that come with the program can only be copied."""

    duplicate_wished = pyqtSignal(str)
    rename_wished = pyqtSignal(str, str)  # the name it has, the new one
    remove_wished = pyqtSignal(str)
    back_wished = pyqtSignal(str)  # the one that was removed last
    export_wished = pyqtSignal(list, str)  # names, file
    import_wished = pyqtSignal(str)  # file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("…", parent)
        self._presets: Mapping[str, Any] = {}
        self._chosen = ""
        self._removed = ""
        self.setProperty("role", "more")
        self.setAccessibleName(self.tr("More for emotion presets"))
        self.setToolTip(self.tr("Duplicate, rename, remove, export and import presets"))
        menu = QMenu(self)
        self.setMenu(menu)
        self.duplicate = self._action(menu, self.tr("Duplicate this preset..."))
        self.rename = self._action(menu, self.tr("Rename this preset..."))
        self.remove = self._action(menu, self.tr("Remove this preset"))
        self.back = self._action(menu, "")
        menu.addSeparator()
        self.export = self._action(menu, self.tr("Export this preset..."))
        self.export_all = self._action(menu, self.tr("Export all of yours..."))
        self.import_ = self._action(menu, self.tr("Import presets..."))
        self.duplicate.triggered.connect(lambda: self.duplicate_wished.emit(self._chosen))
        self.rename.triggered.connect(self._rename)
        self.remove.triggered.connect(lambda: self.remove_wished.emit(self._chosen))
        self.back.triggered.connect(lambda: self.back_wished.emit(self._removed))
        self.export.triggered.connect(lambda: self._export([self._chosen]))
        self.export_all.triggered.connect(lambda: self._export(self._own()))
        self.import_.triggered.connect(self._import)
        self._enable()

    def show_presets(self, presets: Mapping[str, Any]) -> None:
        """All emotion presets, by name."""
        self._presets = presets
        if self._removed in presets:
            self._removed = ""
        self._enable()

    def show_chosen(self, emotion: str) -> None:
        """A preset's name, or weights that are none."""
        self._chosen = emotion
        self._enable()

    def show_removed(self, name: str) -> None:
        """It can be brought back from now on."""
        self._removed = name
        self._enable()

    def _action(self, menu: QMenu, text: str) -> QAction:
        action = menu.addAction(text)
        assert action is not None
        return action

    def _own(self) -> list[str]:
        return [name for name, preset in self._presets.items() if preset.origin == "yours"]

    def _enable(self) -> None:
        is_preset, is_own = self._chosen in self._presets, self._chosen in self._own()
        self.back.setText(self.tr("Bring {name} back").format(name=self._removed))
        self.back.setVisible(bool(self._removed))
        for action, enabled in (
            (self.duplicate, is_preset),
            (self.rename, is_own),
            (self.remove, is_own),
            (self.export, is_preset),
            (self.export_all, bool(self._own())),
        ):
            action.setEnabled(enabled)

    def _rename(self) -> None:
        if (new := ask_name(self, self._chosen)) is not None:
            self.rename_wished.emit(self._chosen, new)

    def _export(self, names: list[str]) -> None:
        stem = names[0] if len(names) == 1 else "emotions"
        kinds = self.tr("Emotion presets (*.json)")
        file, _ = QFileDialog.getSaveFileName(self, self.tr("Export emotion presets"), f"{stem}.json", kinds)
        if file:
            self.export_wished.emit(names, file)

    def _import(self) -> None:
        kinds = self.tr("Emotion presets (*.json)")
        file, _ = QFileDialog.getOpenFileName(self, self.tr("Import emotion presets"), "", kinds)
        if file:
            self.import_wished.emit(file)
