"""Fuzzing of the OSC interface: mutated packets at the reader of packets and arguments, and at a daemon's real socket.

    python benchmarks/fuzz_osc.py --packets 1000000 --live 100000        the long form
    python benchmarks/fuzz_osc.py --packets 5000 --live 1000 --seed 3    a short one

First the guided part, in this process: a packet that makes the code under bridge/osc_*.py take a step from line to
line that none took before joins the packets that are mutated further. Nothing but a PacketError may come out, and none
may take a second. Then the live part: packets to a daemon of its own, from many clients, while one more pings it;
every ping has to be answered, the daemon has to end well, and no traceback may stand in its log.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from pythonosc.osc_message_builder import build_msg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load_osc import dropped_at, memory_and_handles
from benchmarks.running_daemon import PROGRAMS, RunningDaemon
from bridge.daemon import Daemon
from bridge.osc_api import OscApi
from bridge.osc_checked import InternalFaultError
from bridge.osc_clients import Peer
from bridge.osc_packet import PacketError, decode
from bridge.osc_peer import OscPeer
from bridge.settings import Settings
from tests.bridge.hostile import HOSTILE, bundle
from tests.fakes import FakeSynthesizer

UNDER_TEST = str(Path(__file__).resolve().parent.parent / "bridge" / "osc_")
NUMBERS = [0, 1, -1, 2**31 - 1, -(2**31), 255, 256, 65_535, 0x7F800000, 0x7FC00000, 0xFF800000 - 2**32]
WORDS = ["", "seconds", "at", "smp:1e999", "tc:99:99:99:99@0", "bar:0.0.0", "frames:1/0", "nan", "-1", "9" * 400]
WORDS += ["\u202egnp.exe", "\x1b[2J", "\r\n", "😀" * 500, "../../etc/passwd", "C:\\NUL", "*", "{a,b}", "a" * 10_001]
PACKETS_A_CLIENT, A_SECOND = 200, 800  # below the rate limits, of all together too, which are not what is tried here
PING_EVERY = 50
TOO_LONG_S = 1.0  # of processor time
TRACED_FIRST, TRACED_EVERY = 20_000, 5  # all of the first packets, then every fifth, are looked at for new steps

Step = tuple[str, int, int]  # file, line before, line


@dataclass
class Findings:
    packets: int = 0
    steps: int = 0  # from line to line, that were taken
    kept: int = 0  # packets that took a new one
    escaped: list[str] = field(default_factory=list)  # exceptions that came out, with the packet
    slowest_ms: float = 0.0
    live_packets: int = 0
    pings: int = 0
    pings_unanswered: int = 0
    pings_lost: int = 0  # in the system's receive buffer, as far as can be told: it had dropped something meanwhile
    slowest_ping_ms: float = 0.0
    memory_mb: list[float] = field(default_factory=list)  # of the daemon, before and after
    exit_status: int = 0
    tracebacks: list[str] = field(default_factory=list)  # in its log

    @property
    def is_clean(self) -> bool:
        wrong = self.escaped or self.pings_unanswered or self.exit_status or self.tracebacks
        return not wrong and self.slowest_ms < 1000 * TOO_LONG_S


def seeds() -> list[bytes]:
    """Good packets of every command, and bad ones of every kind."""
    line: list[Any] = ["gate_01", "Who goes there?", "timbre", "Brand", "emotion", "happy=0.6,calm=0.2", "weight", 0.5]
    line += ["seconds", "frames:57@23.976", "at", "tc:01:00:00:00@25", "seed", 7, "takes", 2, "character", "Guard"]
    good: list[tuple[str, list[Any]]] = [
        ("/cuevox/server/version", []),
        ("/cuevox/server/ping", [1, 2.5, "x", b"blob", True, None]),
        ("/cuevox/server/status", ["request", "r1"]),
        ("/cuevox/server/reply_port", [9001]),
        ("/cuevox/server/subscribe", ["lines"]),
        ("/cuevox/connect", ["passcode"]),
        ("/cuevox/preset/list", ["timbre", 0]),
        ("/cuevox/preset/add", ["timbre", "Aunt", "aunt.wav"]),
        ("/cuevox/line/render", line),
        ("/cuevox/line/play", ["gate_01", "Halt!", "speed", 1.5, "drop", "yes"]),
        ("/cuevox/line/stop", []),
        ("/cuevox/line/cancel", ["gate_01"]),
        ("/cuevox/line/status", ["gate_01"]),
        ("/cuevox/line/pick", ["gate_01", "gate_01_t01"]),
        ("/cuevox/line/drop", ["gate_01", "target", "dawproject", "at", "bar:3.3.0"]),
        ("/cuevox/line/gate_01/play", [1]),
        ("/cuevox/line/*/status", []),
    ]
    packets = [build_msg(address, args).dgram for address, args in good]
    packets += [bundle(*packets[:4]), bundle(bundle(packets[8]), packets[2], tag=2**63)]
    return packets + [packet for packet in HOSTILE.values() if len(packet) < 3000]


def mutated(packet: bytes, corpus: list[bytes], chance: random.Random) -> bytes:
    """A packet with a few changes."""
    data = bytearray(packet)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(9):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1:
                data[at:at] = chance.randbytes(chance.choice([1, 4, 8]))
            case 2:
                del data[at : at + chance.choice([1, 4, 16])]
            case 3:
                data[at - at % 4 : at - at % 4 + 4] = struct.pack(">i", chance.choice(NUMBERS))
            case 4:
                other = chance.choice(corpus)
                data[at:] = other[chance.randrange(len(other) + 1) :]
            case 5:
                word = chance.choice(WORDS).encode()
                data[at - at % 4 : at - at % 4] = word + bytes(4 - len(word) % 4)
            case 6:
                data[at:at] = data[at : at + 64] * chance.choice([1, 2, 30])
            case 7 if b"," in data[:-1]:
                data[data.index(b",") + 1] = chance.choice(b"ihfdsbTFN[]cSmrt\0")
            case _:
                data = bytearray(bundle(bytes(data)))
    if chance.random() < 0.8:
        data += bytes(-len(data) % 4)
    return bytes(data[:65_507])


@contextlib.contextmanager
def steps_into(found: set[Step]) -> Iterator[None]:
    """Note every step from line to line in the code under test."""
    before: dict[int, int] = {}

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        if not frame.f_code.co_filename.startswith(UNDER_TEST):
            return None
        if event == "line":
            found.add((frame.f_code.co_filename, before.get(id(frame), 0), frame.f_lineno))
            before[id(frame)] = frame.f_lineno
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)


def fuzz_reading(api: OscApi, n_packets: int, chance: random.Random, findings: Findings) -> list[bytes]:
    """The guided part. -> the packets it kept."""
    corpus, known, peer = seeds(), set[Step](), Peer("udp", "127.0.0.1", 9001)
    queue = list(corpus)
    for n in range(n_packets):
        packet = queue[n] if n < len(queue) else mutated(chance.choice(corpus), corpus, chance)
        began_s = time.thread_time()
        _read(api, peer, packet, findings)
        findings.slowest_ms = max(findings.slowest_ms, round(1000 * (time.thread_time() - began_s), 1))
        if n >= TRACED_FIRST and n % TRACED_EVERY:
            continue
        steps: set[Step] = set()
        with steps_into(steps):  # once more; it takes six times as long
            _read(api, peer, packet, findings)
        if not steps <= known:
            known |= steps
            corpus.append(packet)
    findings.packets, findings.steps, findings.kept = n_packets, len(known), len(corpus) - len(queue)
    return corpus


def _read(api: OscApi, peer: Peer, packet: bytes, findings: Findings) -> None:
    try:
        for batch in decode(packet):
            for checked in api.check(peer, batch.messages):
                if isinstance(checked.error, InternalFaultError):
                    findings.escaped.append(f"{checked.error} from {packet[:200]!r}")
    except PacketError:
        pass
    except Exception as error:
        findings.escaped.append(f"{type(error).__name__}: {error} from {packet[:200]!r}")


def fuzz_daemon(folder: Path, corpus: list[bytes], n_packets: int, chance: random.Random, findings: Findings) -> None:
    """The live part."""
    with RunningDaemon(folder, PROGRAMS["tones"]) as daemon:
        port = daemon.wait_until_ready()
        with OscPeer("127.0.0.1", port) as peer:
            while peer.ask("/cuevox/server/status", timeout_s=60).data[3] != "ready":
                time.sleep(0.1)
            before_mb, _ = memory_and_handles(daemon.process.pid)
            began_s = time.monotonic()
            while findings.live_packets < n_packets:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                    for _ in range(PACKETS_A_CLIENT):
                        packet = mutated(chance.choice(corpus), corpus, chance)
                        if b"quit" in packet:  # it would be right to end
                            continue
                        client.sendto(packet, ("127.0.0.1", port))
                        findings.live_packets += 1
                        if findings.live_packets % PING_EVERY == 0:
                            _ping(peer, port, findings)
                time.sleep(max(0.0, began_s + findings.live_packets / A_SECOND - time.monotonic()))
            after_mb, _ = memory_and_handles(daemon.process.pid)
        findings.memory_mb = [before_mb, after_mb]
        findings.exit_status = daemon.end()
    log = folder / "cuevox.log"
    _, *tracebacks = log.read_text("utf-8", "replace").split("Traceback (most recent call last):\n")
    findings.tracebacks = [text[:2000] for text in tracebacks]


def _ping(peer: OscPeer, port: int, findings: Findings) -> None:
    began_s, n_dropped = time.perf_counter(), dropped_at([port])
    number = findings.pings
    findings.pings += 1
    peer.send("/cuevox/server/ping", number)
    if peer.wait_for(lambda reply: reply.status == "done" and reply.data == (number,), 10.0) is not None:
        findings.slowest_ping_ms = max(findings.slowest_ping_ms, round(1000 * (time.perf_counter() - began_s), 1))
    elif dropped_at([port]) > n_dropped:
        findings.pings_lost += 1
    else:
        findings.pings_unanswered += 1


def fuzz(folder: Path, *, n_packets: int, n_live: int, seed: int) -> Findings:
    """Everything below `folder`."""
    findings, chance = Findings(), random.Random(seed)
    with Daemon(Settings(folder / "reading", osc_port=0), FakeSynthesizer) as daemon:
        corpus = fuzz_reading(OscApi(daemon), n_packets, chance, findings)
    if n_live:
        fuzz_daemon(folder / "live", corpus, n_live, chance, findings)
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packets", type=int, default=1_000_000, help="of the guided part")
    parser.add_argument("--live", type=int, default=100_000, help="of the live part")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cuevox-fuzz-") as folder:
        findings = fuzz(Path(folder), n_packets=args.packets, n_live=args.live, seed=args.seed)
    print(json.dumps(asdict(findings), indent=2))
    return 0 if findings.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
