"""How late the blocks of a line come, learnt from the lines before: what a live line has to wait at its start.

A listener who hears the first block at once runs dry where a later block takes longer than all before it sound. On a
slow machine that is a gap within a word. A start that comes so much later has none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

REMEMBERED = 8  # lines; a machine is slow or busy for a while
SPARE_S = 0.02  # between a block's coming and its turn
MOST_S = 2.0  # nobody waits longer than that for a start; a voice that needs more has gaps


@dataclass(frozen=True)
class Arrival:
    """Of one block of a line."""

    after_s: float  # since the first block
    behind_s: float  # of sound in the blocks before it


class Lateness:
    """Of the blocks of the lines that were made last. For one thread."""

    def __init__(self) -> None:
        self._lines: deque[list[Arrival]] = deque(maxlen=REMEMBERED)

    def took(self, arrivals: Sequence[Arrival]) -> None:
        """A line was made whose blocks but the first came like this, in order. One of a single block tells nothing."""
        if arrivals:
            self._lines.append(list(arrivals))

    def hold_s(self, line_s: float) -> float:
        """Seconds to hold back the first block of a line that is so long, so that the others come in time.

        What happened once among several lines was an accident, and is not waited for.
        """
        lates = sorted(
            max((a.after_s - a.behind_s for a in line if a.behind_s < line_s), default=-SPARE_S) for line in self._lines
        )
        if not lates:
            return 0.0
        late_s = lates[-2] if len(lates) > 2 else lates[-1]
        return min(MOST_S, max(0.0, late_s + SPARE_S))
