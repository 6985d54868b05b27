"""The disk is full, cannot be written, or holds links that lead elsewhere: told, and nothing is left half done."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import soundfile

from benchmarks.running_daemon import PROGRAMS, RunningDaemon
from bridge.cue import Cue, Length, LineState, Take
from bridge.daemon import Daemon
from bridge.errors import RefusedError
from bridge.events import TakeEnded
from bridge.journal import JournalError
from bridge.line_entry import PENDING
from bridge.settings import Settings
from bridge.take_store import TakeStore
from tests.bridge.test_take_store import CUE, MADE, PLAN, noise
from tests.event_log import EventLog
from tests.fakes import FakeSynthesizer
from tests.pulse import wait_for

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights of their own on Windows")


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """A small file system of its own, as a disk would be. Skips where that is not allowed."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a small file system")
    folder.mkdir(parents=True, exist_ok=True)
    if subprocess.run(["mount", *options, str(folder)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def takes_of(daemon: Daemon) -> dict[str, Take]:
    return {take.id: take for line in daemon.lines() for take in line.takes}


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_full_disk_fails_lines_one_by_one_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=2m", "tmpfs") as disk:
        settings = Settings(disk / "data", osc_port=0)
        accepted: dict[str, bool] = {}
        with Daemon(settings, FakeSynthesizer) as daemon:
            log = EventLog()
            daemon.subscribe(log)
            refusal = ""
            for n in range(40):  # a clip has 144 kB, so a dozen fill the disk
                try:
                    (take,) = daemon.submit(Cue(f"line_{n:02}", "Halt!", "Mara", length=Length(1, 1)))
                except JournalError as error:
                    refusal = str(error)
                    continue
                accepted[take.id] = log.ending(take.id).ok
            bad = [event for event in log.all(TakeEnded) if not event.ok]
            assert bad and {event.code for event in bad} == {"disk_failed"}
            assert all("space" in event.text for event in bad)
            assert not refusal or "space" in refusal
            (settings.clips_folder / "Mara" / "line_00_t01.wav").unlink()  # somebody makes room
            (settings.clips_folder / "Mara" / "line_01_t01.wav").unlink()
            (again,) = daemon.submit(Cue("after", "Halt!", "Mara", length=Length(1, 1)))
            assert log.ending(again.id).ok
        good = {take_id for take_id, ok in accepted.items() if ok} | {again.id}
        with Daemon(settings, FakeSynthesizer) as daemon:
            # A bad ending that did not fit onto the disk either is unknown now: such a take is made again.
            wait_for(lambda: all(take.state not in PENDING for take in takes_of(daemon).values()), "every ending")
            takes = takes_of(daemon)
        assert set(takes) == {*accepted, again.id}
        gone = {"line_00_t01", "line_01_t01"}
        ready = {take_id for take_id, take in takes.items() if take.state is LineState.READY}
        made_again = ready - good
        assert ready - made_again == good - gone
        clips = files_of(settings.clips_folder)
        assert {path.stem for path in clips} == good | made_again
        for path in clips:
            assert path.suffix == ".json" or soundfile.info(path).frames == 48_000


def test_a_take_whose_story_cannot_be_written_leaves_no_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    store = TakeStore(tmp_path / "clips", depth=24, project="Castle")
    monkeypatch.setattr("bridge.take_store.write_atomic", full)
    with pytest.raises(Exception, match="No space left"):
        store.write(CUE, PLAN, noise(), MADE)
    assert not files_of(tmp_path)


def test_a_folder_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "ro", "tmpfs") as disk:
        with RunningDaemon(disk / "data", PROGRAMS["tones"], tmp_path / "output") as daemon:
            assert not daemon.is_ready_or_over()
        assert daemon.process.returncode == 1
        assert "Read-only file system" in daemon.output and str(disk / "data") in daemon.output
        assert "Traceback" not in daemon.output


@needs_links
def test_a_link_never_leads_a_clip_out_of_its_folder(tmp_path: Path) -> None:
    store = TakeStore(tmp_path / "clips", depth=24, project="Castle")
    (tmp_path / "elsewhere").mkdir()
    store.folder.mkdir()
    (store.folder / "Gate_Guard").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError, match="outside"):
        store.write(CUE, PLAN, noise(), MADE)
    assert not files_of(tmp_path)


@needs_links
def test_what_a_link_leads_to_is_not_written_over(tmp_path: Path) -> None:
    store = TakeStore(tmp_path / "clips", depth=24, project="Castle")
    (store.folder / "Gate_Guard").mkdir(parents=True)
    precious = tmp_path / "precious.wav"
    precious.write_bytes(b"precious")
    link = store.folder / "Gate_Guard" / "gate_012_t01.wav"
    link.symlink_to(precious)
    path = store.write(CUE, PLAN, noise(), MADE)
    assert path.parent == link.parent and path != link
    assert precious.read_bytes() == b"precious"
