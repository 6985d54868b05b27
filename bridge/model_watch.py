"""Notices that the files of the voice were changed while it is loaded: lines go on with what was read before."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

LOOK_S = 10.0
MAX_FILES = 1000

Seen = dict[str, tuple[int, int]]  # name -> bytes, time of its last change in ns


class ModelWatch:
    """One thread owns it."""

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        """folder: None for the voice that comes with the program, which nobody changes while it runs."""
        self._folder = folder
        self._clock = clock
        self._seen: Seen = {}
        self._looked_s = 0.0

    def loaded(self) -> None:
        """The voice is about to be read."""
        self._seen, self._looked_s = self._look(), self._clock()

    def news(self) -> str:
        """What to tell people, once for each change; empty: nothing. Looks every LOOK_S at most."""
        if self._folder is None or self._clock() < self._looked_s + LOOK_S:
            return ""
        before = self._seen
        self.loaded()
        changed = sorted(name for name in before.keys() | self._seen.keys() if before.get(name) != self._seen.get(name))
        if not changed:
            return ""
        names = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        return (
            f"{names} in {self._folder} changed while the voice was loaded; lines are spoken with what was read "
            "before - start Cuevox again for the new one"
        )

    def _look(self) -> Seen:
        seen: Seen = {}
        if self._folder is None:
            return seen
        try:
            for path in self._folder.rglob("*"):
                if path.is_file() and len(seen) < MAX_FILES:
                    facts = path.stat()
                    seen[str(path.relative_to(self._folder))] = (facts.st_size, facts.st_mtime_ns)
        except OSError:  # it is away just now: what was seen of it is what there is
            pass
        return seen
