"""What tests of the panel do and look at."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bridge.cue import Cue
from gui.main_window import MainWindow
from tests.gui.stand_in import StandInDaemon

WAIT_MS = 20_000
CTRL = Qt.KeyboardModifier.ControlModifier


def cell(panel: MainWindow, row: int, column: int) -> str:
    return str(panel.table.filter.index(row, column).data())


def log_text(panel: MainWindow) -> str:
    return panel.log.view.toPlainText()


def wait_for_call(qtbot: QtBot, daemon: StandInDaemon, *call: object) -> None:
    qtbot.waitUntil(lambda: call in daemon.calls, timeout=WAIT_MS)


def submitted(qtbot: QtBot, daemon: StandInDaemon) -> Cue:
    qtbot.waitUntil(lambda: bool(daemon.calls), timeout=WAIT_MS)
    name, cue = daemon.calls[-1]
    assert name == "submit" and isinstance(cue, Cue)
    return cue
