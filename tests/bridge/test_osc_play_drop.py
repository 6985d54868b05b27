"""Lines that are let sound, stopped and dropped over OSC."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.settings import Settings
from engine.errors import EngineError
from tests.bridge.osc_desk import DROP, PLAY, RENDER, TEXT, Desk, Studio, open_studio
from tests.fakes import FakePlayer


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path) as studio:
        yield studio


def test_a_line_is_played_live_and_ends_when_the_sound_does(studio: Studio, desk: Desk) -> None:
    desk.send(PLAY, "l", TEXT, "seconds", 0.5, "request", "p")
    accepted = desk.hear()
    assert accepted.args[:3] == ("p", "accepted", "ok") and accepted.data == ("l", "l_t01")
    assert desk.status("done").data == ("l", "l_t01", 24_000, 1.0)
    while desk.ask("/cuevox/line/status", "l").data[1] != "ready":
        time.sleep(0.01)
    again = desk.ask(PLAY, "l", "request", "q")
    assert (again.request, again.data[:3]) == ("q", ("l", "l_t01", 24_000))
    assert len(studio.player.sounds) == 2


def test_a_stopped_sound_ends_as_stopped(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "l", TEXT)
    studio.player.hold.clear()
    desk.send(PLAY, "l", "request", "p")
    desk.status("accepted", PLAY)
    assert desk.ask("/cuevox/line/stop").status == "done"
    ending = desk.status("done", PLAY)
    assert (ending.request, ending.code) == ("p", "stopped")


def test_a_live_line_that_fails_has_one_ending(studio: Studio, desk: Desk) -> None:
    studio.voice.failure = EngineError("the voice broke down")
    answer = desk.ask(PLAY, "l", TEXT)
    assert (answer.status, answer.code) == ("error", "engine_failed")
    assert [h for h in desk.rest() if h.status in ("done", "error")] == []


def test_no_sound_device_is_an_error_and_rendering_goes_on(tmp_path: Path) -> None:
    with open_studio(tmp_path, player=FakePlayer(missing=True)) as studio, Desk(studio.port) as desk:
        assert desk.ask(PLAY, "l", TEXT).code == "device_failed"
        assert desk.ask(RENDER, "l", TEXT).status == "done"


def test_a_drop_has_one_ending_for_all_its_targets(studio: Studio, desk: Desk) -> None:
    assert desk.ask(DROP, "nobody").code == "not_found"
    desk.ask(RENDER, "l", TEXT, "at", "sec:2", "character", "Guard")
    assert desk.ask(DROP, "l", "target", "cubase").code == "bad_argument"
    desk.send(DROP, "l", "request", 4)
    assert desk.status("accepted", DROP).args[4:] == ("l", "l_t01")
    done = desk.status("done", DROP)
    assert done.args[:3] == ("4", "done", "ok")
    line, take, target, where, verified = done.data
    assert (line, take, target, where) == ("l", "l_t01", "reaper_project,dawproject", "smp:96000@48000")
    assert "reaper_project: " in verified
    one = desk.ask(DROP, "l", "target", "dawproject", "at", "smp:480000")
    assert one.data[:4] == ("l", "l_t01", "dawproject", "smp:480000@48000")


def test_a_line_with_drop_tells_what_became_of_it(studio: Studio, desk: Desk) -> None:
    desk.send(RENDER, "l", TEXT, "drop", "yes", "at", 48_000, "request", "r")
    assert desk.status("done", RENDER).request == "r"
    dropped = desk.status("done", DROP)
    assert dropped.request == "r" and dropped.data[3] == "smp:48000@48000"
    assert desk.ask("/cuevox/line/status", "l").data[1] == "dropped"


def test_a_drop_without_any_target_has_its_ending(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0, drop_targets=())
    with open_studio(tmp_path, settings=settings) as studio, Desk(studio.port) as desk:
        assert desk.ask(RENDER, "l", TEXT, "drop", "yes", "request", "r").status == "done"
        nowhere = desk.status("error", DROP)
        assert (nowhere.request, nowhere.code, nowhere.data[:2]) == ("r", "drop_failed", ("l", "l_t01"))
        assert "drop_targets" in nowhere.text
        assert desk.ask(DROP, "l").code == "refused"


def test_a_drop_that_fails_says_why(studio: Studio, desk: Desk) -> None:
    studio.daemon.settings.reaper_project.parent.mkdir(parents=True)
    studio.daemon.settings.reaper_project.write_text("no project at all")
    desk.ask(RENDER, "l", TEXT)
    failed = desk.ask(DROP, "l", "target", "reaper_project")
    assert (failed.status, failed.code, failed.data[:2]) == ("error", "drop_failed", ("l", "l_t01"))


@pytest.mark.parametrize("verb", ["play", "cancel", "status", "drop", "stop"])
def test_a_line_that_is_not_there(desk: Desk, verb: str) -> None:
    answer = desk.ask(f"/cuevox/line/{verb}", "nobody")
    assert (answer.code, "nobody" in answer.text) == ("not_found", True)


def test_a_button_sends_its_line_in_the_address_and_its_release_does_nothing(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "l", TEXT)
    released = desk.ask("/cuevox/line/l/play", 0.0)
    assert (released.status, released.data) == ("done", ()) and studio.player.sounds == []
    assert desk.ask("/cuevox/line/l/play", 1.0).data[:2] == ("l", "l_t01")
    assert desk.ask("/cuevox/line/l/pick/l_t01", 1.0).data == ("l", "l_t01")
    assert desk.ask("/cuevox/line/l/lock/yes", 1).data == ("l", "l_t01")
    assert "1 for pressed, 0 for released" in desk.ask("/cuevox/line/l/play", "on").text
    assert desk.ask("/cuevox/line/l/play/", 1).code == "unknown_address"
    assert desk.ask("/cuevox/line/l/status").data[1] == "ready"
