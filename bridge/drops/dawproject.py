"""Drops into a DAWproject file: a ZIP with project.xml, metadata.xml and the clips, for Bitwig, Studio One, Cubase...

Made after the public DAWproject 1.0 schema (github.com/bitwig/dawproject). A DAW opens it as a new project; it does
not add to the one that is open. Our file is rebuilt as a whole at every drop, so many clips go in best by `drop_all`.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

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
from bridge.files import atomic_file, keep_previous, safe_name
from bridge.ixml import NOT_XML
from bridge.timeline import Position

APPLICATION = "Cuevox"
FORMAT_VERSION = "1.0"

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the first a ZIP can tell: the same drops give the same file


class DawProject:
    """The drop target `dawproject`."""

    name = "dawproject"

    def __init__(self, path: Path, *, title: str = "Cuevox", version: str = "1") -> None:
        """`version`: of the program, for the file's Application entry."""
        self.path = path
        self.title = title
        self.version = version

    def probe(self) -> Probe:
        try:
            root = self._read()
        except DropError as error:
            return Probe(False, str(error))
        return Probe(True, f"{self.path} holds {len(list(root.iter('Clip')))} clips; a DAW opens it as a new project")

    def drop(self, job: DropJob) -> DropReceipt:
        return self.drop_all([job])[0]

    def drop_all(self, jobs: Sequence[DropJob]) -> list[DropReceipt]:
        """Like `drop` for each, with one rewrite of the file. All get in, or none."""
        root = self._read()
        added: dict[str, Path] = {}
        for job in jobs:
            if _find(root, job) is None:
                if not job.clip.is_file():
                    raise DropError(f"the clip {job.clip} does not exist; render the line again")
                added[_add_clip(root, job)] = job.clip
        if added:
            self._write(root, added)
        return [self.verify(job) for job in jobs]

    def verify(self, job: DropJob) -> DropReceipt:
        root = self._read()
        clip = _find(root, job)
        if clip is None:
            raise DropError(f"{self.path} does not hold {job.title}; drop it first")
        track, start, end = next(span for found, span in _spans(root, job.rate) if found is clip)
        if end - start != job.n_samples:
            raise DropError(f"{job.title} is {end - start} samples long in {self.path}, not {job.n_samples}")
        if job.at is not None and start != resample_position(job.at.sample, job.at.rate, job.rate):
            raise DropError(f"{job.title} lies at sample {start} of {self.path}, not where it was asked for")
        with zipfile.ZipFile(self.path) as archive:
            if _file_of(clip) not in archive.namelist():
                raise DropError(f"{self.path} lacks the sound of {job.title}; remove the file and drop again")
        text = f"read back from {self.path.name}: track {track}, smp:{start}@{job.rate}, {job.n_samples} samples"
        return DropReceipt(self.name, track, Position(start, job.rate), job.n_samples, text)

    def undo(self, job: DropJob) -> None:
        root = self._read()
        clip = _find(root, job)
        if clip is None:
            raise DropError(f"{self.path} does not hold {job.title}; there is nothing to undo")
        for lanes in list(root.iterfind("Arrangement/Lanes/Lanes")):
            clips = lanes.find("Clips")
            if clips is not None and clip in clips:
                clips.remove(clip)
                if len(clips) == 0:
                    structure, arrangement = root.find("Structure"), root.find("Arrangement/Lanes")
                    track = root.find(f"Structure/Track[@id='{lanes.get('track')}']")
                    assert structure is not None and arrangement is not None and track is not None
                    structure.remove(track)
                    arrangement.remove(lanes)
        self._write(root, {})

    def _read(self) -> ET.Element:
        """project.xml of our file, or of a new one."""
        if not self.path.exists():
            return _empty_project(self.version)
        try:
            with zipfile.ZipFile(self.path) as archive:
                root = ET.fromstring(archive.read("project.xml"))
        except (OSError, zipfile.BadZipFile, KeyError, ET.ParseError, EOFError, ValueError) as error:
            raise DropError(
                f"{self.path} is damaged ({error}); nothing was written to it - choose another file"
            ) from error
        application = root.find("Application")
        if application is None or application.get("name") != APPLICATION:
            maker = "another program" if application is None else application.get("name")
            raise DropError(
                f"{self.path} was saved by {maker}; choose another file, so that its content stays as it is"
            )
        return root

    def _write(self, root: ET.Element, added: dict[str, Path]) -> None:
        """The file anew: the sounds that clips still refer to are carried over as they are."""
        wanted = {_file_of(clip) for clip in root.iter("Clip")}
        try:
            keep_previous(self.path)
            with atomic_file(self.path) as file:
                self._write_archive(file, root, added, wanted)
        except OSError as error:
            raise DropError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def _write_archive(self, file: BinaryIO, root: ET.Element, added: dict[str, Path], wanted: set[str]) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_entry("project.xml"), _document(root))
            archive.writestr(_entry("metadata.xml"), _document(_metadata(self.title)))
            if self.path.exists():
                with zipfile.ZipFile(self.path) as old:
                    for entry in old.infolist():
                        if entry.filename in wanted and entry.filename not in added:
                            archive.writestr(_entry(entry.filename), old.read(entry))
            for name, clip in sorted(added.items()):
                archive.writestr(_entry(name), clip.read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _ZIP_TIME)


def _document(root: ET.Element) -> bytes:
    ET.indent(root)
    stream = io.BytesIO()
    ET.ElementTree(root).write(stream, encoding="UTF-8", xml_declaration=True)
    return stream.getvalue() + b"\n"


def _metadata(title: str) -> ET.Element:
    root = ET.Element("MetaData")
    ET.SubElement(root, "Title").text = _clean(title)
    ET.SubElement(root, "Comment").text = "Generated speech"
    return root


def _empty_project(version: str) -> ET.Element:
    root = ET.Element("Project", version=FORMAT_VERSION)
    ET.SubElement(root, "Application", name=APPLICATION, version=version)
    transport = ET.SubElement(root, "Transport")
    ET.SubElement(transport, "Tempo", id="tempo", name="Tempo", unit="bpm", value="120", min="20", max="666")
    ET.SubElement(transport, "TimeSignature", id="time-signature", denominator="4", numerator="4")
    structure = ET.SubElement(root, "Structure")
    master = ET.SubElement(structure, "Track", id="master-track", name="Master", contentType="audio notes")
    ET.SubElement(master, "Channel", id="master", audioChannels="2", role="master", solo="false")
    arrangement = ET.SubElement(root, "Arrangement", id="arrangement")
    ET.SubElement(arrangement, "Lanes", id="arrangement-lanes", timeUnit="seconds")
    return root


def _add_clip(root: ET.Element, job: DropJob) -> str:
    """The job's clip on its track; returns the name of its sound inside the archive."""
    spans = [span for _, span in _spans(root, job.rate)]
    if job.at is not None:
        start = resample_position(job.at.sample, job.at.rate, job.rate)
    else:
        start = max((end for _, _, end in spans), default=-GAP_S * job.rate) + GAP_S * job.rate
    track = free_track(_clean(job.character).strip() or APPLICATION, spans, start, start + job.n_samples)
    clips = _clips_of(root, track)
    seconds = seconds_text(job.n_samples, job.rate)
    clip = ET.SubElement(
        clips,
        "Clip",
        name=_clean(job.title),
        comment=_clean(job.text),
        time=seconds_text(start, job.rate),
        duration=seconds,
        contentTimeUnit="seconds",
        playStart="0",
    )
    audio = ET.SubElement(
        clip, "Audio", id=_audio_id(job), channels="1", duration=seconds, sampleRate=str(job.rate), algorithm="raw"
    )
    # Two lines may have one safe name, so the id keeps them apart.
    file = f"audio/{safe_name(job.id, fallback='clip')}-{stable_uuid('take', job.id).hex[:8]}.wav"
    ET.SubElement(audio, "File", path=file)
    return file


def _clips_of(root: ET.Element, track: str) -> ET.Element:
    """The lane of clips of a track; both are made where they are missing."""
    structure, arrangement = root.find("Structure"), root.find("Arrangement/Lanes")
    assert structure is not None and arrangement is not None
    found = next((t for t in structure.iterfind("Track") if t.get("name") == track), None)
    if found is None:
        key = stable_uuid("track", track).hex
        found = ET.Element("Track", id=f"track-{key}", name=track, contentType="audio", loaded="true")
        channel = ET.SubElement(found, "Channel", id=f"channel-{key}", audioChannels="2", destination="master")
        channel.set("role", "regular")
        structure.insert(len(structure) - 1, found)  # the master track stays last
        lanes = ET.SubElement(arrangement, "Lanes", id=f"lanes-{key}", track=f"track-{key}")
        return ET.SubElement(lanes, "Clips", id=f"clips-{key}")
    clips = next(c for c in arrangement.iterfind(f"Lanes[@track='{found.get('id')}']/Clips"))
    return clips


def _spans(root: ET.Element, rate: int) -> list[tuple[ET.Element, tuple[str, int, int]]]:
    """Every clip with its track, first sample and the sample behind its last."""
    names = {track.get("id"): track.get("name", "") for track in root.iterfind("Structure/Track")}
    spans = []
    for lanes in root.iterfind("Arrangement/Lanes/Lanes"):
        for clip in lanes.iterfind("Clips/Clip"):
            try:
                start = samples_of_text(clip.get("time", "0"), rate)
                length = samples_of_text(clip.get("duration", "0"), rate)
            except ValueError as error:
                raise DropError(f"a clip of the project has a broken place: {error}; choose another file") from error
            spans.append((clip, (names.get(lanes.get("track"), ""), start, start + length)))
    return spans


def _find(root: ET.Element, job: DropJob) -> ET.Element | None:
    wanted = _audio_id(job)
    for clip in root.iterfind("Arrangement/Lanes/Lanes/Clips/Clip"):
        audio = clip.find("Audio")
        if audio is not None and audio.get("id") == wanted:
            return clip
    return None


def _file_of(clip: ET.Element) -> str:
    file = clip.find("Audio/File")
    return "" if file is None else file.get("path", "")


def _audio_id(job: DropJob) -> str:
    return f"audio-{stable_uuid('take', job.id).hex}"


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)
