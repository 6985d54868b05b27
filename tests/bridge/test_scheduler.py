"""The render queue between real threads, and the load by a clock set by hand."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import numpy as np
import pytest

from bridge.cue import Cue
from bridge.emotion_source import EmotionSource
from bridge.live_feed import LiveFeed
from bridge.preset_store import TimbrePreset
from bridge.scheduler import LoadMeter, RenderJob, RenderQueue
from tests.fakes import WAIT_S, ManualClock

TIMBRE = TimbrePreset("Mara", "", "#000000", "cuevox", Path("mara.flac"))


def job(take_id: str, *, live: bool = False) -> RenderJob:
    cue = Cue(take_id, "Halt!", "Mara")
    return RenderJob(take_id, cue, 1, TIMBRE, EmotionSource(), live=LiveFeed() if live else None)


def taken(queue: RenderQueue, n: int) -> list[str]:
    jobs = [queue.take() for _ in range(n)]
    return [each.take_id for each in jobs if isinstance(each, RenderJob)]


def test_live_lines_go_first_and_the_rest_as_it_came() -> None:
    queue = RenderQueue()
    for name in ("a", "b"):
        queue.put(job(name))
    assert not queue.has_live
    for name in ("live 1", "live 2"):
        queue.put(job(name, live=True))
    assert queue.has_live and len(queue) == 4
    assert taken(queue, 4) == ["live 1", "live 2", "a", "b"]
    assert len(queue) == 0


def test_a_job_that_gave_way_is_the_next_of_its_kind() -> None:
    queue = RenderQueue()
    for name in ("a", "b"):
        queue.put(job(name))
    first = queue.take()
    assert first is not None
    queue.put(job("live", live=True))
    queue.put(first, again=True)
    assert taken(queue, 3) == ["live", "a", "b"]


def test_a_job_is_removed_once_and_only_while_it_waits() -> None:
    queue = RenderQueue()
    waiting, live = job("a"), job("b", live=True)
    queue.put(waiting)
    queue.put(live)
    assert queue.remove("a") is waiting
    assert queue.remove("a") is None
    assert queue.remove("b") is live
    assert len(queue) == 0


def test_taking_waits_and_closing_lets_go() -> None:
    queue = RenderQueue()
    got: list[RenderJob | None] = []
    thread = threading.Thread(target=lambda: got.extend([queue.take(), queue.take()]))
    thread.start()
    only = job("a")
    queue.put(only)
    queue.close()
    thread.join(WAIT_S)
    assert not thread.is_alive()
    assert got in ([only, None], [None, None])  # closing may come before the first was taken
    assert queue.take() is None


def test_every_job_of_many_threads_is_taken_exactly_once() -> None:
    queue = RenderQueue()
    names = [f"{i}" for i in range(600)]
    puts = [
        threading.Thread(target=lambda part=names[i::3]: [queue.put(job(n, live=int(n) % 5 == 0)) for n in part])
        for i in range(3)
    ]
    out: list[str] = []
    taker = threading.Thread(target=lambda: out.extend(taken(queue, len(names))))
    for thread in (*puts, taker):
        thread.start()
    for thread in (*puts, taker):
        thread.join(WAIT_S)
    assert sorted(out) == sorted(names)


def test_load_is_the_busy_share_of_the_window() -> None:
    clock = ManualClock()
    meter = LoadMeter(clock, window_s=10)
    assert meter.load == 0
    clock.advance(10)
    meter.begin()
    clock.advance(4)
    assert meter.load == pytest.approx(0.4)
    meter.end()
    clock.advance(4)
    assert meter.load == pytest.approx(0.4)
    clock.advance(4)  # half of the busy time has left the window
    assert meter.load == pytest.approx(0.2)
    clock.advance(100)
    assert meter.load == 0


def test_load_never_leaves_its_range() -> None:
    clock, chance = ManualClock(), random.Random(1)
    meter = LoadMeter(clock, window_s=3)
    for _ in range(500):
        chance.choice([meter.begin, meter.end, lambda: None])()
        clock.advance(chance.random())
        assert 0 <= meter.load <= 1


def test_a_feed_hands_over_in_order_and_ends() -> None:
    feed = LiveFeed()
    blocks = [np.full(10, i, np.float32) for i in range(50)]
    thread = threading.Thread(target=lambda: [*map(feed.put, blocks), feed.end()])
    thread.start()
    heard = list(feed)
    thread.join(WAIT_S)
    np.testing.assert_array_equal(np.concatenate(heard), np.concatenate(blocks))
    assert list(feed) == []


def test_a_feed_that_nobody_hears_any_more_keeps_nothing() -> None:
    feed = LiveFeed()
    feed.put(np.zeros(1, np.float32))
    feed.close()
    feed.put(np.zeros(1, np.float32))
    assert list(feed) == []
