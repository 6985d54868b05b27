"""The table's search and sort: whatever happens to the lines, what is shown is what a plain sort would show."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PyQt6.QtTest import QAbstractItemModelTester
from pytestqt.logging import _QtMessageCapture
from pytestqt.qtbot import QtBot

from bridge.cue import Line, LineState
from gui.cue_filter import ONE_BY_ONE, CueFilter
from gui.cue_model import CHARACTER, LINE, STATE, TAKES, CueModel
from gui.cue_table import CueView
from gui.theme import Theme
from tests.gui.stand_in import make_line

COLUMNS = {STATE: lambda line: line.state, CHARACTER: lambda line: line.cue.character, TAKES: lambda line: 1}
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


class Lines:
    """A model, its filter, and what they ought to show by the plainest of ways."""

    def __init__(self) -> None:
        self.model, self.filter = CueModel(), CueFilter()
        self.filter.setSourceModel(self.model)
        self.held: dict[str, Line] = {}
        self.word, self.column, self.order = "", -1, UP

    def update(self, *lines: Line) -> None:
        self.held |= {line.cue.id: line for line in lines}
        self.model.update_lines(lines)

    def remove(self, *line_ids: str) -> None:
        for line_id in line_ids:
            self.held.pop(line_id, None)
        self.model.remove_lines(line_ids)

    def search(self, word: str) -> None:
        self.word = word
        self.filter.narrow(word)

    def sort(self, column: int, order: Qt.SortOrder) -> None:
        self.column, self.order = column, order
        self.filter.sort(column, order)

    def shown(self) -> list[str]:
        return [self.filter.index(row, LINE).data() for row in range(self.filter.rowCount())]

    def expected(self) -> list[str]:
        found = [line for line in self.held.values() if self.word in f"{line.cue.id} {line.cue.character} {line.state}"]
        if self.column != -1:
            found.sort(key=COLUMNS[self.column], reverse=self.order == DOWN)
        return [line.cue.id for line in found]


def line(number: int, state: LineState, character: str) -> Line:
    made = make_line(f"line_{number:03d}", state)
    return replace(made, cue=replace(made.cue, character=character))


def course(lines: Lines, chance: random.Random, n_steps: int, n_lines: int) -> Iterator[None]:
    """Lines come, change and go, are searched and sorted, as chance has it."""

    def some() -> list[Line]:
        states, names = (LineState.QUEUED, LineState.READY, LineState.FAILED), ("guard", "widow", "mara")
        numbers = chance.sample(range(n_lines), min(n_lines, chance.choice((1, 2, 3 * ONE_BY_ONE))))
        return [line(number, chance.choice(states), chance.choice(names)) for number in numbers]

    for _ in range(n_steps):
        match chance.randrange(6):
            case 0 | 1:
                lines.update(*some())
            case 2:
                lines.remove(*(found.cue.id for found in some()))
            case 3:
                lines.search(chance.choice(("", "ready", "line_01", "guard", "nobody")))
            case 4 | 5:
                lines.sort(chance.choice((-1, *COLUMNS)), chance.choice((UP, DOWN)))
        yield


@pytest.mark.parametrize("seed", range(6))
def test_any_course_of_things_shows_what_a_plain_sort_shows(qapp: object, seed: int) -> None:
    lines = Lines()
    for _ in course(lines, random.Random(seed), 80, 200):
        assert lines.shown() == lines.expected()
        for row in range(lines.filter.rowCount()):
            index = lines.filter.index(row, STATE)
            assert lines.filter.mapFromSource(lines.filter.mapToSource(index)) == index


def test_qt_finds_no_fault_in_what_it_is_told(qtlog: _QtMessageCapture) -> None:
    lines = Lines()
    tester = QAbstractItemModelTester(lines.filter, QAbstractItemModelTester.FailureReportingMode.Warning)
    for _ in course(lines, random.Random(7), 30, 15):
        assert not qtlog.records
    tester.deleteLater()  # before the model that it watches, whenever Python lets go of that
    QCoreApplication.sendPostedEvents(tester, QEvent.Type.DeferredDelete)


def test_a_row_keeps_what_points_at_it_when_the_order_changes(qapp: object) -> None:
    lines = Lines()
    lines.update(*(line(number, LineState.READY, name) for number, name in enumerate(("widow", "guard", "mara"))))
    kept = QPersistentModelIndex(lines.filter.index(0, LINE))
    lines.sort(CHARACTER, UP)
    assert kept.data() == "line_000" and kept.row() == 2


def test_lines_that_arrive_in_a_sorted_table_go_to_their_place_without_a_reset(qtbot: QtBot) -> None:
    lines = Lines()
    lines.update(line(0, LineState.READY, "guard"), line(1, LineState.READY, "widow"))
    lines.sort(CHARACTER, UP)
    with qtbot.assertNotEmitted(lines.filter.modelReset):
        lines.update(line(2, LineState.QUEUED, "mara"))
    assert lines.shown() == ["line_000", "line_002", "line_001"]
    with qtbot.waitSignal(lines.filter.modelReset):
        lines.update(*(line(number, LineState.QUEUED, "mara") for number in range(3, 4 + ONE_BY_ONE)))


def test_progress_is_told_without_a_new_order(qtbot: QtBot) -> None:
    lines = Lines()
    lines.update(line(0, LineState.QUEUED, "guard"), line(1, LineState.QUEUED, "widow"))
    lines.sort(CHARACTER, UP)
    spans: list[int] = []
    lines.filter.dataChanged.connect(lambda first, last: spans.append(first.row()))
    with qtbot.assertNotEmitted(lines.filter.layoutChanged), qtbot.assertNotEmitted(lines.filter.modelReset):
        lines.update(line(1, LineState.READY, "widow"))
    assert spans == [1]


def test_what_is_chosen_stays_chosen_through_a_search(qtbot: QtBot, theme: Theme) -> None:
    model = CueModel()
    view = CueView(model, theme)
    qtbot.addWidget(view)
    chosen: list[Line | None] = []
    view.chosen.connect(chosen.append)
    model.update_lines([line(number, LineState.READY, name) for number, name in enumerate(("guard", "widow"))])
    view.show_line("line_001")
    view.filter.narrow("widow")
    assert view.selected_ids() == ["line_001"] and view.currentIndex().row() == 0
    view.filter.narrow("guard")
    assert view.selected_ids() == [] and chosen[-1] is None
    assert view.filter.mapFromSource(QModelIndex()).isValid() is False
