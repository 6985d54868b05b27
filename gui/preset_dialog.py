"""Asks what an emotion preset is to be called: name, note and colour."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtGui import QColor, QIcon, QPixmap
from PyQt6.QtWidgets import (
    QColorDialog,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

MAX_LENGTH = 80  # of a preset's name (bridge.preset_store)


@dataclass(frozen=True)
class PresetTexts:
    """What a person says of a preset. An empty colour: one is made from the name."""

    name: str
    note: str = ""
    colour: str = ""


class PresetDialog(QDialog):
    """OK is there as soon as there is a name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save emotion preset")
        self.name, self.note = QLineEdit(), QLineEdit()
        self.name.setMaxLength(MAX_LENGTH)
        self.name.setAccessibleName("Name of the preset")
        self.note.setAccessibleName("Note: one line that says when to use it")
        self.note.setPlaceholderText("when to use it")
        self.colour = QPushButton("From the name")
        self.colour.setAccessibleName("Colour of the preset")
        self.colour.clicked.connect(self._ask_colour)
        self._colour = ""
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        ok = box.button(QDialogButtonBox.StandardButton.Ok)
        assert ok is not None
        ok.setEnabled(False)
        self.name.textChanged.connect(lambda text: ok.setEnabled(bool(text.strip())))
        form = QFormLayout()
        form.addRow("&Name", self.name)
        form.addRow("N&ote", self.note)
        form.addRow("&Colour", self.colour)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(box)

    @property
    def texts(self) -> PresetTexts:
        return PresetTexts(self.name.text().strip(), self.note.text().strip(), self._colour)

    def set_colour(self, colour: str) -> None:
        """`#rrggbb`; empty for one made from the name."""
        self._colour = colour
        self.colour.setText(colour or "From the name")
        pixmap = QPixmap(32, 32)
        pixmap.fill(QColor(colour or "#00000000"))
        self.colour.setIcon(QIcon(pixmap) if colour else QIcon())

    def _ask_colour(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._colour or "#63d0bd"), self, "Colour of the preset")
        if chosen.isValid():
            self.set_colour(chosen.name())


def ask_texts(parent: QWidget) -> PresetTexts | None:
    """Name, note and colour; None when the dialog was left without OK."""
    dialog = PresetDialog(parent)
    return dialog.texts if dialog.exec() == QDialog.DialogCode.Accepted else None
