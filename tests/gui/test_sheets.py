"""Line sheets in the panel: what is new in them, what is wrong with them, and that one that was saved is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from bridge.cue import LineState
from bridge.daemon import Daemon
from bridge.settings import Settings
from bridge.sheets import ReadOptions
from gui.main_window import MainWindow
from gui.sheet_dialog import SheetDialog
from tests.fakes import FakePlayer, FakeSynthesizer
from tests.gui.panel_hands import WAIT_MS, log_text

SHEET = """id,character,text,timbre,emotion,seconds
gate_01,Guard,Who goes there?,Mara,angry,1.5
gate_02,Widow,Nobody.,Nobody,sad,
gate_03,Widow,Nobody at all.,Mara,sad,
"""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(Settings(tmp_path / "data", osc_port=0), FakeSynthesizer, player=FakePlayer()) as daemon:
        yield daemon


@pytest.fixture
def panel(open_panel: Callable[..., MainWindow], daemon: Daemon) -> MainWindow:
    return open_panel(daemon, daemon.settings)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[SheetDialog]:
    """Every sheet that is shown is accepted."""
    dialogs: list[SheetDialog] = []

    def accept(dialog: SheetDialog) -> int:
        dialogs.append(dialog)
        return 1

    monkeypatch.setattr(SheetDialog, "exec", accept)
    return dialogs


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def are_ready(daemon: Daemon, *line_ids: str) -> bool:
    lines = {line.cue.id: line.state for line in daemon.lines()}
    return lines == dict.fromkeys(line_ids, LineState.READY)


def test_the_good_rows_are_made_and_the_bad_one_is_told_by_row_and_column(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, tmp_path: Path, shown: list[SheetDialog],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = write(tmp_path / "scene.csv", SHEET)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    panel.first_steps.open.click()
    qtbot.waitUntil(lambda: are_ready(daemon, "gate_01", "gate_03"), timeout=WAIT_MS)
    (dialog,) = shown
    assert dialog.summary.text() == "2 new lines" and dialog.render_button.text() == "Render 2 lines"
    assert "1 problem " in dialog.warning.text()
    dialog.copy.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None and clipboard.text().startswith("3\ttimbre\terror\t") and "Nobody" in clipboard.text()
    assert daemon.lines()[0].takes[0].n_samples == 72_000
    qtbot.waitUntil(lambda: "2 lines of" in log_text(panel), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2, timeout=WAIT_MS)
    assert panel.edits.stack.undoText() == "add 2 lines"


def test_a_sheet_that_is_opened_again_makes_only_what_was_changed(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, tmp_path: Path, shown: list[SheetDialog]
) -> None:
    sheets = panel.lines.table_actions.sheets
    sheets.read(write(tmp_path / "scene.csv", SHEET.replace(",Nobody,sad", ",Cole,sad")))
    qtbot.waitUntil(lambda: are_ready(daemon, "gate_01", "gate_02", "gate_03"), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 3, timeout=WAIT_MS)
    sheets.read(write(tmp_path / "scene.csv", SHEET.replace(",Nobody,sad", ",Cole,sad").replace("there?", "here?")))
    qtbot.waitUntil(lambda: len(daemon.lines()[0].takes) == 2, timeout=WAIT_MS)
    assert shown[-1].summary.text() == "1 changed line  ·  2 as they are"
    assert [len(line.takes) for line in daemon.lines()] == [2, 1, 1]
    assert daemon.lines()[0].cue.text == "Who goes here?"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_saved_sheet_is_read_as_the_same_lines(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, tmp_path: Path, shown: list[SheetDialog], suffix: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    panel.lines.table_actions.sheets.read(write(tmp_path / "scene.csv", SHEET.replace(",Nobody,sad", ",Cole,sad")))
    qtbot.waitUntil(lambda: are_ready(daemon, "gate_01", "gate_02", "gate_03"), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not panel.model.waiting() and panel.model.rowCount() == 3, timeout=WAIT_MS)
    kind = f"{suffix.upper()} (*.{suffix})"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "saved"), kind))
    panel.lines.table_actions.sheets.save()
    saved = tmp_path / f"saved.{suffix}"
    qtbot.waitUntil(lambda: f"3 lines written to {saved}" in log_text(panel), timeout=WAIT_MS)
    again = daemon.read_sheet(saved, ReadOptions())
    assert [line.cue for line in again.lines] == [line.cue for line in daemon.lines()] and not again.errors
    panel.lines.table_actions.sheets.read(saved)
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=WAIT_MS)
    assert shown[-1].summary.text() == "3 as they are" and not shown[-1].render_button.isEnabled()


def test_what_is_no_sheet_is_said(qtbot: QtBot, panel: MainWindow, tmp_path: Path) -> None:
    panel.lines.table_actions.sheets.read(write(tmp_path / "scene.csv", "a,b\n1,2\n"))
    qtbot.waitUntil(lambda: "no column with the words to speak" in log_text(panel), timeout=WAIT_MS)
