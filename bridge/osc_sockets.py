"""The two sockets that OSC is heard at: UDP and listening TCP, on the same number."""

from __future__ import annotations

import errno
import socket
import sys

from bridge.errors import PortTakenError

RECEIVE_BUFFER = 1 << 22  # bytes the system may hold for us: a sheet of a thousand lines comes in one go
FREE_PORT_TRIES = 20


def bind(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """-> UDP, TCP. `port` 0: any number that is free in both. Raises PortTakenError."""
    tries = 1 if port else FREE_PORT_TRIES
    for n in range(tries):
        try:
            return _bind_once(host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and n + 1 < tries:
                continue  # the number that one protocol was given is taken in the other
            way_out = (
                "end the other program, or choose another port in the settings or with --osc-port"
                if error.errno == errno.EADDRINUSE
                else "choose another address or port in the settings"
            )
            raise PortTakenError(f"OSC cannot listen on {host}:{port}: {error.strerror or error}; {way_out}") from error
    raise AssertionError("a loop of at least one try")


def _bind_once(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if sys.platform == "win32":  # elsewhere a port is ours alone unless we say otherwise
            for each in (listener, udp):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # a connection of the last run that is not quite over does not keep the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        listener.bind(address)
        udp.bind((address[0], listener.getsockname()[1]))
        listener.listen()
        for each in (listener, udp):
            each.setblocking(False)
    except OSError:
        listener.close()
        udp.close()
        raise
    return udp, listener
