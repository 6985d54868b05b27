"""Datagrams come out of the socket whole and in order, by one call for many and one by one alike."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest

from bridge.osc_clients import Peer
from bridge.osc_datagrams import AT_ONCE, Datagrams
from tests.fakes import WAIT_S


@pytest.fixture(params=["127.0.0.1", "::1"])
def udp(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET6 if ":" in request.param else socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.bind((request.param, 0))
        except OSError:
            pytest.skip("no IPv6 here")
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        udp.settimeout(WAIT_S)
        yield udp


@pytest.fixture(params=["many", "one by one"])
def datagrams(request: pytest.FixtureRequest, udp: socket.socket, monkeypatch: pytest.MonkeyPatch) -> Datagrams:
    if request.param == "one by one":
        monkeypatch.setattr("bridge.osc_datagrams._recvmmsg", lambda: None)
    elif sys.platform != "linux":
        pytest.skip("one by one is the only way here")
    return Datagrams(udp)


def test_all_come_whole_and_in_order_with_who_sent_them(udp: socket.socket, datagrams: Datagrams) -> None:
    host = udp.getsockname()[0]
    packets = [b"", b"/x\0\0", bytes(range(256)) * 30, *(n.to_bytes(4, "big") for n in range(AT_ONCE))]
    with socket.socket(udp.family, socket.SOCK_DGRAM) as one, socket.socket(udp.family, socket.SOCK_DGRAM) as other:
        for n, packet in enumerate(packets):
            (one, other)[n % 2].sendto(packet, udp.getsockname())
        peers = [Peer("udp", host, each.getsockname()[1]) for each in (one, other)]
    assert udp.recv(1, socket.MSG_PEEK) == b""  # they are there
    udp.setblocking(False)
    came = datagrams.read()
    assert len(came) == AT_ONCE
    came += datagrams.read()
    assert came == [(peers[n % 2], packet) for n, packet in enumerate(packets)]
    assert datagrams.read() == []
