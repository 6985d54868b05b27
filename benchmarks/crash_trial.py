"""Crash trial: kill the daemon at random instants and look whether anything that it had accepted is lost.

    python benchmarks/crash_trial.py --rounds 500            the long form
    python benchmarks/crash_trial.py --rounds 3 --seed 1     a short one, as the tests run it

A round: start the daemon as a process of its own, send 50 cues a second over OSC, kill it (SIGKILL) at a random
instant, start it again (in every third round it is killed once more, while it recovers), wait until nothing waits any
more, end it, and look at everything that is on the disk. Only processes that the trial started are killed.

The daemon is launcher.py with all its parts; only the voice is one of tones, so that a round takes seconds. With
`--voice embedded` it speaks with the voice that ships.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import rpp
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bridge.osc_peer import NoReplyError, OscPeer, Reply

ROOT = Path(__file__).resolve().parent.parent
CUES_A_SECOND = 50
SPAN_S = 3.0  # the kill comes within that time after the first cue
ROUNDS_A_FOLDER = 20  # then a fresh data folder, so that looking at all of it stays quick
WAIT_S = 60.0  # for a start, for an answer, for the end; a busy machine takes its time
SECONDS, RATE = 0.25, 48_000

TONES = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); import launcher; from tests.fakes import FakeSynthesizer; "
    "sys.exit(launcher.run(launcher.parse(sys.argv[1:]), FakeSynthesizer))"
)
PROGRAMS = {
    "tones": [sys.executable, "-c", TONES],
    "embedded": [sys.executable, str(ROOT / "launcher.py")],
}


class TrialError(Exception):
    """The trial itself cannot go on: a daemon that does not start, or does not answer."""


@dataclass
class Figures:
    """What a trial counted. All below `slowest_restart_s` have to be empty or 0."""

    rounds: int = 0
    kills: int = 0
    sent: int = 0
    accepted: int = 0
    takes: int = 0  # looked at, in all rounds
    slowest_restart_s: float = 0.0
    lost: list[str] = field(default_factory=list)  # accepted, and unknown or without a clip afterwards
    torn: list[str] = field(default_factory=list)  # files that are not whole, or not as they were asked for
    orphaned: list[str] = field(default_factory=list)  # files that no take knows of
    duplicates: list[str] = field(default_factory=list)  # takes made twice, clips twice in a project
    bad_exits: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.torn or self.orphaned or self.duplicates or self.bad_exits)


class RunningDaemon:
    """One daemon in a process of its own. A context manager that leaves no process behind."""

    def __init__(self, folder: Path, program: list[str], output: Path | None = None) -> None:
        """`folder`: for its data. `output`: the file for what it prints; by default beside the folder."""
        self._output = output or folder.with_name(f"{folder.name}.out")
        self.started_s = time.monotonic()
        with self._output.open("wb") as printed:
            self.process = subprocess.Popen(
                [*program, "--headless", "--osc-port", "0", "--data", str(folder)],
                cwd=ROOT,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> RunningDaemon:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.kill()

    @property
    def output(self) -> str:
        return self._output.read_text("utf-8", "replace")

    @property
    def port(self) -> int | None:
        """Where it listens to OSC; None as long as it is not ready."""
        for line in self.output.splitlines(keepends=True):
            if line.startswith("ready osc=") and line.endswith("\n"):
                return int(line.rpartition(":")[2])
        return None

    def is_ready_or_over(self) -> bool:
        """Waits for the one or the other. -> whether it is ready. Raises TrialError."""
        deadline_s = time.monotonic() + WAIT_S
        while time.monotonic() < deadline_s:
            is_over = self.process.poll() is not None
            if self.port is not None:
                return True
            if is_over:
                return False
            time.sleep(0.01)
        raise TrialError(f"a daemon is neither ready nor over after {WAIT_S:g} s: {self.output}")

    def wait_until_ready(self) -> int:
        """-> its OSC port. Raises TrialError."""
        if not self.is_ready_or_over() or self.port is None:
            raise TrialError(f"the daemon ended before it was ready: {self.output}")
        return self.port

    def kill(self) -> None:
        """SIGKILL; on Windows its equal."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """SIGTERM. -> its exit status."""
        self.process.terminate()
        return self.process.wait(WAIT_S)


class CrashTrial:
    """Rounds on one data folder after another, all below `folder`."""

    def __init__(self, folder: Path, *, voice: str = "tones", seed: int = 0) -> None:
        self.figures = Figures()
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.program = PROGRAMS[voice]
        self._chance = random.Random(seed)
        self._cue = 0
        self.accepted: set[str] = set()  # take ids, of the present data folder
        self._data = folder

    def round(self) -> None:
        """Raises TrialError."""
        if self.figures.rounds % ROUNDS_A_FOLDER == 0:
            self._data, self.accepted = self._folder / f"data-{self.figures.rounds:04}", set()
        self._cues_and_a_kill()
        if self.figures.rounds % 3 == 2:
            with RunningDaemon(self._data, self.program):
                time.sleep(self._chance.uniform(0, SPAN_S))
                self.figures.kills += 1
        self._recover()
        self.look()
        self.figures.rounds += 1

    def _cues_and_a_kill(self) -> None:
        with RunningDaemon(self._data, self.program) as daemon:
            with OscPeer("127.0.0.1", daemon.wait_until_ready()) as peer:
                killed_s = time.monotonic() + self._chance.uniform(0, SPAN_S)
                next_s = time.monotonic()
                while (now_s := time.monotonic()) < killed_s:
                    if now_s >= next_s:
                        self._send_cue(peer)
                        next_s += 1 / CUES_A_SECOND
                    self._note(peer.next_reply(max(0.0, min(next_s, killed_s) - time.monotonic())))
                daemon.kill()
                self.figures.kills += 1
                while reply := peer.next_reply(0.1):  # what it had sent is still in the socket
                    self._note(reply)

    def _send_cue(self, peer: OscPeer) -> None:
        number, self._cue = self._cue, self._cue + 1
        pairs: list[str | int | float] = ["seconds", str(SECONDS), "at", f"smp:{number * RATE}"]
        if number % 2:  # a seed of ours; the others are drawn by the daemon, and have to outlive it as well
            pairs += ["seed", number]
        if number % 3 == 0:
            pairs += ["drop", "yes"]
        peer.send("/cuevox/line/render", f"cue_{number:06}", "Halt, who goes there?", *pairs)
        self.figures.sent += 1

    def _note(self, reply: Reply | None) -> None:
        if reply is not None and reply.command == "/cuevox/line/render" and reply.status == "accepted":
            self.accepted.add(str(reply.data[1]))
            self.figures.accepted += 1

    def _recover(self) -> None:
        """Start again, let it make what it owes, end it as people do."""
        with RunningDaemon(self._data, self.program) as daemon:
            with OscPeer("127.0.0.1", daemon.wait_until_ready()) as peer:
                self.figures.slowest_restart_s = max(
                    self.figures.slowest_restart_s, time.monotonic() - daemon.started_s
                )
                deadline_s = time.monotonic() + WAIT_S
                while not self._is_idle(peer):
                    if time.monotonic() > deadline_s:
                        raise TrialError(f"still at work {WAIT_S:g} s after its start")
                    time.sleep(0.05)
            self.figures.bad_exits += daemon.end() != 0

    def _is_idle(self, peer: OscPeer) -> bool:
        try:
            status = peer.ask("/cuevox/server/status", timeout_s=WAIT_S)
        except NoReplyError as error:
            raise TrialError(str(error)) from error
        return status.data[0] == 0 and status.data[1] == 0  # queued, rendering

    # ---- what is on the disk ----------------------------------------------------------------------------------------

    def look(self) -> None:
        """Add to the figures what is wrong in the present data folder. No daemon may be at work in it."""
        takes = self._takes()
        self.figures.takes += len(takes)
        paths = {take["path"] for take in takes.values() if take["path"]}
        self.figures.lost += sorted(self.accepted - {t["id"] for t in takes.values() if t["path"]})
        lines = Counter(take["line"] for take in takes.values())
        self.figures.duplicates += sorted(line for line, n in lines.items() if n > 1)
        for take in takes.values():
            if take["path"] and (fault := _fault_of_clip(take)):
                self.figures.torn.append(fault)
        known = paths | {str(Path(path).with_suffix(".json")) for path in paths}
        files = {str(path) for path in (self._data / "clips").rglob("*") if path.is_file()}
        self.figures.orphaned += sorted(files - known) + [str(path) for path in self._data.rglob("*.part")]
        self._look_at_projects({take["id"] for take in takes.values() if take["state"] == "dropped"})

    def _takes(self) -> dict[str, dict[str, Any]]:
        with contextlib.closing(sqlite3.connect(self._data / "cuevox.sqlite")) as database:
            (fault,) = database.execute("PRAGMA integrity_check").fetchone()
            if fault != "ok":
                self.figures.torn.append(f"journal: {fault}")
            found = [json.loads(text) for (text,) in database.execute("SELECT take FROM take")]
        return {take["id"]: take for take in found}

    def _look_at_projects(self, dropped: set[str]) -> None:
        project, archive = self._data / "projects" / "cuevox.RPP", self._data / "projects" / "cuevox.dawproject"
        if not dropped:
            return
        try:
            items = rpp.loads(project.read_text("utf-8")).findall(".//ITEM")
            names = Counter(item.find("NAME")[1] for item in items)
        except (OSError, ValueError) as error:
            self.figures.torn.append(f"{project}: {error}")
            return
        self.figures.duplicates += [f"{name} in the project" for name, n in names.items() if n > 1]
        self.figures.lost += sorted(f"{name} from the project" for name in dropped - set(names))
        try:
            with zipfile.ZipFile(archive) as opened:
                bad = opened.testzip()
                n_clips = sum(name.endswith(".wav") for name in opened.namelist())
        except (OSError, zipfile.BadZipFile) as error:
            self.figures.torn.append(f"{archive}: {error}")
            return
        if bad or n_clips != len(names):
            self.figures.torn.append(f"{archive}: {n_clips} clips instead of {len(names)}, first bad: {bad}")


def _fault_of_clip(take: dict[str, Any]) -> str:
    """What is wrong with a take's two files; empty when nothing is."""
    path = Path(take["path"])
    try:
        n_samples = soundfile.info(path).frames
        made = json.loads(path.with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError, soundfile.SoundFileError) as error:
        return f"{path}: {error}"
    if n_samples != SECONDS * RATE or made["take"] != take["id"] or made["seed"] != take["seed"]:
        return f"{path}: {n_samples} samples, take {made['take']}, seed {made['seed']}; the journal has {take}"
    return ""


def rounds(trial: CrashTrial, n: int) -> Iterator[Figures]:
    """The figures after each of `n` rounds. Raises TrialError."""
    for _ in range(n):
        trial.round()
        yield trial.figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--voice", choices=sorted(PROGRAMS), default="tones")
    parser.add_argument("--seed", type=int, default=0, help="of the random instants")
    parser.add_argument("--keep", type=Path, help="a folder for what the daemons write (default: a temporary one)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cuevox-crash-") as temporary:
        trial = CrashTrial(args.keep or Path(temporary), voice=args.voice, seed=args.seed)
        began_s = time.monotonic()
        for figures in rounds(trial, args.rounds):
            print(f"round {figures.rounds}: {figures.accepted} accepted, clean: {figures.is_clean}", file=sys.stderr)
            if not figures.is_clean and args.keep:
                break  # left as it is, to be looked at
    print(json.dumps({**asdict(trial.figures), "seconds": round(time.monotonic() - began_s)}, indent=2))
    return 0 if trial.figures.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
