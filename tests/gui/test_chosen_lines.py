"""Keys and buttons on the lines and takes that are chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bridge.cue import Length, LineState
from bridge.timeline import Position
from gui.cue_model import STATE
from gui.main_window import MainWindow
from tests.gui.panel_hands import CTRL, WAIT_MS, cell, submitted, wait_for_call
from tests.gui.stand_in import RATE, StandInDaemon, make_line


@pytest.mark.parametrize(
    ("key", "modifier", "call"),
    [
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, ("play", "a", None)),
        (Qt.Key.Key_D, CTRL, ("drop", "a", None, None)),
        (Qt.Key.Key_Backspace, CTRL, ("cancel", "a")),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, ("remove", "a")),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, ("stop", None)),
    ],
)
def test_keys_in_the_table(
    qtbot: QtBot,
    with_lines: MainWindow,
    daemon: StandInDaemon,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    call: tuple[object, ...],
) -> None:
    qtbot.keyClick(with_lines.table, key, modifier)
    wait_for_call(qtbot, daemon, *call)


def test_space_and_delete_stay_what_they_are_in_the_text(
    qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon
) -> None:
    text = with_lines.composer.text
    text.setFocus()
    qtbot.keyClicks(text, "a b")
    qtbot.keyClick(text, Qt.Key.Key_Left)
    qtbot.keyClick(text, Qt.Key.Key_Delete)
    assert text.toPlainText() == "a "
    assert not daemon.calls


def test_removed_lines_leave_the_table(qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon) -> None:
    with_lines.table.selectAll()
    qtbot.keyClick(with_lines.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: with_lines.model.rowCount() == 0, timeout=WAIT_MS)
    assert with_lines.first_steps.isVisible() and not with_lines.takes.isVisible()


def test_return_takes_a_line_over_into_the_composer(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: StandInDaemon
) -> None:
    line = make_line("a")
    cue = replace(
        line.cue, timbre="Cole", emotion="sad=0.40", weight=0.5, length=Length(3), at=Position(96_000, 48_000)
    )
    daemon.held = {"a": replace(line, cue=cue)}
    panel = open_panel(daemon)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=WAIT_MS)
    panel.table.show_line("a")
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    panel.render_line()
    again = submitted(qtbot, daemon)
    assert again == replace(cue, id=again.id, length=Length(3000, 1000))


def test_a_take_is_picked_played_and_put_into_the_project(
    qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon
) -> None:
    takes = with_lines.takes
    assert not takes.pick_button.isEnabled()  # the first take is the picked one
    takes.list.setCurrentRow(1)
    qtbot.mouseClick(takes.pick_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(takes.drop_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(takes.play_button, Qt.MouseButton.LeftButton)
    wait_for_call(qtbot, daemon, "play", "a", "a_t02", 0.0)
    assert daemon.calls == [
        ("pick", "a", "a_t02"),
        ("drop", "a", None, None),
        ("stop", None),
        ("play", "a", "a_t02", 0.0),
    ]


def test_a_clip_that_cannot_be_read_says_so(qtbot: QtBot, with_lines: MainWindow) -> None:
    qtbot.waitUntil(lambda: "a.wav cannot be read" in with_lines.takes.facts.text(), timeout=WAIT_MS)


def test_news_of_a_line_keep_the_take_that_was_chosen(
    qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon
) -> None:
    with_lines.takes.list.setCurrentRow(1)
    daemon.change("a", LineState.DROPPED, progress=1.0, n_samples=RATE)
    qtbot.waitUntil(lambda: cell(with_lines, 0, STATE) == "dropped", timeout=WAIT_MS)
    assert with_lines.takes.list.currentRow() == 1


def test_the_cancel_button_is_there_while_a_take_is_made(
    qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon
) -> None:
    assert not with_lines.takes.cancel_button.isVisible()
    with_lines.table.show_line("b")
    qtbot.mouseClick(with_lines.takes.cancel_button, Qt.MouseButton.LeftButton)
    wait_for_call(qtbot, daemon, "cancel", "b")
