"""The tree of commands over HTTP, at the port that OSC is heard at; and what it must not tell."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bridge.osc_desk import Desk, Studio, open_studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path) as studio:
        yield studio


def ask(studio: Studio, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{studio.port}{path}", timeout=30) as response:
        assert response.headers["Content-Type"] == "application/json"
        return json.load(response)


def raw(studio: Studio, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", studio.port), timeout=30) as line:
        line.sendall(request)
        answer = b""
        while data := line.recv(4096):
            answer += data
        return answer


def test_the_tree_holds_every_command_and_nothing_of_what_was_made(studio: Studio) -> None:
    with Desk(studio.port) as desk:
        desk.ask("/cuevox/line/render", "secret_line", "Nobody is to read this.", "character", "Hidden")
        known = set(desk.ask("/cuevox/preset/list", "timbre").data[1:])
    tree = ask(studio, "/")
    node = tree["CONTENTS"]["cuevox"]["CONTENTS"]["line"]["CONTENTS"]["render"]
    assert node["FULL_PATH"] == "/cuevox/line/render" and node["TYPE"] == "ss" and node["ACCESS"] == 2
    text = json.dumps(tree)
    assert not [word for word in ("secret_line", "Hidden", "Nobody", str(Path.home()), *known) if word in text]
    assert ask(studio, "/cuevox/server")["CONTENTS"].keys() >= {"ping", "status", "subscribe"}
    assert ask(studio, "/cuevox/line/play?DESCRIPTION")["DESCRIPTION"].startswith("lets the picked take sound")


def test_the_host_is_told_with_its_port_and_no_name_of_the_machine(studio: Studio) -> None:
    info = ask(studio, "/?HOST_INFO")
    assert info["OSC_PORT"] == studio.port and info["OSC_TRANSPORT"] == "UDP" and info["NAME"] == "Cuevox"
    assert socket.gethostname() not in json.dumps(info)


def test_what_is_not_there(studio: Studio) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        ask(studio, "/cuevox/nothing")
    assert raw(studio, b"GET /?WEATHER HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 204")
    assert raw(studio, b"HEAD / HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\n")


def test_a_page_under_a_name_of_its_own_is_told_nothing(studio: Studio) -> None:
    assert raw(studio, b"GET / HTTP/1.1\r\nHost: evil.example:27183\r\n\r\n").startswith(b"HTTP/1.1 403")
    assert raw(studio, b"GET / HTTP/1.1\r\nHost: localhost:27183\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_nonsense_ends_the_connection_and_nothing_else(studio: Studio) -> None:
    assert b"HTTP" not in raw(studio, b"POST / HTTP/1.1\r\n\r\n")
    raw(studio, b"GET " + b"x" * 20_000)
    raw(studio, b"GET //[ HTTP/1.1\r\n\r\n")
    with Desk(studio.port) as desk:
        assert desk.ask("/cuevox/server/ping", 1).data == (1,)


def test_it_can_be_switched_off(studio: Studio) -> None:
    studio.daemon.setup.change_osc({"osc_query": False})
    assert raw(studio, b"GET / HTTP/1.1\r\n\r\n") == b""
