"""What the tests of the official model in miniature speak, and how."""

from __future__ import annotations

import numpy as np

from engine.decoding import Decoding
from engine.official_stages import OfficialOptions
from engine.sampling import Sampling
from engine.speech_model import Windows
from engine.synthesizer import Synthesizer
from engine.types import Audio, RenderRequest

RATE = 48_000
PROMPT_RATE = 24_000
LINE = "The quick fox. Who jumps over the lazy dog? Me!"
OPTIONS = OfficialOptions(
    decoding=Decoding(Sampling(n_beams=2, repetition_penalty=1.5)),
    n_steps=2,
    windows=Windows((8, 16), sliver=4),
    context=6,
    ahead=3,
)


def clip(seed: int, seconds: float = 1.5) -> Audio:
    """Something with a pitch and some noise."""
    time = np.arange(round(seconds * PROMPT_RATE)) / PROMPT_RATE
    noise = np.random.default_rng(seed).normal(0, 0.02, len(time))
    return (0.2 * np.sin(2 * np.pi * (100 + 40 * seed) * time) + noise).astype(np.float32)


def spoken(voice: Synthesizer, request: RenderRequest) -> Audio:
    rendering = voice.render(request)
    audio = np.concatenate(list(rendering.blocks))
    assert audio.shape == (rendering.plan.n_samples,) and audio.dtype == np.float32
    assert np.isfinite(audio).all() and float(np.abs(audio).max()) <= 1.01  # a resampler may overshoot a little
    return audio
