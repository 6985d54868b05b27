"""OSC 1.0 packets: bytes from anywhere -> messages with typed arguments, or a PacketError; and replies -> bytes.

Reading is an own decoder and not python-osc's message class, because every length has to be walked and checked before
that class may see a packet (one 24-byte bundle hangs it for ever), so the values are at hand already; because it
forgets the types, and a float32 position has to be told from a float64 one; and because an unknown type shifts all its
later arguments. Writing is our own as well: its builder reads all that it wrote again, byte by byte, and under load
that was the largest part of an answer's time. The tests hold both against python-osc.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from bridge.errors import BridgeError

MAX_PACKET = 65_504  # bytes: the largest UDP datagram, down to a multiple of four
MAX_DEPTH = 8  # of bundles in bundles, and of arrays in arrays
MAX_MESSAGES = 256  # in one packet
MAX_ADDRESS = 200  # characters: a reply repeats the address and has to fit into one datagram

IMMEDIATELY = 1  # the time tag that OSC reserves for "now"
NTP_TO_UNIX_S = 2_208_988_800  # 1900-01-01 to 1970-01-01

_BUNDLE = b"#bundle\0"
_FORBIDDEN = frozenset(" #,")  # besides, patterns (* ? [ ] { }) are an address as well: the API knows what they may
_CHOICE = re.compile(r"\{[^{} #]*\}")  # {one,other}: the only place for a comma
_VALUES = {"T": True, "F": False, "N": None}
_NUMBERS = {"i": struct.Struct(">i"), "h": struct.Struct(">q"), "f": struct.Struct(">f"), "d": struct.Struct(">d")}
# Of OSC's other types no command has an argument, and python-osc cannot send most of them back.
_OTHER_TYPES = {"c": "char", "S": "symbol", "I": "infinitum", "m": "MIDI", "r": "colour", "t": "time tag"}

Value = str | bytes | int | float | bool | None


class PacketError(BridgeError):
    """A packet that is not well-formed OSC. `address` is that of the message at fault, as far as it was readable."""

    code = "bad_packet"

    def __init__(self, text: str, address: str = "") -> None:
        super().__init__(text)
        self.address = address


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument: its OSC type (`i h f d s b T F N`, or `[` for an array) and its value."""

    type: str
    value: Value | tuple[Arg, ...]


@dataclass(frozen=True, slots=True)
class Message:
    address: str
    args: tuple[Arg, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one bundle (or a single one): to be checked together and carried out together."""

    messages: tuple[Message, ...]
    due_ns: int | None = None  # Unix time in nanoseconds; None: now


def decode(packet: bytes) -> tuple[Batch, ...]:
    """The messages of a packet, a batch for each bundle, in order. Raises PacketError, and nothing else."""
    if len(packet) > MAX_PACKET:
        raise PacketError(f"a packet of {len(packet)} bytes; {MAX_PACKET} is the most")
    if not packet:
        raise PacketError("an empty packet; an OSC message begins with an address such as /cuevox/server/ping")
    if len(packet) % 4:
        raise PacketError(f"a packet of {len(packet)} bytes; OSC packets are a multiple of 4 bytes long")
    if not packet.startswith(b"#"):
        return (Batch((_message(packet),)),)
    batches: list[Batch] = []
    _bundle(packet, depth=1, not_before_ns=None, batches=batches)
    return tuple(batch for batch in batches if batch.messages)


def arg(value: object) -> Arg:
    """An argument of the type that a value of ours is sent in: text s, whole numbers i (h from 2^31 on), others f."""
    match value:
        case Arg():
            return value
        case str():
            # No zero byte, and no half of a surrogate pair (a file name that is not Unicode has them).
            return Arg("s", value.replace("\0", " ").encode(errors="replace").decode())
        case bytes():
            return Arg("b", value)
        case None | True | False:
            return Arg("N" if value is None else "T" if value else "F", value)
        case int():
            return Arg("i" if -(2**31) <= value < 2**31 else "h", value)
        case float():
            return Arg("f", value)
    raise TypeError(f"{value!r} cannot be sent over OSC")


def encode(message: Message) -> bytes:
    """One message as a packet."""
    types, values = [","], [b""]
    for each in message.args:
        _write(each, types, values)
    values[0] = _padded(message.address.encode()) + _padded("".join(types).encode())
    return b"".join(values)


def unix_ns(time_tag: int) -> int | None:
    """An NTP time tag (64 bits) in nanoseconds since 1970; None for `immediately`."""
    return None if time_tag == IMMEDIATELY else (time_tag * 10**9 >> 32) - NTP_TO_UNIX_S * 10**9


def _write(each: Arg, types: list[str], values: list[bytes]) -> None:
    """Add an argument to the type text and to the values."""
    kind, value = each.type, each.value
    if isinstance(value, tuple):
        types.append("[")
        for inner in value:
            _write(inner, types, values)
        types.append("]")
        return
    types.append(kind)
    if isinstance(value, str):
        values.append(_padded(value.encode()))
    elif isinstance(value, bytes):
        values += (len(value).to_bytes(4, "big"), value, bytes(-len(value) % 4))
    elif kind not in _VALUES:
        values.append(_NUMBERS[kind].pack(value))


def _padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def _bundle(packet: bytes, depth: int, not_before_ns: int | None, batches: list[Batch]) -> None:
    """Add the messages of one bundle as a batch, and those of the bundles in it as batches behind."""
    if depth > MAX_DEPTH:
        raise PacketError(f"bundles nested deeper than {MAX_DEPTH}")
    if not packet.startswith(_BUNDLE) or len(packet) < 16:
        raise PacketError("a bundle begins with #bundle and a time tag of 8 bytes")
    due_ns = unix_ns(int.from_bytes(packet[8:16], "big"))
    if not_before_ns is not None:  # OSC 1.0: an inner bundle is never due before the one around it
        due_ns = not_before_ns if due_ns is None else max(due_ns, not_before_ns)

    elements: list[bytes] = []
    at = 16
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big", signed=True)
        if size < 8 or size % 4 or size > len(packet) - at - 4:
            raise PacketError(
                f"a bundle element of {size} bytes at byte {at}; elements have 8 bytes or more, a multiple of 4, "
                f"and end inside the bundle ({len(packet) - at - 4} bytes are left)"
            )
        elements.append(packet[at + 4 : at + 4 + size])
        at += 4 + size
    inner = [element for element in elements if element.startswith(b"#")]
    if len(elements) + sum(len(batch.messages) for batch in batches) > MAX_MESSAGES:
        raise PacketError(f"more than {MAX_MESSAGES} messages in one packet; send several packets")
    batches.append(Batch(tuple(_message(e) for e in elements if not e.startswith(b"#")), due_ns))
    for element in inner:
        _bundle(element, depth + 1, due_ns, batches)


def _message(packet: bytes) -> Message:
    address, at = _text(packet, 0, "the address")
    if not address.startswith("/"):
        raise PacketError(f"{address[:60]!r} is no OSC address; an address begins with /")
    if len(address) > MAX_ADDRESS:
        raise PacketError(f"an address of {len(address)} characters; {MAX_ADDRESS} are the most")
    if not address.isascii() or not address.isprintable() or _FORBIDDEN & set(_CHOICE.sub("", address)):
        raise PacketError(
            f"{address[:60]!r} is no OSC address; it holds a character other than ASCII letters, digits, / _ - . "
            "A name that has others goes behind the address, as an argument"
        )
    if at == len(packet):  # old senders leave the type text out when there are no arguments
        return Message(address)
    try:
        types, at = _text(packet, at, "the type text")
        if not types.startswith(","):
            raise PacketError(f"{address}: the type text {types[:60]!r} does not begin with a comma")
        args, at = _arguments(packet, at, types[1:])
        if at != len(packet):
            raise PacketError(f"{len(packet) - at} bytes behind the last argument; the type text is {types[:60]!r}")
    except PacketError as error:
        raise PacketError(f"{address}: {error}", address) from None
    return Message(address, args)


def _arguments(packet: bytes, at: int, types: str) -> tuple[tuple[Arg, ...], int]:
    stack: list[list[Arg]] = [[]]  # the arrays that are open, innermost last
    for kind in types:
        if kind == "[":
            if len(stack) > MAX_DEPTH:
                raise PacketError(f"arrays nested deeper than {MAX_DEPTH}")
            stack.append([])
            continue
        if kind == "]":
            if len(stack) == 1:
                raise PacketError("the type text closes an array that it did not open")
            array = stack.pop()
            stack[-1].append(Arg("[", tuple(array)))
            continue
        value, at = _value(packet, at, kind)
        stack[-1].append(Arg(kind, value))
    if len(stack) > 1:
        raise PacketError("the type text opens an array that it does not close")
    return tuple(stack[0]), at


def _value(packet: bytes, at: int, kind: str) -> tuple[Value, int]:
    """The value of type `kind` at byte `at`, and where the next one begins."""
    if kind == "s":
        return _text(packet, at, "a text argument")
    if kind in _VALUES:
        return _VALUES[kind], at
    if number := _NUMBERS.get(kind):
        if at + number.size > len(packet):
            raise PacketError(f"the packet ends before its argument of type {kind!r}")
        return number.unpack_from(packet, at)[0], at + number.size
    if kind == "b":
        size = int.from_bytes(packet[at : at + 4], "big", signed=True)
        end = at + 4 + size + -size % 4
        if size < 0 or at + 4 > len(packet) or end > len(packet):
            raise PacketError(f"a blob of {size} bytes; {max(0, len(packet) - at - 4)} bytes are left in the packet")
        if not size:  # python-osc, which writes our replies, cannot send one back
            raise PacketError("an empty blob; send a text or nil where there is nothing to send")
        return packet[at + 4 : at + 4 + size], end
    name = f" ({_OTHER_TYPES[kind]})" if kind in _OTHER_TYPES else ""
    raise PacketError(f"argument type {kind!r}{name} is not used here; send text as s, numbers as i, h, f, d or text")


def _text(packet: bytes, at: int, what: str) -> tuple[str, int]:
    """The zero-ended UTF-8 at byte `at`, and where its padding to a multiple of four ends."""
    end = packet.find(b"\0", at)
    if end < 0:
        raise PacketError(f"{what} has no end; texts end with one to four zero bytes")
    try:
        text = packet[at:end].decode()
    except UnicodeDecodeError as error:
        raise PacketError(
            f"{what} is not UTF-8: byte {packet[at + error.start]:#04x} at byte {at + error.start}"
        ) from None
    return text, end + 4 - end % 4
