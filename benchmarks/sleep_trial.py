"""A machine that sleeps, as far as that can be tried awake: the daemon is stopped for a while (SIGSTOP, SIGCONT).

    python benchmarks/sleep_trial.py --seconds 30

Before it: a line that is to be rendered at a time tag, one that is being rendered, a subscription, a TCP connection.
While it stands still: a question, and another line. After it: everything is answered, what was held is done, nothing is
made twice, and the connection is still there. A subscription over UDP ends when its lease of 30 s does. Linux, macOS.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.running_daemon import PROGRAMS, WAIT_S, RunningDaemon, wait_until_ready
from bridge.osc_peer import OscPeer

RENDER = "/cuevox/line/render"
LINE = ("Halt, who goes there?", "seconds", "0.5")


def trial(folder: Path, asleep_s: float) -> dict[str, object]:
    found: dict[str, object] = {"asleep_s": asleep_s}
    with RunningDaemon(folder / "data", PROGRAMS["tones"]) as daemon:
        port = daemon.wait_until_ready()
        with OscPeer("127.0.0.1", port) as peer, OscPeer("127.0.0.1", port, by_tcp=True) as connection:
            wait_until_ready(peer)
            connection.ask("/cuevox/server/subscribe", "lines", timeout_s=WAIT_S)
            peer.send(RENDER, "at_work", *LINE, "request", "at_work")
            # In the bundle's own packet, so that it is held and not merely unread.
            peer.send(RENDER, "held", *LINE, "request", "held", at_s=time.time() + 5.0)
            peer.ask("/cuevox/server/ping", timeout_s=WAIT_S)
            daemon.process.send_signal(signal.SIGSTOP)
            peer.send("/cuevox/server/ping", "asleep")
            peer.send(RENDER, "sent", *LINE, "request", "sent")
            connection.send("/cuevox/server/ping", "asleep")
            time.sleep(asleep_s)
            daemon.process.send_signal(signal.SIGCONT)
            woke_s = time.monotonic()
            done = [
                peer.wait_for(lambda reply, line=line: reply.request == line and reply.is_ending, WAIT_S)
                for line in ("at_work", "held", "sent")
            ]
            found["lines_done"] = sum(reply is not None and reply.status == "done" for reply in done)
            found["done_after_s"] = round(time.monotonic() - woke_s, 2)
            pong = peer.wait_for(lambda reply: reply.data == ("asleep",), WAIT_S)
            found["udp_answered"] = pong is not None
            found["tcp_answered"] = connection.wait_for(lambda reply: reply.data == ("asleep",), WAIT_S) is not None
            takes = [peer.ask("/cuevox/line/status", line, timeout_s=WAIT_S).data[2] for line in ("held", "sent")]
            found["takes"] = takes
        found["exit_status"] = daemon.end()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cuevox-sleep-") as folder:
        found = trial(Path(folder), args.seconds)
    print(json.dumps(found, indent=2))
    good = found["lines_done"] == 3 and found["udp_answered"] and found["tcp_answered"] and not found["exit_status"]
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
