"""Clips to learn from: what speaks against one is found, and a good one is let through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.clip_check import (
    SEVERAL_VOICES,
    check_clip,
    cut_clip,
    read_part,
    several_voices,
    voices_apart,
)
from bridge.preset_store import SHIPPED
from engine.audio import resample
from engine.synthesizer import Synthesizer
from engine.types import Audio
from tests.fakes import FakeSynthesizer

RATE = 24_000


def voice_of(name: str) -> Audio:
    audio, rate = read_part(SHIPPED / "timbre" / f"{name}.flac")
    return resample(audio, rate, RATE)


@pytest.fixture(scope="module")
def mara() -> Audio:
    return voice_of("mara")


@pytest.mark.parametrize("clip", sorted((SHIPPED / "timbre").glob("*.flac")), ids=lambda path: path.stem)
def test_the_program_s_own_clips_are_good(clip: Path) -> None:
    audio, rate = read_part(clip)
    assert check_clip(audio, rate).problems == ()


def test_what_is_wrong_is_told(mara: Audio) -> None:
    noise = np.random.default_rng(1).normal(size=len(mara)).astype(np.float32)
    loud = float(np.sqrt(np.mean(np.square(mara))))
    found = {
        "little to learn from": check_clip(mara[: 2 * RATE], RATE),
        "noise: only": check_clip(mara + noise * loud * np.float32(10 ** (-12 / 20)), RATE),
        "clipped: ": check_clip(np.clip(mara * 20, -0.7, 0.7), RATE),
        "only the first 15": check_clip(np.tile(mara, 4), RATE),
        "nothing is heard": check_clip(np.zeros(RATE, np.float32), RATE),
    }
    for words, report in found.items():
        assert [words in problem for problem in report.problems] == [True], (words, report)


def test_two_people_are_heard_and_one_is_not_taken_for_two(mara: Audio) -> None:
    voice, cole = Synthesizer.load(), voice_of("cole")
    alone = voices_apart(voice, mara[: 8 * RATE], RATE)
    both = voices_apart(voice, np.concatenate([mara[: 4 * RATE], cole[: 4 * RATE]]), RATE)
    assert alone is not None and both is not None and alone < SEVERAL_VOICES < both
    assert several_voices(both) and not several_voices(alone)


def test_nothing_is_said_of_models_that_were_not_measured(mara: Audio) -> None:
    assert voices_apart(FakeSynthesizer(), mara, RATE) is None and not several_voices(None)


def test_a_part_is_cut_out(tmp_path: Path) -> None:
    clip = SHIPPED / "timbre" / "mara.flac"
    cut_clip(clip, 1.0, 3.5, tmp_path / "inbox" / "part.flac")
    part, rate = read_part(tmp_path / "inbox" / "part.flac")
    whole, _ = read_part(clip)
    assert len(part) == round(2.5 * rate)
    np.testing.assert_allclose(part, whole[rate : round(3.5 * rate)], atol=1e-5)
