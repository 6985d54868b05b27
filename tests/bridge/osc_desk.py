"""A real daemon with the stand-in voice and player, and a client at a real UDP socket that speaks python-osc."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder, build_msg

from bridge.daemon import Daemon
from bridge.settings import Settings
from tests.fakes import WAIT_S, FakePlayer, FakeSynthesizer

RENDER, PLAY, DROP = "/cuevox/line/render", "/cuevox/line/play", "/cuevox/line/drop"
TEXT = "Who goes there?"
QUIET_S = 0.3  # how long to listen for something that must not come


@dataclass(frozen=True)
class Heard:
    """One message that came back."""

    address: str
    args: tuple[Any, ...]

    @property
    def request(self) -> str:
        return self.args[0]

    @property
    def status(self) -> str:
        return self.args[1]

    @property
    def code(self) -> str:
        return self.args[2]

    @property
    def text(self) -> str:
        return self.args[3]

    @property
    def data(self) -> tuple[Any, ...]:
        return self.args[4:]


class Desk:
    """A client: sends messages, and hears whatever comes back to its socket, in order."""

    def __init__(self, port: int) -> None:
        self.daemon = ("127.0.0.1", port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.kept: list[Heard] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.socket.close()

    @property
    def port(self) -> int:
        return self.socket.getsockname()[1]

    def send(self, address: str, *args: Any) -> None:
        self.send_packet(build_msg(address, args).dgram)

    def send_packet(self, packet: bytes) -> None:
        self.socket.sendto(packet, self.daemon)

    def hear(self, wanted: Callable[[Heard], bool] = lambda heard: True, within_s: float = WAIT_S) -> Heard:
        """The first message that is wanted; the others are kept. Raises TimeoutError."""
        for heard in self.kept:
            if wanted(heard):
                self.kept.remove(heard)
                return heard
        deadline_s = time.monotonic() + within_s
        while True:
            self.socket.settimeout(max(0.001, deadline_s - time.monotonic()))
            packet = self.socket.recv(65_536)
            message = OscMessage(packet)
            heard = Heard(message.address, tuple(message))
            if wanted(heard):
                return heard
            self.kept.append(heard)
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"only {self.kept} came")

    def status(self, status: str, address: str = "/", request: str | None = None) -> Heard:
        """The next reply of that status, to a command whose address begins with `address`."""
        return self.hear(
            lambda h: h.address.startswith(f"/reply{address}") and h.status == status and request in (None, h.request)
        )

    def ask(self, address: str, *args: Any) -> Heard:
        """Send a command and hear its ending."""
        self.send(address, *args)
        return self.hear(lambda h: h.address == f"/reply{address}" and h.status in ("done", "error"))

    def rest(self) -> list[Heard]:
        """All that comes until a ping comes back: nothing that was sent before it is still on its way."""
        self.send("/cuevox/server/ping", "rest")
        self.hear(lambda h: h.address == "/reply/cuevox/server/ping" and h.data == ("rest",))
        heard, self.kept = self.kept, []
        return heard


@dataclass
class Studio:
    daemon: Daemon
    voice: FakeSynthesizer
    player: FakePlayer
    gate: threading.Event  # clear: renderings wait

    @property
    def port(self) -> int:
        return self.daemon.osc_port

    def wait_until_ready(self) -> None:
        deadline_s = time.monotonic() + WAIT_S
        while self.daemon.status().model_state != "ready":
            assert time.monotonic() < deadline_s
            time.sleep(0.01)


@contextlib.contextmanager
def open_studio(
    folder: Path, *, settings: Settings | None = None, player: FakePlayer | None = None
) -> Iterator[Studio]:
    gate = threading.Event()
    gate.set()
    voice, player = FakeSynthesizer(gate=gate), player or FakePlayer()
    with Daemon(settings or Settings(folder, osc_port=0), lambda: voice, player=player) as daemon:
        studio = Studio(daemon, voice, player, gate)
        studio.wait_until_ready()
        try:
            yield studio
        finally:
            gate.set()
            player.hold.set()


def typed(address: str, *args: tuple[object, str]) -> bytes:
    """A packet whose arguments have the types that are given with them."""
    builder = OscMessageBuilder(address)
    for value, kind in args:
        builder.add_arg(value, kind)  # type: ignore[arg-type]
    return builder.build().dgram


def bundled(in_s: float | None, *messages: tuple[object, ...]) -> bytes:
    """A bundle with a time tag so far ahead of now; None: to be carried out at once."""
    return bundled_at(None if in_s is None else time.time() + in_s, *messages)


def bundled_at(at_s: float | None, *messages: tuple[object, ...]) -> bytes:
    builder = OscBundleBuilder(IMMEDIATELY if at_s is None else at_s)  # type: ignore[arg-type]
    for address, *args in messages:
        builder.add_content(build_msg(str(address), args))
    return builder.build().dgram
