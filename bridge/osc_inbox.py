"""What waits for the API's thread: a queue for each client, served in turn, so that a busy one delays only itself.

Each client's jobs keep their order. Among clients, those go before whose next job is a quick one (a question), or a
hundred lines of others, each with its write to the disk, would stand before a status. While such a write goes on, the
quick ones of the other clients are served aside.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator

from bridge.osc_clients import Peer

MAX_WAITING = 10_000  # of all clients together
QUICK_IN_A_ROW = 20  # then one of the others is served, however many quick ones come

Job = Callable[[], None]


class Inbox:
    """Jobs of clients, of which only so many may wait, and our own, of which there are never many. For any threads."""

    def __init__(self, max_a_client: int, *, max_waiting: int = MAX_WAITING) -> None:
        self._max_a_client = max_a_client
        self._max_waiting = max_waiting
        self._changed = threading.Condition()
        self._own: deque[Job | None] = deque()
        self._clients: dict[Peer, deque[tuple[Job, bool]]] = {}  # with whether it is quick; none is empty
        # Whose turn is next stands first; a client stands where its next job belongs.
        self._turns: dict[bool, OrderedDict[Peer, None]] = {True: OrderedDict(), False: OrderedDict()}
        self._at_work: Peer | None = None  # whose job that is not quick is being served: its others wait
        self._is_at_disk = self._is_closed = False
        self._n_in_a_row = 0
        self._n_waiting = 0

    def put(self, job: Job | None) -> None:
        """A job of ours: those go first, in their order. None: nothing comes any more."""
        with self._changed:
            self._own.append(job)
            self._changed.notify_all()

    def put_of(self, peer: Peer, job: Job, *, quick: bool = True) -> bool:
        """A job of a client. -> False when too much waits: then it was not taken."""
        with self._changed:
            jobs = self._clients.get(peer)
            if self._n_waiting >= self._max_waiting or len(jobs or ()) >= self._max_a_client:
                return False
            if jobs is None:
                jobs = self._clients[peer] = deque()
                if peer != self._at_work:
                    self._turns[quick][peer] = None
            jobs.append((job, quick))
            self._n_waiting += 1
            self._changed.notify_all()
            return True

    @property
    def n_waiting(self) -> int:
        """Of all clients."""
        return self._n_waiting

    def n_waiting_of(self, peer: Peer) -> int:
        return len(self._clients.get(peer, ()))

    def get(self, timeout_s: float | None) -> Job | None:
        """The next job: waits for it. None: the end, once everything that clients sent before it is served.

        Raises queue.Empty after `timeout_s`.
        """
        with self._changed:
            self._work_is_done()
            if not self._changed.wait_for(lambda: self._own or self._clients, timeout_s):
                raise queue.Empty
            if self._own and (self._own[0] is not None or not self._clients):
                return self._own.popleft()
            return self._next_of_clients()

    @contextlib.contextmanager
    def at_disk(self) -> Iterator[None]:
        """Within a job that is not quick: it waits for the disk now, and quick jobs of other clients may be served."""
        with self._changed:
            self._is_at_disk = True
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._is_at_disk = False

    def get_aside(self) -> Job | None:
        """The next quick job of a client while another is at the disk: waits for it. None: after `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or (self._is_at_disk and self._turns[True]))
            if self._is_closed:
                return None
            return self._pop(True)

    def close(self) -> None:
        """Nothing is served aside any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _work_is_done(self) -> None:
        peer, self._at_work = self._at_work, None
        if peer is not None and (jobs := self._clients.get(peer)):
            self._turns[jobs[0][1]][peer] = None

    def _next_of_clients(self) -> Job:
        quick = not self._turns[False] or (bool(self._turns[True]) and self._n_in_a_row < QUICK_IN_A_ROW)
        self._n_in_a_row = self._n_in_a_row + 1 if quick else 0
        return self._pop(quick)

    def _pop(self, quick: bool) -> Job:
        peer, _ = self._turns[quick].popitem(last=False)
        jobs = self._clients[peer]
        job, _ = jobs.popleft()
        self._n_waiting -= 1
        if not jobs:
            del self._clients[peer]
        if not quick:
            self._at_work = peer
        elif jobs:
            self._turns[jobs[0][1]][peer] = None  # behind the others
        return job
