"""Laws of the official semantic-to-mel stage on a tiny random one."""

from dataclasses import replace

import pytest
import torch

from engine.dit import DiT, DiTConfig
from engine.flow import even_times, follow
from engine.length_regulator import LengthRegulator, LengthRegulatorConfig, even_spread
from engine.official_s2m import OfficialS2M, OfficialS2MConfig
from engine.tiles import TiledConv

DIT = DiTConfig(
    n_mels=6, condition_dim=8, speaker_dim=5, dim=16, n_head=2, n_layer=5, wavenet_layers=2, wavenet_kernel=5
)
TINY = OfficialS2MConfig(latent_dim=7, regulator=LengthRegulatorConfig(content_dim=9, dim=8, n_conv=2), dit=DIT)


def stage() -> OfficialS2M:
    torch.manual_seed(0)
    return OfficialS2M(TINY).eval().requires_grad_(False)


def inputs(batch: int, n_prompt: int, n_frames: int) -> tuple[torch.Tensor, ...]:
    """Prompt's condition, condition, prompt's mel, speaker, noise."""
    return (
        torch.randn(batch, n_prompt, 8), torch.randn(batch, n_frames, 8), torch.randn(batch, 6, n_prompt),
        torch.randn(batch, 5), torch.randn(batch, 6, n_prompt + n_frames),
    )  # fmt: skip


def test_without_guidance_it_is_one_conditional_run() -> None:
    s2m = stage()
    of_prompt, condition, mel, speaker, noise = inputs(1, 4, 11)
    prompt = torch.cat([mel, torch.zeros(1, 6, 11)], -1)
    still = torch.cat([torch.zeros(4), torch.ones(11)])
    given = s2m.dit.given(prompt, torch.cat([of_prompt, condition], 1), speaker)
    plain = follow(lambda x, t: s2m.dit(x, t, given) * still, noise * still, even_times(3))
    got = s2m.mel(of_prompt, condition, mel, speaker, noise, n_steps=3, guidance=0.0)
    torch.testing.assert_close(got, plain[..., 4:])
    nearly = s2m.mel(of_prompt, condition, mel, speaker, noise, n_steps=3, guidance=1e-6)
    torch.testing.assert_close(got, nearly, atol=1e-4, rtol=0)


def test_guidance_leads_further() -> None:
    s2m, values = stage(), inputs(1, 4, 11)
    plain, weak, strong = (s2m.mel(*values, n_steps=1, guidance=g) for g in (0.0, 0.5, 1.0))
    torch.testing.assert_close(strong - plain, 2 * (weak - plain), atol=1e-4, rtol=0)
    assert float((strong - plain).abs().max()) > 0.01


def test_the_noise_of_the_prompts_frames_is_not_used() -> None:
    s2m, values = stage(), inputs(1, 4, 11)
    other = values[4].clone()
    other[..., :4] = 9
    got = [s2m.mel(*values[:4], noise, n_steps=2, guidance=0.7) for noise in (values[4], other)]
    torch.testing.assert_close(*got)


def test_no_prompt_at_all_works() -> None:
    assert stage().mel(*inputs(1, 0, 11), n_steps=2, guidance=0.7).shape == (1, 6, 11)


def test_rows_do_not_know_each_other() -> None:
    s2m, values = stage(), inputs(2, 4, 11)
    both = s2m.mel(*values, n_steps=2, guidance=0.7)
    for row in range(2):
        alone = s2m.mel(*(v[row : row + 1] for v in values), n_steps=2, guidance=0.7)
        torch.testing.assert_close(both[row : row + 1], alone)


def test_what_is_padded_behind_a_row_changes_nothing_before_it() -> None:
    """Except in the last frames, which the WaveNet mirrors: there upstream lets a few frames of padding in."""
    torch.manual_seed(0)
    dit = DiT(DIT).eval().requires_grad_(False)
    x, given, time = torch.randn(1, 6, 30), torch.randn(1, 30, 16), torch.tensor([0.3])
    lengths = torch.tensor([20])
    changed_x, changed_given = x.clone(), given.clone()
    changed_x[..., 20:], changed_given[:, 20:] = 5, 5
    got, expected = dit(changed_x, time, changed_given, lengths), dit(x, time, given, lengths)
    heard = DIT.wavenet_layers * (DIT.wavenet_kernel // 2)
    torch.testing.assert_close(got[..., : 20 - heard], expected[..., : 20 - heard])
    assert not torch.allclose(got, dit(changed_x, time, changed_given))


@pytest.mark.parametrize("first", [0, 1, 4, 9, 29])
@torch.inference_mode()
def test_what_is_not_asked_for_changes_nothing_of_the_rest(first: int) -> None:
    torch.manual_seed(0)
    dit = DiT(DIT).eval().requires_grad_(False)
    x, given, time, lengths = torch.randn(2, 6, 30), torch.randn(2, 30, 16), torch.rand(2), torch.tensor([30, 25])
    torch.testing.assert_close(dit(x, time, given, first=first), dit(x, time, given)[..., first:])
    torch.testing.assert_close(dit(x, time, given, lengths, first), dit(x, time, given, lengths)[..., first:])


@torch.inference_mode()
def test_a_settled_stage_makes_the_same_mel() -> None:
    s2m = OfficialS2M(replace(TINY, dit=replace(DIT, dim=192)))
    prompt_condition, condition, mel, speaker, noise = inputs(2, 4, 11)

    def made() -> torch.Tensor:
        return s2m.mel(prompt_condition, condition, mel, speaker, noise, n_steps=2, guidance=0.7)

    expected = made()
    s2m.dit.settle()
    assert {type(m) for m in s2m.dit.wavenet.gates} == {TiledConv}
    torch.testing.assert_close(made(), expected, rtol=1e-4, atol=1e-5)


def test_a_very_short_mel_works() -> None:
    dit = DiT(DIT).eval().requires_grad_(False)
    for n in (1, 2, 3):
        assert dit(torch.randn(1, 6, n), torch.tensor([0.5]), torch.randn(1, n, 16)).isfinite().all()


def test_skips_pair_the_first_half_with_the_second() -> None:
    official = replace(DIT, n_layer=13)
    assert [i for i in range(13) if official.leaves_skip(i)] == [0, 1, 2, 3, 4, 5]
    assert [i for i in range(13) if official.takes_skip(i)] == [7, 8, 9, 10, 11, 12]
    assert replace(DIT, dim=512).hidden == 1536


def test_any_length_is_met_and_any_monotone_spread_is_taken() -> None:
    torch.manual_seed(0)
    regulator, content = LengthRegulator(TINY.regulator), torch.randn(1, 10, 9)
    for n in (1, 9, 17, 40):
        assert regulator(content, even_spread(10, n)).shape == (1, n, 8)
    waits = torch.tensor([0, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    assert regulator(content, waits).shape == (1, 13, 8)
    assert even_spread(4, 8).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
