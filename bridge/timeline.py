"""Places and lengths on a timeline, as text and as exact integers. No float seconds anywhere.

A position is written with its unit: `smp:172800001`, `smp:7680000@96000`, `sec:3600.000021`, `tc:01:00:00:00@25`,
`tc:01:00:00;00@29.97df`, `bar:3.3.0`. A length is `2.4` (seconds), `frames:57@23.976`, `smp:115200@48000`, or `fit:`
and one of these: the length of the region that the line has to fill.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bridge.errors import BadArgumentError, SecondsOutOfRangeError
from bridge.tempo import USUAL, TempoMap

MAX_POSITION_S = 100 * 3600  # longer than any project; beyond it somebody mixed up units

_MAX_DIGITS = 18  # enough for any place, and a text of a million digits is not turned into a number
_DECIMAL = re.compile(rf"\d{{1,{_MAX_DIGITS}}}(\.\d{{0,{_MAX_DIGITS}}})?|\.\d{{1,{_MAX_DIGITS}}}", re.ASCII)
_COUNT = re.compile(rf"\d{{1,{_MAX_DIGITS}}}", re.ASCII)
_RATE = re.compile(r"[1-9]\d{0,6}", re.ASCII)
_TIMECODE = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.])(\d\d\d?)", re.ASCII)
_BARS = re.compile(r"(\d{1,6})\.(\d{1,3})(?:\.(\d{1,6}))?", re.ASCII)

# The frame rates of film and video by the names people write; those of NTSC are 1000/1001 of a whole number.
_FRAME_RATES = {
    "23.976": Fraction(24000, 1001),
    "23.98": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "47.952": Fraction(48000, 1001),
    "47.95": Fraction(48000, 1001),
    "48": Fraction(48),
    "50": Fraction(50),
    "59.94": Fraction(60000, 1001),
    "60": Fraction(60),
}
_RATES_TEXT = "23.976, 24, 25, 29.97, 29.97df, 30, 47.952, 48, 50, 59.94, 59.94df, 60"


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the timeline: `sample` samples from its start at `rate` samples a second. Never float seconds."""

    sample: int
    rate: int


@dataclass(frozen=True, slots=True)
class Length:
    """A wanted length, exact: `count` units of 1/`rate` s - 2.400 s is Length(2400, 1000)."""

    count: int
    per_second_num: int = 1  # units a second as a fraction: 24000/1001 for 23.976 frames a second
    per_second_den: int = 1

    def samples(self, rate: int) -> int:
        """round(seconds x rate), half away from zero, in integers."""
        top = self.count * self.per_second_den * rate
        return (2 * top + self.per_second_num) // (2 * self.per_second_num)

    @property
    def seconds(self) -> float:
        return self.count * self.per_second_den / self.per_second_num


@dataclass(frozen=True, slots=True)
class FrameRate:
    """Frames a second, exact. With `drop_frame`, timecode leaves out labels (never frames) to follow the clock."""

    per_second: Fraction
    drop_frame: bool = False

    @property
    def base(self) -> int:
        """Labels a second: 30 for 29.97."""
        return -(-self.per_second.numerator // self.per_second.denominator)

    @property
    def labels_dropped(self) -> int:
        """At the start of each minute that is no multiple of ten (SMPTE ST 12-1)."""
        return self.base // 15 if self.drop_frame else 0

    def __str__(self) -> str:
        name = next((name for name, rate in _FRAME_RATES.items() if rate == self.per_second), str(self.per_second))
        return f"{name}df" if self.drop_frame else name


def parse_position(text: str, *, rate: int, tempo: TempoMap | None = None) -> Position:
    """A position as text with its unit. `rate`: of the project, for all forms that do not name another one.

    Raises BadArgumentError with the rule that was broken.
    """
    form, colon, value = text.strip().partition(":")
    match form.strip().lower() if colon else "":
        case "smp":
            return _checked(_parse_samples(value, rate, text), text)
        case "sec":
            return _checked(Position(_nearest(_decimal(value, text) * rate), rate), text)
        case "tc":
            label, _, rate_text = value.partition("@")
            frames_at = parse_frame_rate(rate_text)
            seconds = _frame_number(label, frames_at, text) / frames_at.per_second
            return _checked(Position(_nearest(seconds * rate), rate), text)
        case "bar":
            return _checked(Position(_nearest(_bar_seconds(value, tempo or USUAL, text) * rate), rate), text)
    raise BadArgumentError(
        f"position {text[:80]!r} has no unit; write smp:172800001, sec:3600.000021, tc:01:00:00:00@25, "
        "tc:01:00:00;00@29.97df or bar:3.3.0"
    )


def position_of_seconds(seconds: float, *, rate: int) -> Position:
    """The sample nearest to an OSC number of seconds, exactly as the number stands. Raises BadArgumentError.

    A 32-bit float is samples off after a few minutes: who gets one answers with the sample it was taken for.
    """
    try:
        exact = Fraction(seconds)
    except (ValueError, OverflowError) as error:
        raise BadArgumentError(f"position {seconds} is no place on a timeline; write e.g. sec:72.5") from error
    return _checked(Position(_nearest(exact * rate), rate), f"sec:{seconds}")


def write_position(position: Position) -> str:
    """The canonical text, `smp:N@RATE`."""
    return f"smp:{position.sample}@{position.rate}"


def write_seconds(position: Position) -> str:
    """`sec:` with nine places, which lead back to the very sample at any rate."""
    nanoseconds = _nearest(Fraction(position.sample * 10**9, position.rate))
    text = f"{Decimal(nanoseconds).scaleb(-9):.9f}".rstrip("0").rstrip(".")
    return f"sec:{text}"


def write_timecode(position: Position, frames_at: FrameRate) -> str:
    """`tc:` of the frame that is nearest to the position; at most half a frame away."""
    frame = _nearest(Fraction(position.sample, position.rate) * frames_at.per_second)
    if frames_at.drop_frame:
        dropped = frames_at.labels_dropped
        a_minute = 60 * frames_at.base - dropped
        ten_minutes = 10 * a_minute + dropped
        tens, rest = divmod(frame, ten_minutes)
        # The first minute of ten keeps all its labels, the nine after it lose theirs at their start.
        minutes = max(0, (rest - dropped) // a_minute)
        frame += dropped * (9 * tens + minutes)
    seconds, label = divmod(frame, frames_at.base)
    separator = ";" if frames_at.drop_frame else ":"
    return f"tc:{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{separator}{label:02}@{frames_at}"


def write_bars(position: Position, tempo: TempoMap) -> str:
    """`bar:` of the tick that is nearest to the position; at most half a tick away."""
    bar, beat, tick = tempo.place_of(Fraction(position.sample, position.rate))
    return f"bar:{bar}.{beat}.{tick}"


def parse_length(text: str) -> Length:
    """A length as text; seconds are read as they are written, digit by digit. Raises BadArgumentError."""
    value = text.strip()
    if value[:4].lower() == "fit:":
        value = value[4:].strip()
    form, colon, count = value.partition(":")
    if not colon:
        seconds = _decimal(value, text)
        return _positive(Length(seconds.numerator, seconds.denominator), text)
    number, at, rate_text = count.partition("@")
    match form.strip().lower():
        case "frames" if at and _COUNT.fullmatch(number.strip()):
            per_second = parse_frame_rate(rate_text).per_second
            return _positive(Length(int(number), per_second.numerator, per_second.denominator), text)
        case "smp" if at and _COUNT.fullmatch(number.strip()):
            return _positive(Length(int(number), _sample_rate(rate_text, text)), text)
    raise BadArgumentError(
        f"length {text[:80]!r} cannot be read; write seconds as 2.4, or frames:57@23.976, smp:115200@48000, "
        "or fit: and one of these"
    )


def write_length(length: Length) -> str:
    """The shortest text that `parse_length` turns into an equal length."""
    per_second = Fraction(length.per_second_num, length.per_second_den)
    seconds = length.count / per_second
    places = _decimal_places(seconds.denominator)
    if places is not None:
        return f"{Decimal((seconds * 10**places).numerator).scaleb(-places):.{places}f}"
    if per_second in _FRAME_RATES.values():
        return f"frames:{length.count}@{FrameRate(per_second)}"
    return f"smp:{seconds.numerator}@{seconds.denominator}"


def parse_frame_rate(text: str) -> FrameRate:
    """`25`, `23.976`, `29.97df`, `30000/1001`. Raises BadArgumentError."""
    name = text.strip().lower()
    drop_frame = name.endswith("df") and not name.endswith("ndf")
    name = name.removesuffix("ndf").removesuffix("df").strip()
    if "." in name:
        name = name.rstrip("0").rstrip(".")
    per_second = _FRAME_RATES.get(name)
    if per_second is None:
        per_second = next((r for r in _FRAME_RATES.values() if name == f"{r.numerator}/{r.denominator}"), None)
    if per_second is None:
        given = f"frame rate {text[:40]!r} is not known" if text.strip() else "the frame rate is missing"
        raise BadArgumentError(f"{given}; write one of {_RATES_TEXT} behind the @")
    frame_rate = FrameRate(per_second, drop_frame)
    if drop_frame and (per_second.denominator == 1 or frame_rate.base % 30):
        raise BadArgumentError(f"frame rate {text[:40]!r} has no drop-frame timecode; only 29.97df and 59.94df have")
    return frame_rate


def _nearest(value: Fraction) -> int:
    """Rounded, half up, in integers."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _decimal(text: str, whole: str) -> Fraction:
    value = text.strip()
    if not _DECIMAL.fullmatch(value):
        place = "" if value == whole.strip() else f" in {whole[:80]!r}"
        raise BadArgumentError(f"{value[:80]!r}{place} is no plain number of seconds; write e.g. 2.4")
    return Fraction(value)


def _decimal_places(denominator: int) -> int | None:
    """How many places a fraction with this denominator needs; None when no decimal number is equal to it."""
    return next((places for places in range(_MAX_DIGITS + 1) if 10**places % denominator == 0), None)


def _sample_rate(text: str, whole: str) -> int:
    if not _RATE.fullmatch(text.strip()):
        raise BadArgumentError(f"{text[:40]!r} in {whole[:80]!r} is no sample rate; write e.g. @48000")
    return int(text)


def _parse_samples(value: str, rate: int, whole: str) -> Position:
    number, at, rate_text = value.partition("@")
    if not _COUNT.fullmatch(number.strip()):
        raise BadArgumentError(f"{number[:80]!r} in {whole[:80]!r} is no count of samples; write e.g. smp:172800001")
    return Position(int(number), _sample_rate(rate_text, whole) if at else rate)


def _frame_number(label: str, frames_at: FrameRate, whole: str) -> int:
    """Frames from 00:00:00:00 to a timecode label."""
    found = _TIMECODE.fullmatch(label.strip())
    if found is None:
        raise BadArgumentError(f"timecode {whole[:80]!r} is not of the form tc:HH:MM:SS:FF@RATE")
    hours, minutes, seconds, frame = (int(found[i]) for i in (1, 2, 3, 5))
    if hours > 23 or minutes > 59 or seconds > 59 or frame >= frames_at.base:
        raise BadArgumentError(
            f"timecode {whole[:80]!r} is out of range; hours end at 23, minutes and seconds at 59, "
            f"frames at {frames_at.base - 1}"
        )
    if found[4] == ";" and not frames_at.drop_frame:
        raise BadArgumentError(f"timecode {whole[:80]!r} has the ; of drop-frame; write @29.97df or @59.94df, or a :")
    dropped = frames_at.labels_dropped
    if seconds == 0 and minutes % 10 and frame < dropped:
        raise BadArgumentError(
            f"timecode {whole[:80]!r} does not exist: drop-frame leaves out the first {dropped} labels of that minute"
        )
    all_minutes = 60 * hours + minutes
    labels = (60 * all_minutes + seconds) * frames_at.base + frame
    return labels - dropped * (all_minutes - all_minutes // 10)


def _bar_seconds(value: str, tempo: TempoMap, whole: str) -> Fraction:
    """Seconds to a `BAR.BEAT.TICK`; bars and beats count from 1, ticks from 0."""
    found = _BARS.fullmatch(value.strip())
    if found is None:
        raise BadArgumentError(f"position {whole[:80]!r} is not of the form bar:BAR.BEAT.TICK, e.g. bar:3.3.0")
    try:
        return tempo.seconds_at(int(found[1]), int(found[2]), int(found[3] or 0))
    except BadArgumentError as error:
        raise BadArgumentError(f"position {whole[:80]!r} is out of range: {error}") from error


def _checked(position: Position, text: str) -> Position:
    if not 0 <= position.sample <= MAX_POSITION_S * position.rate:
        raise BadArgumentError(
            f"position {text[:80]!r} is off the timeline; it begins at 0 and ends after {MAX_POSITION_S // 3600} hours"
        )
    return position


def _positive(length: Length, text: str) -> Length:
    if length.count <= 0:
        raise SecondsOutOfRangeError(f"length {text[:80]!r} is nothing; give a length above 0")
    return length
