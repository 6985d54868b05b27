"""OSC over TCP: connections come, are read frame by frame, answered, and go."""

from __future__ import annotations

import selectors
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from bridge.osc_clients import Peer
from bridge.osc_packet import Message, PacketError, encode
from bridge.osc_query import MAX_HEAD, METHODS
from bridge.osc_reception import HandlerLike, Reception
from bridge.osc_stream import BrokenStreamError, OscStream

READ_BYTES = 65_536
MAX_UNSENT = 1 << 20  # bytes that wait for a client that does not read
MAX_CONNECTIONS = 64
FLUSH_S = 1.0


class HostLike(HandlerLike, Protocol):
    """What is asked of the API about connections."""

    def admits(self, peer: Peer) -> bool: ...
    def gone(self, peer: Peer) -> None: ...
    def query(self, head: bytes, port: int) -> bytes | None: ...


@dataclass
class Connection:
    socket: socket.socket
    peer: Peer
    stream: OscStream = field(default_factory=OscStream)
    unsent: bytearray = field(default_factory=bytearray)
    is_new: bool = True
    head: bytearray | None = None  # of a question over HTTP, when it is none in OSC
    is_broken: bool = False  # nothing that comes can be read any more
    closes: bool = False  # when all is sent


class Connections:
    """All that are open. One thread owns them; `put` is for any."""

    def __init__(
        self, api: HostLike, reception: Reception, selector: selectors.BaseSelector, port: Callable[[], int]
    ) -> None:
        """`port`: where OSC is heard just now."""
        self._api = api
        self._reception = reception
        self._selector = selector
        self._port = port
        self._all: dict[Peer, Connection] = {}
        self._outbox: deque[tuple[Peer, Message]] = deque()

    def put(self, peer: Peer, message: Message) -> None:
        """To be sent at the next `send_all`."""
        self._outbox.append((peer, message))

    def accept(self, listener: socket.socket) -> None:
        try:
            accepted, address = listener.accept()
        except OSError:  # it went away again
            return
        peer = Peer("tcp", address[0], address[1])
        if not self._api.admits(peer) or (len(self._all) >= MAX_CONNECTIONS and not self._close_a_mute()):
            accepted.close()
            return
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(accepted, peer)
        self._all[connection.peer] = connection
        self._selector.register(accepted, selectors.EVENT_READ, connection)

    def serve(self, connection: Connection, mask: int) -> None:
        """`mask`: what the selector says of it."""
        if mask & selectors.EVENT_WRITE:
            self._write(connection)
        if mask & selectors.EVENT_READ and connection.peer in self._all:
            self._read(connection)

    def send_all(self) -> None:
        """Send what was put, as far as the other ends read."""
        while self._outbox:
            peer, message = self._outbox.popleft()
            if connection := self._all.get(peer):
                connection.unsent += connection.stream.frame(encode(message))
                if len(connection.unsent) > MAX_UNSENT:
                    self._close(connection)
                else:
                    self._write(connection)

    def close_unwanted(self) -> None:
        """Those that are not let in any more."""
        for connection in [each for each in self._all.values() if not self._api.admits(each.peer)]:
            self._close(connection)

    def end(self) -> None:
        """Send the last replies, for which there is a second a connection, and close all."""
        self.send_all()
        for connection in list(self._all.values()):
            connection.socket.settimeout(FLUSH_S)
            try:
                connection.socket.sendall(connection.unsent)
            except OSError:
                pass
            connection.socket.close()

    def _close_a_mute(self) -> bool:
        """Make room: the oldest connection that never said anything goes. -> whether there was one."""
        mute = next((connection for connection in self._all.values() if connection.is_new), None)
        if mute is not None:
            self._close(mute)
        return mute is not None

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(connection)
            return
        if connection.is_broken or connection.closes:
            return
        if connection.is_new and data.startswith(METHODS):
            connection.head = bytearray()
        connection.is_new = False
        if connection.head is not None:
            self._read_query(connection, connection.head, data)
            return
        try:
            for packet in connection.stream.feed(data):
                if isinstance(packet, PacketError):
                    self._reception.put_error(connection.peer, packet)
                else:
                    self._reception.put(connection.peer, packet)
        except BrokenStreamError as error:
            connection.is_broken = True
            self._reception.then(connection.peer, partial(self._end_of, connection, error))

    def _end_of(self, connection: Connection, error: BrokenStreamError) -> None:
        """All before the break was looked into: the last answer, and then the connection is closed."""
        self._api.refuse(connection.peer, error)
        connection.closes = True

    def _read_query(self, connection: Connection, head: bytearray, data: bytes) -> None:
        head += data
        if b"\r\n\r\n" not in head and len(head) < MAX_HEAD:
            return
        answer = self._api.query(bytes(head), self._port()) if self._reception.may_ask(connection.peer) else None
        if answer is None:
            self._close(connection)
            return
        connection.unsent += answer
        connection.closes = True
        self._write(connection)

    def _write(self, connection: Connection) -> None:
        try:
            del connection.unsent[: connection.socket.send(connection.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._close(connection)
            return
        if not connection.unsent and connection.closes:
            self._close(connection)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.unsent else 0)
        self._selector.modify(connection.socket, wanted, connection)

    def _close(self, connection: Connection) -> None:
        self._selector.unregister(connection.socket)
        connection.socket.close()
        del self._all[connection.peer]
        # Behind what it had sent: that is carried out all the same.
        self._reception.then(connection.peer, partial(self._api.gone, connection.peer))
