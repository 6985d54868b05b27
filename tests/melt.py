"""MLT's `melt` as an independent renderer of timelines that count in frames."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import unquote, urlparse

import numpy as np
import opentimelineio as otio
import soundfile

RATE = 48_000
ADAPTERS = {".xml": "fcp_xml", ".aaf": "AAF"}


def played_out(timeline: Path, folder: Path, track: str) -> list[tuple[int, int]]:
    """Where there is sound on a track of an exchange timeline: first sample, sample behind the last."""
    read = otio.adapters.read_from_file(str(timeline), adapter_name=ADAPTERS[timeline.suffix])
    (only,) = [each for each in read.audio_tracks() if each.name == track or len(read.audio_tracks()) == 1]
    (folder / "show.mlt").write_text(_mlt_of(only))
    subprocess.run(
        ["melt", "show.mlt", "-consumer", "avformat:out.wav", f"ar={RATE}", "ac=1", "acodec=pcm_f32le", "vn=1"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        timeout=110,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    audio, rate = soundfile.read(folder / "out.wav", dtype="float32")
    assert rate == RATE
    sounding = np.flatnonzero(np.abs(audio) > 0.05)
    (gaps,) = np.nonzero(np.diff(sounding) > 1)
    starts, ends = [sounding[0], *sounding[gaps + 1]], [*sounding[gaps], sounding[-1]]
    return [(int(start), int(end) + 1) for start, end in zip(starts, ends, strict=True)]


def _mlt_of(track: otio.schema.Track) -> str:
    """A track as an MLT playlist, at 25 frames a second."""
    producers, entries = "", ""
    for i, child in enumerate(track):
        n_frames = round(child.duration().rescaled_to(25).value)
        if isinstance(child, otio.schema.Gap):
            entries += f'<blank length="{n_frames}"/>'
        else:
            path = unquote(urlparse(child.media_reference.target_url).path)
            producers += f'<producer id="p{i}"><property name="resource">{path}</property></producer>'
            entries += f'<entry producer="p{i}" in="0" out="{n_frames - 1}"/>'
    profile = '<profile width="64" height="64" frame_rate_num="25" frame_rate_den="1" progressive="1"/>'
    return f'<mlt>{profile}{producers}<playlist id="voice">{entries}</playlist></mlt>'
