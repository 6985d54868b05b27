"""The sockets: hostile packets against a live daemon, both TCP framings, limits, a port that is taken, time tags."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pythonosc import slip
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg
from pythonosc.osc_tcp_server import MODE_1_0, MODE_1_1
from pythonosc.tcp_client import SimpleTCPClient

from bridge.errors import PortTakenError
from bridge.osc_api import OscApi
from bridge.osc_connections import MAX_CONNECTIONS
from bridge.osc_packet import MAX_PACKET, Message, arg
from bridge.osc_rate import RateLimit
from bridge.osc_replies import Send
from bridge.osc_server import OscServer
from tests.bridge.hostile import HOSTILE
from tests.bridge.osc_desk import Desk, Studio, open_studio
from tests.fakes import WAIT_S

PING = "/cuevox/server/ping"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with open_studio(tmp_path_factory.mktemp("studio")) as studio:
        yield studio


class Line:
    """A TCP connection, read frame by frame."""

    def __init__(self, port: int, *, by_slip: bool) -> None:
        self.by_slip = by_slip
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        self.waiting = b""

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.socket.close()

    def frame(self, packet: bytes) -> bytes:
        return slip.encode(packet) if self.by_slip else struct.pack(">I", len(packet)) + packet

    def send(self, address: str, *args: Any) -> None:
        self.socket.sendall(self.frame(build_msg(address, args).dgram))

    def hear(self) -> OscMessage:
        while True:
            if self.by_slip and self.waiting.count(b"\xc0") >= 2:
                frame, self.waiting = self.waiting[1:].split(b"\xc0", 1)
                return OscMessage(slip.decode(frame))
            if not self.by_slip and len(self.waiting) >= 4:
                (size,) = struct.unpack(">I", self.waiting[:4])
                if len(self.waiting) >= 4 + size:
                    packet, self.waiting = self.waiting[4 : 4 + size], self.waiting[4 + size :]
                    return OscMessage(packet)
            data = self.socket.recv(65_536)
            if not data:
                raise EOFError
            self.waiting += data

    def ask(self, address: str, *args: Any) -> list[Any]:
        self.send(address, *args)
        return list(self.hear())


# ---- hostile packets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in HOSTILE])
def test_a_hostile_datagram_gets_an_error_and_the_daemon_goes_on(desk: Desk, name: str) -> None:
    desk.send_packet(HOSTILE[name])
    answer = desk.hear()
    assert (answer.status, answer.code) == ("error", "bad_packet")
    assert answer.address in ("/cuevox/error", f"/reply{PING}")
    assert desk.ask(PING, 1).data == (1,)


@pytest.mark.parametrize("by_slip", [True, False])
def test_hostile_packets_cost_a_tcp_client_only_themselves(studio: Studio, by_slip: bool) -> None:
    with Line(studio.port, by_slip=by_slip) as line:
        n_sent = 0
        for packet in HOSTILE.values():
            if len(packet) <= MAX_PACKET and (packet or not by_slip):  # an empty SLIP frame is no packet
                line.socket.sendall(line.frame(packet))
                n_sent += 1
                assert list(line.hear())[1:3] == ["error", "bad_packet"]
        assert n_sent >= len(HOSTILE) - 2
        assert line.ask(PING, 1)[4:] == [1]


def test_a_bad_escape_is_told(studio: Studio) -> None:
    with Line(studio.port, by_slip=True) as line:
        line.socket.sendall(b"\xc0/a\xdb\x01\xc0")
        assert "escape" in list(line.hear())[3]
        assert line.ask(PING, 1)[4:] == [1]


def test_an_impossible_length_is_told_and_the_connection_closed(studio: Studio) -> None:
    with Line(studio.port, by_slip=False) as line:
        line.socket.sendall(struct.pack(">I", 2**31))
        assert list(line.hear())[1:3] == ["error", "bad_packet"]
        with pytest.raises(EOFError):
            line.hear()


# ---- TCP ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_slip", [True, False])
def test_a_stream_may_come_byte_by_byte(studio: Studio, by_slip: bool) -> None:
    with Line(studio.port, by_slip=by_slip) as line:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        packet = line.frame(build_msg(PING, [0x0C0, "one"]).dgram)
        for byte in packet + packet[:2]:
            line.socket.sendall(bytes([byte]))
        assert list(line.hear())[4:] == [0x0C0, "one"]
        line.socket.sendall(packet[2:])
        assert list(line.hear())[4:] == [0x0C0, "one"]


@pytest.mark.parametrize("mode", [MODE_1_0, MODE_1_1])
def test_python_osc_over_tcp(studio: Studio, mode: str) -> None:
    client = SimpleTCPClient("127.0.0.1", studio.port, mode=mode, timeout=WAIT_S)
    try:
        client.send_message("/cuevox/server/version", [])
        (packet,) = client.receive()
        assert list(OscMessage(packet))[1:3] == ["done", "ok"]
        client.send_message("/cuevox/line/render", [f"tcp_{mode}", "Who goes there?", "seconds", 0.5])
        seen: list[str] = []
        while "done" not in seen:
            seen += [list(OscMessage(packet))[1] for packet in client.receive() if packet]
        assert seen[0] == "accepted"
    finally:
        client.close()


def test_a_long_list_over_tcp_is_cut_for_nobody(studio: Studio) -> None:
    with Line(studio.port, by_slip=False) as line:
        answer = line.ask("/cuevox/line/render", "l", "Hello there.", "emotion", "x" * 2000)
        assert answer[2] == "unknown_emotion"


def test_a_subscription_over_tcp_ends_with_its_connection(studio: Studio, desk: Desk) -> None:
    with Line(studio.port, by_slip=True) as line:
        assert "connection ends" in line.ask("/cuevox/server/subscribe", "errors")[3]
        assert line.hear().address == "/cuevox/server/heartbeat"
        desk.ask("/cuevox/line/cancel", "nobody")
        while (told := line.hear()).address != "/cuevox/error":
            pass
        assert list(told)[2] == "not_found"
    assert desk.ask(PING, 1).data == (1,)


def test_more_connections_than_the_limit_are_closed(studio: Studio) -> None:
    lines = [Line(studio.port, by_slip=False) for _ in range(MAX_CONNECTIONS)]
    try:
        for line in lines:
            assert line.ask(PING, 1)[4:] == [1]
        with Line(studio.port, by_slip=False) as extra, pytest.raises((EOFError, ConnectionError)):
            extra.send(PING, 1)
            extra.hear()
    finally:
        for line in lines:
            line.socket.close()


def test_connections_that_say_nothing_make_room_for_those_that_do(studio: Studio) -> None:
    mutes = [Line(studio.port, by_slip=False) for _ in range(MAX_CONNECTIONS)]
    try:
        for n in range(3):
            with Line(studio.port, by_slip=False) as line:
                assert line.ask(PING, n)[4:] == [n]
        with pytest.raises((EOFError, ConnectionError)):  # the oldest went
            mutes[0].hear()
    finally:
        for mute in mutes:
            mute.socket.close()


def test_half_a_frame_costs_nobody_else_anything(studio: Studio, desk: Desk) -> None:
    with Line(studio.port, by_slip=False) as half, Line(studio.port, by_slip=True) as slip_half:
        half.socket.sendall(struct.pack(">I", 65_000) + b"/cuevox")
        slip_half.socket.sendall(b"\xc0/cuevox")
        assert desk.ask(PING, 1).data == (1,)
        with Line(studio.port, by_slip=False) as line:
            assert line.ask(PING, 2)[4:] == [2]


# ---- a server of its own --------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_told(studio: Studio) -> None:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as other:
            other.bind(("127.0.0.1", 0))
            if kind is socket.SOCK_STREAM:
                other.listen()
            port = other.getsockname()[1]
            with pytest.raises(PortTakenError, match=rf"127\.0\.0\.1:{port}.*--osc-port"):
                OscServer("127.0.0.1", port, OscApi(studio.daemon)).__enter__()
    with pytest.raises(PortTakenError):
        OscServer("127.0.0.1", studio.port, OscApi(studio.daemon)).__enter__()


def test_a_port_is_free_again_at_once(studio: Studio) -> None:
    with OscServer("127.0.0.1", 0, OscApi(studio.daemon)) as server:
        port = server.port
        with Line(port, by_slip=True) as line:
            assert line.ask(PING, 1)[4:] == [1]
    with OscServer("127.0.0.1", port, OscApi(studio.daemon)), Desk(port) as desk:
        assert desk.ask(PING, 1).data == (1,)


def test_too_many_messages_are_told_once_then_nothing_is_heard_for_a_moment(studio: Studio) -> None:
    limit = RateLimit(burst=20, per_second=1, silence_s=0.5)
    with OscServer("127.0.0.1", 0, OscApi(studio.daemon), rate_limit=limit) as server, Desk(server.port) as desk:
        for n in range(40):
            desk.send(PING, n)
        answers = [desk.hear() for _ in range(21)]
        assert [a.status for a in answers] == ["done"] * 20 + ["error"]
        assert answers[-1].code == "busy" and answers[-1].address == "/cuevox/error"
        time.sleep(limit.silence_s)
        desk.send(PING, "after the silence")
        assert desk.hear(lambda h: "were not heard" in h.text).text.startswith("20 packets")
        with Desk(server.port) as other:
            assert other.ask(PING, "me").data == ("me",)
        deadline_s = time.monotonic() + WAIT_S
        while time.monotonic() < deadline_s:  # after the silence, and a token a second, it is heard again
            desk.send(PING, "again")
            try:
                heard = desk.hear(lambda h: h.status == "done", within_s=0.6)
            except TimeoutError:
                time.sleep(1.1)
                continue
            assert heard.data == ("again",)
            return
        pytest.fail("it was never heard again")


def test_a_thousand_lines_in_one_go_are_all_taken_on(studio: Studio) -> None:
    with Line(studio.port, by_slip=False) as line:
        packet = b"".join(line.frame(build_msg(PING, [n]).dgram) for n in range(1000))
        line.socket.sendall(packet)
        assert [list(line.hear())[4] for _ in range(1000)] == list(range(1000))


class EchoApi:
    """Sends back what the server hands over."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.peers: list[Any] = []
        self.left = threading.Event()

    def open(self, send: Send) -> None:
        self.send = send

    def close(self) -> None: ...

    def admits(self, peer: Any) -> bool:
        return True

    def check(self, peer: Any, messages: Sequence[Message], *, at_ns: int | None = None) -> list[Any]:
        return [(peer, m) for m in messages]

    def keeps_time(self, checked: list[Any]) -> bool:
        return False

    def carry_out(self, checked: list[Any]) -> None:
        for peer, message in checked:
            self.done.append(message.address)
            self.peers.append(peer)
            self.send(peer, message)

    def has_enough(self, peer: Any) -> bool:
        return False

    def refuse(self, peer: Any, error: Exception, messages: Sequence[Message] = ()) -> None:
        self.send(peer, Message("/refused"))

    def guard(self, settings: Any) -> None: ...

    def query(self, head: bytes, port: int) -> bytes | None:
        return None

    def gone(self, peer: Any) -> None:
        self.left.set()


def test_time_tags_are_kept_whatever_the_clock_does_meanwhile() -> None:
    from pythonosc.osc_bundle_builder import OscBundleBuilder

    now_s, pace_s = [1_700_000_000.0], [50.0]
    api = EchoApi()
    with (
        OscServer("127.0.0.1", 0, api, clock=lambda: now_s[0], pace=lambda: pace_s[0]) as server,
        Desk(server.port) as desk,
    ):
        for in_s, address in ((9.0, "/second"), (4.0, "/first"), (11.0, "/never"), (-1.0, "/late")):
            builder = OscBundleBuilder(now_s[0] + in_s)  # type: ignore[arg-type]
            builder.add_content(build_msg(address))
            desk.send_packet(builder.build().dgram)
        assert [desk.hear().address for _ in range(2)] == ["/refused", "/late"]
        now_s[0] -= 3600  # the clock is set back while they wait
        pace_s[0] += 4.5
        desk.send("/wake")
        assert {desk.hear().address for _ in range(2)} == {"/wake", "/first"}
        now_s[0] += 86_400
        desk.send("/tomorrow")
        assert desk.hear().address == "/tomorrow"
        pace_s[0] += 4.5
        desk.send("/wake")
        assert {desk.hear().address for _ in range(2)} == {"/wake", "/second"}
    assert "/never" not in api.done


def test_what_was_held_while_the_machine_slept_is_done_when_it_wakes() -> None:
    from pythonosc.osc_bundle_builder import OscBundleBuilder

    now_s, pace_s = [1_700_000_000.0], [50.0]
    with (
        OscServer("127.0.0.1", 0, EchoApi(), clock=lambda: now_s[0], pace=lambda: pace_s[0]) as server,
        Desk(server.port) as desk,
    ):
        builder = OscBundleBuilder(now_s[0] + 9.0)  # type: ignore[arg-type]
        builder.add_content(build_msg("/held"))
        desk.send_packet(builder.build().dgram)
        desk.send("/meanwhile")
        assert desk.hear().address == "/meanwhile"
        now_s[0] += 3600
        pace_s[0] += 3600
        assert desk.hear().address == "/held"  # nothing else woke the thread


def test_a_client_that_never_reads_is_let_go() -> None:
    api = EchoApi()
    with OscServer("127.0.0.1", 0, api) as server, Line(server.port, by_slip=True) as line, Desk(server.port) as desk:
        line.send("/hello")
        assert line.hear().address == "/hello"
        large = Message("/large", (arg("x" * 60_000),))
        for _ in range(400):  # 24 MB: more than the system's buffers hold
            server.send(api.peers[0], large)
        assert api.left.wait(WAIT_S)
        desk.send("/others")
        assert desk.hear().address == "/others"
