"""Journals of every older version open, with all that is in them; those of newer ones are left alone."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bridge import journal_schema
from bridge.cue import LineState
from bridge.journal import Drop, Journal, RequestRecord
from bridge.journal_schema import MIGRATIONS, SCHEMA, version_of

# As version 1 wrote them, word for word: what later versions add to cues and takes is missing here.
CUE_1 = (
    '{"id": "gate", "text": "Halt!", "timbre": "Mara", "emotion": "angry", "weight": 0.5, "length": {"count": 12, '
    '"per_second_num": 5, "per_second_den": 1}, "speed": 1.0, "at": {"sample": 48000, "rate": 48000}, "seed": null, '
    '"takes": 1, "character": "Guard", "drop": true}'
)
TAKE_1 = (
    '{"id": "gate_t01", "line": "gate", "seed": 77, "state": "rendering", "progress": 0.0, "path": null, "n_samples": '
    '0, "rate": 0, "stretch": 1.0, "error": "", "warnings": [], "peak_db": null}'
)
WISH_1 = '{"targets": ["dawproject"], "at": null}'
ROWS = {
    1: (
        ("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)", ("gate", 3, CUE_1, "", 1, 0)),
        ("INSERT INTO take VALUES (?, ?, ?, ?, ?, ?, ?)", ("gate_t01", "gate", 1, 1, CUE_1, TAKE_1, WISH_1)),
    ),
    2: (("UPDATE line SET locked = 1, earlier_picks = ?", ('["gate_t00"]',)),),
    3: (("INSERT INTO request VALUES (?, ?, ?, ?, ?, ?)", (1, "udp 127.0.0.1 9", "r1", "abc", '["gate_t01"]', 1e9)),),
    4: (("UPDATE line SET drops = ?", ('[{"target": "dawproject", "take": "gate_t01", "at": null, "number": 1}]',)),),
}


def journal_of(version: int, path: Path) -> None:
    """A file as that version left it, with a row in each of its tables."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        for n in range(1, version + 1):
            database.executescript(MIGRATIONS[n - 1])
            for statement, values in ROWS[n]:
                database.execute(statement, values)
        database.execute(f"PRAGMA user_version = {version}")
        database.commit()


def test_there_are_rows_for_every_version() -> None:
    assert sorted(ROWS) == list(range(1, SCHEMA + 1))


@pytest.mark.parametrize("version", range(1, SCHEMA + 1))
def test_a_journal_of_any_older_version_is_brought_up_to_date(version: int, tmp_path: Path) -> None:
    path = tmp_path / "cuevox.sqlite"
    journal_of(version, path)
    for _ in range(2):  # and is one of this version from then on
        with contextlib.closing(Journal(path)) as journal:
            (line,), (kept,) = journal.load()
            requests = journal.load_requests()
    assert (line.cue.id, line.cue.character, line.number, line.n_takes) == ("gate", "Guard", 3, 1)
    assert line.cue.length is not None and line.cue.length.samples(48_000) == 115_200
    assert (kept.take.seed, kept.take.state, kept.cue) == (77, LineState.RENDERING, line.cue)
    assert (line.locked, line.earlier_picks) == ((True, ("gate_t00",)) if version >= 2 else (False, ()))
    assert kept.wish is not None and kept.wish.targets == ("dawproject",)
    assert line.drops == ((Drop("dawproject", "gate_t01", None, 1),) if version >= 4 else ())
    expected = {RequestRecord("udp 127.0.0.1 9", "r1", "abc"): ("gate_t01",)}
    assert requests == (expected if version >= 3 else {})
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert version_of(database) == SCHEMA


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cuevox.sqlite"
    journal_of(1, path)
    before = tables_of(path)
    monkeypatch.setattr(journal_schema, "MIGRATIONS", (*MIGRATIONS[:-1], f"{MIGRATIONS[-1]} CREATE nonsense;"))
    with pytest.raises(Exception, match="nonsense"):
        Journal(path)
    assert tables_of(path) == before
    monkeypatch.undo()
    with contextlib.closing(Journal(path)) as journal:
        assert len(journal.load()[0]) == 1


def tables_of(path: Path) -> list[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return [
            *database.execute("SELECT name FROM sqlite_master ORDER BY name"),
            (str(version_of(database)),),
        ]


def test_request_ids_are_few_and_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, now_s = tmp_path / "cuevox.sqlite", 1e9
    journal_of(1, path)
    monkeypatch.setattr("bridge.journal.MAX_REQUESTS", 3)
    monkeypatch.setattr("bridge.journal.time.monotonic", lambda: now_s)
    with contextlib.closing(Journal(path)) as journal:
        (line,), (kept,) = journal.load()

        def keep(request_id: str) -> list[str]:
            journal.save(line, [kept], request=RequestRecord("udp 127.0.0.1 9", request_id, "abc"))
            return [each.id for each in journal.load_requests()]

        for n in range(5):
            now_s += 1
            kept_ids = keep(str(n))
        assert kept_ids == ["2", "3", "4"]
        now_s += 600  # 3 is more than ten minutes old now
        assert keep("5") == ["4", "5"]
        monkeypatch.setattr("bridge.journal.time.time", lambda: 0.0)  # a clock that is set ages nothing
        assert keep("6") == ["4", "5", "6"]
    with contextlib.closing(Journal(path)) as journal:
        assert [each.id for each in journal.load_requests()] == ["4", "5", "6"]
