"""Which sample is heard when: exact between two moments, and steady whatever the callbacks do."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio_clock import (
    HURRY_NS,
    HURRY_S,
    REST_NS,
    SECOND_NS,
    SLEW_PPM,
    AudioClock,
)
from bridge.sound import Sound
from engine.types import Audio

RATE = 48_000
BLOCK = 480
CALLBACKS_A_SECOND = RATE // BLOCK


def running(late_ns: Iterable[int], *, idle: bool = False) -> AudioClock:
    """A clock that has observed a callback for each of these, so much later than it should have come."""
    clock = AudioClock(RATE)
    for i, late in enumerate(late_ns):
        clock.observe(i * BLOCK, 10**12 + heard_ns(i * BLOCK, 0) + late, may_jump=idle)
    return clock


def heard_ns(sample: int, drift_ppm: float) -> int:
    """When a sample of a device that is so much slower than it says is really heard, after the first one."""
    return round(sample * SECOND_NS / RATE * (1 + drift_ppm / 1e6))


def show(clock: AudioClock, jitter: Random, *, drift_ppm: float, gaps: int, jitter_ns: int = 400_000) -> list[int]:
    """Cues a second apart, each asked for at a callback shortly before it. -> the samples between them."""
    starts = []
    for i in range(gaps * CALLBACKS_A_SECOND + 1):
        late = jitter.randint(-jitter_ns, jitter_ns)
        clock.observe(i * BLOCK, 10**12 + heard_ns(i * BLOCK, drift_ppm) + late)
        if i % CALLBACKS_A_SECOND == 0 and i:
            starts.append(clock.sample_at(10**12 + (i // CALLBACKS_A_SECOND) * SECOND_NS + SECOND_NS // 50))
    return [later - earlier for earlier, later in itertools.pairwise(starts)]


@given(st.lists(st.integers(-400_000, 400_000), min_size=15, max_size=60), st.integers(0, 10**6))
def test_two_moments_lie_as_many_samples_apart_as_there_is_time_between_them(jitter: list[int], n: int) -> None:
    clock = running(jitter)
    due_ns = 10**12 + 5 * SECOND_NS
    assert clock.sample_at(due_ns + n * SECOND_NS // 100) - clock.sample_at(due_ns) == n * RATE // 100


@given(st.lists(st.integers(-400_000, 400_000), min_size=15, max_size=60))
def test_the_place_is_right_within_the_jitter(jitter: list[int]) -> None:
    found = running(jitter).sample_at(10**12 + SECOND_NS)
    assert abs(found - RATE) <= RATE * (REST_NS + 400_000) / SECOND_NS


def test_a_late_callback_now_and_then_changes_nothing() -> None:
    steady = running([0] * 40)
    shaken = running([80_000_000 if i % 5 == 4 else 0 for i in range(40)])
    assert shaken.sample_at(10**12 + SECOND_NS) == steady.sample_at(10**12 + SECOND_NS) == RATE


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), st.floats(-60, 60))
def test_cues_of_a_show_lie_exactly_apart_while_the_clocks_are_about_together(seed: int, drift_ppm: float) -> None:
    """A minute: 60 ppm of it is 3.6 ms, and callbacks come 0.4 ms early or late."""
    gaps = show(AudioClock(RATE), Random(seed), drift_ppm=drift_ppm, gaps=60)
    assert gaps == [RATE] * len(gaps)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32), st.floats(-300, 300))
def test_clocks_that_drift_apart_are_followed_without_a_jump(seed: int, drift_ppm: float) -> None:
    clock = AudioClock(RATE)
    gaps = show(clock, Random(seed), drift_ppm=drift_ppm, gaps=180)
    fastest = SLEW_PPM + 1.5 * abs(drift_ppm)  # samples in a million, with what it makes up for
    assert max(abs(gap - RATE) for gap in gaps) <= 1 + fastest * RATE / 1e6
    now = 180 * RATE
    off_ns = abs(clock.sample_at(10**12 + heard_ns(now, drift_ppm)) - now) * SECOND_NS / RATE
    assert off_ns <= HURRY_NS + HURRY_S * 1000 * abs(drift_ppm) + 1_000_000


@pytest.mark.parametrize("idle", [False, True])
def test_a_clock_that_has_gone_astray_comes_back_slowly_in_a_show_and_at_once_in_silence(idle: bool) -> None:
    n, hundred_ppm = 60 * CALLBACKS_A_SECOND, BLOCK * SECOND_NS // RATE // 10_000
    clock = running(i * hundred_ppm for i in range(n))  # 6 ms in a minute: it has just begun to follow
    before = clock.sample_at(10**12 + SECOND_NS)
    for i in range(n, n + CALLBACKS_A_SECOND):
        clock.observe(i * BLOCK, 10**12 + heard_ns(i * BLOCK, 0) + n * hundred_ppm, may_jump=idle)
    moved = before - clock.sample_at(10**12 + SECOND_NS)
    assert moved > 200 if idle else moved <= 2


@pytest.mark.parametrize("is_told", [False, True])
def test_after_a_gap_in_the_stream_the_place_is_right_again_at_once(is_told: bool) -> None:
    gap_ns, n = 6_500_000, 3 * CALLBACKS_A_SECOND
    clock = running([0] * n)
    if is_told:
        clock.restart()
    for i in range(n, 2 * n):
        clock.observe(i * BLOCK, 10**12 + heard_ns(i * BLOCK, 0) + gap_ns)
    assert clock.sample_at(10**12 + SECOND_NS) == RATE - gap_ns * RATE // SECOND_NS


def mixed(sound: Sound, sizes: list[int], start: int, stop: int | None = None) -> Audio:
    blocks, first = [], 0
    for size in sizes:
        out = np.zeros(size, np.float32)
        sound.mix_into(out, 240, 1.0 + first, first=first, start=start, stop=stop)
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


@given(st.lists(st.integers(1, 700), min_size=1, max_size=12), st.integers(0, 1500), st.integers(0, 4000))
def test_a_sound_is_stopped_at_the_very_sample(sizes: list[int], start: int, stop: int) -> None:
    """Whole up to it, then faded in a straight line, whatever the blocks; not heard at all when it stops before."""
    sound = Sound(RATE, lambda ms: None, lambda n, cut: None, due_ns=1)
    audio = np.arange(1, 2001, dtype=np.float32)
    sound.ring.write(audio)
    sound.all_fed = True
    heard = mixed(sound, sizes, start, stop)
    expected = np.zeros(max(len(heard), start + 2000, stop) + 240, np.float32)
    if stop > start:
        expected[start : start + 2000] = audio
        expected[stop : stop + 240] *= np.linspace(1, 0, 240, dtype=np.float32)
        expected[stop + 240 :] = 0
    np.testing.assert_allclose(heard, expected[: len(heard)], rtol=1e-4, atol=1e-3)
    if len(heard) > max(start, stop):
        assert sound.was_cut == (stop < start + 2000)


def test_of_several_stops_the_first_counts() -> None:
    sound = Sound(RATE, lambda ms: None, lambda n, cut: None)
    now_ns = time.time_ns()
    for ahead_s in (5, 3, 4):
        sound.stop(at_ns=now_ns + ahead_s * SECOND_NS)
    assert sound.stop_ns is not None and not sound.stop_is_due
    assert abs(sound.stop_ns - time.perf_counter_ns() - 3 * SECOND_NS) < SECOND_NS
