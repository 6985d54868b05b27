"""What a live line waits at its start, so that none of its blocks comes too late."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.cue import Cue, Length
from bridge.daemon import Daemon
from bridge.lateness import MOST_S, REMEMBERED, SPARE_S, Arrival, Lateness
from bridge.live_feed import LiveFeed
from bridge.settings import Settings
from engine.types import Audio, RenderRequest
from tests.event_log import EventLog
from tests.fakes import WAIT_S, FakePlayer, FakeSynthesizer

BLOCKS_S = (0.3, 0.6, 1.0)  # of sound in the first three blocks of four


def _line(seconds_each: float) -> list[Arrival]:
    """Four blocks, each of which takes so long to make."""
    behind = np.cumsum(BLOCKS_S)
    return [Arrival((i + 1) * seconds_each, float(s)) for i, s in enumerate(behind)]


def _is_gapless(line: list[Arrival], hold_s: float, line_s: float) -> bool:
    return all(a.after_s <= hold_s + a.behind_s for a in line if a.behind_s < line_s)


def test_nothing_is_held_back_where_nothing_is_known_or_all_came_in_time() -> None:
    lateness = Lateness()
    assert lateness.hold_s(5.0) == 0.0
    lateness.took([])
    assert lateness.hold_s(5.0) == 0.0
    lateness.took(_line(0.2))
    assert lateness.hold_s(5.0) == 0.0


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=2 * REMEMBERED), st.floats(0.1, 10.0))
def test_a_line_like_those_before_it_has_no_gap(seconds: list[float], line_s: float) -> None:
    lateness = Lateness()
    for each_s in seconds:
        lateness.took(_line(each_s))
    hold_s = lateness.hold_s(line_s)
    assert 0.0 <= hold_s <= MOST_S
    remembered = [_line(each_s) for each_s in seconds[-REMEMBERED:]]
    if hold_s < MOST_S:
        assert sum(not _is_gapless(line, hold_s, line_s) for line in remembered) <= 1


def test_only_what_a_line_is_long_enough_for_is_waited_for() -> None:
    lateness = Lateness()
    lateness.took([Arrival(0.2, 0.3), Arrival(1.5, 0.9)])
    assert lateness.hold_s(0.8) == 0.0
    assert lateness.hold_s(2.0) == pytest.approx(0.6 + SPARE_S)


def test_an_accident_is_not_waited_for_and_a_slow_time_is_forgotten() -> None:
    lateness = Lateness()
    for each_s in (0.2, 0.2, 0.9):
        lateness.took(_line(each_s))
    assert lateness.hold_s(5.0) == 0.0
    lateness.took(_line(0.9))
    assert lateness.hold_s(5.0) > 0.5
    for _ in range(REMEMBERED):
        lateness.took(_line(0.2))
    assert lateness.hold_s(5.0) == 0.0


def test_the_first_block_is_held_back_and_the_others_follow_at_once() -> None:
    feed = LiveFeed()
    feed.hold(0.1)
    feed.put(np.zeros(1, np.float32))
    begun_s = time.monotonic()
    next(feed)
    assert time.monotonic() - begun_s >= 0.099
    feed.hold(WAIT_S)
    threading.Timer(0.01, feed.end).start()
    feed.put(np.ones(1, np.float32))
    assert next(feed)[0] == 1  # the sound is whole: nothing is left to wait for
    assert list(feed) == []


def test_a_voice_that_is_slow_makes_the_live_lines_after_it_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(FakeSynthesizer):
        def _blocks(self, request: RenderRequest, n_samples: int) -> Iterator[Audio]:
            for block in super()._blocks(request, n_samples):
                time.sleep(0.03)
                yield block

    held: list[float] = []
    monkeypatch.setattr(LiveFeed, "hold", lambda feed, seconds: held.append(seconds))
    with Daemon(Settings(tmp_path, osc_port=0), Slow, player=FakePlayer()) as daemon:
        log = EventLog()
        daemon.subscribe(log)
        for seed in (1, 2):
            (take,) = daemon.submit(Cue("l", "Halt!", "Mara", length=Length(1, 10), seed=seed))
            assert log.ending(take.id).ok
        assert held == []  # files wait for nobody
        take = daemon.play("m", Cue("m", "Halt!", "Mara", length=Length(1, 10), seed=3))
        log.ending(take.id)
    (hold_s,) = held
    assert hold_s > 0.1  # eight blocks in 0.24 s or more, of 0.1 s of sound
