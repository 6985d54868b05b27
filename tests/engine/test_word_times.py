"""Words are told apart as they were typed, and estimated from letters and pauses."""

from __future__ import annotations

import pytest
import torch

from engine.official_text import OfficialText
from engine.text import SpokenText
from engine.text_pieces import spaced
from engine.types import WordTime
from engine.word_times import Span, estimated, letters, words_of


def places(typed: str) -> list[tuple[str, str]]:
    said = spaced(OfficialText().normalise(typed))
    return [(word.written, said[word.first : word.end]) for word in words_of(typed, said)]


def test_words_have_their_place_in_what_is_said() -> None:
    assert places("Who goes there?!") == [("Who", "WHO"), ("goes", "GOES"), ("there", "THERE")]
    assert places("Take 23 of them.") == [("Take", "TAKE"), ("23", "TWENTY THREE"), ("of", "OF"), ("them", "THEM")]
    assert places("It costs $5!")[2] == ("5", "FIVE DOLLARS")
    assert [typed for typed, _ in places("你好 dog")] == ["你", "好", "dog"]
    assert words_of("?!", "") == ()


def times(said: str, *spans: Span) -> list[WordTime]:
    return estimated(SpokenText(said, words_of(said, said)), spans, 0.01)


def test_letters_share_the_time_between_them() -> None:
    got = times("AB CDEF GH", Span(0, letters("AB CDEF GH"), torch.ones(80, dtype=torch.bool)))
    assert [(w.word, w.start_s, w.end_s) for w in got] == [
        ("AB", 0.0, pytest.approx(0.2)),
        ("CDEF", pytest.approx(0.2), pytest.approx(0.6)),
        ("GH", pytest.approx(0.6), pytest.approx(0.8)),
    ]


def test_no_word_lies_in_a_pause() -> None:
    voiced = torch.tensor([False] * 10 + [True] * 20 + [False] * 30 + [True] * 20 + [False] * 5)
    one, two = times("ABCD, EFGH.", Span(0, 8, voiced))
    assert (one.start_s, one.end_s) == (pytest.approx(0.1), pytest.approx(0.3))
    assert (two.start_s, two.end_s) == (pytest.approx(0.6), pytest.approx(0.8))


def test_every_segment_keeps_its_own_words() -> None:
    spans = (Span(0, 4, torch.ones(10, dtype=torch.bool)), Span(30, 2, torch.ones(40, dtype=torch.bool)))
    one, two, three = times("AB CD EF", *spans)
    assert (one.start_s, two.end_s) == (0.0, pytest.approx(0.1))
    assert (three.start_s, three.end_s) == (pytest.approx(0.3), pytest.approx(0.7))


def test_a_mark_takes_time_where_no_pause_was_heard() -> None:
    said = "AB, CD"
    one, two = times(said, Span(0, letters(said), torch.ones(50, dtype=torch.bool)))
    assert one.end_s == pytest.approx(0.2) and two.start_s == pytest.approx(0.3)
    assert two.end_s == pytest.approx(0.5)


def test_nothing_but_pauses_is_shared_all_the_same() -> None:
    (word,) = times("ABC", Span(0, 3, torch.zeros(10, dtype=torch.bool)))
    assert (word.start_s, word.end_s) == (0.0, pytest.approx(0.1))
