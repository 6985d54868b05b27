"""Lines added, duplicated, pasted and removed, undone and done again: on the real panel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from bridge.cue import Cue, LineState
from bridge.daemon import Daemon
from bridge.settings import Settings
from gui.line_edits import read_rows, write_rows
from gui.main_window import MainWindow
from tests.fakes import FakePlayer, FakeSynthesizer
from tests.gui.stand_in import StandInDaemon, make_line

WAIT_MS = 20_000
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LIKE = Cue("", "", "Mara", "angry", character="Guard")


def ids(panel: MainWindow) -> list[str]:
    model = panel.model
    return [str(model.index(row, 1).data()) for row in range(model.rowCount())]


def wait_for_ids(qtbot: QtBot, panel: MainWindow, *wanted: str) -> None:
    qtbot.waitUntil(lambda: sorted(ids(panel)) == sorted(wanted), timeout=WAIT_MS)


def clipboard(text: str | None = None) -> str:
    board = QGuiApplication.clipboard()
    assert board is not None
    if text is not None:
        board.setText(text)
    return board.text()


@pytest.fixture
def two(qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: StandInDaemon) -> MainWindow:
    daemon.held = {name: make_line(name, LineState.READY) for name in ("a", "b")}
    panel = open_panel(daemon)
    wait_for_ids(qtbot, panel, "a", "b")
    panel.table.show_line("a")
    panel.table.setFocus()
    return panel


def test_removed_lines_come_back(qtbot: QtBot, two: MainWindow) -> None:
    two.table.selectAll()
    qtbot.keyClick(two.table, Qt.Key.Key_Delete)
    wait_for_ids(qtbot, two)
    qtbot.waitUntil(two.first_steps.paste.hasFocus, timeout=WAIT_MS)
    qtbot.keyClick(two.first_steps.paste, Qt.Key.Key_Z, CTRL)
    wait_for_ids(qtbot, two, "a", "b")
    two.table.setFocus()
    qtbot.keyClick(two.table, Qt.Key.Key_Z, CTRL | SHIFT)
    wait_for_ids(qtbot, two)
    assert two.edits.stack.undoText() == "remove 2 lines"


def test_a_duplicate_has_a_name_and_a_seed_of_its_own(qtbot: QtBot, two: MainWindow, daemon: StandInDaemon) -> None:
    qtbot.keyClick(two.table, Qt.Key.Key_D, CTRL | SHIFT)
    wait_for_ids(qtbot, two, "a", "b", "panel_001")
    cue = daemon.held["panel_001"].cue
    assert (cue.text, cue.character, cue.seed) == ("text of a", "Guard", None)
    daemon.change("panel_001", LineState.READY)
    line = two.model.line
    qtbot.waitUntil(lambda: (found := line("panel_001")) is not None and found.state == "ready", timeout=WAIT_MS)
    qtbot.keyClick(two.table, Qt.Key.Key_Z, CTRL)
    wait_for_ids(qtbot, two, "a", "b")


def test_a_line_at_work_is_cancelled_and_leaves_when_it_rests(
    qtbot: QtBot, two: MainWindow, daemon: StandInDaemon
) -> None:
    two.composer.text.setPlainText("Long.")
    two.render_line()
    wait_for_ids(qtbot, two, "a", "b", "panel_001")
    qtbot.waitUntil(lambda: two.edits.stack.canUndo(), timeout=WAIT_MS)
    two.edits.stack.undo()
    wait_for_ids(qtbot, two, "a", "b")
    assert daemon.calls[-2:] == [("cancel", "panel_001"), ("remove", "panel_001")]


def test_rows_of_a_table_and_plain_lines_are_pasted(qtbot: QtBot, two: MainWindow, daemon: StandInDaemon) -> None:
    two.presets.set_emotion("battle cry")
    clipboard("Who goes there?\n\nCaptain\tHold the gate!\r\nWidow\tI told you.\tsad=0.40\n\t\t\n")
    qtbot.keyClick(two.table, Qt.Key.Key_V, CTRL)
    wait_for_ids(qtbot, two, "a", "b", "panel_001", "panel_002", "panel_003")
    assert [(c.character, c.text, c.emotion) for n in (1, 2, 3) if (c := daemon.held[f"panel_00{n}"].cue)] == [
        ("Mara", "Who goes there?", "battle cry"),
        ("Captain", "Hold the gate!", "battle cry"),
        ("Widow", "I told you.", "sad=0.40"),
    ]
    assert two.edits.stack.undoText() == "add 3 lines"


def test_a_script_is_pasted_into_an_empty_panel(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    clipboard("One.\nTwo.")
    qtbot.mouseClick(panel.first_steps.paste, Qt.MouseButton.LeftButton)
    wait_for_ids(qtbot, panel, "panel_001", "panel_002")


def test_copied_lines_paste_as_they_were(qtbot: QtBot, two: MainWindow) -> None:
    two.table.selectAll()
    qtbot.keyClick(two.table, Qt.Key.Key_C, CTRL)
    cues = read_rows(clipboard(), LIKE)
    assert [(cue.character, cue.text, cue.emotion) for cue in cues] == [
        ("Guard", "text of a", "neutral"), ("Guard", "text of b", "neutral"),
    ]  # fmt: skip
    assert write_rows([]) == "" and read_rows(" \n\n", LIKE) == []


def test_undo_in_the_text_is_the_texts_own(qtbot: QtBot, two: MainWindow, daemon: StandInDaemon) -> None:
    two.composer.text.setFocus()
    qtbot.keyClicks(two.composer.text, "abc")
    qtbot.keyClick(two.composer.text, Qt.Key.Key_Z, CTRL)
    assert two.composer.text.toPlainText() == "" and not daemon.calls


def test_on_the_real_daemon_a_line_comes_back_with_its_clip(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], tmp_path: Path
) -> None:
    with Daemon(Settings(tmp_path, osc_port=0), FakeSynthesizer, player=FakePlayer()) as daemon:
        panel = open_panel(daemon, daemon.settings)
        panel.composer.text.setPlainText("Here and gone.")
        panel.render_line()
        qtbot.waitUntil(lambda: [line.state for line in daemon.lines()] == [LineState.READY], timeout=WAIT_MS)
        before = daemon.lines()
        qtbot.waitUntil(panel.edits.stack.canUndo, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: panel.model.line("panel_001") == before[0], timeout=WAIT_MS)
        panel.edits.stack.undo()
        qtbot.waitUntil(lambda: daemon.lines() == (), timeout=WAIT_MS)
        wait_for_ids(qtbot, panel)
        panel.edits.stack.redo()
        qtbot.waitUntil(lambda: daemon.lines() == before, timeout=WAIT_MS)
        panel.close()
