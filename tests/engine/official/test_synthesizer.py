"""The official model in miniature as a whole: laws that hold for any weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import BadTextError
from engine.official_checkpoint import OfficialCheckpoint
from engine.pronunciation import Pronunciations
from engine.synthesizer import Synthesizer
from engine.types import RenderRequest
from tests.engine import tiny_official
from tests.engine.official.spoken import PROMPT_RATE, RATE, clip, spoken


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


@pytest.mark.parametrize("text", ["", "  ", "...", "?!"])
def test_nothing_to_speak(voice: Synthesizer, request_: RenderRequest, text: str) -> None:
    with pytest.raises(BadTextError):
        voice.render(replace(request_, text=text))


def test_the_model_id_tells_weights_apart(folder: Path, voice: Synthesizer, tmp_path: Path) -> None:
    assert voice.model_id == f"indextts-2-{OfficialCheckpoint(folder).fingerprint()}"
    tiny_official.write(tmp_path, seed=1)
    assert OfficialCheckpoint(tmp_path).fingerprint() != OfficialCheckpoint(folder).fingerprint()


def test_words_are_told_in_order_and_as_estimated(voice: Synthesizer, request_: RenderRequest) -> None:
    text = "Who jumps over the 2 dogs? [pause 0.5] Me!"
    plan = voice.render(replace(request_, text=text, n_samples=3 * RATE)).plan
    assert plan.words_are_estimated and not plan.phonemes
    assert [word.word for word in plan.words] == ["Who", "jumps", "over", "the", "2", "dogs", "Me"]
    edges = [edge for word in plan.words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges) and edges[0] >= 0 and edges[-1] <= 3
    assert plan.words[-1].start_s - plan.words[-2].end_s >= 0.49
