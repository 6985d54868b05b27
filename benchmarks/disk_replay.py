"""What a disk may hold after a loss of power: rebuilt from the system calls of a program, as strace tells them.

What was synced is there. Of what was not, a disk may hold nothing, all, or anything between: some of the writes, some
sectors of a write, and of the names in a folder the older ones without the newer. A folder has its name only when the
one above it was synced.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (
    "openat,write,pwrite64,writev,pwritev,sendfile,lseek,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,"
    "unlink,unlinkat,mkdir,mkdirat,sendto"
)
OPTIONS = ("-f", "-y", "-xx", "-s", "10000000", "--seccomp-bpf", "-e", f"trace={CALLS}")
SECTOR = 512

_LINE = re.compile(r"(?P<thread>\d+) +(?:<\.\.\. (?P<resumed>\w+) resumed>|(?P<call>\w+)\()(?P<rest>.*)", re.DOTALL)
_HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
_FILE = re.compile(r"(?P<fd>\d+)<(?P<path>\\x2f[^>]*)>")
_QUOTED = re.compile(r'"([^"]*)"')
_RESULT = re.compile(r"\)\s+= (-?\d+)")


def of_hex(text: str) -> bytes:
    return bytes.fromhex(text.replace(r"\x", ""))


def plain(line: str, most: int = 2000) -> str:
    """A line with its strings as text, as strace writes them without -xx; `most` bytes of each."""
    return _HEX.sub(lambda found: "".join(map(_letter, of_hex(found[0][: 4 * most]))), line)


def _letter(byte: int) -> str:
    return r"\0" if byte == 0 else chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else "."


@dataclass
class Inode:
    size: int = 0  # as the program sees it
    synced: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, int, bytes | None]] = field(default_factory=list)  # call, place, data; None: cut there


Names = dict[str, Inode | None]  # by path; None: a folder
Change = Callable[[Names], None]


class ReplayedDisk:
    """Goes through the calls that concern files under `root`, and knows at each what is synced."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self.n = 0
        self._names: Names = {self._root: None}  # as the program sees them
        self._synced: Names = {self._root: None}
        self._pending: dict[str, list[tuple[int, Change]]] = {}  # by folder: call, what it does
        self._places: dict[str, tuple[str, int]] = {}  # file descriptor -> path, offset
        self._begun: dict[str, tuple[str, str, int]] = {}  # thread -> call, arguments, when

    def see(self, line: str) -> bytes | None:
        """One line of strace. -> what was sent, when it is a datagram."""
        match = _LINE.match(line)
        if match is None:
            return None
        self.n += 1
        thread = match["thread"]
        if match["call"]:
            self._begun[thread] = (match["call"], match["rest"], self.n)
            self._begins(match["call"], match["rest"])
        if not line.endswith("<unfinished ...>") and thread in self._begun:
            call, arguments, since = self._begun.pop(thread)
            result = _RESULT.search(match["rest"])
            self._ends(call, arguments, since, int(result[1]) if result else -1)
        if match["call"] == "sendto" and (text := _QUOTED.search(match["rest"])):
            return of_hex(text[1])
        return None

    def state(self, chance: random.Random, kept: float | None) -> tuple[dict[str, bytes | None], int]:
        """A disk that a loss of power may leave now: path -> content, None for a folder; how much was in the air.

        kept: 0 nothing, 1 all of what was not synced; None: any of it.
        """
        names, n_open = dict(self._synced), 0
        for changes in self._pending.values():
            n_open += len(changes)
            n = round(len(changes) * kept) if kept is not None else chance.randint(0, len(changes))
            for _, change in changes[:n]:
                change(names)
        found: dict[str, bytes | None] = {}
        for path in sorted(names):
            if str(Path(path).parent) not in found and path != self._root:
                continue  # its folder has no name
            inode = names[path]
            found[path] = None if inode is None else _content(inode, chance, kept)
        n_open += sum(len(inode.pending) for inode in names.values() if inode is not None)
        return found, n_open

    # ---- calls ------------------------------------------------------------------------------------------------------

    def _begins(self, call: str, rest: str) -> None:
        """What takes effect at once, also on a disk that then loses power."""
        if call in ("write", "pwrite64") and (file := _FILE.match(rest)):
            path, fd = self._path(of_hex(file["path"])), file["fd"]
            text = _QUOTED.search(rest)
            if path is None or text is None:
                return
            data = of_hex(text[1])
            if call == "pwrite64":
                at = int(rest[text.end() :].split(",")[2].split(")")[0].split("<")[0])
            else:
                at = self._places.get(fd, (path, 0))[1]
                self._places[fd] = (path, at + len(data))
            self._write(path, at, data)
        elif call in ("writev", "pwritev", "sendfile") and (file := _FILE.match(rest)):
            assert self._path(of_hex(file["path"])) is None, f"{call} is not replayed"
        elif call == "ftruncate" and (file := _FILE.match(rest)):
            if (path := self._path(of_hex(file["path"]))) is not None:
                self._write(path, int(rest[file.end() :].strip(", ").split(")")[0].split("<")[0]), None)

    def _ends(self, call: str, rest: str, since: int, result: int) -> None:
        if result < 0:
            return
        paths = [self._path(of_hex(text)) for text in _QUOTED.findall(rest)]
        if call == "openat" and paths:
            self._opened(paths[0], rest, str(result))
        elif call == "lseek" and (file := _FILE.match(rest)):
            if (path := self._path(of_hex(file["path"]))) is not None:
                self._places[file["fd"]] = (path, result)
        elif call in ("fsync", "fdatasync") and (file := _FILE.match(rest)):
            if (path := self._path(of_hex(file["path"]))) is not None:
                self._sync(path, since)
        elif call.startswith("rename") and None not in paths[:2]:
            self._change(str(paths[1]), _renamed(str(paths[0]), str(paths[1])))
        elif call.startswith("link") and None not in paths[:2]:
            self._change(str(paths[1]), _named(str(paths[1]), self._names[str(paths[0])]))
        elif call.startswith("unlink") and paths and paths[0]:
            self._change(paths[0], _unnamed(paths[0]))
        elif call.startswith("mkdir") and paths and paths[0]:
            self._change(paths[0], _named(paths[0], None))

    def _opened(self, path: str | None, rest: str, fd: str) -> None:
        self._places.pop(fd, None)
        if path is None:
            return
        if "O_CREAT" in rest and path not in self._names:
            self._change(path, _named(path, Inode()))
        inode = self._names.get(path)
        if inode is None:
            return
        if "O_TRUNC" in rest:
            self._write(path, 0, None)
        self._places[fd] = (path, inode.size if "O_APPEND" in rest else 0)

    def _write(self, path: str, at: int, data: bytes | None) -> None:
        if (inode := self._names.get(path)) is None:
            return
        inode.pending.append((self.n, at, data))
        inode.size = at if data is None else max(inode.size, at + len(data))

    def _change(self, path: str, change: Change) -> None:
        change(self._names)
        self._pending.setdefault(str(Path(path).parent), []).append((self.n, change))

    def _sync(self, path: str, since: int) -> None:
        inode = self._names.get(path)
        if inode is None:  # a folder
            changes = self._pending.pop(path, [])
            for _, change in [each for each in changes if each[0] < since]:
                change(self._synced)
            self._pending[path] = [each for each in changes if each[0] >= since]
            return
        for _, at, data in [each for each in inode.pending if each[0] < since]:
            _put(inode.synced, at, data)
        inode.pending = [each for each in inode.pending if each[0] >= since]

    def _path(self, name: bytes) -> str | None:
        """None: not under the root."""
        path = os.fsdecode(name)
        return path if path == self._root or path.startswith(f"{self._root}/") else None


def _named(path: str, inode: Inode | None) -> Change:
    def name(names: Names) -> None:
        names[path] = inode

    return name


def _unnamed(path: str) -> Change:
    def unname(names: Names) -> None:
        names.pop(path, None)

    return unname


def _renamed(old: str, new: str) -> Change:
    def rename(names: Names) -> None:
        if old in names:
            inode = names[old]
            if names.get(new) is not inode or inode is None:  # two names of one file stay as they are
                names[new] = names.pop(old)

    return rename


def _put(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        if at < len(content):
            del content[at:]
        else:
            content.extend(bytes(at - len(content)))
        return
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


def _content(inode: Inode, chance: random.Random, kept: float | None) -> bytes:
    content = bytearray(inode.synced)
    for _, at, data in inode.pending:
        how = kept if kept is not None else chance.choice((0.0, 0.5, 1.0))
        if how == 1.0 or (how and data is None):
            _put(content, at, data)
        elif how and data is not None:
            for start in range(0, len(data), SECTOR):
                if chance.random() < how:
                    _put(content, at + start, data[start : start + SECTOR])
    return bytes(content)


def write_state(root: Path, state: dict[str, bytes | None]) -> None:
    """Put a state where the program had its files, in place of what lies there."""
    shutil.rmtree(root, ignore_errors=True)
    for path, content in state.items():
        if content is None:
            Path(path).mkdir(parents=True, exist_ok=True)
        else:
            Path(path).write_bytes(content)
