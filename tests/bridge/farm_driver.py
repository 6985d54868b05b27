"""Asks a cluster at 10.83.0.1 for lines and tells how it goes; test_farm_ray.py runs it inside a network namespace."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bridge.batch.job import SpeakJob
from bridge.farm.clip_shelf import ClipShelf
from bridge.farm.fleet import FarmError
from bridge.farm.ray_fleet import RayFleet
from bridge.farm.renderer import FarmRenderer
from tests.bridge.farm_fleet import jobs
from tests.bridge.test_farm_ray import MarkedWorker, marks


def is_up() -> bool:
    """The head takes its time until it answers."""
    try:
        with RayFleet(ClipShelf(), address=ADDRESS):
            return True
    except FarmError as error:
        print(f"waiting {error}", flush=True)
        return False


def wait_for(happened: Callable[[], bool], within_s: float = 150.0) -> None:
    end_s = time.monotonic() + within_s
    while not happened():
        if time.monotonic() > end_s:
            raise TimeoutError("a machine did not come")
        time.sleep(0.2)  # a cluster tells nobody that it grew


N_LINES = 1_500
ADDRESS = "10.83.0.1:6379"


def main() -> None:
    shelf = ClipShelf()
    times: Counter[str] = Counter()
    n_failed, joined_at, folder = 0, 0, Path(sys.argv[1])
    wait_for(is_up)
    with (
        RayFleet(shelf, address=ADDRESS, model_folder=folder, worker=MarkedWorker) as fleet,
        FarmRenderer(fleet, shelf, n_together=8) as farm,
    ):

        def held_back() -> Iterator[SpeakJob]:
            """All but the first lines wait for the second machine."""
            for n, job in enumerate(jobs(N_LINES)):
                if n == 200:
                    print("half", flush=True)
                    wait_for(lambda: fleet.room() > 0)
                yield job

        for spoken in farm.render(held_back(), threading.Event()):
            times[spoken.id] += 1
            n_failed += bool(spoken.error)
            if not joined_at and sum(times.values()) % 10 == 0:
                both = len({pid for pids in marks(folder, "made").values() for pid in pids}) == 2
                joined_at = len(times) if both else 0
            if joined_at and len(times) == joined_at + 20:
                print("joined", flush=True)
        twice = sum(n > 1 for n in times.values())
        print(f"lines {len(times)} {'once' if not twice else 'twice'}, {n_failed} failed")
        print(f"most {farm.dispatcher.most_at_once}\nlost {farm.dispatcher.n_lost}")


if __name__ == "__main__":
    main()
