"""A line sheet before it is taken on: how many lines are new, changed or as they are, and all that is wrong by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bridge.cue import Cue, Line
from bridge.sheets import Problem, Sheet
from gui.dialog_buttons import accept_or_cancel
from gui.widgets import label, plain_tip

MOST_SHOWN = 2000  # problems; a sheet that has more is better mended first
MOST_MEASURED = 200  # rows that are as high as their words; of more, two lines are shown and the rest is a tool tip


@dataclass(frozen=True)
class SheetNews:
    """What a sheet holds that the panel does not have yet."""

    new: tuple[Cue, ...]
    changed: tuple[Cue, ...]
    n_same: int  # lines that are there as the sheet has them
    n_locked: int  # lines that are not to be made again


def news_of(sheet: Sheet, find: Callable[[str], Line | None]) -> SheetNews:
    """find: the line of an id, as it is now."""
    new, changed, n_same, n_locked = [], [], 0, 0
    for line in sheet.lines:
        there = find(line.cue.id)
        if there is None and not line.locked:
            new.append(line.cue)
        elif line.locked or (there is not None and there.locked):
            n_locked += 1
        elif there is not None and _wishes(line.cue) != _wishes(there.cue):
            changed.append(line.cue)
        else:
            n_same += 1
    return SheetNews(tuple(new), tuple(changed), n_same, n_locked)


def _wishes(cue: Cue) -> Cue:
    """What is to be heard; not how often, with which seed, and whether it goes into the project."""
    return replace(cue, seed=None, takes=1, drop=False, character=cue.character or cue.timbre)


class SheetDialog(QDialog):
    """Accepted: the new and the changed lines are to be rendered."""

    def __init__(self, sheet: Sheet, news: SheetNews, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(sheet.path.name)
        self._problems = sheet.problems[:MOST_SHOWN]
        n_errors, n_wanted = len(sheet.errors), len(news.new) + len(news.changed)
        facts = (
            (len(news.new), self.tr("%n new line(s)", "", len(news.new))),
            (len(news.changed), self.tr("%n changed line(s)", "", len(news.changed))),
            (news.n_same, self.tr("{n} as they are").format(n=news.n_same)),
            (news.n_locked, self.tr("{n} locked, left alone").format(n=news.n_locked)),
        )
        self.summary = label("  ·  ".join(words for n, words in facts if n) or self.tr("no lines"), "title")
        self.summary.setWordWrap(True)
        self.warning = label(
            self.tr("%n problem(s) keep rows from being spoken", "", n_errors)
            if n_errors
            else self.tr("Nothing is wrong with it."),
            "error" if n_errors else "muted",
            wrap=True,
        )
        self.table = self._table()
        self.table.setVisible(bool(self._problems))
        self.copy = QPushButton(self.tr("Copy the problems"))
        self.copy.setVisible(bool(self._problems))
        self.copy.clicked.connect(self._copy)
        buttons, self.render_button = accept_or_cancel(self, self.tr("Render %n line(s)", "", n_wanted))
        self.render_button.setEnabled(n_wanted > 0)
        foot = QHBoxLayout()
        foot.addWidget(self.copy)
        foot.addWidget(buttons, 1)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(self.summary)
        column.addWidget(self.warning)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.resize(self.fontMetrics().horizontalAdvance("0") * 90, 420 if self._problems else 160)

    def _table(self) -> QTableWidget:
        heads = (self.tr("Row"), self.tr("Column"), self.tr("Kind"), self.tr("What"))
        table = QTableWidget(len(self._problems), len(heads))
        table.setHorizontalHeaderLabels(heads)
        table.setAccessibleName(self.tr("Problems"))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        for row, problem in enumerate(self._problems):
            for column, text in enumerate(self._cells(problem)):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(text))
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(row, column, item)
        side, head = table.verticalHeader(), table.horizontalHeader()
        assert side is not None and head is not None
        side.hide()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)
        head.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        table.setWordWrap(True)
        if len(self._problems) <= MOST_MEASURED:
            side.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        return table

    def _cells(self, problem: Problem) -> tuple[str, ...]:
        kind = self.tr("error") if problem.is_error else self.tr("note")
        return (str(problem.row or ""), problem.column, kind, problem.text)

    def _copy(self) -> None:
        if (clipboard := QGuiApplication.clipboard()) is not None:
            clipboard.setText("\n".join("\t".join(self._cells(problem)) for problem in self._problems))
