"""What the official model makes of clips, and which it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import BadPromptError
from engine.official_prompt import LONGEST_S
from engine.synthesizer import Synthesizer
from engine.types import Audio, RenderRequest, Timbre
from tests.engine.official.spoken import PROMPT_RATE, clip


def test_a_timbre_holds_what_every_stage_needs(voice: Synthesizer, timbre: Timbre) -> None:
    assert {name: array.shape for name, array in timbre.tensors.items()} == {
        "latents": (32, 16),
        "emotion": (16,),
        "speaker": (192,),
        "mel": (80, 129),
        "condition": (129, 16),
    }
    assert all(array.dtype == np.float32 for array in timbre.tensors.values())
    assert voice.encode_timbre(clip(1), PROMPT_RATE).key == timbre.key


def test_only_the_first_seconds_of_a_prompt_are_heard(voice: Synthesizer) -> None:
    long = clip(1, LONGEST_S + 1)
    whole, cut = (voice.encode_timbre(a, PROMPT_RATE) for a in (long, long[: round(LONGEST_S * PROMPT_RATE)]))
    np.testing.assert_allclose(whole.tensors["mel"][:, :-3], cut.tensors["mel"][:, :-3], atol=1e-3)


@pytest.mark.parametrize(
    ("audio", "told"),
    [
        (np.zeros(PROMPT_RATE * 3, np.float32), "0.0 s of sound"),
        (clip(1, 0.5), "0.5 s of sound"),
        (np.full(PROMPT_RATE * 3, np.nan, np.float32), "not numbers"),
    ],
)
def test_a_prompt_without_a_voice_is_refused(voice: Synthesizer, audio: Audio, told: str) -> None:
    for encode in (voice.encode_timbre, voice.encode_emotion):
        with pytest.raises(BadPromptError, match=told):
            encode(audio, PROMPT_RATE)


def test_a_timbre_of_another_model_is_refused(voice: Synthesizer, request_: RenderRequest) -> None:
    with pytest.raises(BadPromptError, match="encode its clip again"):
        voice.render(replace(request_, timbre=Timbre("k", {"speaker": np.zeros(8, np.float32)})))
