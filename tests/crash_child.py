"""A daemon in a process of its own, to be killed: `python -m tests.crash_child FOLDER FIRST`.

Asks for lines without end, from number FIRST on, and prints `TAKE SEED` of each when it was accepted. With `rest` as
FIRST it asks for none, waits until nothing is pending any more and prints `TAKE SEED STATE PATH` of every take.
"""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

from bridge.cue import Cue, Length, Position
from bridge.daemon import Daemon
from bridge.line_book import PENDING
from bridge.settings import Settings
from tests.fakes import FakeSynthesizer


def main(folder: Path, first: str) -> None:
    with Daemon(Settings(folder, osc_port=0), FakeSynthesizer) as daemon:
        if first != "rest":
            for i in itertools.count(int(first)):
                at = Position(i * 48_000, 48_000)
                cue = Cue(f"line_{i:05}", "Halt!", "Mara", length=Length(1, 4), at=at, drop=i % 3 == 0)
                for take in daemon.submit(cue):
                    print(take.id, take.seed, flush=True)
                time.sleep(0.005)
        while any(take.state in PENDING or take.state == "dropping" for line in daemon.lines() for take in line.takes):
            time.sleep(0.02)
        for line in daemon.lines():
            for take in line.takes:
                print(take.id, take.seed, take.state, take.path, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
