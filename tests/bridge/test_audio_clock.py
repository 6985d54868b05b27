"""Which sample is heard when: exact between two moments, and steady whatever the callbacks do."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio_clock import SECOND_NS, TOLERANCE_NS, WINDOW, AudioClock, WallClock
from bridge.sound import Sound
from engine.types import Audio

RATE = 48_000
BLOCK = 480


def running(jitter_ns: list[int], *, begun_ns: int = 10**12, drift_ppm: float = 0.0) -> AudioClock:
    clock = AudioClock(RATE)
    for i, late_ns in enumerate(jitter_ns):
        heard_ns = round(i * BLOCK * SECOND_NS / RATE * (1 + drift_ppm / 1e6))
        clock.observe(i * BLOCK, begun_ns + heard_ns + late_ns)
    return clock


@given(st.lists(st.integers(-400_000, 400_000), min_size=WINDOW, max_size=60), st.integers(0, 10**6))
def test_two_moments_lie_as_many_samples_apart_as_there_is_time_between_them(jitter: list[int], n: int) -> None:
    clock = running(jitter)
    due_ns = 10**12 + 5 * SECOND_NS
    assert clock.sample_at(due_ns + n * SECOND_NS // 100) - clock.sample_at(due_ns) == n * RATE // 100


@given(st.lists(st.integers(-400_000, 400_000), min_size=WINDOW, max_size=60))
def test_the_place_is_right_within_the_jitter(jitter: list[int]) -> None:
    found = running(jitter).sample_at(10**12 + SECOND_NS)
    assert abs(found - RATE) <= RATE * (TOLERANCE_NS + 400_000) / SECOND_NS


def test_a_late_callback_now_and_then_changes_nothing() -> None:
    steady = running([0] * 40)
    shaken = running([80_000_000 if i % 5 == 4 else 0 for i in range(40)])
    assert shaken.sample_at(10**12 + SECOND_NS) == steady.sample_at(10**12 + SECOND_NS) == RATE


def test_it_follows_a_device_whose_clock_runs_fast() -> None:
    n = 3000  # half a minute
    clock = running([0] * n, drift_ppm=200)
    heard_ns = 10**12 + round((n - 1) * BLOCK * SECOND_NS / RATE * (1 + 200 / 1e6))
    assert abs(clock.sample_at(heard_ns) - (n - 1) * BLOCK) <= RATE * 1.2 * TOLERANCE_NS / SECOND_NS


def test_the_wall_clock_is_turned_the_same_way_each_time() -> None:
    wall = WallClock()
    now_ns = time.time_ns()
    first, second = wall.due_ns(now_ns), wall.due_ns(now_ns + SECOND_NS)
    assert second - first == SECOND_NS
    assert abs(first - time.perf_counter_ns()) < 10 * SECOND_NS  # the scale of the other clock


def mixed(sound: Sound, sizes: list[int], start: int) -> Audio:
    blocks, first = [], 0
    for size in sizes:
        out = np.zeros(size, np.float32)
        sound.mix_into(out, 240, 1.0 + first, first=first, start=start)
        blocks.append(out)
        first += size
    return np.concatenate(blocks)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=12), st.integers(0, 4000))
def test_a_sound_begins_at_the_very_sample(sizes: list[int], start: int) -> None:
    told: list[float] = []
    sound = Sound(RATE, told.append, lambda n, cut: None, due_ns=1)
    audio = np.arange(1, 301, dtype=np.float32)
    sound.ring.write(audio)
    sound.all_fed = True
    heard = mixed(sound, sizes, start)
    expected = np.zeros(max(len(heard), start + 300), np.float32)
    expected[start : start + 300] = audio
    np.testing.assert_array_equal(heard, expected[: len(heard)])
    sound.tell_first()
    assert told == ([0.0] if start < len(heard) else [])


@pytest.mark.parametrize("n_late", [1, 48_000])
def test_a_sound_that_is_not_there_in_time_begins_when_it_comes_and_knows_how_late(n_late: int) -> None:
    told: list[float] = []
    sound = Sound(RATE, told.append, lambda n, cut: None, due_ns=1)
    sound.mix_into(np.zeros(480, np.float32), 240, 1.0, first=0, start=480 - n_late)
    sound.ring.write(np.ones(10, np.float32))
    out = np.zeros(480, np.float32)
    sound.mix_into(out, 240, 1.0, first=480, start=480 - n_late)
    assert out[:10].all()
    sound.tell_first()
    assert told == [pytest.approx(n_late / 48)]
    assert sound.underruns == 0  # it only waited to begin


def test_a_sound_that_is_stopped_before_it_is_due_is_never_heard() -> None:
    sound = Sound(RATE, lambda ms: None, lambda n, cut: None, due_ns=1)
    sound.ring.write(np.ones(1000, np.float32))
    sound.stop()
    out = np.zeros(480, np.float32)
    sound.mix_into(out, 240, 1.0, first=0, start=100_000)
    assert sound.is_over and sound.n_played == 0 and not out.any()
