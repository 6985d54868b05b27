"""A bar at the left edge of chosen rows: their ground alone is too much like that of the others."""

from __future__ import annotations

from PyQt6.QtCore import QModelIndex, QObject, QRect
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.theme import Theme

BAR_PX = 3


class RowMark(QStyledItemDelegate):
    """Of the first column of a table."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().paint(painter, option, index)
        if painter is not None:
            mark_chosen(painter, option, self._theme)


def mark_chosen(painter: QPainter, option: QStyleOptionViewItem, theme: Theme) -> None:
    """Paint the bar where the cell is chosen."""
    if option.state & QStyle.StateFlag.State_Selected:
        rect = option.rect
        painter.fillRect(QRect(rect.left(), rect.top(), BAR_PX, rect.height()), theme.color("accent"))
