"""The official model's semantic-to-mel stage: content -> condition -> mel in the voice of the timbre prompt."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.dit import DiT, DiTConfig
from engine.flow import even_times, follow, guided
from engine.length_regulator import LengthRegulator, LengthRegulatorConfig

LATENT_BOTTLENECK = (256, 128)  # upstream's, between the GPT's latents and the content


@dataclass(frozen=True)
class OfficialS2MConfig:
    """Sizes of the stage."""

    latent_dim: int  # of the GPT
    regulator: LengthRegulatorConfig
    dit: DiTConfig


class OfficialS2M(nn.Module):
    """Latent projection, length regulator and velocity."""

    def __init__(self, config: OfficialS2MConfig) -> None:
        super().__init__()
        self.config = config
        sizes = (config.latent_dim, *LATENT_BOTTLENECK, config.regulator.content_dim)
        self.latents = nn.Sequential(*[nn.Linear(a, b) for a, b in pairwise(sizes)])
        self.regulator = LengthRegulator(config.regulator)
        self.dit = DiT(config.dit)

    def content(self, tokens: Tensor, latents: Tensor) -> Tensor:
        """Embedded tokens (B, N, content_dim), the GPT's latents (B, N, latent_dim) -> content (B, N, content_dim)."""
        return tokens + self.latents(latents)

    def mel(
        self,
        prompt_condition: Tensor,
        condition: Tensor,
        prompt_mel: Tensor,
        speaker: Tensor,
        noise: Tensor,
        *,
        n_steps: int,
        guidance: float,
    ) -> Tensor:
        """Log-mel (B, n_mels, F) that goes on where the prompt's mel ends.

        prompt_condition (B, P, condition_dim) and condition (B, F, condition_dim) come from the regulator; prompt_mel
        (B, n_mels, P); speaker (B, speaker_dim); noise (B, n_mels, P + F), of which the prompt's part is not used.
        """
        n_prompt = prompt_mel.shape[-1]
        prompt = F.pad(prompt_mel, (0, noise.shape[-1] - n_prompt))
        whole = torch.cat([prompt_condition, condition], 1)
        given = [self.dit.given(prompt, whole, speaker)]
        if guidance > 0:  # beside it, in the same pass, what guidance leads away from
            given.append(self.dit.given(*map(torch.zeros_like, (prompt, whole, speaker))))
        rows = torch.cat(given)

        def velocity(x: Tensor, time: Tensor) -> Tensor:
            n = len(given)
            towards, *away = self.dit(x.repeat(n, 1, 1), time.repeat(n), rows, first=n_prompt).chunk(n)
            # On the whole path the prompt's frames stay zero, since the prompt itself is given.
            return F.pad(guided(towards, away[0], guidance) if away else towards, (n_prompt, 0))

        start = F.pad(noise[..., n_prompt:], (n_prompt, 0))
        return follow(velocity, start, even_times(n_steps))[..., n_prompt:]
