"""Asks what a preset is to be called: name, note and colour."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QInputDialog,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from gui.colour_button import ColourButton

translate = QCoreApplication.translate
MAX_LENGTH = 80  # of a preset's name (bridge.preset_store)


@dataclass(frozen=True)
class PresetTexts:
    """What a person says of a preset. An empty colour: one is made from the name."""

    name: str
    note: str = ""
    colour: str = ""


class PresetDialog(QDialog):
    """OK is there as soon as there is a name."""

    def __init__(self, parent: QWidget | None = None, texts: PresetTexts | None = None) -> None:
        """texts: what stands there at first."""
        super().__init__(parent)
        texts = texts or PresetTexts("")
        self.setWindowTitle(self.tr("Save preset"))
        self.name, self.note = QLineEdit(texts.name), QLineEdit(texts.note)
        self.name.setMaxLength(MAX_LENGTH)
        self.name.setAccessibleName(self.tr("Name of the preset"))
        self.note.setAccessibleName(self.tr("Note: one line that says when to use it"))
        self.note.setPlaceholderText(self.tr("when to use it"))
        self.colour = ColourButton(texts.colour)
        self.colour.setAccessibleName(self.tr("Colour of the preset"))
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        ok = box.button(QDialogButtonBox.StandardButton.Ok)
        assert ok is not None
        ok.setEnabled(bool(texts.name))
        self.name.textChanged.connect(lambda text: ok.setEnabled(bool(text.strip())))
        form = QFormLayout()
        form.addRow(self.tr("&Name"), self.name)
        form.addRow(self.tr("N&ote"), self.note)
        form.addRow(self.tr("&Colour"), self.colour)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(box)

    @property
    def texts(self) -> PresetTexts:
        return PresetTexts(self.name.text().strip(), self.note.text().strip(), self.colour.colour)

    def set_colour(self, colour: str) -> None:
        """`#rrggbb`; empty for one made from the name."""
        self.colour.set_colour(colour)


def ask_texts(parent: QWidget, texts: PresetTexts | None = None) -> PresetTexts | None:
    """Name, note and colour; None when the dialog was left without OK. `texts`: what stands there at first."""
    dialog = PresetDialog(parent, texts)
    return dialog.texts if dialog.exec() == QDialog.DialogCode.Accepted else None


def ask_name(parent: QWidget, name: str) -> str | None:
    """Another name for a preset; None when the dialog was left without one."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(translate("PresetDialog", "Rename {name}").format(name=name))
    dialog.setLabelText(translate("PresetDialog", "New name. Lines that use the old one still find it."))
    dialog.setTextValue(name)
    if (field := dialog.findChild(QLineEdit)) is not None:
        field.setMaxLength(MAX_LENGTH)
        field.setAccessibleName(translate("PresetDialog", "New name"))
    if dialog.exec() != QDialog.DialogCode.Accepted:
        return None
    new = dialog.textValue().strip()
    return new if new and new != name else None
