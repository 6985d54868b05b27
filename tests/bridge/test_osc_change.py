"""OSC settings that change while the daemon runs: another port, a passcode, an allow list."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.errors import BadArgumentError, PortTakenError
from bridge.settings import BadSettingsError, Settings
from tests.bridge.osc_desk import Desk, Studio, bundled, open_studio

PASSCODE = "open sesame"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path) as studio:
        yield studio


def free_port() -> int:
    """Free at both protocols at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        udp.bind(("127.0.0.1", 0))
        tcp.bind(udp.getsockname())
        return udp.getsockname()[1]


def test_another_port_is_heard_at_once_and_the_old_one_given_up(studio: Studio) -> None:
    old, new = studio.port, free_port()
    with Desk(old) as before:
        assert before.ask("/cuevox/server/ping", 1).data == (1,)
        assert studio.daemon.setup.change_osc({"osc_port": new}) == new == studio.port
        with Desk(new) as after:
            assert after.ask("/cuevox/server/ping", 2).data == (2,)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", old))
    assert Settings.load(studio.daemon.settings.data_folder).osc_port == new


def test_the_same_port_on_another_interface(studio: Studio) -> None:
    port = studio.port
    studio.daemon.setup.change_osc({"osc_host": "127.0.0.2", "osc_port": port})
    with Desk(port) as desk:
        desk.daemon = ("127.0.0.2", port)
        assert desk.ask("/cuevox/server/ping", 1).data == (1,)


def test_a_connection_and_its_subscription_outlive_the_move(studio: Studio) -> None:
    with socket.create_connection(("127.0.0.1", studio.port)) as line:
        ping = b"/cuevox/server/ping\0,\0\0\0"
        line.sendall(len(ping).to_bytes(4, "big") + ping)
        assert line.recv(4096)
        studio.daemon.setup.change_osc({"osc_port": free_port()})
        line.sendall(len(ping).to_bytes(4, "big") + ping)
        assert b"pong" in line.recv(4096)


def test_a_port_that_is_taken_leaves_everything_as_it_was(studio: Studio) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, Desk(studio.port) as desk:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(PortTakenError, match=r"in use.*choose another"):
            studio.daemon.setup.change_osc({"osc_port": other.getsockname()[1]})
        assert desk.ask("/cuevox/server/ping", 1).data == (1,)
    assert studio.daemon.settings.osc_port == 0


def test_a_passcode_is_in_force_at_once(studio: Studio) -> None:
    with Desk(studio.port) as desk:
        assert desk.ask("/cuevox/server/subscribe", "lines").status == "done"
        studio.daemon.setup.change_osc({"osc_passcode": PASSCODE})
        assert desk.ask("/cuevox/server/ping", 1).code == "not_connected"
        assert desk.ask("/cuevox/connect", PASSCODE).status == "done"
        assert desk.ask("/cuevox/server/ping", 2).data == (2,)
        studio.daemon.setup.change_osc({"osc_burst": 1000})  # who is connected stays so
        assert desk.ask("/cuevox/server/ping", 3).data == (3,)
        studio.daemon.setup.change_osc({"osc_passcode": "another one"})
        assert desk.ask("/cuevox/server/ping", 4).code == "not_connected"
        studio.daemon.setup.change_osc({"osc_passcode": ""})
        assert desk.ask("/cuevox/server/ping", 5).data == (5,)


def test_time_tags_are_left_out_of_account_from_now_on(studio: Studio) -> None:
    with Desk(studio.port) as desk:
        desk.send_packet(bundled(3600, ("/cuevox/server/ping", 1)))
        assert desk.hear().code == "time_out_of_range"
        studio.daemon.setup.change_osc({"osc_time_tags": False})
        desk.send_packet(bundled(3600, ("/cuevox/server/ping", 2)))
        assert desk.hear().data == (2,)


def test_what_may_not_be_is_refused(studio: Studio) -> None:
    with pytest.raises(BadSettingsError, match="osc_passcode"):
        studio.daemon.setup.change_osc({"osc_host": "0.0.0.0"})
    with pytest.raises(BadArgumentError, match="rate"):
        studio.daemon.setup.change_osc({"rate": 44_100})
    assert studio.daemon.settings.osc_host == "127.0.0.1"
