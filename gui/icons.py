"""Icons: line drawings in SVG, painted in the colours of the theme and sharp at every scale."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QByteArray, QRectF, Qt
from PyQt6.QtGui import QIcon, QPainter, QPixmap
from PyQt6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).parent / "icons"
SIZE_PX = 64  # painted large, scaled down by Qt


def icon(name: str, color: str, disabled: str | None = None) -> QIcon:
    """icons/NAME.svg with its black lines in `color` (`#rrggbb`)."""
    made = QIcon(_pixmap(name, color))
    if disabled is not None:
        made.addPixmap(_pixmap(name, disabled), QIcon.Mode.Disabled)
    return made


def app_icon() -> QIcon:
    return icon("cuevox", "#000000")


def _pixmap(name: str, color: str) -> QPixmap:
    source = (FOLDER / f"{name}.svg").read_text("utf-8").replace("#000000", color)
    pixmap = QPixmap(SIZE_PX, SIZE_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, SIZE_PX, SIZE_PX))
    painter.end()
    return pixmap
