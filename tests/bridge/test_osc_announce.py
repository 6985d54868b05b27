"""What is told to the network, and when. Asking a real network is left to whoever sets CUEVOX_MULTICAST=1."""

from __future__ import annotations

import getpass
import os
import queue
import socket
from pathlib import Path

import pytest

from bridge.osc_announce import Announcer, addresses_of, is_wanted, services
from bridge.settings import Settings

LAN = {"osc_host": "192.0.2.7", "osc_passcode": "open sesame", "osc_allow": ("192.0.2.0/24",)}


def test_it_is_off_unless_asked_for_and_never_for_this_machine_alone(tmp_path: Path) -> None:
    assert not is_wanted(Settings(tmp_path, **LAN))  # type: ignore[arg-type]
    assert not is_wanted(Settings(tmp_path, osc_announce=True))
    assert is_wanted(Settings(tmp_path, osc_announce=True, **LAN))  # type: ignore[arg-type]


def test_it_tells_where_and_nothing_private(tmp_path: Path) -> None:
    told = services("Cuevox 0a1b2c", Settings(tmp_path, osc_announce=True, **LAN), 27183)  # type: ignore[arg-type]
    assert [service.type for service in told] == ["_osc._udp.local.", "_osc._tcp.local.", "_oscjson._tcp.local."]
    for service in told:
        assert (service.port, service.parsed_addresses()) == (27183, ["192.0.2.7"])
        assert service.name == f"Cuevox 0a1b2c.{service.type}" and service.server == "cuevox-0a1b2c.local."
        assert not service.properties
    text = repr(told)
    assert socket.gethostname() not in text and str(tmp_path) not in text and f"'{getpass.getuser()}" not in text
    quiet = Settings(tmp_path, osc_query=False, **LAN)  # type: ignore[arg-type]
    assert len(services("Cuevox 0a1b2c", quiet, 27183)) == 2


def test_a_socket_on_every_interface_is_told_by_the_addresses_it_has() -> None:
    assert "0.0.0.0" not in addresses_of("0.0.0.0") and "127.0.0.1" not in addresses_of("0.0.0.0")
    assert addresses_of("192.0.2.7") == ["192.0.2.7"]


@pytest.mark.skipif("CUEVOX_MULTICAST" not in os.environ, reason="asks the network; set CUEVOX_MULTICAST=1")
def test_it_is_found_and_says_goodbye(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zeroconf import ServiceBrowser, Zeroconf

    monkeypatch.setattr("bridge.osc_announce.is_wanted", lambda settings: True)
    found: queue.Queue[tuple[str, str]] = queue.Queue()

    class Listener:
        def add_service(self, zeroconf: Zeroconf, kind: str, name: str) -> None:
            found.put(("came", name))

        def remove_service(self, zeroconf: Zeroconf, kind: str, name: str) -> None:
            found.put(("left", name))

        def update_service(self, zeroconf: Zeroconf, kind: str, name: str) -> None: ...

    here = Zeroconf(interfaces=["127.0.0.1"])
    try:
        ServiceBrowser(here, "_osc._udp.local.", Listener())  # type: ignore[arg-type]
        announcer = Announcer()
        announcer.take_on(Settings(tmp_path), 27183)
        what, name = found.get(timeout=30)
        assert what == "came" and name.startswith("Cuevox ")
        announcer.close()
        assert found.get(timeout=30) == ("left", name)
    finally:
        here.close()
