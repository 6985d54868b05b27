"""What is remembered of clients, and for how long."""

from __future__ import annotations

import pytest

from bridge import osc_clients
from bridge.errors import BadArgumentError, BusyError
from bridge.osc_clients import LEASE_S, MAX_SUBSCRIBERS, REPLY_PORT_S, REQUEST_S, Answer, Clients, Peer
from bridge.osc_packet import Arg, Message
from tests.fakes import ManualClock

ONE, TWO, LINE = Peer("udp", "127.0.0.1", 4001), Peer("udp", "127.0.0.1", 4002), Peer("tcp", "127.0.0.1", 4003)
RENDER = Message("/cuevox/line/render", (Arg("s", "l"), Arg("s", "Hello.")))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def clients(clock: ManualClock) -> Clients:
    return Clients(clock)


def test_a_lease_ends_unless_something_is_heard(clients: Clients, clock: ManualClock) -> None:
    assert clients.subscribe(ONE, "lines") == LEASE_S
    assert clients.subscribe(LINE, "lines") is None
    clock.advance(LEASE_S - 1)
    clients.heard(ONE)
    clock.advance(LEASE_S - 1)
    assert clients.subscribers("lines") == (ONE, LINE)
    clock.advance(2)
    assert clients.subscribers("lines") == (LINE,)
    clients.heard(ONE)  # too late: it has to subscribe again
    assert clients.subscribers("lines") == (LINE,)
    clients.gone(LINE)
    assert clients.subscribers("lines") == ()


def test_topics_add_up(clients: Clients) -> None:
    clients.subscribe(ONE, "errors")
    clients.subscribe(ONE, "meters")
    clients.subscribe(TWO, "all")
    assert clients.subscribers("errors") == clients.subscribers("meters") == (ONE, TWO)
    assert clients.subscribers("lines") == (TWO,)
    assert clients.subscribers("traffic") == ()  # every message is for those who ask for just that
    with pytest.raises(BadArgumentError, match="lines, errors, meters, traffic, all"):
        clients.subscribe(ONE, "weather")


def test_subscribers_are_bounded(clients: Clients, clock: ManualClock) -> None:
    for n in range(MAX_SUBSCRIBERS):
        clients.subscribe(Peer("udp", "127.0.0.1", 5000 + n), "all")
    with pytest.raises(BusyError):
        clients.subscribe(ONE, "all")
    clock.advance(LEASE_S)
    clients.subscribe(ONE, "all")


def test_a_chosen_port_holds_until_the_client_is_long_silent(clients: Clients, clock: ManualClock) -> None:
    clients.choose_port(ONE, 9000)
    clients.choose_port(LINE, 9001)
    assert clients.target(ONE) == Peer("udp", "127.0.0.1", 9000)
    assert clients.target(LINE) == Peer("udp", "127.0.0.1", 9001)
    assert clients.target(ONE, 9002) == Peer("udp", "127.0.0.1", 9002)
    assert clients.target(TWO) == TWO
    clock.advance(REPLY_PORT_S - 1)
    clients.heard(ONE)
    clock.advance(2)
    clients.heard(TWO)
    assert clients.target(ONE).port == 9000
    assert clients.target(LINE) == LINE


def test_a_request_is_known_again_for_some_minutes(clients: Clients, clock: ManualClock) -> None:
    request, is_new = clients.request(ONE, "7", RENDER)
    assert is_new
    request.answers.append(Answer("/cuevox/line/render", "accepted", "ok", "", ()))
    assert clients.request(ONE, "7", RENDER) == (request, False)
    assert clients.request(TWO, "7", RENDER)[1]
    with pytest.raises(BadArgumentError, match="new id"):
        clients.request(ONE, "7", Message("/cuevox/line/play", RENDER.args))
    clock.advance(REQUEST_S + 1)
    assert clients.request(ONE, "7", RENDER)[1]
    clients.forget(ONE, "7")
    assert clients.request(ONE, "7", RENDER)[1]


def test_requests_and_ports_are_bounded(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osc_clients, "MAX_REQUESTS", 3)
    monkeypatch.setattr(osc_clients, "MAX_REPLY_PORTS", 3)
    for n in range(5):
        clients.request(ONE, str(n), RENDER)
        clients.choose_port(Peer("udp", "127.0.0.1", n), 9000)
    assert clients.request(ONE, "4", RENDER)[1] is False
    assert clients.request(ONE, "0", RENDER)[1] is True
    assert clients.target(Peer("udp", "127.0.0.1", 0)).port == 0
    assert clients.target(Peer("udp", "127.0.0.1", 4)).port == 9000
