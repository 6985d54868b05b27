"""Clips for tests, as the daemon writes them: a WAV and the JSON beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import soundfile

from bridge.cue import Cue, Line, LineState, Take
from tests.gui.stand_in import RATE


def write_clip(path: Path, cue: Cue, *, level: float = 0.25, silence_s: float = 0.1, seconds: float = 1.0) -> None:
    """A tone after some silence, with a time for each word and each letter."""
    n = round(seconds * RATE)
    audio = level * np.sin(2 * np.pi * 440 / RATE * np.arange(n))
    audio[: round(silence_s * RATE)] = 0.0
    soundfile.write(path, audio, RATE, subtype="FLOAT")
    words = cue.text.split()
    times = [{"word": w, "start_s": i / len(words), "end_s": (i + 1) / len(words)} for i, w in enumerate(words)]
    letters = [letter for letter in cue.text if letter.isalpha()]
    steps = np.linspace(0, seconds, len(letters) + 1).tolist()
    phonemes = [{"phoneme": p, "start_s": a, "end_s": b} for p, a, b in zip(letters, steps, steps[1:], strict=False)]
    made = {"words": times, "phonemes": phonemes, "cue": asdict(cue)}
    path.with_suffix(".json").write_text(json.dumps(made), "utf-8")


def line_with_clips(folder: Path, cue: Cue, levels: tuple[float, ...], emotions: tuple[str, ...] = ()) -> Line:
    """A line whose takes are clips of one second each, as loud as told; the first one is picked."""
    takes = []
    for n, level in enumerate(levels, 1):
        path = folder / f"{cue.id}_t{n:02d}.wav"
        write_clip(path, replace(cue, emotion=emotions[n - 1] if emotions else cue.emotion), level=level)
        takes.append(Take(path.stem, cue.id, n, LineState.READY, 1.0, path, n_samples=RATE, rate=RATE))
    return Line(cue, LineState.READY, tuple(takes), takes[0].id)
