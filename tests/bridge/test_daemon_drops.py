"""Lines on their way into projects of real files."""

from __future__ import annotations

from dataclasses import replace

import pytest
import rpp

from bridge import events
from bridge.cue import Length, LineState, Position
from bridge.drops import DropError
from bridge.errors import BadArgumentError, RefusedError
from bridge.journal import Journal
from tests.bridge.studio import CUE, Studio
from tests.fakes import WAIT_S


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


def items(studio: Studio) -> int:
    return len(rpp.loads(studio.settings.reaper_project.read_text()).findall(".//ITEM"))


def test_a_drop_is_found_and_taken_out_after_a_restart_wherever_it_went(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(replace(CUE, at=Position(48_000, 48_000)))
    log.ending(take.id)
    daemon.drop("gate_01", target="reaper_project", at=Position(96_000, 48_000))
    log.wait_for(events.DropEnded)
    daemon.drop("gate_01", target="dawproject")
    log.wait_for(events.DropEnded, lambda event: event.target == "dawproject")
    assert items(studio) == 1
    studio.end()
    daemon, _ = studio.start()
    assert daemon.undrop("gate_01").result(WAIT_S) == (take.id, ("dawproject",))  # the last drop
    assert (daemon.lines()[0].state, items(studio)) == (LineState.DROPPED, 1)
    assert daemon.undrop("gate_01").result(WAIT_S) == (take.id, ("reaper_project",))  # and the one before it
    assert items(studio) == 0
    assert daemon.lines()[0].state is LineState.READY
    with pytest.raises(DropError, match="drop it first"):
        daemon.undrop("gate_01").result(WAIT_S)
    studio.end()
    daemon, _ = studio.start()  # and that is remembered as well
    with pytest.raises(DropError, match="drop it first"):
        daemon.undrop("gate_01").result(WAIT_S)


def test_a_drop_of_an_older_journal_is_looked_for_at_the_place_of_its_line(studio: Studio) -> None:
    daemon, log = studio.start()
    daemon.submit(replace(CUE, at=Position(48_000, 48_000), drop=True))
    log.wait_for(events.DropEnded, lambda event: event.target == "dawproject")
    studio.end()
    journal = Journal(studio.settings.journal)
    (line,), takes = journal.load()
    assert [drop.target for drop in line.drops] == ["reaper_project", "dawproject"]
    journal.save(replace(line, drops=()), takes)
    journal.close()
    daemon, _ = studio.start()
    kept = [path.read_bytes() for path in (studio.settings.reaper_project, studio.settings.dawproject)]
    for path in (studio.settings.reaper_project, studio.settings.dawproject):
        path.write_text("damaged")
    with pytest.raises(DropError, match="was not taken out"):
        daemon.undrop("gate_01").result(WAIT_S)
    assert daemon.lines()[0].state is LineState.DROPPED
    for path, content in zip((studio.settings.reaper_project, studio.settings.dawproject), kept, strict=True):
        path.write_bytes(content)
    assert daemon.undrop("gate_01").result(WAIT_S)[1] == ("reaper_project", "dawproject")
    assert items(studio) == 0 and daemon.lines()[0].state is LineState.READY


def test_another_take_of_a_line_that_was_locked_meanwhile_stays_out_of_its_project(studio: Studio) -> None:
    gate = studio.hold()
    gate.set()
    daemon, log = studio.start()
    daemon.submit(replace(CUE, at=Position(48_000, 48_000), drop=True))
    log.wait_for(events.DropEnded, lambda event: event.target == "dawproject")
    gate.clear()
    (later,) = daemon.submit(replace(CUE, at=Position(48_000, 48_000), seed=8, drop=True))
    daemon.lock("gate_01")
    before = studio.settings.reaper_project.read_bytes()
    gate.set()
    for target in ("reaper_project", "dawproject"):
        ended = log.wait_for(
            events.DropEnded, lambda event, target=target: (event.take_id, event.target) == (later.id, target)
        )
        assert not ended.ok and "locked at take 'gate_01_t01'" in ended.text and "unlock" in ended.text
    assert studio.settings.reaper_project.read_bytes() == before
    line = daemon.lines()[0]
    assert (line.picked, line.takes[1].state) == ("gate_01_t01", LineState.READY)
    assert daemon.drop("gate_01", target="reaper_project").id == "gate_01_t01"  # the final one may be dropped
