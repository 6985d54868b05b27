"""The decoder against python-osc as its peer, and against everything that is no OSC."""

from __future__ import annotations

import struct
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.osc_packet import (
    MAX_MESSAGES,
    MAX_PACKET,
    NTP_TO_UNIX_S,
    Arg,
    Batch,
    Message,
    PacketError,
    arg,
    decode,
    encode,
)
from tests.bridge.hostile import HOSTILE, bundle, padded

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
addresses = st.from_regex(r"/[a-z0-9_/.-]{0,60}", fullmatch=True)
plain_args = st.one_of(
    st.builds(Arg, st.just("i"), st.integers(-(2**31), 2**31 - 1)),
    st.builds(Arg, st.just("h"), st.integers(-(2**63), 2**63 - 1)),
    st.builds(Arg, st.just("f"), st.floats(width=32, allow_nan=False)),
    st.builds(Arg, st.just("d"), st.floats(allow_nan=False)),
    st.builds(Arg, st.just("s"), texts),
    st.builds(Arg, st.just("b"), st.binary(min_size=1, max_size=60)),  # python-osc refuses to write an empty blob
    st.sampled_from([Arg("T", True), Arg("F", False), Arg("N", None)]),
)
args = st.recursive(
    plain_args, lambda inner: st.builds(Arg, st.just("["), st.lists(inner, max_size=4).map(tuple)), max_leaves=8
)
messages = st.builds(Message, addresses, st.lists(args, max_size=6).map(tuple))


def depth(each: Arg) -> int:
    return 1 + max((depth(inner) for inner in each.value), default=0) if isinstance(each.value, tuple) else 0


@settings(deadline=None)
@given(messages.filter(lambda m: all(depth(a) <= 8 for a in m.args)))
def test_what_python_osc_writes_is_read_as_it_was(message: Message) -> None:
    assert decode(encode(message)) == (Batch((message,)),)


@settings(deadline=None)
@given(addresses, st.lists(st.one_of(texts, st.integers(-(2**31), 2**31 - 1), st.booleans()), max_size=6))
def test_python_osc_reads_what_is_replied(address: str, values: list[Any]) -> None:
    read = OscMessage(encode(Message(address, tuple(arg(v) for v in values))))
    assert read.address == address
    assert list(read) == values


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_raise_a_packet_error_or_nothing(packet: bytes) -> None:
    try:
        decode(packet)
    except PacketError:
        pass


@settings(deadline=None)
@given(messages, st.data())
def test_a_damaged_packet_raises_a_packet_error_or_nothing(message: Message, data: st.DataObject) -> None:
    packet = bytearray(bundle(encode(message), encode(message)) if data.draw(st.booleans()) else encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(packet[: data.draw(st.integers(0, len(packet)))]))
    except PacketError:
        pass


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_packet_is_an_error_within_milliseconds(name: str) -> None:
    start = time.perf_counter()
    with pytest.raises(PacketError) as caught:
        decode(HOSTILE[name])
    assert time.perf_counter() - start < 0.25  # milliseconds; the margin is for a machine that is busy
    assert len(str(caught.value)) < 400


def test_an_address_without_a_type_text_has_no_arguments() -> None:
    assert decode(padded(b"/cuevox/server/ping")) == (Batch((Message("/cuevox/server/ping"),)),)


def test_an_error_names_the_address_as_far_as_it_was_readable() -> None:
    with pytest.raises(PacketError) as caught:
        decode(padded(b"/cuevox/line/play") + padded(b",s") + b"\xff\xfe\xfd\0")
    assert caught.value.address == "/cuevox/line/play"
    assert "not UTF-8" in str(caught.value) and "0xff" in str(caught.value)


def test_nested_bundles_are_batches_and_never_due_before_the_one_around_them() -> None:
    now = time.time()
    inner, outer = OscBundleBuilder(now - 100), OscBundleBuilder(now + 2)
    inner.add_content(OscMessageBuilder("/inner").build())
    outer.add_content(OscMessageBuilder("/first").build())
    outer.add_content(inner.build())
    outer.add_content(OscMessageBuilder("/second").build())
    first, second = decode(outer.build().dgram)
    assert [m.address for m in first.messages] == ["/first", "/second"]
    assert [m.address for m in second.messages] == ["/inner"]
    assert first.due_ns == second.due_ns == pytest.approx((now + 2) * 1e9, abs=1000)


def test_immediately_is_no_time_and_others_are_unix_time() -> None:
    ping = padded(b"/ping")
    assert decode(bundle(ping))[0].due_ns is None
    half_past = (NTP_TO_UNIX_S + 1_700_000_000 << 32) + (1 << 31)
    assert decode(bundle(ping, tag=half_past))[0].due_ns == 1_700_000_000_500_000_000
    assert decode(bundle()) == ()


def test_limits_hold_at_their_edges() -> None:
    ping = padded(b"/a")
    assert len(decode(bundle(*[ping + padded(b",")] * MAX_MESSAGES))[0].messages) == MAX_MESSAGES
    with pytest.raises(PacketError, match="256 messages"):
        decode(bundle(*[ping + padded(b",")] * (MAX_MESSAGES + 1)))
    longest = padded(b"/a") + padded(b",s") + b"x" * (MAX_PACKET - 12) + bytes(4)
    assert len(decode(longest)[0].messages[0].args[0].value) == MAX_PACKET - 12  # type: ignore[arg-type]
    with pytest.raises(PacketError, match="is the most"):
        decode(longest + bytes(4))


def test_a_float_keeps_its_type() -> None:
    packet = padded(b"/a") + padded(b",fd") + struct.pack(">fd", 0.5, 0.5)
    assert decode(packet)[0].messages[0].args == (Arg("f", 0.5), Arg("d", 0.5))


def test_a_reply_is_clean_text_whatever_a_file_is_called() -> None:
    assert arg("caf\udce9\0.wav") == Arg("s", "caf? .wav")
    with pytest.raises(TypeError):
        arg(object())
