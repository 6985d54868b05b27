"""Starts the panel on a running daemon."""

from __future__ import annotations

import contextlib
import os
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
from gui.one_panel import OnePanel
from gui.theme import Theme
from gui.translation import speak
from gui.tray import Tray

SIGNAL_CHECK_MS = 200  # Qt's loop runs in C++; Python sees a signal only when it gets the word now and then


def application(scale: int = 100) -> QApplication:
    """The one QApplication of the process, made on the first call. scale: percent of the size that the system asks."""
    app = QApplication.instance()
    if app is None:
        if scale != 100:
            os.environ.setdefault("QT_SCALE_FACTOR", str(scale / 100))  # read when the application is made
        app = QApplication(sys.argv[:1])
        app.setApplicationName("Cuevox")
    return cast(QApplication, app)


def run(daemon: DaemonLike) -> int:
    """Show the panel until its window is closed, or SIGINT or SIGTERM comes. -> the exit status.

    Where the settings want it to stay, closing only hides the window: an icon in the tray or a second start of the
    program brings it back. Call it on the main thread. The daemon is not stopped.
    """
    settings = getattr(daemon, "settings", None)
    app = application(getattr(settings, "panel_scale", 100))
    app.setWindowIcon(app_icon())
    speak(app, getattr(settings, "language", "system"))
    app.setQuitOnLastWindowClosed(False)  # a dialog that is closed while the panel is hidden is no end
    with FaultCatcher() as faults, _signals_quit(app):
        link = DaemonLink(daemon)
        window = MainWindow(link, Theme(app, getattr(settings, "appearance", "system")), settings)
        faults.caught.connect(window.show_fault)
        window.closed.connect(app.quit)
        tray = Tray(window)
        tray.show_wished.connect(window.show_again)
        tray.stop_wished.connect(lambda: link.stop())
        tray.quit_wished.connect(window.end)
        tray.set_wanted(window.stays)
        window.stays_changed.connect(tray.set_wanted)
        link.status.connect(tray.show_status)
        if (folder := getattr(settings, "data_folder", None)) is not None:
            one = OnePanel(folder, window)
            one.show_wished.connect(window.show_again)
        window.show()
        try:
            with IdleGarbage(link):
                return app.exec()
        finally:
            tray.set_wanted(False)
            window.end()


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
