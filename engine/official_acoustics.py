"""A segment of the official model on its way from its condition to sound."""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.bigvgan import BigVGAN
from engine.official_prompt import OfficialVoice
from engine.official_s2m import OfficialS2M
from engine.official_stages import OfficialOptions
from engine.speech_model import Features


class ConditionLike(Protocol):
    """What S2M follows. engine.official_condition.Condition is the real one."""

    def until(self, first: int, right: int) -> Tensor:
        """(1, n, dim) with n >= right. Frames before `first` are made already."""


class OfficialAcoustics:
    """Condition -> mel -> sound.

    S2M goes on from what it made before, as it goes on from the timbre prompt: the last frames of it stand behind the
    prompt's. A window is made with some frames to come, which are made again in the next.
    """

    def __init__(
        self,
        s2m: OfficialS2M,
        vocoder: BigVGAN,
        voice: OfficialVoice,
        condition: ConditionLike,
        noise: Tensor,
        options: OfficialOptions,
    ) -> None:
        """noise: (1, n_mels, n_frames)."""
        self.n_frames = noise.shape[-1]
        self._s2m, self._vocoder, self._voice, self._options = s2m, vocoder, voice, options
        self._condition, self._noise = condition, noise
        self._before = noise[..., :0]  # the last frames of the mel that was made

    def features(self, first: int, end: int) -> Features:
        """Mel (1, n_mels, n)."""
        voice, options = self._voice, self._options
        left, right = first - self._before.shape[-1], min(self.n_frames, end + options.ahead)
        condition = self._condition.until(first, right)
        prompt_mel = torch.cat([voice.mel, self._before], -1)
        mel = self._s2m.mel(
            torch.cat([voice.condition, condition[:, left:first]], 1),
            condition[:, first:right],
            prompt_mel,
            voice.speaker,
            F.pad(self._noise[..., first:right], (prompt_mel.shape[-1], 0)),
            n_steps=options.n_steps,
            guidance=options.guidance,
        )[..., : end - first]
        self._before = torch.cat([self._before, mel], -1)[..., -options.context :]
        return (mel,)

    def sound(self, features: Features) -> Tensor:
        """BigVGAN's."""
        return self._vocoder(*features)[0]
