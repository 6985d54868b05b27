"""The power-loss trial in its short form. The long one: `python benchmarks/power_loss.py --cues 200`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

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


@pytest.mark.timeout(300)
def test_the_daemon_syncs_before_it_answers(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None or subprocess.run([strace, "-f", "--seccomp-bpf", "true"], capture_output=True).returncode:
        pytest.skip("strace is not installed, or not allowed here")
    findings = trial(tmp_path, 8)
    assert findings.is_clean, findings
    assert findings.accepted == findings.done == 8 and findings.names_given >= 16
