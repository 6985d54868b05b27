"""Timbre and emotion prompts as the official model takes them: a clip in, values that can be kept out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.audio import MelConfig, log_mel, resample, speech_bounds
from engine.errors import BadPromptError
from engine.gpt import GPT
from engine.kaldi_fbank import RATE, resample_windowed_sinc, speaker_fbank, speech_fbank
from engine.length_regulator import LengthRegulator, even_spread
from engine.semantic_codec import SemanticCodec
from engine.speaker_encoder import SpeakerEncoder
from engine.speech_encoder import SpeechEncoder
from engine.speech_model import tensors_of
from engine.types import Audio, Timbre

SHORTEST_S = 1.0
LONGEST_S = 15.0  # upstream's; what comes later in a clip is not heard


@dataclass(frozen=True)
class OfficialVoice:
    """An encoded timbre prompt, as the stages take it. P is the number of its mel frames."""

    latents: Tensor  # (1, 32, dim), for the GPT
    emotion: Tensor  # (1, dim), how the prompt itself is spoken
    speaker: Tensor  # (1, speaker_dim), for the DiT and for the choice of emotion examples
    mel: Tensor  # (1, n_mels, P), which the DiT goes on from
    condition: Tensor  # (1, P, condition_dim), what is said in it

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The same without the batch axis, as a Timbre keeps it."""
        return {name: tensor[0].float().cpu().numpy() for name, tensor in vars(self).items()}

    @classmethod
    def of(cls, timbre: Timbre, device: torch.device, model_id: str) -> OfficialVoice:
        """Raises BadPromptError for a timbre of another kind of model."""
        return cls(**tensors_of(timbre, [*cls.__annotations__], model_id, device))


class OfficialPromptEncoder:
    """The stages that only a prompt passes."""

    def __init__(
        self,
        speech: SpeechEncoder,
        codec: SemanticCodec,
        speaker: SpeakerEncoder,
        gpt: GPT,
        regulator: LengthRegulator,
        mel: MelConfig,
    ) -> None:
        self._speech, self._codec, self._speaker = speech, codec, speaker
        self._gpt, self._regulator, self._mel = gpt, regulator, mel

    def move(self, device: torch.device) -> None:
        """What belongs to prompts alone; the other stages are moved by whoever owns them."""
        self._speech.to(device)
        self._speaker.to(device)

    @torch.inference_mode()
    def voice(self, audio: Audio, rate: int) -> OfficialVoice:
        """Audio (T,) at `rate` -> who speaks, and how. Raises BadPromptError."""
        clip = torch.from_numpy(heard(audio, rate, self._mel.rate))[None]
        at_16k = resample_windowed_sinc(clip, self._mel.rate, RATE)[0]  # from this copy, as upstream does
        features = self._features(at_16k)
        mel = log_mel(clip, self._mel).to(features.device)
        said = self._codec.embed(self._codec.encode(features))
        return OfficialVoice(
            latents=self._gpt.timbre_latents(features),
            emotion=self._gpt.emotion_embedding(features),
            speaker=self._speaker(speaker_fbank(at_16k).to(features.device)),
            mel=mel,
            condition=self._regulator(said, even_spread(said.shape[1], mel.shape[-1])),
        )

    @torch.inference_mode()
    def emotion(self, audio: Audio, rate: int) -> Tensor:
        """Audio (T,) at `rate`, of any speaker -> the emotion embedding (1, dim). Raises BadPromptError."""
        return self._gpt.emotion_embedding(self._features(torch.from_numpy(heard(audio, rate, RATE))))

    def _features(self, at_16k: Tensor) -> Tensor:
        fbank, whole = speech_fbank(at_16k)
        device = self._speech.mean.device
        return self._speech(fbank.to(device), whole.to(device))


def heard(audio: Audio, rate: int, to_rate: int) -> Audio:
    """The part of a clip that is listened to, at `to_rate`. Nothing is trimmed or levelled, as in upstream.

    Raises BadPromptError where there is too little sound in it.
    """
    if not np.isfinite(audio).all():
        raise BadPromptError("the clip holds samples that are not numbers; export it again as a plain WAV")
    clip = np.ascontiguousarray(resample(np.asarray(audio, np.float32), rate, to_rate)[: int(LONGEST_S * to_rate)])
    first, end = speech_bounds(clip, to_rate)
    if end - first < SHORTEST_S * to_rate:
        raise BadPromptError(
            f"the first {LONGEST_S:g} s of the clip hold {(end - first) / to_rate:.1f} s of sound; a prompt needs at "
            f"least {SHORTEST_S:g} s of one person speaking, best 5 to 10 s"
        )
    return clip
