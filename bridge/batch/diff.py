"""What a batch would do, told before it does anything: new, changed and with what, locked, gone."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.batch.state import Made
from bridge.batch.work import Work, differences

MOST_SHOWN = 20  # lines of each kind in the text


class ChangeKind(enum.StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    LOCKED = "locked"
    GONE = "gone"


@dataclass(frozen=True)
class Change:
    """What there is about a line since it was rendered."""

    line_id: str
    kind: ChangeKind
    what: tuple[str, ...] = ()  # differs from the time when the clip was made
    row: int = 0  # of the sheet; 0: the line is gone from it
    clip: str = ""  # that there is


def compare(
    works: Sequence[Work], made: Mapping[str, Made], out: Path, ids: Collection[str] = ()
) -> tuple[Change, ...]:
    """In the order of the sheet, the lines that are gone last.

    ids: of further lines of the sheet, which cannot be rendered at this time and are not gone.
    """
    changes = []
    for work in works:
        before = made.get(work.cue.id)
        what = () if before is None else differences(before.parts, work.parts)
        if before is not None and not _is_there(out, before):
            what = (*what, "the clip is gone or was changed")
        if before is None:
            kind = ChangeKind.NEW
        elif work.line.locked and (out / before.clip).is_file():
            kind = ChangeKind.LOCKED
        else:
            kind = ChangeKind.CHANGED if what else ChangeKind.SAME
        changes.append(Change(work.cue.id, kind, what, work.line.row, "" if before is None else before.clip))
    known = {work.cue.id for work in works} | set(ids)
    gone = (each for each in made.values() if each.line_id not in known and (out / each.clip).is_file())
    changes += [Change(each.line_id, ChangeKind.GONE, clip=each.clip) for each in gone]
    return tuple(changes)


def told(changes: Sequence[Change]) -> str:
    """The diff as text for people."""
    counts = Counter(change.kind for change in changes)
    lines = [", ".join(f"{counts[kind]} {kind}" for kind in ChangeKind)]
    for kind in (ChangeKind.NEW, ChangeKind.CHANGED, ChangeKind.LOCKED, ChangeKind.GONE):
        those = [change for change in changes if change.kind is kind]
        for change in those[:MOST_SHOWN]:
            what = f": {', '.join(change.what)}" if change.what else ""
            clip = f" ({change.clip} stays)" if kind in (ChangeKind.GONE, ChangeKind.LOCKED) else ""
            lines.append(f"  {kind:8}{change.line_id}{what}{clip}")
        if len(those) > MOST_SHOWN:
            lines.append(f"  {kind:8}... and {len(those) - MOST_SHOWN} more")
    return "\n".join(lines)


def _is_there(out: Path, made: Made) -> bool:
    try:
        return (out / made.clip).stat().st_size == made.n_bytes
    except OSError:
        return False
