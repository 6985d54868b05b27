"""Bundles and time tags: what acts together, and when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message_builder import build_msg

from bridge.settings import Settings
from tests.bridge.osc_desk import PLAY, RENDER, TEXT, Desk, Studio, bundled, bundled_at, open_studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path) as studio:
        yield studio


def test_a_bundle_is_carried_out_together_and_late_ones_at_once(desk: Desk) -> None:
    for in_s in (None, -5.0):
        desk.send_packet(bundled(in_s, ("/cuevox/server/ping", 1), ("/cuevox/server/ping", 2)))
        assert [desk.hear().data for _ in range(2)] == [(1,), (2,)]


def test_a_bundle_waits_for_its_time_and_nothing_else_does(desk: Desk) -> None:
    start = time.time()
    desk.send_packet(bundled(0.5, ("/cuevox/server/ping", "later")))
    assert desk.ask("/cuevox/server/ping", "now").data == ("now",)
    assert desk.hear().data == ("later",)
    assert time.time() - start >= 0.5


def test_time_tags_can_be_left_out_of_account(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0, osc_time_tags=False)
    with open_studio(tmp_path, settings=settings) as studio, Desk(studio.port) as desk:
        desk.send_packet(bundled(3600, ("/cuevox/server/ping", "an hour ahead")))
        assert desk.hear().data == ("an hour ahead",)


def test_a_line_that_comes_after_its_time_tag_sounds_at_once_and_is_told_to_be_late(desk: Desk) -> None:
    desk.ask("/cuevox/line/render", "late_line", "Halt!", "seconds", "0.3")
    desk.send_packet(bundled(-0.5, ("/cuevox/line/play", "late_line"), ("/cuevox/line/status", "late_line")))
    desk.status("done", "/cuevox/line/play")
    (late,) = [heard for heard in desk.rest() if heard.code == "late"]
    assert (late.status, late.address) == ("warning", "/reply/cuevox/line/play") and late.data[0] >= 500


def test_a_line_with_a_time_tag_is_answered_at_once_and_handed_over_with_its_moment(studio: Studio, desk: Desk) -> None:
    desk.ask("/cuevox/line/render", "gate_01", "Halt!", "seconds", "0.3")
    at_s = time.time() + 9
    builder = OscBundleBuilder(at_s)  # type: ignore[arg-type]
    for words in (["gate_01"], ["gate_02", "Live, and in time."]):
        builder.add_content(build_msg(PLAY, words))
    desk.send_packet(builder.build().dgram)
    for line in ("gate_01", "gate_02"):
        accepted = desk.status("accepted", PLAY)
        assert accepted.data[0] == line and accepted.data[2] == pytest.approx(at_s, abs=1e-6)
    first, second = studio.player.sounds
    assert first.at_ns is not None and first.at_ns == second.at_ns  # the same sample, since the same moment
    assert abs(first.at_ns - round(at_s * 1e9)) < 1000
    desk.ask("/cuevox/line/stop")
    assert {desk.status("done", PLAY).code for _ in range(2)} == {"stopped"}
    assert not [heard for heard in desk.rest() if heard.code == "late"]


def test_gaps_in_a_live_line_are_told(studio: Studio, desk: Desk) -> None:
    studio.player.underruns = 3
    assert desk.ask(PLAY, "gate_01", "Live, and too slowly made.").status == "done"
    (warning,) = [heard for heard in desk.rest() if heard.code == "underrun"]
    assert (warning.status, warning.data) == ("warning", (3,))


def test_a_time_tag_too_far_ahead_is_an_error(desk: Desk) -> None:
    desk.send_packet(bundled(60, ("/cuevox/server/ping", 1), (PLAY, "l", "request", 5)))
    for request in ("", "5"):
        answer = desk.hear()
        assert (answer.status, answer.code, answer.request) == ("error", "time_out_of_range", request)
        assert "10 s is the most" in answer.text
    assert desk.rest() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((RENDER, "b", TEXT, "takes", 99), "bad_argument"),  # wrong in itself
        ((RENDER, "b", TEXT, "timbre", "nobody"), "unknown_timbre"),  # wrong for what there is
    ],
)
def test_a_bundle_with_one_wrong_message_is_not_carried_out(
    studio: Studio, desk: Desk, wrong: tuple[object, ...], code: str
) -> None:
    desk.send_packet(bundled(None, (RENDER, "a", TEXT, "request", "r"), wrong))
    first, second = desk.hear(), desk.hear()
    assert (first.status, first.code, first.request) == ("error", "refused", "r")
    assert "another message of its bundle is wrong" in first.text
    assert (second.status, second.code) == ("error", code)
    assert studio.daemon.lines() == ()


def test_a_stop_with_a_time_tag_is_handed_over_with_its_moment(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "gate_01", "Halt!", "seconds", "0.3")
    studio.player.hold.clear()
    desk.send(PLAY, "gate_01")
    desk.status("accepted", PLAY)
    at_s = time.time() + 9
    desk.send_packet(bundled_at(at_s, ("/cuevox/line/stop", "gate_01")))
    stopped = desk.status("done", "/cuevox/line/stop")
    assert stopped.data == (pytest.approx(at_s, abs=1e-6),) and "time tag" in stopped.text
    (stop_ns,) = studio.player.sounds[0].stops_ns
    assert abs(stop_ns - round(at_s * 1e9)) < 1000
    assert desk.ask("/cuevox/line/stop").data == ()  # and that one at once
    assert desk.status("done", PLAY).code == "stopped"
    desk.send_packet(bundled_at(time.time() + 9, ("/cuevox/line/stop", "nobody")))
    assert desk.status("error", "/cuevox/line/stop").code == "not_found"
