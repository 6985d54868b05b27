"""Lines on their way into projects of real files."""

from __future__ import annotations

from dataclasses import replace

import pytest
import rpp

from bridge import events
from bridge.cue import Length, LineState, Position
from bridge.errors import (
    BadArgumentError,
    RefusedError,
)
from tests.bridge.studio import CUE, Studio


def test_a_line_drops_into_every_project_of_the_settings(studio: Studio) -> None:
    daemon, log = studio.start()
    daemon.submit(replace(CUE, at=Position(3_480_000, 48_000), drop=True))
    for target in ("reaper_project", "dawproject"):
        ended = log.wait_for(events.DropEnded, lambda event, target=target: event.target == target)
        assert (ended.ok, ended.where, ended.take_id) == (True, "smp:3480000@48000", "gate_01_t01")
        assert ended.verified
    assert daemon.lines()[0].state is LineState.DROPPED
    project = rpp.loads(studio.settings.reaper_project.read_text())
    (item,) = project.findall(".//ITEM")
    assert item.find("POSITION")[1] == "72.5"


def test_a_ready_take_can_be_dropped_elsewhere_and_into_one_project_only(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(replace(CUE, at=Position(48_000, 48_000)))
    log.ending(take.id)
    assert daemon.drop("gate_01", target="reaper_project").state is LineState.DROPPING
    assert log.wait_for(events.DropEnded).where == "smp:48000@48000"
    daemon.drop("gate_01", target="reaper_project", at=Position(96_000, 48_000))
    assert log.wait_for(events.DropEnded, lambda event: event.where == "smp:96000@48000").ok
    daemon.drop("gate_01", target="reaper_project")  # the same again is answered, not done twice
    assert len(rpp.loads(studio.settings.reaper_project.read_text()).findall(".//ITEM")) == 2
    with pytest.raises(BadArgumentError, match="reaper_project"):
        daemon.drop("gate_01", target="tape")
    assert not studio.settings.dawproject.exists()


def test_many_lines_all_get_into_every_project(studio: Studio) -> None:
    daemon, log = studio.start()
    lines = [f"line_{i:02}" for i in range(25)]
    for i, line in enumerate(lines):
        daemon.submit(replace(CUE, id=line, length=Length(1, 10), at=Position(i * 48_000, 48_000), drop=True))
    for line in lines:
        for target in ("reaper_project", "dawproject"):
            ended = log.wait_for(
                events.DropEnded, lambda event, is_it=(line, target): (event.line_id, event.target) == is_it
            )
            assert ended.ok and ended.where == f"smp:{lines.index(line) * 48_000}@48000"
    assert len(log.all(events.DropEnded)) == 50
    assert {line.state for line in daemon.lines()} == {LineState.DROPPED}


def test_an_older_take_drops_with_its_own_words(studio: Studio) -> None:
    daemon, log = studio.start()
    for text, character in (("Old words.", "Guard"), ("New words.", "Captain")):
        (take,) = daemon.submit(replace(CUE, text=text, character=character))
        log.ending(take.id)
    daemon.pick("gate_01", "gate_01_t01")
    daemon.drop("gate_01", target="reaper_project")
    assert "track Guard" in log.wait_for(events.DropEnded).text
    assert "Old words." in studio.settings.reaper_project.read_text()


def test_a_drop_that_fails_is_told_and_rendering_goes_on(studio: Studio) -> None:
    daemon, log = studio.start()
    studio.settings.reaper_project.parent.mkdir(parents=True)
    studio.settings.reaper_project.write_text("no project")
    daemon.submit(replace(CUE, drop=True))
    ended = log.wait_for(events.DropEnded, lambda event: event.target == "reaper_project")
    assert not ended.ok and "cuevox.RPP" in ended.text
    assert log.wait_for(events.DropEnded, lambda event: event.target == "dawproject").ok
    assert daemon.lines()[0].state is LineState.READY
    assert studio.settings.reaper_project.read_text() == "no project"
    (take,) = daemon.submit(replace(CUE, id="next"))
    assert log.ending(take.id).ok


def test_a_drop_with_nowhere_to_go_is_told(studio: Studio) -> None:
    settings = replace(studio.settings, drop_targets=())
    daemon, log = studio.start(settings=settings)
    (take,) = daemon.submit(replace(CUE, drop=True))
    assert not log.wait_for(events.DropEnded).ok
    with pytest.raises(RefusedError, match="drop_targets"):
        daemon.drop("gate_01")
    assert log.ending(take.id).ok
