"""Laws of rendering: exact counts for every length, the same samples again, windows that cover a line once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import speech_planner
from engine.embedded_decoding import parts_for
from engine.embedded_model import WINDOWS, EmbeddedAcoustics, EmbeddedStages, Voice
from engine.renderer import piece_blocks
from engine.speech_model import Frames
from tests.engine.tiny import S2M_TINY, T2S_TINY, tiny_voice

EMOTION = torch.zeros(1, 8)


def _render(n_frames: int, seed: int = 1, n_parts: int = 1) -> list[np.ndarray]:
    t2s, s2m, vocoder = tiny_voice()
    ids = torch.tensor([[0, 20, 9, 12, 30, 0]])
    natural = speech_planner.plan(t2s, ids, EMOTION)
    each_s = n_frames * 0.01 / n_parts
    plans = [speech_planner.fit(t2s, natural, EMOTION, each_s) for _ in range(n_parts)]
    voice = Voice(torch.randn(1, S2M_TINY.speaker_dim, generator=torch.Generator().manual_seed(0)), 0.0)
    parts = parts_for(plans, T2S_TINY.token_s)
    piece = EmbeddedAcoustics(EmbeddedStages(t2s, s2m, vocoder), voice, EMOTION, parts, n_frames, seed)
    config = vocoder.config
    return list(piece_blocks(piece, Frames(config.rate, config.hop, config.reach), WINDOWS))


@pytest.mark.parametrize("n_frames", [5, 60, 83, 119, 121, 240, 415])
def test_a_line_has_a_hop_a_frame(n_frames: int) -> None:
    blocks = _render(n_frames)
    assert sum(len(b) for b in blocks) == n_frames * 240
    assert all(b.dtype == np.float32 and np.isfinite(b).all() and np.abs(b).max() <= 1 for b in blocks)


def test_sound_comes_before_the_line_is_done() -> None:
    blocks = _render(600)
    assert len(blocks) >= 3
    assert len(blocks[0]) < 240 * 80


def test_the_same_seed_gives_the_same_samples_and_another_seed_others() -> None:
    one, again, other = (np.concatenate(_render(150, seed)) for seed in (3, 3, 4))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_line_of_several_parts_is_one_line() -> None:
    assert sum(len(b) for b in _render(240, n_parts=3)) == 240 * 240


@given(st.integers(1, 30_000))
@settings(max_examples=200)
def test_windows_cover_a_line_once_and_in_order(n_frames: int) -> None:
    at = 0
    for first, end in WINDOWS.over(n_frames):
        assert first == at < end
        at = end
    assert at == n_frames


@given(st.floats(0.3, 20.0))
@settings(max_examples=50, deadline=None)
def test_a_plan_lasts_as_long_as_it_is_asked_to(total_s: float) -> None:
    t2s = tiny_voice()[0]
    natural = speech_planner.plan(t2s, torch.tensor([[0, 20, 9, 1, 12, 0]]), EMOTION)
    fitted = speech_planner.fit(t2s, natural, EMOTION, total_s)
    assert fitted.total_s == pytest.approx(total_s, abs=1e-4)
    assert (fitted.seconds > 0).all()
    ends = (speech_planner.LEAD_S, speech_planner.TAIL_S)
    assert (float(fitted.seconds[0, 0]), float(fitted.seconds[0, -1])) == pytest.approx(ends)
    (part,) = parts_for([fitted], T2S_TINY.token_s)
    assert part.n_tokens * T2S_TINY.token_s >= total_s - 1e-4 > (part.n_tokens - 1) * T2S_TINY.token_s - 2e-4


def test_marks_at_the_ends_of_a_line_take_no_time() -> None:
    t2s = tiny_voice()[0]
    ids = [0, *(T2S_TINY.alphabet.index(p) + 1 for p in '"nˈO!"'), 0]
    line = speech_planner.plan(t2s, torch.tensor([ids]), EMOTION)
    assert float(line.seconds[0, :2].sum()) == pytest.approx(speech_planner.LEAD_S)
    assert float(line.seconds[0, 5:].sum()) == pytest.approx(speech_planner.TAIL_S)


def test_a_part_that_others_follow_ends_in_a_pause_that_stretches_with_it() -> None:
    t2s = tiny_voice()[0]
    natural = speech_planner.plan(t2s, torch.tensor([[0, 20, 9, 12, 0]]), EMOTION, pause_s=0.3)
    assert float(natural.seconds[0, -1]) == pytest.approx(0.3 + speech_planner.TAIL_S)
    twice = speech_planner.fit(t2s, natural, EMOTION, 2 * natural.total_s)
    assert twice.total_s == pytest.approx(2 * natural.total_s, abs=1e-4)
    ends = speech_planner.LEAD_S + speech_planner.TAIL_S
    stretch = (twice.total_s - ends) / (natural.total_s - ends)
    assert float(twice.seconds[0, -1]) == pytest.approx(0.3 * stretch + speech_planner.TAIL_S, abs=1e-4)
