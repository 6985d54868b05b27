"""Packets that no decoder should trust, by what is wrong with them (daw-integration, "Hostile packets")."""

from __future__ import annotations

import struct


def padded(text: bytes) -> bytes:
    """As OSC writes text: one to four zero bytes behind it."""
    return text + bytes(4 - len(text) % 4)


def bundle(*elements: bytes, tag: int = 1) -> bytes:
    return b"#bundle\0" + struct.pack(">Q", tag) + b"".join(struct.pack(">i", len(e)) + e for e in elements)


def _typed(types: bytes, data: bytes = b"") -> bytes:
    return padded(b"/cuevox/server/ping") + padded(types) + data


def _sized(size: int) -> bytes:
    """A bundle whose one element says that it has `size` bytes."""
    return b"#bundle\0" + struct.pack(">Qi", 1, size)


def _nested(depth: int) -> bytes:
    packet = padded(b"/a") + padded(b",")
    for _ in range(depth):
        packet = bundle(packet)
    return packet


HOSTILE = {
    "empty": b"",
    "three bytes": b"/x\0",
    "no end": b"/xyz",
    "a number is missing": _typed(b",i"),
    **{f"element of {size} bytes": _sized(size) for size in (0, -4, -20, 2**31 - 1, -(2**31), 4, 6)},
    "element size cut off": b"#bundle\0" + struct.pack(">Q", 1) + b"\0\0\0\0"[:4],
    "blob of 2^30 bytes": _typed(b",b", struct.pack(">i", 2**30)),
    "blob of -8 bytes": _typed(b",b", struct.pack(">i", -8)),
    "blob of 0 bytes": _typed(b",b", bytes(4)),
    "blob without a size": _typed(b",b"),
    "bad UTF-8 in the address": padded(b"/cue\xff\xfevox"),
    "non-ASCII address": padded("/cuévox".encode()),
    "bad UTF-8 in a text": _typed(b",s", padded(b"\xc3\x28")),
    "2,000 opening brackets": _typed(b"," + b"[" * 2000),
    "2,000 closing brackets": _typed(b"," + b"]" * 2000),
    "1,500 nested bundles": _nested(1500),
    "nine nested bundles": _nested(9),
    "type text without comma": _typed(b"i", struct.pack(">i", 1)),
    "address #reply": padded(b"#reply") + padded(b","),
    "address without slash": padded(b"cuevox") + padded(b","),
    "an address with a space": padded(b"/cuevox/line /play") + padded(b","),
    "an address of a thousand characters": padded(b"/" + b"a" * 999) + padded(b","),
    **{f"type {t}": _typed(f",{t}".encode(), bytes(8)) for t in "cSImrtx\x01"},
    "something behind the arguments": _typed(b",i", bytes(8)),
    "a datagram of 65,507 bytes": b"/" * 65_507,
    "65,504 slashes": b"/" * 65_504,
    "65,504 zeros": bytes(65_504),
    "three thousand empty bundles": bundle(*[bundle()] * 3000),
    "a bundle cut off": b"#bundle\0\0\0\0\0",
    "a bundle by another name": b"#bindle\0" + struct.pack(">Q", 1),
}
