"""The embedded voice's vocoder: a network shapes a pulse train and noise in the STFT domain.

S = exp(a) e^(ip) STFT(pulses of F0) + exp(n) STFT(noise); the waveform is the inverse STFT of S. The network predicts
harmonic gain a, phase offset p and noise gain n for each bin and frame. The pulses already carry coherent phases, so
spectral losses alone train it (neural source-filter: Wang et al. 2019; HiFTNet: Li et al. 2023; the backbone is
Vocos': Siuzdak 2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.blocks import ChannelNorm, ConvNeXt, convnexts

MIN_HZ = 50.0


@dataclass(frozen=True)
class SourceFilterConfig:
    """Sizes of the vocoder."""

    rate: int
    hop: int
    n_fft: int
    n_mels: int
    dim: int
    depth: int

    @property
    def reach(self) -> int:
        """Frames to each side that a frame of audio depends on: the stem, the blocks, the overlapping windows."""
        return 3 + self.depth * ConvNeXt.REACH + self.n_fft // self.hop


def phase_of(f0: Tensor, config: SourceFilterConfig, start: Tensor | float = 0.0) -> Tensor:
    """Cycles passed at every sample. F0 (B, T) Hz, 0 unvoiced -> (B, T hop) float64, going on from `start`."""
    return start + torch.cumsum(f0.double().repeat_interleave(config.hop, 1) / config.rate, 1)


def pulses(f0: Tensor, phase: Tensor, config: SourceFilterConfig) -> Tensor:
    """A band-limited pulse train of unit power, silent where unvoiced: a Dirichlet kernel.

    F0 (B, T) Hz and phase (B, T hop) in cycles -> (B, T hop).
    """
    hz = f0.repeat_interleave(config.hop, 1)
    x = 2 * np.pi * (phase - phase.floor()).float()
    harmonics = torch.floor(config.rate / 2 / hz.clamp(min=MIN_HZ))
    half = torch.sin(x / 2)
    at_zero = half.abs() < 1e-4
    kernel = torch.sin((harmonics + 0.5) * x) / (2 * half.masked_fill(at_zero, 1.0)) - 0.5
    return torch.where(at_zero, harmonics, kernel) * (hz > 0) / harmonics.sqrt()


class SourceFilterVocoder(nn.Module):
    """Normalised log-mel (B, n_mels, T), F0 (B, T) -> audio (B, T hop)."""

    window: Tensor

    def __init__(self, config: SourceFilterConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = nn.Conv1d(config.n_mels + 2, config.dim, 7, padding=3)
        self.norm_in = ChannelNorm(config.dim)
        self.blocks = convnexts(config.dim, config.depth)
        self.norm_out = ChannelNorm(config.dim)
        self.head = nn.Conv1d(config.dim, 3 * (config.n_fft // 2 + 1), 1)
        nn.init.normal_(self.head.weight, std=0.01)
        self.register_buffer("window", torch.hann_window(config.n_fft), persistent=False)

    def filters(self, mel: Tensor, f0: Tensor) -> tuple[Tensor, Tensor]:
        """-> complex harmonic filter and real noise filter, both (B, n_fft / 2 + 1, T)."""
        voiced = f0 > 0
        octave = torch.where(voiced, torch.log2(f0.clamp(min=MIN_HZ) / 200), 0.0)
        x = self.stem(torch.cat([mel, octave[:, None], voiced[:, None].float()], 1))
        gain, phase, noise = self.head(self.norm_out(self.blocks(self.norm_in(x)))).float().chunk(3, 1)
        return torch.polar(torch.exp(gain.clamp(max=6) - 3), phase), torch.exp(noise.clamp(max=6) - 5)

    def forward(self, mel: Tensor, f0: Tensor, noise: Tensor, phase: Tensor | None = None) -> Tensor:
        """Noise is white, (B, T hop); phase, in cycles, as phase_of() gives it."""
        if phase is None:
            phase = phase_of(f0, self.config)
        harmonic, breath = self.filters(mel, f0)
        return self.istft(harmonic * self.stft(pulses(f0, phase, self.config)) + breath * self.stft(noise))

    def stft(self, audio: Tensor) -> Tensor:
        """(B, T hop) -> (B, n_fft / 2 + 1, T)."""
        n_fft, hop = self.config.n_fft, self.config.hop
        edge = (n_fft - hop) // 2
        return torch.stft(F.pad(audio, (edge, edge)), n_fft, hop, n_fft, self.window, center=False, return_complex=True)

    def istft(self, spectrum: Tensor) -> Tensor:
        """Overlap-add: (B, n_fft / 2 + 1, T) -> (B, T hop)."""
        n_fft, hop = self.config.n_fft, self.config.hop
        frames = torch.fft.irfft(spectrum, n_fft, dim=1) * self.window[None, :, None]
        length = (frames.shape[-1] - 1) * hop + n_fft
        fold = {"output_size": (1, length), "kernel_size": (1, n_fft), "stride": (1, hop)}
        audio = F.fold(frames, **fold).flatten(1)
        weight = F.fold(self.window.square()[None, :, None].expand(1, -1, frames.shape[-1]), **fold).flatten(1)
        edge = (n_fft - hop) // 2
        return (audio / weight.clamp(min=1e-3))[:, edge : length - edge]
