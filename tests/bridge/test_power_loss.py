"""The power-loss trial in its short form. The long one: `python benchmarks/power_loss.py --cues 200`."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.disk_replay import SECTOR, ReplayedDisk
from benchmarks.power_loss import Disk, trial

GOOD = r"""
7 write(9</d/clips/.a_t01.wav.1.part>, "RIFF", 4) = 4
7 fsync(9</d/clips/.a_t01.wav.1.part> <unfinished ...>
8 pwrite64(5</d/cuevox.sqlite-wal>, "x", 1, 0) = 1
7 <... fsync resumed>) = 0
7 rename("/d/clips/.a_t01.wav.1.part", "/d/clips/a_t01.wav") = 0
7 fsync(9</d/clips>) = 0
8 fdatasync(5</d/cuevox.sqlite-wal>) = 0
8 sendto(3<UDP:[1]>, "/reply/cuevox/line/render\0\0\0,ssssss\0accepted\0\0ok", 40, 0, NULL, 0) = 40
8 sendto(3<UDP:[1]>, "/reply/cuevox/line/render\0\0\0,ssssss\0done\0\0ok\0/d/clips/a_t01.wav", 40, 0, NULL, 0) = 40
""".strip().splitlines()


def without(text: str) -> list[str]:
    return [line for line in GOOD if text not in line]


def test_calls_in_the_right_order_are_clean() -> None:
    findings = Disk().see(GOOD)
    assert findings.is_clean, findings
    assert (findings.names_given, findings.accepted, findings.done, findings.syncs) == (1, 1, 1, 3)


def test_what_is_not_synced_in_time_is_found() -> None:
    assert Disk().see(without("fsync(9</d/clips/.a")).named_before_synced == ["/d/clips/a_t01.wav"]
    assert len(Disk().see(without("fdatasync")).accepted_before_synced) == 1
    assert len(Disk().see(without("fsync(9</d/clips>")).done_before_synced) == 1
    late = [*without("8 "), *[line for line in GOOD if line.startswith("8 send")]]
    late.insert(0, next(line for line in GOOD if "pwrite64" in line))
    assert len(Disk().see(late).accepted_before_synced) == 1
    # A write that comes while the sync of an earlier one goes on is not synced by it.
    again = [*GOOD[:2], GOOD[0], *GOOD[3:]]
    assert Disk().see(again).named_before_synced == ["/d/clips/a_t01.wav"]


WRITTEN = r"""
7 mkdir("/d/clips", 0777) = 0
7 openat(AT_FDCWD</d>, "/d/clips/.a.part", O_WRONLY|O_CREAT|O_EXCL, 0666) = 9</d/clips/.a.part>
7 write(9</d/clips/.a.part>, "RIFF", 4 <unfinished ...>
8 lseek(12</d/other>, 0, SEEK_SET) = 0
7 <... write resumed>) = 4
7 write(9</d/clips/.a.part>, "WAVE", 4) = 4
7 fsync(9</d/clips/.a.part>) = 0
7 rename("/d/clips/.a.part", "/d/clips/a.wav") = 0
7 fsync(9</d/clips>) = 0
7 fsync(9</d>) = 0
""".strip().splitlines()
FOLDERS: dict[str, bytes | None] = {"/d": None, "/d/clips": None}


def disk_after(lines: Iterable[str]) -> ReplayedDisk:
    disk = ReplayedDisk(Path("/d"))
    for line in lines:  # as strace -xx has it
        disk.see(re.sub(r'(?<=[<"])(/[^>"]*|[A-Z]{4}|y+)(?=[>"])', lambda m: _hex(m[0]), line))
    return disk


def _hex(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def left(lines: Iterable[str], kept: float | None) -> dict[str, bytes | None]:
    return disk_after(lines).state(random.Random(0), kept)[0]


def test_a_disk_that_lost_power_holds_what_was_synced() -> None:
    assert left(WRITTEN, 0.0) == {**FOLDERS, "/d/clips/a.wav": b"RIFFWAVE"}
    unsynced = [line for line in WRITTEN if "fsync(9</d/clips/.a" not in line]
    assert left(unsynced, 0.0) == {**FOLDERS, "/d/clips/a.wav": b""}
    assert left(unsynced, 1.0) == {**FOLDERS, "/d/clips/a.wav": b"RIFFWAVE"}
    unnamed = [line for line in WRITTEN if "fsync(9</d/clips>)" not in line]
    assert left(unnamed, 0.0) == FOLDERS
    assert left(unnamed, 0.5) == {**FOLDERS, "/d/clips/.a.part": b"RIFFWAVE"}
    # The sync of a folder says nothing of its own name, which stands in the one above it.
    assert left(WRITTEN[:-1], 0.0) == {"/d": None}


def test_a_write_that_was_not_synced_may_be_there_by_sectors() -> None:
    lines = [*WRITTEN, f'7 pwrite64(9</d/clips/a.wav>, "{"y" * 4 * SECTOR}", {4 * SECTOR}, {4 * SECTOR}) = 1']
    disk = disk_after(lines)
    found = {disk.state(random.Random(seed), None)[0]["/d/clips/a.wav"] for seed in range(60)}
    assert b"RIFFWAVE" in found and len(found) > 4
    for content in found:
        assert content is not None and content.startswith(b"RIFFWAVE")
        assert set(content[8:]) <= set(b"y\0") and content.count(b"y") % SECTOR == 0


@pytest.mark.timeout(300)
def test_the_daemon_syncs_before_it_answers(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None or subprocess.run([strace, "-f", "--seccomp-bpf", "true"], capture_output=True).returncode:
        pytest.skip("strace is not installed, or not allowed here")
    findings = trial(tmp_path, 8, n_cuts=20)
    assert findings.is_clean, findings
    assert findings.accepted == findings.done == 8 and findings.names_given >= 16
    assert findings.states == 60 and findings.states_with_losses > 0
