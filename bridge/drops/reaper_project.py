"""Drops into a closed REAPER project (.RPP): one track a character, the item at its place with its exact length.

The file is edited as lines: what was there stays byte for byte, and undoing a drop gives the bytes of before. A file
whose blocks do not open and close in order is damaged (or not yet whole) and is never written to. REAPER does not
notice a change to a project that it has open, and saving there would write over it: hence "closed".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge.drops.base import (
    GAP_S,
    DropError,
    DropJob,
    DropReceipt,
    Probe,
    free_track,
    resample_position,
    samples_of_text,
    seconds_text,
    stable_uuid,
)
from bridge.files import keep_previous, write_atomic
from bridge.timeline import Position

_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")  # no line of a project can hold these

_EMPTY_PROJECT = """<REAPER_PROJECT 0.1 "7.0/cuevox" 0
  RIPPLE 0
  SAMPLERATE {rate} 1 0
  TEMPO 120 4 4
  TIMEMODE 1 5 -1 30 0 0 -1
>
"""


@dataclass(frozen=True)
class _Block:
    """`<TAG ...` to its `>`: lines first..last (both included), counted from 0."""

    tag: str
    first: int
    last: int
    children: tuple[_Block, ...]


@dataclass(frozen=True)
class _Item:
    block: _Block
    guid: str
    track: str
    position: str  # seconds, as the file has it
    length: str


class ReaperProject:
    """The drop target `reaper_project`."""

    name = "reaper_project"

    def __init__(self, path: Path, *, rate: int = 48000) -> None:
        """`rate`: of a project that does not exist yet and is made by the first drop."""
        self.path = path
        self.rate = rate

    def probe(self) -> Probe:
        if not self.path.exists():
            return Probe(True, f"{self.path} will be made by the first drop")
        try:
            tracks = _tracks(*self._read()[1:])
        except DropError as error:
            return Probe(False, str(error))
        return Probe(True, f"{self.path} is whole, {len(tracks)} tracks; close it in REAPER before a drop")

    def drop(self, job: DropJob) -> DropReceipt:
        before, lines, root = self._read()
        items = _items(lines, root)
        if any(item.guid == _item_guid(job) for item in items):
            return self.verify(job)
        if not job.clip.is_file():
            raise DropError(f"the clip {job.clip} does not exist; render the line again")
        spans = [_span(item, job.rate) for item in items]
        start = self._start(job, spans)
        track = free_track(_unquote(_quote(job.character)) or "Cuevox", spans, start, start + job.n_samples)
        newline = b"\r\n" if lines[0].endswith(b"\r\n") else b"\n"
        item_text = _item_text(job, start, self._clip_reference(job.clip))
        block = next((t for t in _tracks(lines, root) if _value(lines, t, "NAME") == track), None)
        if block is not None:
            at, text = block.last, item_text
        else:
            tracks = _tracks(lines, root)
            extensions = [b.first for b in root.children if b.tag == "EXTENSIONS"]
            at = tracks[-1].last + 1 if tracks else min([root.last, *extensions])
            text = _track_text(track, item_text)
        lines[at:at] = [line.encode() + newline for line in text]
        self._write(b"".join(lines), before)
        return self.verify(job)

    def verify(self, job: DropJob) -> DropReceipt:
        _, lines, root = self._read()
        item = self._find(job, lines, root)
        track, start, end = _span(item, job.rate)
        if end - start != job.n_samples:
            raise DropError(f"{job.title} is {end - start} samples long in {self.path}, not {job.n_samples}")
        if job.at is not None and start != resample_position(job.at.sample, job.at.rate, job.rate):
            raise DropError(f"{job.title} lies at sample {start} of {self.path}, not where it was asked for")
        text = f"read back from {self.path.name}: track {track}, smp:{start}@{job.rate}, {job.n_samples} samples"
        return DropReceipt(self.name, track, Position(start, job.rate), job.n_samples, text)

    def undo(self, job: DropJob) -> None:
        before, lines, root = self._read()
        item = self._find(job, lines, root)
        gone = item.block
        track = next(t for t in _tracks(lines, root) if item.block in t.children)
        made_by_us = _guid(lines[track.first]) == _track_guid(item.track)
        if made_by_us and [c for c in track.children if c.tag != "ITEM"] == [] and len(track.children) == 1:
            gone = track
        del lines[gone.first : gone.last + 1]
        self._write(b"".join(lines), before)

    def _read(self) -> tuple[bytes | None, list[bytes], _Block]:
        """What the file holds (None: no file), its lines, the block around all."""
        try:
            data = self.path.read_bytes() if self.path.exists() else None
        except OSError as error:
            raise DropError(f"{self.path} cannot be read: {error.strerror or error}") from error
        lines = (data if data is not None else _EMPTY_PROJECT.format(rate=self.rate).encode()).splitlines(keepends=True)
        try:
            return data, lines, _parse(lines)
        except ValueError as error:
            raise DropError(
                f"{self.path} is damaged or not a whole REAPER project ({error}); nothing was written to it - "
                "open and save it in REAPER, or choose another project"
            ) from error

    def _write(self, data: bytes, before: bytes | None) -> None:
        try:
            if (self.path.read_bytes() if self.path.exists() else None) != before:
                raise DropError(f"{self.path} was changed by another program just now; nothing was written, try again")
            keep_previous(self.path)
            write_atomic(self.path, data)
        except OSError as error:
            raise DropError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def _find(self, job: DropJob, lines: list[bytes], root: _Block) -> _Item:
        for item in _items(lines, root):
            if item.guid == _item_guid(job):
                return item
        raise DropError(f"{self.path} does not hold {job.title}; drop it first")

    def _start(self, job: DropJob, spans: list[tuple[str, int, int]]) -> int:
        if job.at is not None:
            return resample_position(job.at.sample, job.at.rate, job.rate)
        return max((end for _, _, end in spans), default=-GAP_S * job.rate) + GAP_S * job.rate

    def _clip_reference(self, clip: Path) -> str:
        """Relative while project and clip share a folder, so that the folder may move; absolute else."""
        clip, folder = clip.resolve(), self.path.resolve().parent
        if clip.is_relative_to(folder):
            return clip.relative_to(folder).as_posix()
        if clip.is_relative_to(folder.parent):
            return f"../{clip.relative_to(folder.parent).as_posix()}"
        return str(clip)


def _parse(lines: list[bytes]) -> _Block:
    """The tree of blocks. Raises ValueError with the reason when they do not nest."""
    if not lines or not lines[0].startswith(b"<REAPER_PROJECT"):
        raise ValueError("it does not begin with <REAPER_PROJECT")
    open_blocks: list[tuple[str, int, list[_Block]]] = []
    root: _Block | None = None
    for i, line in enumerate(lines):
        word = line.strip()
        if root is not None:
            if word:
                raise ValueError(f"line {i + 1} comes after the end of the project")
        elif word.startswith(b"<"):
            open_blocks.append((word[1:].split(b" ")[0].decode("latin-1"), i, []))
        elif word == b">":
            tag, first, children = open_blocks.pop()
            block = _Block(tag, first, i, tuple(children))
            if open_blocks:
                open_blocks[-1][2].append(block)
            else:
                root = block
    if root is None:
        raise ValueError(f"the block that line {open_blocks[-1][1] + 1} opens is never closed")
    return root


def _tracks(lines: list[bytes], root: _Block) -> list[_Block]:
    return [block for block in root.children if block.tag == "TRACK"]


def _items(lines: list[bytes], root: _Block) -> list[_Item]:
    return list(_walk_items(lines, root))


def _walk_items(lines: list[bytes], root: _Block) -> Iterator[_Item]:
    for track in _tracks(lines, root):
        name = _value(lines, track, "NAME")
        for block in track.children:
            if block.tag == "ITEM":
                position, length = _value(lines, block, "POSITION"), _value(lines, block, "LENGTH")
                yield _Item(block, _value(lines, block, "IGUID").upper(), name, position, length)


def _span(item: _Item, rate: int) -> tuple[str, int, int]:
    """Track, first sample, sample behind the last. Both ends are rounded, as REAPER does it when it plays."""
    try:
        start = samples_of_text(item.position or "0", rate)
        length = samples_of_text(item.length or "0", rate)
    except ValueError as error:
        raise DropError(
            f"an item on track {item.track!r} has a broken place: {error}; open and save in REAPER"
        ) from error
    return item.track, start, start + length


def _value(lines: list[bytes], block: _Block, key: str) -> str:
    """The first value after `key` right inside a block, without its quotes; empty if it is not there."""
    inner = iter(block.children)
    child = next(inner, None)
    i = block.first + 1
    while i < block.last:
        if child is not None and i == child.first:
            i, child = child.last + 1, next(inner, None)
            continue
        word, _, rest = lines[i].strip().decode("utf-8", "replace").partition(" ")
        if word == key:
            return _unquote(rest)
        i += 1
    return ""


def _unquote(text: str) -> str:
    if text[:1] in ('"', "'", "`"):
        end = text.find(text[0], 1)
        return text[1:end] if end > 0 else text[1:]
    return text.split(" ")[0]


def _quote(text: str) -> str:
    """REAPER has three quotes and no escape: the first that the text does not hold, and the backtick must give way."""
    text = _CONTROL.sub(" ", text)
    for quote in ('"', "'", "`"):
        if quote not in text:
            return f"{quote}{text}{quote}"
    return f"`{text.replace('`', chr(39))}`"


def _guid(line: bytes) -> str:
    found = re.search(rb"\{[0-9A-Fa-f-]{36}\}", line)
    return found.group().decode().upper() if found else ""


def _item_guid(job: DropJob) -> str:
    return f"{{{str(stable_uuid('item', job.id)).upper()}}}"


def _track_guid(name: str) -> str:
    return f"{{{str(stable_uuid('track', name)).upper()}}}"


def _item_text(job: DropJob, start: int, reference: str) -> list[str]:
    take_guid = str(stable_uuid("take", job.id)).upper()
    note = [f"        |{_CONTROL.sub(' ', line)}" for line in job.text.splitlines()]
    return [
        "    <ITEM",
        f"      POSITION {seconds_text(start, job.rate)}",
        "      SNAPOFFS 0",
        f"      LENGTH {seconds_text(job.n_samples, job.rate)}",
        "      LOOP 0",
        "      ALLTAKES 0",
        "      FADEIN 0 0 0 0 0 0 0",  # the clip's own ends are what was asked for
        "      FADEOUT 0 0 0 0 0 0 0",
        "      MUTE 0 0",
        "      SEL 0",
        f"      IGUID {_item_guid(job)}",
        f"      NAME {_quote(job.title)}",
        "      VOLPAN 1 0 1 -1",
        "      SOFFS 0",
        "      PLAYRATE 1 1 0 -1 0 0.0025",
        "      CHANMODE 0",
        f"      GUID {{{take_guid}}}",
        *(["      <NOTES", *note, "      >"] if note else []),
        "      <SOURCE WAVE",
        f"        FILE {_quote(reference)}",
        "      >",
        "    >",
    ]


def _track_text(name: str, item: list[str]) -> list[str]:
    guid = _track_guid(name)
    return [
        f"  <TRACK {guid}",
        f"    NAME {_quote(name)}",
        "    VOLPAN 1 0 -1 -1 1",
        "    MUTESOLO 0 0 0",
        "    ISBUS 0 0",
        "    NCHAN 2",
        "    FX 1",
        f"    TRACKID {guid}",
        "    MAINSEND 1 0",
        *item,
        "  >",
    ]
