"""Addresses, request ids and subscribers, as clients at real sockets meet them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.settings import Settings
from tests.bridge.osc_desk import PLAY, RENDER, TEXT, Desk, Studio, open_studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path) as studio:
        yield studio


@pytest.mark.parametrize(
    ("address", "code", "says"),
    [
        ("/cuevox/line/rendr", "unknown_address", "did you mean /cuevox/line/render?"),
        ("/zzz", "unknown_address", "/cuevox/server/version"),
        ("/", "unknown_address", "/cuevox/"),
        ("/cuevox/line/*", "refused", "pattern"),
        ("/cuevox/line/{play,stop}", "refused", "patterns may only read"),
        ("/cuevox/line/*/drop", "refused", "patterns may only read"),
        ("/cuevox/line/gate[/status", "bad_argument", "bracket"),
        ("/cuevox/wall/*", "not_found", "means no command"),
        ("/cuevox/line/nothing_*/status", "not_found", "none of the"),
        ("/cuevox/line/play,stop", None, ""),
    ],
)
def test_an_unknown_address_is_told_with_the_nearest(desk: Desk, address: str, code: str | None, says: str) -> None:
    desk.send(address, *([] if "status" in address else ["l"]))
    answer = desk.hear()
    if code is None:  # a comma is no part of an address: the packet is refused as such
        assert (answer.address, answer.code) == ("/cuevox/error", "bad_packet")
    else:
        assert (answer.address, answer.code) == (f"/reply{address}", code)
        assert says in answer.text


def test_a_pattern_reads_each_that_it_means(studio: Studio, desk: Desk) -> None:
    for line in ("pattern_1", "pattern_2", "other_1"):
        desk.ask("/cuevox/line/render", line, "Who goes there?")
    desk.send("/cuevox/line/pattern_[1-9]/status", "request", "p1")
    heard = [desk.status("done", "/cuevox/line/status", "p1") for _ in range(2)]
    assert [h.data[:2] for h in heard] == [("pattern_1", "ready"), ("pattern_2", "ready")]
    desk.send("/cuevox/line/pattern_[1-9]/status", "request", "p1")  # the same again: the same answers again
    assert [desk.status("done", "/cuevox/line/status", "p1") for _ in range(2)] == heard
    desk.send("/cuevox/server/{version,status}")
    assert desk.status("done", "/cuevox/server/version").data[1] == 1
    assert desk.status("done", "/cuevox/server/status").data[3] == "ready"


def test_time_is_told_so_that_clocks_can_be_compared(desk: Desk) -> None:
    before_s = time.time()
    told = desk.ask("/cuevox/server/time", "mine", 7)
    assert before_s - 1e-3 <= told.data[0] <= time.time() + 1e-3 and told.data[1:] == ("mine", 7)


def test_each_client_hears_the_end_of_its_own_sound(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "shared", TEXT)
    studio.player.hold.clear()
    with Desk(studio.port) as other:
        desk.send(PLAY, "shared")
        desk.status("accepted", PLAY)
        other.send(PLAY, "shared")
        other.status("accepted", PLAY)
        studio.player.sounds[-1].stop()  # that of the other, which began later and ends sooner
        assert other.status("done", PLAY).code == "stopped"
        assert not [heard for heard in desk.rest() if heard.address == f"/reply{PLAY}"]
        studio.player.hold.set()
        assert desk.status("done", PLAY).code == "ok"


def test_answers_are_never_answered(desk: Desk) -> None:
    desk.send("/reply/cuevox/server/ping", "", "error", "x", "y")
    desk.send("/cuevox/error", "", "error", "x", "y")
    assert desk.rest() == []


def test_the_same_request_is_answered_again_and_made_once(studio: Studio, desk: Desk) -> None:
    line = (RENDER, "l", TEXT, "seconds", 1.8, "request", 12)
    desk.ask(*line)
    first = [h for h in desk.rest() if h.status != "progress"]
    desk.send(*line)
    assert desk.status("done").data[1] == "l_t01"
    assert [h for h in desk.rest() if h.status != "progress"] == first
    assert {h.status for h in first} == {"accepted", "warning"}
    assert len(studio.voice.rendered) == 1
    other = desk.ask(RENDER, "l", "Another text.", "request", "12")
    assert (other.status, other.code) == ("error", "bad_argument") and "new id" in other.text
    with Desk(studio.port) as second:
        assert second.ask(*line).data[1] == "l_t02"  # another client's 12 is another request


def test_a_request_that_was_refused_may_try_again(studio: Studio, desk: Desk) -> None:
    line = (RENDER, "l", TEXT, "timbre", "New", "request", "r")
    assert desk.ask(*line).code == "unknown_timbre"
    noise = np.random.default_rng(1).normal(0, 0.1, 72_000).astype(np.float32)
    soundfile.write(studio.daemon.settings.inbox_folder / "New.wav", noise, 24_000)
    assert desk.ask(*line).status == "done"


def test_requests_of_a_client_with_a_reply_port_are_its_own(studio: Studio, desk: Desk) -> None:
    """oscsend has another port each time; who names a reply port is known by that."""
    line = (RENDER, "l", TEXT, "request", "1", "reply_port", desk.port)
    for _ in range(2):
        with Desk(studio.port) as sender:
            sender.send(*line)
        desk.status("accepted")
        assert desk.status("done").data[1] == "l_t01"
    assert len(studio.voice.rendered) == 1


def test_errors_are_told_to_subscribers(studio: Studio, desk: Desk) -> None:
    assert desk.ask("/cuevox/server/subscribe", "errors").status == "done"
    assert desk.ask("/cuevox/server/subscribe", "weather").code == "bad_argument"
    own = desk.hear(lambda h: h.address == "/cuevox/error")
    assert own.args[1:3] == ("error", "bad_argument") and own.data == ("/cuevox/server/subscribe",)
    with Desk(studio.port) as other:
        other.ask(RENDER, "l", "", "request", "x")
    told = desk.hear(lambda h: h.address == "/cuevox/error")
    assert told.args[:3] == ("x", "error", "text_empty") and told.data == (RENDER,)


def test_lines_meters_and_a_heartbeat_are_told_to_subscribers(desk: Desk) -> None:
    desk.ask(RENDER, "l", TEXT)
    desk.ask("/cuevox/server/subscribe", "all")
    present = desk.hear(lambda h: h.address == "/cuevox/line/changed")
    assert present.args[:3] == ("l", "ready", "l_t01")
    desk.ask(PLAY, "m", TEXT)
    assert desk.hear(lambda h: h.address == "/cuevox/meter/level").args == (-6.0, -9.0)
    assert desk.hear(lambda h: h.address == "/cuevox/line/changed" and h.args[:2] == ("m", "ready"))
    assert desk.hear(lambda h: h.address == "/cuevox/server/heartbeat").args[3] == "ready"


def test_what_is_open_when_the_daemon_ends_gets_an_ending(tmp_path: Path) -> None:
    with open_studio(tmp_path) as studio:
        desk = Desk(studio.port)
        studio.gate.clear()
        desk.send(RENDER, "l", TEXT, "request", "r")
        desk.status("accepted")
    with desk:
        ending = desk.status("error")
        assert (ending.request, ending.code) == ("r", "closing")


def test_replies_stay_small_and_whole_characters(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0)
    with open_studio(tmp_path, settings=settings) as studio, Desk(studio.port) as desk:
        desk.send(RENDER, "l", TEXT, "emotion", "hangry " + "ü" * 3000)
        desk.socket.settimeout(60)
        packet = desk.socket.recv(65_536)
        assert len(packet) <= 1400
        packet.decode("utf-8")


def test_a_timbre_that_is_to_be_learnt_at_the_end_is_told_so(tmp_path: Path) -> None:
    with open_studio(tmp_path) as studio, Desk(studio.port) as desk:
        studio.daemon._server._api._pool.shutdown()  # type: ignore[attr-defined]  # as when the end has just begun
        answer = desk.ask("/cuevox/preset/add", "timbre", "Aunt", "aunt.wav")
        assert (answer.status, answer.code) == ("error", "closing")
