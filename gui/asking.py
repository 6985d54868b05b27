"""Requests on threads of the panel's own; what comes of them is handed to the GUI thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal, pyqtSlot


@dataclass(frozen=True)
class Failure:
    """A request that was refused or went wrong. `text` is for people, word for word as the daemon said it."""

    what: str  # e.g. "render line_012"
    code: str
    text: str


class Asker(QObject):
    """No call waits. Signals are emitted on the thread that made it."""

    failed = pyqtSignal(object)  # Failure

    _returned = pyqtSignal(object, object)  # callback, result

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="panel-request")  # one: requests keep their order
        self._urgent = ThreadPoolExecutor(1, thread_name_prefix="panel-stop")  # "stop" overtakes all of them
        self._returned.connect(self._deliver)

    def ask(
        self, what: str, work: Callable[[], Any], then: Callable[[Any], None] | None = None, *, urgent: bool = False
    ) -> None:
        """Do `work` on a thread and call `then` with its result; an error becomes a Failure of `what`."""

        def run() -> None:
            try:
                result = work()
            except Exception as error:  # the door must tell every fault, or a button would do nothing and stay silent
                self.refused(what, error)
            else:
                if then is not None:
                    self._return(then, result)

        if not self._closed:
            (self._urgent if urgent else self._pool).submit(run)

    def answered(self, what: str, answer: Future[Any], then: Callable[[Any], None]) -> None:
        """As ask() for an answer of the daemon's that came on one of its threads."""
        if answer.cancelled():  # the daemon ends
            return
        if (error := answer.exception()) is not None:
            self.refused(what, error)
        else:
            self._return(then, answer.result())

    def refused(self, what: str, error: BaseException) -> None:
        """Errors of bridge and engine have a code and words of their own. May be called on any thread."""
        code = str(getattr(error, "code", "engine_failed"))
        self._return(self.failed.emit, Failure(what, code, str(error) or type(error).__name__))

    def close(self) -> None:
        """Requests that wait are dropped; one that runs ends by itself."""
        self._closed = True
        for pool in (self._pool, self._urgent):
            pool.shutdown(wait=False, cancel_futures=True)

    def _return(self, then: Callable[[Any], None], value: Any) -> None:
        """Have the GUI thread call `then(value)`: in its event loop, so after whoever made the link has connected."""
        with contextlib.suppress(RuntimeError):  # the QObject may go away before the daemon's threads do
            if not self._closed:
                self._returned.emit(then, value)

    @pyqtSlot(object, object)
    def _deliver(self, then: Callable[[Any], None], result: Any) -> None:
        if not self._closed:
            then(result)
