"""What becomes of an OSC packet, from whichever socket: heard or not, until its commands are handed to the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from bridge.errors import BridgeError
from bridge.osc_clients import Peer
from bridge.osc_intake import Intake, Job
from bridge.osc_packet import Batch, Message, PacketError, decode
from bridge.osc_rate import RateLimit, RateMeters
from bridge.osc_schedule import OscSchedule, check_ahead

LOOKED_INTO_AT_ONCE = 16  # packets, before the thread reads again
LOOK_S = 0.5  # for what is held: the wait itself may be by a clock that stands still while the machine sleeps
RETRY_S = 0.002  # while those who have packets have enough commands that wait for their answers


class HandlerLike(Protocol):
    """What is asked of the API about packets. No call waits for anything."""

    def has_enough(self, peer: Peer) -> bool: ...
    def check(self, peer: Peer, messages: Sequence[Message], *, at_ns: int | None = None) -> list[Any]: ...
    def keeps_time(self, checked: list[Any]) -> bool: ...
    def carry_out(self, checked: list[Any]) -> None: ...
    def refuse(self, peer: Peer, error: BridgeError, messages: Sequence[Message] = ()) -> None: ...


class Reception:
    """One thread owns it."""

    def __init__(
        self,
        api: HandlerLike,
        rate_limit: RateLimit,
        *,
        max_waiting: int,
        use_time_tags: bool,
        clock: Callable[[], float],
        pace: Callable[[], float],
    ) -> None:
        """`max_waiting`: packets of a client that are read and not looked into. The others: see OscServer."""
        self._api = api
        self.limit(rate_limit)
        self.use_time_tags = use_time_tags
        self._intake = Intake(max_waiting)
        self._clock = clock
        self._pace = pace
        self._schedule: OscSchedule[list[Any]] = OscSchedule()
        self._is_ahead = False  # of the API: what the intake holds is better left there for a moment

    def limit(self, rate_limit: RateLimit) -> None:
        """How much a client may say, from now on."""
        self._rates = RateMeters(rate_limit, self.refuse_later)

    def put(self, peer: Peer, packet: bytes) -> None:
        """One packet: it waits for its client's turn."""
        if self._rates.is_silenced(peer) or not self._rates.may_speak(peer, 1):
            return
        if not self._intake.put(peer, partial(self._take, peer, packet), len(packet) or 1):
            self._rates.silence(peer, "too many packets wait already")

    def put_error(self, peer: Peer, error: PacketError) -> None:
        """What came in the place of a packet."""
        if not self._rates.is_silenced(peer) and self._rates.may_speak(peer, 1):
            self.refuse_later(peer, error)

    def refuse_later(self, peer: Peer, error: BridgeError) -> None:
        """Behind what came from the client before."""
        self.then(peer, partial(self._api.refuse, peer, error))

    def then(self, peer: Peer, job: Job) -> None:
        """To be done when all that came from the client before is looked into."""
        self._intake.put(peer, job, 0)

    def may_ask(self, peer: Peer) -> bool:
        """Whether the client may say something that is no packet."""
        return self._rates.may_speak(peer, 1)

    def heard_within(self, seconds: float) -> list[Peer]:
        """The clients that said something in the last `seconds`."""
        return self._rates.heard_within(seconds)

    def work(self) -> None:
        """Carry out what is due, and look into a few packets."""
        self._carry_out_due(self._pace())
        for _ in range(LOOKED_INTO_AT_ONCE):
            job = self._intake.next(self._api.has_enough)
            self._is_ahead = job is None
            if job is None:
                return
            job()

    def wait_s(self) -> float | None:
        """Until there is work though nothing comes; None: for ever."""
        waits = [self._schedule.next_in_s(self._pace()), LOOK_S if self._schedule else None]
        if self._intake:
            waits.append(RETRY_S if self._is_ahead else 0.0)
        return min((wait_s for wait_s in waits if wait_s is not None), default=None)

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
