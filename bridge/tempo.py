"""The tempo map: from bars and beats to seconds and back, in fractions, over every change of tempo and metre.

Written `120`, `97.5 3/4`, or with the bars at which something changes: `120 4/4; 9=90; 17=7/8; 33=140 4/4`. A tempo is
in quarter notes a minute, a metre says which notes are the beats. Each change holds from the first beat of its bar.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from bridge.errors import BadArgumentError

TICKS_PER_QUARTER = 960  # the usual resolution of sequencers
BPM_RANGE = (10, 1000)
MAX_BEATS = 64
UNITS = (1, 2, 4, 8, 16, 32)
MAX_BAR = 999_999
MAX_CHANGES = 1000
MAX_TEXT = 20_000

_ENTRY = re.compile(
    r"(?:(?P<bar>\d{1,6})\s*=)?\s*(?P<bpm>\d{1,4}(?:\.\d{1,12})?(?![\d/.]))?\s*(?:(?P<beats>\d{1,2})/(?P<unit>\d{1,2}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class TempoChange:
    """From the first beat of `bar` (counted from 1) on."""

    bar: int
    bpm: Fraction  # quarter notes a minute
    beats: int = 4  # a bar
    unit: int = 4  # of a beat: 4 for quarter notes, 8 for eighths

    @property
    def ticks_per_beat(self) -> int:
        return TICKS_PER_QUARTER * 4 // self.unit

    @property
    def ticks_per_bar(self) -> int:
        return self.beats * self.ticks_per_beat

    @property
    def ticks_per_second(self) -> Fraction:
        return self.bpm * TICKS_PER_QUARTER / 60

    def check(self) -> None:
        """Raises BadArgumentError."""
        if not BPM_RANGE[0] <= self.bpm <= BPM_RANGE[1]:
            raise BadArgumentError(
                f"a tempo of {float(self.bpm):g}; {BPM_RANGE[0]} to {BPM_RANGE[1]} quarter notes a minute is right"
            )
        if not 1 <= self.beats <= MAX_BEATS or self.unit not in UNITS:
            raise BadArgumentError(
                f"a metre of {self.beats}/{self.unit}; 1 to {MAX_BEATS} beats of {', '.join(map(str, UNITS))} is right"
            )
        if not 1 <= self.bar <= MAX_BAR:
            raise BadArgumentError(f"bar {self.bar} is out of range; bars count from 1 to {MAX_BAR}")


class TempoMap:
    """Changes in order, the first of them at bar 1. A value: never changed once it is made."""

    def __init__(self, changes: Iterable[TempoChange]) -> None:
        """Raises BadArgumentError when bars are not in order, or a tempo or metre is none."""
        self.changes = tuple(changes)
        if not self.changes or self.changes[0].bar != 1:
            raise BadArgumentError("a tempo map begins at bar 1; write e.g. 120 4/4; 9=90")
        if len(self.changes) > MAX_CHANGES:
            raise BadArgumentError(f"a tempo map of {len(self.changes)} changes; {MAX_CHANGES} are the most")
        for change in self.changes:
            change.check()
        self._bars = [change.bar for change in self.changes]
        if any(here >= there for here, there in zip(self._bars, self._bars[1:], strict=False)):
            given = ", ".join(map(str, self._bars[:20]))
            raise BadArgumentError(
                f"a tempo map with the bars {given}; they have to go up, as in 120 4/4; 9=90; 17=7/8"
            )
        self._starts_s = [Fraction(0)]  # of the changes, in seconds
        for here, there in zip(self.changes, self.changes[1:], strict=False):
            ticks = (there.bar - here.bar) * here.ticks_per_bar
            self._starts_s.append(self._starts_s[-1] + ticks / here.ticks_per_second)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TempoMap) and self.changes == other.changes

    def __hash__(self) -> int:
        return hash(self.changes)

    def seconds_at(self, bar: int, beat: int, tick: int) -> Fraction:
        """Bars and beats count from 1, ticks from 0. Raises BadArgumentError when the bar has no such beat."""
        n = bisect.bisect_right(self._bars, bar) - 1
        if n < 0:
            raise BadArgumentError("bars count from 1")
        here = self.changes[n]
        if not 1 <= beat <= here.beats or not 0 <= tick < here.ticks_per_beat:
            raise BadArgumentError(
                f"in bar {bar}, which is in {here.beats}/{here.unit}, beats count from 1 to {here.beats} and ticks "
                f"from 0 to {here.ticks_per_beat - 1}"
            )
        ticks = (bar - here.bar) * here.ticks_per_bar + (beat - 1) * here.ticks_per_beat + tick
        return self._starts_s[n] + ticks / here.ticks_per_second

    def place_of(self, seconds: Fraction) -> tuple[int, int, int]:
        """The bar, beat and tick nearest to `seconds`, which is not negative; at most half a tick away."""
        n = bisect.bisect_right(self._starts_s, seconds) - 1
        here = self.changes[n]
        exact = (seconds - self._starts_s[n]) * here.ticks_per_second
        ticks = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
        bars, ticks = divmod(ticks, here.ticks_per_bar)
        beat, tick = divmod(ticks, here.ticks_per_beat)
        return here.bar + bars, beat + 1, tick

    def __str__(self) -> str:
        parts = []
        for n, change in enumerate(self.changes):
            bar = f"{change.bar}=" if n else ""
            parts.append(f"{bar}{_decimal(change.bpm)} {change.beats}/{change.unit}")
        return "; ".join(parts)


def steady(bpm: Fraction, beats_per_bar: int = 4) -> TempoMap:
    """One tempo and one metre all the way."""
    return TempoMap([TempoChange(1, bpm, beats_per_bar)])


USUAL = steady(Fraction(120))


def parse_tempo(text: str) -> TempoMap:
    """Raises BadArgumentError with the rule that was broken."""
    if len(text) > MAX_TEXT:
        raise BadArgumentError(f"a tempo map of {len(text)} characters; {MAX_TEXT} are the most")
    bpm, beats, unit = Fraction(120), 4, 4
    changes: list[TempoChange] = []
    for n, entry in enumerate(re.split(r"[;,]", text)):
        found = _ENTRY.fullmatch(entry.strip())
        if found is None or not (found["bpm"] or found["beats"]) or (n and not found["bar"]):
            raise BadArgumentError(
                f"{entry.strip()[:60]!r} is no tempo; write 120, 97.5 3/4, or with bars: 120 4/4; 9=90; 17=7/8"
            )
        bpm = Fraction(found["bpm"]) if found["bpm"] else bpm
        if found["beats"]:
            beats, unit = int(found["beats"]), int(found["unit"])
        changes.append(TempoChange(int(found["bar"] or 1), bpm, beats, unit))
    return TempoMap(changes)


def _decimal(value: Fraction) -> str:
    """Exact where there are not more than 12 places, which is what can be written."""
    scaled = value * 10**12
    text = f"{scaled.numerator // scaled.denominator:013d}"
    return f"{text[:-12]}.{text[-12:]}".rstrip("0").rstrip(".")
