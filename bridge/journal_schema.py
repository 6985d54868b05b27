"""The journal's tables: a script for each version, so that a file of any older Cuevox is brought up to date.

A script that has been on anybody's disk is never changed; what is new goes into a further one at the end.
"""

from __future__ import annotations

import sqlite3

MIGRATIONS = (
    # 1: lines and takes
    """
    CREATE TABLE line (id TEXT PRIMARY KEY, number INTEGER NOT NULL, cue TEXT NOT NULL, picked TEXT NOT NULL,
                       n_takes INTEGER NOT NULL, removed INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE take (id TEXT PRIMARY KEY, line TEXT NOT NULL, number INTEGER NOT NULL, batch INTEGER NOT NULL,
                       cue TEXT NOT NULL, take TEXT NOT NULL, wish TEXT NOT NULL) WITHOUT ROWID;
    """,
    # 2: lines that are locked, and what was picked before
    """
    ALTER TABLE line ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE line ADD COLUMN earlier_picks TEXT NOT NULL DEFAULT '[]';
    """,
    # 3: the request ids that takes were asked for under; `takes` is a JSON list of their ids
    """
    CREATE TABLE request (number INTEGER PRIMARY KEY, client TEXT NOT NULL, id TEXT NOT NULL, command TEXT NOT NULL,
                          takes TEXT NOT NULL, unix_s REAL NOT NULL, UNIQUE (client, id));
    CREATE INDEX request_age ON request (unix_s);
    """,
    # 4: where takes of a line lie in projects; a JSON list, one entry a target
    """
    ALTER TABLE line ADD COLUMN drops TEXT NOT NULL DEFAULT '[]';
    """,
)

SCHEMA = len(MIGRATIONS)


def version_of(database: sqlite3.Connection) -> int:
    """0: nothing is in it yet. Raises sqlite3.Error."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(database: sqlite3.Connection) -> None:
    """Bring the tables up to date, all steps or none, and take the lock that an exclusive locking mode then keeps.

    Raises sqlite3.Error. The version must not be above SCHEMA.
    """
    before = version_of(database)
    steps = "".join(MIGRATIONS[before:])
    mark = f"PRAGMA user_version = {SCHEMA};" if before < SCHEMA else ""
    try:
        database.executescript(f"BEGIN EXCLUSIVE;{steps}{mark}COMMIT;")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")
