"""Packets wait for their client's turn; who says more than the share of all is told so; losses are told."""

from __future__ import annotations

import socket
import sys

import pytest

from bridge.errors import BusyError
from bridge.osc_clients import Peer
from bridge.osc_inbox import Inbox
from bridge.osc_intake import Intake
from bridge.osc_losses import Losses
from bridge.osc_rate import RateLimit, RateMeters

A, B, C = (Peer("udp", "127.0.0.1", port) for port in (1, 2, 3))


class Order:
    def __init__(self) -> None:
        self.served: list[str] = []

    def fill(self, intake: Intake, peer: Peer, *names: str) -> list[bool]:
        return [intake.put(peer, lambda name=name: self.served.append(name), 8) for name in names]  # type: ignore[misc]

    def serve(self, intake: Intake, *full: Peer) -> list[str]:
        self.served.clear()
        while job := intake.next(lambda peer: peer in full):
            job()
        return self.served


def test_packets_of_a_client_that_floods_do_not_stand_before_those_of_others() -> None:
    intake, order = Intake(100), Order()
    order.fill(intake, A, "a0", "a1", "a2")
    order.fill(intake, B, "b0")
    assert order.serve(intake) == ["a0", "b0", "a1", "a2"]
    assert not intake


def test_a_client_with_enough_to_be_answered_waits_and_keeps_its_order() -> None:
    intake, order = Intake(100), Order()
    order.fill(intake, A, "a0", "a1")
    order.fill(intake, B, "b0", "b1")
    assert order.serve(intake, A) == ["b0", "b1"]
    assert intake
    assert order.serve(intake) == ["a0", "a1"]


def test_what_waits_unread_is_bounded_and_a_share_is_always_free() -> None:
    intake, order = Intake(3, max_waiting=4), Order()
    assert order.fill(intake, A, *"1234") == [True, True, True, False]
    assert order.fill(intake, B, *"567") == [True, True, False]  # all is full: half of it is B's
    assert order.fill(intake, C, *"89") == [True, False]
    assert intake.put(C, print, 0)  # what we have to say ourselves
    assert len(order.serve(Intake(1))) == 0
    small = Intake(100, max_bytes=16)
    assert order.fill(small, A, *"123") == [True, True, False]
    assert order.serve(small) == ["1", "2"]
    assert order.fill(small, A, *"12") == [True, True]


def test_while_one_is_at_the_disk_questions_of_the_others_are_served_aside() -> None:
    inbox, served = Inbox(100), Order().served

    def job(name: str) -> object:
        return lambda: served.append(name)

    inbox.put_of(A, job("a works"), quick=False)  # type: ignore[arg-type]
    inbox.put_of(A, job("a asks"))  # type: ignore[arg-type]
    work = inbox.get(0.0)
    assert work is not None
    with inbox.at_disk():
        inbox.put_of(B, job("b asks"))  # type: ignore[arg-type]
        aside = inbox.get_aside()
        assert aside is not None
        aside()
        work()
    question = inbox.get(0.0)
    assert question is not None
    question()
    assert served == ["b asks", "a works", "a asks"]  # a client keeps its order
    inbox.close()
    assert inbox.get_aside() is None


def test_who_says_more_than_its_share_of_all_is_silenced_and_others_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, told = 1000.0, []
    monkeypatch.setattr("bridge.osc_rate.time.monotonic", lambda: now_s)
    limit = RateLimit(burst=100, per_second=100, total_per_second=100, silence_s=1.0)
    meters = RateMeters(limit, lambda peer, error: told.append((peer, str(error))))
    for _ in range(100):
        assert meters.may_speak(A, 1) and meters.may_speak(B, 1)  # 200 at once are what a burst of all may have
    assert meters.may_speak(C, 1)  # its share
    now_s += 0.5
    assert [meters.may_speak(A, 1) for _ in range(60)].count(True) < 60
    assert {peer for peer, _ in told} == {A} and "of all clients together" in told[0][1]
    assert meters.is_silenced(A) and not meters.is_silenced(C)
    assert all(meters.may_speak(C, 1) for _ in range(30))
    assert set(meters.heard_within(0.1)) == {A, C}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell what they dropped")
def test_what_the_system_dropped_is_told() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out,
    ):
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        udp.bind(("127.0.0.1", 0))
        losses = Losses(udp)
        assert losses.look(1.0) is None
        for _ in range(50):
            out.sendto(bytes(1000), udp.getsockname())
        assert losses.look(2.0) is None  # nothing came yet, as far as it knows
        losses.is_due = True
        told = losses.look(3.0)
        assert isinstance(told, BusyError) and "packets were lost" in str(told)
        losses.is_due = True
        assert losses.look(3.5) is None and losses.is_due  # once a second
        assert losses.look(4.0) is None  # and only what is new
