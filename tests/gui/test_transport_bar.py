"""The bar at the bottom: how the machine fares, what waits, and the end of long work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from bridge.cue import Cue, LineState
from bridge.daemon import Daemon
from bridge.events import Status
from bridge.machine import Machine
from bridge.settings import Settings
from gui.main_window import MainWindow
from gui.theme import Theme
from gui.transport_bar import TransportBar
from tests.fakes import WAIT_S, FakePlayer, FakeSynthesizer
from tests.gui.test_with_daemon import Gate

WAIT_MS = round(1000 * WAIT_S)


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme) -> TransportBar:
    bar = TransportBar(theme)
    qtbot.addWidget(bar)
    bar.resize(1280, 50)
    bar.show()
    return bar


@pytest.mark.parametrize(
    ("left_s", "words"), [(9.0, "9 s left"), (185.0, "3:05 min left"), (7800.0, "2:10 h left"), (None, "1 rendering")]
)
def test_the_time_left_is_told_as_far_as_it_is_known(bar: TransportBar, left_s: float | None, words: str) -> None:
    bar.show_status(Status(3, 1, 0, "ready", "cuevox-mini-1", 1.0, left_s))
    assert words in bar.state.text() and ("left" in bar.state.text()) == (left_s is not None)
    assert bar.cancel_button.isVisible()
    bar.show_status(Status(0, 0, 0, "ready", "cuevox-mini-1", 0.0))
    assert "left" not in bar.state.text() and not bar.cancel_button.isVisible()


def test_the_machine_is_shown_where_there_is_room_and_always_in_the_tool_tip(bar: TransportBar) -> None:
    bar.show_machine(Machine(0.31, 900_000_000, 6_200_000_000, 16_000_000_000, "Card X", 2_000_000_000, 8_000_000_000))
    assert bar.machine.text() == "CPU 31%   0.9 GB   GPU 2.0 GB" and "Card X: 2.0 of 8.0 GB" in bar.load.toolTip()
    bar.resize(700, 50)
    assert not bar.machine.isVisible()


def test_all_that_waits_is_cancelled_by_one_button(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], tmp_path: Path
) -> None:
    gate = Gate()
    voice = FakeSynthesizer(n_blocks=2000, gate=gate)
    with Daemon(Settings(tmp_path, osc_port=0), lambda: voice, player=FakePlayer()) as daemon:
        try:
            panel = open_panel(daemon, daemon.settings)
            qtbot.waitUntil(lambda: "CPU" in panel.bar.machine.text(), timeout=WAIT_MS)
            for number in range(5):
                daemon.submit(Cue(f"line_{number}", "Hold the gate!", "Mara"))
            qtbot.waitUntil(lambda: len(panel.model.waiting()) == 5, timeout=WAIT_MS)
            qtbot.waitUntil(lambda: bool(voice.rendered) and panel.bar.cancel_button.isVisible(), timeout=WAIT_MS)
            panel.bar.cancel_button.click()
            qtbot.waitUntil(lambda: len(panel.model.waiting()) == 1, timeout=WAIT_MS)
            pulse = QTimer()
            pulse.timeout.connect(gate.let_one_pass)  # between two blocks the worker looks whether it is cancelled
            pulse.start(20)
            qtbot.waitUntil(lambda: {line.state for line in daemon.lines()} == {LineState.CANCELLED}, timeout=WAIT_MS)
            qtbot.waitUntil(lambda: not panel.model.waiting(), timeout=WAIT_MS)
            assert len(voice.rendered) == 1
        finally:
            gate.set()
