"""A passage to hear a voice with. Its tokens stand beside the weights, so encoding a timbre needs no T2S."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.embedded_decoding import EmbeddedOptions
from engine.s2m import S2M


@dataclass(frozen=True)
class Passage:
    """What T2S made of a text that holds all sounds (engine/training/passage.py)."""

    codes: Tensor  # (1, N)
    latents: Tensor  # (1, N, latent_dim)


@torch.inference_mode()
def heard(s2m: S2M, passage: Passage, speaker: Tensor, options: EmbeddedOptions) -> Tensor:
    """The passage by a speaker (1, speaker_dim): features (1, n_mels + 2, T) of a prompt, but with no pitch in them."""
    n_frames = passage.codes.shape[1] * s2m.config.token_frames
    foretold = s2m.regulator(passage.codes, passage.latents, torch.ones(1), speaker, n_frames)
    noise = torch.randn(foretold.mel.shape, generator=torch.Generator().manual_seed(0)) * options.flow_temperature
    mel = s2m.mel(foretold, speaker, noise, options.flow_steps)
    voiced = torch.where(foretold.voicing > 0, 1.0, -1.0)
    return torch.cat([mel, torch.zeros_like(voiced)[:, None], voiced[:, None]], 1)
