"""A voice between two: its ends are the voices themselves, and what is said in a prompt is never mixed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio import read_clip
from engine.errors import BadPromptError
from engine.morph import SAID, morph
from engine.synthesizer import Synthesizer
from engine.types import Emotion, RenderRequest, Timbre

PRESETS = Path(__file__).parents[2] / "presets" / "timbre"


def official(key: str, level: float, n_frames: int) -> Timbre:
    """The shapes of the official model's, small."""
    shapes = {"latents": (4, 3), "emotion": (3,), "speaker": (5,), "mel": (8, n_frames), "condition": (n_frames, 6)}
    return Timbre(key, {name: np.full(shape, level, np.float32) for name, shape in shapes.items()})


def test_the_ends_are_the_voices_themselves() -> None:
    first, second = official("a", 0.0, 20), official("b", 1.0, 30)
    assert morph(first, second, 0.0) is first
    assert morph(first, second, 1.0) is second


@pytest.mark.parametrize(("share", "said"), [(0.25, "first"), (0.75, "second")])
def test_between_them_all_goes_the_straight_way_but_what_is_said(share: float, said: str) -> None:
    first, second = official("a", 0.0, 20), official("b", 1.0, 30)
    between = morph(first, second, share)
    nearer = {"first": first, "second": second}[said]
    for name, array in between.tensors.items():
        assert array.dtype == np.float32
        if name in SAID:
            assert array is nearer.tensors[name]
        else:
            np.testing.assert_allclose(array, share)
    assert len({first.key, second.key, between.key, morph(first, second, 0.6).key}) == 4


def test_voices_of_two_models_and_shares_out_of_range_are_refused() -> None:
    first = official("a", 0.0, 20)
    mini = Timbre("m", {"speaker": np.zeros(7, np.float32), "base": np.zeros((), np.float32)})
    with pytest.raises(BadPromptError, match="different models"):
        morph(first, mini, 0.5)
    with pytest.raises(ValueError, match="it has to be 0 to 1"):
        morph(first, first, 1.5)


def test_a_morph_can_speak_and_its_ends_speak_as_the_voices_do() -> None:
    voice = Synthesizer.load()
    mara, cole = (voice.encode_timbre(*read_clip(PRESETS / f"{name}.flac")) for name in ("mara", "cole"))
    request = RenderRequest("Go.", mara, Emotion(), seed=5, rate=24_000, n_samples=12_000)

    def spoken(timbre: Timbre) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return np.concatenate(list(voice.render(replace(request, timbre=timbre)).blocks))

    np.testing.assert_array_equal(spoken(morph(mara, cole, 0.0)), spoken(mara))
    between = spoken(morph(mara, cole, 0.5))
    assert len(between) == 12_000 and np.abs(between - spoken(mara)).max() > 0.01
