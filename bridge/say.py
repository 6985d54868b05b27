"""One line into one file, for the shell."""

from __future__ import annotations

import queue
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bridge import events
from bridge.cue import Cue, Take
from bridge.errors import BridgeError
from bridge.files import atomic_file

LOOK_S = 0.5  # how often Ctrl+C is looked for while waiting; Windows does not interrupt a wait


class SayError(BridgeError):
    """The line was not rendered."""

    code = "engine_failed"


class SpeakingDaemon(Protocol):
    """What is needed of the daemon. bridge.daemon.Daemon is the real one."""

    def submit(self, cue: Cue) -> tuple[Take, ...]: ...
    def subscribe(self, callback: Callable[[events.Event], None]) -> Callable[[], None]: ...


def speak(daemon: SpeakingDaemon, cue: Cue, out: Path) -> Take:
    """Render the cue and put its clip to `out`. Raises BridgeError, OSError."""
    endings: queue.SimpleQueue[events.TakeEnded] = queue.SimpleQueue()
    unsubscribe = daemon.subscribe(lambda event: endings.put(event) if isinstance(event, events.TakeEnded) else None)
    try:
        daemon.submit(cue)
        ending = _wait(endings)
    finally:
        unsubscribe()
    if not ending.ok:
        raise SayError(ending.text)
    take = next(t for t in ending.line.takes if t.id == ending.take_id)
    assert take.path is not None
    with take.path.open("rb") as clip, atomic_file(out) as file:
        shutil.copyfileobj(clip, file)
    return take


def _wait(endings: queue.SimpleQueue[events.TakeEnded]) -> events.TakeEnded:
    while True:
        try:
            return endings.get(timeout=LOOK_S)
        except queue.Empty:
            continue
