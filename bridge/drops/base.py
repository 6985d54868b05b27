"""What every way into a DAW offers: probe, drop, verify, undo."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from bridge.errors import BadArgumentError, BridgeError
from bridge.timeline import Position
from bridge.wav import read_info

GAP_S = 1  # between the end of what a project holds and a clip that was given no place

_NAMESPACE = uuid.UUID("5d7ce3f4-9d0c-5f2c-8a69-0a51c5e0d3b1")  # any fixed value: makes ids repeatable


class DropError(BridgeError):
    """A clip that did not get into the project; the project is as it was before."""

    code = "drop_failed"


@dataclass(frozen=True)
class DropJob:
    """A finished clip and where it is to go. The same `id` again is the same drop: it is answered, not done twice."""

    id: str  # of the take
    clip: Path
    n_samples: int  # length of the clip, at `rate`
    rate: int
    character: str  # the track
    at: Position | None = None  # None: behind everything the project holds
    name: str = ""  # of the item; empty: the id
    line: str = ""  # its id: what is the same for all takes of a line
    text: str = ""  # what is spoken, as a note on the item where the DAW has one

    @property
    def title(self) -> str:
        return self.name or self.id


@dataclass(frozen=True)
class Probe:
    """Whether a target can take a clip now, and for people why (not)."""

    ready: bool
    text: str


@dataclass(frozen=True)
class DropReceipt:
    """A clip in its place, as it was read back."""

    target: str
    track: str
    where: Position
    n_samples: int
    verified: str  # how it was checked, for people


class DropTarget(Protocol):
    """One way into one DAW. Calls may touch the disk and wait for it; not thread-safe, one thread owns it."""

    @property
    def name(self) -> str:
        """Stable word for settings and OSC, e.g. `reaper_project`."""

    def probe(self) -> Probe:
        """Looks, changes nothing, never raises."""

    def drop(self, job: DropJob) -> DropReceipt:
        """Puts the clip in its place and reads it back. Raises DropError, and then nothing has changed."""

    def verify(self, job: DropJob) -> DropReceipt:
        """Reads the place of an earlier drop back. Raises DropError when it is not there as asked."""

    def undo(self, job: DropJob) -> None:
        """Takes an earlier drop out again, and only that. Raises DropError when it is not there."""


def check_clip(job: DropJob) -> None:
    """Raises DropError when the job's clip is gone, damaged or another one."""
    try:
        info = read_info(job.clip)
    except (OSError, BadArgumentError) as error:
        raise DropError(f"the clip {job.clip} cannot be read ({error}); render the line again") from error
    if (info.n_samples, info.rate) != (job.n_samples, job.rate):
        raise DropError(f"{job.clip} has {info.n_samples} samples at {info.rate}, not {job.n_samples}")


def stable_uuid(*parts: str) -> uuid.UUID:
    """The same id for the same words, so that a repeated drop finds its forerunner."""
    return uuid.uuid5(_NAMESPACE, "\n".join(parts))


def resample_position(sample: int, from_rate: int, to_rate: int) -> int:
    """A count of samples at another rate, rounded half up, in integers."""
    return (2 * sample * to_rate + from_rate) // (2 * from_rate)


def seconds_text(sample: int, rate: int) -> str:
    """Seconds as decimal text with 14 places: at any rate up to 192 kHz it leads back to the very sample."""
    scaled = Fraction(sample * 10**14, rate)
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    text = f"{Decimal(whole).scaleb(-14):.14f}".rstrip("0").rstrip(".")
    return text or "0"


def samples_of_text(text: str, rate: int) -> int:
    """The sample nearest to a decimal number of seconds. Raises ValueError."""
    try:
        scaled = Fraction(text) * rate
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{text!r} is no number of seconds") from error
    return (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)


def free_track(character: str, taken: Iterable[tuple[str, int, int]], start: int, end: int) -> str:
    """The track's name, or `NAME 2`, `NAME 3`... when something (track, start, end) lies in the way there.

    Nothing in a project is ever covered by a drop.
    """
    in_the_way = {track for track, begin, stop in taken if begin < end and start < stop}
    name, n = character, 2
    while name in in_the_way:
        name, n = f"{character} {n}", n + 1
    return name
