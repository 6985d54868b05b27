"""Who talks to the daemon over OSC: where replies go, which requests were answered already, who wants to be told what.

One thread owns all of this. Everything is bounded and forgotten in time: over UDP nobody says goodbye.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bridge.errors import BadArgumentError, BusyError
from bridge.journal import MAX_REQUESTS, REQUEST_S
from bridge.osc_packet import Message

LEASE_S = 30.0  # of a subscription over UDP; any message renews it
REPLY_PORT_S = 3600.0  # how long a chosen port holds for a client that stays silent
MAX_REPLY_PORTS = 1000
MAX_SUBSCRIBERS = 64
ALL_TOPICS = ("lines", "errors", "meters")  # what `all` means: the state of things, without every message
TOPICS = (*ALL_TOPICS, "traffic", "all")


@dataclass(frozen=True, slots=True)
class Peer:
    """The far end of a datagram or of a connection."""

    transport: str  # udp or tcp
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply as it was sent, to be sent again."""

    command: str  # the address it answers
    status: str
    code: str
    text: str
    data: tuple[object, ...]


@dataclass(slots=True)
class Request:
    """A command under a request id, and what was answered so far (progress left out)."""

    message: Message
    since_s: float
    answers: list[Answer] = field(default_factory=list)


@dataclass(slots=True)
class _Subscription:
    topics: set[str]
    ends_s: float | None  # None: with the connection


class Clients:
    """A client is the place its replies go to: the address it sends from, or the port it chose there."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock`: seconds that never go back."""
        self._clock = clock
        self._ports: OrderedDict[Peer, tuple[int, float]] = OrderedDict()  # peer -> port, last heard of; oldest first
        self._requests: OrderedDict[tuple[Peer, str], Request] = OrderedDict()  # oldest first
        self._subscriptions: dict[Peer, _Subscription] = {}

    def heard(self, peer: Peer, port: int | None = None) -> None:
        """A message came from `peer`, to be answered at `port`: the client is alive, its lease begins anew."""
        now_s = self._clock()
        if peer in self._ports:
            self._ports[peer] = (self._ports[peer][0], now_s)
            self._ports.move_to_end(peer)
        subscription = self._subscriptions.get(self.target(peer, port))
        if subscription and subscription.ends_s is not None and subscription.ends_s > now_s:
            subscription.ends_s = now_s + LEASE_S
        while self._ports and next(iter(self._ports.values()))[1] < now_s - REPLY_PORT_S:
            self._ports.popitem(last=False)

    def gone(self, peer: Peer) -> None:
        """A connection has ended."""
        self._subscriptions.pop(peer, None)
        self._ports.pop(peer, None)

    def target(self, peer: Peer, port: int | None = None) -> Peer:
        """Where replies to `peer` go; `port`: for this command only. One look, so that any thread may ask."""
        if port is None and (chosen := self._ports.get(peer)):
            port = chosen[0]
        return peer if port is None else Peer("udp", peer.host, port)

    def choose_port(self, peer: Peer, port: int) -> None:
        """From now on replies to `peer` go to `port` of the same host, over UDP."""
        self._ports[peer] = (port, self._clock())
        self._ports.move_to_end(peer)
        while len(self._ports) > MAX_REPLY_PORTS:
            self._ports.popitem(last=False)

    # ---- requests ---------------------------------------------------------------------------------------------------

    def request(self, client: Peer, request_id: str, message: Message) -> tuple[Request, bool]:
        """The request under this id, and whether it is new. Raises BadArgumentError: the id was another command's."""
        now_s = self._clock()
        while self._requests and (
            len(self._requests) >= MAX_REQUESTS or next(iter(self._requests.values())).since_s < now_s - REQUEST_S
        ):
            self._requests.popitem(last=False)
        known = self._requests.get((client, request_id))
        if known is None:
            request = self._requests[client, request_id] = Request(message, now_s)
            return request, True
        if known.message != message:
            raise BadArgumentError(
                f"request {request_id!r} was another command {now_s - known.since_s:.0f} s ago "
                f"({known.message.address}, or other arguments); give each new command a new id"
            )
        return known, False

    def forget(self, client: Peer, request_id: str) -> None:
        """The command was refused and nothing came of it: the same id may try again."""
        self._requests.pop((client, request_id), None)

    # ---- subscriptions ----------------------------------------------------------------------------------------------

    def subscribe(self, client: Peer, topic: str) -> float | None:
        """-> seconds until it ends unless something is heard of the client; None: with its connection.

        Raises BadArgumentError, BusyError.
        """
        if topic not in TOPICS:
            raise BadArgumentError(f"topic is {topic[:60]!r}; give one of {', '.join(TOPICS)}")
        self._drop_ended()
        if client not in self._subscriptions and len(self._subscriptions) >= MAX_SUBSCRIBERS:
            raise BusyError(
                f"{MAX_SUBSCRIBERS} clients are subscribed already; wait until a lease of {LEASE_S:g} s ends"
            )
        lease_s = LEASE_S if client.transport == "udp" else None
        topics = set(ALL_TOPICS) if topic == "all" else {topic}
        if client in self._subscriptions:
            topics |= self._subscriptions[client].topics
        self._subscriptions[client] = _Subscription(topics, None if lease_s is None else self._clock() + lease_s)
        return lease_s

    def unsubscribe(self, client: Peer, topic: str) -> None:
        topics = set(TOPICS) if topic == "all" else {topic}
        if subscription := self._subscriptions.get(client):
            subscription.topics -= topics
            if not subscription.topics:
                del self._subscriptions[client]

    def subscriptions(self) -> list[tuple[Peer, list[str]]]:
        """Who is told of what."""
        self._drop_ended()
        return [(client, sorted(s.topics)) for client, s in self._subscriptions.items()]

    def topics_of(self, client: Peer) -> set[str]:
        self._drop_ended()
        return set(s.topics) if (s := self._subscriptions.get(client)) else set()

    def forget_subscribers(self) -> None:
        """Nobody is told anything any more before he subscribes again."""
        self._subscriptions.clear()

    def subscribers(self, topic: str) -> tuple[Peer, ...]:
        self._drop_ended()
        return tuple(client for client, s in self._subscriptions.items() if topic in s.topics)

    def _drop_ended(self) -> None:
        now_s = self._clock()
        ended = [c for c, s in self._subscriptions.items() if s.ends_s is not None and s.ends_s <= now_s]
        for client in ended:
            del self._subscriptions[client]
