"""What a farm's dispatcher needs of its workers, wherever they are."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.batch.job import SpeakJob, Spoken
from bridge.errors import BridgeError

Ticket = Hashable  # stands for one outcome that will come


class FarmError(BridgeError):
    """A farm that cannot be reached or cannot work."""

    code = "farm_failed"


@dataclass(frozen=True)
class About:
    """What a worker is. Two that differ in any of the first three give other samples from the same seed."""

    model_id: str
    weights: str  # hash of the voice's files
    device: str  # class of the device that it computes on
    host: str = ""
    problem: str = ""  # why it cannot work; empty: it can


@dataclass(frozen=True)
class Lost:
    """The worker is gone, and with it what it had not handed back."""

    reason: str


class Fleet(Protocol):
    """Starts and ends workers, and carries jobs to them. One thread uses it."""

    def room(self) -> int:
        """How many more workers would find a core now."""

    def add(self) -> tuple[int, Ticket]:
        """Start a worker -> its number, and the ticket of its About."""

    def remove(self, worker: int) -> None:
        """End a worker, whatever it does; also one that is lost."""

    def submit(self, worker: int, jobs: Sequence[SpeakJob]) -> list[Ticket]:
        """Put a batch behind what the worker has already -> a ticket for each job, done in this order."""

    def wait(self, tickets: Collection[Ticket], timeout_s: float) -> list[tuple[Ticket, Spoken | About | Lost]]:
        """The outcomes that have come, at least one unless the time is over."""
