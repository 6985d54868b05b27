"""A timbre or emotion prompt, as the encoders hear it: the speech found in a clip, at one loudness, with its pitch."""

from __future__ import annotations

import numpy as np
import parselmouth
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.audio import MINI_MEL, log_mel, resample, speech_bounds
from engine.errors import BadPromptError
from engine.types import Audio

# The corpus's own mean and spread, so that every channel has about unit variance. Octaves vary by about a quarter.
MEL_MEAN, MEL_STD, OCTAVE_STD = -5.2, 2.1, 0.28
PITCH_HZ = 150.0  # base pitches are told in octaves above it
PROMPT_RMS = 0.06  # of the corpus's neutral lines
SHORTEST_S, LONGEST_S = 1.0, 15.0
EMPTY = -2.6  # mean of a normalised band that holds nothing: digital silence has -3
TOP_BANDS, EDGE_BANDS = 3, 6  # that tell whether the top is empty, and that what lies above a recording's edge is like
FALL = 0.25  # normalised, 5 dB: a band that lies so far below those under it belongs to the edge


def pitch(audio: NDArray[np.float32], n_frames: int) -> NDArray[np.float32]:
    """F0 in Hz at the centre of each of n_frames frames, 0 where unvoiced (Boersma 1993, autocorrelation)."""
    rate, hop = MINI_MEL.rate, MINI_MEL.hop
    sound = parselmouth.Sound(audio.astype(np.float64), rate)
    track = sound.to_pitch_ac(time_step=hop / rate, pitch_floor=55.0, pitch_ceiling=700.0)
    times = (np.arange(n_frames) + 0.5) * hop / rate
    at = np.round((times - track.xs()[0]) / track.dx).astype(int)
    inside = (at >= 0) & (at < len(track.xs()))
    f0 = np.zeros(n_frames, np.float32)
    f0[inside] = track.selected_array["frequency"][at[inside]]
    return f0


def prompt_features(audio: Audio, rate: int) -> Tensor:
    """Audio (T,) at `rate` -> (1, n_mels + 2, frames): normalised mel, octaves above PITCH_HZ, voicing +-1.

    Raises BadPromptError when there is too little speech in it.
    """
    if not np.isfinite(audio).all():
        raise BadPromptError("the clip holds samples that are not numbers; export it again as a plain WAV")
    clip = resample(np.asarray(audio, np.float32), rate, MINI_MEL.rate)
    first, end = speech_bounds(clip, MINI_MEL.rate)
    clip = clip[first : min(end, first + int(LONGEST_S * MINI_MEL.rate))]
    if len(clip) < SHORTEST_S * MINI_MEL.rate:
        raise BadPromptError(
            f"the clip holds {len(clip) / MINI_MEL.rate:.1f} s of sound; a prompt needs at least {SHORTEST_S:g} s "
            "of one person speaking, best 5 to 10 s"
        )
    n_frames = len(clip) // MINI_MEL.hop
    clip = clip[: n_frames * MINI_MEL.hop]
    clip = clip * np.float32(PROMPT_RMS / max(float(np.sqrt(np.mean(np.square(clip)))), 1e-6))
    f0 = pitch(clip, n_frames)
    voiced = np.flatnonzero(f0 > 0)
    if voiced.size < 20:
        raise BadPromptError("no voice is heard in the clip; a prompt needs a person speaking, without music or noise")
    octave = np.interp(np.arange(n_frames), voiced, np.log2(f0[voiced] / PITCH_HZ)).astype(np.float32)
    mel = filled((log_mel(torch.from_numpy(clip)[None]) - MEL_MEAN) / MEL_STD)
    rest = np.stack([octave, np.where(f0 > 0, 1.0, -1.0).astype(np.float32)])
    return torch.cat([mel, torch.from_numpy(rest)[None]], 1)


def filled(mel: Tensor) -> Tensor:
    """Normalised mel (1, n_mels, T) of a recording that ends below the mel's top -> its last bands go on to the top.

    The encoders heard full-band speech only: what a file of 16 kHz lacks would count as a very dull voice.
    """
    means = mel[0].mean(1)
    if means[-TOP_BANDS:].mean() > EMPTY:
        return mel
    cut = len(means)
    while cut > EDGE_BANDS and (
        means[cut - 1] < EMPTY or means[cut - 1] < means[cut - 1 - EDGE_BANDS : cut - 1].mean() - FALL
    ):
        cut -= 1
    above = mel[:, cut - EDGE_BANDS : cut].mean(1, keepdim=True)
    return torch.cat([mel[:, :cut], above.expand(-1, mel.shape[1] - cut, -1)], 1)


def bands_heard(mel: Tensor) -> int:
    """How many bands of a normalised mel (n_mels, T) come from the recording: filled() gives all others one value."""
    filled_in = (mel == mel[-1]).all(1)
    first = int(filled_in.long().argmax())
    return first if len(mel) - first > 1 else len(mel)
