"""Audio in and out of the engine: read a clip, resample, find the speech in it, log-mels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import BadPromptError
from engine.types import Audio

SILENCE_DB = -40.0  # below a clip's loudest frame: no speech
# Nobody means more than that as a prompt; a file may be small, or lie, and still ask for gigabytes when it is decoded.
MAX_CLIP_S = 600.0
MAX_CHANNELS = 16
MIN_RATE, MAX_RATE = 4_000, 192_000
MAX_SAMPLES = 48_000 * 600  # of a channel
READ_FRAMES = 1 << 16  # at a time, so that many channels cost no more than one


@dataclass(frozen=True)
class MelConfig:
    """A log-mel front end."""

    rate: int
    hop: int
    n_fft: int
    n_mels: int
    f_min: float
    f_max: float
    floor: float  # magnitudes below it count as it


MINI_MEL = MelConfig(rate=24_000, hop=240, n_fft=1024, n_mels=100, f_min=0.0, f_max=12_000.0, floor=1e-5)


def _hz_to_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above."""
    return np.where(hz < 1000, hz * 3 / 200, 15 + 27 * np.log(np.maximum(hz, 1000) / 1000) / np.log(6.4))


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


@cache
@torch.inference_mode(False)  # kept for training too, whoever asks first
def mel_filters(config: MelConfig) -> Tensor:
    """(n_mels, n_fft / 2 + 1): triangles of unit area on Slaney's scale."""
    low, high = _hz_to_mel(np.array([config.f_min, config.f_max]))
    edges = _mel_to_hz(np.linspace(float(low), float(high), config.n_mels + 2))
    bins = np.linspace(0, config.rate / 2, config.n_fft // 2 + 1)
    up = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(up, down)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return torch.from_numpy(triangles.astype(np.float32))


def log_mel(audio: Tensor, config: MelConfig = MINI_MEL) -> Tensor:
    """Audio (B, T) -> natural log of mel magnitudes (B, n_mels, T // hop); frame i is centred on (i + 0.5) hops."""
    edge = (config.n_fft - config.hop) // 2
    padded = F.pad(audio[:, None], (edge, edge), mode="reflect")[:, 0]
    window = torch.hann_window(config.n_fft, device=audio.device)
    spectrum = torch.stft(padded, config.n_fft, config.hop, config.n_fft, window, center=False, return_complex=True)
    # abs() has an infinite gradient at zero, which digital silence reaches
    magnitude = (spectrum.real.square() + spectrum.imag.square() + 1e-9).sqrt()
    return (mel_filters(config).to(audio.device) @ magnitude).clamp(min=config.floor).log()


def resample(audio: Audio, rate: int, to_rate: int) -> Audio:
    """Audio (T,) at `rate` -> (round(T * to_rate / rate),) at `to_rate`."""
    if rate == to_rate:
        return audio
    return np.asarray(soxr.resample(audio, rate, to_rate), np.float32)


def read_clip(path: Path) -> tuple[Audio, int]:
    """A WAV, FLAC, MP3 or OGG file -> mono audio (T,) and its rate. Raises BadPromptError."""
    if not path.is_file():  # a pipe or a device would be read for ever
        raise BadPromptError(f"{path} is not a file; give a WAV, FLAC, MP3 or OGG file")
    try:
        with soundfile.SoundFile(path) as file:
            rate = int(file.samplerate)
            _check_clip(path, file.frames, rate, file.channels)
            blocks = []
            # Not file.blocks(): where a file ends early, that hands out what lay in memory before.
            while len(block := file.read(READ_FRAMES, dtype="float32", always_2d=True)):
                blocks.append(block.mean(axis=1))
    except (soundfile.SoundFileError, OSError) as error:
        raise BadPromptError(f"cannot read {path} as audio ({error}); give a WAV, FLAC, MP3 or OGG file") from error
    return np.concatenate([np.zeros(0, np.float32), *blocks]), rate


def _check_clip(path: Path, n_samples: int, rate: int, n_channels: int) -> None:
    """Before anything is decoded. Raises BadPromptError."""
    if not MIN_RATE <= rate <= MAX_RATE:
        raise BadPromptError(f"{path} has {rate} samples a second; a prompt has {MIN_RATE} to {MAX_RATE}")
    if n_samples > MAX_CLIP_S * rate:
        raise BadPromptError(f"{path} lasts {n_samples / rate:.0f} s; a prompt may last {MAX_CLIP_S:.0f} s at most")
    if n_samples > MAX_SAMPLES:
        raise BadPromptError(f"{path} has {n_samples} samples; a prompt has {MAX_SAMPLES} at most, cut it shorter")
    if n_channels > MAX_CHANNELS:
        raise BadPromptError(f"{path} has {n_channels} channels; a prompt has {MAX_CHANNELS} at most, one is best")


def speech_bounds(audio: Audio, rate: int, threshold_db: float = SILENCE_DB) -> tuple[int, int]:
    """(first, end) sample of what is louder than `threshold_db` below the loudest 10 ms; (0, 0) if all is silent."""
    hop = max(1, rate // 100)
    n = len(audio) // hop
    if n == 0:
        return 0, 0
    power = np.square(audio[: n * hop].astype(np.float64)).reshape(n, hop).mean(axis=1)
    if power.max() <= 1e-10:
        return 0, 0
    loud = np.flatnonzero(power > power.max() * 10 ** (threshold_db / 10))
    return int(loud[0]) * hop, int(loud[-1] + 1) * hop
