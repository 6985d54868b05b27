"""Prompts: real voices pass, what is no voice is refused with advice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.audio import read_clip, speech_bounds
from engine.errors import BadPromptError
from engine.prompt import PITCH_HZ, filled, pitch, prompt_features

CLIPS = sorted((Path(__file__).parents[2] / "presets" / "timbre").glob("*.flac"))


@pytest.mark.parametrize("clip", CLIPS, ids=lambda p: p.stem)
def test_every_preset_is_a_good_prompt(clip: Path) -> None:
    features = prompt_features(*read_clip(clip))
    assert features.shape[:2] == (1, 102)
    assert torch.isfinite(features).all()
    assert 0.2 < (features[0, 101] > 0).float().mean() < 0.95  # people are voiced about half of the time
    assert abs(float(features[0, 100].mean())) < 1.2


def test_loudness_and_silence_around_it_do_not_count() -> None:
    audio, rate = read_clip(CLIPS[0])
    padded = np.concatenate([np.zeros(rate, np.float32), audio * 0.2, np.zeros(rate, np.float32)])
    one, other = prompt_features(audio, rate), prompt_features(padded, rate)
    n = min(one.shape[2], other.shape[2])
    assert abs(one.shape[2] - other.shape[2]) <= 1
    assert float((one[:, :100, :n] - other[:, :100, :n]).abs().mean()) < 0.25


def test_pitch_of_a_tone_and_of_noise() -> None:
    t = np.arange(24_000) / 24_000
    tone = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 9)) * 0.1
    assert np.median(pitch(tone.astype(np.float32), 100)) == pytest.approx(220, rel=0.01)
    noise = np.random.default_rng(0).normal(0, 0.1, 24_000).astype(np.float32)
    assert (pitch(noise, 100) > 0).mean() < 0.2
    assert PITCH_HZ == 150.0


@pytest.mark.parametrize(
    ("audio", "words"),
    [
        (np.zeros(48_000, np.float32), "at least 1 s"),
        (np.zeros(0, np.float32), "at least 1 s"),
        (np.sin(np.arange(9_600) / 20).astype(np.float32), "at least 1 s"),
        (np.random.default_rng(0).normal(0, 0.1, 96_000).astype(np.float32), "no voice"),
        (np.full(48_000, np.nan, np.float32), "not numbers"),
    ],
    ids=["silence", "nothing", "too short", "noise", "not finite"],
)
def test_what_is_no_prompt_is_refused(audio: np.ndarray, words: str) -> None:
    with pytest.raises(BadPromptError, match=words):
        prompt_features(audio, 48_000)


def test_a_file_that_is_no_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_text("hello")
    with pytest.raises(BadPromptError, match=r"x\.wav"):
        read_clip(tmp_path / "x.wav")
    with pytest.raises(BadPromptError, match=r"gone\.wav"):
        read_clip(tmp_path / "gone.wav")


def test_the_speech_in_a_clip_is_found() -> None:
    audio = np.zeros(48_000, np.float32)
    audio[12_000:24_000] = np.sin(np.arange(12_000) / 10)
    first, end = speech_bounds(audio, 48_000)
    assert abs(first - 12_000) <= 480
    assert abs(end - 24_000) <= 480


def test_what_a_recording_of_16_khz_lacks_is_filled_from_below() -> None:
    mel = torch.randn(1, 100, 200, generator=torch.Generator().manual_seed(0)) * 0.3 - 1
    mel[:, 88:] = -3.0
    whole = filled(mel)
    assert torch.equal(whole[:, :88], mel[:, :88])
    torch.testing.assert_close(whole[:, 88:], mel[:, 82:88].mean(1, keepdim=True).expand(-1, 12, -1))
    assert torch.equal(filled(whole), whole)
