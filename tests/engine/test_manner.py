"""Emotion held to its measure: neutral is left as it is, movements are exact in the pitch that is asked for."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from engine import checkpoint
from engine.checkpoint import Settled
from engine.embedded_model import pitch_of
from engine.errors import BadCheckpointError
from engine.manner import Manner, manner_of
from engine.packed import is_there, pack
from engine.prompt import PITCH_HZ
from engine.s2m import Foretold
from tests.engine.tiny import fresh_voice

MANNERS = {"happy": Manner(octaves=0.1, spread=0.2, level_db=1.0, pace=0.05), "calm": Manner(octaves=-0.1)}


def test_neutral_is_left_as_it_is_and_emotions_add_up() -> None:
    assert manner_of(MANNERS, [0.0] * 8) == Manner()
    assert manner_of(MANNERS, [0.5, *[0.0] * 6, 1.0]) == Manner(octaves=-0.05, spread=0.1, level_db=0.5, pace=0.025)


def test_pitch_moves_by_its_octaves_and_spreads_around_the_base() -> None:
    octave = torch.tensor([[0.5, -0.5, 0.2]])
    foretold = Foretold(torch.zeros(1, 1, 3), torch.zeros(1, 1, 3), octave, torch.tensor([[1.0, 1.0, -1.0]]))
    plain = pitch_of(foretold, 0.0, Manner())
    moved = pitch_of(foretold, 0.0, Manner(octaves=0.25, spread=math.log(2)))
    assert plain[0, 2] == moved[0, 2] == 0  # unvoiced
    above = torch.log2(plain[0, :2] / PITCH_HZ)
    torch.testing.assert_close(torch.log2(moved[0, :2] / PITCH_HZ), 2 * above + 0.25)


def test_what_was_settled_comes_back(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, *fresh_voice())
    assert checkpoint.load_settled(tmp_path) == Settled(tmp_path.name)
    checkpoint.save_settled(tmp_path, Settled("other-2", MANNERS))
    assert checkpoint.load_settled(tmp_path) == Settled("other-2", MANNERS)
    checkpoint.load(tmp_path)  # the stages do not mind


def test_manners_of_unknown_emotions_are_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, *fresh_voice())
    checkpoint.save_settled(tmp_path, Settled("x", {"bored": Manner()}))
    with pytest.raises(BadCheckpointError, match="bored"):
        checkpoint.load_settled(tmp_path)


@pytest.mark.skipif(not is_there(), reason="this build of torch has no FBGEMM")
@torch.inference_mode()
def test_packed_weights_give_the_same_latents() -> None:
    t2s, *_ = fresh_voice()
    for parameter in t2s.gpt.parameters():  # as they are on disk
        parameter.copy_(parameter.half().float())
    x = torch.randn(1, 5, 16)
    before = t2s.gpt(x)
    pack(t2s.gpt)
    torch.testing.assert_close(t2s.gpt(x), before, atol=1e-5, rtol=1e-5)
