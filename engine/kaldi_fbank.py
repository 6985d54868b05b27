"""Kaldi filter banks of 16 kHz audio: what CAMPPlus and w2v-BERT hear."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine import torchaudio_compat

RATE = 16_000
N_MELS = 80
PCM_16 = 32768.0  # w2v-BERT was trained on 16-bit samples as they are
STACK = 2  # fbank frames that w2v-BERT takes as one
PADDING = 1.0  # of its features


def resample_windowed_sinc(audio: Tensor, rate: int, to_rate: int) -> Tensor:
    """Audio (B, T) -> (B, ceil(T to_rate / rate)) by torchaudio's filter, as upstream resamples timbre prompts.

    Emotion prompts go through engine.audio.resample instead.
    """
    return torchaudio_compat.load().functional.resample(audio, rate, to_rate)


def kaldi_fbank(audio: Tensor) -> Tensor:
    """Audio (T,) at 16 kHz -> log energies (1 + (T - 400) // 160, 80): frames of 25 ms every 10 ms, 20 to 8000 Hz."""
    kaldi = torchaudio_compat.load().compliance.kaldi
    return kaldi.fbank(audio[None], num_mel_bins=N_MELS, sample_frequency=RATE, dither=0.0)


def speaker_fbank(audio: Tensor) -> Tensor:
    """Audio (T,) in -1..1 at 16 kHz -> centred fbank (1, T', 80) for the SpeakerEncoder."""
    fbank = kaldi_fbank(audio)
    return (fbank - fbank.mean(0))[None]


def speech_fbank(audio: Tensor) -> tuple[Tensor, Tensor]:
    """Audio (T,) in -1..1 at 16 kHz -> features (1, T', 160), 50 a second, and which are whole (1, T').

    Made for the SpeechEncoder. Every band has mean 0 and variance 1 over the clip. Of an odd number of frames the last
    stands beside padding and does not count as whole.
    """
    fbank = kaldi_fbank(PCM_16 * audio)
    fbank = (fbank - fbank.mean(0)) / (fbank.var(0) + 1e-7).sqrt()
    short = -len(fbank) % STACK
    whole = torch.ones(1, (len(fbank) + short) // STACK, dtype=torch.bool, device=audio.device)
    whole[0, -1] = short == 0
    return F.pad(fbank, (0, 0, 0, short), value=PADDING).view(1, -1, STACK * N_MELS), whole
