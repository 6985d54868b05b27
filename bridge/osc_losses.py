"""Datagrams that the system dropped because its receive buffer was full, where it tells (Linux).

Whose they were is not known. Everybody who talks just then is told, so that nobody waits for what cannot come.
"""

from __future__ import annotations

import socket
import struct
import sys

from bridge.errors import BusyError

LOOK_S = 1.0
HEARD_WITHIN_S = 10.0  # who spoke as recently as that is told

_SO_MEMINFO, _WORDS, _DROPS = 55, 9, 8  # include/uapi/asm-generic/socket.h and linux/sock_diag.h


class Losses:
    """Of one UDP socket. One thread owns it."""

    def __init__(self, udp: socket.socket) -> None:
        self._udp = udp
        self._n_known = _n_dropped(udp)
        self._looked_s = float("-inf")
        self.is_due = False  # something came since the last look

    def look(self, now_s: float) -> BusyError | None:
        """Once a second at most, while something comes. -> what to tell; None: nothing was lost."""
        if not self.is_due or now_s < self._looked_s + LOOK_S:
            return None
        self.is_due, self._looked_s = False, now_s
        n_dropped = _n_dropped(self._udp)
        n_lost, self._n_known = (n_dropped - self._n_known) % 2**32, n_dropped
        if not n_lost:
            return None
        return BusyError(
            f"{n_lost} packets were lost before Cuevox could read them, perhaps yours: more came than this machine "
            "takes; send again what has no answer, more slowly"
        )


def _n_dropped(udp: socket.socket) -> int:
    """Since the socket was opened; 0 where that cannot be told."""
    if sys.platform != "linux":
        return 0
    try:
        words = udp.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * _WORDS)
        return int(struct.unpack(f"{_WORDS}I", words)[_DROPS])
    except (OSError, struct.error):  # before Linux 4.12
        return 0
