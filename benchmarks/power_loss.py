"""Power loss: whether everything is on the disk before it is answered, told or given its name. Linux, with strace.

    python benchmarks/power_loss.py --cues 200

The daemon runs under strace and is asked for lines that are dropped into projects. Then its system calls are gone
through in order, as a disk would see them that loses all that was not synced. What must never be:

- a file that gets its name (rename) before its content was synced,
- an `accepted` that leaves before the journal's write of it was synced,
- a `done` that leaves before the folder in which its clip got its name was synced.

Then the disk is rebuilt as it may be after a loss of power at `--cuts` moments (benchmarks/disk_replay.py): with
nothing, all or any part of what was not synced yet. In each such state every take that was accepted has to be in the
journal, every clip that is told of and every project has to be whole. On every `--restarts`th a daemon is started,
which has to make all that was accepted, once.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.crash_check import SECONDS, look, look_at_cut
from benchmarks.disk_replay import OPTIONS, ReplayedDisk, plain, write_state
from benchmarks.running_daemon import PROGRAMS, WAIT_S, RunningDaemon, TrialError, wait_until_idle
from bridge.osc_peer import OscPeer

RENDER = "/cuevox/line/render"

_LINE = re.compile(r"(?P<thread>\d+) +(?:<\.\.\. (?P<resumed>\w+) resumed>|(?P<call>\w+)\()(?P<rest>.*)")
_FILE = re.compile(r"\d+<(?P<path>/[^>]*)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Findings:
    """What the calls show. The lists have to be empty."""

    cues: int = 0
    syncs: int = 0
    names_given: int = 0
    accepted: int = 0
    done: int = 0
    named_before_synced: list[str] = field(default_factory=list)
    accepted_before_synced: list[str] = field(default_factory=list)
    done_before_synced: list[str] = field(default_factory=list)
    states: int = 0  # of a disk that lost power, looked at
    states_with_losses: int = 0  # in which something was not synced yet
    restarts: int = 0
    wrong_states: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        early = self.named_before_synced or self.accepted_before_synced or self.done_before_synced
        return not (early or self.wrong_states)


class Disk:
    """Goes through the calls of a program and knows what would be lost at each."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._n = 0  # calls so far
        self._unsynced: dict[str, int] = {}  # path -> its last write
        self._journal_writes: dict[str, tuple[str, int]] = {}  # thread -> journal file, its last write there
        self._synced_up_to: dict[str, int] = {}  # path -> the call that its last finished sync began with
        self._new_names: dict[str, tuple[str, int]] = {}  # file name -> folder, when it was named
        self._in_sync: dict[str, tuple[str, int]] = {}  # thread -> what it syncs, since when

    def see(self, lines: Iterable[str]) -> Findings:
        """strace's lines, of `-f -y`."""
        for line in lines:
            if match := _LINE.match(line):
                self._n += 1
                if match["call"]:
                    self._begins(match["thread"], match["call"], match["rest"])
                if not match["rest"].endswith("<unfinished ...>"):
                    self._ends(match["thread"])
        return self.findings

    def _begins(self, thread: str, call: str, rest: str) -> None:
        file = _FILE.match(rest)
        path = file["path"] if file else ""
        if call in ("write", "pwrite64", "writev") and path:
            self._unsynced[path] = self._n
            if path.endswith("-wal"):
                self._journal_writes[thread] = (path, self._n)
        elif call in ("fsync", "fdatasync"):
            self._in_sync[thread] = (path, self._n)
        elif call.startswith("rename"):
            self._renames(*_QUOTED.findall(rest)[:2])
        elif call == "sendto":
            self._sends(thread, rest)

    def _ends(self, thread: str) -> None:
        path, since = self._in_sync.pop(thread, ("", 0))
        if path:
            self.findings.syncs += 1
            self._synced_up_to[path] = since

    def _is_synced(self, path: str, write: int) -> bool:
        return self._synced_up_to.get(path, 0) > write

    def _renames(self, old: str, new: str) -> None:
        self.findings.names_given += 1
        if not self._is_synced(old, self._unsynced.pop(old, 0)) and ".cuevox-bak" not in old:
            self.findings.named_before_synced.append(new)
        place = Path(new)
        self._new_names[place.name] = (str(place.parent), self._n)

    def _sends(self, thread: str, rest: str) -> None:
        texts = _QUOTED.findall(rest)
        if not texts or not texts[0].startswith(f"/reply{RENDER}"):
            return
        if r"\0accepted\0" in texts[0]:
            self.findings.accepted += 1
            path, write = self._journal_writes.get(thread, ("", 0))
            if not self._is_synced(path, write):
                self.findings.accepted_before_synced.append(texts[0])
        elif r"\0done\0" in texts[0]:
            self.findings.done += 1
            named = [(name, *at) for name, at in self._new_names.items() if name.endswith(".wav") and name in texts[0]]
            if not named or not all(self._is_synced(folder, when) for _, folder, when in named):
                self.findings.done_before_synced.append(texts[0])


def look_at_states(
    data: Path, lines: Sequence[str], findings: Findings, n_cuts: int, restart_each: int, chance: random.Random
) -> None:
    """Rebuild the disk at some moments, each with nothing, all and any part of what was in the air."""
    disk, accepted, done = ReplayedDisk(data), set[str](), set[str]()
    cuts = set(chance.sample(range(len(lines)), min(n_cuts, len(lines))))
    for n, line in enumerate(lines):
        sent = disk.see(line)
        take_id = _take_told(sent)
        if take_id and sent is not None:
            (accepted if b"\0accepted\0" in sent else done).add(take_id)
        if n not in cuts:
            continue
        for kept in (0.0, 1.0, None):
            state, n_open = disk.state(chance, kept)
            write_state(data, state)
            findings.states += 1
            findings.states_with_losses += n_open > 0
            wrong = look_at_cut(data, accepted, done)
            if restart_each and findings.states % restart_each == 0:
                findings.restarts += 1
                with RunningDaemon(data, PROGRAMS["tones"]) as daemon:
                    with OscPeer("127.0.0.1", daemon.wait_until_ready()) as peer:
                        wait_until_idle(peer)
                    daemon.end()
                _, wrongs = look(data, accepted, set())
                wrong += [f"after a restart: {wrongs}"] if wrongs else []
            findings.wrong_states += [f"call {n} of {len(lines)}, {kept}: {text}" for text in wrong]


def _take_told(sent: bytes | None) -> str:
    """The take of an answer `accepted` or `done` to a render; empty for all else."""
    if sent is None or not sent.startswith(f"/reply{RENDER}".encode()):
        return ""
    found = re.search(rb"cue_\d{4}_t\d\d", sent)
    return found[0].decode() if found and re.search(rb"\0(accepted|done)\0", sent) else ""


def trial(
    folder: Path, n_cues: int, *, n_cuts: int = 0, restart_each: int = 0, chance: random.Random | None = None
) -> Findings:
    """restart_each: a daemon on each so manieth state; 0: on none. Raises TrialError."""
    strace = shutil.which("strace")
    if strace is None:
        raise TrialError("strace is not installed (Debian: apt-get install strace)")
    calls = folder / "calls"
    tracing = [strace, *OPTIONS, "-o", str(calls)]
    with RunningDaemon(folder / "data", [*tracing, *PROGRAMS["tones"]]) as daemon:
        with OscPeer("127.0.0.1", daemon.wait_until_ready()) as peer:
            for n in range(n_cues):
                drop = ("drop", "yes") if n % 4 == 0 else ()
                peer.send(RENDER, f"cue_{n:04}", "Halt!", "seconds", f"{SECONDS}", "request", n, *drop)
                if n % 2:  # so that some are answered while others are being made
                    peer.wait_for(lambda reply: reply.command == RENDER and reply.status == "accepted", WAIT_S)
            n_done = 0
            while n_done < n_cues:
                if peer.wait_for(lambda reply: reply.command == RENDER and reply.is_ending, WAIT_S) is None:
                    raise TrialError(f"{n_done} of {n_cues} cues were done after {WAIT_S:g} s")
                n_done += 1
            peer.ask("/cuevox/server/quit")
        daemon.process.wait(WAIT_S)
    lines = calls.read_text("utf-8", "replace").splitlines()
    findings = Disk().see(map(plain, lines))
    findings.cues = n_cues
    look_at_states(folder / "data", lines, findings, n_cuts, restart_each, chance or random.Random(0))
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cues", type=int, default=200)
    parser.add_argument("--cuts", type=int, default=500)
    parser.add_argument("--restarts", type=int, default=50, help="a daemon on each so manieth state")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cuevox-power-") as folder:
        chance = random.Random(args.seed)
        findings = trial(Path(folder), args.cues, n_cuts=args.cuts, restart_each=args.restarts, chance=chance)
    print(json.dumps(asdict(findings), indent=2))
    return 0 if findings.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
