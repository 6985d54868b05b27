"""Laws of the vocoder on a tiny random one."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from engine import bigvgan
from engine.bigvgan import AntialiasedSnake, BigVGAN, BigVGANConfig, half_band
from engine.frames import FrameSpread
from engine.tiles import BesideConv, TiledConv

TINY = BigVGANConfig(
    n_mels=8, dim=16, rates=(4, 2, 2), kernels=(8, 4, 4), block_kernels=(3, 7), block_dilations=((1, 3), (1, 3))
)
OFFICIAL = replace(
    TINY,
    rates=(4, 4, 2, 2, 2, 2),
    kernels=(8, 8, 4, 4, 4, 4),
    block_kernels=(3, 7, 11),
    block_dilations=((1, 3, 5),) * 3,
)


def vocoder() -> BigVGAN:
    torch.manual_seed(0)
    model = BigVGAN(TINY)
    for name, parameter in model.named_parameters():
        if "log_" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    return model.eval().requires_grad_(False)


@pytest.mark.parametrize("n_frames", [1, 7, 40, 100])
def test_chunks_give_the_whole(n_frames: int) -> None:
    model, mel = vocoder(), torch.randn(2, 8, 75)
    chunks = list(model.in_chunks(mel, n_frames))
    assert [c.shape[1] for c in chunks[:-1]] == [n_frames * TINY.hop] * (len(chunks) - 1)
    torch.testing.assert_close(torch.cat(chunks, 1), model(mel))


def test_nothing_is_heard_beyond_the_reach() -> None:
    model, mel = vocoder(), torch.randn(1, 8, 90)
    changed = mel.clone()
    changed[..., 45] += 5
    moved = ((model(changed) - model(mel))[0].abs() > 0).nonzero() // TINY.hop
    assert 45 - TINY.reach <= int(moved.min()) < 45 < int(moved.max()) <= 45 + TINY.reach
    assert int(moved.max()) - int(moved.min()) > TINY.reach  # the reach is no idle guess


@torch.inference_mode()
def test_a_settled_vocoder_says_the_same() -> None:
    torch.manual_seed(2)
    model, mel = (
        BigVGAN(replace(TINY, dim=384, block_kernels=(3, 7, 11), block_dilations=((1, 3),) * 3)),
        torch.randn(2, 8, 21),
    )
    expected = model(mel)
    model.settle()
    assert {type(m) for m in model.modules()} >= {TiledConv, BesideConv, FrameSpread}
    assert not any(isinstance(m, torch.nn.Conv1d | torch.nn.ConvTranspose1d) for m in model.modules())
    torch.testing.assert_close(model(mel), expected, rtol=1e-4, atol=1e-6)


def test_the_official_reach_is_a_fraction_of_a_second() -> None:
    assert OFFICIAL.hop == 256
    assert OFFICIAL.reach * 256 / 22_050 < 0.5


def test_the_filter_is_a_low_pass() -> None:
    response = torch.fft.rfft(half_band().flatten(), 512).abs()
    assert float(response[0]) == pytest.approx(1)
    assert float(response[200:].max()) < 0.01


@torch.inference_mode()
def test_the_snake_is_upsampling_activation_and_downsampling() -> None:
    """The two-channel way against the plain one: insert zeros, filter, bend, filter, leave out."""
    torch.manual_seed(1)
    snake, x = AntialiasedSnake(3), torch.randn(2, 3, 20)
    snake.log_a.normal_()
    snake.log_b.normal_()
    taps = half_band().expand(3, 1, -1)
    doubled = 2 * F.conv_transpose1d(F.pad(x, (5, 5), mode="replicate"), taps, stride=2, groups=3)[..., 15:-15]
    a, b = snake.log_a.exp()[:, None], snake.log_b.exp()[:, None]
    bent = doubled + torch.sin(a * doubled) ** 2 / (b + 1e-9)
    expected = F.conv1d(F.pad(bent, (5, 6), mode="replicate"), taps, stride=2, groups=3)
    torch.testing.assert_close(snake(x), expected)


@pytest.mark.parametrize("n", [6, 7, 11, 24])
@torch.inference_mode()
def test_the_snake_a_part_at_a_time(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    snake, x = AntialiasedSnake(3), torch.randn(2, 3, 25)
    expected = snake(x)
    monkeypatch.setattr(bigvgan, "CACHED", 3 * n)
    torch.testing.assert_close(snake(x), expected)
