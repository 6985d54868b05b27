"""Which lines the table shows, and in which order: a search and a sort that take one pass over thousands of lines.

Qt's own proxy asks the model anew for each comparison, and tells the views of each run of rows that a search hides;
with thousands of scattered rows that held the panel for a tenth of a second and more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import QAbstractItemModel, QAbstractProxyModel, QModelIndex, QObject, Qt

from bridge.cue import Line, LineState
from gui.cue_model import CueModel, spans

ONE_BY_ONE = 10  # so many new or lost rows are told one by one; more of them as a reset
NOT_SHOWN = -1


class CueFilter(QAbstractProxyModel):
    """Rows in which every word of the search occurs somewhere, in one state and of one character where wished.

    In the order of a column, or of asking (column -1).
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self._state: LineState | None = None
        self._character: str | None = None
        self._column, self._descending = -1, False
        self._texts: list[str] = []  # of each source row, what is searched
        self._keys: list[Any] = []  # of each source row, what it sorts by; all alike in the order of asking
        self._shown: list[int] = []  # source rows in the order in which they are shown
        self._places: list[int] = []  # of each source row, or NOT_SHOWN

    # ---- what is wished ---------------------------------------------------------------------------------------------

    def narrow(self, text: str, state: LineState | None = None, character: str | None = None) -> None:
        """None: any state, any character."""
        self._words, self._state, self._character = tuple(text.casefold().split()), state, character
        self._show(self._arranged())

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        wish = column, order == Qt.SortOrder.DescendingOrder
        if wish == (self._column, self._descending):  # a click on a header asks twice
            return
        self._column, self._descending = wish
        model = self._lines()
        self._keys = self._keys_of([model.line_at(row) for row in range(len(self._texts))])
        self._show(self._arranged())

    # ---- a proxy as Qt wants it -------------------------------------------------------------------------------------

    def setSourceModel(self, model: QAbstractItemModel | None) -> None:
        assert isinstance(model, CueModel)
        super().setSourceModel(model)
        model.rowsInserted.connect(self._inserted)
        model.rowsAboutToBeRemoved.connect(self._about_to_be_removed)
        model.rowsRemoved.connect(self._removed)
        model.dataChanged.connect(self._changed)
        self.beginResetModel()
        self._read(range(model.rowCount()))
        self._take(self._arranged())
        self.endResetModel()

    def mapToSource(self, index: QModelIndex) -> QModelIndex:
        source = self.sourceModel()
        if source is None or not index.isValid():
            return QModelIndex()
        return source.index(self._shown[index.row()], index.column())

    def mapFromSource(self, index: QModelIndex) -> QModelIndex:
        place = self._places[index.row()] if index.isValid() and index.row() < len(self._places) else NOT_SHOWN
        return QModelIndex() if place == NOT_SHOWN else self.createIndex(place, index.column())

    def index(self, row: int, column: int, parent: QModelIndex = QModelIndex()) -> QModelIndex:  # noqa: B008
        return self.createIndex(row, column) if self.hasIndex(row, column, parent) else QModelIndex()

    def parent(self, index: QModelIndex = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        return QModelIndex()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        source = self.sourceModel()
        return 0 if parent.isValid() or source is None else source.columnCount()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        source = self.sourceModel()  # columns are alike in both, also where there are no rows to map
        return None if source is None else source.headerData(section, orientation, role)

    # ---- what the model tells ---------------------------------------------------------------------------------------

    def _inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        assert first == len(self._texts), "lines are added at the end"
        self._read(range(first, last + 1))
        self._places += [NOT_SHOWN] * (last - first + 1)
        accepted = [row for row in range(first, last + 1) if self._accepts(row)]
        if self._column == -1 and accepted:
            self._insert(len(self._shown), accepted)
        elif len(accepted) <= ONE_BY_ONE:
            for row in accepted:
                self._insert(self._place_for(row), [row])
        else:
            self._show(self._arranged())

    def _about_to_be_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        """While the rows still have their numbers; those after them get theirs in _removed."""
        places = sorted((place for place in self._places[first : last + 1] if place != NOT_SHOWN), reverse=True)
        if len(places) > ONE_BY_ONE:
            self._show([row for row in self._shown if not first <= row <= last])
            return
        for place in places:
            self.beginRemoveRows(QModelIndex(), place, place)
            self._take(self._shown[:place] + self._shown[place + 1 :])
            self.endRemoveRows()

    def _removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        n_gone = last - first + 1
        del self._texts[first : last + 1], self._keys[first : last + 1]
        self._take([row - n_gone if row > last else row for row in self._shown])

    def _changed(self, top: QModelIndex, bottom: QModelIndex) -> None:
        rows = range(top.row(), bottom.row() + 1)
        self._read(rows)
        if not all(self._is_in_place(row) for row in rows):
            self._show(self._arranged())
        for first, last in spans(place for row in rows if (place := self._places[row]) != NOT_SHOWN):
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _read(self, rows: range) -> None:
        """What is searched and sorted by in `rows`, which are known or follow the last known one."""
        model = self._lines()
        lines = [model.line_at(row) for row in rows]
        self._texts[rows.start : rows.stop] = [_searched(line) for line in lines]
        self._keys[rows.start : rows.stop] = self._keys_of(lines)

    def _lines(self) -> CueModel:
        model = self.sourceModel()
        assert isinstance(model, CueModel)
        return model

    def _keys_of(self, lines: Sequence[Line]) -> list[Any]:
        sort_key, column = self._lines().sort_key, self._column
        return [0] * len(lines) if column == -1 else [sort_key(line, column) for line in lines]

    def _accepts(self, row: int) -> bool:
        if self._state is not None or self._character is not None:
            line = self._lines().line_at(row)
            if self._state not in (None, line.state) or self._character not in (None, line.cue.character):
                return False
        text = self._texts[row]
        return all(word in text for word in self._words)

    def _arranged(self) -> list[int]:
        rows = [row for row in range(len(self._texts)) if self._accepts(row)]
        # Python sorts stably in both directions: equal lines stay in the order of asking.
        return rows if self._column == -1 else sorted(rows, key=self._keys.__getitem__, reverse=self._descending)

    def _place_for(self, row: int) -> int:
        """Where a new row, the last by number, goes in the order of the keys."""
        key, low, high = self._keys[row], 0, len(self._shown)
        while low < high:
            middle = (low + high) // 2
            other = self._keys[self._shown[middle]]
            if (other < key) if self._descending else (key < other):
                high = middle
            else:
                low = middle + 1
        return low

    def _is_in_place(self, row: int) -> bool:
        place = self._places[row]
        if self._accepts(row) != (place != NOT_SHOWN):
            return False
        if place == NOT_SHOWN or self._column == -1:
            return True
        around = self._shown[max(0, place - 1) : place + 2]
        return sorted(sorted(around), key=self._keys.__getitem__, reverse=self._descending) == around

    def _insert(self, place: int, rows: list[int]) -> None:
        self.beginInsertRows(QModelIndex(), place, place + len(rows) - 1)
        self._take(self._shown[:place] + rows + self._shown[place:])
        self.endInsertRows()

    def _show(self, shown: list[int]) -> None:
        """Another order or other rows, told as what it is."""
        before = self._shown
        if shown == before:
            return
        if len(shown) != len(before) or set(shown) != set(before):
            self.beginResetModel()
            self._take(shown)
            self.endResetModel()
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        self._take(shown)
        moved = [self.createIndex(self._places[before[index.row()]], index.column()) for index in kept]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _take(self, shown: list[int]) -> None:
        self._shown = shown
        self._places = [NOT_SHOWN] * len(self._texts)
        for place, row in enumerate(shown):
            self._places[row] = place


def _searched(line: Line) -> str:
    cue = line.cue
    return f"{cue.id} {cue.character} {cue.text} {cue.timbre} {cue.emotion} {line.state}".casefold()
