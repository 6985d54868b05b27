"""What a clip says about itself (ClipMetadata), and its form as an iXML document with the ASWG dialogue fields."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from bridge.errors import BadArgumentError

IXML_VERSION = "3.01"  # http://www.gallery.co.uk/ixml/

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters XML 1.0 cannot hold
_FRAME_RATE = re.compile(r"[1-9]\d{0,5}/[1-9]\d{0,5}")
CREATED = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)")


@dataclass(frozen=True)
class Marker:
    """A place in the clip, such as the start of a word."""

    sample: int  # from the start of the clip, at the clip's own rate
    label: str


@dataclass(frozen=True)
class ClipMetadata:
    """What is written into a clip beside its sound. Nothing is filled in by the clock: same values, same bytes."""

    line: str = ""
    take: str = ""  # also the bext originator reference, by which a repeated drop finds its forerunner
    text: str = ""  # what is spoken
    description: str = ""  # bext; empty: character and text
    originator: str = "Cuevox"
    project: str = ""
    character: str = ""
    timbre: str = ""
    emotion: str = ""
    intensity: float | None = None  # 0..1
    language: str = ""  # e.g. en
    seed: int | None = None
    model: str = ""
    created: str = ""  # 2026-01-31T14:05:00, local time; empty: not written
    time_reference: int = 0  # samples from timecode 00:00:00:00 to the clip's start, at the clip's own rate
    frame_rate: str = ""  # 25/1, 30000/1001; empty: not written
    drop_frame: bool = False
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    true_peak_dbtp: float | None = None
    max_momentary_lufs: float | None = None
    max_short_term_lufs: float | None = None
    markers: tuple[Marker, ...] = field(default=())

    def __post_init__(self) -> None:
        if not 0 <= self.time_reference < 2**64:
            raise BadArgumentError(f"time reference {self.time_reference} is not a count of samples from 0 to 2^64 - 1")
        if self.created and not CREATED.fullmatch(self.created):
            raise BadArgumentError(f"created {self.created!r} is not of the form 2026-01-31T14:05:00")
        if self.frame_rate and not _FRAME_RATE.fullmatch(self.frame_rate):
            raise BadArgumentError(f"frame rate {self.frame_rate!r} is not a fraction such as 25/1 or 30000/1001")


def build_ixml(metadata: ClipMetadata, *, rate: int, depth: int, n_channels: int) -> bytes:
    """The iXML document, UTF-8. `depth` in bits; the position is the same number as in bext, split in two words."""
    root = ET.Element("BWFXML")
    _add(root, "IXML_VERSION", IXML_VERSION)
    _add(root, "PROJECT", metadata.project)
    _add(root, "SCENE", metadata.line)
    _add(root, "TAKE", metadata.take)
    _add(root, "NOTE", metadata.text)
    high, low = divmod(metadata.time_reference, 2**32)
    speed = ET.SubElement(root, "SPEED")
    if metadata.frame_rate:
        for tag in ("MASTER_SPEED", "CURRENT_SPEED", "TIMECODE_RATE"):
            _add(speed, tag, metadata.frame_rate)
        _add(speed, "TIMECODE_FLAG", "DF" if metadata.drop_frame else "NDF")
    _add(speed, "FILE_SAMPLE_RATE", rate)
    _add(speed, "AUDIO_BIT_DEPTH", depth)
    _add(speed, "DIGITIZER_SAMPLE_RATE", rate)
    _add(speed, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI", high)
    _add(speed, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO", low)
    _add(speed, "TIMESTAMP_SAMPLE_RATE", rate)
    tracks = ET.SubElement(root, "TRACK_LIST")
    _add(tracks, "TRACK_COUNT", n_channels)
    for channel in range(1, n_channels + 1):
        track = ET.SubElement(tracks, "TRACK")
        _add(track, "CHANNEL_INDEX", channel)
        _add(track, "INTERLEAVE_INDEX", channel)
        _add(track, "NAME", metadata.character or metadata.timbre)
    # Names as the Sony ASWG iXML extension (ASWG-G006) spells them.
    aswg = ET.SubElement(root, "ASWG")
    _add(aswg, "contentType", "dialog")
    _add(aswg, "project", metadata.project)
    _add(aswg, "originator", metadata.originator)
    _add(aswg, "characterName", metadata.character)
    _add(aswg, "text", metadata.text)
    _add(aswg, "language", metadata.language)
    _add(aswg, "emotion", metadata.emotion)
    _add(aswg, "intensity", "" if metadata.intensity is None else repr(float(metadata.intensity)))
    _add(aswg, "isGenerated", "true")
    user = ET.SubElement(root, "USER")
    _add(user, "LINE", metadata.line)
    _add(user, "TAKE", metadata.take)
    _add(user, "TIMBRE", metadata.timbre)
    _add(user, "SEED", "" if metadata.seed is None else metadata.seed)
    _add(user, "MODEL", metadata.model)
    ET.indent(root)
    # Carriage returns would come back as line feeds (XML's line-end rule) unless written as a reference.
    body = ET.tostring(root, encoding="unicode").replace("\r", "&#13;")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body.encode() + b"\n"


def parse_ixml(document: bytes) -> ClipMetadata:
    """The fields `build_ixml` wrote; what is missing keeps its default. Raises BadArgumentError on broken XML."""
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise BadArgumentError("the iXML of this file declares entities; that is not accepted")
    try:
        root = ET.fromstring(document.rstrip(b"\0"))
    except ET.ParseError as error:
        raise BadArgumentError(f"the iXML of this file is broken: {error}") from error

    def text(path: str) -> str:
        return root.findtext(path) or ""

    def number(path: str) -> int:
        value = text(path)
        return int(value) if re.fullmatch(r"\d{1,20}", value) else 0

    try:
        intensity = float(text("ASWG/intensity")) if text("ASWG/intensity") else None
    except ValueError:
        intensity = None
    high, low = (number(f"SPEED/TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_{word}") for word in ("HI", "LO"))
    frame_rate = text("SPEED/TIMECODE_RATE")
    return ClipMetadata(
        line=text("USER/LINE") or text("SCENE"),
        take=text("USER/TAKE") or text("TAKE"),
        text=text("ASWG/text") or text("NOTE"),
        originator=text("ASWG/originator"),
        project=text("PROJECT"),
        character=text("ASWG/characterName"),
        timbre=text("USER/TIMBRE"),
        emotion=text("ASWG/emotion"),
        intensity=intensity,
        language=text("ASWG/language"),
        seed=number("USER/SEED") if text("USER/SEED") else None,
        model=text("USER/MODEL"),
        time_reference=(high << 32) + low if high < 2**32 and low < 2**32 else 0,
        frame_rate=frame_rate if _FRAME_RATE.fullmatch(frame_rate) else "",
        drop_frame=text("SPEED/TIMECODE_FLAG") == "DF",
    )


def _add(parent: ET.Element, tag: str, value: object) -> None:
    """A child with a text; an empty value leaves the element out, as iXML asks."""
    text = NOT_XML.sub("", str(value))
    if text:
        ET.SubElement(parent, tag).text = text
