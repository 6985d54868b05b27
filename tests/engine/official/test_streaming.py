"""The official model's sound in pieces: windows, joins, segments."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine import official_config
from engine.bigvgan import BigVGAN
from engine.decoding import Decoded, Decoding
from engine.exact_length import FADE_S
from engine.length_regulator import even_spread
from engine.official_acoustics import OfficialAcoustics
from engine.official_condition import Condition
from engine.official_model import OfficialModel
from engine.official_planner import frames_of
from engine.official_prompt import OfficialVoice
from engine.official_tokens import Tokens
from engine.pronunciation import Pronunciations
from engine.renderer import piece_blocks
from engine.sampling import Sampling
from engine.speech_model import Features, Frames, Windows
from engine.synthesizer import Synthesizer
from engine.types import Emotion, RenderRequest, Timbre
from tests.engine import tiny_official
from tests.engine.official.spoken import OPTIONS, RATE, spoken


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


class Given:
    """A condition that is there already."""

    def __init__(self, condition: torch.Tensor) -> None:
        self._condition = condition

    def until(self, first: int, right: int) -> torch.Tensor:
        return self._condition


@torch.inference_mode()
def test_one_window_is_the_whole_and_more_have_all_its_frames(model: OfficialModel, timbre: Timbre) -> None:
    torch.manual_seed(0)
    s2m, vocoder = model._stages.s2m, model._stages.vocoder
    prompt = OfficialVoice.of(timbre, torch.device("cpu"), "")
    condition, noise = torch.randn(1, 40, 16), torch.randn(1, 80, 40)

    def mels(windows: Windows) -> list[torch.Tensor]:
        piece = OfficialAcoustics(s2m, vocoder, prompt, Given(condition), noise, OPTIONS)
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


# ---- before all tokens are there -------------------------------------------------------------------------------------


def tokens(n: int, seed: int = 0) -> Decoded:
    generator = torch.Generator().manual_seed(seed)
    return Decoded(torch.randint(32, (n,), generator=generator), torch.randn(n, 16, generator=generator), True)


def one_by_one(said: Decoded, drawn: list[int]) -> Iterator[Decoded]:
    """As the GPT draws them; `drawn` tells which were asked for."""
    for i in range(len(said.codes)):
        drawn.append(i)
        yield Decoded(said.codes[i : i + 1], said.latents[i : i + 1], False)
    yield Decoded(said.codes[:0], said.latents[:0], True)


@torch.inference_mode()
def test_a_condition_is_laid_out_as_tokens_come_and_ends_as_that_of_all(model: OfficialModel) -> None:
    said, stages, drawn = tokens(35), model._stages, []
    whole = Condition(stages, Tokens([said]), 60).until(0, 60)
    early = Condition(stages, Tokens(one_by_one(said, drawn)), 60, n_planned=35)
    first = early.until(0, 11)
    assert first.shape == (1, 11, 16) and len(drawn) == 6  # of 35
    begun = stages.s2m.content(stages.codec.embed(said.codes[None, :6]), said.latents[None, :6])
    torch.testing.assert_close(first, stages.s2m.regulator(begun, even_spread(35, 60)[:11]))
    assert early.until(8, 36).shape[1] == 36 and len(drawn) < 35
    torch.testing.assert_close(early.until(24, 43), whole)  # the GPT kept to its length: all are where they would be
    assert len(drawn) == 35 and early.end_stretch == pytest.approx(1, abs=0.02)


@torch.inference_mode()
@pytest.mark.parametrize("n_said", [3, 20, 34, 36, 80])
def test_what_the_gpt_missed_is_taken_on_by_the_end(model: OfficialModel, n_said: int) -> None:
    early = Condition(model._stages, Tokens(one_by_one(tokens(n_said), [])), 60, n_planned=35)
    for first, right in ((0, 11), (8, 27), (24, 43), (40, 60)):
        condition = early.until(first, right)
        assert right <= condition.shape[1] <= 60 and condition.isfinite().all()
    assert early._source is not None
    assert early._source.shape == (60,) and n_said - 3 <= int(early._source[-1]) < n_said
    assert (early._source.diff() >= 0).all() and (n_said in (20, 34)) == (early.end_stretch > 1.05)


def streamed(model: OfficialModel) -> Synthesizer:
    """The same voice, drawn token by token."""
    alone = replace(OPTIONS, streamed=True, decoding=Decoding(Sampling(n_beams=1, repetition_penalty=1.5)))
    other = copy(model)
    other.options = replace(alone, decoding=replace(alone.decoding, max_codes=40))
    return Synthesizer(other)


@torch.inference_mode()
def test_the_first_sound_waits_for_its_own_tokens_only(model: OfficialModel, timbre: Timbre) -> None:
    speaker = streamed(model)._model.speaker(timbre, Emotion())
    text, _ = model.read("Who jumps over the dog?", Pronunciations())
    said = speaker.say(text, 1, 60 * 256 / 22_050)
    ((_, piece),) = speaker.fit(said, 60, 60 * 256 / 22_050, 1).pieces
    piece.features(0, 8)
    (of_segment,) = said.tokens
    assert not of_segment.ended and of_segment._n < 20 and said.natural_s == pytest.approx(0.7, abs=0.02)
    for first, end in ((8, 24), (24, 40), (40, 60)):
        piece.features(first, end)
    assert of_segment.ended and said.natural == [frames_of(of_segment._n)]


@pytest.mark.parametrize("n_samples", [1, 5_000, 15_000, 60_001])
def test_a_streamed_line_is_exact_and_the_same_again(
    model: OfficialModel, request_: RenderRequest, n_samples: int
) -> None:
    voice, request = streamed(model), replace(request_, n_samples=n_samples)
    audio = spoken(voice, request)
    assert len(audio) == n_samples
    np.testing.assert_array_equal(spoken(voice, request), audio)


def test_a_streamed_line_tells_in_the_end_what_came_of_it(model: OfficialModel, request_: RenderRequest) -> None:
    rendering = streamed(model).render(replace(request_, n_samples=3 * RATE))
    assert rendering.plan.stretch == pytest.approx(1, abs=0.02)  # what the GPT was told
    assert sum(len(block) for block in rendering.blocks) == 3 * RATE
    plan = rendering.settled()
    assert plan.n_samples == 3 * RATE and plan.stretch > 1.5  # it can say 40 tokens a segment at most
    assert any("the end was stretched" in warning for warning in plan.warnings)


def test_an_emotion_changes_between_chunks_without_a_click(model: OfficialModel, request_: RenderRequest) -> None:
    """Before the change all is as it was, after it the other emotion speaks on: nothing begins anew."""
    voice, sad = streamed(model), Emotion((0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    request = replace(request_, text="Who jumps over the dog?", seed=1, rate=22_050, n_samples=60 * 256)
    one, changed = (list(voice.render(r).blocks) for r in (request, replace(request, later=((0.6, sad),))))
    assert [len(block) for block in one] == [len(block) for block in changed]
    assert len(one) > 2
    np.testing.assert_array_equal(one[0], changed[0])
    assert not np.array_equal(one[-1], changed[-1])
    sound = np.concatenate(changed)
    steps = np.abs(np.diff(sound))
    for join in np.cumsum([len(block) for block in changed])[:-1]:
        assert steps[join - 1] <= max(steps[join - 400 : join - 1].max(), steps[join : join + 400].max())
    from_the_start = spoken(voice, replace(request, later=((0.0, sad),)))
    np.testing.assert_array_equal(from_the_start, spoken(voice, replace(request, emotion=sad)))
