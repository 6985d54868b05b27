"""Fuzzing of the OSC interface guided by coverage: Atheris (libFuzzer for Python) at the readers of packets.

    pip install atheris
    python benchmarks/fuzz_atheris.py --runs 1000000

The code of bridge/osc_*.py is instrumented, so that libFuzzer sees each branch that a packet takes, and each comparison
with what was expected. It begins with the packets of fuzz_osc.py. An input is a packet, or, when its first byte is odd,
what comes in over TCP in two pieces. Nothing but a PacketError may come out, none may take a second of processor
time, and no command may end in a fault of Cuevox's own. Atheris runs on Linux and macOS. It is no part of the suite.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

MAX_BYTES = 2048  # of an input: what is longer is cut
TOO_LONG_S = 1.0
_STATE = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")
_DONE = re.compile(r"Done (\d+) runs? in (\d+) second")


def fuzz(folder: Path, options: list[str]) -> None:
    """Does not return: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["bridge.osc_packet", "bridge.osc_stream"]):
        from bridge.osc_packet import PacketError, decode
        from bridge.osc_stream import OscStream
    with atheris.instrument_imports(
        include=[
            f"bridge.osc_{name}"
            for name in "api arguments checked commands cue pattern reading server_commands".split()
        ]
        + ["bridge.timeline", "bridge.emotion_source"]
    ):
        from bridge.osc_api import OscApi
    from bridge.daemon import Daemon
    from bridge.osc_checked import InternalFaultError
    from bridge.osc_clients import Peer
    from bridge.settings import Settings
    from tests.fakes import FakeSynthesizer

    daemon = Daemon(Settings(folder / "data", osc_port=0), FakeSynthesizer)
    daemon.__enter__()
    api, peer = OscApi(daemon), Peer("udp", "127.0.0.1", 9001)

    def read(packet: bytes) -> None:
        for batch in decode(packet):
            for checked in api.check(peer, batch.messages, at_ns=batch.due_ns):
                if isinstance(checked.error, InternalFaultError):
                    raise checked.error

    def one(data: bytes) -> None:
        began_s = time.thread_time()
        try:
            if data[:1] in (b"", b"\0"):
                read(data[1:])
            else:
                stream, half = OscStream(), 1 + len(data) // 2
                for piece in (data[1:half], data[half:]):
                    for packet in stream.feed(piece):
                        if isinstance(packet, bytes):
                            read(packet)
        except PacketError:
            pass
        if time.thread_time() - began_s > TOO_LONG_S:
            raise RuntimeError(f"{time.thread_time() - began_s:.2f} s of processor time")

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


def trial(folder: Path, n_runs: int, seed: int) -> dict[str, object]:
    """In a process of its own. -> what libFuzzer says of it."""
    from benchmarks.fuzz_osc import seeds
    from bridge.osc_stream import OscStream

    inputs = folder / "inputs"
    inputs.mkdir()
    for n, packet in enumerate(seeds()):
        (inputs / f"packet_{n:03}").write_bytes(b"\0" + packet)
        (inputs / f"stream_{n:03}").write_bytes(b"\1" + OscStream().frame(packet))
        (inputs / f"slip_{n:03}").write_bytes(b"\1\xc0" + packet + b"\xc0")
    options = [f"-runs={n_runs}", f"-seed={seed}", f"-max_len={MAX_BYTES}", "-timeout=60", "-rss_limit_mb=2000"]
    options += [f"-artifact_prefix={folder}/", str(inputs)]
    began_s = time.monotonic()
    child = subprocess.run(
        [sys.executable, __file__, "--child", str(folder), *options], cwd=ROOT, capture_output=True, text=True
    )
    states, done = _STATE.findall(child.stderr), _DONE.search(child.stderr)
    return {
        "runs": int(done[1]) if done else 0,
        "branches": int(states[-1][0]) if states else 0,
        "features": int(states[-1][1]) if states else 0,
        "kept": int(states[-1][2]) if states else 0,
        "seconds": round(time.monotonic() - began_s),
        "exit_status": child.returncode,
        "says": "" if child.returncode == 0 else (child.stdout + child.stderr)[-4000:],
    }


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        fuzz(Path(sys.argv[2]), sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cuevox-atheris-") as folder:
        found = trial(Path(folder), args.runs, args.seed)
    print(json.dumps(found, indent=2))
    return 1 if found["exit_status"] else 0


if __name__ == "__main__":
    sys.exit(main())
