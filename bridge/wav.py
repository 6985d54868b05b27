"""Broadcast WAV: 16 or 24-bit PCM or 32-bit float, with bext version 2, iXML, cue points; RF64 above 4 GiB.

Layout after EBU Tech 3285 (bext), EBU Tech 3306 (RF64), the iXML specification and the RIFF rules for `cue ` and
`LIST adtl`. Chunk order: bext, fmt, (fact,) data, iXML, cue, LIST.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from bridge.errors import BadArgumentError
from bridge.files import atomic_file
from bridge.ixml import CREATED, ClipMetadata, Marker, build_ixml, parse_ixml

__all__ = ["ClipMetadata", "Marker", "WavInfo", "copy_wav", "read_info", "read_metadata", "write_wav"]

DEPTHS = (16, 24, 32)  # bits a sample; 32 is float
BEXT_BYTES = 602  # fixed part, before the coding history
LOUDNESS_NOT_SET = 0x7FFF  # EBU Tech 3285 supplement 6
_PCM, _FLOAT = 1, 3  # WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT
_MAX_RIFF_SIZE = 0xFFFFFFFF
_BLOCK_FRAMES = 1 << 16
_MAX_METADATA_BYTES = 1 << 24  # of one chunk, when reading: a broken size must not fill the memory


@dataclass(frozen=True)
class WavInfo:
    """What a WAV file holds."""

    rate: int
    depth: int  # bits a sample
    is_float: bool
    n_channels: int
    n_samples: int  # of one channel
    data_offset: int  # of the first sample in the file, in bytes
    metadata: ClipMetadata


def write_wav(
    path: Path,
    audio: NDArray[np.float32],
    rate: int,
    depth: int,
    metadata: ClipMetadata,
    *,
    rf64_above: int = _MAX_RIFF_SIZE,
) -> int:
    """Writes audio (T,) or (T, channels) in -1..1 to `path`, whole or not at all. Returns how many samples clipped.

    `depth` is 16, 24 or 32 (float: nothing clips). The same arguments give the same bytes. A file larger than
    `rf64_above` bytes becomes RF64. Raises BadArgumentError for what cannot be written, OSError.
    """
    frames = audio[:, None] if audio.ndim == 1 else audio
    if depth not in DEPTHS:
        raise BadArgumentError(f"a depth of {depth} bits cannot be written; choose 16, 24 or 32 (float)")
    if not 1 <= rate <= 768_000:
        raise BadArgumentError(f"a rate of {rate} samples a second cannot be written; choose 1 to 768000")
    if frames.ndim != 2 or not 1 <= frames.shape[1] <= 64:
        raise BadArgumentError(
            f"audio of shape {audio.shape} cannot be written; it has to be (samples,) or (samples, channels)"
        )
    if not all(np.isfinite(block).all() for block in _blocks(frames)):
        raise BadArgumentError("the audio holds samples that are not numbers; nothing was written")
    n_clipped = 0

    def samples() -> Iterator[bytes]:
        nonlocal n_clipped
        for block in _blocks(frames):
            data, clipped = _encode(block, depth)
            n_clipped += clipped
            yield data

    n_bytes = frames.shape[0] * frames.shape[1] * (depth // 8)
    with atomic_file(path) as file:
        _write_file(file, samples, n_bytes, rate, depth, depth == 32, frames.shape[1], metadata, rf64_above)
    return n_clipped


def copy_wav(source: Path, target: Path, metadata: ClipMetadata) -> None:
    """The same samples, byte for byte, under another stamp. Raises BadArgumentError, OSError."""
    info = read_info(source)
    n_bytes = info.n_samples * info.n_channels * (info.depth // 8)

    def samples() -> Iterator[bytes]:
        with source.open("rb") as file:
            file.seek(info.data_offset)
            left = n_bytes
            while left:
                block = file.read(min(left, 1 << 20))
                if not block:
                    raise BadArgumentError(f"{source} is shorter than its header says; render the clip again")
                left -= len(block)
                yield block

    with atomic_file(target) as file:
        _write_file(
            file, samples, n_bytes, info.rate, info.depth, info.is_float, info.n_channels, metadata, _MAX_RIFF_SIZE
        )


def read_metadata(path: Path) -> ClipMetadata:
    """What the clip says about itself. Raises BadArgumentError when it is no WAV file, OSError."""
    return read_info(path).metadata


def read_info(path: Path) -> WavInfo:
    """Format, length and metadata; samples are not read. Raises BadArgumentError when it is no WAV file, OSError."""
    with path.open("rb") as file:
        try:
            return _read_info(file)
        except (struct.error, KeyError, ValueError, ZeroDivisionError) as error:
            raise BadArgumentError(f"{path} is not a whole PCM or float WAV file ({error})") from error


def _blocks(frames: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(frames), _BLOCK_FRAMES):
        yield frames[start : start + _BLOCK_FRAMES]


def _encode(block: NDArray[np.float32], depth: int) -> tuple[bytes, int]:
    """Samples as little-endian bytes, and how many were out of range. No dither: the same audio, the same bytes."""
    if depth == 32:
        return block.astype("<f4").tobytes(), 0
    full = 1 << (depth - 1)
    scaled = np.rint(block.astype(np.float64) * full)  # float32 has no room for 24 bits and the rounding
    # +1.0 itself lies one step above the largest sample; that is how the scale is made and no clipping anyone hears.
    n_clipped = int(np.count_nonzero((scaled > full) | (scaled < -full)))
    whole = np.clip(scaled, -full, full - 1).astype("<i4")
    if depth == 16:
        return whole.astype("<i2").tobytes(), n_clipped
    return whole.view(np.uint8).reshape(*whole.shape, 4)[..., :3].tobytes(), n_clipped


def _write_file(
    file: BinaryIO,
    samples: Callable[[], Iterator[bytes]],
    n_bytes: int,
    rate: int,
    depth: int,
    is_float: bool,
    n_channels: int,
    metadata: ClipMetadata,
    rf64_above: int,
) -> None:
    frame_bytes = n_channels * (depth // 8)
    n_samples = n_bytes // frame_bytes
    head = _chunk(b"bext", _bext(metadata, rate, depth, n_channels))
    fmt = struct.pack("<HHIIHH", _FLOAT if is_float else _PCM, n_channels, rate, rate * frame_bytes, frame_bytes, depth)
    if is_float:  # every format but PCM carries an extension size and a fact chunk
        head += _chunk(b"fmt ", fmt + b"\0\0") + _chunk(b"fact", struct.pack("<I", min(n_samples, _MAX_RIFF_SIZE)))
    else:
        head += _chunk(b"fmt ", fmt)
    tail = _chunk(b"iXML", build_ixml(metadata, rate=rate, depth=depth, n_channels=n_channels))
    tail += _cues([m for m in metadata.markers if 0 <= m.sample <= n_samples])
    pad = n_bytes & 1
    riff_size = 4 + len(head) + 8 + n_bytes + pad + len(tail)
    if riff_size + 8 <= rf64_above:
        file.write(struct.pack("<4sI4s", b"RIFF", riff_size, b"WAVE") + head + struct.pack("<4sI", b"data", n_bytes))
    else:
        ds64 = struct.pack("<QQQI", riff_size + 36, n_bytes, n_samples, 0)
        file.write(struct.pack("<4sI4s", b"RF64", _MAX_RIFF_SIZE, b"WAVE") + _chunk(b"ds64", ds64) + head)
        file.write(struct.pack("<4sI", b"data", _MAX_RIFF_SIZE))
    for block in samples():
        file.write(block)
    file.write(b"\0" * pad + tail)


def _chunk(name: bytes, body: bytes) -> bytes:
    """A RIFF chunk: the size does not count the byte that pads it to an even length."""
    return struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) & 1)


def _ascii(text: str, n_bytes: int) -> bytes:
    """bext is ASCII: accents are dropped, the rest becomes `?`; the full text stands in iXML."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = plain.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-"})
    return plain.replace("\0", " ").encode("ascii", "replace")[:n_bytes]


def _hundredths(value: float | None) -> int:
    return LOUDNESS_NOT_SET if value is None else max(-9999, min(9999, round(value * 100)))


def _bext(metadata: ClipMetadata, rate: int, depth: int, n_channels: int) -> bytes:
    description = metadata.description or ": ".join(filter(None, (metadata.character, metadata.text)))
    date, _, time = metadata.created.partition("T")
    fixed = struct.pack(
        "<256s32s32s10s8sQH64s5h180x",
        _ascii(description, 256),
        _ascii(metadata.originator, 32),
        _ascii(metadata.take, 32),
        date.encode(),
        time.encode(),
        metadata.time_reference,
        2,
        b"",
        _hundredths(metadata.loudness_lufs),
        _hundredths(metadata.loudness_range_lu),
        _hundredths(metadata.true_peak_dbtp),
        _hundredths(metadata.max_momentary_lufs),
        _hundredths(metadata.max_short_term_lufs),
    )
    assert len(fixed) == BEXT_BYTES
    mode = {1: "mono", 2: "stereo"}.get(n_channels, "multitrack")
    history = _ascii(f"A=PCM,F={rate},W={depth},M={mode},T={metadata.originator}", 200)
    # Of even length, since libsndfile (1.2) loses its way in an RF64 file behind a bext chunk that needs a pad byte.
    return fixed + history + b" " * (len(history) & 1) + b"\r\n"


def _cues(markers: list[Marker]) -> bytes:
    if not markers:
        return b""
    points, labels = struct.pack("<I", len(markers)), b"adtl"
    for i, marker in enumerate(markers, start=1):
        points += struct.pack("<II4sIII", i, marker.sample, b"data", 0, 0, marker.sample)
        labels += _chunk(b"labl", struct.pack("<I", i) + marker.label.replace("\0", " ").encode() + b"\0")
    return _chunk(b"cue ", points) + _chunk(b"LIST", labels)


def _read_info(file: BinaryIO) -> WavInfo:
    end = file.seek(0, 2)
    file.seek(0)
    kind, _, form = struct.unpack("<4sI4s", file.read(12))
    if kind not in (b"RIFF", b"RF64") or form != b"WAVE":
        raise ValueError("it does not begin as WAV files do")
    bodies: dict[bytes, bytes] = {}
    data_offset, data_bytes, wide_data_bytes = -1, 0, 0
    while len(header := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", header)
        if name == b"data":
            data_offset = file.tell()
            data_bytes = wide_data_bytes if size == _MAX_RIFF_SIZE and kind == b"RF64" else size
            if data_offset + data_bytes > end:
                raise ValueError("it ends before its samples do")
            file.seek(data_bytes + (data_bytes & 1), 1)
            continue
        if name in (b"bext", b"fmt ", b"iXML", b"cue ", b"LIST", b"ds64") and name not in bodies:
            bodies[name] = file.read(min(size, _MAX_METADATA_BYTES))
            file.seek(size - len(bodies[name]) + (size & 1), 1)
            if name == b"ds64":
                wide_data_bytes = struct.unpack_from("<Q", bodies[name], 8)[0]
        else:
            file.seek(size + (size & 1), 1)
    tag, n_channels, rate, _, frame_bytes, depth = struct.unpack_from("<HHIIHH", bodies[b"fmt "])
    if data_offset < 0:
        raise ValueError("it has no samples")
    if tag == 0xFFFE:  # WAVE_FORMAT_EXTENSIBLE: the real tag begins the sub-format
        tag = struct.unpack_from("<H", bodies[b"fmt "], 24)[0]
    if tag not in (_PCM, _FLOAT):
        raise ValueError(f"its format tag is {tag}")
    n_samples = data_bytes // frame_bytes
    return WavInfo(rate, depth, tag == _FLOAT, n_channels, n_samples, data_offset, _read_metadata(bodies))


def _read_metadata(bodies: dict[bytes, bytes]) -> ClipMetadata:
    metadata = parse_ixml(bodies[b"iXML"]) if b"iXML" in bodies else ClipMetadata(originator="")
    bext = bodies.get(b"bext", b"")
    if len(bext) >= BEXT_BYTES:
        values = struct.unpack_from("<256s32s32s10s8sQH64s5h", bext)
        description, originator, reference, date, time = (_field(v) for v in values[:5])
        # Other programs separate by _ . or space instead (Tech 3285 lets them).
        created = f"{re.sub('[_:. ]', '-', date)}T{re.sub('[-_. ]', ':', time)}"
        has_levels = values[6] >= 2  # the version of bext
        levels = [v / 100 if has_levels and v != LOUDNESS_NOT_SET else None for v in values[8:13]]
        metadata = replace(
            metadata,
            description=description,
            originator=metadata.originator or originator,
            take=metadata.take or reference,
            created=created if CREATED.fullmatch(created) else "",
            time_reference=values[5],  # bext is the older and stronger word, should the two differ
            loudness_lufs=levels[0],
            loudness_range_lu=levels[1],
            true_peak_dbtp=levels[2],
            max_momentary_lufs=levels[3],
            max_short_term_lufs=levels[4],
        )
    return replace(metadata, markers=_read_markers(bodies.get(b"cue ", b""), bodies.get(b"LIST", b"")))


def _field(value: bytes) -> str:
    return value.split(b"\0", 1)[0].decode("ascii", "replace")


def _read_markers(cue: bytes, adtl: bytes) -> tuple[Marker, ...]:
    labels: dict[int, str] = {}
    offset = 4
    while adtl.startswith(b"adtl") and offset + 12 <= len(adtl):
        name, size, cue_id = struct.unpack_from("<4sII", adtl, offset)
        if name == b"labl" and size >= 4:
            labels[cue_id] = adtl[offset + 12 : offset + 8 + size].split(b"\0", 1)[0].decode("utf-8", "replace")
        offset += 8 + size + (size & 1)
    count = min(struct.unpack_from("<I", cue)[0], (len(cue) - 4) // 24) if len(cue) >= 4 else 0
    points = (struct.unpack_from("<II4sIII", cue, 4 + 24 * i) for i in range(count))
    return tuple(Marker(point[5], labels.get(point[0], "")) for point in points)
