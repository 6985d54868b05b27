"""Lines of exactly their length, however the blocks fall."""

from __future__ import annotations

import numpy as np
import pytest

from engine.exact_length import ending_softly, exactly


@pytest.mark.parametrize("n_samples", [1, 50, 999, 1000, 1001, 1500])
@pytest.mark.parametrize("rate", [24_000, 48_000])
@pytest.mark.parametrize("n_blocks", [1, 7])
def test_exactly_as_many_samples(n_samples: int, rate: int, n_blocks: int) -> None:
    blocks = list(exactly(iter(np.array_split(np.ones(500, np.float32), n_blocks)), 24_000, rate, n_samples))
    assert sum(map(len, blocks)) == n_samples
    assert all(len(block) and block.dtype == np.float32 for block in blocks)


@pytest.mark.parametrize("n_samples", [1, 2, 100, 144, 145, 1000])
def test_the_end_is_faded_however_the_blocks_fall(n_samples: int) -> None:
    def ended(n_blocks: int) -> np.ndarray:
        blocks = iter(np.array_split(np.ones(n_samples, np.float32), n_blocks))
        return np.concatenate(list(ending_softly(blocks, 48_000, n_samples)))

    whole = ended(1)
    n_fade = min(n_samples, 144)  # 3 ms
    assert whole.dtype == np.float32 and whole.shape == (n_samples,)
    assert whole[-1] == 0
    assert (whole[: n_samples - n_fade] == 1).all()
    assert (np.diff(whole[n_samples - n_fade :]) < 0).all()
    for n_blocks in (2, 3, n_samples):
        if n_blocks <= n_samples:
            np.testing.assert_array_equal(ended(n_blocks), whole)
