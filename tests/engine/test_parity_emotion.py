"""Emotion by weights, by clip and from the text-to-emotion model's reply, as upstream computes them."""

from __future__ import annotations

import pytest
import torch

from engine.emotion_merge import EmotionTable, balanced, between, faded
from engine.emotion_reply import BadReplyError, weights_of, weights_of_reply
from engine.types import EMOTIONS
from tests.engine.parity import Fixture, fixture


@pytest.fixture
def emotion() -> Fixture:
    return fixture("emotion")


def table_of(emotion: Fixture) -> EmotionTable:
    sizes = emotion.constructor["emo_num"]
    return EmotionTable.of(emotion.inputs["spk_matrix"], emotion.inputs["emo_matrix"], sizes)


def test_the_emotions_are_in_our_order(emotion: Fixture) -> None:
    assert tuple(emotion.info["order"]) == EMOTIONS


def test_the_most_similar_speakers(emotion: Fixture) -> None:
    emotion.check("nearest_index", table_of(emotion).nearest(emotion.inputs["style"]))


def test_weights_become_an_embedding(emotion: Fixture) -> None:
    table = table_of(emotion)
    for case in emotion.info["cases"]:
        weights = faded(case["emo_vector"], case["emo_alpha"])
        merged = table.merge(weights, emotion.inputs["style"], emotion.inputs["base_emovec"])
        emotion.check(case["output"].removeprefix("out/"), merged)


def test_bias_and_cap(emotion: Fixture) -> None:
    rule = emotion.info["normalize_emo_vec"]
    tolerance = emotion.tolerance("lists")
    for case in rule["cases"]:
        assert balanced(case["vector"], rule["bias"]) == pytest.approx(case["biased"], abs=tolerance)
        assert balanced(case["vector"]) == pytest.approx(case["biased"], abs=tolerance)
        assert balanced(case["vector"], [1.0] * len(EMOTIONS)) == pytest.approx(case["unbiased"], abs=tolerance)


def test_replies_of_the_text_to_emotion_model(emotion: Fixture) -> None:
    tolerance = emotion.tolerance("lists")
    replies = emotion.info["text_emotion"]
    for case in replies["convert_cases"]:
        assert weights_of(case["content"]) == pytest.approx(case["vector"], abs=tolerance), case
    for case in replies["inference_cases"]:
        got = weights_of_reply(case["text"], case["model_reply"])
        assert got == pytest.approx(case["vector"], abs=tolerance), case


def test_a_reply_with_a_weight_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadReplyError, match="'strong' for 高兴"):
        weights_of_reply("Hurrah!", '{"高兴": "strong"}')


def test_whatever_is_asked_the_voice_keeps_a_share_of_its_own() -> None:
    base = torch.ones(1, 4)
    table = EmotionTable.of(torch.eye(8, 192), torch.zeros(8, 4), [1] * 8)
    weights = balanced([1.2] * 8)
    torch.testing.assert_close(table.merge(weights, torch.ones(1, 192), base), 0.2 * base)


def test_a_clip_at_weight_0_changes_nothing_and_at_1_says_all() -> None:
    own, clip = torch.randn(1, 8), torch.randn(1, 8)
    torch.testing.assert_close(between(own, clip, 0.0), own)
    torch.testing.assert_close(between(own, clip, 1.0), clip)
