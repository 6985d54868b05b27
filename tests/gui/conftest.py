"""The panel without a screen. Environment first: Qt reads it when the first QApplication is made."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.theme import Theme
from gui.translation import speak
from tests.gui.stand_in import StandInDaemon


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
