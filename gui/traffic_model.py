"""OSC messages as a table: newest last, the oldest fall off; a filter over every column."""

from __future__ import annotations

import enum
import time
from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import (
    QT_TRANSLATE_NOOP,
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QSortFilterProxyModel,
    Qt,
)

from bridge.events import OscTraffic
from gui.osc_text import write_args

COLUMNS = (
    QT_TRANSLATE_NOOP("messages", "Time"),
    QT_TRANSLATE_NOOP("messages", "Way"),
    QT_TRANSLATE_NOOP("messages", "Peer"),
    QT_TRANSLATE_NOOP("messages", "Address"),
    QT_TRANSLATE_NOOP("messages", "Arguments"),
)
KEPT = 5000
SLACK = 500  # messages beyond KEPT before the oldest go at one stroke: each time costs the view a pass


@dataclass(frozen=True)
class Heard:
    """A message and its row in words."""

    message: OscTraffic
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        return "  ".join(self.cells)


class TrafficModel(QAbstractTableModel):
    """Grows at its end."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heard: list[Heard] = []

    def add(self, messages: Sequence[OscTraffic]) -> None:
        if not messages:
            return
        now = time.strftime("%H:%M:%S")
        in_, out = (QCoreApplication.translate("messages", "in"), QCoreApplication.translate("messages", "out"))
        new = [Heard(m, (now, in_ if m.incoming else out, m.peer, m.address, write_args(m.args))) for m in messages]
        start = len(self._heard)
        self.beginInsertRows(QModelIndex(), start, start + len(new) - 1)
        self._heard.extend(new)
        self.endInsertRows()
        if (over := len(self._heard) - KEPT) > SLACK:
            self.beginRemoveRows(QModelIndex(), 0, over - 1)
            del self._heard[:over]
            self.endRemoveRows()

    def clear(self) -> None:
        self.beginResetModel()
        self._heard.clear()
        self.endResetModel()

    def row(self, row: int) -> Heard:
        return self._heard[row]

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's name and default)
        return 0 if parent.isValid() else len(self._heard)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("messages", COLUMNS[section])
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if index.isValid() and role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            cell = self._heard[index.row()].cells[index.column()]
            # Qt would read a tool tip that starts with a tag as HTML.
            return cell.replace("<", "‹") if role == Qt.ItemDataRole.ToolTipRole else cell
        return None


class Way(enum.Enum):
    """Which messages are shown."""

    ALL = "all"
    IN = "in"
    OUT = "out"
    ERRORS = "errors"

    def lets_through(self, message: OscTraffic) -> bool:
        if self is Way.ERRORS:
            return not message.incoming and "error" in message.args[1:2]  # of a reply: client's id, status, code...
        return self is Way.ALL or message.incoming == (self is Way.IN)


class TrafficFilter(QSortFilterProxyModel):
    """Messages in which every word occurs somewhere."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self._way = Way.ALL

    def narrow(self, text: str, way: Way = Way.ALL) -> None:
        self._words, self._way = tuple(text.casefold().split()), way
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:
        source = self.sourceModel()
        if not isinstance(source, TrafficModel):
            return True
        heard = source.row(row)
        if not self._way.lets_through(heard.message):
            return False
        text = heard.text.casefold() if self._words else ""
        return all(word in text for word in self._words)
