"""The view of the table of lines: state with progress, columns that make room for the text."""

from __future__ import annotations

from PyQt6.QtCore import (
    QCoreApplication,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QRect,
    Qt,
    pyqtSignal,
)
from PyQt6.QtGui import QAction, QColor, QPainter, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from bridge.cue import Line, LineState
from gui.cue_filter import CueFilter
from gui.cue_model import (
    ACTUAL,
    ASKED,
    AT,
    CHARACTER,
    COLUMNS,
    EMOTION,
    LINE,
    LINE_ROLE,
    STATE,
    TAKES,
    TEXT,
    TIMBRE,
    CueModel,
    progress,
)
from gui.row_mark import mark_chosen
from gui.theme import Theme

WIDTHS = {  # in digits, wide enough for what usually stands there
    STATE: 15, LINE: 11, CHARACTER: 10, TIMBRE: 9, EMOTION: 10, AT: 12, ASKED: 9, ACTUAL: 8, TAKES: 6,
}  # fmt: skip
TEXT_MIN = 21  # in digits: before the text gets narrower than this, the columns below make room, one after the other
GIVES_WAY = (TAKES, EMOTION, AT, TIMBRE, CHARACTER, LINE)

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


class StateDelegate(QStyledItemDelegate):
    """The state in a word, a coloured dot before it and progress as a thin bar under it."""

    def __init__(self, theme: Theme, view: QTableView) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        line: Line | None = index.data(LINE_ROLE)
        style = self._view.style()
        if painter is None or line is None or style is None:
            return
        chosen = QStyleOptionViewItem(option)
        self.initStyleOption(chosen, index)
        text, chosen.text = chosen.text, ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, chosen, painter, self._view)
        mark_chosen(painter, option, self._theme)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box: QRect = option.rect.adjusted(10, 0, -4, 0)
        color: QColor = self._theme.color(STATE_TOKENS[line.state])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(box.left(), box.center().y() - 3, 8, 8)
        painter.setPen(color)
        words = box.adjusted(16, 0, 0, 0)
        text = chosen.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
        if line.state == LineState.RENDERING:
            bar = QRect(words.left(), box.bottom() - 4, words.width(), 2)
            painter.fillRect(bar, self._theme.color("border"))
            bar.setWidth(round(bar.width() * progress(line)))
            painter.fillRect(bar, color)
        painter.restore()


class CueView(QTableView):
    """Emits wishes; it never changes a line itself."""

    chosen = pyqtSignal(object)  # the current Line, or None
    play_wished = pyqtSignal(str)

    def __init__(self, model: CueModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cues = model
        self.filter = CueFilter(self)
        self.filter.setSourceModel(model)
        self.setModel(self.filter)
        self._by_hand: dict[int, bool] = {}  # columns that were shown or hidden by hand
        self._fitted_px = 0  # width of the viewport that the columns were fitted to
        self.setAccessibleName(self.tr("Lines"))
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
        head.setSortIndicatorClearable(True)  # the third click brings the order of asking back
        head.setMinimumSectionSize(self._digits(6))
        for column, digits in WIDTHS.items():
            self.setColumnWidth(column, self._digits(digits))
        head.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.doubleClicked.connect(lambda index: self.play_wished.emit(index.data(LINE_ROLE).cue.id))
        selection = self.selectionModel()
        assert selection is not None
        selection.currentRowChanged.connect(lambda index, _: self.chosen.emit(index.data(LINE_ROLE)))
        # A reset, as a search brings it, forgets what is chosen without a word.
        self._chosen_before: tuple[str, list[str]] = "", []  # current line, selected lines
        self.filter.modelAboutToBeReset.connect(self._remember_chosen)
        self.filter.modelReset.connect(self._choose_again)

    def current_line(self) -> Line | None:
        line: Line | None = self.currentIndex().data(LINE_ROLE)
        return line

    def selected_lines(self) -> list[Line]:
        """From top to bottom."""
        selection = self.selectionModel()
        assert selection is not None
        rows = sorted(selection.selectedRows(), key=lambda index: index.row())
        return [index.data(LINE_ROLE) for index in rows]

    def selected_ids(self) -> list[str]:
        return [line.cue.id for line in self.selected_lines()]

    def show_line(self, line_id: str) -> None:
        """Choose a line, if the search lets it through."""
        index = self.filter.mapFromSource(self.cues.index_of(line_id))
        if index.isValid():
            # Not selectRow: it adds to the selection while Ctrl is held, as it is after Ctrl+Return.
            flag = QItemSelectionModel.SelectionFlag
            selection = self.selectionModel()
            assert selection is not None
            selection.setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
            self.scrollTo(index)

    def _remember_chosen(self) -> None:
        current = self.current_line()
        self._chosen_before = current.cue.id if current is not None else "", self.selected_ids()

    def _choose_again(self) -> None:
        """What is still shown stays chosen."""
        model, selection, flag = self.filter.sourceModel(), self.selectionModel(), QItemSelectionModel.SelectionFlag
        assert isinstance(model, CueModel) and selection is not None
        current_id, selected_ids = self._chosen_before
        chosen = QItemSelection()
        for line_id in selected_ids:
            if (index := self.filter.mapFromSource(model.index_of(line_id))).isValid():
                chosen.select(index, index)
        selection.select(chosen, flag.ClearAndSelect | flag.Rows)
        current = self.filter.mapFromSource(model.index_of(current_id))
        if current.isValid():
            selection.setCurrentIndex(current, flag.NoUpdate)
        elif current_id:
            self.chosen.emit(None)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        viewport = self.viewport()
        if viewport is None or viewport.width() == self._fitted_px:
            return
        self._fitted_px = viewport.width()
        self._fit()

    def _fit(self) -> None:
        """Hide columns until the text has room; what was asked for by hand stays as it was asked for."""
        over = sum(WIDTHS.values()) + TEXT_MIN - self._fitted_px / self._digits(1)
        over -= sum(WIDTHS[column] for column, shown in self._by_hand.items() if not shown)
        for column in GIVES_WAY:
            if column in self._by_hand:
                self.setColumnHidden(column, not self._by_hand[column])
                continue
            self.setColumnHidden(column, over > 0)
            over -= WIDTHS[column] if over > 0 else 0

    def column_actions(self, owner: QObject) -> list[QAction]:
        """One for each column that can be hidden, checked while it is shown; the first lets the width decide again."""
        fit = QAction(self.tr("As the width allows"), owner)
        fit.triggered.connect(self._let_width_decide)
        actions = [fit]
        for column in sorted(GIVES_WAY):
            action = QAction(QCoreApplication.translate("lines", COLUMNS[column]), owner)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(column))
            action.triggered.connect(lambda shown, column=column: self.show_column(column, shown))
            actions.append(action)
        return actions

    @property
    def columns_by_hand(self) -> dict[int, bool]:
        """Columns that were shown (True) or hidden by hand; the others go by the width."""
        return dict(self._by_hand)

    def show_column(self, column: int, shown: bool) -> None:
        if column in GIVES_WAY:
            self._by_hand[column] = shown
            self._fit()

    def _let_width_decide(self) -> None:
        self._by_hand.clear()
        self._fit()

    def _digits(self, count: int) -> int:
        """The width of so many digits, px."""
        return count * self.fontMetrics().horizontalAdvance("0")
