"""Presets of the user's that were removed: each waits in a folder beside its kind until it is brought back."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

from bridge.errors import NotFoundError
from bridge.files import safe_name
from bridge.preset_files import MAX_NAME_LENGTH
from bridge.preset_shelf import key_of

FOLDER = "removed"  # in the user's presets of each kind


class RemovedPresets:
    """Only JSON files move: clips stay where they are, since lines that wait were accepted with them."""

    def __init__(self, own: Path) -> None:
        """`own`: the folder of the user's presets."""
        self._own = own

    def take(self, kind: str, name: str, file: Path) -> None:
        """Take a preset's file away. One of this name that was removed before is kept as well, under a number."""
        away = self._place(kind, name)
        away.parent.mkdir(exist_ok=True)
        if away.exists():
            away.replace(next(older for n in itertools.count(2) if not (older := away.with_suffix(f".{n}")).exists()))
        file.replace(away)

    def bring_back(self, kind: str, name: str, file: Path) -> None:
        """Put the preset of that name that was removed last into `file`. Raises NotFoundError."""
        away = self._place(kind, name)
        if not away.is_file():
            raise NotFoundError(f"no {kind} preset {name[:MAX_NAME_LENGTH]!r} was removed; it cannot be brought back")
        away.replace(file)

    def _place(self, kind: str, name: str) -> Path:
        digest = hashlib.sha256(key_of(name).encode()).hexdigest()[:8]  # other names may read alike as files
        return self._own / kind / FOLDER / f"{safe_name(key_of(name), fallback='preset')}-{digest}.json"
