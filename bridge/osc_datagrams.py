"""Datagrams as they come out of a socket: many at a call where the system can (Linux), else one by one.

Python gives up its lock for each call of a socket, and has to wait for it again while other threads work: up to 5 ms a
packet. So, where many come, they are taken by one call that keeps the lock for its few microseconds.
"""

from __future__ import annotations

import ctypes
import mmap
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

from bridge.osc_clients import Peer

MOST_BYTES = 65_536  # more than any datagram has
AT_ONCE = 64  # datagrams of a call
MAX_KNOWN = 4096  # addresses that are kept as peers


class _Part(ctypes.Structure):  # struct iovec
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


class _Header(ctypes.Structure):  # struct msghdr
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("name_size", ctypes.c_uint32),
        ("parts", ctypes.POINTER(_Part)),
        ("n_parts", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_size", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class _Datagram(ctypes.Structure):  # struct mmsghdr
    _fields_ = [("header", _Header), ("n_bytes", ctypes.c_uint)]


class Datagrams:
    """Of one UDP socket that does not block. One thread owns it."""

    def __init__(self, udp: socket.socket) -> None:
        call = _recvmmsg()
        self._udp = udp
        self._many = _Many(udp, call) if call is not None else None

    def read(self) -> list[tuple[Peer, bytes]]:
        """Up to AT_ONCE of those that came, in their order; none when no more are there."""
        return self._many.read() if self._many is not None else self._one_by_one()

    def _one_by_one(self) -> list[tuple[Peer, bytes]]:
        came: list[tuple[Peer, bytes]] = []
        for _ in range(AT_ONCE):
            try:
                packet, address = self._udp.recvfrom(MOST_BYTES)
            except BlockingIOError:
                break
            except OSError:  # Windows: an earlier reply found nobody. It says nothing about the next datagram
                continue
            came.append((Peer("udp", address[0], address[1]), packet))
        return came


class _Many:
    """recvmmsg: the buffers it fills, and what is in them."""

    def __init__(self, udp: socket.socket, call: Callable[..., int]) -> None:
        self._file, self._call = udp.fileno(), call
        # struct sockaddr_in, sockaddr_in6
        self._name_size = 16 if udp.family == socket.AF_INET else 28
        self._names = mmap.mmap(-1, AT_ONCE * self._name_size)
        self._data = mmap.mmap(-1, AT_ONCE * MOST_BYTES)  # of which only what is written to takes memory
        names, data = _address(self._names), _address(self._data)
        self._parts, self._came = (_Part * AT_ONCE)(), (_Datagram * AT_ONCE)()
        for i in range(AT_ONCE):
            self._parts[i] = _Part(data + i * MOST_BYTES, MOST_BYTES)
            header = _Header(names + i * self._name_size, self._name_size, ctypes.pointer(self._parts[i]), 1)
            self._came[i] = _Datagram(header)
        self._known: dict[bytes, Peer] = {}

    def read(self) -> list[tuple[Peer, bytes]]:
        n = self._call(self._file, self._came, AT_ONCE, socket.MSG_DONTWAIT, None)  # -1: there is none
        came = []
        for i in range(n):
            name, at = i * self._name_size, i * MOST_BYTES
            peer = self._peer(self._names[name : name + self._name_size])
            came.append((peer, self._data[at : at + self._came[i].n_bytes]))
        return came

    def _peer(self, name: bytes) -> Peer:
        peer = self._known.get(name)
        if peer is None:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            peer = self._known[name] = _peer_of(name)
        return peer


def _address(memory: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def _recvmmsg() -> Callable[..., int] | None:
    if sys.platform != "linux" or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    call: Any = getattr(ctypes.PyDLL(None), "recvmmsg", None)  # PyDLL: Python's lock is kept
    return call


def _peer_of(name: bytes) -> Peer:
    """As recvfrom tells it."""
    (port,) = struct.unpack_from(">H", name, 2)
    if len(name) == 16:
        return Peer("udp", socket.inet_ntop(socket.AF_INET, name[4:8]), port)
    host = socket.inet_ntop(socket.AF_INET6, name[8:24])
    (scope,) = struct.unpack_from("=I", name, 24)
    return Peer("udp", f"{host}%{_interface(scope)}" if scope else host, port)


def _interface(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:  # it is gone again
        return str(index)
