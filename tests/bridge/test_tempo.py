"""The tempo map: known places, and laws over random maps."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadArgumentError
from bridge.tempo import UNITS, TempoChange, TempoMap, parse_tempo, steady
from bridge.timeline import Position, parse_position, write_bars

MAP = "120 4/4; 3=60; 5=90 7/8; 6=3/4"


@st.composite
def maps(draw: st.DrawFn) -> TempoMap:
    bars = sorted({1, *draw(st.lists(st.integers(2, 500), max_size=6))})
    bpm = st.integers(10 * 1000, 1000 * 1000).map(lambda n: Fraction(n, 1000))
    return TempoMap(
        [TempoChange(bar, draw(bpm), draw(st.integers(1, 16)), draw(st.sampled_from(UNITS))) for bar in bars]
    )


@pytest.mark.parametrize(
    ("place", "seconds"),
    [
        ("1.1.0", Fraction(0)),
        ("3.1.0", Fraction(4)),  # two bars at 120
        ("5.1.0", Fraction(12)),  # and two at 60
        ("5.7.479", 12 + Fraction(7 * 480 - 1, 480) / 3),  # 90 quarter notes are three eighths a second
        ("6.1.0", 12 + Fraction(7, 3)),
        ("7.1.0", 12 + Fraction(7, 3) + 2),  # three quarters at 90
    ],
)
def test_known_places(place: str, seconds: Fraction) -> None:
    bar, beat, tick = map(int, place.split("."))
    assert parse_tempo(MAP).seconds_at(bar, beat, tick) == seconds
    assert parse_tempo(MAP).place_of(seconds) == (bar, beat, tick)


@given(maps(), st.integers(1, 600), st.data())
def test_a_place_leads_to_its_moment_and_back(tempo: TempoMap, bar: int, data: st.DataObject) -> None:
    here = [change for change in tempo.changes if change.bar <= bar][-1]
    beat = data.draw(st.integers(1, here.beats))
    tick = data.draw(st.integers(0, here.ticks_per_beat - 1))
    assert tempo.place_of(tempo.seconds_at(bar, beat, tick)) == (bar, beat, tick)


@given(maps(), st.integers(0, 10**7), st.sampled_from([44_100, 48_000, 96_000]))
def test_any_sample_lies_within_half_a_tick_of_its_place(tempo: TempoMap, sample: int, rate: int) -> None:
    position = Position(sample, rate)
    back = parse_position(write_bars(position, tempo), rate=rate, tempo=tempo)
    slowest = min(change.ticks_per_second for change in tempo.changes)
    assert abs(back.sample - sample) <= rate / slowest / 2 + 1


@given(maps(), st.integers(1, 400), st.integers(1, 200))
def test_later_bars_come_later(tempo: TempoMap, bar: int, n: int) -> None:
    assert tempo.seconds_at(bar, 1, 0) < tempo.seconds_at(bar + n, 1, 0)


@given(maps())
def test_what_is_written_is_read_as_it_was(tempo: TempoMap) -> None:
    assert parse_tempo(str(tempo)) == tempo


@given(st.text(max_size=60))
def test_any_text_is_a_map_or_an_error(text: str) -> None:
    try:
        assert parse_tempo(text).changes
    except BadArgumentError as error:
        assert len(str(error)) < 300


@pytest.mark.parametrize(
    "text",
    ["", "fast", "120 4", "9=90", "120; 90", "120; 3=60; 3=70", "120; 4=1; ", "5", "120 0/4", "120 4/5", "120 4/4 3/4"],
)
def test_what_is_no_tempo_is_refused(text: str) -> None:
    with pytest.raises(BadArgumentError):
        parse_tempo(text)


def test_one_tempo_is_a_map_too() -> None:
    assert parse_tempo("97.5 3/4") == steady(Fraction(195, 2), 3)
    assert parse_tempo("97.5").seconds_at(2, 1, 0) == 4 * 60 / Fraction(195, 2)
