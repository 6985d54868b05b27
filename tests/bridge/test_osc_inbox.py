"""Clients are served in turn, and what waits is bounded."""

from __future__ import annotations

import queue
from collections.abc import Callable

import pytest

from bridge.osc_clients import Peer
from bridge.osc_inbox import QUICK_IN_A_ROW, Inbox

A, B, C = (Peer("udp", "127.0.0.1", port) for port in (1, 2, 3))


class Desk:
    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.served: list[str] = []

    def job(self, name: str) -> Callable[[], None]:
        return lambda: self.served.append(name)

    def serve_all(self) -> list[str]:
        while True:
            try:
                job = self.inbox.get(0.0)
            except queue.Empty:
                return self.served
            if job is None:
                return [*self.served, "end"]
            job()


def test_a_client_with_much_to_do_does_not_delay_the_others() -> None:
    desk = Desk(Inbox(100))
    for n in range(3):
        assert desk.inbox.put_of(A, desk.job(f"a{n}"))
    assert desk.inbox.put_of(B, desk.job("b0"))
    assert desk.inbox.put_of(C, desk.job("c0"))
    desk.inbox.put(desk.job("ours"))
    assert desk.serve_all() == ["ours", "a0", "b0", "c0", "a1", "a2"]


def test_questions_go_before_work_and_a_client_keeps_its_order() -> None:
    desk = Desk(Inbox(100))
    for n in range(2):
        desk.inbox.put_of(A, desk.job(f"a{n}"), quick=False)
    desk.inbox.put_of(A, desk.job("a question"))
    desk.inbox.put_of(B, desk.job("b question"))
    assert desk.serve_all() == ["b question", "a0", "a1", "a question"]


def test_questions_without_end_do_not_keep_work_waiting() -> None:
    desk = Desk(Inbox(1000))
    for n in range(3 * QUICK_IN_A_ROW):
        desk.inbox.put_of(B, desk.job(f"b{n}"))
    for n in range(2):
        desk.inbox.put_of(A, desk.job(f"a{n}"), quick=False)
    served = desk.serve_all()
    assert (served.index("a0"), served.index("a1")) == (QUICK_IN_A_ROW, 2 * QUICK_IN_A_ROW + 1)


def test_the_end_comes_when_everything_before_it_is_served() -> None:
    desk = Desk(Inbox(100))
    desk.inbox.put(desk.job("ours"))
    desk.inbox.put_of(A, desk.job("a0"))
    desk.inbox.put(None)
    assert desk.serve_all() == ["ours", "a0", "end"]


def test_what_waits_is_bounded_for_each_client_and_for_all() -> None:
    inbox = Inbox(2, max_waiting=3)
    assert [inbox.put_of(A, print) for _ in range(3)] == [True, True, False]
    assert [inbox.put_of(B, print) for _ in range(2)] == [True, False]
    inbox.get(0.0)
    assert inbox.put_of(B, print)


def test_waiting_has_an_end() -> None:
    with pytest.raises(queue.Empty):
        Inbox(1).get(0.01)
