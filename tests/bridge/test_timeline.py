"""Positions and lengths: known values from the standards, and laws over random ones."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadArgumentError, SecondsOutOfRangeError
from bridge.tempo import steady
from bridge.timeline import (
    FrameRate,
    Length,
    Position,
    parse_frame_rate,
    parse_length,
    parse_position,
    position_of_seconds,
    write_bars,
    write_length,
    write_position,
    write_seconds,
    write_timecode,
)

RATE = 48000
RATES = st.sampled_from([22050, 44100, 48000, 88200, 96000, 192000])
FRAME_RATES = st.sampled_from(
    ["23.976", "24", "25", "29.97", "29.97df", "30", "47.952", "48", "50", "59.94", "59.94df", "60"]
).map(parse_frame_rate)
DAY_S = 24 * 3600


@pytest.mark.parametrize(
    ("text", "sample"),
    [
        ("smp:172800001", 172_800_001),
        ("sec:3600.000021", 172_800_001),
        ("SEC: .5", 24_000),
        ("tc:01:00:00:00@25", 172_800_000),
        ("tc:00:00:00:01@23.976", 2002),
        ("tc:00:01:00;02@29.97df", 2_882_880),  # frame 1800: the first two labels of that minute do not exist
        ("tc:01:00:00;00@29.97df", 172_799_827),  # 107,892 frames
        ("tc:01:00:00:00@29.97", 172_972_800),  # 108,000 frames: 3.6 s later than the clock says
        ("tc:00:10:00;00@59.94df", 28_799_971),
        ("bar:1.1.0", 0),
        ("bar:3.3.0", 240_000),  # ten beats at 120 a minute
        ("bar:1.1.480", 12_000),
    ],
)
def test_known_positions(text: str, sample: int) -> None:
    assert parse_position(text, rate=RATE) == Position(sample, RATE)


def test_a_position_keeps_the_rate_it_names() -> None:
    assert parse_position("smp:7680000@96000", rate=RATE) == Position(7_680_000, 96_000)


def test_bars_follow_the_tempo() -> None:
    tempo = steady(Fraction(90), 3)
    assert parse_position("bar:2.1.0", rate=RATE, tempo=tempo) == Position(96_000, RATE)
    assert write_bars(Position(96_000, RATE), tempo) == "bar:2.1.0"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12.5",
        "smp:",
        "smp:1.5",
        "smp:-1",
        "smp:1@0",
        "smp:" + "9" * 5000,
        "sec:nan",
        "sec:1e5",
        "sec:-1",
        "sec:１２",  # digits of another script
        "sec:360001",
        "tc:01:00:00:00",
        "tc:01:00:00:25@25",
        "tc:24:00:00:00@25",
        "tc:1:0:0:0@25",
        "tc:00:01:00;00@29.97df",
        "tc:00:00:00;00@29.97",
        "tc:00:00:00:00@25df",
        "tc:00:00:00:00@23.976df",
        "tc:00:00:00:00@26",
        "bar:0.1.0",
        "bar:1.5.0",
        "bar:1.1.960",
        "feet:3",
    ],
)
def test_what_is_no_position_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(BadArgumentError) as caught:
        parse_position(text, rate=RATE)
    assert len(str(caught.value)) < 300


@given(sample=st.integers(0, DAY_S * 192_000), rate=RATES)
def test_samples_and_seconds_lead_back_to_the_very_sample(sample: int, rate: int) -> None:
    sample %= DAY_S * rate
    position = Position(sample, rate)
    assert parse_position(write_position(position), rate=1) == position
    assert parse_position(write_seconds(position), rate=rate) == position


@given(sample=st.integers(0, DAY_S * RATE - RATE), frames_at=FRAME_RATES)
def test_timecode_lies_within_half_a_frame_and_leads_back_to_itself(sample: int, frames_at: FrameRate) -> None:
    text = write_timecode(Position(sample, RATE), frames_at)
    back = parse_position(text, rate=RATE)
    half_frame = RATE / frames_at.per_second / 2
    assert abs(back.sample - sample) <= half_frame + 1
    assert write_timecode(back, frames_at) == text


@given(frame=st.integers(0, 23 * 3600 * 30), frames_at=st.sampled_from(["29.97df", "59.94df"]).map(parse_frame_rate))
def test_drop_frame_labels_every_frame_once_and_in_order(frame: int, frames_at: FrameRate) -> None:
    rate = frames_at.per_second.numerator  # so that a frame is a whole number of samples
    a_frame = frames_at.per_second.denominator
    first, second = (write_timecode(Position((frame + i) * a_frame, rate), frames_at) for i in (0, 1))
    assert first < second
    assert parse_position(first, rate=rate).sample == frame * a_frame


@given(hours=st.integers(0, 23), tens=st.integers(0, 5))
def test_drop_frame_meets_the_clock_every_ten_minutes(hours: int, tens: int) -> None:
    position = parse_position(f"tc:{hours:02}:{tens}0:00;00@29.97df", rate=RATE)
    clock_s = 3600 * hours + 600 * tens
    assert abs(Fraction(position.sample, RATE) - clock_s) < Fraction(1, 11)  # 0.086 s in a day


@given(
    sample=st.integers(0, 3600 * RATE),
    beats_per_minute=st.fractions(20, 300, max_denominator=1000),
    beats_per_bar=st.integers(1, 16),
)
def test_bars_lie_within_half_a_tick(sample: int, beats_per_minute: Fraction, beats_per_bar: int) -> None:
    tempo = steady(beats_per_minute, beats_per_bar)
    text = write_bars(Position(sample, RATE), tempo)
    back = parse_position(text, rate=RATE, tempo=tempo)
    assert abs(back.sample - sample) <= RATE / tempo.changes[0].ticks_per_second / 2 + 1


@given(seconds=st.floats(0, 100 * 3600), rate=RATES)
def test_a_number_of_seconds_is_taken_exactly_as_it_stands(seconds: float, rate: int) -> None:
    position = position_of_seconds(seconds, rate=rate)
    assert abs(Fraction(position.sample, rate) - Fraction(seconds)) <= Fraction(1, 2 * rate)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -0.5, 1e300])
def test_absurd_seconds_are_refused(seconds: float) -> None:
    with pytest.raises(BadArgumentError):
        position_of_seconds(seconds, rate=RATE)


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("2.4", 115_200),
        ("2.400000", 115_200),
        ("2", 96_000),
        ("0.00001041666", 0),
        ("0.0000104167", 1),  # just over half a sample
        ("frames:57@23.976", 114_114),
        ("frames:57@24", 114_000),
        ("frames:57@29.97df", 91_291),  # 91,291.2
        ("smp:115200@48000", 115_200),
        ("smp:105840@44100", 115_200),
        ("fit:2.4", 115_200),
        ("fit:frames:57@23.976", 114_114),
        ("FIT: smp:115200@48000", 115_200),
    ],
)
def test_known_lengths(text: str, samples: int) -> None:
    assert parse_length(text).samples(RATE) == samples


@pytest.mark.parametrize(
    "text",
    [
        "",
        "two",
        "-2",
        "nan",
        "1e3",
        "0x2",
        "1_0",
        "smp:115200",
        "frames:57",
        "frames:5.5@24",
        "fit:",
        "fit:fit:2",
        "sec:2",
    ],
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(BadArgumentError):
        parse_length(text)


def test_a_length_of_nothing_is_out_of_range() -> None:
    with pytest.raises(SecondsOutOfRangeError):
        parse_length("0.0")


@given(microseconds=st.integers(1, 600_000_000), rate=RATES)
def test_decimal_seconds_become_exactly_round_seconds_times_rate(microseconds: int, rate: int) -> None:
    text = f"{microseconds // 10**6}.{microseconds % 10**6:06}"
    top = 2 * microseconds * rate + 10**6
    assert parse_length(text).samples(rate) == top // (2 * 10**6)


@given(
    length=st.builds(Length, st.integers(1, 10**8), RATES)
    | st.builds(Length, st.integers(1, 10**6), st.just(1000))
    | st.builds(
        lambda n, f: Length(n, f.per_second.numerator, f.per_second.denominator), st.integers(1, 10**6), FRAME_RATES
    )
)
def test_a_written_length_is_the_same_length(length: Length) -> None:
    back = parse_length(write_length(length))
    assert Fraction(back.count * back.per_second_den, back.per_second_num) == Fraction(
        length.count * length.per_second_den, length.per_second_num
    )
