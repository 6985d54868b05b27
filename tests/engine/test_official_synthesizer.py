"""The official model in miniature as a whole: laws that hold for any weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
import torch

from engine import official_config
from engine.bigvgan import BigVGAN
from engine.decoding import Decoded, Decoding
from engine.errors import BadPromptError, BadTextError, OutOfMemoryError
from engine.exact_length import FADE_S
from engine.gpt import GPT, gpt_config
from engine.length_regulator import even_spread
from engine.official_checkpoint import OfficialCheckpoint
from engine.official_model import (
    SMALL_WINDOWS,
    OfficialAcoustics,
    OfficialModel,
    OfficialOptions,
)
from engine.official_planner import (
    QUIET_CODES,
    LengthPolicy,
    frames_of,
    say,
    share_out,
    spread,
    wanted_tokens,
    with_pauses,
)
from engine.official_prompt import LONGEST_S, OfficialVoice
from engine.pronunciation import Pronunciations
from engine.renderer import piece_blocks
from engine.sampling import Sampling
from engine.speech_model import Features, Frames, Windows
from engine.synthesizer import Synthesizer
from engine.types import EMOTIONS, Audio, Emotion, EmotionPrompt, Phrase, RenderRequest, Timbre
from tests.engine import tiny_official

RATE = 48_000
PROMPT_RATE = 24_000
LINE = "The quick fox. Who jumps over the lazy dog? Me!"
OPTIONS = OfficialOptions(
    decoding=Decoding(Sampling(n_beams=2, repetition_penalty=1.5)),
    n_steps=2,
    windows=Windows((8, 16), sliver=4),
    context=6,
    ahead=3,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("official")
    tiny_official.write(folder)
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> Iterator[OfficialModel]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(official_config, "SPEECH_LAYERS", tiny_official.SPEECH_LAYERS)
        yield OfficialModel.load(folder, OPTIONS, torch.device("cpu"))


@pytest.fixture(scope="module")
def voice(model: OfficialModel) -> Synthesizer:
    return Synthesizer(model)


def clip(seed: int, seconds: float = 1.5) -> Audio:
    """Something with a pitch and some noise."""
    time = np.arange(round(seconds * PROMPT_RATE)) / PROMPT_RATE
    noise = np.random.default_rng(seed).normal(0, 0.02, len(time))
    return (0.2 * np.sin(2 * np.pi * (100 + 40 * seed) * time) + noise).astype(np.float32)


@pytest.fixture(scope="module")
def timbre(voice: Synthesizer) -> Timbre:
    return voice.encode_timbre(clip(1), PROMPT_RATE)


@pytest.fixture
def request_(timbre: Timbre) -> RenderRequest:
    return RenderRequest(LINE, timbre, Emotion(), 7, RATE)


def spoken(voice: Synthesizer, request: RenderRequest) -> Audio:
    rendering = voice.render(request)
    audio = np.concatenate(list(rendering.blocks))
    assert audio.shape == (rendering.plan.n_samples,) and audio.dtype == np.float32
    assert np.isfinite(audio).all() and float(np.abs(audio).max()) <= 1.01  # a resampler may overshoot a little
    return audio


# ---- length ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_samples", [1, 100, 12_345, 72_000])
@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_a_line_has_exactly_the_asked_samples(
    voice: Synthesizer, request_: RenderRequest, n_samples: int, rate: int
) -> None:
    request = replace(request_, text="Who jumps? Me!", rate=rate, n_samples=n_samples)
    assert len(spoken(voice, request)) == n_samples


def test_the_plan_tells_the_models_own_length_and_the_stretch(voice: Synthesizer, request_: RenderRequest) -> None:
    own = voice.render(request_).plan
    assert own.n_samples == own.natural_samples
    assert own.stretch == pytest.approx(1, abs=1e-4)
    faster = voice.render(replace(request_, speed=2.0)).plan
    assert faster.natural_samples == own.natural_samples
    assert faster.stretch == pytest.approx(0.5, abs=1e-4)
    assert any("0.50 times" in warning for warning in faster.warnings)
    asked = voice.render(replace(request_, n_samples=100_000)).plan
    assert asked.stretch == pytest.approx(100_000 / asked.natural_samples, rel=1e-4)


def test_a_line_is_shared_out_to_the_frame() -> None:
    natural = with_pauses([43, 10, 7], 17.2)
    assert natural == [43, 17.2, 10, 17.2, 7]
    for n_frames in (0, 1, 3, 50, 94, 400):
        shares = share_out(natural, n_frames)
        assert sum(shares) == n_frames and min(shares) >= 0
        for end, natural_end in zip(accumulate(shares), accumulate(natural), strict=True):
            assert abs(end - natural_end * n_frames / sum(natural)) <= 0.5
    assert wanted_tokens([3, 1], 172) == [75, 25]


def test_pauses_give_way_before_speech() -> None:
    speech = torch.arange(100, 140)
    pause = torch.full((20,), QUIET_CODES[0])
    codes = torch.cat([speech[:20], pause, speech[20:]])
    natural = frames_of(len(codes))
    for n_frames in (1, 10, 60, natural - 20, natural, natural + 40, natural + 69, 400):
        source = spread(codes, n_frames)
        assert source.shape == (n_frames,)
        assert 0 <= int(source.min()) and int(source.max()) < len(codes)
        assert (source.diff() >= 0).all()
        n_speech = int((codes[source] != QUIET_CODES[0]).sum())
        if natural - 20 <= n_frames <= natural + 68:  # the pause, 34 frames, may have 14 to 103
            assert abs(n_speech - frames_of(40)) <= 2
    torch.testing.assert_close(spread(codes, natural), even_spread(len(codes), natural))
    for alike in (speech, pause):
        torch.testing.assert_close(spread(alike, 90), even_spread(len(alike), 90))


@torch.inference_mode()
def test_the_gpt_is_told_the_length_and_the_nearer_take_is_kept() -> None:
    torch.manual_seed(3)
    gpt = GPT(gpt_config(tiny_official.CONFIG["gpt"])).eval()
    for weights in gpt.parameters():
        if weights.dim() > 1:
            torch.nn.init.normal_(weights)  # large, so that a told length changes what is said
    latents, emotion, text = torch.randn(1, 32, 16), torch.randn(1, 16), torch.tensor([[5, 6, 7]])
    decoding = Decoding(Sampling(n_beams=1, repetition_penalty=1.0, top_p=1.0), max_codes=40)

    def said(wanted: int | None, policy: LengthPolicy) -> Decoded:
        generator = torch.Generator().manual_seed(0)
        return say(gpt, latents, emotion, text, wanted, decoding=decoding, policy=policy, generator=generator)

    def codes(wanted: int | None, policy: LengthPolicy) -> list[int]:
        return said(wanted, policy).codes.tolist()

    trusting = LengthPolicy(tolerance=1e9)
    free = codes(None, trusting)
    lengths = range(2, 40, 4)
    assert all(codes(n, LengthPolicy(slot=None)) == free for n in lengths)
    assert len({tuple(codes(n, trusting)) for n in lengths}) > 1
    assert any(codes(n, trusting) != codes(n, replace(trusting, slot=1)) for n in lengths)
    for n in lengths:
        few, many = (said(n, LengthPolicy(slot=None, tolerance=0.0, free_takes=k)) for k in (1, 4))
        assert (not many.stopped, abs(len(many.codes) - n)) <= (not few.stopped, abs(len(few.codes) - n))
        guided, kept = said(n, trusting), said(n, LengthPolicy(tolerance=0.0))
        if guided.stopped:
            assert kept.stopped and abs(len(kept.codes) - n) <= abs(len(guided.codes) - n)


# ---- what a text may hold beside words -------------------------------------------------------------------------------


def silences(audio: Audio) -> list[int]:
    """Lengths of all runs of samples that are exactly zero, of a tenth of a second or more."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (audio == 0).astype(np.int8), [0]])))
    return [int(n) for n in edges[1::2] - edges[::2] if n > 2_205]


@pytest.mark.parametrize("n_samples", [None, 30_000])
def test_a_pause_is_silence_of_its_length_within_the_lines(
    voice: Synthesizer, request_: RenderRequest, n_samples: int | None
) -> None:
    request = replace(request_, text="Who? [pause 0.5] Me!", rate=22_050, n_samples=n_samples)
    audio = spoken(voice, request)
    (silence,) = silences(audio)
    assert silence == pytest.approx(0.5 * 22_050, abs=256)
    assert n_samples is None or len(audio) == n_samples
    with pytest.raises(BadTextError, match="no time for the words"):
        voice.render(replace(request, n_samples=9_000))


def test_phrases_of_a_guide_take_are_followed(voice: Synthesizer, request_: RenderRequest) -> None:
    guide = (Phrase(0.2, 0.6), Phrase(1.1, 1.6))
    request = replace(request_, text="Who jumps, over me?", rate=22_050, n_samples=2 * 22_050, phrases=guide)
    rendering = voice.render(request)
    audio = np.concatenate(list(rendering.blocks))
    frame_s = 256 / 22_050
    for phrase, wanted in zip(rendering.plan.phrases, guide, strict=True):
        assert (phrase.start_s, phrase.end_s) == pytest.approx((wanted.start_s, wanted.end_s), abs=frame_s)
    assert silences(audio) == pytest.approx([0.2 * 22_050, 0.5 * 22_050, 0.4 * 22_050], abs=300)


def test_words_of_the_dictionary_are_read_as_they_are_said(voice: Synthesizer, request_: RenderRequest) -> None:
    own = Pronunciations({"gif": "jumps", "cuevox": "{ʤˈʌmps}"})
    request = replace(request_, n_samples=10_000)
    plain = spoken(voice, replace(request, text="Who jumps?"))
    np.testing.assert_array_equal(spoken(voice, replace(request, text="Who GIF?", pronunciations=own)), plain)
    as_written = voice.render(replace(request, text="Who Cuevox?"))
    respelled = voice.render(replace(request, text="Who Cuevox?", pronunciations=own))
    assert not any("letters" in warning for warning in as_written.plan.warnings)
    assert any("'jumps'" in warning for warning in respelled.plan.warnings)
    np.testing.assert_array_equal(np.concatenate(list(respelled.blocks)), plain)


# ---- the same again, and what changes it ----------------------------------------------------------------------------


def test_the_same_request_gives_the_same_samples(voice: Synthesizer, request_: RenderRequest) -> None:
    first = spoken(voice, request_)
    torch.manual_seed(99)  # whatever else draws numbers
    np.testing.assert_array_equal(spoken(voice, request_), first)
    assert not np.array_equal(spoken(voice, replace(request_, seed=8))[:1000], first[:1000])


def test_two_lines_at_once_do_not_disturb_each_other(voice: Synthesizer, request_: RenderRequest) -> None:
    alone = spoken(voice, request_)
    one, other = voice.render(request_), voice.render(replace(request_, seed=8))
    blocks = [next(one.blocks), *(block for block, _ in zip(one.blocks, other.blocks, strict=False))]
    blocks += list(one.blocks)
    np.testing.assert_array_equal(np.concatenate(blocks)[: len(blocks[0])], alone[: len(blocks[0])])


def test_another_timbre_speaks_otherwise(voice: Synthesizer, request_: RenderRequest) -> None:
    other = replace(request_, timbre=voice.encode_timbre(clip(3), PROMPT_RATE), n_samples=20_000)
    assert other.timbre.key != request_.timbre.key
    assert not np.array_equal(spoken(voice, other), spoken(voice, replace(request_, n_samples=20_000)))


# ---- emotion --------------------------------------------------------------------------------------------------------


def test_an_emotion_clip_is_a_direction_of_its_own(voice: Synthesizer, request_: RenderRequest) -> None:
    emotion = voice.encode_emotion(clip(2), PROMPT_RATE)
    assert not any(emotion.weights) and emotion.prompt is not None
    request = replace(request_, n_samples=20_000)
    plain = spoken(voice, request)
    assert not np.array_equal(spoken(voice, replace(request, emotion=emotion)), plain)
    np.testing.assert_array_equal(spoken(voice, replace(request, emotion=emotion.scaled(0.0))), plain)
    assert emotion.scaled(0.5).scaled(0.5) == Emotion(prompt=replace(emotion.prompt, weight=0.25))
    assert emotion == voice.encode_emotion(clip(2), PROMPT_RATE)
    assert emotion != voice.encode_emotion(clip(3), PROMPT_RATE)


def test_weights_change_what_is_said(voice: Synthesizer, request_: RenderRequest) -> None:
    request = replace(request_, n_samples=20_000)
    plain = spoken(voice, request)
    for i in range(len(EMOTIONS)):
        weights = tuple(float(i == k) for k in range(len(EMOTIONS)))
        assert not np.array_equal(spoken(voice, replace(request, emotion=Emotion(weights))), plain)
    assert voice.emotion_from_text("I am so happy!").weights[0] > 0


def test_an_emotion_of_another_model_is_refused(voice: Synthesizer, request_: RenderRequest) -> None:
    strange = Emotion(prompt=EmotionPrompt("k", np.zeros(5, np.float32)))
    with pytest.raises(BadPromptError, match="encode its clip again"):
        voice.render(replace(request_, emotion=strange))


# ---- prompts and texts ----------------------------------------------------------------------------------------------


def test_a_timbre_holds_what_every_stage_needs(voice: Synthesizer, timbre: Timbre) -> None:
    assert {name: array.shape for name, array in timbre.tensors.items()} == {
        "latents": (32, 16),
        "emotion": (16,),
        "speaker": (192,),
        "mel": (80, 129),
        "condition": (129, 16),
    }
    assert all(array.dtype == np.float32 for array in timbre.tensors.values())
    assert voice.encode_timbre(clip(1), PROMPT_RATE).key == timbre.key


def test_only_the_first_seconds_of_a_prompt_are_heard(voice: Synthesizer) -> None:
    long = clip(1, LONGEST_S + 1)
    whole, cut = (voice.encode_timbre(a, PROMPT_RATE) for a in (long, long[: round(LONGEST_S * PROMPT_RATE)]))
    np.testing.assert_allclose(whole.tensors["mel"][:, :-3], cut.tensors["mel"][:, :-3], atol=1e-3)


@pytest.mark.parametrize(
    ("audio", "told"),
    [
        (np.zeros(PROMPT_RATE * 3, np.float32), "0.0 s of sound"),
        (clip(1, 0.5), "0.5 s of sound"),
        (np.full(PROMPT_RATE * 3, np.nan, np.float32), "not numbers"),
    ],
)
def test_a_prompt_without_a_voice_is_refused(voice: Synthesizer, audio: Audio, told: str) -> None:
    for encode in (voice.encode_timbre, voice.encode_emotion):
        with pytest.raises(BadPromptError, match=told):
            encode(audio, PROMPT_RATE)


def test_a_timbre_of_another_model_is_refused(voice: Synthesizer, request_: RenderRequest) -> None:
    with pytest.raises(BadPromptError, match="encode its clip again"):
        voice.render(replace(request_, timbre=Timbre("k", {"speaker": np.zeros(8, np.float32)})))


@pytest.mark.parametrize("text", ["", "  ", "...", "?!"])
def test_nothing_to_speak(voice: Synthesizer, request_: RenderRequest, text: str) -> None:
    with pytest.raises(BadTextError):
        voice.render(replace(request_, text=text))


def test_a_full_device_is_told_and_the_next_line_is_spoken(
    voice: Synthesizer, request_: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **options: object) -> NoReturn:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    request = replace(request_, n_samples=20_000)
    with monkeypatch.context() as patch:
        patch.setattr(GPT, "prefix", full)
        with pytest.raises(OutOfMemoryError, match=r"for the GPT .*2 GiB.*split the line"):
            voice.render(request)
    with monkeypatch.context() as patch:
        patch.setattr(BigVGAN, "forward", full)
        with pytest.raises(OutOfMemoryError, match="vocoder"):
            spoken(voice, request)
    assert len(spoken(voice, request)) == 20_000


def test_a_voice_makes_do_with_less_memory_first_in_smaller_windows_then_on_the_cpu(
    folder: Path, voice: Synthesizer, request_: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The errors are the device's own, raised where it would raise them; only the device stands in."""
    model = OfficialModel.load(folder, OPTIONS, torch.device("cpu"))  # its own: it is changed for good
    voice, request, spoken_by = Synthesizer(model), replace(request_, n_samples=20_000), BigVGAN.forward

    def too_large(vocoder: BigVGAN, mel: torch.Tensor) -> torch.Tensor:
        if model.windows != SMALL_WINDOWS:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return spoken_by(vocoder, mel)

    whole = spoken(voice, request)
    with monkeypatch.context() as patch:
        patch.setattr(BigVGAN, "forward", too_large)
        with pytest.raises(OutOfMemoryError):
            spoken(voice, request)
        assert "smaller pieces" in voice.make_do()
        assert len(spoken(voice, request)) == 20_000
    model._device = torch.device("cuda")  # as it would be where the next error comes from
    assert "on the CPU" in voice.make_do()
    assert model._device == model._stages.gpt.speed_emb.weight.device == torch.device("cpu")
    assert len(spoken(voice, request)) == len(whole) == 20_000
    assert voice.make_do() == ""


def test_the_model_id_tells_weights_apart(folder: Path, voice: Synthesizer, tmp_path: Path) -> None:
    assert voice.model_id == f"indextts-2-{OfficialCheckpoint(folder).fingerprint()}"
    tiny_official.write(tmp_path, seed=1)
    assert OfficialCheckpoint(tmp_path).fingerprint() != OfficialCheckpoint(folder).fingerprint()


# ---- streaming ------------------------------------------------------------------------------------------------------


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
