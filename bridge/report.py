"""A page about a batch of clips: waveform, spectrogram, player, asked and actual length. One file, nothing to fetch."""

from __future__ import annotations

import base64
import io
import itertools
import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

import numpy as np
import soundfile
from numpy.typing import NDArray

from bridge.files import write_atomic
from bridge.timeline import Position

WIDTH, WAVE_HEIGHT, SPECTRUM_HEIGHT = 640, 72, 128  # pixels
TOP_HZ = 12_000  # speech has little above, and the embedded voice's own rate is 24 kHz
FLOOR_DB = -80.0
WINDOW_S = 0.025
SILENCE = 10 ** (-50 / 20)  # of the peak; quieter ends count as silence

# Dark to light through the panel's colours, so that louder is always lighter (prints well in grey, too).
_COLOURS = np.array([[11, 12, 20], [44, 27, 82], [128, 38, 110], [214, 73, 73], [250, 158, 59], [252, 247, 191]], float)

_STYLE = """
:root { color-scheme: dark }
body { background: #14151c; color: #e4e5ec; font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 74rem }
h1 { font-size: 1.6rem; margin: 0 1rem } p.note { color: #9fa3b5; margin: .3rem 1rem 1.5rem }
table { border-collapse: collapse; width: calc(100% - 2rem); margin: 0 1rem 2rem; font-size: .87rem }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #2b2d3a; vertical-align: top }
th { color: #9fa3b5; font-weight: 600 } td.n { text-align: right; font-variant-numeric: tabular-nums }
.ok { color: #6fd39a } .off { color: #ff7a76; font-weight: 600 }
article { background: #1c1e28; border-radius: 10px; padding: 1rem 1.2rem; margin: 0 1rem 1rem }
article h2 { font-size: 1.05rem; margin: 0 } article h2 small { color: #9fa3b5; font-weight: 400; margin-left: .6rem }
blockquote { margin: .4rem 0 .7rem; font-size: 1.05rem } img { width: 100%; display: block; image-rendering: auto }
img.wave { height: 72px } img.spectrum { height: 128px; border-radius: 4px } audio { width: 100%; margin-top: .7rem }
p.file { margin: .4rem 0 0; font-size: .85rem } .warn { color: #ffc36b; margin: .5rem 0 0 } a { color: #8fb4ff }
"""


@dataclass(frozen=True)
class ReportClip:
    """One clip of the page. What is not known stays at its default and is shown as a dash."""

    path: Path
    line: str
    text: str
    timbre: str
    emotion: str
    asked_samples: int | None = None  # at `rate`; None: the voice's own length
    character: str = ""
    at: Position | None = None
    natural_samples: int | None = None
    stretch: float | None = None
    seed: int | None = None
    render_s: float | None = None
    warnings: tuple[str, ...] = ()


def write_report(path: Path, clips: Sequence[ReportClip], *, title: str = "Cuevox", note: str = "") -> None:
    """The page, with sounds and pictures inside; links to the clips are relative to `path`.

    A clip that cannot be read gets a line that says so. Raises OSError when the page cannot be written.
    """
    rows, articles = [], []
    for number, clip in enumerate(clips, start=1):
        row, article = _entry(number, clip, path.parent)
        rows.append(row)
        articles.append(article)
    head = "".join(f"<th>{h}</th>" for h in _HEADINGS)
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>\n'
        f'<body><h1>{escape(title)}</h1><p class="note">{escape(note)}</p>\n'
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{''.join(rows)}</tbody></table>\n"
        f"{''.join(articles)}</body></html>\n"
    )
    write_atomic(path, page.encode("utf-8", "replace"))


_HEADINGS = (
    "#",
    "line",
    "character",
    "timbre",
    "emotion",
    "at",
    "asked s",
    "actual s",
    "samples asked",
    "actual",
    "off by",
    "silent ends ms",
    "peak dB",
    "stretch",
    "RTF",
)


def waveform_png(audio: NDArray[np.float32], width: int = WIDTH, height: int = WAVE_HEIGHT) -> bytes:
    """Lowest and highest sample of every column of audio (T,), as a PNG with a clear background."""
    picture = np.zeros((height, width, 4), np.uint8)
    edges = np.linspace(0, len(audio), width + 1).astype(int)
    rows = np.arange(height)[:, None]
    middle = (height - 1) / 2
    low, high = np.zeros(width), np.zeros(width)
    for x in range(width):
        column = audio[edges[x] : max(edges[x + 1], edges[x] + 1)]
        if len(column):
            low[x], high[x] = column.min(), column.max()
    top, bottom = middle * (1 - np.clip(high, -1, 1)), middle * (1 - np.clip(low, -1, 1))
    picture[(rows >= np.floor(top)) & (rows <= np.ceil(bottom))] = (127, 176, 255, 255)
    return png(picture)


def spectrogram_png(audio: NDArray[np.float32], rate: int, width: int = WIDTH, height: int = SPECTRUM_HEIGHT) -> bytes:
    """Power of audio (T,) over time (to the right) and 0..TOP_HZ (upwards); FLOOR_DB below the peak is black."""
    n_window = max(16, round(WINDOW_S * rate))
    n_fft = 1 << (n_window - 1).bit_length()
    padded = np.pad(audio, (n_window // 2, n_window))
    starts = np.linspace(0, max(0, len(audio) - 1), width).astype(int)
    frames = padded[starts[:, None] + np.arange(n_window)] * np.hanning(n_window)
    power = np.abs(np.fft.rfft(frames, n_fft)) ** 2  # (width, bins)
    bins = np.linspace(0, min(TOP_HZ, rate / 2) * n_fft / rate, height + 1)
    # Each row shows the loudest of its bins: a thin harmonic must not vanish between two rows.
    spans = [(int(a), max(int(np.ceil(b)), int(a) + 1)) for a, b in itertools.pairwise(bins)]
    bands = [power[:, a:b].max(axis=1) for a, b in spans]
    decibels = 10 * np.log10(np.maximum(np.array(bands[::-1]), 1e-20))
    level = np.clip((decibels - decibels.max()) / -FLOOR_DB + 1, 0, 1) if audio.any() else np.zeros_like(decibels)
    stops = np.linspace(0, 1, len(_COLOURS))
    return png(np.stack([np.interp(level, stops, _COLOURS[:, c]) for c in range(3)], axis=-1).astype(np.uint8))


def png(picture: NDArray[np.uint8]) -> bytes:
    """A PNG of (height, width, 3 or 4) 8-bit samples (PNG specification, filter 0 on each row)."""
    height, width, n_channels = picture.shape

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, width * n_channels)], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 4: 6}[n_channels], 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def silent_ends(audio: NDArray[np.float32]) -> int:
    """Samples before the first and behind the last that is louder than SILENCE against the peak of audio (T,)."""
    loud = np.flatnonzero(np.abs(audio) > SILENCE * np.abs(audio).max(initial=0))
    return len(audio) if len(loud) == 0 else int(loud[0] + len(audio) - 1 - loud[-1])


def _entry(number: int, clip: ReportClip, folder: Path) -> tuple[str, str]:
    """The clip's row of the table and its part of the page."""
    names = [clip.line, clip.character, clip.timbre, clip.emotion]
    cells = [f'<td class="n">{number}</td>', *(f"<td>{escape(n) or '-'}</td>" for n in names)]
    try:
        frames, rate = soundfile.read(clip.path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        rest = len(_HEADINGS) - len(cells)
        row = f'<tr>{"".join(cells)}<td class="off" colspan="{rest}">cannot be read: {escape(str(error))}</td></tr>\n'
        return row, ""
    audio = np.ascontiguousarray(frames[:, 0])
    seconds = len(audio) / rate
    asked = clip.asked_samples
    off = None if asked is None else len(audio) - asked
    peak_db = 20 * np.log10(max(float(np.abs(audio).max(initial=0)), 1e-10))
    numbers = [
        "-" if clip.at is None else _clock(clip.at),
        "-" if asked is None else f"{asked / rate:.3f}",
        f"{seconds:.3f}",
        "-" if asked is None else str(asked),
        str(len(audio)),
        "-" if off is None else f'<span class="{"off" if off else "ok"}">{off}</span>',
        f"{1000 * silent_ends(audio) / rate:.0f}",
        f"{peak_db:.1f}",
        "-" if clip.stretch is None else f"{clip.stretch:.2f}",
        "-" if clip.render_s is None or not seconds else f"{clip.render_s / seconds:.2f}",
    ]
    row = f"<tr>{''.join(cells)}{''.join(f'<td class=n>{n}</td>' for n in numbers)}</tr>\n"
    seed = "" if clip.seed is None else f"seed {clip.seed}"
    facts = [clip.character, clip.timbre, clip.emotion, f"{seconds:.3f} s", seed]
    link = quote(os.path.relpath(clip.path.resolve(), folder.resolve()).replace(os.sep, "/"))
    warnings = "".join(f'<p class="warn">{escape(w)}</p>' for w in clip.warnings)
    article = (
        f"<article><h2>{escape(clip.line)}<small>{escape(' · '.join(f for f in facts if f))}</small></h2>\n"
        f"<blockquote>{escape(clip.text)}</blockquote>\n"
        f'<img class="wave" alt="waveform" src="{_data_url("image/png", waveform_png(audio))}">\n'
        f'<img class="spectrum" alt="spectrogram" src="{_data_url("image/png", spectrogram_png(audio, rate))}">\n'
        f'<audio controls preload="none" src="{_data_url("audio/flac", _flac(audio, rate))}"></audio>\n'
        f'{warnings}<p class="file"><a href="{link}">{escape(clip.path.name)}</a></p></article>\n'
    )
    return row, article


def _clock(at: Position) -> str:
    """h:mm:ss.mmm, cut to the millisecond for people; the sample count is in the clip's own stamp."""
    ms = at.sample * 1000 // at.rate
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def _flac(audio: NDArray[np.float32], rate: int) -> bytes:
    """For the page's players: half the size of the WAV, and every browser plays it."""
    stream = io.BytesIO()
    soundfile.write(stream, audio, rate, format="FLAC", subtype="PCM_16")
    return stream.getvalue()


def _data_url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
