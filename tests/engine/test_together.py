"""Many lines at once: each becomes what it becomes by itself, in whatever company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import speech_planner
from engine.audio import read_clip
from engine.embedded_decoding import EmbeddedOptions, decode, parts_for
from engine.errors import BadTextError
from engine.synthesizer import Synthesizer
from engine.together import MOST_ROWS, Decoding, decode_together, groups, rows_agree
from engine.types import Audio, Emotion, Rendering, RenderRequest
from tests.engine.tiny import T2S_TINY, tiny_voice

PRESETS = Path(__file__).parents[2] / "presets" / "timbre"
TEXTS = ("Wait.", "Go on, we follow.", "No!", "Hold it.", "Stay low.")


def _decodings(lengths_s: Sequence[Sequence[float]]) -> list[Decoding]:
    """Lines of parts of these lengths, each with a seed of its own."""
    t2s, emotion = tiny_voice()[0], torch.zeros(1, 8)
    natural = speech_planner.plan(t2s, torch.tensor([[0, 20, 9, 12, 30, 0]]), emotion)
    return [
        Decoding(
            parts_for([speech_planner.fit(t2s, natural, emotion, s) for s in parts_s], T2S_TINY.token_s),
            emotion,
            torch.Generator().manual_seed(seed),
        )
        for seed, parts_s in enumerate(lengths_s)
    ]


def test_lines_of_all_lengths_and_parts_say_what_they_say_alone() -> None:
    t2s, options = tiny_voice()[0], EmbeddedOptions()
    lengths_s = [(0.3,), (0.5, 0.2, 0.4), (0.08,), (0.8,), (0.3, 0.4), (0.3,)]
    together = decode_together(t2s, _decodings(lengths_s), options)
    for line, steps in zip(_decodings(lengths_s), together, strict=True):
        alone = list(decode(t2s, line.parts, line.emotion, options, line.generator))
        assert [int(code) for code, _ in steps] == [int(code) for code, _ in alone]
        torch.testing.assert_close(torch.cat([x for _, x in steps]), torch.cat([x for _, x in alone]))


@given(st.lists(st.integers(1, 9_000), max_size=60))
@settings(max_examples=100)
def test_groups_hold_every_line_once_the_longest_first(lengths: list[int]) -> None:
    made = list(groups(lengths))
    flat = [place for group in made for place in group]
    assert sorted(flat) == list(range(len(lengths)))
    assert [lengths[i] for i in flat] == sorted(lengths, reverse=True)
    assert all(1 <= len(group) <= MOST_ROWS for group in made)


@pytest.fixture(scope="module")
def voice() -> Synthesizer:
    return Synthesizer.load()


@pytest.fixture(scope="module")
def requests(voice: Synthesizer) -> list[RenderRequest]:
    timbre = voice.encode_timbre(*read_clip(PRESETS / "mara.flac"))
    return [RenderRequest(text, timbre, Emotion(), seed, 48_000) for seed, text in enumerate(TEXTS)]


def _audio(rendering: Rendering | Exception) -> Audio:
    assert isinstance(rendering, Rendering)
    audio = np.concatenate(list(rendering.blocks))
    assert len(audio) == rendering.plan.n_samples
    return audio


def test_a_line_becomes_the_same_samples_in_any_company(voice: Synthesizer, requests: list[RenderRequest]) -> None:
    """Bit for bit, wherever this runs: a machine whose rows do not agree decodes them one by one."""
    first, longer, *_ = voice.render_many(requests)
    assert np.array_equal(_audio(first), _audio(voice.render_many(requests[:1])[0]))
    assert np.array_equal(_audio(longer), _audio(voice.render_many([requests[2], requests[1]])[1]))


def test_a_machine_whose_rows_do_not_agree_renders_them_as_ever(
    voice: Synthesizer, requests: list[RenderRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice._model, "_rows_agree", False)
    assert np.array_equal(_audio(voice.render_many(requests[:1])[0]), _audio(voice.render(requests[0])))


def test_a_bad_line_among_good_ones_is_an_error_of_its_own(voice: Synthesizer, requests: list[RenderRequest]) -> None:
    bad = replace(requests[0], text="...")
    error, good = voice.render_many([bad, requests[0]])
    assert isinstance(error, BadTextError)
    assert len(_audio(good)) > 0
    assert voice.render_many([]) == []


def test_looking_whether_rows_agree_sees_a_row_that_depends_on_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    t2s = tiny_voice()[0]
    logits = type(t2s).logits
    monkeypatch.setattr(type(t2s), "logits", lambda self, latents: logits(self, latents) + latents.mean() * 1e-3)
    assert not rows_agree(t2s)
