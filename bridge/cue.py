"""What is to be spoken (Cue) and what was (Take). Frozen values: they cross threads freely."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bridge.timeline import Length, Position

__all__ = ["Cue", "Finish", "Length", "Line", "LineState", "Position", "Score", "Take", "score_of"]


class LineState(enum.StrEnum):
    """The one state machine of a line, the same for every client (contract, "States of a line")."""

    QUEUED = "queued"
    RENDERING = "rendering"
    READY = "ready"
    DROPPING = "dropping"
    DROPPED = "dropped"
    PLAYING = "playing"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Finish:
    """What is done to a clip after the voice has made it (bridge.finishing)."""

    loudness_lufs: float | None = None  # None: as the voice made it
    peak_dbtp: float | None = None  # what its true peak is at most; None: -1 where there is a loudness, else any
    trim: bool = False  # silence at the ends away; only of a line at the voice's own length
    fades_ms: tuple[int, int] = (0, 0)  # in and out
    handles_ms: tuple[int, int] = (0, 0)  # silence before and after, beyond the length asked for


@dataclass(frozen=True, slots=True)
class Cue:
    """A line to speak, as it was asked for. Defaults already filled in, names already checked."""

    id: str
    text: str
    timbre: str  # preset name, or name of a clip in the library
    emotion: str = "neutral"  # as given: preset, weights, clip:NAME, text:..., auto
    weight: float = 1.0
    length: Length | None = None
    speed: float = 1.0
    at: Position | None = None
    seed: int | None = None  # None: drawn for each take, and reported
    takes: int = 1
    character: str = ""  # track or folder name
    drop: bool = False
    finish: Finish | None = None  # None: as the settings say


@dataclass(frozen=True, slots=True)
class Score:
    """One thing that tells how good a take is (bridge.take_score)."""

    name: str
    penalty: float  # 0: nothing to find fault with; 10 spoils the take
    text: str = ""  # the figure behind it, for people


@lru_cache(maxsize=4096)
def score_of(name: str, penalty: float, text: str = "") -> Score:
    """A Score, the same one for the same words: most takes of a day are scored alike, and all are kept in memory."""
    return Score(name, penalty, text)


@dataclass(frozen=True, slots=True)
class Take:
    """One rendering of a cue, with all that is needed to make it again."""

    id: str  # "<line>_t01"
    line: str
    seed: int
    state: LineState
    progress: float = 0.0  # 0..1
    path: Path | None = None  # the clip, once it is written
    n_samples: int = 0
    rate: int = 0
    stretch: float = 1.0
    error: str = ""
    warnings: tuple[str, ...] = ()
    peak_db: float = float("-inf")
    parent: str = ""  # id of the take that it is a change of; empty: of none
    scores: tuple[Score, ...] = ()
    lead: int = 0  # samples of the clip before the speech part (its handle), among the n_samples
    tail: int = 0  # and after it

    @property
    def penalty(self) -> float:
        """All scores together; the less the better."""
        return sum(score.penalty for score in self.scores)


@dataclass(frozen=True, slots=True)
class Line:
    """A cue and its takes: what the panel shows in one row."""

    cue: Cue
    state: LineState
    takes: tuple[Take, ...] = field(default=())
    picked: str = ""  # id of the picked take
    order: int = 0  # in which it was asked for
    locked: bool = False  # the picked take is final: it stays picked, and the line is neither rendered nor removed
    earlier_picks: tuple[str, ...] = ()  # ids of takes, the latest last

    @property
    def picked_take(self) -> Take | None:
        return next((t for t in self.takes if t.id == self.picked), None)

    @property
    def ranked(self) -> tuple[Take, ...]:
        """The takes that have a clip, the best first; of equals the older one."""
        return tuple(sorted((t for t in self.takes if t.path is not None), key=lambda take: take.penalty))
