"""What was said before colours a line that says little, and gives way to one that says much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.emotion_context import in_context
from engine.types import EMOTIONS, Emotion

NEUTRAL = Emotion()


def of(**weights: float) -> Emotion:
    return Emotion(tuple(weights.get(name, 0.0) for name in EMOTIONS))


def strength(emotion: Emotion, name: str) -> float:
    return emotion.weights[EMOTIONS.index(name)]


def test_alone_or_after_neutral_lines_a_line_is_itself() -> None:
    angry = of(angry=0.7)
    assert in_context(angry, []) == angry
    assert in_context(angry, [NEUTRAL, NEUTRAL]) == angry


def test_a_line_without_words_of_emotion_takes_the_mood_weaker_with_each_line() -> None:
    sad = of(sad=0.9)
    at_once = strength(in_context(NEUTRAL, [sad]), "sad")
    later = strength(in_context(NEUTRAL, [sad, NEUTRAL]), "sad")
    assert 0.9 > at_once > later > 0.2


def test_the_lines_own_words_come_first() -> None:
    heard = in_context(of(happy=0.8), [of(sad=0.9)])
    assert strength(heard, "happy") > 3 * strength(heard, "sad") > 0


weights = st.lists(st.floats(0, 1), min_size=len(EMOTIONS), max_size=len(EMOTIONS)).map(lambda w: Emotion(tuple(w)))


@given(weights, st.lists(weights, max_size=4))
def test_weights_stay_weights(own: Emotion, before: list[Emotion]) -> None:
    heard = in_context(own, before)
    if not before:
        assert heard == own
        return
    assert all(0 <= weight <= 1 for weight in heard.weights)
    assert sum(heard.weights) <= 1.005  # each is rounded
