"""How many frames the official model hears, and what stands where there is no whole frame."""

import pytest
import torch

from engine.audio import MelConfig, log_mel
from engine.kaldi_fbank import PADDING, RATE, resample_windowed_sinc, speaker_fbank, speech_fbank


@pytest.mark.parametrize(("n_samples", "n_features", "whole"), [(400 + 160 * 9, 5, True), (400 + 160 * 8, 5, False)])
def test_two_frames_side_by_side(n_samples: int, n_features: int, whole: bool) -> None:
    audio = torch.rand(n_samples, generator=torch.Generator().manual_seed(0)) - 0.5
    features, mask = speech_fbank(audio)
    assert features.shape == (1, n_features, 160)
    assert mask.tolist() == [[True] * (n_features - 1) + [whole]]
    assert bool((features[0, -1, 80:] == PADDING).all()) is not whole
    frames = features.reshape(-1, 80)[: 10 if whole else 9]
    # Logarithms of about 10 with a spread of about 0.3 are centred in float32: 6e-8 x 10 / 0.3, some ten times over.
    torch.testing.assert_close(frames.mean(0), torch.zeros(80), atol=2e-5, rtol=0)
    torch.testing.assert_close(frames.std(0), torch.ones(80), atol=1e-4, rtol=0)


def test_the_longest_prompt() -> None:
    """15 s at 22 050 Hz, where upstream cuts."""
    prompt = torch.rand(1, 330_750) - 0.5
    audio = resample_windowed_sinc(prompt, 22_050, RATE)
    assert audio.shape == (1, 240_000)
    assert speech_fbank(audio[0])[0].shape == (1, 749, 160)
    assert speaker_fbank(audio[0]).shape == (1, 1498, 80)
    mel = MelConfig(rate=22_050, hop=256, n_fft=1024, n_mels=80, f_min=0.0, f_max=11_025.0, floor=1e-5)
    assert log_mel(prompt, mel).shape == (1, 80, 1291)


def test_the_speakers_fbank_is_centred() -> None:
    fbank = speaker_fbank(torch.rand(RATE) - 0.5)
    torch.testing.assert_close(fbank.mean(1), torch.zeros(1, 80), atol=1e-4, rtol=0)


def test_silence_is_finite() -> None:
    features, _ = speech_fbank(torch.zeros(RATE))
    assert features.isfinite().all()
