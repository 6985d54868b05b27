"""What a clip on disk tells of itself: its samples, level, silence, words and the wishes it was made with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from bridge.timeline import Length
from engine.types import PhonemeTime, WordTime
from gui.loudness import loudness

SILENCE_DB = -50.0  # below the clip's peak; the voice's breath is louder
FULL_SCALE = 1 - 2**-15  # the highest sample of 16 bits: what reaches it was cut off
FFT, MIN_HOP = 1024, 128  # of the spectrogram, samples
MAX_COLUMNS = 2000  # of the spectrogram; a screen has no more
FLOOR_DB = -80.0
OUTLINE = 144  # parts of a thumbnail
TOP_HZ = 12_000.0  # of the spectrogram: speech has little above
SETTINGS = ("text", "timbre", "emotion", "weight", "length", "speed")  # of a cue, that change how it sounds


class UnreadableClipError(Exception):
    """A clip that cannot be shown. Its text is for people."""


@dataclass(frozen=True, eq=False)
class ClipFacts:
    """One clip, read once."""

    audio: NDArray[np.float32]  # (T,)
    rate: int
    peak_db: float  # of full scale
    loudness: float  # LUFS
    n_clipped: int
    leading_s: float  # silence before the voice
    spectrogram: NDArray[np.uint8]  # (columns, bins), 255 the loudest, 0 FLOOR_DB below it and less
    spectrogram_hz: float  # its upper edge
    outline: NDArray[np.float32]  # (OUTLINE, 2) lowest and highest sample of each part, the loudest at 1
    words: tuple[WordTime, ...] = ()
    phonemes: tuple[PhonemeTime, ...] = ()  # without the pauses
    settings: Mapping[str, str] = field(default_factory=dict)  # of its cue, in words
    length_error: int | None = None  # samples; None: no length was asked for

    @property
    def duration_s(self) -> float:
        return len(self.audio) / self.rate


def read_facts(path: Path) -> ClipFacts:
    """Reads the clip and the JSON beside it, where there is one. Raises UnreadableClipError."""
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeErrors
        raise UnreadableClipError(f"{path.name} cannot be read: {error}") from error
    audio = np.ascontiguousarray(samples[:, 0])
    level = np.abs(audio)
    peak = float(level.max(initial=0.0))
    is_voice = level > peak * 10 ** (SILENCE_DB / 20)
    spectrogram, top_hz = _spectrogram(audio, rate)
    made = _made(path.with_suffix(".json"))
    return ClipFacts(
        audio=audio,
        rate=rate,
        peak_db=20 * float(np.log10(peak)) if peak else float("-inf"),
        loudness=loudness(audio, rate),
        n_clipped=int((level >= FULL_SCALE).sum()),
        leading_s=float(is_voice.argmax()) / rate if peak else len(audio) / rate,
        spectrogram=spectrogram,
        spectrogram_hz=top_hz,
        outline=_outline(audio, peak),
        words=tuple(WordTime(w["word"], w["start_s"], w["end_s"]) for w in made.get("words", ())),
        phonemes=tuple(
            PhonemeTime(p["phoneme"], p["start_s"], p["end_s"]) for p in made.get("phonemes", ()) if p["phoneme"]
        ),
        settings={name: _words(name, value) for name, value in made.get("cue", {}).items() if name in SETTINGS},
        length_error=_length_error(made, len(audio), rate),
    )


def differing(all_settings: list[Mapping[str, str]]) -> list[str]:
    """Names of the settings in which the takes are not all alike, in the order of SETTINGS."""
    return [name for name in SETTINGS if len({settings.get(name, "") for settings in all_settings}) > 1]


def _outline(audio: NDArray[np.float32], peak: float) -> NDArray[np.float32]:
    """Audio (T,) -> (at most OUTLINE, 2): what a thumbnail draws."""
    if not peak:
        return np.zeros((0, 2), np.float32)
    edges = np.linspace(0, len(audio), min(OUTLINE, len(audio)), endpoint=False).astype(int)
    pairs = np.stack([np.minimum.reduceat(audio, edges), np.maximum.reduceat(audio, edges)], axis=1)
    return np.asarray(pairs / peak, np.float32)


def _spectrogram(audio: NDArray[np.float32], rate: int) -> tuple[NDArray[np.uint8], float]:
    hop = max(MIN_HOP, -(-len(audio) // MAX_COLUMNS))
    padded = np.pad(audio, (FFT // 2, FFT // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::hop]
    n_bins = min(FFT // 2 + 1, round(TOP_HZ / rate * FFT) + 1)
    power = np.abs(np.fft.rfft(frames * np.hanning(FFT).astype(np.float32), axis=1)[:, :n_bins])
    share = np.maximum(power / max(float(power.max(initial=0.0)), 1e-9), 10 ** (FLOOR_DB / 20))
    return np.rint(255 * (1 - 20 * np.log10(share) / FLOOR_DB)).astype(np.uint8), n_bins * rate / FFT


def _made(path: Path) -> dict[str, Any]:
    """How the take was made; empty where nothing tells it, since the sound can be shown without."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _length_error(made: Mapping[str, Any], n_samples: int, rate: int) -> int | None:
    asked = made.get("cue", {}).get("length")
    return None if asked is None else n_samples - Length(**asked).samples(rate)


def _words(name: str, value: Any) -> str:
    if name == "length":
        return "natural" if value is None else f"{Length(**value).seconds:.3f} s"
    return f"{value:g}" if isinstance(value, float) else str(value)
