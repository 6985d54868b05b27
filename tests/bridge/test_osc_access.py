"""Who is let in: the allow list, the passcode with its two handshakes, guessing, sessions; what the settings allow."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.errors import BusyError
from bridge.events import OscTraffic
from bridge.osc_access import (
    CONNECT,
    FAILURES_S,
    MAX_FAILURES,
    MAX_KEPT,
    SESSION_S,
    Access,
    NotConnectedError,
    WrongPasscodeError,
)
from bridge.osc_clients import Peer
from bridge.settings import BadSettingsError, Settings
from tests.bridge.osc_desk import Desk, Studio, open_studio
from tests.bridge.test_osc_server import Line
from tests.event_log import EventLog
from tests.fakes import ManualClock

PASSCODE = "open sesame"
PING = "/cuevox/server/ping"
DESK = Peer("udp", "192.168.1.20", 9001)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    with open_studio(folder, settings=Settings(folder, osc_port=0, osc_passcode=PASSCODE)) as studio:
        yield studio


def proof_of(challenge: str, passcode: str = PASSCODE) -> str:
    return "hmac:" + hmac.new(passcode.encode(), challenge.encode(), hashlib.sha256).hexdigest()


# ---- over real sockets ----------------------------------------------------------------------------------------------


def test_nothing_is_done_before_the_passcode(studio: Studio) -> None:
    with Desk(studio.port) as desk:
        for address, *args in ((PING,), ("/cuevox/server/quit",), ("/cuevox/line/render", "a", "Halt!"), ("/nothing",)):
            answer = desk.ask(address, *args)
            assert (answer.code, answer.data) == ("not_connected", ())
            assert CONNECT in answer.text
        assert not studio.daemon.lines()
        assert desk.ask(CONNECT, PASSCODE).status == "done"
        assert desk.ask(PING, 1).data == (1,)
    with Desk(studio.port) as other:  # a session is one client's
        assert other.ask(PING).code == "not_connected"


def test_a_challenge_lets_in_without_the_passcode_on_the_wire_and_only_once(studio: Studio) -> None:
    with Desk(studio.port) as desk, Desk(studio.port) as thief:
        (challenge,) = desk.ask(CONNECT).data
        assert desk.ask(CONNECT, proof_of(challenge)).status == "done"
        assert desk.ask(PING, 1).data == (1,)
        assert thief.ask(CONNECT, proof_of(challenge)).code == "wrong_passcode"
        assert desk.ask(CONNECT, proof_of(challenge)).code == "wrong_passcode"
        assert thief.ask(PING).code == "not_connected"


def test_a_command_right_behind_the_handshake_finds_it_done(studio: Studio) -> None:
    with Desk(studio.port) as desk:
        desk.send(CONNECT, PASSCODE)
        desk.send(PING, "behind")
        assert desk.hear(lambda h: h.address == f"/reply{PING}").data == ("behind",)


def test_a_session_over_tcp_ends_with_its_connection(studio: Studio) -> None:
    with Line(studio.port, by_slip=True) as line:
        assert line.ask(PING)[2] == "not_connected"
        assert line.ask(CONNECT, PASSCODE)[1] == "done"
        assert line.ask(PING, 1)[4:] == [1]
    with Line(studio.port, by_slip=True) as line:
        assert line.ask(PING)[2] == "not_connected"


def test_the_passcode_is_told_to_nobody(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    log = EventLog()
    unsubscribe = studio.daemon.subscribe(log)
    with caplog.at_level(logging.DEBUG), Desk(studio.port) as desk:
        answers = [desk.ask(CONNECT, PASSCODE, "request", "r1"), desk.ask(CONNECT, PASSCODE + "x")]
        answers.append(desk.ask(CONNECT, PASSCODE, "reqest", "r1"))
        log.wait_for(OscTraffic, lambda event: not event.incoming and "bad_argument" in event.args)
    unsubscribe()
    assert [a.code for a in answers] == ["ok", "wrong_passcode", "bad_argument"] and answers[0].request == "r1"
    assert "sesame" not in caplog.text
    assert "sesame" not in str(log.all(OscTraffic)) + str(answers) + repr(studio.daemon.settings)


# ---- the rules ------------------------------------------------------------------------------------------------------


def test_guessing_is_slow_and_the_right_one_has_to_wait_too() -> None:
    clock = ManualClock()
    access = Access(PASSCODE, (), clock)
    for n in range(MAX_FAILURES):
        with pytest.raises(WrongPasscodeError):
            access.connect(replace(DESK, port=n), f"guess {n}")
    with pytest.raises(BusyError, match="wait"):
        access.connect(DESK, PASSCODE)
    access.connect(replace(DESK, host="192.168.1.21"), PASSCODE)  # another host is another matter
    clock.advance(FAILURES_S + 1)
    access.connect(DESK, PASSCODE)
    access.check(DESK)


def test_a_session_ends_when_nothing_is_heard() -> None:
    clock = ManualClock()
    access = Access(PASSCODE, (), clock)
    access.connect(DESK, PASSCODE)
    for _ in range(3):
        clock.advance(SESSION_S - 1)
        access.check(DESK)
    clock.advance(SESSION_S + 1)
    with pytest.raises(NotConnectedError):
        access.check(DESK)


def test_a_challenge_grows_old() -> None:
    clock = ManualClock()
    access = Access(PASSCODE, (), clock)
    challenge = access.challenge(DESK)
    clock.advance(31)
    with pytest.raises(WrongPasscodeError):
        access.connect(DESK, proof_of(challenge))


@pytest.mark.parametrize("secret", ["hmac:", "hmac:" + "0" * 64, "", " ", "OPEN SESAME", PASSCODE + "\0", "\udcff"])
def test_what_is_not_the_passcode_is_refused(secret: str) -> None:
    with pytest.raises(WrongPasscodeError):
        Access(PASSCODE, ()).connect(DESK, secret)


def test_a_proof_without_a_challenge_is_none() -> None:
    with pytest.raises(WrongPasscodeError):
        Access(PASSCODE, ()).connect(DESK, proof_of(""))


def test_what_is_kept_is_bounded() -> None:
    access = Access(PASSCODE, ())
    for n in range(MAX_KEPT + 10):
        access.connect(replace(DESK, port=n), PASSCODE)
        access.challenge(replace(DESK, port=n))
    assert len(access._sessions) == len(access._challenges) == MAX_KEPT


@pytest.mark.parametrize(
    ("host", "is_admitted"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.20", True),
        ("::ffff:192.168.1.20", True),
        ("192.168.1.21", False),
        ("10.0.7.255", True),
        ("10.0.8.0", False),
        ("fe80::1%eth0", True),
        ("fe80::2%eth0", False),
    ],
)
def test_the_allow_list(host: str, is_admitted: bool) -> None:
    access = Access(PASSCODE, ("192.168.1.20", "10.0.0.0/21", "fe80::1"))
    assert access.admits(replace(DESK, host=host)) is is_admitted


def test_a_host_that_is_turned_away_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    access = Access(PASSCODE, ("192.168.1.20",))
    for port in range(3):
        assert not access.admits(Peer("udp", "192.168.1.99", port))
    assert caplog.text.count("192.168.1.99") == 1


# ---- the settings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"osc_host": "0.0.0.0"},
        {"osc_host": "192.168.1.5", "osc_passcode": PASSCODE},
        {"osc_host": "::", "osc_allow": ["192.168.1.0/24"]},
        {"osc_host": "studio.local"},
        {"osc_passcode": "short"},
        {"osc_passcode": "hmac:0123456789"},
        {"osc_passcode": "x" * 101},
        {"osc_allow": ["everybody"]},
        {"osc_allow": ["192.168.1.0/99"]},
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(tmp_path: Path, values: dict[str, object]) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(values))
    with pytest.raises(BadSettingsError) as caught:
        Settings.load(tmp_path)
    assert PASSCODE not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_alone_needs_no_passcode(tmp_path: Path, host: str) -> None:
    Settings(tmp_path, osc_host=host)


def test_other_machines_are_heard_with_a_passcode_and_a_list(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_host="0.0.0.0", osc_passcode=PASSCODE, osc_allow=("192.168.1.0/24",))
    settings.save()
    assert Settings.load(tmp_path) == settings
