"""The official model's sound in pieces: windows, joins, segments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine import official_config
from engine.bigvgan import BigVGAN
from engine.exact_length import FADE_S
from engine.official_model import OfficialAcoustics, OfficialModel
from engine.official_prompt import OfficialVoice
from engine.renderer import piece_blocks
from engine.speech_model import Features, Frames, Windows
from engine.synthesizer import Synthesizer
from engine.types import RenderRequest, Timbre
from tests.engine import tiny_official
from tests.engine.official.spoken import OPTIONS


def test_windows_cover_a_line_without_slivers() -> None:
    for n_frames in range(1, 120):
        parts = list(OPTIONS.windows.over(n_frames))
        assert [first for first, _ in parts] == [0, *(end for _, end in parts[:-1])]
        assert parts[-1][1] == n_frames
        assert min(end - first for first, end in parts) >= min(n_frames, 4)


@torch.inference_mode()
def test_sound_in_pieces_is_the_sound_of_the_whole_mel() -> None:
    torch.manual_seed(0)
    vocoder = BigVGAN(official_config.bigvgan(tiny_official.VOCODER_CONFIG)).eval()
    mel, rate = torch.randn(1, 80, 61), 22_050

    class Known:
        """Acoustics whose mel is given."""

        n_frames = 61

        def features(self, first: int, end: int) -> Features:
            return (mel[..., first:end],)

        def sound(self, features: Features) -> torch.Tensor:
            return vocoder(*features)[0]

    whole = vocoder(mel)[0].clamp(-1, 1)
    fade = round(FADE_S * rate)
    for size in (3, 20, 61):
        frames = Frames(rate, vocoder.config.hop, vocoder.config.reach)
        pieces = list(piece_blocks(Known(), frames, Windows((size,), sliver=0)))
        assert len(pieces) > 1 or size == 61
        heard = torch.from_numpy(np.concatenate(pieces))
        assert heard[0] == 0
        torch.testing.assert_close(heard[fade:], whole[fade:], atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_one_window_is_the_whole_and_more_have_all_its_frames(model: OfficialModel, timbre: Timbre) -> None:
    torch.manual_seed(0)
    s2m, vocoder = model._stages.s2m, model._stages.vocoder
    prompt = OfficialVoice.of(timbre, torch.device("cpu"), "")
    condition, noise = torch.randn(1, 40, 16), torch.randn(1, 80, 40)

    def mels(windows: Windows) -> list[torch.Tensor]:
        piece = OfficialAcoustics(s2m, vocoder, prompt, condition, noise, OPTIONS)
        return [piece.features(first, end)[0] for first, end in windows.over(piece.n_frames)]

    (whole,) = mels(Windows((40,), sliver=0))
    padded = torch.nn.functional.pad(noise, (prompt.mel.shape[-1], 0))
    at_once = s2m.mel(prompt.condition, condition, prompt.mel, prompt.speaker, padded, n_steps=2, guidance=0.7)
    torch.testing.assert_close(whole, at_once)
    parts = mels(OPTIONS.windows)
    assert [part.shape[-1] for part in parts] == [8, 16, 16]
    first = s2m.mel(
        prompt.condition,
        condition[:, :11],
        prompt.mel,
        prompt.speaker,
        padded[..., : -40 + 11],
        n_steps=2,
        guidance=0.7,
    )
    torch.testing.assert_close(parts[0], first[..., :8])


def test_sound_comes_before_the_line_is_done(voice: Synthesizer, request_: RenderRequest) -> None:
    blocks = list(voice.render(replace(request_, text="Who jumps?", rate=22_050, n_samples=100 * 256)).blocks)
    assert len(blocks) > 3


def test_segments_are_a_pause_apart_and_fade(voice: Synthesizer, request_: RenderRequest) -> None:
    rendering = voice.render(replace(request_, rate=22_050))  # the vocoder's own: blocks come as they are made
    blocks = list(rendering.blocks)
    (pause,) = [i for i, block in enumerate(blocks) if not block.any()]
    assert len(blocks[pause]) == pytest.approx(0.2 * 22_050, abs=256)
    assert 0 < pause < len(blocks) - 1
    for edge in (blocks[0][0], blocks[pause - 1][-1], blocks[pause + 1][0], blocks[-1][-1]):
        assert edge == 0
