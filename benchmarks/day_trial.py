"""A day's mixed work in little time: whether memory, handles and threads of the daemon stay flat.

    python benchmarks/day_trial.py --minutes 60      the long form: what a busy day brings, in an hour
    python benchmarks/day_trial.py --minutes 10

Lines are rendered, dropped, played, cancelled and asked for; clients come and go over UDP and TCP, subscribe and forget
to; wrong packets come between. Forty times the daemon's memory, handles and threads are looked at. The first
quarter is its warming up; after it they have to stay flat: the last quarter is compared with the second. Every take of
a session is known by the daemon as long as it runs; so what so many takes weigh, which is measured first, may come on
top.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import random
import socket
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load_osc import memory_and_handles
from benchmarks.running_daemon import PROGRAMS, WAIT_S, RunningDaemon, TrialError
from bridge.cue import Cue, Length
from bridge.journal import Journal
from bridge.line_book import LineBook
from bridge.osc_peer import OscPeer
from bridge.take_score import free_scores
from engine.types import Plan
from tests.bridge.hostile import HOSTILE

RENDER, PLAY, STATUS = "/cuevox/line/render", "/cuevox/line/play", "/cuevox/server/status"
LOOKS = 40  # in all
LINES = 500  # their names come again and again, as in a session
EACH_S = 0.05
FLAT_MB, FLAT_HANDLES = 10.0, 3  # that the last quarter may lie above the second; megabytes beside those of the takes
WEIGHED, TAKES_OF_A_LINE = 500, 20


@dataclass
class Day:
    minutes: float = 0.0
    rounds: int = 0
    accepted: int = 0
    done: int = 0
    errors: int = 0
    unanswered: int = 0  # statuses
    bytes_a_take: float = 0.0
    takes: list[int] = field(default_factory=list)  # known by the daemon at each look, and so on
    memory_mb: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    exit_status: int = 0

    def grown(self, values: Sequence[float]) -> float:
        """From the second quarter to the last."""
        n = len(values) // 4
        return round(float(np.median(values[-n:]) - np.median(values[n : 2 * n])), 1)

    @property
    def grown_by_takes_mb(self) -> float:
        return round(self.grown(self.takes) * self.bytes_a_take / 1e6, 1)

    @property
    def is_flat(self) -> bool:
        is_small = self.grown(self.memory_mb) - self.grown_by_takes_mb <= FLAT_MB
        return is_small and self.grown(self.handles) <= FLAT_HANDLES and not (self.unanswered or self.exit_status)


def weight_of_a_take(folder: Path, n_takes: int = WEIGHED) -> float:
    """Bytes that the daemon's book of lines keeps of a take that is done."""
    book, plan = LineBook(Journal(folder / "cuevox.sqlite"), lambda event: None), Plan(9600, 48_000, 9600, 1.0, (), ())
    clips = folder / "clips" / "Brand"
    tracemalloc.start()
    for n in range(n_takes):
        name, text = f"day_{n // TAKES_OF_A_LINE:03}", "Halt, who goes there?"
        (take,) = book.add(Cue(name, text, "Brand", length=Length(200, 1000)), [n])
        audio = 0.01 * (1 + n % 50) * np.sin(np.arange(plan.n_samples, dtype=np.float32))
        scores = free_scores(Cue(name, text, "Brand"), plan, audio)
        book.finish(take.id, clips / f"{take.id}.wav", plan, -3.0, scores=scores)
    gc.collect()
    n_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return n_bytes / n_takes


class Work:
    """One round after another against one daemon."""

    def __init__(self, port: int, peer: OscPeer, day: Day, chance: random.Random) -> None:
        self._port, self._peer, self._day, self._chance = port, peer, day, chance
        self.n_takes = 0
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
            self.n_takes += reply.status == "accepted" and reply.command == RENDER
            self._day.done += reply.status == "done"
            self._day.errors += reply.status == "error"


def trial(folder: Path, minutes: float, seed: int = 0) -> Day:
    """Raises TrialError."""
    day, chance = Day(minutes, bytes_a_take=round(weight_of_a_take(folder))), random.Random(seed)
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
                    day.takes.append(work.n_takes)
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
    grown = {
        "grown_mb": day.grown(day.memory_mb),
        "of_these_takes_mb": day.grown_by_takes_mb,
        "grown_handles": day.grown(day.handles),
        "flat": day.is_flat,
    }
    print(json.dumps(asdict(day) | grown, indent=1))
    return 0 if day.is_flat else 1


if __name__ == "__main__":
    sys.exit(main())
