"""The official model in miniature speaks to any length, pauses and phrases included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import BadTextError
from engine.synthesizer import Synthesizer
from engine.types import Audio, Phrase, RenderRequest
from tests.engine.official.spoken import spoken


@pytest.mark.parametrize("n_samples", [1, 100, 12_345, 72_000])
@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_a_line_has_exactly_the_asked_samples(
    voice: Synthesizer, request_: RenderRequest, n_samples: int, rate: int
) -> None:
    request = replace(request_, text="Who jumps? Me!", rate=rate, n_samples=n_samples)
    assert len(spoken(voice, request)) == n_samples


def test_the_plan_tells_the_models_own_length_and_the_stretch(voice: Synthesizer, request_: RenderRequest) -> None:
    own = voice.render(request_).plan
    assert own.n_samples == own.natural_samples
    assert own.stretch == pytest.approx(1, abs=1e-4)
    faster = voice.render(replace(request_, speed=2.0)).plan
    assert faster.natural_samples == own.natural_samples
    assert faster.stretch == pytest.approx(0.5, abs=1e-4)
    assert any("0.50 times" in warning for warning in faster.warnings)
    asked = voice.render(replace(request_, n_samples=100_000)).plan
    assert asked.stretch == pytest.approx(100_000 / asked.natural_samples, rel=1e-4)


def silences(audio: Audio) -> list[int]:
    """Lengths of all runs of samples that are exactly zero, of a tenth of a second or more."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (audio == 0).astype(np.int8), [0]])))
    return [int(n) for n in edges[1::2] - edges[::2] if n > 2_205]


@pytest.mark.parametrize("n_samples", [None, 30_000])
def test_a_pause_is_silence_of_its_length_within_the_lines(
    voice: Synthesizer, request_: RenderRequest, n_samples: int | None
) -> None:
    request = replace(request_, text="Who? [pause 0.5] Me!", rate=22_050, n_samples=n_samples)
    audio = spoken(voice, request)
    (silence,) = silences(audio)
    assert silence == pytest.approx(0.5 * 22_050, abs=256)
    assert n_samples is None or len(audio) == n_samples
    with pytest.raises(BadTextError, match="no time for the words"):
        voice.render(replace(request, n_samples=9_000))


def test_phrases_of_a_guide_take_are_followed(voice: Synthesizer, request_: RenderRequest) -> None:
    guide = (Phrase(0.2, 0.6), Phrase(1.1, 1.6))
    request = replace(request_, text="Who jumps, over me?", rate=22_050, n_samples=2 * 22_050, phrases=guide)
    rendering = voice.render(request)
    audio = np.concatenate(list(rendering.blocks))
    frame_s = 256 / 22_050
    for phrase, wanted in zip(rendering.plan.phrases, guide, strict=True):
        assert (phrase.start_s, phrase.end_s) == pytest.approx((wanted.start_s, wanted.end_s), abs=frame_s)
    assert silences(audio) == pytest.approx([0.2 * 22_050, 0.5 * 22_050, 0.4 * 22_050], abs=300)
