"""Convolutions by tiles give what the library's own give."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine import tiles
from engine.frames import FrameConv
from engine.tiles import BesideConv, Scheme, TiledConv, by_points, by_waves, quickest, scheme_for, settle


@pytest.mark.parametrize(
    "scheme", [by_points(3, 2), by_points(3, 4), by_points(5, 4), by_waves(7, 16), by_waves(11, 24), by_waves(11, 32)]
)
def test_a_scheme_is_exact(scheme: Scheme) -> None:
    taps, n_out = scheme.kernel.shape[1], len(scheme.back)
    frames, kernel = torch.randn(2, scheme.sums.shape[1], dtype=torch.float64)[0], torch.randn(taps).double()
    got = scheme.back @ ((scheme.kernel @ kernel) * (scheme.sums @ frames))
    torch.testing.assert_close(got, frames.unfold(0, taps, 1) @ kernel)
    assert len(got) == n_out
    assert len(scheme.sums) < taps * n_out  # that is what it is for


@pytest.mark.parametrize("taps", [3, 5, 7, 11])
@pytest.mark.parametrize("dilation", [1, 3, 5])
@torch.inference_mode()
def test_a_tiled_convolution(taps: int, dilation: int) -> None:
    for n_frames, padding in ((1, taps // 2), (29, taps // 2), (60, 0), (61, 1)):
        conv = nn.Conv1d(6, 4, taps, dilation=dilation, padding=padding * dilation, bias=n_frames != 29)
        x = torch.randn(2, 6, n_frames)
        torch.testing.assert_close(TiledConv(conv)(x), conv(x), rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_some_tiles_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    conv, x = nn.Conv1d(6, 4, 7, padding=3), torch.randn(2, 6, 70)
    monkeypatch.setattr(tiles, "AT_ONCE", 3)
    torch.testing.assert_close(TiledConv(conv)(x), conv(x), rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_rounding_is_what_it_is_in_the_librarys_own() -> None:
    """At the vocoder's widest, against double precision."""
    torch.manual_seed(0)
    for taps, channels in ((3, 768), (5, 512), (7, 768), (11, 768), (11, 192)):
        conv = nn.Conv1d(channels, 96, taps)
        x = torch.randn(1, channels, 60)
        tiled = TiledConv(conv, scheme_for(taps, channels))
        assert float((tiled(x) - conv.double()(x.double())).abs().max()) < 1e-5


@torch.inference_mode()
def test_channels_side_by_side() -> None:
    conv = nn.Conv1d(6, 4, 3, dilation=2, padding=2)
    for x in (torch.randn(2, 6, 9), torch.randn(2, 9, 6).transpose(1, 2)):
        torch.testing.assert_close(BesideConv(conv)(x), conv(x))


@torch.inference_mode()
def test_each_convolution_is_replaced_by_what_is_quickest() -> None:
    model = nn.Sequential(
        nn.Conv1d(5, 192, 1),
        nn.Conv1d(192, 192, 3, padding=3, dilation=3),
        nn.Conv1d(192, 96, 3, padding=1),
        nn.Conv1d(96, 96, 7, padding=3),
        nn.Conv1d(96, 96, 7, padding=3, groups=96),
        nn.Conv1d(96, 48, 4, stride=2),
    )
    assert type(quickest(nn.Conv1d(48, 96, 11))) is BesideConv
    x = torch.randn(1, 5, 40)
    before = model(x)
    settle(model)
    assert [type(m) for m in model] == [FrameConv, TiledConv, BesideConv, TiledConv, nn.Conv1d, nn.Conv1d]
    torch.testing.assert_close(model(x), before, rtol=1e-4, atol=1e-5)
