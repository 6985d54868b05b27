"""Clips of takes, read on a thread of their own and kept for a while."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal, pyqtSlot

from bridge.cue import Take
from gui.clip_facts import ClipFacts, UnreadableClipError, read_facts

CLIPS_KEPT = 50  # facts of so many clips stay in memory, one or two megabytes each; all of the line that is shown


class ClipReader(QObject):
    """`facts` and `faults` are of the clips that were read, and of those that could not be."""

    came = pyqtSignal(object)  # clip key: there is something new of it

    _read_done = pyqtSignal(object, object)  # clip key, ClipFacts or the error's text

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.facts: dict[object, ClipFacts] = {}  # the oldest first
        self.faults: dict[object, str] = {}
        self._asked: set[object] = set()  # clips that are being read
        self._closed = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="panel-clips")
        self._read_done.connect(self._keep)

    @property
    def is_reading(self) -> bool:
        return bool(self._asked)

    def read(self, take: Take) -> None:
        """Have the take's clip read, once; `came` tells of it."""
        key, path = clip_key(take), take.path
        if self._closed or path is None or key in self.facts or key in self.faults or key in self._asked:
            return
        self._asked.add(key)

        def work(path: Path = path) -> None:
            try:
                result: ClipFacts | str = read_facts(path)
            except UnreadableClipError as error:
                result = str(error)
            if not self._closed:
                self._read_done.emit(key, result)

        self._pool.submit(work)

    def forget(self, shown: Iterable[object]) -> None:
        """Let go of the oldest clips but those that are shown, by their keys."""
        kept = set(shown)
        for old in [key for key in self.facts if key not in kept][: max(0, len(self.facts) - CLIPS_KEPT)]:
            del self.facts[old]

    def close(self) -> None:
        """Nothing is read any more, and what is being read comes too late."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    @pyqtSlot(object, object)
    def _keep(self, key: object, result: ClipFacts | str) -> None:
        self._asked.discard(key)
        if isinstance(result, str):
            self.faults[key] = result
        else:
            self.facts[key] = result
        self.came.emit(key)


def clip_key(take: Take) -> object:
    """Tells clips apart: a line rendered anew may use the same file."""
    return take.path, take.seed, take.n_samples
