"""What may happen to lines and takes: the one state machine. Changes are kept in the journal and told as events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bridge import events
from bridge.cue import Cue, LineState, Score, Take
from bridge.errors import NotFoundError, RefusedError
from bridge.journal import DropWish, LineRecord, RequestRecord, TakeRecord
from bridge.line_entry import FOREMOST, PENDING, Entry, lying, new_takes, picking
from bridge.line_register import LineRegister
from engine.types import Plan

MAX_TAKEN_OUT = 1000  # lines that can be brought back


class LineBook(LineRegister):
    """May be used by any thread."""

    # ---- what clients ask for ---------------------------------------------------------------------------------------

    def add(
        self, cue: Cue, seeds: Sequence[int], parent: str = "", *, request: RequestRecord | None = None
    ) -> tuple[Take, ...]:
        """A take for each seed, queued and kept. `parent`: the take they are changes of; empty: the line's picked one.

        Raises LockedError, NotFoundError for the parent, JournalError, and then nothing was added.
        """
        with self._lock:
            self.check_unlocked(cue.id)
            entry = self._entries.get(cue.id)
            first = self._n_takes(cue.id) + 1
            old = entry.record if entry else LineRecord(cue, self._number + 1)
            cue = old.cue if old.cue == cue else cue  # one in memory for all takes that were asked for in these words
            record = replace(old, cue=cue, n_takes=first + len(seeds) - 1)
            number = record.number
            parent = self._kept(parent).take.id if parent else record.picked
            made = new_takes(cue, seeds, first, parent)
            self._journal.save(record, made, request=request)
            self._number = max(self._number, number)
            self._removed.pop(cue.id, None)
            self._taken_out.pop(cue.id, None)
            entry = self._entries.setdefault(cue.id, Entry(record))
            entry.record = record
            for kept in made:
                entry.takes[kept.take.id] = kept
                self._line_of[kept.take.id] = cue.id
            self._tell(entry)
            return tuple(kept.take for kept in made)

    def edit(self, cue: Cue) -> None:
        """What is wished of a line from now on; its takes stay as they are. Raises NotFoundError, JournalError."""
        with self._lock:
            entry = self._entry(cue.id)
            record = replace(entry.record, cue=cue)
            self._journal.save(record)
            entry.record = record
            self._tell(entry)

    def pick(self, line_id: str, take_id: str) -> None:
        """Raises NotFoundError, RefusedError when the take has no clip, LockedError when another one is final."""
        with self._lock:
            entry = self._entry(line_id)
            entry.check_clip(take_id)
            if take_id != entry.record.picked:
                self.check_unlocked(line_id)
                self._save(entry, picking(entry.record, take_id))

    def pick_earlier(self, line_id: str) -> str:
        """Pick the take that was picked before the present one, as often as there is one. -> its id.

        Raises NotFoundError, LockedError, RefusedError when none was picked before.
        """
        with self._lock:
            entry = self._entry(line_id)
            self.check_unlocked(line_id)
            self._save(entry, entry.picking_earlier())
            return entry.record.picked

    def lock(self, line_id: str, take_id: str = "") -> str:
        """Make a take final, the picked one when none is named; it is picked from then on. -> its id.

        Raises NotFoundError, RefusedError when it has no clip, LockedError when another one is final.
        """
        with self._lock:
            entry = self._entry(line_id)
            take_id = take_id or entry.record.picked
            if not take_id:
                raise RefusedError(f"line {line_id!r} has no take that is picked; lock it when it is ready")
            entry.check_clip(take_id)
            if take_id != entry.record.picked:
                self.check_unlocked(line_id)
            self._save(entry, replace(picking(entry.record, take_id), locked=True))
            return take_id

    def unlock(self, line_id: str) -> None:
        """Raises NotFoundError."""
        with self._lock:
            entry = self._entry(line_id)
            self._save(entry, replace(entry.record, locked=False))

    def add_scores(self, take_id: str, scores: Iterable[Score]) -> None:
        """Scores that were found out later; those of the same names are replaced. Raises NotFoundError."""
        with self._lock:
            self._kept(take_id)
            new = {score.name: score for score in scores}
            self._change(
                take_id,
                lambda take: replace(take, scores=(*(s for s in take.scores if s.name not in new), *new.values())),
                keep=True,
            )

    def remove(self, line_id: str) -> None:
        """Take a line that rests out of the list; its clips stay on the disk.

        Raises NotFoundError, RefusedError, LockedError.
        """
        with self._lock:
            entry = self._entry(line_id)
            self.check_unlocked(line_id)
            state = entry.view(self._sounding).state
            if state in FOREMOST:
                raise RefusedError(f"line {line_id!r} is {state}; cancel or stop it, then remove it")
            record = replace(entry.record, removed=True, picked="", earlier_picks=())
            self._journal.save(record)
            self._removed[line_id] = record.n_takes
            self._taken_out[line_id] = self._entries.pop(line_id)
            if len(self._taken_out) > MAX_TAKEN_OUT:
                del self._taken_out[next(iter(self._taken_out))]
            for take_id in entry.takes:
                self._line_of.pop(take_id, None)
            self._publish(events.LineRemoved(line_id))

    def bring_back(self, line_id: str) -> None:
        """One of the last lines removed since the start, with its takes and its pick.

        Raises NotFoundError, RefusedError.
        """
        with self._lock:
            if line_id in self._entries:
                raise RefusedError(f"line {line_id!r} is in the list; there is nothing to bring back")
            entry = self._taken_out.get(line_id)
            if entry is None:
                text = f"line {line_id[:80]!r} is not among the last {MAX_TAKEN_OUT} removed since the start"
                raise NotFoundError(f"{text}; render it again")
            self._journal.save(entry.record, entry.takes.values())
            self._entries[line_id] = entry
            self._line_of.update(dict.fromkeys(entry.takes, line_id))
            del self._taken_out[line_id], self._removed[line_id]
            self._tell(entry)

    # ---- how a take fares -------------------------------------------------------------------------------------------

    def begin(self, take_id: str) -> None:
        self._change(take_id, lambda take: replace(take, state=LineState.RENDERING, progress=0.0))

    def wait_again(self, take_id: str) -> None:
        self._change(take_id, lambda take: replace(take, state=LineState.QUEUED, progress=0.0))

    def planned(self, take_id: str, plan: Plan) -> None:
        self._change(take_id, lambda take: replace(take, stretch=plan.stretch, warnings=plan.warnings))
        for warning in plan.warnings:
            self._publish(events.Warned("engine", f"{take_id}: {warning}"))

    def progress(self, take_id: str, progress: float) -> None:
        self._change(take_id, lambda take: replace(take, progress=progress))

    def finish(
        self,
        take_id: str,
        path: Path,
        plan: Plan,
        peak_db: float,
        wish: DropWish | None = None,
        scores: Iterable[Score] = (),
        handles: tuple[int, int] = (0, 0),
    ) -> bool:
        """The take's good ending. -> False when it had its ending before.

        `plan`: of the whole clip. `wish`: where it is to be dropped, kept at the same moment, so that no crash comes in
        between. `handles`: samples of silence before and after the speech part, among the plan's.
        """

        def change(take: Take) -> Take:
            return replace(
                take,
                state=LineState.READY,
                progress=1.0,
                path=path,
                n_samples=plan.n_samples,
                rate=plan.rate,
                stretch=plan.stretch,
                warnings=plan.warnings,
                peak_db=peak_db,
                scores=tuple(scores),
                lead=handles[0],
                tail=handles[1],
            )

        return self._end(take_id, change, "ok", f"{plan.n_samples / plan.rate:.3f} s in {path.name}", wish)

    def fail(self, take_id: str, code: str, text: str) -> bool:
        """The take's bad ending. -> False when it had its ending before."""
        return self._end(take_id, lambda take: replace(take, state=LineState.FAILED, error=text), code, text)

    def cancel(self, take_id: str) -> bool:
        """The ending of a take that nobody wants any more. -> False when it had its ending before."""
        text = f"{take_id} was cancelled"
        return self._end(take_id, lambda take: replace(take, state=LineState.CANCELLED), "cancelled", text)

    def sound_began(self, take_id: str) -> None:
        with self._lock:
            self._sounding[take_id] += 1
            self._change(take_id, lambda take: take)

    def sound_ended(self, take_id: str, *, stopped: bool) -> None:
        """After `sound_began`. A take that was stopped, and is not being made or dropped, rests as stopped."""
        with self._lock:
            self._sounding[take_id] -= 1
            if self._sounding[take_id] <= 0:
                del self._sounding[take_id]
            resting = (LineState.READY, LineState.DROPPED, LineState.STOPPED)
            self._change(
                take_id,
                lambda take: replace(take, state=LineState.STOPPED) if stopped and take.state in resting else take,
                keep=True,
            )

    def dropping(self, take_id: str, wish: DropWish) -> None:
        self._replace(
            take_id,
            lambda kept: replace(kept, take=replace(kept.take, state=LineState.DROPPING), wish=wish),
            keep=True,
        )

    def dropped(self, take_id: str, *, ok: bool, into: Sequence[str] = ()) -> None:
        """`into`: the targets that it lies in now; the place is that of its wish."""
        state = LineState.DROPPED if ok else LineState.READY

        def change(kept: TakeRecord) -> TakeRecord:
            return replace(kept, take=replace(kept.take, state=state), wish=None)

        with self._lock:
            entry = self._entries.get(self._line_of.get(take_id, ""))
            wish = entry.takes[take_id].wish if entry is not None else None
            if entry is not None and wish is not None:
                entry.record = lying(entry.record, take_id, replace(wish, targets=tuple(into)))
            self._replace(take_id, change, keep=True)

    def taken_out(self, line_id: str, targets: Sequence[str]) -> None:
        """What lay in these targets does no longer. A take that lies nowhere any more is ready, as before."""
        with self._lock:
            entry = self._entries.get(line_id)
            if entry is None or not targets:
                return
            known = entry.record.drops
            left = tuple(drop for drop in known if drop.target not in targets)
            entry.record = replace(entry.record, drops=left)
            lie = {drop.take for drop in known}
            if not known:  # a journal of before drops were kept in it
                lie = {take_id for take_id, kept in entry.takes.items() if kept.take.state is LineState.DROPPED}
            for take_id in lie:
                if any(drop.take == take_id for drop in left):
                    self._keep(entry, entry.takes[take_id])
                else:
                    self.dropped(take_id, ok=False)

    def _end(
        self, take_id: str, change: Callable[[Take], Take], code: str, text: str, wish: DropWish | None = None
    ) -> bool:
        with self._lock:
            entry = self._entries.get(self._line_of.get(take_id, ""))
            kept = entry.takes[take_id] if entry is not None else None
            if entry is None or kept is None or kept.take.state not in PENDING:
                return False
            entry.takes[take_id] = kept = replace(kept, take=change(kept.take), wish=wish)
            if kept.take.path is not None:
                picked = entry.takes.get(entry.record.picked)
                is_newer = picked is None or picked.number < kept.batch
                if is_newer and not entry.record.locked:  # the first good one of the newest request
                    entry.record = picking(entry.record, take_id)
            self._keep(entry, kept)
            line = self._tell(entry)
            self._publish(events.TakeEnded(line, take_id, code == "ok", code, text))
            return True
