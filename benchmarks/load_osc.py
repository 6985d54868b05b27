"""Load on the OSC interface: many packets a second over loopback, and whether another client is still answered in time.

    python benchmarks/load_osc.py --seconds 60 --rate 10000              the long form
    python benchmarks/load_osc.py --seconds 5 --rate 10000 --clients 1   one client that says far too much

Some clients send commands at a rate (pings, and every tenth a line to be rendered) while one more asks for the status
50 times a second and takes the time until the answer. At the end every packet of the senders has to be accounted for:
answered, shed with `busy`, or counted in a `busy` as not heard. What is left was lost without a word. What the system
dropped, on the way there or back, and memory and handles of the daemon are taken as well (Linux).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import selectors
import socket
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import numpy as np
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.running_daemon import PROGRAMS, RunningDaemon
from bridge.osc_peer import OscPeer

LINES_EVERY = 10  # every tenth packet asks for a line
STATUS_EVERY_S = 0.02
DRAIN_S = 3.0  # without a reply: then no more come
STANDS_FOR_NONE = re.compile("nothing from you is heard|lost before Cuevox could read")
UNHEARD = re.compile(r"(\d+) packets of yours were not heard")


@dataclass
class Load:
    """What a run counted."""

    seconds: float = 0.0
    sent: int = 0
    done: int = 0
    accepted: int = 0
    shed: int = 0  # packets that a `busy` stands for, one each or counted
    other_errors: int = 0
    without_a_word: int = 0
    dropped_by_the_system: list[int] = field(default_factory=list)  # of the daemon's packets; of replies (Linux)
    packets_a_second: float = 0.0
    status_asked: int = 0
    status_unanswered: int = 0
    status_ms_median: float = 0.0
    status_ms_p99: float = 0.0
    status_ms_worst: float = 0.0
    memory_mb: list[float] = field(default_factory=list)  # before, after
    handles: list[int] = field(default_factory=list)


class Senders:
    """Sockets that send in turn at one rate, and count what comes back."""

    def __init__(self, port: int, n_clients: int, load: Load) -> None:
        self._to = ("127.0.0.1", port)
        self._load = load
        self._n = 0
        self._selector = selectors.DefaultSelector()
        self._sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(n_clients)]
        for each in self._sockets:
            each.bind(("127.0.0.1", 0))
            each.setblocking(False)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            self._selector.register(each, selectors.EVENT_READ)
        self._pings = [build_msg("/cuevox/server/ping", [n]).dgram for n in range(100)]

    def run(self, rate: float, seconds: float) -> None:
        began_s = time.monotonic()
        while (passed_s := time.monotonic() - began_s) < seconds:
            while self._n < passed_s * rate:
                self._send()
            self._hear(0.001)
        self._load.sent, self._load.seconds = self._n, round(passed_s, 2)

    def settle(self) -> None:
        """Hear the rest."""
        while self._hear(DRAIN_S):
            pass
        for each in self._sockets:  # the end of a silence is told with the next packet
            each.sendto(self._pings[0], self._to)
        self._load.sent += len(self._sockets)
        while self._hear(DRAIN_S):
            pass

    @property
    def ports(self) -> list[int]:
        return [each.getsockname()[1] for each in self._sockets]

    def close(self) -> None:
        for each in self._sockets:
            each.close()

    def _send(self) -> None:
        n, self._n = self._n, self._n + 1
        line = n % LINES_EVERY == 0
        packet = (
            build_msg("/cuevox/line/render", [f"load_{n % 1000}", "Halt!", "seconds", "0.1"]).dgram
            if line
            else self._pings[n % 100]
        )
        self._sockets[n % len(self._sockets)].sendto(packet, self._to)

    def _hear(self, wait_s: float) -> bool:
        """Count what came. -> whether something came."""
        ready = self._selector.select(wait_s)
        for key, _ in ready:
            assert isinstance(key.fileobj, socket.socket)
            for _ in range(100):
                try:
                    packet = key.fileobj.recv(65_536)
                except BlockingIOError:
                    break
                self._count(*list(OscMessage(packet))[1:4])
        return bool(ready)

    def _count(self, status: str, code: str, text: str) -> None:
        load = self._load
        if code == "busy":
            unheard = UNHEARD.search(text)
            # The `busy` that begins a silence is part of the count that ends it; whose packets the system lost is not
            # known.
            load.shed += int(unheard[1]) if unheard else not STANDS_FOR_NONE.search(text)
        elif status == "accepted":
            load.accepted += 1
        elif status == "error":
            load.other_errors += 1
        elif status == "done" and text.startswith("pong"):
            load.done += 1


def ask_for_status(port: int, seconds: float, into: SimpleQueue[list[float]]) -> None:
    """In a process of its own, so that the senders do not delay it. Puts milliseconds; 1000 and more: no answer."""
    times_ms: list[float] = []
    with OscPeer("127.0.0.1", port) as peer:
        ends_s = time.monotonic() + seconds
        while time.monotonic() < ends_s:
            sent_s = time.perf_counter()
            peer.send("/cuevox/server/status", "request", f"status {len(times_ms)}")
            wanted = f"status {len(times_ms)}"
            peer.wait_for(lambda reply, wanted=wanted: reply.request == wanted, 1.0)  # type: ignore[misc]
            times_ms.append(1000 * (time.perf_counter() - sent_s))
            time.sleep(STATUS_EVERY_S)
    into.put(times_ms)


def dropped_at(ports: list[int]) -> int:
    """Datagrams that the system dropped since the sockets at these ports were opened; 0 where it does not tell."""
    table = Path("/proc/net/udp")
    rows = [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []
    return sum(int(row[12]) for row in rows if int(row[1].rpartition(":")[2], 16) in ports)


def memory_and_handles(pid: int) -> tuple[float, int]:
    """Resident megabytes and open files of a process; zeros where /proc is missing."""
    process = Path(f"/proc/{pid}")
    if not process.exists():
        return 0.0, 0
    pages = int((process / "statm").read_text().split()[1])
    return round(pages * 4096 / 1e6, 1), len(list((process / "fd").iterdir()))


def measure(folder: Path, *, rate: float, seconds: float, n_clients: int) -> Load:
    load = Load()
    with RunningDaemon(folder, PROGRAMS["tones"]) as daemon:
        port = daemon.wait_until_ready()
        with OscPeer("127.0.0.1", port) as peer:
            while peer.ask("/cuevox/server/status", timeout_s=60).data[3] != "ready":
                time.sleep(0.1)
        before = memory_and_handles(daemon.process.pid)
        fresh = multiprocessing.get_context("spawn")  # nothing of this process's threads and locks
        times: SimpleQueue[list[float]] = fresh.SimpleQueue()
        asking = fresh.Process(target=ask_for_status, args=(port, seconds, times))
        asking.start()
        senders = Senders(port, n_clients, load)
        try:
            senders.run(rate, seconds)
            times_ms = times.get()
            senders.settle()
            load.dropped_by_the_system = [dropped_at([port]), dropped_at(senders.ports)]
        finally:
            asking.join()
            senders.close()
        with OscPeer("127.0.0.1", port) as peer:  # a clip that is being written is an open file
            while any(peer.ask("/cuevox/server/status", timeout_s=60).data[:2]):
                time.sleep(0.1)
        after = memory_and_handles(daemon.process.pid)
        daemon.end()
    load.memory_mb, load.handles = [before[0], after[0]], [before[1], after[1]]
    load.packets_a_second = round(load.sent / load.seconds)
    load.without_a_word = load.sent - load.done - load.accepted - load.shed - load.other_errors
    load.status_asked, load.status_unanswered = len(times_ms), sum(ms >= 1000 for ms in times_ms)
    load.status_ms_median, load.status_ms_p99, load.status_ms_worst = (
        round(float(np.percentile(times_ms, share)), 1) for share in (50, 99, 100)
    )
    return load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=10_000.0, help="packets a second, of all clients together")
    parser.add_argument("--clients", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cuevox-load-") as folder:
        load = measure(Path(folder) / "data", rate=args.rate, seconds=args.seconds, n_clients=args.clients)
    print(json.dumps(asdict(load), indent=2))


if __name__ == "__main__":
    main()
