"""A timbre's colour: what its clip has more or less of, band by band, than the voice gives it.

The speaker embedding brings a clip's nearest relative among the voices that training heard. The long-term average of
its spectrum says a good part of how the two differ, and can be made up for: the mel of every line is moved by the
difference. The voice's own average is that of one passage, whose tokens were made once (they hold no timbre).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.prompt import MEL_STD
from engine.s2m import S2M

N_SHAPES = 20  # cosines that a colour is made of: the clip's own sounds differ from the passage's in finer ones
QUIET = 1e-3  # of the loudest frame's power; below it a frame tells of the room
MOST = 1.2  # of the mel, normalised: 22 dB


@dataclass(frozen=True)
class Passage:
    """A text as tokens, spoken by nobody yet."""

    codes: Tensor  # (1, N)
    latents: Tensor  # (1, N, dim)


def colour_of(s2m: S2M, passage: Passage, prompt: Tensor, speaker: Tensor) -> Tensor:
    """Prompt features (1, n_mels + 2, T), speaker (1, speaker_dim) -> (n_mels,) to add to a normalised mel."""
    n_mels = s2m.config.n_mels
    n_frames = passage.codes.shape[1] * s2m.config.token_frames
    own = s2m.regulator(passage.codes, passage.latents, torch.ones(1), speaker, n_frames)
    heard = average(prompt[0, :n_mels], prompt[0, n_mels + 1] > 0)
    spoken = average(own.mel[0], own.voicing[0] > 0)
    missing = smooth(heard - spoken, N_SHAPES)
    return (missing - missing.mean()).clamp(-MOST, MOST)


def average(mel: Tensor, voiced: Tensor) -> Tensor:
    """Normalised mel (n_mels, T), voiced (T,) bool -> (n_mels,): mean over the voiced frames that are loud enough."""
    power = (2 * MEL_STD * mel).exp().sum(0)
    told = voiced & (power > QUIET * power.max())
    return mel[:, told if bool(told.any()) else slice(None)].mean(1)


def smooth(shape: Tensor, n: int) -> Tensor:
    """(n_mels,) -> the part of it that its first n cosines (DCT-II) make."""
    places = (torch.arange(len(shape)) + 0.5) / len(shape)
    waves = torch.cos(torch.pi * torch.arange(n)[:, None] * places)  # (n, n_mels)
    waves = waves / waves.norm(dim=1, keepdim=True)
    return waves.T @ (waves @ shape)
