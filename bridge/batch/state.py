"""What a batch has made, kept in its folder, so that yesterday's batch goes on today on any machine."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bridge.errors import BridgeError

FOLDER = ".cuevox"  # below the folder of the batch
NAME = "batch.sqlite"
SCHEMA = 1


class BatchError(BridgeError):
    """A batch that cannot be begun."""

    code = "batch_failed"


@dataclass(frozen=True)
class Made:
    """A line's clip, as it was made."""

    line_id: str
    parts: Mapping[str, str]  # what made it, see work.PARTS
    clip: str  # below the folder of the batch, with /
    n_bytes: int  # of the clip
    facts: Mapping[str, Any]  # what the report says of it


class BatchState:
    """One database in the folder of the batch, held by one batch at a time. A context manager."""

    def __init__(self, out: Path) -> None:
        """Raises BatchError when another batch works there, or when the folder cannot be written."""
        self._path = out / FOLDER / NAME
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self._path, timeout=1.0, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise BatchError(f"{out} cannot be written ({error}); choose another folder") from error
        try:
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("BEGIN EXCLUSIVE")
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version > SCHEMA:
                raise BatchError(f"{self._path} was written by a newer Cuevox; use that one, or another folder")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS made (line TEXT PRIMARY KEY, parts TEXT NOT NULL, clip TEXT NOT NULL, "
                "n_bytes INTEGER NOT NULL, facts TEXT NOT NULL) WITHOUT ROWID"
            )
            self._database.execute(f"PRAGMA user_version = {SCHEMA}")
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            self._database.close()
            busy = "locked" in str(error)
            why = "another batch works in it" if busy else f"what it has made cannot be read ({error})"
            raise BatchError(f"{out}: {why}; wait for its end, or choose another folder") from error
        except BatchError:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def made(self) -> dict[str, Made]:
        """Every line that has a clip, by its id."""
        rows = self._database.execute("SELECT line, parts, clip, n_bytes, facts FROM made")
        return {
            line: Made(line, json.loads(parts), clip, n_bytes, json.loads(facts))
            for line, parts, clip, n_bytes, facts in rows
        }

    def keep(self, made: Made) -> None:
        """From now on that is the line's clip; it lasts through a crash. Raises BatchError."""
        values = made.line_id, json.dumps(made.parts), made.clip, made.n_bytes, json.dumps(made.facts)
        try:
            self._database.execute("INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?, ?)", values)
        except sqlite3.Error as error:
            raise BatchError(f"{self._path} cannot be written ({error}); look for space on the disk") from error

    def forget(self, line_id: str) -> None:
        self._database.execute("DELETE FROM made WHERE line = ?", (line_id,))


def made_in(out: Path) -> dict[str, Made]:
    """What was made in a folder, without touching it when nothing was. Raises BatchError."""
    if not (out / FOLDER / NAME).is_file():
        return {}
    with BatchState(out) as state:
        return state.made()
