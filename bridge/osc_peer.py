"""A client of Cuevox's OSC interface, as a DAW or a script would be one: python-osc and a socket, UDP or TCP.

It takes nothing of the daemon's own OSC code, so that the two check each other.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage, ParseError
from pythonosc.osc_message_builder import build_msg

OscValue = str | int | float
CONNECT_S = 5.0
MAX_PACKET = 65_507  # the largest UDP datagram
ENDINGS = ("done", "error")
ERRORS = "/cuevox/error"


@dataclass(frozen=True)
class Reply:
    """One reply of the daemon (OSC contract: `/reply` + the command's address, flat and typed)."""

    command: str  # the address it answers; empty when the daemon could not read it
    request: str
    status: str  # accepted progress done warning error
    code: str
    text: str
    data: tuple[OscValue, ...]

    @property
    def is_ending(self) -> bool:
        return self.status in ENDINGS


class NoReplyError(Exception):
    """The daemon did not answer in time."""


class OscPeer:
    """Sends commands to one daemon and hands out its replies in the order in which they came. A context manager."""

    def __init__(self, host: str, port: int, *, by_tcp: bool = False) -> None:
        """Raises OSError, by TCP also when nobody listens."""
        self.peer = (host, port)
        self._kept: deque[Reply] = deque()  # came while another one was waited for
        self._by_tcp = by_tcp
        self.has_ended = False  # the connection, by the other side; nothing more can come
        self._stream = bytearray()  # of TCP: what has come and is not a whole packet yet
        if by_tcp:
            self._socket = socket.create_connection(self.peer, CONNECT_S)
        else:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((host, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._socket.close()

    def send(self, address: str, *args: OscValue, at_s: float | None = None) -> None:
        """`at_s`: a time tag, in seconds of Unix time."""
        packet = build_msg(address, args).dgram
        if at_s is not None:
            bundle = OscBundleBuilder(at_s)  # type: ignore[arg-type]  # it says int, and takes any number
            bundle.add_content(build_msg(address, args))
            packet = bundle.build().dgram
        if self._by_tcp:
            self._socket.sendall(len(packet).to_bytes(4, "big") + packet)  # OSC 1.0: the length, then the packet
        else:
            self._socket.sendto(packet, self.peer)

    def next_reply(self, timeout_s: float) -> Reply | None:
        """The next reply; None when none comes in that time."""
        return self._kept.popleft() if self._kept else self._receive(time.monotonic() + timeout_s)

    def next_message(self, timeout_s: float) -> OscMessage | None:
        """The next message of any address, replies that were kept left out; None when none comes in that time."""
        deadline_s = time.monotonic() + timeout_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                packet = self._packet()
                if packet is None:
                    continue
                return OscMessage(packet)
            except TimeoutError:
                return None
            except (ConnectionError, ParseError):  # nobody listens (yet), or a packet that is not ours
                continue
        return None

    def _packet(self) -> bytes | None:
        """What comes next; None when it is not all of a packet. Raises OSError, TimeoutError among them."""
        if not self._by_tcp:
            return self._socket.recv(MAX_PACKET)
        size = int.from_bytes(self._stream[:4], "big")
        if len(self._stream) < 4 or len(self._stream) < 4 + size:
            try:
                data = self._socket.recv(MAX_PACKET)
            except ConnectionError:
                data = b""
            if not data:
                self.has_ended = True
                raise TimeoutError("the other side has ended the connection")
            self._stream += data
            return None
        packet = bytes(self._stream[4 : 4 + size])
        del self._stream[: 4 + size]
        return packet

    def wait_for(self, wanted: Callable[[Reply], bool], timeout_s: float) -> Reply | None:
        """The first reply that is wanted; the others are kept for later."""
        for reply in self._kept:
            if wanted(reply):
                self._kept.remove(reply)
                return reply
        deadline_s = time.monotonic() + timeout_s
        while (reply_now := self._receive(deadline_s)) is not None:
            if wanted(reply_now):
                return reply_now
            self._kept.append(reply_now)
        return None

    def ask(self, address: str, *args: OscValue, timeout_s: float = 10.0) -> Reply:
        """Send a command that is answered at once; -> its ending. Raises NoReplyError."""
        self.send(address, *args)
        reply = self.wait_for(lambda r: r.command == address and r.is_ending, timeout_s)
        if reply is None:
            host, port = self.peer
            raise NoReplyError(f"no reply to {address} from {host}:{port} within {timeout_s:g} s; is the daemon up?")
        return reply

    def ask_or_none(self, address: str, *args: OscValue, timeout_s: float = 5.0) -> Reply | None:
        """The ending of a command that is answered at once; None when nobody answers."""
        try:
            return self.ask(address, *args, timeout_s=timeout_s)
        except NoReplyError:
            return None

    def _receive(self, deadline_s: float) -> Reply | None:
        while (message := self.next_message(deadline_s - time.monotonic())) is not None:
            values = list(message)
            # An address that could not be read is answered at ERRORS; what subscribers are told there is longer.
            is_reply = message.address.startswith("/reply/") and len(values) >= 4
            if is_reply or (message.address == ERRORS and len(values) == 4):
                request, status, code, text, *data = values
                command = message.address.removeprefix("/reply") if is_reply else ""
                return Reply(command, str(request), str(status), str(code), str(text), tuple(data))
        return None
