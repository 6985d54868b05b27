"""What programs of other hands read in a clip: `python -m tests.file_readers CLIP.wav`, as in docs/daws.md.

Each reader gives what it finds under the same names, so that the answers can be compared.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Found = dict[str, Any]


def ffprobe(path: Path) -> Found:
    """FFmpeg (Debian: ffmpeg): format, bext without its loudness, markers as chapters."""
    told = json.loads(
        _run("ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", "-show_chapters", path)
    )
    (stream,), tags = told["streams"], told["format"]["tags"]
    return {
        "rate": int(stream["sample_rate"]),
        "bits": stream.get("bits_per_raw_sample") or stream["bits_per_sample"],
        "is float": stream["codec_name"].startswith("pcm_f"),
        "samples": stream["duration_ts"],
        "description": tags["comment"],
        "reference": tags["originator_reference"],
        "time": int(tags["time_reference"]),
        "markers": [(chapter["start"], chapter["tags"]["title"]) for chapter in told["chapters"]],
    }


def mediainfo(path: Path) -> Found:
    """MediaInfo (Debian: mediainfo): format, bext with its loudness, its time in seconds."""
    told = json.loads(_run("mediainfo", "--Output=JSON", path))["media"]["track"]
    general, audio = told
    loudness = {name: audio["extra"].get(key) for name, key in _LOUDNESS.items()}
    return {
        "rate": int(audio["SamplingRate"]),
        "bits": int(audio["BitDepth"]),
        "is float": "Float" in audio.get("Format_Profile", audio.get("Format_Settings", "")),
        "samples": int(audio["SamplingCount"]),
        "description": general["Description"],
        "reference": general["extra"]["Producer_Reference"],
        "begins at s": float(audio["Delay"]),
        **{name: float(value) for name, value in loudness.items() if value is not None},
    }


def sndfile_info(path: Path) -> Found:
    """libsndfile (Debian: sndfile-programs): format, and the first nine markers, which is all that it shows."""
    told = _run("sndfile-info", path)
    labels = dict(re.findall(r"labl : (\d+) : (.*)", told))
    return {
        "rate": int(_one(r"Sample Rate\s*: (\d+)", told)),
        "bits": int(_one(r"Bit Width\s*: (\d+)", told)),
        "is float": "WAVE_FORMAT_IEEE_FLOAT" in told,
        "samples": int(_one(r"Frames\s*: (\d+)", told)),
        "markers": [
            (int(at), labels[n]) for n, at in re.findall(r"Cue ID :\s*(\d+)\s+Pos :\s*(\d+)", told) if n in labels
        ],
    }


def exiftool(path: Path) -> Found:
    """ExifTool (Debian: libimage-exiftool-perl): bext, iXML with its ASWG part."""
    (told,) = json.loads(_run("exiftool", "-json", "-a", "-G1", path))
    return {
        "rate": told["RIFF:SampleRate"],
        "bits": told["RIFF:BitsPerSample"],
        "is float": "float" in told["RIFF:Encoding"].lower(),
        "description": told["RIFF:Description"],
        "reference": told["RIFF:OriginatorReference"],
        "time": told["RIFF:TimeReference"],
        "iXML time": (
            told["XML:BwfxmlSpeedTimestampSamplesSinceMidnightHi"] * 2**32
            + told["XML:BwfxmlSpeedTimestampSamplesSinceMidnightLo"]
        ),
        **{name.removeprefix("XML:Bwfxml"): value for name, value in told.items() if name.startswith("XML:BwfxmlAswg")},
    }


READERS: dict[str, Callable[[Path], Found]] = {
    "ffprobe": ffprobe,
    "mediainfo": mediainfo,
    "sndfile-info": sndfile_info,
    "exiftool": exiftool,
}
_LOUDNESS = {
    "loudness": "LoudnessValue",
    "range": "LoudnessRange",
    "true peak": "MaxTruePeakLevel",
    "momentary": "MaxMomentaryLoudness",
    "short-term": "MaxShortTermLoudness",
}


def _run(program: str, *arguments: object) -> str:
    words = [program, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


def _one(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, f"no {pattern} in {text}"
    return found[1]


def main(arguments: Sequence[str]) -> None:
    for program, read in READERS.items():
        if shutil.which(program) is None:
            print(f"{program:13} is not installed")
            continue
        for name, value in read(Path(arguments[0])).items():
            shown = ", ".join(f"{label} {at}" for at, label in value) if name == "markers" else value
            print(f"{program:13} {name}: {shown}")


if __name__ == "__main__":
    main(sys.argv[1:])
