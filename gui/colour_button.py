"""A button that shows a preset's colour and asks for another one."""

from __future__ import annotations

from PyQt6.QtGui import QColor, QIcon, QPixmap
from PyQt6.QtWidgets import QColorDialog, QPushButton, QWidget

FIRST = "#63d0bd"  # that the choice begins with


class ColourButton(QPushButton):
    """`colour` is `#rrggbb`, or empty for one that is made from the name."""

    def __init__(self, colour: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colour = ""
        self.clicked.connect(self._ask)
        self.set_colour(colour)

    def set_colour(self, colour: str) -> None:
        self.colour = colour
        self.setText(colour or self.tr("From the name"))
        pixmap = QPixmap(32, 32)
        pixmap.fill(QColor(colour or "#00000000"))
        self.setIcon(QIcon(pixmap) if colour else QIcon())

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(self.colour or FIRST), self, self.tr("Colour of the preset"))
        if chosen.isValid():
            self.set_colour(chosen.name())
