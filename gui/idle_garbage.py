"""Python's garbage, collected while nobody moves anything.

A full pass looks at every object of the process and holds all its threads meanwhile: with the voice's modules and
thousands of lines in memory that was 0.15 s, at any moment. Here what lives as long as the program is left out of the
passes, and full passes come only while the mouse rests.
"""

from __future__ import annotations

import gc
from types import TracebackType
from typing import Self

from PyQt6.QtCore import QObject, QPoint, Qt, QTimer
from PyQt6.QtGui import QCursor, QGuiApplication

from bridge.events import Status
from gui.link import DaemonLink

LOOK_MS = 2000
FULL_EVERY = 15  # looks, so at most twice a minute
YOUNG = (5000, 20)  # thresholds of the two young generations; their passes take less than a millisecond
NEVER = 1_000_000  # passes of the middle generation before Python makes a full one by itself


class IdleGarbage(QObject):
    """A context manager around the event loop."""

    def __init__(self, link: DaemonLink) -> None:
        super().__init__()
        self._link = link
        self._before = gc.get_threshold()
        self._n_looks = 0
        self._mouse = QPoint()
        self._is_loaded = False  # the voice is: the last large heap of objects that stay
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)

    def __enter__(self) -> Self:
        self._keep_what_is_there()
        gc.set_threshold(*YOUNG, NEVER)
        self._link.status.connect(self._status)
        self._timer.start(LOOK_MS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._timer.stop()
        gc.set_threshold(*self._before)
        gc.unfreeze()

    def look(self) -> None:
        """A full pass, if it is time for one and the mouse rests."""
        mouse, self._mouse = self._mouse, QCursor.pos()
        self._n_looks += 1
        rests = mouse == self._mouse and QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton
        if self._n_looks >= FULL_EVERY and rests:
            self._n_looks = 0
            gc.collect()

    def _status(self, status: Status) -> None:
        if status.model_state == "ready" and not self._is_loaded:
            self._is_loaded = True
            self._keep_what_is_there()

    def _keep_what_is_there(self) -> None:
        gc.collect()
        gc.freeze()
