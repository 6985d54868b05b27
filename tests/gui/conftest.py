"""The panel without a screen. Environment first: Qt reads it when the first QApplication is made."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from bridge.cue import LineState
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.theme import Theme
from gui.translation import speak
from tests.gui.stand_in import RATE, StandInDaemon, make_line


@pytest.fixture(scope="session")
def theme(qapp: Any) -> Theme:
    speak(qapp, "en")
    return Theme(qapp, "dark")


@pytest.fixture
def daemon() -> StandInDaemon:
    return StandInDaemon()


@pytest.fixture
def open_panel(qtbot: QtBot, theme: Theme) -> Iterator[Callable[..., MainWindow]]:
    """Opens the real panel on a daemon, shown, active and told all that the daemon holds."""
    windows: list[MainWindow] = []

    def open_(daemon: Any, settings: Any = None) -> MainWindow:
        link = DaemonLink(daemon)
        window = MainWindow(link, theme, settings)
        windows.append(window)
        qtbot.addWidget(window)
        with qtbot.waitExposed(window, timeout=20_000), qtbot.waitSignal(link.synced, timeout=20_000):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: bool(window.presets.timbre), timeout=20_000)
        return window

    yield open_
    for window in windows:
        window.close()


@pytest.fixture
def panel(open_panel: Callable[..., MainWindow], daemon: StandInDaemon) -> MainWindow:
    return open_panel(daemon)


@pytest.fixture
def with_lines(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: StandInDaemon, tmp_path: Path
) -> MainWindow:
    """Two lines; the first has two takes with clips that are no audio, which the panel has to survive."""
    first = make_line("a", LineState.READY, progress=1.0, n_samples=RATE)
    clip = tmp_path / "a.wav"
    clip.write_bytes(b"no audio")
    takes = tuple(replace(first.takes[0], id=f"a_t0{n}", path=clip) for n in (1, 2))
    daemon.held = {"a": replace(first, takes=takes, picked="a_t01"), "b": make_line("b")}
    panel = open_panel(daemon)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2, timeout=20_000)
    panel.table.show_line("a")
    panel.table.setFocus()
    return panel
