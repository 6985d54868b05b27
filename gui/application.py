"""Starts the panel on a running daemon."""

from __future__ import annotations

import sys
from typing import cast

from PyQt6.QtWidgets import QApplication

from gui.icons import app_icon
from gui.link import DaemonLike, DaemonLink
from gui.main_window import MainWindow
from gui.theme import Theme


def application() -> QApplication:
    """The one QApplication of the process, made on the first call."""
    return cast(QApplication, QApplication.instance() or QApplication(sys.argv[:1]))


def run(daemon: DaemonLike) -> int:
    """Show the panel until its window is closed. -> the exit status. The daemon is not stopped."""
    app = application()
    app.setApplicationName("Cuevox")
    app.setWindowIcon(app_icon())
    link = DaemonLink(daemon)
    window = MainWindow(link, Theme(app), getattr(daemon, "settings", None))
    window.show()
    try:
        return app.exec()
    finally:
        link.close()
