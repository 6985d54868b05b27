"""A day's mixed work in little time: whether memory, handles and threads of the daemon stay flat.

    python benchmarks/day_trial.py --minutes 60      the long form: what a busy day brings, in an hour
    python benchmarks/day_trial.py --minutes 10

Lines are rendered, dropped, played, cancelled and asked for; clients come and go over UDP and TCP, subscribe and forget
to; wrong packets come between. Every minute the daemon's memory, handles and threads are looked at. The first
quarter is its warming up; after it they have to stay flat: the last quarter is compared with the second.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import socket
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load_osc import memory_and_handles
from benchmarks.running_daemon import PROGRAMS, WAIT_S, RunningDaemon, TrialError
from bridge.osc_peer import OscPeer
from tests.bridge.hostile import HOSTILE

RENDER, PLAY, STATUS = "/cuevox/line/render", "/cuevox/line/play", "/cuevox/server/status"
LOOKS = 40  # in all
LINES = 500  # their names come again and again, as in a session
EACH_S = 0.05
FLAT_MB, FLAT_HANDLES = 30.0, 3  # that the last quarter may lie above the second


@dataclass
class Day:
    minutes: float = 0.0
    rounds: int = 0
    accepted: int = 0
    done: int = 0
    errors: int = 0
    unanswered: int = 0  # statuses
    memory_mb: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    exit_status: int = 0

    def grown(self) -> tuple[float, float]:
        """Megabytes and handles, from the second quarter to the last."""
        n = len(self.memory_mb) // 4
        memory, handles = np.array(self.memory_mb), np.array(self.handles)
        return (
            round(float(np.median(memory[-n:]) - np.median(memory[n : 2 * n])), 1),
            float(np.median(handles[-n:]) - np.median(handles[n : 2 * n])),
        )

    @property
    def is_flat(self) -> bool:
        megabytes, handles = self.grown()
        return megabytes <= FLAT_MB and handles <= FLAT_HANDLES and not (self.unanswered or self.exit_status)


class Work:
    """One round after another against one daemon."""

    def __init__(self, port: int, peer: OscPeer, day: Day, chance: random.Random) -> None:
        self._port, self._peer, self._day, self._chance = port, peer, day, chance
        self._hostile = [packet for packet in HOSTILE.values() if packet]

    def round(self) -> None:
        line = f"day_{self._chance.randrange(LINES):03}"
        match self._chance.randrange(10):
            case 0 | 1 | 2 | 3:
                drop = ("drop", "yes") if self._chance.random() < 0.02 else ()
                self._peer.send(
                    RENDER, line, "Halt, who goes there?", "seconds", "0.2", "request", self._day.rounds, *drop
                )
            case 4:
                self._peer.send(PLAY, line)
                self._peer.send("/cuevox/line/stop", line)
            case 5:
                self._peer.send("/cuevox/line/cancel", line)
                self._peer.send("/cuevox/line/status", line)
            case 6:
                with OscPeer("127.0.0.1", self._port) as guest:  # who goes without a word
                    guest.send("/cuevox/server/subscribe", "all")
                    guest.send("/cuevox/preset/list", "timbre")
            case 7:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 5) as connection:
                    connection.sendall(self._chance.choice([b"\0\0\0\x10/cue", b"\xc0/half", b"\xff" * 8, b""]))
            case 8:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                    stranger.sendto(self._chance.choice(self._hostile), ("127.0.0.1", self._port))
            case _:
                number = self._day.rounds
                self._peer.send(STATUS, "request", f"s{number}")
                if self._peer.wait_for(lambda reply: reply.request == f"s{number}", WAIT_S) is None:
                    self._day.unanswered += 1
        self._day.rounds += 1
        while (reply := self._peer.next_reply(0.0)) is not None:
            self._day.accepted += reply.status == "accepted"
            self._day.done += reply.status == "done"
            self._day.errors += reply.status == "error"


def trial(folder: Path, minutes: float, seed: int = 0) -> Day:
    """Raises TrialError."""
    day, chance = Day(minutes), random.Random(seed)
    with RunningDaemon(folder / "data", PROGRAMS["tones"]) as daemon:
        port = daemon.wait_until_ready()
        with OscPeer("127.0.0.1", port) as peer:
            work = Work(port, peer, day, chance)
            began_s, look_s = time.monotonic(), 60 * minutes / LOOKS
            while (passed_s := time.monotonic() - began_s) < 60 * minutes:
                if daemon.process.poll() is not None:
                    raise TrialError(f"the daemon ended after {passed_s:.0f} s: {daemon.output}")
                work.round()
                if len(day.memory_mb) < passed_s // look_s:
                    megabytes, handles = memory_and_handles(daemon.process.pid)
                    day.memory_mb.append(megabytes)
                    day.handles.append(handles)
                    day.threads.append(len(list(Path(f"/proc/{daemon.process.pid}/task").iterdir())))
                time.sleep(EACH_S)
        day.exit_status = daemon.end()
    return day


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cuevox-day-") as folder:
        day = trial(Path(folder), args.minutes, args.seed)
    megabytes, handles = day.grown()
    print(json.dumps(asdict(day) | {"grown_mb": megabytes, "grown_handles": handles, "flat": day.is_flat}, indent=1))
    return 0 if day.is_flat else 1


if __name__ == "__main__":
    sys.exit(main())
