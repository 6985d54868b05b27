"""Laws of the vocoder and its source."""

import torch

from engine.source_filter import phase_of, pulses
from tests.engine.tiny import VOCODER_TINY, tiny_voice


@torch.inference_mode()
def test_a_piece_with_its_surroundings_equals_the_whole() -> None:
    vocoder = tiny_voice()[2]
    hop, reach = VOCODER_TINY.hop, VOCODER_TINY.reach
    mel, f0, noise = torch.randn(1, 100, 90), torch.full((1, 90), 140.0), torch.randn(1, 90 * hop)
    whole = vocoder(mel, f0, noise)
    phase = phase_of(f0, VOCODER_TINY)
    a, b = 30, 60
    wide = slice(a - reach, b + reach)
    samples = slice((a - reach) * hop, (b + reach) * hop)
    piece = vocoder(mel[:, :, wide], f0[:, wide], noise[:, samples], phase[:, samples])
    torch.testing.assert_close(piece[:, reach * hop : -reach * hop], whole[:, a * hop : b * hop], atol=1e-4, rtol=1e-3)


def test_pulses_come_at_their_pitch_and_are_silent_where_unvoiced() -> None:
    f0 = torch.full((1, 100), 200.0)
    f0[:, 50:] = 0
    train = pulses(f0, phase_of(f0, VOCODER_TINY), VOCODER_TINY)[0]
    assert train[50 * 240 :].abs().max() == 0
    spectrum = torch.fft.rfft(train[: 50 * 240]).abs()
    assert abs(int(spectrum[50:150].argmax()) + 50 - 100) <= 1  # 200 Hz in bins of 2 Hz
    power = float(train[: 50 * 240].square().mean())
    assert 0.4 < power < 0.6  # half of a unit, whatever the pitch


def test_audio_has_a_hop_a_frame() -> None:
    vocoder = tiny_voice()[2]
    assert vocoder(torch.randn(1, 100, 7), torch.zeros(1, 7), torch.randn(1, 7 * 240)).shape == (1, 7 * 240)
