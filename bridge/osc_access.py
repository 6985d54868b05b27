"""Who may talk to the daemon: hosts of the allow list, and of those the clients that proved to know the passcode.

Without a passcode everybody whom the socket hears is let in, which is why the settings allow that on loopback only. All
of it belongs to the OSC thread, so that a command that comes right behind its client's handshake finds it done.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import ipaddress
import logging
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from bridge.errors import BridgeError, BusyError
from bridge.osc_clients import Peer

CONNECT = "/cuevox/connect"
PROOF = "hmac:"  # begins the answer to a challenge: hexadecimal HMAC-SHA256 of it, with the passcode as the key
MIN_PASSCODE, MAX_PASSCODE = 8, 100  # characters
SESSION_S = 3600.0  # of a client over UDP that stays silent; a connection's lasts as long as it does
CHALLENGE_S = 30.0
MAX_FAILURES, FAILURES_S = 5, 60.0  # of a host, on all its ports; then it has to wait
MAX_KEPT = 1000  # sessions, challenges, hosts

_log = logging.getLogger(__name__)

Key = TypeVar("Key")
Value = TypeVar("Value")


class NotConnectedError(BridgeError):
    """A command of a client that has not given the passcode."""

    code = "not_connected"


class WrongPasscodeError(BridgeError):
    """A passcode, or a proof of it, that is not the right one."""

    code = "wrong_passcode"


class NotAllowedError(BridgeError):
    """A command that the passcode of this client does not reach to."""

    code = "not_allowed"


class Level(enum.IntEnum):
    """What a client may do; each may do what the ones before it may."""

    LOOK = 1
    PLAY = 2
    EDIT = 3


class Access:
    """The allow list and the sessions."""

    def __init__(
        self,
        passcode: str,
        allow: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
        *,
        lesser: Mapping[Level, str] | None = None,
    ) -> None:
        """`passcode`: for everything; empty for none. `lesser`: those that reach less far, empty ones for none.

        `allow`: addresses or networks; empty for all. `clock`: never goes back.
        """
        self._passcode = passcode.encode()
        passcodes = {Level.EDIT: passcode, **(lesser or {})}
        self._passcodes = {level: text.encode() for level, text in passcodes.items() if text}
        self._allowed = [network_of(text) for text in allow]
        self._clock = clock
        self._sessions: OrderedDict[Peer, tuple[float, Level]] = OrderedDict()  # when last heard of; oldest first
        self._challenges: OrderedDict[Peer, tuple[bytes, float]] = OrderedDict()  # with the time of its end
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()  # by host, their times
        self._turned_away: set[str] = set()

    def admits(self, peer: Peer) -> bool:
        """Whether the host is on the allow list. A host that is not gets no answer: nobody is to learn what is here."""
        if not self._allowed:
            return True
        address = _address(peer.host)
        if address.is_loopback or any(address in network for network in self._allowed):
            return True
        if peer.host not in self._turned_away and len(self._turned_away) < MAX_KEPT:
            self._turned_away.add(peer.host)
            _log.warning("OSC from %s, which is not on the list osc_allow, is not answered", peer.host)
        return False

    def check(self, peer: Peer) -> Level:
        """A command came. -> what its client may do. Raises NotConnectedError: it has to give the passcode first."""
        if not self._passcode:
            return Level.EDIT
        now_s = self._clock()
        heard_s, level = self._sessions.get(peer, (None, Level.LOOK))
        if heard_s is None or (peer.transport == "udp" and heard_s < now_s - SESSION_S):
            raise NotConnectedError(f"this Cuevox asks for a passcode; send {CONNECT} PASSCODE first")
        self._sessions[peer] = now_s, level
        self._sessions.move_to_end(peer)
        return level

    def challenge(self, peer: Peer) -> str:
        """A text that is good for one proof of this client."""
        nonce = secrets.token_hex(16)
        _keep(self._challenges, peer, (nonce.encode(), self._clock() + CHALLENGE_S))
        return nonce

    def connect(self, peer: Peer, secret: str) -> Level:
        """Let the client in. -> what it may do. `secret`: the passcode, or `hmac:` and the proof of the last challenge.

        Raises WrongPasscodeError, and BusyError after too many of those.
        """
        if not self._passcode:
            return Level.EDIT
        now_s = self._clock()
        failures = self._failures.get(peer.host, deque())
        while failures and failures[0] < now_s - FAILURES_S:
            failures.popleft()
        if len(failures) >= MAX_FAILURES:
            # The right one is refused as well, or guessing could go on.
            raise BusyError(f"{MAX_FAILURES} wrong passcodes from {peer.host}; wait {FAILURES_S:g} s, then try again")
        level = self._level_of(peer, secret, now_s)
        if level is None:
            failures.append(now_s)
            _keep(self._failures, peer.host, failures)
            _log.warning("OSC: a wrong passcode from %s", peer.host)
            raise WrongPasscodeError("this is not the passcode that the settings name as osc_passcode")
        self._failures.pop(peer.host, None)
        _keep(self._sessions, peer, (now_s, level))
        return level

    def gone(self, peer: Peer) -> None:
        """A connection has ended, and its session with it."""
        self._sessions.pop(peer, None)
        self._challenges.pop(peer, None)

    def _level_of(self, peer: Peer, secret: str, now_s: float) -> Level | None:
        """Compared with every passcode, in a time that does not depend on how much of it is right."""
        given = secret.encode(errors="replace")
        expected = self._passcodes
        is_in_time = True
        if secret.startswith(PROOF):
            nonce, ends_s = self._challenges.pop(peer, (b"", float("-inf")))
            is_in_time = now_s < ends_s
            given = secret.removeprefix(PROOF).strip().lower().encode(errors="replace")
            expected = {
                level: hmac.new(passcode, nonce, hashlib.sha256).hexdigest().encode()
                for level, passcode in self._passcodes.items()
            }
        found = [level for level, right in expected.items() if hmac.compare_digest(given, right)]
        return max(found) if found and is_in_time else None


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """An address or a network, such as 192.168.1.20 or 192.168.1.0/24. Raises ValueError."""
    return ipaddress.ip_network(text.strip(), strict=False)


def is_loopback(host: str) -> bool:
    """Whether a socket bound to `host` hears this machine only. A name other than localhost may be anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """As sockets tell it: with a scope behind % and IPv4 inside IPv6, where the system does so."""
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _keep(kept: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MAX_KEPT:
        kept.popitem(last=False)
