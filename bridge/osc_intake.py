"""Packets that were read and not looked into yet: a queue for each client, served in turn.

The system keeps the packets of all clients in one line; a question of one would stand there behind thousands of
another. So they are taken out of it as fast as they come, which costs little, and looked into, which costs much, by
turns and only as fast as they can be answered.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

from bridge.osc_clients import Peer

MAX_WAITING, MAX_BYTES = 5000, 1 << 25  # of all clients together; above that each may have its share only

Job = Callable[[], None]


class Intake:
    """One thread owns it."""

    def __init__(self, max_a_client: int, *, max_waiting: int = MAX_WAITING, max_bytes: int = MAX_BYTES) -> None:
        self._max_a_client = max_a_client
        self._max_waiting, self._max_bytes = max_waiting, max_bytes
        self._clients: OrderedDict[Peer, deque[tuple[Job, int]]] = OrderedDict()  # whose turn is next is first
        self._n_waiting = self._n_bytes = 0

    def __bool__(self) -> bool:
        return bool(self._clients)

    def put(self, peer: Peer, job: Job, n_bytes: int) -> bool:
        """-> False when too much waits: then it was not taken. `n_bytes` 0: it is always taken."""
        jobs = self._clients.get(peer)
        most = self._max_a_client
        if self._n_bytes + n_bytes > self._max_bytes:
            most = 1
        elif self._n_waiting >= self._max_waiting:
            most = min(most, self._max_waiting // len(self._clients))
        if len(jobs or ()) >= most and n_bytes:
            return False
        if jobs is None:
            jobs = self._clients[peer] = deque()
        jobs.append((job, n_bytes))
        self._n_waiting += 1
        self._n_bytes += n_bytes
        return True

    def next(self, has_enough: Callable[[Peer], bool]) -> Job | None:
        """The next job of a client that has not enough to be answered already; None: there is none."""
        for peer in self._clients:
            if not has_enough(peer):
                break
        else:
            return None
        jobs = self._clients[peer]
        job, n_bytes = jobs.popleft()
        self._n_waiting -= 1
        self._n_bytes -= n_bytes
        if jobs:
            self._clients.move_to_end(peer)
        else:
            del self._clients[peer]
        return job
