"""What a drop is: which take goes where on the timeline, and into which of the targets."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.cue import Cue, Position, Take
from bridge.drops import DropJob
from bridge.drops.base import resample_position
from bridge.errors import BadArgumentError, RefusedError
from bridge.journal import DropWish
from bridge.settings import DROP_TARGETS, Settings


@dataclass(frozen=True)
class DropOrder:
    """A take that is to go into one or more projects."""

    line_id: str
    take_id: str
    job: DropJob
    wish: DropWish


def targets_meant(target: str | None, settings: Settings) -> tuple[str, ...]:
    """The drop targets that are meant by one of them, or by None for all. Raises BadArgumentError, RefusedError."""
    names = settings.drop_targets
    if target in DROP_TARGETS and target not in names:
        raise RefusedError(f"the settings do not name {target} among their drop_targets; add it there to drop into it")
    if target is not None and target not in names:
        raise BadArgumentError(f"there is no drop target {target[:80]!r}; there are: {', '.join(names) or 'none'}")
    if not names:
        raise RefusedError("no drop target is set; name one as drop_targets in the settings")
    return names if target is None else (target,)


def order_of(take: Take, cue: Cue, wish: DropWish) -> DropOrder:
    """The order for a take with a clip, made from `cue`. Raises RefusedError."""
    assert take.path is not None
    # The same take at the same place is the same drop; at another place it is another one.
    at = wish.at
    job_id = take.id if at is None or at == cue.at else f"{take.id}@{at.sample}_{at.rate}"
    if at is not None and take.lead:
        at = _before(at, take)
    job = DropJob(
        job_id, take.path, take.n_samples, take.rate, cue.character, at, name=take.id, line=cue.id, text=cue.text
    )
    return DropOrder(cue.id, take.id, job, wish)


def _before(at: Position, take: Take) -> Position:
    """Where a clip begins whose speech is to begin at `at`. Raises RefusedError when that is before the start."""
    sample = resample_position(at.sample, at.rate, take.rate) - take.lead
    if sample < 0:
        raise RefusedError(
            f"{take.id} has {take.lead} samples of silence before the speech (its handle) and cannot begin before the "
            f"start of the project; put it at smp:{take.lead}@{take.rate} or later, or render it without a handle"
        )
    return Position(sample, take.rate)
