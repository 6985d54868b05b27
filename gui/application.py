"""Starts the panel on a running daemon."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import cast

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from gui.daemon_like import DaemonLike
from gui.faults import FaultCatcher
from gui.icons import app_icon
from gui.idle_garbage import IdleGarbage
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.theme import Theme

SIGNAL_CHECK_MS = 200  # Qt's loop runs in C++; Python sees a signal only when it gets the word now and then


def application() -> QApplication:
    """The one QApplication of the process, made on the first call."""
    app = QApplication.instance()
    if app is None:
        app = QApplication(sys.argv[:1])
        app.setApplicationName("Cuevox")
    return cast(QApplication, app)


def run(daemon: DaemonLike) -> int:
    """Show the panel until its window is closed, or SIGINT or SIGTERM comes. -> the exit status.

    Call it on the main thread. The daemon is not stopped.
    """
    app = application()
    app.setWindowIcon(app_icon())
    with FaultCatcher() as faults, _signals_quit(app):
        link = DaemonLink(daemon)
        settings = getattr(daemon, "settings", None)
        window = MainWindow(link, Theme(app, getattr(settings, "appearance", "system")), settings)
        faults.caught.connect(window.show_fault)
        window.show()
        try:
            with IdleGarbage(link):
                return app.exec()
        finally:
            window.close()


@contextlib.contextmanager
def _signals_quit(app: QApplication) -> Iterator[None]:
    """SIGINT and SIGTERM close the panel in an orderly way, so that whoever started it can stop the daemon."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread may handle signals
        yield
        return
    before = {number: signal.signal(number, lambda *_: app.quit()) for number in (signal.SIGINT, signal.SIGTERM)}
    timer = QTimer()
    timer.timeout.connect(lambda: None)
    timer.start(SIGNAL_CHECK_MS)
    try:
        yield
    finally:
        timer.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
