"""Pauses in a text, and phrases of exact frames."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadTextError
from engine.markup import Stretch, stretches
from engine.phrases import cut_like, slots
from engine.text import SpokenText

FRAME_S = 0.01


def test_a_text_is_cut_at_its_pauses() -> None:
    assert stretches("Wait. [pause 0.5] Now![PAUSE 250 ms]") == [
        Stretch("Wait. ", 0.5),
        Stretch(" Now!", 0.25),
        Stretch("", 0.0),
    ]
    assert stretches("a [paused] b") == [Stretch("a [paused] b", 0.0)]


@pytest.mark.parametrize("text", ["[pause]", "[pause x]", "[pause 0]", "[pause -1]", "[pause 31]", "[pause 1e9]"])
def test_a_pause_that_says_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadTextError, match=r"\[pause 0\.5\]"):
        stretches(f"One {text} two")


@settings(deadline=None)
@given(
    st.lists(st.floats(0.2, 5.0), min_size=1, max_size=5),
    st.data(),
    st.floats(0.5, 2.0),
)
def test_phrases_fill_a_line_and_pauses_keep_their_length(
    natural_s: list[float], data: st.DataObject, stretch: float
) -> None:
    pauses_s = data.draw(st.lists(st.floats(0.0, 3.0), min_size=len(natural_s) + 1, max_size=len(natural_s) + 1))
    total_s = max(sum(natural_s) * stretch, 0.2 * len(natural_s)) + sum(pauses_s)
    found = slots(natural_s, pauses_s, total_s, FRAME_S)
    assert all(slot.first < slot.end for slot in found)
    silences = [found[0].first, *(b.first - a.end for a, b in pairwise(found))]
    assert all(abs(n * FRAME_S - s) <= FRAME_S / 2 + 1e-9 for n, s in zip(silences, pauses_s, strict=False))
    behind = total_s - found[-1].end * FRAME_S
    assert abs(behind - pauses_s[-1]) <= 1.5 * FRAME_S


def test_pauses_that_leave_no_time_for_the_words_are_refused() -> None:
    with pytest.raises(BadTextError, match="no time for the words"):
        slots([1.0, 1.0], [0.0, 2.0, 0.0], 2.1, FRAME_S)


def test_a_text_is_cut_where_a_guide_take_pauses() -> None:
    spoken = SpokenText("wˈAt, fɔɹ mi ænd ðɛn ɹˈʌn", ())
    seconds = [0.05] * len(spoken.phonemes)
    first, rest = cut_like(spoken, seconds, [0.3, 1.0])
    assert (first.phonemes, rest.phonemes) == ("wˈAt,", "fɔɹ mi ænd ðɛn ɹˈʌn")
    assert [p.phonemes for p in cut_like(SpokenText("nˈO", ()), [0.1] * 3, [1.0, 1.0])] == ["nˈO"]
