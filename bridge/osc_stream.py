"""OSC packets in a TCP stream. Its first byte tells the framing: 0xC0 is SLIP (OSC 1.1), else a 4-byte length (1.0)."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.osc_packet import MAX_PACKET, PacketError

_END, _ESC, _ESC_END, _ESC_ESC = 0xC0, 0xDB, b"\xdb\xdc", b"\xdb\xdd"
_END_BYTE, _ESC_BYTE = bytes([_END]), bytes([_ESC])


class BrokenStreamError(PacketError):
    """A stream in which the next packet cannot be found any more; the connection has to be closed."""


class OscStream:
    """One connection's framing: bytes in, in pieces of any size, packets out; and packets framed the same way back."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._searched = 0  # of the waiting bytes, how many are known to hold no end of a SLIP frame
        self._skipping = False  # a SLIP frame that is too long, up to its end
        self._slip: bool | None = None  # None: nothing has come yet

    def feed(self, data: bytes) -> Iterator[bytes | PacketError]:
        """The packets that `data` completes; in the place of a packet that cannot be read its PacketError.

        Raises BrokenStreamError.
        """
        self._waiting += data
        if self._slip is None and self._waiting:
            self._slip = self._waiting[0] == _END
        return self._slip_frames() if self._slip else self._length_frames()

    def frame(self, packet: bytes) -> bytes:
        """`packet` as the peer frames its own."""
        if self._slip:
            escaped = packet.replace(_ESC_BYTE, _ESC_ESC).replace(_END_BYTE, _ESC_END)
            return _END_BYTE + escaped + _END_BYTE
        return len(packet).to_bytes(4, "big") + packet

    def _length_frames(self) -> Iterator[bytes | PacketError]:
        while len(self._waiting) >= 4:
            size = int.from_bytes(self._waiting[:4], "big")
            if size > MAX_PACKET:
                raise BrokenStreamError(
                    f"a packet of {size} bytes is announced; {MAX_PACKET} is the most. Frame packets by SLIP "
                    "(0xC0 first) or by a 4-byte big-endian length"
                )
            if len(self._waiting) < 4 + size:
                return
            packet = bytes(self._waiting[4 : 4 + size])
            del self._waiting[: 4 + size]
            yield packet

    def _slip_frames(self) -> Iterator[bytes | PacketError]:
        while (end := self._waiting.find(_END, self._searched)) >= 0:
            frame = bytes(self._waiting[:end])
            del self._waiting[: end + 1]
            self._searched = 0
            if self._skipping:
                self._skipping = False
            elif frame:  # two ends in a row are the usual end of one frame and begin of the next
                try:
                    yield _unescaped(frame)
                except PacketError as error:
                    yield error
        if len(self._waiting) > 2 * MAX_PACKET or self._skipping:  # escaped, a packet is at most twice as long
            self._waiting.clear()
            if not self._skipping:
                self._skipping = True
                yield PacketError(f"a SLIP frame without an end; a packet has {MAX_PACKET} bytes at most")
        self._searched = len(self._waiting)


def _unescaped(frame: bytes) -> bytes:
    first, *rest = frame.split(_ESC_BYTE)
    packet = bytearray(first)
    for part in rest:
        if part[:1] == _ESC_END[1:]:
            packet.append(_END)
        elif part[:1] == _ESC_ESC[1:]:
            packet.append(_ESC)
        else:
            raise PacketError("a bad SLIP escape: 0xDB must be followed by 0xDC or 0xDD")
        packet += part[1:]
    return bytes(packet)
