"""Drops into an Ardour session file that is closed: the clip is copied into the session, and a region put on its track.

Made after what Ardour 7 writes. Times are superclocks, 282,240,000 a second, which every usual rate divides.
"""

from __future__ import annotations

import io
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from bridge.drops.base import GAP_S, DropError, DropJob, DropReceipt, Probe, free_track, resample_position
from bridge.files import atomic_file, keep_previous, safe_name, write_atomic
from bridge.timeline import Position

SUPERCLOCK = 282_240_000
OLDEST_VERSION = 7000  # before it, sessions counted in samples

_LENGTH = re.compile(r"a(\d+)@a(\d+)")
_REGION = {  # of a clip as it is, from its first sample to its last
    "muted": "0",
    "opaque": "1",
    "locked": "0",
    "automatic": "0",
    "import": "0",
    "external": "1",
    "hidden": "0",
    "position-locked": "0",
    "start": "a0",
    "sync-position": "a0",
    "ancestral-start": "a0",
    "ancestral-length": "a0@a0",
    "stretch": "1",
    "shift": "1",
    "layering-index": "0",
    "envelope-active": "0",
    "default-fade-in": "0",
    "default-fade-out": "0",
    "fade-in-active": "1",
    "fade-out-active": "1",
    "scale-amplitude": "1",
    "type": "audio",
    "first-edit": "nothing",
    "channels": "1",
}


class ArdourSession:
    """The drop target `ardour_session`."""

    name = "ardour_session"

    def __init__(self, path: Path | None) -> None:
        """`path`: of the .ardour file; None when none is chosen yet."""
        self.path = path

    def probe(self) -> Probe:
        try:
            root = self._read()
        except DropError as error:
            return Probe(False, str(error))
        return Probe(True, f"{self.path} has {len(_playlists(root))} audio tracks; it has to be closed in Ardour")

    def drop(self, job: DropJob) -> DropReceipt:
        root = self._read()
        if _find(root, job) is None:
            _check_rate(root, job)
            if not job.clip.is_file():
                raise DropError(f"the clip {job.clip} does not exist; render the line again")
            file = self._copied(job)
            try:
                _add(root, job, file.name)
                self._write(root)
            except BaseException:
                file.unlink(missing_ok=True)
                raise
        return self.verify(job)

    def verify(self, job: DropJob) -> DropReceipt:
        root = self._read()
        _check_rate(root, job)
        found = _find(root, job)
        if found is None:
            raise DropError(f"{self.path} does not hold {job.title}; drop it first")
        track, region = found
        start, end = _span(region, job.rate)
        if end - start != job.n_samples:
            raise DropError(f"{job.title} is {end - start} samples long in {self.path}, not {job.n_samples}")
        if job.at is not None and start != resample_position(job.at.sample, job.at.rate, job.rate):
            raise DropError(f"{job.title} lies at sample {start} of {self.path}, not where it was asked for")
        if not self._file_of(root, region).is_file():
            raise DropError(f"{self.path} lacks the sound of {job.title}; undo the drop and drop it again")
        assert self.path is not None
        text = f"read back from {self.path.name}: track {track}, smp:{start}@{job.rate}, {job.n_samples} samples"
        return DropReceipt(self.name, track, Position(start, job.rate), job.n_samples, text)

    def undo(self, job: DropJob) -> None:
        root = self._read()
        found = _find(root, job)
        if found is None:
            raise DropError(f"{self.path} does not hold {job.title}; there is nothing to undo")
        _, region = found
        source, file = region.get("source-0"), self._file_of(root, region)
        next(p for p in root.iterfind("Playlists/Playlist") if region in p).remove(region)
        if not any(r.get("source-0") == source for r in root.iterfind("Playlists/Playlist/Region")):
            for parent in ("Regions", "Sources"):  # nothing else on the timeline uses the sound
                for each in list(root.iterfind(f"{parent}/*")):
                    if source in (each.get("source-0"), each.get("id") if parent == "Sources" else None):
                        _child(root, parent).remove(each)
            self._write(root)
            file.unlink(missing_ok=True)
        else:
            self._write(root)

    def _read(self) -> ET.Element:
        if self.path is None:
            raise DropError("no Ardour session is chosen; name its .ardour file as ardour_session in the settings")
        try:
            root = ET.fromstring(self.path.read_bytes())
        except FileNotFoundError as error:
            raise DropError(f"{self.path} does not exist; make the session in Ardour first") from error
        except (OSError, ET.ParseError, ValueError) as error:
            raise DropError(f"{self.path} cannot be read ({error}); nothing was written to it") from error
        version = root.get("version", "")
        if root.tag != "Session" or not version.isdigit() or int(version) < OLDEST_VERSION:
            raise DropError(f"{self.path} is no session of Ardour 7 or newer; open and save it there first")
        return root

    def _write(self, root: ET.Element) -> None:
        assert self.path is not None
        stream = io.BytesIO()
        ET.ElementTree(root).write(stream, encoding="UTF-8", xml_declaration=True)
        try:
            keep_previous(self.path)
            write_atomic(self.path, stream.getvalue() + b"\n")
        except OSError as error:
            raise DropError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def _copied(self, job: DropJob) -> Path:
        """The clip in the session's own folder, byte for byte, under a name that no other file has."""
        folder, stem, n = self._audio_folder(), safe_name(job.id, fallback="clip"), 1
        while (place := folder / (f"{stem}.wav" if n == 1 else f"{stem}-{n}.wav")).exists():
            n += 1
        try:
            with atomic_file(place) as out, job.clip.open("rb") as clip:
                shutil.copyfileobj(clip, out)
        except OSError as error:
            raise DropError(f"{job.clip} cannot be copied to {folder}: {error.strerror or error}") from error
        return place

    def _audio_folder(self) -> Path:
        assert self.path is not None
        folders = sorted(self.path.parent.glob("interchange/*/audiofiles"))
        if not folders:
            raise DropError(
                f"{self.path.parent} has no folder interchange/*/audiofiles; save the session in Ardour first"
            )
        return folders[0]

    def _file_of(self, root: ET.Element, region: ET.Element) -> Path:
        source = root.find(f"Sources/Source[@id='{region.get('source-0')}']")
        return self._audio_folder() / ("" if source is None else source.get("name", ""))


def _check_rate(root: ET.Element, job: DropJob) -> None:
    rate = root.get("sample-rate")
    if rate != str(job.rate):
        raise DropError(f"the session runs at {rate} Hz; set Cuevox's rate to the same and render the line again")
    if SUPERCLOCK % job.rate:
        raise DropError(f"Ardour cannot place clips to the sample at {job.rate} Hz; use 44100, 48000 or a multiple")


def _add(root: ET.Element, job: DropJob, file: str) -> None:
    playlists, unit = _playlists(root), SUPERCLOCK // job.rate
    taken = [(track, *_span(region, job.rate)) for track, region in _regions(root)]
    if job.at is not None:
        start = resample_position(job.at.sample, job.at.rate, job.rate)
    else:
        start = max((end for _, _, end in taken), default=-GAP_S * job.rate) + GAP_S * job.rate
    track = free_track(job.character.strip() or "Cuevox", taken, start, start + job.n_samples)
    if track not in playlists:
        raise DropError(f"the session has no audio track {track!r} that is free there; add one in Ardour and save")
    source, whole, region = (_new_id(root) for _ in range(3))
    _child(root, "Sources").append(
        ET.Element(
            "Source",
            {"name": file, "type": "audio", "flags": "", "id": source, "natural-position": "a0", "channel": "0"}
            | {"take-id": "", "origin": "", "gain": "1"},
        )
    )
    fields = _REGION | {"name": job.id, "source-0": source, "master-source-0": source}
    whole_file = fields | {"id": whole, "whole-file": "1", "length": f"a{job.n_samples * unit}@a0"}
    placed = fields | {"id": region, "whole-file": "0", "length": f"a{job.n_samples * unit}@a{start * unit}"}
    _child(root, "Regions").append(ET.Element("Region", whole_file))
    playlists[track].append(ET.Element("Region", placed))


def _playlists(root: ET.Element) -> dict[str, ET.Element]:
    """The playlist that each audio track plays, by the track's name."""
    routes = {
        r.get("audio-playlist"): r.get("name", "") for r in root.iterfind("Routes/Route") if r.get("audio-playlist")
    }
    playlists = root.iterfind("Playlists/Playlist")
    return {routes[p.get("id")]: p for p in playlists if p.get("id") in routes}


def _regions(root: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    for track, playlist in _playlists(root).items():
        for region in playlist.iterfind("Region"):
            yield track, region


def _find(root: ET.Element, job: DropJob) -> tuple[str, ET.Element] | None:
    return next(((track, region) for track, region in _regions(root) if region.get("name") == job.id), None)


def _span(region: ET.Element, rate: int) -> tuple[int, int]:
    """First sample and the one behind the last; a region in beats lies where nobody can tell from here: raises."""
    match = _LENGTH.fullmatch(region.get("length", ""))
    if match is None:
        raise DropError(f"the region {region.get('name')!r} is placed in beats; drop into the open session instead")
    length, start = (int(each) * rate for each in match.groups())
    return start // SUPERCLOCK, -(-(start + length) // SUPERCLOCK)


def _new_id(root: ET.Element) -> str:
    fresh = int(root.get("id-counter", "0"))
    root.set("id-counter", str(fresh + 1))
    return str(fresh)


def _child(root: ET.Element, tag: str) -> ET.Element:
    found = root.find(tag)
    if found is None:
        raise DropError(f"the session file has no {tag}; open and save it in Ardour first")
    return found
