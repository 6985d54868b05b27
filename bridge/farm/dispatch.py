"""Who renders what: batches to workers, more workers when much waits; one that dies loses nothing, nor doubles it."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from bridge.batch.job import SpeakJob, Spoken
from bridge.farm.fleet import About, FarmError, Fleet, Lost, Ticket

READY = 2  # batches that a worker has: the one it renders, and one that lies ready
MAX_TRIES = 3  # of a job that workers die of
MAX_FAILED_STARTS = 3  # of workers, one after the other, none of them ever at work
WAIT_S = 0.5  # how soon a cancellation and new room are seen

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Flight:
    order: int  # in which a worker's jobs are done
    batch: int
    job: SpeakJob


@dataclass
class _Worker:
    greeting: Ticket | None  # that its About is awaited by; None: it is at work
    flying: dict[Ticket, _Flight] = field(default_factory=dict)
    lost: list[_Flight] = field(default_factory=list)  # what it had not handed back when it died
    is_dead: bool = False

    @property
    def n_batches(self) -> int:
        """That are not done yet, a begun one counted whole."""
        return len({flight.batch for flight in self.flying.values()})


class Dispatcher:
    """Streams batches through a fleet. close() ends its workers."""

    def __init__(self, fleet: Fleet, *, least: int = 1, most: int | None = None) -> None:
        """least: workers that are always asked for; most: None for as many as there is room for."""
        self._fleet, self._least, self._most = fleet, least, most
        self._workers: dict[int, _Worker] = {}
        self._waiting: deque[list[SpeakJob]] = deque()
        self._tries: dict[str, int] = {}  # of jobs that were being rendered when a worker died
        self._failed_starts = 0
        self._about: About | None = None
        self._n_batches = self._n_flights = 0
        self.n_lost = 0  # workers
        self.most_at_once = 0

    @property
    def n_workers(self) -> int:
        return sum(not worker.is_dead for worker in self._workers.values())

    def about(self) -> About:
        """Of the workers; starts the first one. Raises FarmError."""
        while self._about is None:
            if not self._workers:
                self._add()
            self._step()
        return self._about

    def run(self, batches: Iterator[list[SpeakJob]], cancelled: threading.Event) -> Iterator[Spoken]:
        """Each job's one result, as they are done. Raises FarmError when no worker can be had."""
        has_more = True
        try:
            while not cancelled.is_set():
                while has_more and len(self._waiting) < READY * (self.n_workers + 1):
                    batch = next(batches, None)
                    has_more = batch is not None
                    if batch:
                        self._waiting.append(batch)
                if not self._waiting and not any(worker.flying for worker in self._workers.values()):
                    return
                self._scale(has_more)
                self._hand_out()
                yield from self._step()
        finally:
            if cancelled.is_set() or any(worker.flying for worker in self._workers.values()):
                self.close()  # what they still make is not wanted
            self._waiting.clear()
            self._tries.clear()

    def close(self) -> None:
        """End all workers."""
        for number in list(self._workers):
            self._fleet.remove(number)
        self._workers.clear()

    def _scale(self, has_more: bool) -> None:
        """A worker for every batch that waits or is being made, between least and most; none that has nothing to do."""
        n_busy = sum(bool(worker.flying) for worker in self._workers.values())
        wanted = max(self._least, n_busy + len(self._waiting))
        wanted = wanted if self._most is None else min(wanted, self._most)
        if self.n_workers < wanted:
            room = self._fleet.room()
            for _ in range(max(self._least - self.n_workers, min(wanted - self.n_workers, room))):
                self._add()
        if not has_more and not self._waiting:
            idle = [n for n, worker in self._workers.items() if not worker.flying and not worker.is_dead]
            for number in idle[: max(0, self.n_workers - max(1, n_busy, self._least))]:
                self._fleet.remove(number)
                del self._workers[number]

    def _add(self) -> None:
        number, greeting = self._fleet.add()
        self._workers[number] = _Worker(greeting)
        self.most_at_once = max(self.most_at_once, self.n_workers)

    def _hand_out(self) -> None:
        """One batch each before anybody gets a second one."""
        for depth in range(1, READY + 1):
            for number, worker in self._workers.items():
                if not self._waiting:
                    return
                if worker.greeting is None and not worker.is_dead and worker.n_batches < depth:
                    jobs = self._waiting.popleft()
                    self._n_batches += 1
                    for ticket, job in zip(self._fleet.submit(number, jobs), jobs, strict=True):
                        self._n_flights += 1
                        worker.flying[ticket] = _Flight(self._n_flights, self._n_batches, job)

    def _step(self) -> list[Spoken]:
        """Wait for what comes next -> the results among it."""
        owners: dict[Ticket, int] = {}
        for number, worker in self._workers.items():
            owners.update(dict.fromkeys(worker.flying, number))
            if worker.greeting is not None:
                owners[worker.greeting] = number
        results: list[Spoken] = []
        for ticket, outcome in self._fleet.wait(owners.keys(), WAIT_S):
            number = owners[ticket]
            worker = self._workers[number]
            if ticket == worker.greeting:
                worker.greeting = None
                self._greet(number, worker, outcome)
            elif isinstance(outcome, Lost):
                worker.lost.append(worker.flying.pop(ticket))
                self._mourn(number, worker, outcome)
            else:
                assert isinstance(outcome, Spoken)
                del worker.flying[ticket]
                results.append(outcome)
        results += self._bury()
        return results

    def _greet(self, number: int, worker: _Worker, outcome: Spoken | About | Lost) -> None:
        if isinstance(outcome, About) and not outcome.problem:
            problem = self._against(outcome)
        else:
            problem = outcome.problem if isinstance(outcome, About) else getattr(outcome, "reason", "")
        if not problem:
            self._failed_starts = 0
            return
        _log.warning("a worker cannot be used: %s", problem)
        worker.is_dead = True
        self._failed_starts += 1
        if not isinstance(outcome, About) and self._failed_starts < MAX_FAILED_STARTS:
            return  # it died, which the next one need not
        if not any(other.greeting is None and not other.is_dead for other in self._workers.values()):
            raise FarmError(f"no worker of the farm can work: {problem}")
        self._most = self.n_workers  # those that work go on

    def _against(self, about: About) -> str:
        """Why it must not render beside the others; empty where it may."""
        if self._about is None:
            self._about = about
        first = self._about
        if (about.model_id, about.weights) != (first.model_id, first.weights):
            return f"{about.host} has the voice {about.model_id} {about.weights}, the others {first.weights}; update it"
        if about.device != first.device:
            return (
                f"{about.host} computes on {about.device}, the others on {first.device}: the same seed would not give "
                "the same samples; use machines of one class"
            )
        return ""

    def _mourn(self, number: int, worker: _Worker, lost: Lost) -> None:
        if not worker.is_dead:
            _log.warning("worker %d is lost: %s", number, lost.reason)
            worker.is_dead = True
            self.n_lost += 1

    def _bury(self) -> list[Spoken]:
        """Jobs of the dead go back to the front, once all that they had handed in is known. -> those given up."""
        given_up: list[Spoken] = []
        for number, worker in list(self._workers.items()):
            if not worker.is_dead or worker.flying:
                continue
            self._fleet.remove(number)
            del self._workers[number]
            if not worker.lost:
                continue
            # The first of them was being rendered: it goes again by itself, and is given up when it kills once more.
            suspect, *innocent = [flight.job for flight in sorted(worker.lost, key=lambda flight: flight.order)]
            if innocent:
                self._waiting.appendleft(innocent)
            self._tries[suspect.id] = self._tries.get(suspect.id, 0) + 1
            if self._tries[suspect.id] < MAX_TRIES:
                self._waiting.appendleft([suspect])
                continue
            text = f"{suspect.id} was not rendered: {MAX_TRIES} workers died of it; shorten the line or change its text"
            given_up.append(Spoken(suspect.id, error_code="worker_lost", error=text))
        return given_up
