"""Commands that come again after a restart, under the same request id: answered again, and nothing made twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.osc_clients import Peer
from bridge.osc_packet import Message, arg
from bridge.osc_recall import lasting_name, record_of
from tests.bridge.osc_desk import Desk, Studio, open_studio
from tests.fakes import FakePlayer

RENDER, PLAY = "/cuevox/line/render", "/cuevox/line/play"
LINE = (RENDER, "l", "Who goes there?", "seconds", 1.8, "takes", 2, "request", "r")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """One client, on one port, to one daemon after another."""
    with Desk(0) as desk:
        yield desk


def meet(desk: Desk, studio: Studio) -> None:
    desk.daemon, desk.kept = ("127.0.0.1", studio.port), []


def test_a_render_that_was_done_is_told_again(tmp_path: Path, desk: Desk) -> None:
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        desk.send(*LINE)
        first = [desk.status("done", RENDER).data for _ in range(2)]
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        for _ in range(2):  # the second time from memory
            desk.send(*LINE)
            assert [desk.status("accepted", RENDER).data for _ in range(2)] == [("l", "l_t01"), ("l", "l_t02")]
            assert [desk.status("done", RENDER).data for _ in range(2)] == first
        assert not studio.voice.rendered
        with Desk(studio.port) as another:  # whose r is another request
            assert another.ask(*LINE).data[1] == "l_t03"


def test_a_render_that_was_not_done_is_made_once_and_told(tmp_path: Path, desk: Desk) -> None:
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        studio.gate.clear()
        desk.send(*LINE)
        for _ in range(2):
            desk.status("accepted", RENDER)
        (line,) = studio.daemon.lines()
        seeds = [take.seed for take in line.takes]
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        desk.send(*LINE)
        assert [desk.status("done", RENDER).data[6] for _ in range(2)] == seeds
        assert [request.seed for request in studio.voice.rendered] == seeds


def test_a_render_that_failed_is_told_again(tmp_path: Path, desk: Desk) -> None:
    line = (*LINE[:-4], "request", "f")
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        studio.voice.failure = RuntimeError("a spark")
        assert "a spark" in desk.ask(*line).text
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        again = desk.ask(*line)
        assert (again.code, again.request, again.data) == ("engine_failed", "f", ("l", "l_t01"))
        assert "a spark" in again.text
        assert not studio.voice.rendered


def test_another_command_under_an_id_of_before_is_a_new_one(tmp_path: Path, desk: Desk) -> None:
    """A client that started anew as well counts from 1 again."""
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        desk.ask(RENDER, "l", "Halt!", "request", 1)
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        assert desk.ask(RENDER, "m", "Halt!", "request", 1).data[1] == "m_t01"


def test_what_was_to_sound_is_not_made_twice_and_told_not_to_sound(tmp_path: Path, desk: Desk) -> None:
    line = (PLAY, "l", "Halt!", "request", "p")
    with open_studio(tmp_path, player=FakePlayer()) as studio:
        meet(desk, studio)
        assert desk.ask(*line).status == "done"
    with open_studio(tmp_path, player=FakePlayer()) as studio:
        meet(desk, studio)
        again = desk.ask(*line)
        assert (again.status, again.code, again.data) == ("error", "closing", ("l", "l_t01"))
        assert not studio.player.sounds
        assert desk.ask(PLAY, "l").data[1] == "l_t01"  # as the error says


def test_a_line_that_was_removed_is_made_anew(tmp_path: Path, desk: Desk) -> None:
    line = (*LINE[:-4], "request", "r")
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        desk.ask(*line)
        studio.daemon.remove("l")
    with open_studio(tmp_path) as studio:
        meet(desk, studio)
        assert desk.ask(*line).data[1] == "l_t02"


def test_connections_are_known_by_their_host_and_datagrams_by_their_port() -> None:
    tcp, udp = (Peer(transport, "127.0.0.1", 9001) for transport in ("tcp", "udp"))
    assert lasting_name(tcp) == lasting_name(Peer("tcp", "127.0.0.1", 9002)) != lasting_name(udp)
    assert lasting_name(udp) != lasting_name(Peer("udp", "127.0.0.1", 9002))
    message = Message(RENDER, (arg("l"), arg("Halt!"), arg(0.5)))
    record = record_of(udp, "r", message)
    assert record == record_of(udp, "r", message)
    assert record != record_of(udp, "r", Message(RENDER, (*message.args, arg(1))))
