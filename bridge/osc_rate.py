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
    """How many messages a client may send: `burst` at once, `per_second` in the long run, then silence."""

    burst: float = 2000
    per_second: float = 500
    silence_s: float = 1.0


@dataclass
class _Meter:
    left: float
    since_s: float
    silent_until_s: float = float("-inf")
    n_unheard: int = 0  # packets in the present silence


class RateMeters:
    """One for each client. One thread owns them."""

    def __init__(self, limit: RateLimit, tell: Callable[[Peer, BusyError], None]) -> None:
        self._limit = limit
        self._tell = tell
        self._meters: OrderedDict[Peer, _Meter] = OrderedDict()  # who was heard of last is last

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

    def may_speak(self, peer: Peer, n_messages: int) -> bool:
        """Whether the client keeps to the rate. When it does not, it is told so once and its silence begins."""
        now_s = time.monotonic()
        meter = self._meters.pop(peer, None) or _Meter(self._limit.burst, now_s)
        self._meters[peer] = meter
        if len(self._meters) > MAX_METERED:
            self._meters.popitem(last=False)
        meter.left = min(self._limit.burst, meter.left + (now_s - meter.since_s) * self._limit.per_second)
        meter.since_s = now_s
        if meter.left >= n_messages:
            meter.left -= n_messages
            return True
        meter.silent_until_s = now_s + self._limit.silence_s
        meter.n_unheard = 1
        self._tell(
            peer,
            BusyError(
                f"more than {self._limit.burst:g} messages at once or {self._limit.per_second:g} a second; nothing "
                f"from you is heard for {self._limit.silence_s:g} s, from this packet on; then send more slowly"
            ),
        )
        return False
