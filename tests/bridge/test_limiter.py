"""The limiter: laws that hold for any sound in any blocks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bridge.limiter import Limiter

RATE = 48_000
block_sizes = st.lists(st.integers(1, 700), min_size=1, max_size=12)


def limited(audio: np.ndarray, sizes: list[int]) -> tuple[np.ndarray, int]:
    """What comes out, and how much later."""
    limiter = Limiter(RATE)
    cuts = np.cumsum(sizes)[:-1]
    return np.concatenate([limiter.process(block) for block in np.split(audio, cuts)]), limiter.delay


def noise(seed: int, n: int, loudness: float) -> np.ndarray:
    return (loudness * np.random.default_rng(seed).standard_normal(n)).astype(np.float32)


@given(st.integers(0, 2**32 - 1), block_sizes, st.floats(0.01, 30))
def test_nothing_comes_out_beyond_full_scale(seed: int, sizes: list[int], loudness: float) -> None:
    out, _ = limited(noise(seed, sum(sizes), loudness), sizes)
    assert len(out) == sum(sizes)
    assert np.abs(out).max() <= 1


@given(st.integers(0, 2**32 - 1), block_sizes)
def test_what_is_inside_of_full_scale_comes_out_as_it_was(seed: int, sizes: list[int]) -> None:
    audio = np.clip(noise(seed, sum(sizes), 0.4), -1, 1)
    out, delay = limited(audio, sizes)
    np.testing.assert_array_equal(out[delay:], audio[:-delay][: max(0, len(out) - delay)])


def test_two_loud_sounds_are_turned_down_rather_than_cut_off() -> None:
    at = np.arange(RATE) / RATE
    tone = (1.8 * np.sin(2 * np.pi * 220 * at)).astype(np.float32)
    out, _ = limited(tone, [480] * 100)
    part = out[RATE // 2 : RATE // 2 + 24_000]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    fundamental = spectrum[100:121].max()  # bins of 2 Hz
    clipped = np.abs(np.fft.rfft(np.clip(tone[:24_000], -1, 1) * np.hanning(24_000)))
    assert spectrum[320:340].max() / fundamental < 0.1 * clipped[320:340].max() / clipped[100:121].max()
    assert np.abs(part).max() > 0.9


def test_the_gain_comes_back() -> None:
    audio = np.concatenate([np.full(4800, 3.0), np.full(RATE, 0.5)]).astype(np.float32)
    out, _ = limited(audio, [480] * 110)
    assert out[-1] == np.float32(0.5)
