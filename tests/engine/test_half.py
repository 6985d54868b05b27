"""Halved models say nearly the same, in float32, and the same each time."""

from __future__ import annotations

import torch
from torch import nn

from engine.half import halve, is_fast
from tests.engine.tiny import S2M_TINY, fresh_voice


@torch.inference_mode()
def test_a_halved_stage_gives_nearly_the_same_in_float32() -> None:
    s2m, halved = fresh_voice()[1], fresh_voice()[1]
    halve(halved.regulator)
    codes, latents = torch.randint(0, 12, (1, 20)), torch.randn(1, 20, S2M_TINY.latent_dim)
    inputs = (codes, latents, torch.ones(1), torch.randn(1, S2M_TINY.speaker_dim), 80)
    whole, half = s2m.regulator(*inputs).mel, halved.regulator(*inputs).mel
    assert half.dtype == torch.float32
    assert 0 < float((whole - half).abs().mean()) < 0.02 * float(whole.abs().mean()) + 0.02
    assert torch.equal(half, halved.regulator(*inputs).mel)


def test_dense_layers_are_halved_and_depthwise_ones_are_not() -> None:
    model = nn.Sequential(nn.Conv1d(4, 4, 3, groups=4), nn.Conv1d(4, 8, 1), nn.LayerNorm(8))
    halve(model)
    assert [p.dtype for p in model.parameters()] == [torch.float32] * 2 + [torch.bfloat16] * 2 + [torch.float32] * 2


def test_the_processor_gives_one_answer() -> None:
    assert is_fast() is is_fast()
