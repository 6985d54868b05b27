"""One line of the book: its record, its takes, and what it looks like to others. The book's lock is held around all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bridge.cue import Cue, Line, LineState, Take
from bridge.errors import NotFoundError, RefusedError
from bridge.journal import Drop, DropWish, LineRecord, TakeRecord

PENDING = (LineState.QUEUED, LineState.RENDERING)

# What a line is said to do while its takes are in several states; else it is as its picked take is.
FOREMOST = (LineState.PLAYING, LineState.DROPPING, LineState.RENDERING, LineState.QUEUED)

MAX_EARLIER_PICKS = 100  # of a line


@dataclass
class Entry:
    record: LineRecord
    takes: dict[str, TakeRecord] = field(default_factory=dict)  # by id, in the order in which they were asked for

    def view(self, sounding: Mapping[str, int]) -> Line:
        """`sounding`: how often each take sounds at this moment, by id."""
        takes = tuple(
            replace(kept.take, state=LineState.PLAYING) if sounding.get(kept.take.id) else kept.take
            for kept in self.takes.values()
        )
        record = self.record
        states = {take.state for take in takes}
        picked = next((take for take in takes if take.id == record.picked), takes[-1])
        state = next((state for state in FOREMOST if state in states), picked.state)
        return Line(record.cue, state, takes, record.picked, record.number, record.locked, record.earlier_picks)

    def check_clip(self, take_id: str) -> None:
        """Raises NotFoundError, RefusedError when the take has no clip."""
        kept = self.takes.get(take_id)
        if kept is None:
            raise NotFoundError(
                f"line {self.record.cue.id!r} has no take {take_id!r}; there are: {', '.join(self.takes) or 'none'}"
            )
        if kept.take.path is None:
            raise RefusedError(f"take {take_id!r} is {kept.take.state}; only a take that has a clip can be picked")

    def picking_earlier(self) -> LineRecord:
        """The line with the take picked that was before the present one. Raises RefusedError when there is none."""
        earlier = list(self.record.earlier_picks)
        while earlier:
            take_id = earlier.pop()
            if take_id in self.takes and self.takes[take_id].take.path is not None:
                return replace(self.record, picked=take_id, earlier_picks=tuple(earlier))
        raise RefusedError(f"no other take of line {self.record.cue.id!r} was picked before; pick one by its name")


def picking(record: LineRecord, take_id: str) -> LineRecord:
    """The line with another take picked; the one before is remembered."""
    if record.picked in ("", take_id):
        return replace(record, picked=take_id)
    earlier = (*record.earlier_picks, record.picked)[-MAX_EARLIER_PICKS:]
    return replace(record, picked=take_id, earlier_picks=earlier)


def lying(record: LineRecord, take_id: str, where: DropWish) -> LineRecord:
    """The line with one more drop, which takes the place of the last one into each of its targets."""
    others = (drop for drop in record.drops if drop.target not in where.targets)
    number = max((drop.number for drop in record.drops), default=0) + 1
    return replace(record, drops=(*others, *(Drop(target, take_id, where.at, number) for target in where.targets)))


def new_takes(cue: Cue, seeds: Sequence[int], first: int, parent: str) -> list[TakeRecord]:
    """A queued take for each seed. `first`: the number of the first one within its line."""
    return [
        TakeRecord(
            Take(take_id_of(cue.id, first + i), cue.id, seed, LineState.QUEUED, parent=parent), cue, first + i, first
        )
        for i, seed in enumerate(seeds)
    ]


def take_id_of(line_id: str, number: int) -> str:
    return f"{line_id}_t{number:02}"


def as_found(kept: TakeRecord) -> TakeRecord:
    """A take of the last time, as it stands now. What was being rendered begins anew."""
    take = kept.take
    if take.state in PENDING:
        return replace(kept, take=replace(take, state=LineState.QUEUED, progress=0.0))
    if take.path is not None and not take.path.is_file():
        # Not kept in the journal: the disk it lies on may only be away today.
        error = f"the clip {take.path} is gone; bring it back and start again, or render the line again"
        return replace(kept, take=replace(take, state=LineState.FAILED, error=error, path=None))
    return kept


def ready_take(line: Line) -> tuple[Take, Path]:
    """The picked take and its clip. Raises RefusedError, NotFoundError."""
    take = line.picked_take
    if take is None or take.path is None:
        if any(t.state in PENDING for t in line.takes):
            raise RefusedError(f"line {line.cue.id!r} is still {line.state}; ask again when it is ready")
        raise RefusedError(f"line {line.cue.id!r} has no take that is ready, it is {line.state}; render it again")
    if not take.path.is_file():
        raise NotFoundError(f"the clip {take.path} is gone; render line {line.cue.id!r} again")
    return take, take.path
