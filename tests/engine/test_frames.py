"""Convolutions as matrix products give what the library's own give."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.flow import solve
from engine.frames import FrameConv, FrameSpread, depthwise, settle
from engine.s2m import RESIDUAL_STD, S2M
from tests.engine.tiny import S2M_TINY, T2S_TINY, fresh_voice


@pytest.mark.parametrize(("kernel", "dilation", "bias"), [(7, 1, True), (7, 4, True), (3, 2, False)])
@torch.inference_mode()
def test_a_depthwise_convolution(kernel: int, dilation: int, bias: bool) -> None:
    edge = kernel // 2 * dilation
    conv = nn.Conv1d(5, 5, kernel, padding=edge, dilation=dilation, groups=5, bias=bias)
    x = torch.randn(2, 9, 5)
    torch.testing.assert_close(depthwise(conv, x), conv(x.transpose(1, 2)).transpose(1, 2))


@pytest.mark.parametrize("kernel", [1, 3, 7])
@torch.inference_mode()
def test_a_dense_convolution(kernel: int) -> None:
    conv = nn.Conv1d(5, 4, kernel, padding=kernel // 2)
    x = torch.randn(2, 5, 9)
    torch.testing.assert_close(FrameConv(conv.weight, conv.bias)(x), conv(x))


@pytest.mark.parametrize("stride", [2, 4])
@torch.inference_mode()
def test_a_spread_over_frames(stride: int) -> None:
    conv = nn.ConvTranspose1d(5, 4, 2 * stride, stride, stride // 2)
    x = torch.randn(2, 5, 6)
    torch.testing.assert_close(FrameSpread(conv)(x), conv(x))


@torch.inference_mode()
def test_only_what_can_be_replaced_is() -> None:
    model = nn.Sequential(
        nn.Conv1d(4, 4, 7, padding=3), nn.Conv1d(4, 4, 7, padding=3, groups=4), nn.Conv1d(4, 4, 4, stride=2, padding=1)
    )
    x = torch.randn(1, 4, 12)
    before = model(x)
    settle(model)
    assert [type(m) for m in model] == [FrameConv, nn.Conv1d, nn.Conv1d]
    torch.testing.assert_close(model(x), before)


def _mel(s2m: S2M) -> torch.Tensor:
    torch.manual_seed(1)
    codes, latents = torch.randint(0, 12, (2, 6)), torch.randn(2, 6, S2M_TINY.latent_dim)
    speaker = torch.randn(2, S2M_TINY.speaker_dim)
    foretold = s2m.regulator(codes, latents, torch.ones(2), speaker, 22)
    return s2m.mel(foretold, speaker, torch.randn(2, 100, 22), 2)


@torch.inference_mode()
def test_settled_stages_say_the_same() -> None:
    t2s, s2m, vocoder = fresh_voice()
    codes = torch.arange(t2s.start + 1)[None]
    noise = torch.randn(1, 20 * 240)
    before = t2s.embed_codes(codes), _mel(s2m), vocoder(torch.zeros(1, 100, 20), torch.full((1, 20), 150.0), noise)
    t2s.settle()
    s2m.velocity.settle()
    settle(s2m.regulator)
    settle(vocoder)
    after = t2s.embed_codes(codes), _mel(s2m), vocoder(torch.zeros(1, 100, 20), torch.full((1, 20), 150.0), noise)
    torch.testing.assert_close(after[:2], before[:2], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(after[2], before[2], rtol=1e-3, atol=1e-3)


@torch.inference_mode()
def test_the_velocity_is_asked_by_steps_as_it_is_by_itself() -> None:
    """What S2M.mel makes of the times at once is what Velocity.forward makes of one."""
    s2m = fresh_voice()[1]
    codes, speaker = torch.randint(0, 12, (2, 6)), torch.randn(2, S2M_TINY.speaker_dim)
    foretold = s2m.regulator(codes, torch.randn(2, 6, T2S_TINY.gpt.dim), torch.ones(2), speaker, 24)
    noise = torch.randn(2, 100, 24)

    alone = solve(lambda x, time: s2m.velocity(x, time, foretold, speaker), noise, 2)
    torch.testing.assert_close(s2m.mel(foretold, speaker, noise, 2), foretold.mel + RESIDUAL_STD * alone)
