"""TCP framing: any packets, cut anywhere, come out whole, and python-osc frames them alike."""

from __future__ import annotations

import itertools
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc import slip

from bridge.osc_packet import MAX_PACKET, PacketError
from bridge.osc_stream import BrokenStreamError, OscStream


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(c % (len(stream) + 1) for c in cuts), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


def fed(stream: OscStream, data: list[bytes]) -> list[bytes | PacketError]:
    return [packet for piece in data for packet in stream.feed(piece)]


packets = st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=5)
cuts = st.lists(st.integers(0, 1000), max_size=12)


@settings(deadline=None)
@given(packets, cuts)
def test_slip_frames_come_out_whole(sent: list[bytes], cuts: list[int]) -> None:
    assert fed(OscStream(), pieces(b"".join(slip.encode(p) for p in sent), cuts)) == sent


@settings(deadline=None)
@given(packets, cuts)
def test_lengths_come_out_whole_also_when_a_header_is_cut(sent: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(struct.pack(">I", len(p)) + p for p in sent)
    assert fed(OscStream(), pieces(stream, cuts)) == sent


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=80))
def test_a_reply_is_framed_as_the_client_frames(packet: bytes) -> None:
    by_slip, by_length = OscStream(), OscStream()
    assert fed(by_slip, [slip.encode(b"/a\0\0")]) == [b"/a\0\0"]
    assert fed(by_length, [b"\0\0\0\4/a\0\0"]) == [b"/a\0\0"]
    assert slip.decode(by_slip.frame(packet)) == packet
    assert by_length.frame(packet) == struct.pack(">I", len(packet)) + packet


@settings(deadline=None)
@given(st.binary(max_size=600), cuts)
def test_random_bytes_raise_nothing_else(data: bytes, cuts: list[int]) -> None:
    try:
        fed(OscStream(), pieces(data, cuts))
    except BrokenStreamError:
        pass


def test_a_bad_escape_costs_one_packet() -> None:
    found = fed(OscStream(), [b"\xc0/a\xdb\x00\xc0\xc0/b\0\0\xc0"])
    assert isinstance(found[0], PacketError) and "escape" in str(found[0])
    assert found[1:] == [b"/b\0\0"]


def test_a_frame_without_an_end_is_told_once_and_skipped() -> None:
    stream = OscStream()
    found = fed(stream, [b"\xc0", *[b"x" * 50_000] * 6, b"y\xc0/b\0\0\xc0"])
    assert isinstance(found[0], PacketError)
    assert found[1:] == [b"/b\0\0"]


def test_a_length_beyond_the_limit_breaks_the_stream() -> None:
    with pytest.raises(BrokenStreamError, match="is announced"):
        fed(OscStream(), [struct.pack(">I", MAX_PACKET + 4)])
