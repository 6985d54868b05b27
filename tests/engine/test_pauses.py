"""The voice that ships: pauses to the frame, phrases where a guide has them, words that the user spells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio import read_clip
from engine.errors import BadTextError
from engine.pronunciation import Pronunciations
from engine.synthesizer import Synthesizer
from engine.types import Audio, Emotion, Phrase, RenderRequest

PRESETS = Path(__file__).parents[2] / "presets" / "timbre"
RATE = 24_000  # the vocoder's own: silence stays silence


@pytest.fixture(scope="module")
def voice() -> Iterator[Synthesizer]:
    yield Synthesizer.load()


@pytest.fixture(scope="module")
def request_(voice: Synthesizer) -> RenderRequest:
    return RenderRequest(
        "Wait. [pause 0.5] Now!", voice.encode_timbre(*read_clip(PRESETS / "mara.flac")), Emotion(), 7, RATE
    )


def spoken(voice: Synthesizer, request: RenderRequest) -> Audio:
    return np.concatenate(list(voice.render(request).blocks))


def longest_silence_s(audio: Audio) -> float:
    """Of samples that are exactly zero."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (audio == 0).astype(np.int8), [0]])))
    return float((edges[1::2] - edges[::2]).max()) / RATE


@pytest.mark.parametrize("seconds", [None, 2.2])
def test_a_pause_lasts_as_long_as_it_says_and_counts_in_the_length(
    voice: Synthesizer, request_: RenderRequest, seconds: float | None
) -> None:
    n_samples = None if seconds is None else round(seconds * RATE)
    rendering = voice.render(replace(request_, n_samples=n_samples))
    audio = np.concatenate(list(rendering.blocks))
    assert len(audio) == rendering.plan.n_samples == (n_samples or len(audio))
    assert longest_silence_s(audio) == pytest.approx(0.5, abs=0.01)
    first, second = rendering.plan.words
    assert first.end_s <= second.start_s - 0.5 + 0.03
    silent = round((second.start_s - 0.1) * RATE)
    assert not audio[silent - 1000 : silent].any()


def test_speed_leaves_a_pause_as_it_is(voice: Synthesizer, request_: RenderRequest) -> None:
    natural, fast = voice.render(request_).plan, voice.render(replace(request_, speed=1.25)).plan
    assert (fast.n_samples / RATE - 0.5) * 1.25 == pytest.approx(natural.n_samples / RATE - 0.5, abs=0.001)


def test_silence_may_stand_at_both_ends(voice: Synthesizer, request_: RenderRequest) -> None:
    audio = spoken(voice, replace(request_, text="[pause 0.3] Now! [pause 400ms]"))
    heard = np.flatnonzero(audio)
    assert heard[0] / RATE == pytest.approx(0.3, abs=0.01)
    assert (len(audio) - heard[-1]) / RATE == pytest.approx(0.4, abs=0.015)


def test_pauses_without_time_or_words_are_refused(voice: Synthesizer, request_: RenderRequest) -> None:
    with pytest.raises(BadTextError, match="no time for the words"):
        voice.render(replace(request_, n_samples=RATE // 2))
    with pytest.raises(BadTextError, match="nothing to speak"):
        voice.render(replace(request_, text="[pause 1] ..."))


def test_a_line_with_pauses_is_the_same_alone_and_in_company(voice: Synthesizer, request_: RenderRequest) -> None:
    other = replace(request_, text="Nobody leaves.", seed=9)
    alone, (one, _) = voice.render_many([request_])[0], voice.render_many([request_, other])
    assert not isinstance(alone, Exception) and not isinstance(one, Exception)
    assert np.array_equal(np.concatenate(list(alone.blocks)), np.concatenate(list(one.blocks)))


def test_phrases_of_a_guide_take_are_followed(voice: Synthesizer, request_: RenderRequest) -> None:
    guide = (Phrase(0.2, 0.9), Phrase(1.5, 2.6))
    asked = replace(request_, text="Not yet, we wait for the others.", n_samples=3 * RATE, phrases=guide)
    rendering = voice.render(asked)
    audio = np.concatenate(list(rendering.blocks))
    assert rendering.plan.phrases == guide
    assert len(audio) == 3 * RATE
    for start_s, end_s in ((0.0, 0.2), (0.9, 1.5), (2.6, 3.0)):
        assert not audio[round(start_s * RATE) : round(end_s * RATE) - 1].any()
    assert [w.word for w in rendering.plan.words if w.start_s < 1.2] == ["Not", "yet"]


def test_a_word_of_the_dictionary_takes_its_own_time(voice: Synthesizer, request_: RenderRequest) -> None:
    asked = replace(request_, text="Say GIF.")
    own = Pronunciations({"gif": "graphics interchange format"})
    longer = voice.render(replace(asked, pronunciations=own)).plan
    assert longer.n_samples > 1.5 * voice.render(asked).plan.n_samples
    assert [w.word for w in longer.words] == ["Say", "GIF"]
