"""A fleet in this process: real workers with a voice of tones, one step at a time, so that a test decides what happens
when."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from bridge.batch.job import SpeakJob, Spoken
from bridge.emotion_source import EmotionSource
from bridge.farm.clip_shelf import ClipShelf, names_in
from bridge.farm.fleet import About, Lost, Ticket
from bridge.farm.worker import Worker
from engine.types import Emotion, SynthesizerLike
from tests.fakes import FakeSynthesizer

CLIP = Path(__file__).parents[2] / "presets" / "timbre" / "mara.flac"


class ToneWorker(Worker):
    """Also an actor of Ray, where that is there."""

    def _load(self) -> SynthesizerLike:
        return FakeSynthesizer(n_blocks=2)

    def _weights(self) -> str:
        return "tones"


class StepFleet:
    """Every wait() lets each living worker do one thing. `room_left` is set by the test.

    dies_at(worker, job): whether the worker dies of this job, asked before it is rendered.
    """

    def __init__(
        self,
        shelf: ClipShelf,
        *,
        room: int = 4,
        shared: Path | None = None,
        dies_at: Callable[[int, SpeakJob], bool] = lambda worker, job: False,
        about: Callable[[int, About], About] = lambda worker, about: about,
    ) -> None:
        self.room_left, self.dies_at, self._about = room, dies_at, about
        self._shelf, self._shared = shelf, shared
        self._numbers = itertools.count(1)
        self._workers: dict[int, Worker] = {}
        self._todo: dict[int, list[tuple[int, SpeakJob | None]]] = {}  # tickets in order; None: about()
        self._dead: set[int] = set()
        self._tickets = itertools.count(1)
        self.rendered: list[str] = []  # job ids, in order
        self.batches: list[tuple[int, list[str]]] = []
        self.removed: list[int] = []

    @property
    def n_workers(self) -> int:
        return len(self._workers)

    def room(self) -> int:
        return self.room_left

    def add(self) -> tuple[int, Ticket]:
        number, ticket = next(self._numbers), next(self._tickets)
        self._workers[number] = ToneWorker(shared=None if self._shared is None else str(self._shared))
        self._todo[number] = [(ticket, None)]
        self.room_left -= 1
        return number, ticket

    def remove(self, worker: int) -> None:
        del self._workers[worker]
        self.removed.append(worker)
        self.room_left += 1

    def submit(self, worker: int, jobs: Sequence[SpeakJob]) -> list[Ticket]:
        self.batches.append((worker, [job.id for job in jobs]))
        names = {name for job in jobs for name in names_in(job)}
        self._workers[worker].begin(jobs, {name: self._shelf.content(name) for name in names})
        tickets = [next(self._tickets) for _ in jobs]
        self._todo[worker] += zip(tickets, jobs, strict=True)
        return list(tickets)

    def wait(self, tickets: Collection[Ticket], timeout_s: float) -> list[tuple[Ticket, Spoken | About | Lost]]:
        done: list[tuple[Ticket, Spoken | About | Lost]] = []
        for number, worker in self._workers.items():
            todo = self._todo[number]
            if todo and number not in self._dead and todo[0][1] is not None and self.dies_at(number, todo[0][1]):
                self._dead.add(number)
            if number in self._dead:
                done += [(ticket, Lost("killed")) for ticket, _ in todo]
                todo.clear()
            elif todo:
                ticket, job = todo.pop(0)
                if job is None:
                    done.append((ticket, self._about(number, worker.about())))
                else:
                    self.rendered.append(job.id)
                    done.append((ticket, worker.take()))
        assert all(ticket in tickets for ticket, _ in done)
        return done


def jobs(n: int) -> list[SpeakJob]:
    neutral = EmotionSource(weights=Emotion())
    return [SpeakJob(f"l{i:04}", f"Line {i}." + "x" * (i % 7), CLIP, neutral, 1.0, i, 8_000) for i in range(n)]
