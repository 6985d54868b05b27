"""Crash trial: kill the daemon at random instants and look whether anything that it had accepted is lost.

    python benchmarks/crash_trial.py --rounds 500            the long form
    python benchmarks/crash_trial.py --rounds 3 --seed 1     a short one, as the tests run it

A round: start the daemon as a process of its own, send 50 cues a second over OSC, kill it (SIGKILL) at a random
instant, start it again, send every cue of the round once more under its request id, wait until nothing waits any more,
end it, and look at everything that is on the disk. Only processes that the trial started are killed. Each round has
one more difficulty, in turn: none, a clock that jumps, a second kill while it recovers, two daemons started at once, a
disk that is full, clips that cannot be written. For the last two the trial mounts small file systems, which takes root
on Linux; elsewhere those rounds are plain ones.

The daemon is launcher.py with all its parts; only the voice is one of tones, so that a round takes seconds. With
`--voice embedded` it speaks with the voice that ships.
"""

from __future__ import annotations

import argparse
import contextlib
import enum
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.crash_check import SECONDS, Wrongs, look
from benchmarks.running_daemon import PROGRAMS, WAIT_S, RunningDaemon, TrialError
from bridge.osc_peer import NoReplyError, OscPeer, Reply

CUES_A_SECOND = 50
SPAN_S = 3.0  # the kill comes within that time after the first cue
ROUNDS_A_FOLDER = 10  # then a fresh data folder, so that looking at all of it stays quick
DISK = "size=256m"
RENDER = "/cuevox/line/render"


class Fault(enum.StrEnum):
    """What a round has to bear beside the kill."""

    NONE = "none"
    CLOCK = "clock that jumps"
    SECOND_KILL = "killed while it recovers"
    TWO_AT_ONCE = "two at once"
    DISK_FULL = "disk full"
    READ_ONLY = "clips cannot be written"


@dataclass
class Figures:
    """What a trial counted. `wrongs` has to be empty, and what stands below it 0."""

    rounds: int = 0
    faults: dict[str, int] = field(default_factory=dict)  # rounds with each
    kills: int = 0
    sent: int = 0
    accepted: int = 0
    refused: int = 0  # with an error: the disk was full
    sent_again: int = 0
    takes: int = 0  # looked at, in all rounds
    slowest_restart_s: float = 0.0
    wrongs: Wrongs = field(default_factory=Wrongs)
    bad_exits: int = 0
    bad_seconds: int = 0  # a second daemon on a folder that did not say so and leave

    @property
    def is_clean(self) -> bool:
        return not (self.wrongs or self.bad_exits or self.bad_seconds)


class CrashTrial:
    """Rounds on one data folder after another, all below `folder`. A context manager: it may hold a mounted disk."""

    def __init__(self, folder: Path, *, voice: str = "tones", seed: int = 0) -> None:
        self.figures = Figures()
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._voice = voice
        self.program = PROGRAMS[voice]
        self._chance = random.Random(seed)
        self._cue = 0
        self._sent: list[int] = []  # cues of this round
        self.accepted: set[str] = set()  # take ids, of the present data folder
        self._may_fail: set[str] = set()  # those of rounds whose disk could not be written
        self._data = folder
        self._disk = contextlib.ExitStack()
        self._can_mount = sys.platform == "linux" and os.geteuid() == 0

    def __enter__(self) -> CrashTrial:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._disk.close()

    def round(self) -> None:
        """Raises TrialError."""
        if self.figures.rounds % ROUNDS_A_FOLDER == 0:
            self._fresh_folder()
        fault = list(Fault)[self.figures.rounds % len(Fault)]
        if fault in (Fault.DISK_FULL, Fault.READ_ONLY) and not self._can_mount:
            fault = Fault.NONE
        with OscPeer("127.0.0.1", 0) as peer:
            self._cues_and_a_kill(peer, fault)
            if fault is Fault.SECOND_KILL:
                with RunningDaemon(self._data, self.program):
                    time.sleep(self._chance.uniform(0, SPAN_S))
                    self.figures.kills += 1
            self._recover(peer, fault)
        self.look()
        self.figures.rounds += 1
        self.figures.faults[fault] = self.figures.faults.get(fault, 0) + 1

    def look(self) -> None:
        """Add to the figures what is wrong in the present data folder. No daemon may be at work in it."""
        n_takes, wrongs = look(self._data, self.accepted, self._may_fail)
        self.figures.takes += n_takes
        self.figures.wrongs += wrongs

    def _fresh_folder(self) -> None:
        self._disk.close()
        place = self._folder / f"data-{self.figures.rounds:04}"
        if self._can_mount and self._disk.enter_context(_mounted(place, DISK)) is None:
            self._can_mount = False  # root, but in a box where that is not allowed
        self._data, self.accepted, self._may_fail = place / "data", set(), set()

    def _cues_and_a_kill(self, peer: OscPeer, fault: Fault) -> None:
        program = PROGRAMS["tones, jumping clock"] if fault is Fault.CLOCK and self._voice == "tones" else self.program
        self._sent = []
        with RunningDaemon(self._data, program) as daemon, contextlib.ExitStack() as broken:
            peer.peer = ("127.0.0.1", daemon.wait_until_ready())
            next_s = time.monotonic()
            killed_s = next_s + self._chance.uniform(0, SPAN_S)
            breaks_s = next_s + self._chance.uniform(0, SPAN_S / 2)
            while (now_s := time.monotonic()) < killed_s:
                if now_s >= breaks_s:
                    breaks_s = float("inf")
                    broken.enter_context(self._broken(fault))
                if now_s >= next_s:
                    self._send_cue(peer, self._cue)
                    self._sent.append(self._cue)
                    self._cue += 1
                    self.figures.sent += 1
                    next_s += 1 / CUES_A_SECOND
                self._note(peer.next_reply(max(0.0, min(next_s, killed_s) - time.monotonic())), fault)
            daemon.kill()
            self.figures.kills += 1
            while reply := peer.next_reply(0.1):  # what it had sent is still in the socket
                self._note(reply, fault)

    @contextlib.contextmanager
    def _broken(self, fault: Fault) -> Iterator[None]:
        """The disk, as the round's difficulty has it."""
        if fault is Fault.DISK_FULL:
            filler = self._data.with_name("filler")
            _fill_disk(filler)
            yield
            filler.unlink()
        elif fault is Fault.READ_ONLY:
            with _mounted(self._data / "clips", "ro"):
                yield
        else:
            yield

    def _send_cue(self, peer: OscPeer, number: int) -> None:
        pairs: list[str | int | float] = ["seconds", str(SECONDS), "at", f"smp:{number * 48_000}"]
        if number % 2:  # a seed of ours; the others are drawn by the daemon, and have to outlive it as well
            pairs += ["seed", number]
        if number % 3 == 0:
            pairs += ["drop", "yes"]
        peer.send(RENDER, f"cue_{number:06}", "Halt, who goes there?", *pairs, "request", number)

    def _note(self, reply: Reply | None, fault: Fault = Fault.NONE) -> None:
        if reply is None or reply.command != RENDER:
            return
        if reply.status == "accepted":
            take_id = str(reply.data[1])
            self.figures.accepted += take_id not in self.accepted
            self.accepted.add(take_id)
            if fault in (Fault.DISK_FULL, Fault.READ_ONLY):
                self._may_fail.add(take_id)
        elif reply.status == "error" and not reply.data:
            self.figures.refused += 1

    def _recover(self, peer: OscPeer, fault: Fault) -> None:
        """Start again, send the cues again, let it make what it owes, end it as people do."""
        with contextlib.ExitStack() as started:
            daemon = started.enter_context(RunningDaemon(self._data, self.program))
            if fault is Fault.TWO_AT_ONCE:
                output = self._folder / "second.out"
                daemon = self._first_of(daemon, started.enter_context(RunningDaemon(self._data, self.program, output)))
            peer.peer = ("127.0.0.1", daemon.wait_until_ready())
            self.figures.slowest_restart_s = max(self.figures.slowest_restart_s, time.monotonic() - daemon.started_s)
            for number in self._sent:
                self._send_again(peer, number)
            deadline_s = time.monotonic() + WAIT_S
            while not self._is_idle(peer):
                if time.monotonic() > deadline_s:
                    raise TrialError(f"still at work {WAIT_S:g} s after its start")
                time.sleep(0.05)
            self.figures.bad_exits += daemon.end() != 0

    def _first_of(self, one: RunningDaemon, other: RunningDaemon) -> RunningDaemon:
        first, second = (one, other) if one.is_ready_or_over() else (other, one)
        if second.is_ready_or_over() or second.process.wait() != 1 or "another Cuevox" not in second.output:
            self.figures.bad_seconds += 1
        return first

    def _send_again(self, peer: OscPeer, number: int) -> None:
        """A client that does not know what became of its cue. Raises TrialError when it is not told."""
        self._send_cue(peer, number)
        self.figures.sent_again += 1
        reply = peer.wait_for(
            lambda reply: reply.command == RENDER and reply.request == str(number) and reply.status == "accepted",
            WAIT_S,
        )
        if reply is None:
            raise TrialError(f"cue {number} was sent again and is not accepted")
        self._note(reply)

    def _is_idle(self, peer: OscPeer) -> bool:
        try:
            status = peer.ask("/cuevox/server/status", timeout_s=WAIT_S)
        except NoReplyError as error:
            raise TrialError(str(error)) from error
        return status.data[0] == 0 and status.data[1] == 0  # queued, rendering


def _fill_disk(filler: Path) -> None:
    """With the daemon writing at the same time: in ever smaller steps, until not even a page is left."""
    size, step = 0, 1 << 26
    with filler.open("wb") as file:
        while step >= 4096:
            try:
                os.posix_fallocate(file.fileno(), size, step)
                size += step
            except OSError:
                step //= 2


@contextlib.contextmanager
def _mounted(folder: Path, options: str) -> Iterator[Path | None]:
    """A small file system of its own; None where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--voice", choices=["tones", "embedded"], default="tones")
    parser.add_argument("--seed", type=int, default=0, help="of the random instants")
    parser.add_argument("--keep", type=Path, help="a folder for what the daemons write (default: a temporary one)")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="cuevox-crash-") as temporary,
        CrashTrial(args.keep or Path(temporary), voice=args.voice, seed=args.seed) as trial,
    ):
        began_s = time.monotonic()
        for _ in range(args.rounds):
            trial.round()
            figures = trial.figures
            print(json.dumps(asdict(figures) | {"clean": figures.is_clean}), file=sys.stderr, flush=True)
            if not figures.is_clean and args.keep:
                input("left as it is, to be looked at; press Enter to end")
                break
    print(json.dumps(asdict(trial.figures) | {"seconds": round(time.monotonic() - began_s)}, indent=2))
    return 0 if trial.figures.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
