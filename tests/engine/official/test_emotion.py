"""An emotion moves what the official model says, by clip and by weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import BadPromptError
from engine.synthesizer import Synthesizer
from engine.types import EMOTIONS, Emotion, EmotionPrompt, RenderRequest
from tests.engine.official.spoken import PROMPT_RATE, clip, spoken


def test_an_emotion_clip_is_a_direction_of_its_own(voice: Synthesizer, request_: RenderRequest) -> None:
    emotion = voice.encode_emotion(clip(2), PROMPT_RATE)
    assert not any(emotion.weights) and emotion.prompt is not None
    request = replace(request_, n_samples=20_000)
    plain = spoken(voice, request)
    assert not np.array_equal(spoken(voice, replace(request, emotion=emotion)), plain)
    np.testing.assert_array_equal(spoken(voice, replace(request, emotion=emotion.scaled(0.0))), plain)
    assert emotion.scaled(0.5).scaled(0.5) == Emotion(prompt=replace(emotion.prompt, weight=0.25))
    assert emotion == voice.encode_emotion(clip(2), PROMPT_RATE)
    assert emotion != voice.encode_emotion(clip(3), PROMPT_RATE)


def test_weights_change_what_is_said(voice: Synthesizer, request_: RenderRequest) -> None:
    request = replace(request_, n_samples=20_000)
    plain = spoken(voice, request)
    for i in range(len(EMOTIONS)):
        weights = tuple(float(i == k) for k in range(len(EMOTIONS)))
        assert not np.array_equal(spoken(voice, replace(request, emotion=Emotion(weights))), plain)
    assert voice.emotion_from_text("I am so happy!").weights[0] > 0


def test_an_emotion_of_another_model_is_refused(voice: Synthesizer, request_: RenderRequest) -> None:
    strange = Emotion(prompt=EmotionPrompt("k", np.zeros(5, np.float32)))
    with pytest.raises(BadPromptError, match="encode its clip again"):
        voice.render(replace(request_, emotion=strange))
