"""The official model's text front end: what it promises for any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadCheckpointError, BadTextError
from engine.official_text import OfficialText, is_chinese
from engine.text_pieces import Tokeniser, segments, spaced

PIECES = st.lists(st.sampled_from(["▁A", "B", "C", ",", "▁,", "-", ".", "▁.", "!", "?", "'", "▁'"]), max_size=60)


@given(PIECES, st.integers(2, 20), st.integers(0, 20))
def test_segments_hold_every_piece_once_and_fit(pieces: list[str], limit: int, quick_start: int) -> None:
    cut = segments(pieces, limit, quick_start=quick_start)
    assert [piece for segment in cut for piece in segment] == pieces
    assert all(0 < len(segment) <= limit for segment in cut)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("It's been 3 days, and she's got 1,234 left.", "It's been three days, and she's got one thousand two hundred"),
        ("He's late: it's 7:45 PM.", "He is late, it is seven forty five P M."),
        ("Part BA2490 costs $5.", "Part B A two thousand four hundred ninety costs five dollars."),
        ("Take the A1 to exit 12", "Take the A one to exit twelve"),
        ("No — wait… 'what'?", "No, wait… what?"),
    ],
)
def test_english(written: str, spoken: str) -> None:
    assert OfficialText().normalise(written).startswith(spoken)


def test_a_countdown_can_be_english_or_chinese() -> None:
    assert OfficialText().normalise("5") == "五"
    assert OfficialText().normalise("5", chinese=False) == "five"


@pytest.mark.parametrize(
    ("text", "chinese"),
    [("ni3 hao3", True), ("say ni3 hao3", False), ("A1", False), ("beta2", False), ("你 and me", True), ("1999", True)],
)
def test_language(text: str, chinese: bool) -> None:
    assert is_chinese(text) == chinese


def test_many_names_and_syllables_come_back_in_their_places() -> None:
    names = "，".join(f"列夫·托尔斯泰读chong{n % 5 + 1}" for n in range(60))
    said = OfficialText().normalise(names)
    assert said == ",".join(f"列夫-托尔斯泰读chong{n % 5 + 1}" for n in range(60))


def test_characters_that_stand_for_something_inside_are_dropped_from_a_text() -> None:
    assert OfficialText().normalise("今天\U000f0000\U000f0001很好") == "今天很好"


def test_the_longest_term_of_a_glossary_wins_and_its_reading_is_not_read_again() -> None:
    text = OfficialText(glossary={"GPU": "graphics card", "GPU farm": {"en": "GPU barn"}, "card": "wrong"})
    assert text.normalise("A gpu farm has a GPU") == "A GPU barn has a graphics card"


def test_a_script_that_nobody_reads_is_refused() -> None:
    with pytest.raises(BadTextError):
        OfficialText().normalise("Привет, my friend")


@given(st.text(max_size=30))
def test_spacing_leaves_single_spaces(text: str) -> None:
    assert "  " not in spaced(" ".join(text.split()))


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.model", tmp_path / "bpe.model"):
        (tmp_path / "bpe.model").write_bytes(b"not a model")
        with pytest.raises(BadCheckpointError, match=str(path)):
            Tokeniser(path)
