"""The table of lines: a model fed in batches and a view that shows state and progress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, QRect, QSortFilterProxyModel, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from bridge.cue import Line, LineState, Take
from gui.theme import Theme

COLUMNS = ("State", "Line", "Character", "Text", "Timbre", "Emotion", "Asked", "Actual", "Takes")
STATE, TEXT, ASKED, ACTUAL, TAKES = 0, 3, 6, 7, 8
LINE_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1

STATE_TOKENS = {
    LineState.QUEUED: "muted",
    LineState.RENDERING: "busy",
    LineState.READY: "good",
    LineState.DROPPING: "busy",
    LineState.DROPPED: "good",
    LineState.PLAYING: "accent",
    LineState.STOPPED: "muted",
    LineState.FAILED: "error",
    LineState.CANCELLED: "muted",
}


def actual_seconds(take: Take | None) -> float | None:
    return take.n_samples / take.rate if take is not None and take.n_samples and take.rate else None


def shown_take(line: Line) -> Take | None:
    """The picked take, or else the newest one."""
    return line.picked_take or (line.takes[-1] if line.takes else None)


class CueModel(QAbstractTableModel):
    """Lines in the order they were asked for. Changes come in batches; each run of rows is told in one signal."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._rows: dict[str, int] = {}

    def line(self, line_id: str) -> Line | None:
        row = self._rows.get(line_id)
        return None if row is None else self._lines[row]

    def update_lines(self, lines: Sequence[Line]) -> None:
        new: dict[str, Line] = {}
        touched: list[int] = []
        for line in lines:
            row = self._rows.get(line.cue.id)
            if row is None:
                new[line.cue.id] = line
            else:
                self._lines[row] = line
                touched.append(row)
        for first, last in _runs(touched):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))
        if new:
            start = len(self._lines)
            self.beginInsertRows(QModelIndex(), start, start + len(new) - 1)
            for line in new.values():
                self._rows[line.cue.id] = len(self._lines)
                self._lines.append(line)
            self.endInsertRows()

    def remove_lines(self, line_ids: Sequence[str]) -> None:
        rows = [self._rows[line_id] for line_id in line_ids if line_id in self._rows]
        for first, last in reversed(_runs(rows)):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._lines[first : last + 1]
            self.endRemoveRows()
        self._rows = {line.cue.id: row for row, line in enumerate(self._lines)}

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802 (Qt's name and default)
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:  # noqa: N802
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, index.column())
        if role == SORT_ROLE:
            return self._sort_key(line, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            take = shown_take(line)
            if index.column() == STATE and take is not None and (take.error or take.warnings):
                return "\n".join(filter(None, (take.error, *take.warnings)))
            return line.cue.text if index.column() == TEXT else None
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == STATE:
            return f"line {line.cue.id} {self._text(line, STATE)}"
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in (ASKED, ACTUAL, TAKES):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, line: Line, column: int) -> str:
        cue, take = line.cue, shown_take(line)
        match column:
            case 0:
                if line.state == LineState.RENDERING and line.takes:
                    return f"rendering {max(t.progress for t in line.takes if t.progress < 1 or t is take):.0%}"
                return line.state.value
            case 1 | 2:
                return cue.id if column == 1 else cue.character
            case 3:
                return cue.text.replace("\n", " ")
            case 4 | 5:
                return cue.timbre if column == 4 else cue.emotion
            case 6:
                return f"{cue.length.seconds:.3f} s" if cue.length else "natural"
            case 7:
                seconds = actual_seconds(take)
                return "" if seconds is None else f"{seconds:.3f} s"
            case _:
                return str(len(line.takes) or "")

    def _sort_key(self, line: Line, column: int) -> object:
        if column == ASKED:
            return line.cue.length.seconds if line.cue.length else -1.0
        if column == ACTUAL:
            return actual_seconds(shown_take(line)) or -1.0
        return len(line.takes) if column == TAKES else self._text(line, column).casefold()


class CueFilter(QSortFilterProxyModel):
    """Rows in which every word of the search occurs in one of the cells."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self.setSortRole(SORT_ROLE)

    def search(self, text: str) -> None:
        self._words = tuple(text.casefold().split())
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:  # noqa: N802
        source = self.sourceModel()
        if not self._words or source is None:
            return True
        line: Line = source.index(row, 0, parent).data(LINE_ROLE)
        cue = line.cue
        all_text = f"{cue.id} {cue.character} {cue.text} {cue.timbre} {cue.emotion} {line.state}".casefold()
        return all(word in all_text for word in self._words)


class StateDelegate(QStyledItemDelegate):
    """The state in a word, a coloured dot before it and progress as a thin bar under it."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        line: Line | None = index.data(LINE_ROLE)
        if painter is None or line is None:
            return
        chosen = QStyleOptionViewItem(option)
        self.initStyleOption(chosen, index)
        text, chosen.text = chosen.text, ""
        super().paint(painter, chosen, QModelIndex())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box: QRect = option.rect.adjusted(10, 0, -4, 0)
        color: QColor = self._theme.color(STATE_TOKENS[line.state])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(box.left(), box.center().y() - 3, 8, 8)
        painter.setPen(color)
        painter.drawText(box.adjusted(15, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        if line.state == LineState.RENDERING and line.takes:
            width = round((box.width() - 8) * max(t.progress for t in line.takes))
            painter.fillRect(box.left(), box.bottom() - 2, width, 2, color)
        painter.restore()


class CueView(QTableView):
    """Emits wishes; it never changes a line itself."""

    chosen = pyqtSignal(object)  # the current Line, or None
    play_wished = pyqtSignal(str)

    def __init__(self, model: CueModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filter = CueFilter(self)
        self.filter.setSourceModel(model)
        self.setModel(self.filter)
        self.setAccessibleName("Lines")
        self.setItemDelegateForColumn(STATE, StateDelegate(theme, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab leaves the table; the arrow keys move inside it
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        rows, head = self.verticalHeader(), self.horizontalHeader()
        assert rows is not None and head is not None
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # measured rows would cost a pass over all lines
        rows.setDefaultSectionSize(self.fontMetrics().height() + 14)
        head.setHighlightSections(False)
        em = self.fontMetrics().horizontalAdvance("m")
        for column, width in enumerate((12, 8, 10, 24, 9, 12, 8, 8, 5)):
            self.setColumnWidth(column, width * em)
        head.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)
        self.doubleClicked.connect(lambda index: self.play_wished.emit(index.data(LINE_ROLE).cue.id))
        selection = self.selectionModel()
        assert selection is not None
        selection.currentRowChanged.connect(lambda index, _: self.chosen.emit(index.data(LINE_ROLE)))

    def current_line(self) -> Line | None:
        line: Line | None = self.currentIndex().data(LINE_ROLE)
        return line

    def selected_ids(self) -> list[str]:
        selection = self.selectionModel()
        assert selection is not None
        return [index.data(LINE_ROLE).cue.id for index in selection.selectedRows()]

    def show_line(self, line_id: str) -> None:
        for row in range(self.filter.rowCount()):
            if self.filter.index(row, 0).data(LINE_ROLE).cue.id == line_id:
                self.selectRow(row)
                return


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rows as runs (first, last), rising."""
    runs: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
