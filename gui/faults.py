"""Faults of the panel itself: an exception in a slot reaches the log instead of ending the process.

PyQt aborts when a slot raises, unless sys.excepthook is somebody's own; a show must not stop over a fault in a view.
"""

from __future__ import annotations

import sys
import traceback
from types import TracebackType
from typing import Self

from PyQt6.QtCore import QObject, QTimer, pyqtSignal


class FaultCatcher(QObject):
    """While entered, exceptions that nobody caught go to the hook that was there before and are told by `caught`."""

    caught = pyqtSignal(str, str)  # one line for people, the traceback for the log

    def __init__(self) -> None:
        super().__init__()
        self._telling = False

    def __enter__(self) -> Self:
        self._before = sys.excepthook
        sys.excepthook = self._hook
        return self

    def __exit__(self, *_: object) -> None:
        sys.excepthook = self._before

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._before(kind, error, trace)
        if self._telling or not issubclass(kind, Exception):  # a fault while telling one; KeyboardInterrupt is meant
            return
        what = f"fault of the panel: {kind.__name__}: {error}"
        text = "".join(traceback.format_exception(kind, error, trace)).rstrip()
        QTimer.singleShot(0, lambda: self._tell(what, text))  # later: the hook itself may not raise

    def _tell(self, what: str, trace: str) -> None:
        self._telling = True
        try:
            self.caught.emit(what, trace)
        finally:
            self._telling = False
