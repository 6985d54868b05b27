"""What the daemon refuses at once, and what can be cancelled, picked and removed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge import events
from bridge.cue import Length, LineState
from bridge.errors import BridgeError, BusyError, NotFoundError, RefusedError
from tests.bridge.studio import CUE, Studio


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"timbre": "nobody"}, "unknown_timbre"),
        ({"emotion": "furious"}, "unknown_emotion"),
        ({"emotion": "happy=2"}, "bad_argument"),
        ({"emotion": "clip:nothing"}, "not_found"),
        ({"text": " ... "}, "text_empty"),
        ({"text": "a" * 10_001}, "bad_argument"),
        ({"text": "half \ud800"}, "bad_argument"),
        ({"id": ""}, "bad_argument"),
        ({"id": "a\nb"}, "bad_argument"),
        ({"weight": float("nan")}, "bad_argument"),
        ({"weight": 1.1}, "bad_argument"),
        ({"length": None, "speed": 3.0}, "bad_argument"),
        ({"speed": 1.5}, "bad_argument"),
        ({"length": Length(1, 100)}, "seconds_out_of_range"),
        ({"length": Length(301)}, "seconds_out_of_range"),
        ({"seed": -1}, "bad_argument"),
        ({"seed": 2**31}, "bad_argument"),
        ({"takes": 0}, "bad_argument"),
        ({"takes": 17}, "bad_argument"),
    ],
)
def test_a_cue_that_breaks_a_rule_is_refused_at_once(studio: Studio, change: dict[str, object], code: str) -> None:
    daemon, _ = studio.start()
    cue = replace(CUE, **change)  # type: ignore[arg-type]
    for ask in (daemon.submit, daemon.check, lambda cue: daemon.play(cue.id, cue)):
        if ask == daemon.submit or "takes" not in change:  # a live line is one take
            with pytest.raises(BridgeError) as caught:
                ask(cue)
            assert caught.value.code == code
    assert daemon.lines() == () and studio.player.sounds == []


def test_more_than_the_queue_may_hold_is_refused_whole(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start(settings=replace(studio.settings, max_queued=3))
    daemon.submit(replace(CUE, id="running"))
    log.wait_for(events.LineChanged, lambda event: event.line.state is LineState.RENDERING)
    daemon.submit(replace(CUE, takes=2))
    with pytest.raises(BusyError, match="3 are the most"):
        daemon.submit(replace(CUE, id="more", takes=2))
    assert {line.cue.id for line in daemon.lines()} == {"running", "gate_01"}
    gate.set()


# ---- cancel, pick, remove -------------------------------------------------------------------------------------------


def test_what_waits_and_what_is_rendered_can_be_cancelled(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    running, waiting = daemon.submit(replace(CUE, takes=2))
    (other,) = daemon.submit(replace(CUE, id="other"))
    log.wait_for(events.LineChanged, lambda event: event.line.takes[0].state is LineState.RENDERING)
    assert daemon.cancel("gate_01") is LineState.RENDERING
    assert log.ending(waiting.id).code == "cancelled"
    gate.set()
    line = log.ending(running.id).line
    assert (log.ending(running.id).code, line.state) == ("cancelled", LineState.CANCELLED)
    assert log.ending(other.id).ok
    assert daemon.cancel("other") is LineState.READY
    assert [path.name for path in studio.settings.clips_folder.rglob("*.wav")] == ["other_t01.wav"]
    endings = [event.take_id for event in log.all(events.TakeEnded)]
    assert sorted(endings) == sorted({running.id, waiting.id, other.id})


def test_only_a_take_with_a_clip_can_be_picked(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    first, second = daemon.submit(replace(CUE, takes=2))
    with pytest.raises(RefusedError):
        daemon.pick("gate_01", second.id)
    with pytest.raises(NotFoundError):
        daemon.pick("gate_01", "gate_01_t09")
    with pytest.raises(NotFoundError):
        daemon.pick("nothing", first.id)
    gate.set()
    log.ending(second.id)
    daemon.pick("gate_01", second.id)
    assert daemon.lines()[0].picked == second.id


def test_a_removed_line_leaves_its_clips_and_its_names_are_not_given_again(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    (first,) = daemon.submit(CUE)
    with pytest.raises(RefusedError):
        daemon.remove("gate_01")
    gate.set()
    log.ending(first.id)
    daemon.remove("gate_01")
    assert log.wait_for(events.LineRemoved).line_id == "gate_01"
    assert daemon.lines() == ()
    (second,) = daemon.submit(CUE)
    assert second.id == "gate_01_t02"
    log.ending(second.id)
    assert len(list(studio.settings.clips_folder.rglob("*.wav"))) == 2


def test_new_wishes_stay_over_a_start_and_leave_the_takes_alone(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    daemon.edit(replace(CUE, emotion="sad=0.3", character=""))
    (line,) = daemon.lines()
    assert (line.cue.emotion, line.cue.character, line.picked, line.state) == ("sad=0.3", CUE.timbre, take.id, "ready")
    with pytest.raises(NotFoundError, match="nobody"):
        daemon.edit(replace(CUE, id="nobody"))
    with pytest.raises(BridgeError, match="weight"):
        daemon.edit(replace(CUE, weight=2.0))
    studio.end()
    again, _ = studio.start()
    assert again.lines()[0].cue == line.cue


def test_a_removed_line_comes_back_with_its_takes_and_its_pick(studio: Studio) -> None:
    daemon, log = studio.start()
    _first, second = daemon.submit(replace(CUE, takes=2))
    log.ending(second.id)
    daemon.pick(CUE.id, second.id)
    before = daemon.lines()
    daemon.remove(CUE.id)
    daemon.bring_back(CUE.id)
    assert daemon.lines() == before and before[0].picked == second.id
    with pytest.raises(RefusedError, match="in the list"):
        daemon.bring_back(CUE.id)
    with pytest.raises(NotFoundError):
        daemon.bring_back("nobody")
    studio.end()
    daemon, log = studio.start()
    assert daemon.lines() == before  # the journal has it too
    daemon.remove(CUE.id)
    (third,) = daemon.submit(CUE)
    with pytest.raises(RefusedError):
        daemon.bring_back(CUE.id)
    log.ending(third.id)
    assert third.id == "gate_01_t03"
