"""Laws of the semantic-to-mel stage."""

import torch

from tests.engine.tiny import S2M_TINY, tiny_voice


def _foretold(n_frames: int, known: float = 1.0):  # type: ignore[no-untyped-def]
    s2m = tiny_voice()[1]
    torch.manual_seed(1)
    codes, latents = torch.randint(0, 12, (1, 20)), torch.randn(1, 20, S2M_TINY.latent_dim)
    speaker = torch.randn(1, S2M_TINY.speaker_dim)
    return s2m, speaker, s2m.regulator(codes, latents, torch.tensor([known]), speaker, n_frames)


@torch.inference_mode()
def test_the_regulator_gives_every_count_of_frames() -> None:
    for n_frames in (77, 78, 80):
        _, _, foretold = _foretold(n_frames)
        assert foretold.mel.shape == (1, 100, n_frames)
        assert foretold.octave.shape == foretold.voicing.shape == (1, n_frames)


@torch.inference_mode()
def test_the_velocity_reaches_as_far_as_it_says() -> None:
    s2m, speaker, foretold = _foretold(80)
    x, reach, middle = torch.randn(1, 100, 80), S2M_TINY.flow_reach, 40
    before = s2m.velocity(x, torch.tensor([0.3]), foretold, speaker)
    x[:, :, : middle - reach] += 1
    x[:, :, middle + reach + 1 :] += 1
    after = s2m.velocity(x, torch.tensor([0.3]), foretold, speaker)
    torch.testing.assert_close(before[:, :, middle], after[:, :, middle])
    x[:, :, middle + reach] += 1
    assert not torch.allclose(
        s2m.velocity(x, torch.tensor([0.3]), foretold, speaker)[:, :, middle], after[:, :, middle]
    )


@torch.inference_mode()
def test_the_latents_count_only_where_they_are_known() -> None:
    s2m = tiny_voice()[1]
    codes, speaker = torch.randint(0, 12, (1, 5)), torch.randn(1, S2M_TINY.speaker_dim)
    one, other = (torch.randn(1, 5, S2M_TINY.latent_dim) for _ in range(2))
    without = [s2m.regulator(codes, x, torch.zeros(1), speaker, 20).mel for x in (one, other)]
    torch.testing.assert_close(*without)
    known = [s2m.regulator(codes, x, torch.ones(1), speaker, 20).mel for x in (one, other)]
    assert not torch.allclose(*known)


@torch.inference_mode()
def test_the_emotion_encoder_does_not_hear_how_high_a_voice_is() -> None:
    s2m = tiny_voice()[1]
    prompt, base = torch.randn(1, 102, 60), torch.tensor([0.2])
    higher = prompt.clone()
    higher[:, 100] += 0.7
    same = s2m.encode_emotion(higher, base + 0.7)
    torch.testing.assert_close(s2m.encode_emotion(prompt, base), same, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(s2m.encode_emotion(higher, base), same)
    assert not torch.allclose(s2m.encode_speaker(prompt)[0], s2m.encode_speaker(higher)[0])
