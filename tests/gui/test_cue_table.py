"""The table: what its cells say, searching, sorting, and changes told in few signals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QModelIndex, Qt
from PyQt6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from bridge.cue import Cue, Length, Line, LineState, Take
from bridge.timeline import Position
from gui.cue_model import ACTUAL, ASKED, AT, COLUMNS, LINE, STATE, TAKES, TEXT, CueModel
from gui.cue_table import CueView
from gui.filter_bar import FilterBar
from gui.theme import Theme
from tests.gui.stand_in import make_line


@pytest.fixture
def model(qapp: object) -> CueModel:
    model = CueModel()
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    model.tester = QAbstractItemModelTester(model, mode)  # type: ignore[attr-defined]  # lives as long as the model
    return model


@pytest.fixture
def view(qtbot: QtBot, model: CueModel, theme: Theme) -> CueView:
    view = CueView(model, theme)
    qtbot.addWidget(view)
    view.resize(1000, 300)
    view.show()
    return view


def cell(model: CueModel, row: int, column: int) -> str:
    return str(model.index(row, column).data())


def shown_ids(view: CueView) -> list[str]:
    return [view.filter.index(row, LINE).data() for row in range(view.filter.rowCount())]


def test_asked_and_actual_length_stand_side_by_side(model: CueModel) -> None:
    cue = Cue("a", "Hold\nthe  gate!", "Mara", length=Length(2400, 1000), at=Position(3_480_000, 48_000))
    take = Take("a_t01", "a", 1, LineState.READY, 1.0, Path("a.wav"), n_samples=115_200, rate=48_000)
    model.update_lines([Line(cue, LineState.READY, (take,), "a_t01")])
    assert cell(model, 0, ASKED) == "2.400 s"
    assert cell(model, 0, ACTUAL) == "2.400 s"
    assert cell(model, 0, AT) == "0:01:12.500"
    assert cell(model, 0, TEXT) == "Hold the gate!"
    assert cell(model, 0, TAKES) == "1"


def test_a_line_without_a_length_is_natural_and_has_none_before_it_is_made(model: CueModel) -> None:
    model.update_lines([make_line("a")])
    assert [cell(model, 0, column) for column in (STATE, ASKED, ACTUAL, AT)] == ["queued", "natural", "", ""]


def test_progress_is_that_of_all_takes_being_made(model: CueModel) -> None:
    line = make_line("a", LineState.RENDERING, progress=0.5)
    waiting = replace(line.takes[0], id="a_t02", state=LineState.QUEUED, progress=0.0)
    ready = replace(line.takes[0], id="a_t03", state=LineState.READY, progress=1.0)
    model.update_lines([replace(line, takes=(line.takes[0], waiting, ready))])
    assert cell(model, 0, STATE) == "rendering 25%"


def test_a_warning_shows_in_the_state_and_is_in_the_tool_tip(model: CueModel) -> None:
    line = make_line("a", LineState.READY, n_samples=100)
    model.update_lines([replace(line, takes=(replace(line.takes[0], warnings=("stretched by 1.4 <odd>",)),))])
    assert cell(model, 0, STATE) == "ready ⚠"
    tip = model.index(0, TEXT).data(Qt.ItemDataRole.ToolTipRole)
    assert "stretched by 1.4 &lt;odd&gt;" in tip and "text of a" in tip


def test_an_invalid_index_holds_nothing(model: CueModel) -> None:
    model.update_lines([make_line("a")])
    assert model.data(QModelIndex()) is None


def test_lines_come_change_and_go(model: CueModel) -> None:
    model.update_lines([make_line(name) for name in "abcdef"])
    model.update_lines([make_line("b", LineState.READY), make_line("g")])
    model.remove_lines(["a", "c", "d", "nobody"])
    assert [cell(model, row, LINE) for row in range(model.rowCount())] == ["b", "e", "f", "g"]
    changed = model.line("b")
    assert changed is not None and changed.state == LineState.READY
    model.update_lines([make_line("f", LineState.FAILED)])
    assert cell(model, 2, STATE) == "failed"


def test_scattered_changes_are_told_in_one_signal(qtbot: QtBot, model: CueModel) -> None:
    model.update_lines([make_line(f"line_{n}") for n in range(100)])
    spans: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: spans.append((first.row(), last.row())))
    model.update_lines([make_line(f"line_{n}", LineState.READY) for n in range(1, 100, 2)])
    assert spans == [(1, 99)]


def test_search_finds_every_word_in_any_cell(model: CueModel, view: CueView) -> None:
    model.update_lines([make_line("gate_1"), make_line("gate_2", LineState.FAILED), make_line("door_1")])
    view.filter.narrow("GATE failed")
    assert shown_ids(view) == ["gate_2"]
    view.filter.narrow("")
    assert len(shown_ids(view)) == 3


def test_lengths_sort_as_numbers_and_the_third_click_brings_the_order_back(model: CueModel, view: CueView) -> None:
    lines = [make_line(name) for name in ("ten", "two", "none")]
    lengths = {"ten": Length(10), "two": Length(2), "none": None}
    model.update_lines([replace(line, cue=replace(line.cue, length=lengths[line.cue.id])) for line in lines])
    view.sortByColumn(ASKED, Qt.SortOrder.AscendingOrder)
    assert shown_ids(view) == ["none", "two", "ten"]
    view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert shown_ids(view) == ["ten", "two", "none"]


def test_a_narrow_table_keeps_state_text_and_lengths_in_sight(qtbot: QtBot, model: CueModel, view: CueView) -> None:
    bar = view.horizontalScrollBar()
    assert bar is not None
    for width in (480, 620, 900, 1400):
        view.resize(width, 300)
        qtbot.waitUntil(lambda: bar.maximum() == 0)
        assert not any(view.isColumnHidden(column) for column in (STATE, TEXT, ASKED, ACTUAL))
    assert not any(view.isColumnHidden(column) for column in range(len(COLUMNS)))


def test_the_chosen_line_is_told_and_found_again(model: CueModel, view: CueView) -> None:
    chosen: list[Line | None] = []
    view.chosen.connect(chosen.append)
    model.update_lines([make_line("a"), make_line("b")])
    view.show_line("b")
    assert view.selected_ids() == ["b"]
    assert chosen[-1] is not None and chosen[-1].cue.id == "b"
    view.show_line("nobody")
    assert view.selected_ids() == ["b"]


def test_filters_go_together(qtbot: QtBot, model: CueModel, view: CueView) -> None:
    filters = FilterBar(view)
    qtbot.addWidget(filters)
    lines = [make_line("a", LineState.READY), make_line("b", LineState.FAILED), make_line("c", LineState.READY)]
    model.update_lines([*lines[:2], replace(lines[2], cue=replace(lines[2].cue, character="Widow"))])
    qtbot.waitUntil(lambda: filters.character.count() == 3, timeout=20_000)
    filters.state.setCurrentIndex(filters.state.findData(LineState.READY))
    assert shown_ids(view) == ["a", "c"] and filters.count.text() == "2 of 3"
    filters.character.setCurrentText("Widow")
    assert shown_ids(view) == ["c"]
    filters.search.setText("nothing like it")
    assert shown_ids(view) == []
    filters.clear()
    assert shown_ids(view) == ["a", "b", "c"] and not filters.count.text()


def test_a_chosen_character_stays_chosen_when_its_lines_go_and_others_come(
    qtbot: QtBot, model: CueModel, view: CueView
) -> None:
    filters = FilterBar(view)
    qtbot.addWidget(filters)
    model.update_lines([make_line("a")])
    qtbot.waitUntil(lambda: filters.character.count() == 2, timeout=20_000)
    filters.character.setCurrentText("Guard")
    other = make_line("b")
    model.remove_lines(["a"])
    model.update_lines([replace(other, cue=replace(other.cue, character="Abbot"))])
    qtbot.waitUntil(lambda: filters.character.count() == 3, timeout=20_000)
    assert filters.character.currentData() == "Guard" and shown_ids(view) == []


def test_a_column_that_was_shown_by_hand_stays_in_a_narrow_table(model: CueModel, view: CueView) -> None:
    view.resize(700, 300)
    assert view.isColumnHidden(TAKES)
    view.show_column(TAKES, True)
    view.resize(600, 300)
    assert not view.isColumnHidden(TAKES)
    view.column_actions(view)[0].trigger()
    assert view.isColumnHidden(TAKES)


def test_lines_that_come_together_stand_in_the_order_in_which_they_were_asked_for(model: CueModel) -> None:
    model.update_lines([replace(make_line(name), order=order) for name, order in (("b", 2), ("c", 3), ("a", 1))])
    assert [cell(model, row, LINE) for row in range(3)] == ["a", "b", "c"]
