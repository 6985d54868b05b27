"""A rendering ends between two steps when its caller wants it no more, and leaves nothing behind."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest

from engine import interruption
from engine.audio import read_clip
from engine.interruption import Interrupted, interrupted_when
from engine.synthesizer import Synthesizer
from engine.types import Emotion, RenderRequest

MARA = Path(__file__).parents[2] / "presets" / "timbre" / "mara.flac"


def test_a_line_ends_at_any_step_and_is_the_same_when_it_is_made_again() -> None:
    voice = Synthesizer.load()
    request = RenderRequest("Halt!", voice.encode_timbre(*read_clip(MARA)), Emotion(), 7, 24_000)
    steps, n_steps = count(), 0

    def counted() -> bool:
        next(steps)
        return False

    with interrupted_when(counted):
        whole = np.concatenate(list(voice.render(request).blocks))
    n_steps = next(steps)
    assert n_steps > 10  # tokens and steps of the flow
    for last in (0, n_steps // 2, n_steps - 1):
        left = iter([False] * last + [True])
        with pytest.raises(Interrupted), interrupted_when(lambda left=left: next(left)):
            list(voice.render(request).blocks)
    np.testing.assert_array_equal(np.concatenate(list(voice.render(request).blocks)), whole)


def test_who_asked_is_forgotten() -> None:
    with pytest.raises(Interrupted), interrupted_when(lambda: True):
        interruption.step()
    interruption.step()
