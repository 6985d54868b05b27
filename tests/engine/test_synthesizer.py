"""The voice that ships: exact lengths that speech fills, the same samples again, who speaks and how."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio import read_clip, speech_bounds
from engine.embedded_model import WINDOWS, EmbeddedModel
from engine.errors import BadTextError
from engine.exact_length import STRETCH
from engine.prompt import pitch
from engine.synthesizer import Synthesizer
from engine.types import EMOTIONS, Audio, Emotion, RenderRequest

PRESETS = Path(__file__).parents[2] / "presets" / "timbre"
LINE = "Keep walking, and do not look behind you."
RATE = 48_000


@pytest.fixture(scope="module")
def voice() -> Iterator[Synthesizer]:
    yield Synthesizer.load()


@pytest.fixture(scope="module")
def request_(voice: Synthesizer) -> RenderRequest:
    return RenderRequest(LINE, voice.encode_timbre(*read_clip(PRESETS / "mara.flac")), Emotion(), 7, RATE)


def spoken(voice: Synthesizer, request: RenderRequest) -> Audio:
    return np.concatenate(list(voice.render(request).blocks))


def silence_s(audio: Audio) -> float:
    """Leading and trailing silence together."""
    first, end = speech_bounds(audio, RATE)
    return (first + len(audio) - end) / RATE


@pytest.mark.parametrize("stretch", [0.75, 0.9, 1.0, 1.1, 1.25])
def test_speech_fills_the_exact_length(voice: Synthesizer, request_: RenderRequest, stretch: float) -> None:
    n_samples = round(voice.render(request_).plan.natural_samples * stretch) + 1  # no round number of frames
    rendering = voice.render(replace(request_, n_samples=n_samples))
    audio = np.concatenate(list(rendering.blocks))
    assert len(audio) == rendering.plan.n_samples == n_samples
    assert rendering.plan.stretch == pytest.approx(stretch, abs=0.001)
    assert rendering.plan.warnings == () or stretch in STRETCH
    assert np.isfinite(audio).all()
    assert silence_s(audio) < 0.08


@pytest.mark.parametrize(
    ("text", "seconds", "rate"),
    [
        ("Wait.", 0.6, 48_000),
        ("Somebody has been reading my letters.", 2.4, 44_100),
        ("Nobody leaves. " * 14, 20.0, 96_000),
        ("We go.", 1.00003, 16_000),
    ],
)
def test_every_length_is_exact_at_every_rate(
    voice: Synthesizer, request_: RenderRequest, text: str, seconds: float, rate: int
) -> None:
    n_samples = round(seconds * rate)
    audio = spoken(voice, replace(request_, text=text, n_samples=n_samples, rate=rate))
    assert len(audio) == n_samples
    assert audio.dtype == np.float32
    assert np.abs(audio).max() <= 1


def test_a_length_that_no_one_would_speak_is_made_with_a_warning_that_says_the_factor(
    voice: Synthesizer, request_: RenderRequest
) -> None:
    for seconds in (0.8, 9.0):
        rendering = voice.render(replace(request_, n_samples=round(seconds * RATE)))
        (warning,) = rendering.plan.warnings
        assert f"{rendering.plan.stretch:.2f}" in warning
        assert "0.75 to 1.25" in warning
        assert sum(map(len, rendering.blocks)) == round(seconds * RATE)


def test_the_same_request_gives_the_same_samples_and_another_seed_another_take(
    voice: Synthesizer, request_: RenderRequest
) -> None:
    one, again = spoken(voice, request_), spoken(Synthesizer.load(), request_)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, spoken(voice, replace(request_, seed=8)))


def test_the_first_block_comes_long_before_the_last(voice: Synthesizer, request_: RenderRequest) -> None:
    text = "The signal came from somewhere under the ice. " * 3
    began = time.perf_counter()
    blocks = voice.render(replace(request_, text=text)).blocks
    next(blocks)
    first_s = time.perf_counter() - began
    list(blocks)
    assert first_s < 0.5 * (time.perf_counter() - began)


def test_the_vocoder_hears_across_the_joins_as_far_as_it_counts(
    voice: Synthesizer, request_: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = EmbeddedModel.load()
    near = spoken(voice, request_)
    monkeypatch.setattr(model, "frames", replace(model.frames, reach=100))  # as far as it ever hears
    far = spoken(Synthesizer(model), request_)
    assert len(list(WINDOWS.over(round(len(near) / RATE / model.frames.seconds)))) > 2  # joins
    assert 0 < np.abs(near - far).max() < 1e-4


def test_speed_changes_the_length(voice: Synthesizer, request_: RenderRequest) -> None:
    natural = voice.render(request_).plan.n_samples
    fast = voice.render(replace(request_, speed=1.25)).plan
    assert fast.n_samples == pytest.approx(natural / 1.25, abs=2)
    assert fast.stretch == pytest.approx(0.8, abs=0.01)


def test_words_lie_in_order_inside_the_clip(voice: Synthesizer, request_: RenderRequest) -> None:
    plan = voice.render(replace(request_, n_samples=3 * RATE)).plan
    assert [w.word.strip(",.").lower() for w in plan.words] == LINE.lower().replace(",", "").rstrip(".").split()
    for word, following in zip(plan.words, plan.words[1:], strict=False):
        assert 0 <= word.start_s < word.end_s <= plan.n_samples / RATE
        assert word.start_s <= following.start_s


def test_phonemes_follow_each_other_without_gaps_and_lie_in_their_words(
    voice: Synthesizer, request_: RenderRequest
) -> None:
    plan = voice.render(replace(request_, n_samples=3 * RATE)).plan
    assert [p.phoneme for p in plan.phonemes][:4] == ["k", "ˈi", "p", ""]
    assert plan.phonemes[0].phoneme and plan.phonemes[-1].phoneme
    for phoneme, following in zip(plan.phonemes, plan.phonemes[1:], strict=False):
        assert phoneme.start_s < phoneme.end_s == following.start_s
        assert phoneme.phoneme or following.phoneme, "one pause is one"
    for phoneme in plan.phonemes:
        in_a_word = any(w.start_s <= phoneme.start_s and phoneme.end_s <= w.end_s for w in plan.words)
        assert in_a_word or not phoneme.phoneme, phoneme


def _pitch_hz(audio: Audio) -> float:
    low = audio[: len(audio) // 2 * 2].reshape(-1, 2).mean(axis=1)
    f0 = pitch(low, len(low) // 240)
    return float(np.exp(np.log(f0[f0 > 0]).mean()))


def test_timbres_have_their_own_pitch(voice: Synthesizer, request_: RenderRequest) -> None:
    heard = {
        name: _pitch_hz(
            spoken(voice, replace(request_, timbre=voice.encode_timbre(*read_clip(PRESETS / f"{name}.flac"))))
        )
        for name in ("ines", "mara", "brand", "vale")
    }
    assert min(heard["ines"], heard["mara"]) > 1.25 * max(heard["brand"], heard["vale"])


def test_a_voice_is_brought_closer_to_its_clip_and_one_that_was_encoded_without_is_spoken_too(
    voice: Synthesizer, request_: RenderRequest
) -> None:
    tensors = dict(request_.timbre.tensors)
    np.testing.assert_array_equal(
        voice.speaker_embedding(*read_clip(PRESETS / "mara.flac")), tensors["speaker"], strict=True
    )
    del tensors["turn"], tensors["shift"]
    closer, plain = (
        spoken(voice, replace(request_, timbre=replace(request_.timbre, tensors=t)))
        for t in (request_.timbre.tensors, tensors)
    )
    assert len(closer) == len(plain) and not np.array_equal(closer, plain)


def test_emotions_are_heard(voice: Synthesizer, request_: RenderRequest) -> None:
    def with_emotion(name: str) -> RenderRequest:
        return replace(request_, emotion=Emotion(tuple(0.9 * (name == e) for e in EMOTIONS)))

    hz = {name: _pitch_hz(spoken(voice, with_emotion(name))) for name in ("afraid", "surprised", "sad", "melancholic")}
    assert min(hz["afraid"], hz["surprised"]) > 1.1 * max(hz["sad"], hz["melancholic"])
    slow, quick = (voice.render(with_emotion(name)).plan.natural_samples for name in ("melancholic", "afraid"))
    assert slow > 1.2 * quick


def test_an_emotion_clip_is_heard_as_its_emotion(voice: Synthesizer, request_: RenderRequest) -> None:
    excited = spoken(voice, replace(request_, emotion=Emotion((0, 0, 0, 0, 0, 0, 1.0, 0))))
    gloomy = spoken(voice, replace(request_, emotion=Emotion((0, 0, 0, 0, 0, 1.0, 0, 0))))
    high, low = (voice.encode_emotion(audio, RATE).weights for audio in (excited, gloomy))
    lively, quiet = (0, 1, 3, 6), (2, 4, 5, 7)
    assert sum(high[i] for i in lively) > sum(low[i] for i in lively)
    assert sum(low[i] for i in quiet) > sum(high[i] for i in quiet)


def test_nothing_to_speak_is_an_error(voice: Synthesizer, request_: RenderRequest) -> None:
    with pytest.raises(BadTextError):
        voice.render(replace(request_, text="..."))
