"""The OSC sockets: UDP and TCP on one port number, one thread for both. It only decodes, keeps time and hands over."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Protocol, Self

from bridge.errors import PortTakenError, RefusedError
from bridge.osc_clients import Peer
from bridge.osc_connections import Connection, Connections, HostLike
from bridge.osc_datagrams import AT_ONCE, Datagrams
from bridge.osc_losses import HEARD_WITHIN_S, LOOK_S, Losses
from bridge.osc_packet import Message, encode
from bridge.osc_rate import RateLimit
from bridge.osc_reception import Reception
from bridge.osc_replies import Send
from bridge.osc_sockets import bind
from bridge.settings import Settings
from bridge.sleeping import steady_s

CALLS_AT_ONCE = 4  # for datagrams, before the thread looks at its other sockets again

_log = logging.getLogger(__name__)


class ApiLike(HostLike, Protocol):
    """What the server asks of the API. bridge.osc_api.OscApi is the real one. No call waits for anything."""

    def open(self, send: Send) -> None: ...
    def close(self) -> None: ...
    def guard(self, settings: Settings) -> None: ...


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
        pace: Callable[[], float] = steady_s,
    ) -> None:
        """`port` 0: any free one. `use_time_tags` False: everything is due when it comes.

        `max_waiting`: packets of a client that are read and not looked into.

        `clock`: Unix time in seconds, what time tags refer to. `pace`: seconds that never jump, and go on while the
        machine sleeps. What waits for its time tag waits on it, so that a clock that is set back meanwhile does not
        hold a line for an hour.
        """
        self.host = host
        self.port = self._asked_port = port
        self._api = api
        self._pace = pace
        self._reception = Reception(
            api,
            rate_limit or RateLimit(),
            max_waiting=max_waiting,
            use_time_tags=use_time_tags,
            clock=clock,
            pace=pace,
        )
        self._jobs: deque[tuple[Callable[[], None], Future[None]]] = deque()  # of other threads, for this one
        self._stopping = False

    def __enter__(self) -> Self:
        """Raises PortTakenError, and then nothing is left open."""
        sockets = bind(self.host, self.port)
        self._selector = selectors.DefaultSelector()
        self._register(*sockets)
        self._connections = Connections(self._api, self._reception, self._selector, lambda: self.port)
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector.register(self._wake_out, selectors.EVENT_READ, "wake")
        self._thread = threading.Thread(target=self._run, name="osc-server")
        self._api.open(self.send)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._api.close()  # its last replies wait to be sent now
        self._stopping = True
        self._wake()
        self._thread.join()
        for _, done in self._jobs:
            done.set_exception(RefusedError("Cuevox ends now; set it again after its next start"))
        self._connections.end()
        for each in (self._udp, self._listener, self._wake_in, self._wake_out):
            each.close()
        self._selector.close()

    def send(self, peer: Peer, message: Message) -> None:
        """Send to a client, from any thread; returns at once. To a client that is gone nothing is sent."""
        if peer.transport == "udp":  # a datagram goes out whole: no need to wait for this thread's turn
            self._send_datagram(peer, message)
        else:
            self._connections.put(peer, message)
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
                self._reception.work()
                self._tell_losses()
                self._connections.send_all()
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
        self._reception.limit(rate_limit_of(settings))
        self._reception.use_time_tags = settings.osc_time_tags
        self._api.guard(settings)
        self._connections.close_unwanted()

    def _rebind(self, host: str, port: int) -> None:
        """Raises PortTakenError."""
        old_host, old_port = self.host, self.port
        if port == old_port:  # on another interface: the number is not free before it is given up
            self._close_sockets()
            try:
                self._register(*bind(host, port))
            except PortTakenError:
                self._register(*bind(old_host, old_port))
                raise
        else:
            sockets = bind(host, port)
            self._close_sockets()
            self._register(*sockets)
        self.host, self._asked_port = host, port

    def _register(self, udp: socket.socket, listener: socket.socket) -> None:
        self._udp, self._listener = udp, listener
        self.port = udp.getsockname()[1]
        self._datagrams, self._losses = Datagrams(udp), Losses(udp)
        for each, what in ((udp, "udp"), (listener, "listener")):
            self._selector.register(each, selectors.EVENT_READ, what)

    def _close_sockets(self) -> None:
        for each in (self._udp, self._listener):
            self._selector.unregister(each)
            each.close()

    def _wait_s(self) -> float | None:
        """Until something is to be done though nothing comes; None: for ever."""
        waits = [self._reception.wait_s(), LOOK_S if self._losses.is_due else None]
        return min((wait_s for wait_s in waits if wait_s is not None), default=None)

    def _serve(self, what: str | Connection, mask: int) -> None:
        match what:
            case "udp":
                self._read_datagrams()
            case "listener":
                self._connections.accept(self._listener)
            case "wake":
                _drain(self._wake_out)
            case Connection():
                self._connections.serve(what, mask)

    def _read_datagrams(self) -> None:
        self._losses.is_due = True
        for _ in range(CALLS_AT_ONCE):
            came = self._datagrams.read()
            for peer, packet in came:
                if self._api.admits(peer):
                    self._reception.put(peer, packet)
            if len(came) < AT_ONCE:
                return

    def _tell_losses(self) -> None:
        if loss := self._losses.look(self._pace()):
            _log.warning("OSC: %s", loss)
            for peer in self._reception.heard_within(HEARD_WITHIN_S):
                self._api.refuse(peer, loss)

    # ---- sending ----------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        try:
            self._wake_in.send(b"\0")
        except BlockingIOError:  # it has not even heard the last calls: it will come
            pass

    def _send_datagram(self, peer: Peer, message: Message) -> None:
        try:
            self._udp.sendto(encode(message), (peer.host, peer.port))
        except OSError as error:  # nobody there, or too long for a datagram
            _log.debug("no reply to %s: %s", peer, error)


def rate_limit_of(settings: Settings) -> RateLimit:
    return RateLimit(settings.osc_burst, settings.osc_per_second, settings.osc_total_per_second)


def _drain(wake: socket.socket) -> None:
    try:
        while wake.recv(4096):
            pass
    except BlockingIOError:
        pass
