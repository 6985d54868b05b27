"""The journal: every accepted line and its takes in a small database, so that nothing accepted is lost by a crash.

Written before a request is answered, read once when the daemon starts. Times, progress and sound are not kept here.
"""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bridge.cue import Cue, Finish, Length, LineState, Position, Take, score_of
from bridge.errors import BridgeError
from bridge.files import make_folder
from bridge.journal_schema import SCHEMA, migrate, version_of

REQUEST_S = 600.0  # how long a request id is remembered
MAX_REQUESTS = 10_000


class JournalError(BridgeError):
    """A journal that cannot be used; the text says what to do."""

    code = "journal_failed"


@dataclass(frozen=True, slots=True)
class Drop:
    """A take that lies in a project, and where it was asked to lie."""

    target: str
    take: str  # its id
    at: Position | None
    number: int  # of the drop among those of its line; one may go into several targets


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A line as it is kept. A removed one stays, so that the names of its takes are never given twice."""

    cue: Cue  # of the last request
    number: int  # in which it was asked for
    picked: str = ""
    n_takes: int = 0  # ever made
    removed: bool = False
    locked: bool = False  # the picked take is final
    earlier_picks: tuple[str, ...] = ()  # the latest last
    drops: tuple[Drop, ...] = ()  # the last one into each target, until it is taken out again


@dataclass(frozen=True, slots=True)
class DropWish:
    """Where a take is to go."""

    targets: tuple[str, ...]
    at: Position | None


@dataclass(frozen=True, slots=True)
class TakeRecord:
    """A take as it is kept, with the cue it was asked for by."""

    take: Take
    cue: Cue
    number: int  # from 1, within its line
    batch: int  # number of the first take of the same request
    wish: DropWish | None = None  # until it is dropped


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A client's own id for a command that made takes, by which it is known again after a crash."""

    client: str  # see bridge.osc_recall.lasting_name
    id: str
    command: str  # a digest of it, arguments and all


class Journal:
    """One database file, held by one daemon at a time. May be used by any thread."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file. Raises JournalError when another daemon has it, or when it cannot be read."""
        self._lock = threading.Lock()
        self._clock_ahead_s = time.time() - time.monotonic()  # once: a clock that jumps must not age anything
        try:
            make_folder(path.parent)
            self._database = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise JournalError(
                f"{path} cannot be opened ({error}); choose a data folder that can be written"
            ) from error
        try:
            # Exclusive: two daemons on one folder would both render what waits. FULL: accepted is on the disk.
            for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
                self._database.execute(f"PRAGMA {pragma}")
            self._prepare(path)
        except sqlite3.Error as error:
            self._database.close()
            if "locked" in str(error):
                raise JournalError(
                    f"another Cuevox is at work in {path.parent}; use that one, or start this one with --data FOLDER"
                ) from error
            raise JournalError(f"{path} is damaged ({error}); move it away to start with no lines") from error
        except JournalError:
            self._database.close()
            raise

    def load(self) -> tuple[list[LineRecord], list[TakeRecord]]:
        """All lines, removed ones too, and the takes of those that are not; both in order. Raises JournalError."""
        with self._lock:
            try:
                lines = self._database.execute(
                    "SELECT number, cue, picked, n_takes, removed, locked, earlier_picks, drops FROM line"
                    " ORDER BY number"
                ).fetchall()
                takes = self._database.execute(
                    "SELECT number, batch, cue, take, wish FROM take ORDER BY line, number"
                ).fetchall()
                cue = lru_cache(maxsize=1000)(_cue)  # takes of one line were mostly asked for in the same words
                return (
                    [_line(row) for row in lines],
                    [TakeRecord(_take(row[3]), cue(row[2]), row[0], row[1], _wish(row[4])) for row in takes],
                )
            except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
                raise _unreadable(error) from error

    def load_requests(self) -> dict[RequestRecord, tuple[str, ...]]:
        """The request ids that still hold, with the ids of their takes. Raises JournalError.

        Their age is counted from the newest one, not from now: while the daemon was away no time passed for them.
        """
        with self._lock:
            try:
                rows = self._database.execute(
                    "SELECT client, id, command, takes FROM request WHERE unix_s >="
                    " (SELECT unix_s FROM request ORDER BY number DESC LIMIT 1) - ? ORDER BY number",
                    (REQUEST_S,),
                ).fetchall()
                return {RequestRecord(*row[:3]): tuple(json.loads(row[3])) for row in rows}
            except (sqlite3.Error, ValueError, TypeError) as error:
                raise _unreadable(error) from error

    def save(self, line: LineRecord, takes: Iterable[TakeRecord] = (), *, request: RequestRecord | None = None) -> None:
        """Keep a line and those of its takes that changed, all or nothing. Raises JournalError.

        request: the id that these takes were asked for under.
        """
        takes = tuple(takes)
        rows = [
            (
                t.take.id,
                line.cue.id,
                t.number,
                t.batch,
                _text(cue_values(t.cue)),
                _text(_take_values(t.take)),
                _wish_text(t.wish),
            )
            for t in takes
        ]
        with self._lock, _transaction(self._database):
            self._database.execute(
                "INSERT OR REPLACE INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    line.cue.id,
                    line.number,
                    _text(cue_values(line.cue)),
                    line.picked,
                    line.n_takes,
                    int(line.removed),
                    int(line.locked),
                    json.dumps(line.earlier_picks),
                    json.dumps([asdict(drop) for drop in line.drops]),
                ),
            )
            if line.removed:
                self._database.execute("DELETE FROM take WHERE line = ?", (line.cue.id,))
            self._database.executemany("INSERT OR REPLACE INTO take VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            if request is not None:
                self._keep_request(request, [each.take.id for each in takes])

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _prepare(self, path: Path) -> None:
        if version_of(self._database) > SCHEMA:
            raise JournalError(f"{path} was written by a newer Cuevox; use that one, or move the file away")
        migrate(self._database)

    def _keep_request(self, request: RequestRecord, take_ids: list[str]) -> None:
        """Within a transaction. Old ones go, and of too many the first."""
        now_s = time.monotonic() + self._clock_ahead_s
        self._database.execute(
            "INSERT OR REPLACE INTO request (client, id, command, takes, unix_s) VALUES (?, ?, ?, ?, ?)",
            (request.client, request.id, request.command, json.dumps(take_ids), now_s),
        )
        self._database.execute("DELETE FROM request WHERE unix_s < ?", (now_s - REQUEST_S,))
        self._database.execute(
            "DELETE FROM request WHERE number <= (SELECT max(number) FROM request) - ?", (MAX_REQUESTS,)
        )


def _unreadable(error: Exception) -> JournalError:
    return JournalError(f"the journal cannot be read ({error}); move it away to start with no lines")


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All changes inside, or none. Raises JournalError."""
    try:
        try:
            database.execute("BEGIN IMMEDIATE")
            yield
            database.execute("COMMIT")
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise JournalError(
            f"the journal cannot be written ({error}); look for space on the disk and for its rights"
        ) from error


def _line(row: tuple[Any, ...]) -> LineRecord:
    number, cue, picked, n_takes, removed, locked, earlier_picks, drops = row
    picks = tuple(map(str, json.loads(earlier_picks)))
    lying = tuple(
        Drop(each["target"], each["take"], _position(each["at"]), each["number"]) for each in json.loads(drops)
    )
    return LineRecord(_cue(cue), number, picked, n_takes, bool(removed), bool(locked), picks, lying)


def cue_values(cue: Cue) -> dict[str, Any]:
    """A cue as JSON values."""
    return asdict(cue)


def _cue(text: str) -> Cue:
    values = json.loads(text)
    length, at = values["length"], values["at"]
    finish = values.get("finish")  # since schema 2
    if finish is not None:
        finish = Finish(**{**finish, "fades_ms": tuple(finish["fades_ms"]), "handles_ms": tuple(finish["handles_ms"])})
    return Cue(**{**values, "length": length and Length(**length), "at": _position(at), "finish": finish})


def _take_values(take: Take) -> dict[str, Any]:
    values = asdict(take)
    return {
        **values,
        "path": None if take.path is None else str(take.path),
        "peak_db": take.peak_db if math.isfinite(take.peak_db) else None,  # JSON has no infinity
    }


def _take(text: str) -> Take:
    values = json.loads(text)
    path, peak_db = values["path"], values["peak_db"]
    return Take(
        **{
            **values,
            "state": LineState(values["state"]),
            "path": None if path is None else Path(path),
            "warnings": tuple(values["warnings"]),
            "scores": tuple(score_of(**score) for score in values.get("scores", ())),  # since schema 2
            "peak_db": float("-inf") if peak_db is None else peak_db,
        }
    )


def _wish_text(wish: DropWish | None) -> str:
    return "" if wish is None else _text(asdict(wish))


def _wish(text: str) -> DropWish | None:
    if not text:
        return None
    values = json.loads(text)
    return DropWish(tuple(values["targets"]), _position(values["at"]))


def _position(values: dict[str, int] | None) -> Position | None:
    return None if values is None else Position(**values)


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values)
