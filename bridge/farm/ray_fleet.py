"""Workers as actors of Ray: on this machine, or on all those of a cluster."""

from __future__ import annotations

import importlib.util
import itertools
import logging
import os
import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from bridge.batch.job import SpeakJob, Spoken
from bridge.farm.clip_shelf import ClipShelf, names_in
from bridge.farm.fleet import About, FarmError, Lost, Ticket
from engine.errors import EngineError

OBJECT_STORE_BYTES = 200 * 2**20  # of a local cluster; results wait in it for at most two batches a worker
ROOM_S = 2.0  # between two looks at how many cores are free
ROOT = str(Path(__file__).resolve().parents[2])

_log = logging.getLogger(__name__)


@dataclass
class _Actor:
    handle: Any
    clips: set[str] = field(default_factory=set)  # names of those that it has


class RayFleet:
    """A context manager. Without an address it starts a cluster on this machine, and ends it."""

    def __init__(
        self,
        shelf: ClipShelf,
        *,
        address: str = "",
        model_folder: Path | None = None,
        shared: Path | None = None,
        cores: int | None = None,
        threads: int = 1,
        worker: type | None = None,
    ) -> None:
        """address: `ray://HOST` or `HOST:6379`; empty: this machine. cores: of a local cluster (all of them).

        threads: of a worker, which takes as many cores. worker: the actor's class, by default bridge.farm.worker's.
        """
        self._shelf, self._address = shelf, address
        self._arguments = (
            None if model_folder is None else str(model_folder),
            None if shared is None else str(shared),
            threads,
        )
        self._cores, self._threads, self._worker = cores, threads, worker
        self._actors: dict[int, _Actor] = {}
        self._numbers = itertools.count(1)
        self._room, self._room_at_s = 0, float("-inf")
        self._n_new = 0  # actors since the last look

    def __enter__(self) -> Self:
        if importlib.util.find_spec("ray") is None:
            raise FarmError("Ray is not installed; `launcher.py farm` installs it, or: pip install 'ray[client]'")
        # Read by Ray when it is imported, so before.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        if not self._address:  # the name is of where Ray does so by itself: it listens on the loopback address only
            os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
            if "RAY_AUTH_MODE" not in os.environ:  # a token of its own, else Ray would keep one in the home folder
                os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        import ray

        if self._worker is None:
            from bridge.farm.worker import Worker

            self._worker = Worker
        self._ray = ray
        environment = {"env_vars": {"PYTHONPATH": ROOT, "OMP_NUM_THREADS": str(self._threads)}}
        common: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
        try:
            if self._address:
                ray.init(_with_port(self._address), **common)
                environment["env_vars"].pop("PYTHONPATH")  # of the machine that it runs on, as it was started there
            else:
                ray.init(
                    address="local",
                    num_cpus=self._cores,
                    include_dashboard=False,
                    object_store_memory=OBJECT_STORE_BYTES,
                    **common,
                )
        except (ConnectionError, RuntimeError, ValueError, TimeoutError, ImportError) as error:
            ray.shutdown()  # of what had begun
            where = self._address or "on this machine"
            raise FarmError(f"Ray cannot be reached {where}: {error}; start it there as docs/farm.md says") from error
        self._class: Any = ray.remote(
            num_cpus=self._threads, num_gpus=0, max_restarts=0, max_task_retries=0, runtime_env=environment
        )(self._worker)
        return self

    def __exit__(self, *exc_info: object) -> None:
        for number in list(self._actors):
            self.remove(number)
        self._ray.shutdown()

    def room(self) -> int:
        now_s = time.monotonic()
        if now_s - self._room_at_s >= ROOM_S:
            free = self._ray.available_resources().get("CPU", 0.0)
            self._room, self._room_at_s = int(free // self._threads), now_s
        return self._room

    def add(self) -> tuple[int, Ticket]:
        number = next(self._numbers)
        handle = self._class.remote(*self._arguments)
        self._actors[number] = _Actor(handle)
        self._room -= 1
        return number, handle.about.remote()

    def remove(self, worker: int) -> None:
        actor = self._actors.pop(worker, None)
        if actor is not None:
            self._ray.kill(actor.handle)

    def submit(self, worker: int, jobs: Sequence[SpeakJob]) -> list[Ticket]:
        actor = self._actors[worker]
        clips = {}
        for name in {name for job in jobs for name in names_in(job)} - actor.clips:
            try:
                clips[name] = self._shelf.content(name)
            except EngineError as error:
                _log.warning("%s", error)  # the worker says of each job that its clip is missing
        actor.clips |= clips.keys()
        actor.handle.begin.remote(jobs, clips)
        return [actor.handle.take.remote() for _ in jobs]

    def wait(self, tickets: Collection[Ticket], timeout_s: float) -> list[tuple[Ticket, Spoken | About | Lost]]:
        if not tickets:
            return []
        refs = list(tickets)
        done, _ = self._ray.wait(refs, num_returns=1, timeout=timeout_s, fetch_local=True)
        if done:  # and all others that are there by now
            done, _ = self._ray.wait(refs, num_returns=len(refs), timeout=0, fetch_local=True)
        return [(ref, self._outcome(ref)) for ref in done]

    def _outcome(self, ref: Any) -> Spoken | About | Lost:
        try:
            return self._ray.get(ref)
        except self._ray.exceptions.RayTaskError as error:  # a fault of ours in the worker: it is of no more use
            return Lost(str(error.cause))
        except self._ray.exceptions.RayError as error:
            return Lost(str(error).strip().splitlines()[0])


def _with_port(address: str) -> str:
    """`ray://HOST` gets the port that Ray's own programs use."""
    if address.startswith("ray://") and ":" not in address.removeprefix("ray://"):
        return f"{address}:10001"
    return address
