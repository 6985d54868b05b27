"""What prepare.py wrote, as batches. One time axis of 10 ms frames, arrays kept on disk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.prompt import MEL_MEAN, MEL_STD, OCTAVE_STD, PITCH_HZ, PROMPT_RMS

ALPHABET = ' !,.:;?AIOTWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌ̩θᵊᵻ"'  # id = place + 1; 0 is the pause at both ends
N_PHONEMES = len(ALPHABET) + 1
N_TIMBRES = 160
N_MELS = 100
N_FEATURES = N_MELS + 2


@dataclass(frozen=True)
class Line:
    """A line's place on the time axis and its labels."""

    start: int
    n_frames: int
    phonemes: Tensor  # (P,) ids with the pauses at both ends
    seconds: Tensor  # (P,)
    timbre: int
    emotion: Tensor  # (8,)
    rate: float
    base_octave: float
    text: str
    dev: bool


class Corpus:
    """All lines. `features` is normalised mel, relative pitch (gliding through what is unvoiced) and voicing +-1."""

    def __init__(self, folder: Path) -> None:
        rows = json.loads((folder / "lines.json").read_text("utf-8"))
        ids = {p: i + 1 for i, p in enumerate(ALPHABET)}
        self.lines = [
            Line(
                r["start"], r["n_frames"], torch.tensor([0, *(ids[p] for p in r["phonemes"]), 0]),
                torch.tensor(r["seconds"]), r["timbre"], torch.tensor(r["emotion"]), r["rate"], r["base_octave"],
                r["text"], r["dev"],
            )
            for r in rows
        ]  # fmt: skip
        self.train = [i for i, line in enumerate(self.lines) if not line.dev]
        self.dev = [i for i, line in enumerate(self.lines) if line.dev]
        self.mel = np.load(folder / "mel.npy", mmap_mode="r")
        self.audio = np.load(folder / "audio.npy", mmap_mode="r")
        self.place = np.load(folder / "phoneme.npy", mmap_mode="r")
        self.f0 = np.load(folder / "f0.npy")
        spoken = folder / "spoken.npy"  # mels as S2M makes them, once it is trained
        self.spoken = np.load(spoken, mmap_mode="r") if spoken.exists() else None
        self.octave = np.zeros_like(self.f0)
        for line in self.lines:
            at = slice(line.start, line.start + line.n_frames)
            voiced = np.flatnonzero(self.f0[at] > 0)
            if voiced.size:
                octaves = np.log2(self.f0[at][voiced]) - line.base_octave
                self.octave[at] = np.interp(np.arange(line.n_frames), voiced, octaves)

    def features(self, first: int, n: int) -> Tensor:
        """(n, N_FEATURES) float32 from frame `first` on."""
        at = slice(first, first + n)
        out = np.empty((n, N_FEATURES), np.float32)
        out[:, :N_MELS] = (self.mel[at].astype(np.float32) - MEL_MEAN) / MEL_STD
        out[:, N_MELS] = self.octave[at] / OCTAVE_STD
        out[:, N_MELS + 1] = np.where(self.f0[at] > 0, 1.0, -1.0)
        return torch.from_numpy(out)

    def prompt(self, line: Line, first: int, n: int) -> Tensor:
        """(n, N_FEATURES) of a line as they are known of a prompt: at one loudness, pitch in octaves above PITCH_HZ."""
        out = self.features(line.start + first, n)
        out[:, :N_MELS] += self.to_prompt_level(line)
        out[:, N_MELS] = out[:, N_MELS] * OCTAVE_STD + self.base(line)
        return out

    def to_prompt_level(self, line: Line) -> float:
        """What to add to a line's normalised mel so that it is as loud as a prompt."""
        audio = self.audio[line.start : line.start + line.n_frames].astype(np.float32) / 32768
        return float(np.log(PROMPT_RMS / np.sqrt(np.mean(np.square(audio))))) / MEL_STD

    def base(self, line: Line) -> float:
        """Base pitch of the line's timbre in octaves above PITCH_HZ."""
        return line.base_octave - float(np.log2(PITCH_HZ))

    def phoneme_ids(self, line: Line, first: int, n: int) -> Tensor:
        """(n,) phoneme id of each frame."""
        return line.phonemes[torch.from_numpy(self.place[first : first + n].astype(np.int64))]

    def crops(self, rng: np.random.Generator, batch: int, n: int, lines: list[int]) -> list[tuple[Line, int]]:
        """`batch` random pieces of n frames, as (line, first frame); longer lines more often."""
        enough = [i for i in lines if self.lines[i].n_frames >= n]
        weight = np.array([self.lines[i].n_frames for i in enough], float)
        picked = rng.choice(enough, batch, p=weight / weight.sum())
        return [
            (line, line.start + int(rng.integers(line.n_frames - n + 1))) for line in (self.lines[i] for i in picked)
        ]
