"""The OSC sockets: UDP and TCP on one port number, one thread for both. It only decodes, keeps time and hands over."""

from __future__ import annotations

import errno
import logging
import selectors
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, Self

from bridge.errors import BridgeError, PortTakenError, RefusedError
from bridge.osc_clients import Peer
from bridge.osc_intake import Intake
from bridge.osc_losses import HEARD_WITHIN_S, LOOK_S, Losses
from bridge.osc_packet import Batch, Message, PacketError, decode, encode
from bridge.osc_query import MAX_HEAD, METHODS
from bridge.osc_rate import RateLimit, RateMeters
from bridge.osc_replies import Send
from bridge.osc_schedule import OscSchedule, check_ahead
from bridge.osc_stream import BrokenStreamError, OscStream
from bridge.settings import Settings

RECEIVE_BYTES = 65_536  # more than any datagram has
DATAGRAMS_AT_ONCE = 256  # before the thread looks at its other sockets again
LOOKED_INTO_AT_ONCE = 16  # packets, before it reads again
RETRY_S = 0.002  # while those who have packets have enough commands that wait for their answers
MAX_UNSENT = 1 << 20  # bytes that wait for a TCP client that does not read
MAX_CONNECTIONS = 64
RECEIVE_BUFFER = 1 << 22  # bytes the system may hold for us: a sheet of a thousand lines comes in one go
FREE_PORT_TRIES = 20
FLUSH_S = 1.0

_log = logging.getLogger(__name__)


class ApiLike(Protocol):
    """What the server asks of the API. bridge.osc_api.OscApi is the real one. No call waits for anything."""

    def open(self, send: Send) -> None: ...
    def close(self) -> None: ...
    def admits(self, peer: Peer) -> bool: ...
    def has_enough(self, peer: Peer) -> bool: ...
    def check(self, peer: Peer, messages: Sequence[Message], *, at_ns: int | None = None) -> list[Any]: ...
    def keeps_time(self, checked: list[Any]) -> bool: ...
    def carry_out(self, checked: list[Any]) -> None: ...
    def refuse(self, peer: Peer, error: BridgeError, messages: Sequence[Message] = ()) -> None: ...
    def gone(self, peer: Peer) -> None: ...
    def guard(self, settings: Settings) -> None: ...
    def query(self, head: bytes, port: int) -> bytes | None: ...


@dataclass
class _Connection:
    socket: socket.socket
    peer: Peer
    stream: OscStream = field(default_factory=OscStream)
    unsent: bytearray = field(default_factory=bytearray)
    is_new: bool = True
    head: bytearray | None = None  # of a question over HTTP, when it is none in OSC
    is_broken: bool = False  # nothing that comes can be read any more
    closes: bool = False  # when all is sent


class OscServer:
    """Owns the sockets from `with` to its end. `send` may be called from any thread."""

    def __init__(
        self,
        host: str,
        port: int,
        api: ApiLike,
        *,
        rate_limit: RateLimit | None = None,
        max_waiting: int = 2000,
        use_time_tags: bool = True,
        clock: Callable[[], float] = time.time,
        pace: Callable[[], float] = time.monotonic,
    ) -> None:
        """`port` 0: any free one. `use_time_tags` False: everything is due when it comes.

        `max_waiting`: packets of a client that are read and not looked into.

        `clock`: Unix time in seconds, what time tags refer to. `pace`: seconds that never jump. What waits for its time
        tag waits on it, so that a clock that is set back meanwhile does not hold a line for an hour.
        """
        self.host = host
        self.port = self._asked_port = port
        self._api = api
        self._rates = RateMeters(rate_limit or RateLimit(), self._refuse_later)
        self._intake = Intake(max_waiting)
        self.use_time_tags = use_time_tags
        self._clock = clock
        self._pace = pace
        self._schedule: OscSchedule[list[Any]] = OscSchedule()
        self._connections: dict[Peer, _Connection] = {}
        self._outbox: deque[tuple[Peer, Message]] = deque()  # for connections
        self._jobs: deque[tuple[Callable[[], None], Future[None]]] = deque()  # of other threads, for this one
        self._is_ahead = False  # of the API: what the intake holds is better left there for a moment
        self._stopping = False

    def __enter__(self) -> Self:
        """Raises PortTakenError, and then nothing is left open."""
        sockets = _bind(self.host, self.port)
        self._selector = selectors.DefaultSelector()
        self._register(*sockets)
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector.register(self._wake_out, selectors.EVENT_READ, "wake")
        self._thread = threading.Thread(target=self._run, name="osc-server")
        self._api.open(self.send)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._api.close()  # its last replies are in the outbox now
        self._stopping = True
        self._wake()
        self._thread.join()
        for _, done in self._jobs:
            done.set_exception(RefusedError("Cuevox ends now; set it again after its next start"))
        self._flush()
        for connection in list(self._connections.values()):
            connection.socket.close()
        for each in (self._udp, self._listener, self._wake_in, self._wake_out):
            each.close()
        self._selector.close()

    def send(self, peer: Peer, message: Message) -> None:
        """Send to a client, from any thread; returns at once. To a client that is gone nothing is sent."""
        if peer.transport == "udp":  # a datagram goes out whole: no need to wait for this thread's turn
            self._send_datagram(peer, message)
        else:
            self._outbox.append((peer, message))
            self._wake()

    def take_on(self, settings: Settings) -> None:
        """Other settings from now on: where it is heard, who may speak and how much, time tags. For any thread.

        What is connected stays so, if it is still let in. Raises PortTakenError, and then everything is as it was.
        """
        done: Future[None] = Future()
        self._jobs.append((partial(self._take_on, settings), done))
        self._wake()
        done.result()

    # ---- the server's thread ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            try:
                for key, mask in self._selector.select(self._wait_s()):
                    self._serve(key.data, mask)
                self._carry_out_due(self._pace())
                self._look_into_packets()
                self._tell_losses()
                self._empty_outbox()
                self._do_jobs()
            except Exception:  # whatever one packet does, the others are to be heard
                _log.exception("a fault of the OSC server")

    def _do_jobs(self) -> None:
        while self._jobs:
            job, done = self._jobs.popleft()
            try:
                job()
            except Exception as error:  # the other thread's to tell
                done.set_exception(error)
            else:
                done.set_result(None)

    def _take_on(self, settings: Settings) -> None:
        host, port = settings.osc_host, settings.osc_port
        if (host, port) not in ((self.host, self.port), (self.host, self._asked_port)):
            self._rebind(host, port)
        self._rates = RateMeters(rate_limit_of(settings), self._refuse_later)
        self.use_time_tags = settings.osc_time_tags
        self._api.guard(settings)
        for connection in [c for c in self._connections.values() if not self._api.admits(c.peer)]:
            self._close(connection)

    def _rebind(self, host: str, port: int) -> None:
        """Raises PortTakenError."""
        old_host, old_port = self.host, self.port
        if port == old_port:  # on another interface: the number is not free before it is given up
            self._close_sockets()
            try:
                self._open_sockets(host, port)
            except PortTakenError:
                self._open_sockets(old_host, old_port)
                raise
        else:
            sockets = _bind(host, port)
            self._close_sockets()
            self._register(*sockets)
        self.host, self._asked_port = host, port

    def _open_sockets(self, host: str, port: int) -> None:
        self._register(*_bind(host, port))

    def _register(self, udp: socket.socket, listener: socket.socket) -> None:
        self._udp, self._listener = udp, listener
        self.port = udp.getsockname()[1]
        self._losses = Losses(udp)
        for each, what in ((udp, "udp"), (listener, "listener")):
            each.setblocking(False)
            self._selector.register(each, selectors.EVENT_READ, what)

    def _close_sockets(self) -> None:
        for each in (self._udp, self._listener):
            self._selector.unregister(each)
            each.close()

    def _wait_s(self) -> float | None:
        """Until something is to be done though nothing comes; None: for ever."""
        waits = [self._schedule.next_in_s(self._pace()), LOOK_S if self._losses.is_due else None]
        if self._intake:
            waits.append(RETRY_S if self._is_ahead else 0.0)
        return min((wait_s for wait_s in waits if wait_s is not None), default=None)

    def _serve(self, what: str | _Connection, mask: int) -> None:
        match what:
            case "udp":
                self._read_datagrams()
            case "listener":
                self._accept()
            case "wake":
                _drain(self._wake_out)
            case _Connection():
                if mask & selectors.EVENT_WRITE:
                    self._write(what)
                if mask & selectors.EVENT_READ and what.peer in self._connections:
                    self._read(what)

    def _read_datagrams(self) -> None:
        self._losses.is_due = True
        for _ in range(DATAGRAMS_AT_ONCE):
            try:
                packet, address = self._udp.recvfrom(RECEIVE_BYTES)
            except BlockingIOError:
                return
            except OSError:  # Windows: an earlier reply found nobody. It says nothing about the next datagram
                continue
            peer = Peer("udp", address[0], address[1])
            if self._api.admits(peer):
                self._put(peer, packet)

    def _put(self, peer: Peer, packet: bytes) -> None:
        """One packet, from whichever socket: it waits for its client's turn."""
        if self._rates.is_silenced(peer) or not self._rates.may_speak(peer, 1):
            return
        if not self._intake.put(peer, partial(self._take, peer, packet), len(packet) or 1):
            self._rates.silence(peer, "too many packets wait already")

    def _look_into_packets(self) -> None:
        for _ in range(LOOKED_INTO_AT_ONCE):
            job = self._intake.next(self._api.has_enough)
            self._is_ahead = job is None
            if job is None:
                return
            job()

    def _tell_losses(self) -> None:
        if loss := self._losses.look(self._pace()):
            _log.warning("OSC: %s", loss)
            for peer in self._rates.heard_within(HEARD_WITHIN_S):
                self._api.refuse(peer, loss)

    def _take(self, peer: Peer, packet: bytes) -> None:
        """Look into a packet."""
        try:
            batches: tuple[Batch, ...] = decode(packet)
        except PacketError as error:
            self._api.refuse(peer, error)
            return
        n_more = sum(len(batch.messages) for batch in batches) - 1  # than the one that the packet was taken for
        if n_more > 0 and not self._rates.may_speak(peer, n_more):
            return
        clock_s, now_s = self._clock(), self._pace()
        for batch in batches:
            at_ns = batch.due_ns if self.use_time_tags else None
            due_s = None if at_ns is None else now_s + (at_ns / 1e9 - clock_s)
            try:
                checked = self._api.check(peer, batch.messages, at_ns=at_ns)
                if due_s is not None and self._api.keeps_time(checked):
                    check_ahead(due_s - now_s)
                    due_s = None  # what sounds is handed over at once: the player begins it to the sample
                self._schedule.add(checked, due_s, now_s)
            except BridgeError as error:
                self._api.refuse(peer, error, batch.messages)
        # At once, or an error about the client's next packet would be told before the answers to this one.
        self._carry_out_due(now_s)

    def _carry_out_due(self, now_s: float) -> None:
        for checked in self._schedule.take_due(now_s):
            self._api.carry_out(checked)

    # ---- TCP --------------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        try:
            accepted, address = self._listener.accept()
        except OSError:  # it went away again
            return
        peer = Peer("tcp", address[0], address[1])
        if not self._api.admits(peer) or (len(self._connections) >= MAX_CONNECTIONS and not self._close_a_mute()):
            accepted.close()
            return
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(accepted, peer)
        self._connections[connection.peer] = connection
        self._selector.register(accepted, selectors.EVENT_READ, connection)

    def _close_a_mute(self) -> bool:
        """Make room: the oldest connection that never said anything goes. -> whether there was one."""
        mute = next((connection for connection in self._connections.values() if connection.is_new), None)
        if mute is not None:
            self._close(mute)
        return mute is not None

    def _read(self, connection: _Connection) -> None:
        try:
            data = connection.socket.recv(RECEIVE_BYTES)
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
                    self._put_error(connection.peer, packet)
                else:
                    self._put(connection.peer, packet)
        except BrokenStreamError as error:
            connection.is_broken = True
            self._intake.put(connection.peer, partial(self._end, connection, error), 0)

    def _put_error(self, peer: Peer, error: PacketError) -> None:
        if not self._rates.is_silenced(peer) and self._rates.may_speak(peer, 1):
            self._refuse_later(peer, error)

    def _refuse_later(self, peer: Peer, error: BridgeError) -> None:
        """Behind what came from the client before."""
        self._intake.put(peer, partial(self._api.refuse, peer, error), 0)

    def _end(self, connection: _Connection, error: BrokenStreamError) -> None:
        """All before the break was looked into: the last answer, and then the connection is closed."""
        self._api.refuse(connection.peer, error)
        connection.closes = True

    def _read_query(self, connection: _Connection, head: bytearray, data: bytes) -> None:
        head += data
        if b"\r\n\r\n" not in head and len(head) < MAX_HEAD:
            return
        answer = self._api.query(bytes(head), self.port) if self._rates.may_speak(connection.peer, 1) else None
        if answer is None:
            self._close(connection)
            return
        connection.unsent += answer
        connection.closes = True
        self._write(connection)

    def _write(self, connection: _Connection) -> None:
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

    def _close(self, connection: _Connection) -> None:
        self._selector.unregister(connection.socket)
        connection.socket.close()
        del self._connections[connection.peer]
        # Behind what it had sent: that is carried out all the same.
        self._intake.put(connection.peer, partial(self._api.gone, connection.peer), 0)

    # ---- sending ----------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        try:
            self._wake_in.send(b"\0")
        except BlockingIOError:  # it has not even heard the last calls: it will come
            pass

    def _empty_outbox(self) -> None:
        while self._outbox:
            peer, message = self._outbox.popleft()
            if connection := self._connections.get(peer):
                connection.unsent += connection.stream.frame(encode(message))
                if len(connection.unsent) > MAX_UNSENT:
                    self._close(connection)
                else:
                    self._write(connection)

    def _send_datagram(self, peer: Peer, message: Message) -> None:
        try:
            self._udp.sendto(encode(message), (peer.host, peer.port))
        except OSError as error:  # nobody there, or too long for a datagram
            _log.debug("no reply to %s: %s", peer, error)

    def _flush(self) -> None:
        """The last replies, once the thread has ended."""
        self._empty_outbox()
        for connection in list(self._connections.values()):
            connection.socket.settimeout(FLUSH_S)
            try:
                connection.socket.sendall(connection.unsent)
            except OSError:
                pass


def rate_limit_of(settings: Settings) -> RateLimit:
    return RateLimit(settings.osc_burst, settings.osc_per_second, settings.osc_total_per_second)


def _bind(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A UDP and a listening TCP socket on the same number. Raises PortTakenError."""
    tries = 1 if port else FREE_PORT_TRIES
    for n in range(tries):
        try:
            return _bind_once(host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and n + 1 < tries:
                continue  # the number that one protocol was given is taken in the other
            way_out = (
                "end the other program, or choose another port in the settings or with --osc-port"
                if error.errno == errno.EADDRINUSE
                else "choose another address or port in the settings"
            )
            raise PortTakenError(f"OSC cannot listen on {host}:{port}: {error.strerror or error}; {way_out}") from error
    raise AssertionError("a loop of at least one try")


def _bind_once(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if sys.platform == "win32":  # elsewhere a port is ours alone unless we say otherwise
            for each in (listener, udp):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # a connection of the last run that is not quite over does not keep the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        listener.bind(address)
        udp.bind((address[0], listener.getsockname()[1]))
        listener.listen()
    except OSError:
        listener.close()
        udp.close()
        raise
    return udp, listener


def _drain(wake: socket.socket) -> None:
    try:
        while wake.recv(4096):
            pass
    except BlockingIOError:
        pass
