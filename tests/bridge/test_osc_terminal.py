"""`send` and `watch` against a real daemon: what a person at a terminal reads, and the exit status."""

from __future__ import annotations

import queue
import shlex
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from pythonosc.osc_message_builder import build_msg

from bridge import osc_terminal
from bridge.osc_terminal import DONE, FAILED, UNHEARD, send, watch
from bridge.osc_words import words_of
from tests.bridge.osc_desk import Desk, Studio, open_studio
from tests.fakes import WAIT_S

HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with open_studio(tmp_path_factory.mktemp("studio")) as studio:
        yield studio


def sent(studio: Studio, address: str, *words: str) -> tuple[int, list[str]]:
    said: list[str] = []
    return send(HOST, studio.port, address, words, said.append), said


def test_a_render_is_told_to_its_end(studio: Studio) -> None:
    status, said = sent(studio, "/cuevox/line/render", "gate_01", "Who goes there?", "seconds", "0.9")
    assert status == DONE
    assert said[0] == "accepted ok: gate_01_t01 is queued  [gate_01 gate_01_t01]"
    assert said[-1].startswith("done ok: 0.900 s  [gate_01 gate_01_t01 ") and " 43200 48000 " in said[-1]


def test_every_take_and_every_drop_is_waited_for(studio: Studio) -> None:
    words = ("gate_02", "Hold the gate!", "takes", "3", "drop", "yes", "at", "sec:1.5")
    status, said = sent(studio, "/cuevox/line/render", *words)
    assert status == DONE
    assert len([line for line in said if line.startswith("done ok")]) == 3
    assert len([line for line in said if line.startswith("/cuevox/line/drop done ok")]) == 3


def test_an_error_is_said_and_is_the_exit_status(studio: Studio) -> None:
    status, said = sent(studio, "/cuevox/line/rendr", "gate_01")
    assert (status, len(said)) == (FAILED, 1)
    assert "did you mean /cuevox/line/render?" in said[0]


def test_an_address_that_cannot_be_one_is_told_at_once(studio: Studio) -> None:
    for address, says in (("cuevox/line/play", "begins with /"), ("/cuevox/line/gate 01/play", "as an argument")):
        status, said = sent(studio, address, "gate_01")
        assert (status, len(said)) == (FAILED, 1) and says in said[0]
        assert said[0].startswith("error bad_packet: ")
    status, said = sent(studio, "/reply/cuevox/line/play", "gate_01")  # no daemon answers that
    assert (status, len(said)) == (FAILED, 1) and "address of an answer" in said[0]


def test_every_answer_to_a_pattern_is_said(studio: Studio) -> None:
    for line in ("tower_01", "tower_02", "tower_03"):
        sent(studio, "/cuevox/line/render", line, "Halt!")
    status, said = sent(studio, "/cuevox/line/tower_*/status")
    assert status == DONE
    assert [line.split("[")[1].split()[0] for line in said] == ["tower_01", "tower_02", "tower_03"]
    status, said = sent(studio, "/cuevox/line/tower_*/play")
    assert (status, len(said)) == (FAILED, 1) and "patterns may only read" in said[0]


def test_a_topic_that_there_is_none_of_is_not_watched(studio: Studio) -> None:
    said: list[str] = []
    assert watch(HOST, studio.port, threading.Event(), said.append, topics=("weather", "lines")) == FAILED
    assert said == [
        "there is no topic weather; give some of lines, errors, meters, traffic, all, or none for what is usual"
    ]


def test_nobody_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osc_terminal, "ANSWER_S", 0.1)
    said: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((HOST, 0))
        port = silent.getsockname()[1]
        assert send(HOST, port, "/cuevox/server/ping", (), said.append) == UNHEARD
    assert f"{HOST}:{port}" in said[0]


def test_a_daemon_that_falls_silent_after_it_accepted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osc_terminal, "ANSWER_S", WAIT_S)
    monkeypatch.setattr(osc_terminal, "LOOK_S", 0.01)
    said: queue.Queue[str] = queue.Queue()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind((HOST, 0))
        daemon.settimeout(WAIT_S)
        results: queue.Queue[int] = queue.Queue()
        port = daemon.getsockname()[1]
        asker = threading.Thread(
            target=lambda: results.put(send(HOST, port, "/cuevox/line/render", ("l", "Hello"), said.put))
        )
        asker.start()
        _, client = daemon.recvfrom(1000)
        reply = ("", "accepted", "ok", "l_t01 is queued", "l", "l_t01")
        daemon.sendto(build_msg("/reply/cuevox/line/render", reply).dgram, client)
        assert said.get(timeout=WAIT_S).startswith("accepted ok")
        monkeypatch.setattr(osc_terminal, "ANSWER_S", 0.05)
        assert daemon.recv(1000).startswith(b"/cuevox/server/ping\0")
        assert results.get(timeout=WAIT_S) == UNHEARD
        asker.join()
    assert "is kept, and made after its next start" in said.get_nowait() and said.empty()


def test_a_connection_that_ends_is_told_at_once() -> None:
    said: list[str] = []
    with socket.socket() as daemon:
        daemon.bind((HOST, 0))
        daemon.listen()

        def serve() -> None:
            connection, _ = daemon.accept()
            with connection:
                connection.recv(1000)

        server = threading.Thread(target=serve)
        server.start()
        port = daemon.getsockname()[1]
        assert send(HOST, port, "/cuevox/line/render", ("l", "Hello"), said.append, by_tcp=True) == UNHEARD
        server.join()
    assert said == ["Cuevox has ended the connection before its last reply; " + osc_terminal.KEPT]


def test_watching_shows_both_directions_and_the_lines(studio: Studio) -> None:
    said: queue.Queue[str] = queue.Queue()
    ending = threading.Event()
    watcher = threading.Thread(target=watch, args=(HOST, studio.port, ending, said.put))
    watcher.start()
    try:
        while "/cuevox/server/heartbeat" not in said.get(timeout=WAIT_S):
            pass
        with Desk(studio.port) as desk:
            desk.ask("/cuevox/line/render", "gate_03", "Look at the sky.")
            me = f"{HOST}:{desk.port}"
        seen: list[str] = []
        wanted = (
            f"> {me} /cuevox/line/render gate_03 'Look at the sky.'",
            f"< {me} /reply/cuevox/line/render '' done ok",
            "  /cuevox/line/changed gate_03 ready gate_03_t01",
        )
        while not all(any(line.startswith(each) for line in seen) for each in wanted):
            seen.append(said.get(timeout=WAIT_S))
        assert not any("/subscribe" in line or "/ping" in line for line in seen)
    finally:
        ending.set()
        watcher.join()


def test_watching_waits_for_a_daemon_that_starts_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osc_terminal, "ANSWER_S", 0.05)
    monkeypatch.setattr(osc_terminal, "LOOK_S", 0.01)
    said: queue.Queue[str] = queue.Queue()
    ending = threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as later:
        later.bind((HOST, 0))
        later.settimeout(WAIT_S)
        watcher = threading.Thread(target=watch, args=(HOST, later.getsockname()[1], ending, said.put))
        watcher.start()
        try:
            asked = [later.recv(1000) for _ in range(2 * len(osc_terminal.WATCHED))]  # and asked once more
            assert all(packet.startswith(b"/cuevox/server/subscribe") for packet in asked)
        finally:
            ending.set()
            watcher.join()
    assert said.get_nowait().startswith("waiting for Cuevox") and said.empty()


def test_a_command_goes_over_tcp_and_with_a_time_tag(studio: Studio) -> None:
    said: list[str] = []
    assert send(HOST, studio.port, "/cuevox/line/render", ("gate_04", "Halt!"), said.append, by_tcp=True) == DONE
    assert said[0].startswith("accepted ok: gate_04_t01") and said[-1].startswith("done ok")
    said.clear()
    begun_s = time.time()
    assert send(HOST, studio.port, "/cuevox/line/play", ("gate_04",), said.append, in_s=0.5) == DONE
    assert time.time() - begun_s >= 0.5
    assert said[0].startswith("accepted ok") and said[-1].startswith("done ok: played to its end")
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))
        said.clear()
        assert send(HOST, nobody.getsockname()[1], "/cuevox/server/ping", (), said.append, by_tcp=True) == UNHEARD
    assert said[0].startswith("nobody listens at")


def test_the_passcode_of_the_settings_is_given(studio: Studio) -> None:
    said: list[str] = []
    studio.daemon.setup.change_osc({"osc_passcode": "open sesame"})
    try:
        assert send(HOST, studio.port, "/cuevox/server/ping", ("hello",), said.append) == FAILED
        assert "osc_passcode in settings.json" in said.pop()
        assert watch(HOST, studio.port, threading.Event(), said.append) == FAILED
        assert "osc_passcode in settings.json" in said.pop()
        assert send(HOST, studio.port, "/cuevox/server/ping", (), said.append, passcode="open says me") == FAILED
        assert watch(HOST, studio.port, threading.Event(), said.append, passcode="open says me") == FAILED
        assert [line.partition(":")[0] for line in said[-4:] if "wrong" in line] == 2 * ["error wrong_passcode"]
        assert send(HOST, studio.port, "/cuevox/server/ping", ("hello",), said.append, passcode="open sesame") == DONE
        assert said[-1].endswith("[hello]")
    finally:
        studio.daemon.setup.change_osc({"osc_passcode": ""})


def test_values_can_be_read_and_copied() -> None:
    values = ("gate 01", 0.25, 1796078845.25, 43_200, "it's")
    assert words_of(values) == "'gate 01' 0.25 1796078845.250 43200 'it'\"'\"'s'"
    assert shlex.split(words_of(values)) == ["gate 01", "0.25", "1796078845.250", "43200", "it's"]
