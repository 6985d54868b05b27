"""A daemon after the end of the one before it, by order or by a crash."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import rpp

from bridge import events
from bridge.cue import LineState, Position
from bridge.journal import DropWish, Journal, JournalError
from bridge.settings import Settings
from tests.bridge.studio import CUE, Studio
from tests.fakes import FakeSynthesizer


def as_after_a_crash(studio: Studio, folder: Path) -> Settings:
    """Settings of a copy of the data folder as it lies on the disk at this moment, while the daemon is at work."""
    shutil.copytree(studio.settings.data_folder, folder)
    return replace(studio.settings, data_folder=folder)


def test_a_restart_shows_the_lines_with_their_takes(studio: Studio) -> None:
    daemon, log = studio.start()
    for take in (*daemon.submit(replace(CUE, takes=2)), *daemon.submit(replace(CUE, id="b", length=None, at=None))):
        log.ending(take.id)
    daemon.pick("gate_01", "gate_01_t02")
    daemon.remove("b")
    before = daemon.lines()
    studio.end()
    daemon, log = studio.start()
    assert daemon.lines() == before
    daemon.play("gate_01")
    assert log.wait_for(events.PlayEnded).take_id == "gate_01_t02"
    assert daemon.submit(replace(CUE, id="b"))[0].id == "b_t02"


def test_what_was_accepted_and_not_made_is_made_after_a_crash_with_its_seed(studio: Studio, tmp_path: Path) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    takes = [*daemon.submit(replace(CUE, takes=3, seed=None)), daemon.play("live_1", CUE)]
    log.wait_for(events.LineChanged, lambda event: LineState.RENDERING in {take.state for take in event.line.takes})
    settings = as_after_a_crash(studio, tmp_path / "crashed")
    gate.set()
    n_sounds = len(studio.player.sounds)
    daemon, log = studio.start(FakeSynthesizer, settings=settings)
    for take in takes:
        assert log.ending(take.id).ok
    lines = {line.cue.id: line for line in daemon.lines()}
    assert [(take.id, take.seed) for take in lines["gate_01"].takes] == [(take.id, take.seed) for take in takes[:3]]
    assert len(list(settings.clips_folder.rglob("*.wav"))) == 4
    assert len(studio.player.sounds) == n_sounds  # what was to sound live is made, but its moment has passed


def test_a_daemon_that_is_ended_at_work_leaves_the_rest_for_the_next(studio: Studio) -> None:
    daemon, log = studio.start()
    takes = [take for i in range(30) for take in daemon.submit(replace(CUE, id=f"line_{i:02}"))]
    log.wait_for(events.TakeEnded)
    studio.end()
    made = {event.take_id for event in log.all(events.TakeEnded)}
    daemon, log = studio.start()
    for take in takes:
        if take.id not in made:
            assert log.ending(take.id).ok
    assert {event.take_id for event in log.all(events.TakeEnded)} == {take.id for take in takes} - made
    assert [line.state for line in daemon.lines()] == [LineState.READY] * 30
    assert len(list(studio.settings.clips_folder.rglob("*.wav"))) == 30


def test_a_drop_that_was_under_way_at_a_crash_is_done_once(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    at = Position(96_000, 48_000)
    daemon.drop("gate_01", target="reaper_project", at=at)
    log.wait_for(events.DropEnded)
    studio.end()
    journal = Journal(studio.settings.journal)
    (line,), (kept,) = journal.load()
    wish = DropWish(("reaper_project",), at)
    journal.save(line, [replace(kept, take=replace(kept.take, state=LineState.READY), wish=wish)])
    journal.close()
    daemon, log = studio.start()
    assert log.wait_for(events.DropEnded).where == "smp:96000@48000"
    assert daemon.lines()[0].state is LineState.DROPPED
    assert len(rpp.loads(studio.settings.reaper_project.read_text()).findall(".//ITEM")) == 1


def test_a_line_whose_preset_is_gone_after_a_restart_fails_with_the_reason(studio: Studio, tmp_path: Path) -> None:
    gate = studio.hold()
    daemon, _ = studio.start()
    daemon.voices.save_emotion("mine", {"happy": 1})
    daemon.submit(replace(CUE, emotion="mine"))
    settings = as_after_a_crash(studio, tmp_path / "crashed")
    gate.set()
    (settings.presets_folder / "emotion" / "mine.json").unlink()
    daemon, _ = studio.start(settings=settings)
    (line,) = daemon.lines()
    assert line.state is LineState.FAILED and "mine" in line.takes[0].error


def test_a_take_whose_clip_is_away_is_told_and_comes_back_with_it(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    path = log.ending(take.id).line.takes[0].path
    assert path is not None
    studio.end()
    path.rename(path.with_suffix(".away"))
    daemon, _ = studio.start()
    assert daemon.lines()[0].state is LineState.FAILED and "gone" in daemon.lines()[0].takes[0].error
    studio.end()
    path.with_suffix(".away").rename(path)
    daemon, _ = studio.start()
    assert daemon.lines()[0].state is LineState.READY


def test_a_second_daemon_on_the_same_folder_says_so(studio: Studio) -> None:
    studio.start()
    with pytest.raises(JournalError, match="another Cuevox"):
        studio.start()
