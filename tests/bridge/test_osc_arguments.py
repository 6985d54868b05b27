"""Numbers and texts of every OSC type, alone."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import BadArgumentError, BridgeError
from bridge.osc_arguments import Arguments, as_number, as_text, as_whole, as_yes_no, common_of, number_text
from bridge.osc_cue import LINE_KEYS, parse_line
from bridge.osc_packet import Arg, Message, Value
from bridge.settings import Settings
from tests.bridge.test_osc_packet import args, plain_args


@settings(deadline=None)
@given(st.floats(2**-10, 1000, width=32))
def test_a_float32_is_written_as_the_shortest_decimal_that_is_it(value: float) -> None:
    text = number_text(Arg("f", value), "x")
    assert float(np.float32(text)) == value
    assert len(text) <= len(repr(value))


def test_decimals_survive_both_float_types() -> None:
    assert number_text(Arg("f", 2.4000000953674316), "x") == "2.4"
    assert number_text(Arg("d", 3600.000021), "x") == "3600.000021"
    assert number_text(Arg("f", 12.0), "x") == "12"
    assert as_text(Arg("f", 12.0), "line") == "12"  # Pure Data sends every number so


@pytest.mark.parametrize(
    "arg", [Arg("i", 3), Arg("h", 3), Arg("f", 3.0), Arg("d", 3.0), Arg("s", "3"), Arg("s", " 3.0 "), Arg("s", "3e0")]
)
def test_a_whole_number_in_any_type(arg: Arg) -> None:
    assert as_whole(arg, "takes", 1, 16) == 3
    assert as_number(arg, "takes", 1, 16) == 3.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2.5, 1e30, "nan", "inf", "2.5", "1e400", "", "three"])
def test_what_is_no_whole_number(value: Value) -> None:
    arg = Arg("s" if isinstance(value, str) else "d", value)
    with pytest.raises(BadArgumentError, match="takes is"):
        as_whole(arg, "takes", 1, 16)


@pytest.mark.parametrize(
    ("arg", "expected"),
    [(Arg("s", word), True) for word in ("yes", "Yes", "on", "1", "true")]
    + [(Arg("s", word), False) for word in ("no", "0", "Off")]
    + [(Arg("i", 1), True), (Arg("f", 0.0), False), (Arg("T", True), True), (Arg("F", False), False)],
)
def test_yes_and_no(arg: Arg, expected: bool) -> None:
    assert as_yes_no(arg, "drop") is expected


def test_what_a_broken_message_is_answered_with() -> None:
    good = (Arg("s", "request"), Arg("i", 5), Arg("s", "reply_port"), Arg("f", 9001.0))
    assert common_of(Message("/a", (Arg("N", None), *good))) == ("5", 9001)
    bad = (Arg("s", "request"), Arg("b", b"x"), Arg("s", "reply_port"), Arg("i", 0))
    assert common_of(Message("/a", bad)) == ("", None)
    assert common_of(Message("/a", (Arg("s", "request"),))) == ("", None)
    assert common_of(Message("/a")) == ("", None)


SETTINGS = Settings(Path("unused"))

keys = st.sampled_from([*LINE_KEYS, "request", "reply_port"]).map(lambda key: Arg("s", key))


@settings(deadline=None)
@given(st.lists(st.one_of(args, keys, plain_args), max_size=10).map(tuple))
def test_any_arguments_make_a_line_or_a_bridge_error(given: tuple[Arg, ...]) -> None:
    message = Message("/cuevox/line/render", given)
    arguments = Arguments(message, "LINE TEXT")
    try:
        parse_line(arguments.name("line"), arguments.text("text"), arguments.pairs(LINE_KEYS), SETTINGS)
    except BridgeError as error:
        assert str(error)
    common_of(message)
