"""Emotion from text: laws that hold for any sentence, and how often it is right on sentences it was not made with."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.emotion_text import LEXICON, Lexicon, emotion_from_text
from engine.types import EMOTIONS

SENTENCES = Path(__file__).parents[2] / "benchmarks" / "emotion_sentences.json"


def felt(sentence: str) -> dict[str, float]:
    return {
        emotion: weight for emotion, weight in zip(EMOTIONS, emotion_from_text(sentence).weights, strict=True) if weight
    }


@pytest.mark.parametrize(
    ("sentence", "emotion"),
    [
        ("trembling with fear, almost whispering", "afraid"),
        ("Get out of my house!", "angry"),
        ("I miss her so much.", "sad"),
        ("We did it! We actually won!", "happy"),
        ("Ugh, what is that smell?", "disgusted"),
        ("wistful, remembering an old love", "melancholic"),
        ("You speak Elvish?!", "surprised"),
        ("Take a deep breath. You are safe here.", "calm"),
        ("GET BACK TO WORK, ALL OF YOU", "angry"),
    ],
)
def test_the_strongest_emotion(sentence: str, emotion: str) -> None:
    weights = felt(sentence)
    assert max(weights, key=weights.__getitem__) == emotion


@pytest.mark.parametrize(
    "sentence", ["", "The train to York leaves from platform four.", "Press any key.", "...", "😀"]
)
def test_a_neutral_sentence_has_no_weights(sentence: str) -> None:
    assert felt(sentence) == {}


def test_words_before_an_emotion_change_it() -> None:
    assert felt("a little nervous")["afraid"] < felt("nervous")["afraid"] < felt("very nervous")["afraid"]
    assert felt("I am not afraid") == {"calm": pytest.approx(0.51)}
    assert "happy" not in felt("I am not happy")
    assert felt("I have never been so happy")["happy"] > 0.8
    assert felt("No. I am happy.")["happy"] > 0.8  # a denial ends with its clause


def test_exclamation_marks_strengthen() -> None:
    assert felt("Nervous")["afraid"] < felt("Nervous!")["afraid"] < felt("Nervous!!!")["afraid"]


def test_typographic_apostrophes_are_apostrophes() -> None:
    assert felt("Don’t worry") == felt("Don't worry") != {}


@given(
    st.one_of(
        st.text(),
        st.text(string.printable),
        st.lists(st.sampled_from(sorted(Lexicon.load(LEXICON).entries))).map(
            lambda entries: " ".join(entries).replace("_", " ").replace("*", "")
        ),
    )
)
def test_weights_are_shares_and_always_the_same(sentence: str) -> None:
    weights = emotion_from_text(sentence).weights
    assert len(weights) == len(EMOTIONS)
    assert all(0 <= weight <= 1 for weight in weights)
    assert sum(weights) <= 1.005  # each is rounded
    assert weights == emotion_from_text(sentence).weights


def test_the_lexicon_holds_what_can_be_found() -> None:
    raw = json.loads(LEXICON.read_text("utf-8"))
    assert list(raw["emotions"]) == list(EMOTIONS)
    entries = [
        entry for tiers in raw["emotions"].values() for rows in tiers.values() for entry in " ".join(rows).split()
    ]
    assert not [entry for entry in entries if not re.fullmatch(r"[a-z0-9'_.,!?-]+\*?", entry)]
    assert len({entry for entry in entries if "_" not in entry}) > 1500


def test_figures_of_the_docstring_hold() -> None:
    """On sentences that the lexicon was not made with."""
    rows = json.loads(SENTENCES.read_text("utf-8"))
    right, wrong = {}, 0
    for part in ("held_out_descriptions", "held_out_lines"):
        right[part] = 0
        for sentence, wanted in rows[part]:
            weights = felt(sentence)
            strongest = max(weights, key=weights.__getitem__) if weights else None
            right[part] += strongest in wanted if wanted else strongest is None
            wrong += strongest is not None and strongest not in wanted
    assert right == {"held_out_descriptions": 45, "held_out_lines": 30}
    assert wrong == 1
