"""How much a client may say: who says more is told so, not heard for a moment, and told what was not heard."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bridge.errors import BusyError
from bridge.osc_clients import Peer

MAX_METERED = 4096  # clients whose rate is known at a time


@dataclass(frozen=True)
class RateLimit:
    """How many messages a client may send: `burst` at once, `per_second` in the long run, then silence.

    `total_per_second`: of all together in the long run. When they say more, those are silenced who say more than their
    share: who asks for the status now and then is heard through any noise.
    """

    burst: float = 2000
    per_second: float = 500
    total_per_second: float = 1000
    silence_s: float = 1.0


@dataclass
class _Meter:
    left: float
    since_s: float
    silent_until_s: float = float("-inf")
    n_unheard: int = 0  # packets in the present silence
    second: int = 0  # of the clock, in which it said
    n_in_second: int = 0  # as many messages


class RateMeters:
    """One for each client. One thread owns them."""

    def __init__(self, limit: RateLimit, tell: Callable[[Peer, BusyError], None]) -> None:
        self._limit = limit
        self._tell = tell
        self._meters: OrderedDict[Peer, _Meter] = OrderedDict()  # who was heard of last is last
        self._total = _Meter(self._total_burst, time.monotonic())
        self._n_clients = self._n_clients_before = 0  # that spoke in this second, and in the one before

    def is_silenced(self, peer: Peer) -> bool:
        """Whether nothing is heard from the client just now. Asked before its packet is read: that costs time."""
        meter = self._meters.get(peer)
        if meter is None:
            return False
        if time.monotonic() < meter.silent_until_s:
            meter.n_unheard += 1
            return True
        if meter.n_unheard:
            n_unheard, meter.n_unheard = meter.n_unheard, 0
            self._tell(peer, BusyError(f"{n_unheard} packets of yours were not heard; send them again"))
        return False

    @property
    def _total_burst(self) -> float:
        return max(self._limit.burst, 2 * self._limit.total_per_second)

    def heard_within(self, seconds: float) -> list[Peer]:
        """The clients that said something in the last `seconds`."""
        now_s = time.monotonic()
        return [
            peer for peer, meter in self._meters.items() if max(meter.since_s, meter.silent_until_s) > now_s - seconds
        ]

    def silence(self, peer: Peer, why: str) -> None:
        """A packet of the client could not be taken: it is told so, and its silence begins."""
        now_s = time.monotonic()
        meter = self._meter(peer, now_s)
        meter.silent_until_s = now_s + self._limit.silence_s
        meter.n_unheard = 1
        self._tell(
            peer,
            BusyError(
                f"{why}; nothing from you is heard for {self._limit.silence_s:g} s, from this packet on; then send "
                "more slowly"
            ),
        )

    def may_speak(self, peer: Peer, n_messages: int) -> bool:
        """Whether the client keeps to the rate. When it does not, it is told so once and its silence begins."""
        now_s = time.monotonic()
        meter = self._meter(peer, now_s)
        self._count(meter, int(now_s), n_messages)
        if not self._is_within_share(meter, now_s, n_messages):
            self.silence(peer, f"more than {self._limit.total_per_second:g} messages a second of all clients together")
            return False
        if _take_from(meter, self._limit.burst, self._limit.per_second, now_s, n_messages):
            return True
        self.silence(peer, f"more than {self._limit.burst:g} messages at once or {self._limit.per_second:g} a second")
        return False

    def _count(self, meter: _Meter, second: int, n_messages: int) -> None:
        if second != self._total.second:
            is_next = second == self._total.second + 1
            self._n_clients_before, self._n_clients = self._n_clients if is_next else 0, 0
            self._total.second = second
        if second != meter.second:
            self._n_clients += 1
            meter.second, meter.n_in_second = second, 0
        meter.n_in_second += n_messages

    def _is_within_share(self, meter: _Meter, now_s: float, n_messages: int) -> bool:
        if _take_from(self._total, self._total_burst, self._limit.total_per_second, now_s, n_messages):
            return True
        n_clients = max(self._n_clients, self._n_clients_before)
        return meter.n_in_second <= self._limit.total_per_second / n_clients

    def _meter(self, peer: Peer, now_s: float) -> _Meter:
        meter = self._meters.pop(peer, None) or _Meter(self._limit.burst, now_s)
        self._meters[peer] = meter
        if len(self._meters) > MAX_METERED:
            self._meters.popitem(last=False)
        return meter


def _take_from(meter: _Meter, burst: float, per_second: float, now_s: float, n_messages: int) -> bool:
    """-> whether that many were left."""
    meter.left = min(burst, meter.left + (now_s - meter.since_s) * per_second)
    meter.since_s = now_s
    if meter.left < n_messages:
        return False
    meter.left -= n_messages
    return True
