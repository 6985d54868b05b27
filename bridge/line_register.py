"""What there is of lines and takes at this moment: looked up, changed under one lock, written down and told.

What may happen to them is bridge.line_book's to know.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from bridge import events
from bridge.cue import Cue, Line, Take
from bridge.errors import LockedError, NotFoundError
from bridge.journal import Drop, Journal, JournalError, LineRecord, TakeRecord
from bridge.line_entry import PENDING, Entry, as_found, take_id_of


class LineRegister:
    """May be used by any thread. What is handed out are frozen values."""

    def __init__(self, journal: Journal, publish: Callable[[events.Event], None]) -> None:
        self._journal = journal
        self._publish = publish
        self._lock = threading.RLock()
        self._entries: dict[str, Entry] = {}
        self._line_of: dict[str, str] = {}  # take id -> line id
        self._sounding: Counter[str] = Counter()  # take id -> how often it sounds at this moment
        self._number = 0
        self._removed: dict[str, int] = {}  # line id -> takes it ever had, so that no name is given twice
        self._taken_out: dict[str, Entry] = {}  # lines removed since the start, as they were; the latest last

    # ---- what there is ----------------------------------------------------------------------------------------------

    def restore(self) -> tuple[list[TakeRecord], list[TakeRecord]]:
        """Read the journal. -> takes that still have to be rendered, and those that still have to be dropped."""
        lines, takes = self._journal.load()
        with self._lock:
            for line in lines:
                self._number = max(self._number, line.number)
                if line.removed:
                    self._removed[line.cue.id] = line.n_takes
                else:
                    self._entries[line.cue.id] = Entry(line)
            for kept in takes:
                line_id = kept.take.line
                if line_id in self._entries:
                    self._entries[line_id].takes[kept.take.id] = as_found(kept)
                    self._line_of[kept.take.id] = line_id
            found = sorted(
                (kept for entry in self._entries.values() for kept in entry.takes.values()),
                key=lambda kept: (self._entries[kept.take.line].record.number, kept.number),
            )
        return (
            [kept for kept in found if kept.take.state in PENDING],
            [kept for kept in found if kept.wish is not None and kept.take.path is not None],
        )

    def lines(self) -> tuple[Line, ...]:
        """In the order in which they were first asked for."""
        with self._lock:
            return tuple(
                sorted((entry.view(self._sounding) for entry in self._entries.values()), key=lambda line: line.order)
            )

    def line(self, line_id: str) -> Line:
        """Raises NotFoundError."""
        with self._lock:
            return self._entry(line_id).view(self._sounding)

    def said_before(self, line_id: str, character: str, n: int) -> tuple[str, ...]:
        """Texts of the last `n` lines of a character before that line, or of all when it is new; the latest last."""
        with self._lock:
            entry = self._entries.get(line_id)
            records = [each.record for each in self._entries.values() if each.record.cue.character == character]
            if entry is not None:
                records = [each for each in records if each.number < entry.record.number]
            records.sort(key=lambda each: each.number)
            return tuple(each.cue.text for each in records[-n:])

    def cue_of(self, take_id: str) -> Cue:
        """The cue that a take was asked for by; its line's may be newer. Raises NotFoundError."""
        return self._kept(take_id).cue

    def take(self, take_id: str) -> Take:
        """Raises NotFoundError."""
        return self._kept(take_id).take

    def numbers_of(self, take_id: str) -> tuple[int, int]:
        """Of its line, in the order of the first requests, and of the take within it; from 1. Raises NotFoundError."""
        with self._lock:
            kept = self._kept(take_id)
            return self._entries[kept.take.line].record.number, kept.number

    def parent_of(self, take_id: str) -> str:
        """The take that it is a change of; empty where it is of none, or of one that there is no more."""
        with self._lock:
            parent = self._kept(take_id).take.parent
            return parent if parent in self._line_of else ""

    def check_unlocked(self, line_id: str) -> None:
        """Raises LockedError when the line is there and its picked take is final."""
        with self._lock:
            entry = self._entries.get(line_id)
            if entry is not None and entry.record.locked:
                raise LockedError(
                    f"line {line_id!r} is locked at take {entry.record.picked!r}; unlock it first to change it"
                )

    def drops_of(self, line_id: str) -> tuple[Drop, ...]:
        """Where takes of the line lie in projects, the last drop into each target. Raises NotFoundError."""
        with self._lock:
            return self._entry(line_id).record.drops

    def final_instead(self, take_id: str) -> str:
        """The take that its line is locked at, when that is another one; else empty."""
        with self._lock:
            entry = self._entries.get(self._line_of.get(take_id, ""))
            is_other = entry is not None and entry.record.locked and entry.record.picked != take_id
            return entry.record.picked if entry is not None and is_other else ""

    def next_take_id(self, line_id: str) -> str:
        with self._lock:
            return take_id_of(line_id, self._n_takes(line_id) + 1)

    def n_sounding(self) -> int:
        # Without the lock, which is held while the journal is written: a status does not wait for the disk.
        return sum(1 for count in list(self._sounding.values()) if count)

    # ---- for those who change it -------------------------------------------------------------------------------------

    def _entry(self, line_id: str) -> Entry:
        entry = self._entries.get(line_id)
        if entry is None:
            raise NotFoundError(f"there is no line {line_id[:80]!r}; render it first")
        return entry

    def _kept(self, take_id: str) -> TakeRecord:
        with self._lock:
            entry = self._entries.get(self._line_of.get(take_id, ""))
            if entry is None:
                raise NotFoundError(f"there is no take {take_id[:80]!r} any more")
            return entry.takes[take_id]

    def _save(self, entry: Entry, record: LineRecord) -> None:
        """What a client asked for. Raises JournalError, and then nothing has changed."""
        self._journal.save(record)
        entry.record = record
        self._tell(entry)

    def _n_takes(self, line_id: str) -> int:
        entry = self._entries.get(line_id)
        return entry.record.n_takes if entry else self._removed.get(line_id, 0)

    def _change(self, take_id: str, change: Callable[[Take], Take], *, keep: bool = False) -> None:
        self._replace(take_id, lambda kept: replace(kept, take=change(kept.take)), keep=keep)

    def _replace(self, take_id: str, change: Callable[[TakeRecord], TakeRecord], *, keep: bool) -> None:
        with self._lock:
            entry = self._entries.get(self._line_of.get(take_id, ""))
            if entry is None:  # removed meanwhile
                return
            entry.takes[take_id] = change(entry.takes[take_id])
            if keep:
                self._keep(entry, entry.takes[take_id])
            self._tell(entry)

    def _keep(self, entry: Entry, kept: TakeRecord) -> None:
        """A change that was not asked for by a client: it has happened, whether it can be written down or not."""
        try:
            self._journal.save(entry.record, [kept])
        except JournalError as error:
            self._publish(events.ErrorRaised("journal", error.code, str(error)))

    def _tell(self, entry: Entry) -> Line:
        line = entry.view(self._sounding)
        self._publish(events.LineChanged(line))
        return line
