"""The REAPER companion called over a stand-in of REAPER's web interface: real HTTP, real Lua, real files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bridge.drops.base import DropError, DropJob
from bridge.drops.reaper_web import ReaperWeb
from bridge.timeline import Position
from tests.fakes import WAIT_S

pytest.importorskip("lupa", reason="needs a Lua interpreter: pip install lupa")

from tests.bridge.test_reaper_live import FakeReaper, Item, Track

COMMAND = "_RS0123abcd"


class WebReaper(ThreadingHTTPServer):
    """`/_/COMMAND;COMMAND` as REAPER's web interface takes it: states are set, and the script runs when it is named."""

    daemon_threads = True

    def __init__(self, spool: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spool = spool
        self.states: dict[str, str] = {}
        self.tracks: list[Track] = []
        self.asked: list[str] = []
        self.left_running = False

    def run(self, command: str) -> str:
        self.asked.append(command)
        match command.split("/"):
            case ["SET", "EXTSTATE", _, key, value]:
                self.states[key] = value
            case [name] if name == COMMAND:
                self._run_script()
            case ["GET", name] if name == COMMAND:
                return f"CMDSTATE\t{name}\t0\n"
        return ""

    def _run_script(self) -> None:
        states = self.states

        class Called(FakeReaper):
            def GetExtState(self, section: str, key: str) -> str:
                return self.spool if key == "spool" else states.get(key, "")

            def SetExtState(self, section: str, key: str, value: str, persist: bool) -> None:
                states[key] = value

        reaper = Called(self.spool, tracks=self.tracks)
        self.left_running = reaper.deferred is not None

    @property
    def items(self) -> list[Item]:
        return [item for track in self.tracks for item in track.items]


class _Handler(BaseHTTPRequestHandler):
    server: WebReaper

    def do_GET(self) -> None:
        commands = self.path.removeprefix("/_/").split(";")
        body = "".join(self.server.run(command) for command in commands).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def reaper(tmp_path: Path) -> Iterator[WebReaper]:
    (tmp_path / "spool").mkdir()
    with WebReaper(tmp_path / "spool") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(WAIT_S)


@pytest.fixture
def target(reaper: WebReaper) -> ReaperWeb:
    return ReaperWeb(reaper.spool, port=reaper.server_port, command=COMMAND, timeout_s=WAIT_S, answer_s=WAIT_S)


@pytest.fixture
def job(tmp_path: Path) -> DropJob:
    clip = tmp_path / "guard_t01.wav"
    clip.write_bytes(b"RIFF")
    return DropJob("guard_t01", clip, 115_201, 48_000, "Guard", Position(172_800_001, 48_000), text="Halt!")


def test_the_script_is_called_for_each_drop_and_does_not_stay(
    target: ReaperWeb, reaper: WebReaper, job: DropJob
) -> None:
    assert target.probe().ready
    receipt = target.drop(job)
    assert (receipt.track, receipt.where, receipt.n_samples) == ("Guard", job.at, 115_201)
    assert target.drop(job) == target.verify(job) == receipt
    assert len(reaper.items) == 1 and not reaper.left_running and reaper.states["once"] == ""
    target.undo(job)
    assert not reaper.items and not list(reaper.spool.iterdir())


def test_a_wrong_command_id_is_named(reaper: WebReaper, job: DropJob) -> None:
    target = ReaperWeb(reaper.spool, port=reaper.server_port, command="_RSother", timeout_s=0.1, answer_s=WAIT_S)
    with pytest.raises(DropError, match="_RSother is the command ID"):
        target.drop(job)
    assert not list(reaper.spool.iterdir())


def test_without_the_web_interface_or_the_command_the_way_is_named(tmp_path: Path, job: DropJob) -> None:
    with WebReaper(tmp_path) as closed:
        port = closed.server_port
    with pytest.raises(DropError, match="Web browser interface"):
        ReaperWeb(tmp_path, port=port, command=COMMAND).drop(job)
    with pytest.raises(DropError, match="reaper_web_command"):
        ReaperWeb(tmp_path, port=port, command="").drop(job)
