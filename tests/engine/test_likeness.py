"""What brings a voice closer to its prompt: one cloud of frames comes near the other, and the rest stays."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine import checkpoint
from engine.audio import read_clip
from engine.embedded_decoding import EmbeddedOptions
from engine.likeness import Likeness, cosines, firm, likeness, log_level, loud_and_voiced, transport
from engine.passage import heard
from engine.prompt import bands_heard, filled, prompt_features

N_MELS = 100
PRESETS = Path(__file__).parents[2] / "presets" / "timbre"


def frames(seed: int, n: int, *, tilt: float = 0.0, spread: float = 1.0) -> Tensor:
    """Features (1, n_mels + 2, n) of voiced frames whose envelopes vary about a slope."""
    generator = torch.Generator().manual_seed(seed)
    basis = cosines(12, N_MELS).float()
    mel = basis.T @ torch.randn(12, n, generator=generator) * spread + tilt * torch.linspace(-1, 1, N_MELS)[:, None]
    return torch.cat([mel, torch.zeros(1, n), torch.ones(1, n)])[None]


def moved(to: Likeness, features: Tensor) -> Tensor:
    """Features with the mel moved, all of it voiced."""
    mel = to(features[:, :-2], torch.full_like(features[:, 0], 50.0))
    return torch.cat([mel, features[:, -2:]], 1)


def apart(a: Tensor, b: Tensor) -> float:
    """How far the envelopes of two clips' voiced frames lie apart, in mean and covariance; level aside."""
    basis = cosines(12, N_MELS)[1:]
    a, b = basis @ loud_and_voiced(a[0]), basis @ loud_and_voiced(b[0])
    return float((a.mean(1) - b.mean(1)).square().sum() + (torch.cov(a) - torch.cov(b)).square().sum().sqrt())


def test_the_transport_turns_one_covariance_into_the_other() -> None:
    generator = torch.Generator().manual_seed(0)
    roots = torch.randn(2, 6, 6, generator=generator, dtype=torch.float64)
    source, target = (firm(root @ root.T) for root in roots)
    turn = transport(source, target)
    torch.testing.assert_close(turn @ source @ turn, target)
    torch.testing.assert_close(turn, turn.T)


def test_a_voice_that_is_like_its_prompt_stays_as_it_is() -> None:
    own = frames(0, 400)
    torch.testing.assert_close(moved(likeness(own, own), own), own, atol=1e-4, rtol=0)


def test_other_frames_of_the_voice_come_close_to_other_frames_of_the_prompt() -> None:
    closer = likeness(frames(0, 400), frames(1, 400, tilt=0.8, spread=0.6))
    before, there = frames(2, 400), frames(3, 400, tilt=0.8, spread=0.6)
    assert apart(moved(closer, before), there) < 0.3 * apart(before, there)


def test_a_short_prompt_moves_a_voice_less() -> None:
    own = frames(0, 400)
    sizes = [float(likeness(own, frames(1, n, tilt=0.8)).shift.std()) for n in (25, 100, 400)]
    assert sizes == sorted(sizes)
    assert sizes[0] < 0.7 * sizes[-1]


def test_too_few_voiced_frames_move_nothing() -> None:
    own, prompt = frames(0, 400), frames(1, 400, tilt=0.8)
    prompt[:, -1, 10:] = -1
    torch.testing.assert_close(moved(likeness(own, prompt), own), own)


def test_unvoiced_frames_are_left_alone() -> None:
    own = frames(0, 100)
    closer = likeness(own, frames(1, 400, tilt=0.8))
    mel = own[:, :-2]
    torch.testing.assert_close(closer(mel, torch.full((1, 100), -50.0)), mel)


def test_the_level_of_a_voice_is_kept() -> None:
    own, prompt = frames(0, 400), frames(1, 400, tilt=0.8, spread=1.4)
    prompt[:, :-2] += 1.0
    after = moved(likeness(own, prompt), own)
    assert float(log_level(after[0, :-2].double())) == pytest.approx(float(log_level(own[0, :-2].double())), abs=1e-4)


def test_what_a_recording_does_not_hold_moves_as_its_edge_does() -> None:
    own, prompt = frames(0, 400), frames(1, 400, tilt=0.8)
    narrow = prompt.clone()
    narrow[:, 85:-2] = -3.0
    narrow[:, :-2] = filled(narrow[:, :-2])
    assert bands_heard(narrow[0, :-2]) <= 85 < bands_heard(prompt[0, :-2]) == N_MELS
    step = moved(likeness(own, narrow), own)[0, :-2] - own[0, :-2]
    torch.testing.assert_close(step[90:], step[-1:].expand(10, -1))
    assert torch.isfinite(step).all()


def test_one_half_of_a_clip_brings_the_shipped_voice_closer_to_the_other() -> None:
    _, s2m, _ = checkpoint.load(checkpoint.EMBEDDED)
    passage = checkpoint.load_passage(checkpoint.EMBEDDED)
    assert passage is not None
    for name in ("mara", "dorn"):
        prompt = prompt_features(*read_clip(PRESETS / f"{name}.flac"))
        half = prompt.shape[2] // 2
        speaker, _ = s2m.encode_speaker(prompt[:, :, :half])
        own = heard(s2m, passage, speaker, EmbeddedOptions())
        closer = likeness(own, prompt[:, :, :half])
        assert apart(moved(closer, own), prompt[:, :, half:]) < apart(own, prompt[:, :, half:]), name
