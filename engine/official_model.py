"""The official IndexTTS-2 as a SpeechModel: text pieces, a GPT that is told a length, flow matching, BigVGAN."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine import official_config, packed
from engine.audio import MelConfig
from engine.bigvgan import BigVGAN
from engine.decoding import Decoded, Decoding
from engine.device import torch_device
from engine.emotion_classifier import EmotionClassifier
from engine.emotion_merge import EmotionTable, balanced, between
from engine.emotion_text import emotion_from_text
from engine.errors import BadPromptError, BadTextError
from engine.gpt import GPT
from engine.official_checkpoint import OfficialCheckpoint
from engine.official_planner import (
    PAUSE_S,
    LengthPolicy,
    frames_of,
    say,
    share_out,
    spread,
    wanted_tokens,
    with_pauses,
)
from engine.official_prompt import OfficialPromptEncoder, OfficialVoice
from engine.official_s2m import OfficialS2M
from engine.official_text import OfficialText
from engine.pronunciation import Pronunciations
from engine.sampling import Sampling
from engine.semantic_codec import SemanticCodec
from engine.speech_model import Acoustics, Features, Fitted, Frames, Windows, content_key
from engine.text import SpokenText
from engine.text_pieces import Tokeniser, segments, spaced
from engine.types import Audio, Emotion, EmotionPrompt, Timbre

WINDOWS = Windows((172, 344, 688), sliver=86)  # 2, 4, then always 8 s
SMALL_WINDOWS = Windows((86,), sliver=43)  # 1 s at a time, when memory is short
MAX_PIECES = 120  # of a segment, upstream's
LETTER_S = 0.07  # about, spaces and marks among them
NOT_ENDED = "the voice did not come to an end of its own, so the end of the text may be missing; take another seed"


@dataclass(frozen=True)
class OfficialOptions:
    """How a line is drawn. Steps, guidance and sampling are upstream's."""

    decoding: Decoding = field(default_factory=lambda: Decoding(Sampling()))
    length: LengthPolicy = field(default_factory=LengthPolicy)
    n_steps: int = 25
    guidance: float = 0.7
    windows: Windows = WINDOWS
    context: int = 86  # frames made before that a window goes on from
    ahead: int = 43  # frames to come that a window is made with


@dataclass(frozen=True)
class OfficialStages:
    """What a line passes, in this order."""

    text: OfficialText
    tokeniser: Tokeniser
    gpt: GPT
    codec: SemanticCodec
    s2m: OfficialS2M
    vocoder: BigVGAN
    mel: MelConfig  # the vocoder's
    emotions: EmotionTable

    def settle(self) -> None:
        """For a CPU, where all of them have to be by now: from here on no weight changes, and none is moved."""
        if packed.is_there():
            packed.pack(self.gpt.gpt)
            packed.pack_layer(self.gpt, "mel_head")
        self.s2m.dit.settle()
        self.vocoder.settle()


class OfficialModel:
    """The release, on the GPU where there is one. Build it with load()."""

    rows = 1

    def __init__(
        self,
        stages: OfficialStages,
        prompts: OfficialPromptEncoder,
        *,
        model_id: str,
        options: OfficialOptions | None = None,
        classifier: Callable[[torch.device], EmotionClassifier | None] = lambda device: None,
    ) -> None:
        """classifier: reads the release's text-to-emotion model; called when the first sentence comes."""
        self._stages, self._prompts, self.model_id = stages, prompts, model_id
        self._read_classifier = classifier
        self._classifier: EmotionClassifier | None = None
        self._has_read_classifier = False
        self._device = self._classifier_device = stages.gpt.speed_emb.weight.device
        options = options or OfficialOptions()
        limit = min(options.decoding.max_codes, stages.gpt.config.max_codes)
        self.options = replace(options, decoding=replace(options.decoding, max_codes=limit))  # of the lines to come
        self.windows = options.windows
        self.frames = Frames(stages.mel.rate, stages.mel.hop, stages.vocoder.config.reach)

    @classmethod
    def load(cls, folder: Path, options: OfficialOptions | None = None, device: torch.device | None = None) -> Self:
        """The release in `folder`; by default on the GPU where there is one. Raises BadCheckpointError."""
        device = device or torch_device()
        official = OfficialCheckpoint(folder)
        stages = OfficialStages(
            text=OfficialText(),
            tokeniser=Tokeniser(official.text_pieces()),
            gpt=official.gpt().to(device),
            codec=official.semantic_codec().to(device),
            s2m=official.s2m().to(device),
            vocoder=official.vocoder().to(device),
            mel=official.mel(),
            emotions=official.emotions().to(device),
        )
        if device.type == "cpu":
            stages.settle()
        prompts = OfficialPromptEncoder(
            official.speech_encoder(official_config.SPEECH_LAYERS).to(device),
            stages.codec,
            official.speaker_encoder().to(device),
            stages.gpt,
            stages.s2m.regulator,
            stages.mel,
        )
        return cls(
            stages,
            prompts,
            model_id=f"indextts-2-{official.fingerprint()}",
            options=options,
            classifier=official.emotion_classifier,
        )

    def encode_timbre(self, audio: Audio, rate: int) -> Mapping[str, NDArray[np.float32]]:
        """What OfficialVoice holds."""
        return self._prompts.voice(audio, rate).arrays()

    def speaker_embedding(self, audio: Audio, rate: int) -> NDArray[np.float32]:
        """`speaker` of the timbre."""
        return self._prompts.voice(audio, rate).arrays()["speaker"]

    def encode_emotion(self, audio: Audio, rate: int) -> Emotion:
        """As the model hears it: an embedding and no weights."""
        embedding = self._prompts.emotion(audio, rate)[0].float().cpu().numpy()
        return Emotion(prompt=EmotionPrompt(content_key(audio, rate, self.model_id), embedding))

    def emotion_from_text(self, sentence: str) -> Emotion:
        """By the release's classifier, or by the embedded voice's lexicon where the folder does not have it.

        Raises BadReplyError, BadCheckpointError.
        """
        if not self._has_read_classifier:
            self._classifier = self._read_classifier(self._classifier_device)
            self._has_read_classifier = True
        return emotion_from_text(sentence) if self._classifier is None else self._classifier.emotion(sentence)

    def make_do(self) -> str:
        """First smaller windows and the text-to-emotion model on the CPU, then all on the CPU, where the same seed
        speaks the line otherwise than on the GPU."""
        cpu = torch.device("cpu")
        told = ""
        if self.windows != SMALL_WINDOWS:
            self.windows = SMALL_WINDOWS
            told = "the device is short of memory: lines are made in smaller pieces from now on"
        elif self._device.type != "cpu":
            self._move(cpu)
            told = "the GPU is short of memory: lines are made on the CPU from now on, more slowly"
        self._classifier_device = cpu
        if self._classifier is not None:
            self._classifier.to(cpu)
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        return told

    def _move(self, device: torch.device) -> None:
        stages = self._stages
        for each in (stages.gpt, stages.codec, stages.s2m, stages.vocoder):
            each.to(device)
        self._prompts.move(device)
        self._stages, self._device = replace(stages, emotions=stages.emotions.to(device)), device
        if device.type == "cpu":
            self._stages.settle()

    def read(self, text: str, pronunciations: Pronunciations) -> tuple[SpokenText, tuple[str, ...]]:
        """English, Chinese or both -> words in the spelling of the text pieces."""
        written, warnings = pronunciations.written_into(text)
        spoken = spaced(self._stages.text.normalise(written))
        if not any(character.isalnum() for character in spoken):
            raise BadTextError(f"there is nothing to speak in {text[:80]!r}; write words or numbers")
        return SpokenText(spoken, ()), warnings

    def speaker(self, timbre: Timbre, emotion: Emotion) -> OfficialSpeaker:
        """Told an embedding: the timbre prompt's own, moved to the emotion prompt's, then the weights over that."""
        voice = OfficialVoice.of(timbre, self._device, self.model_id)
        base = voice.emotion
        if emotion.prompt is not None:
            asked = torch.from_numpy(emotion.prompt.embedding).to(self._device)[None]
            if asked.shape != base.shape:
                raise BadPromptError(f"the emotion was not encoded by {self.model_id}; encode its clip again")
            base = between(base, asked, emotion.prompt.weight)
        if any(emotion.weights):
            base = self._stages.emotions.merge(balanced(emotion.weights), voice.speaker, base)
        return OfficialSpeaker(self._stages, self.options, voice, base)

    def decode_together(self, pieces: Sequence[Acoustics]) -> None:
        """It gains nothing."""


@dataclass(frozen=True)
class OfficialSaying:
    """A phrase's tokens, segment by segment, and how long they and the pauses between them are, in frames."""

    segments: list[Decoded]
    natural: list[float]  # segment, pause, segment, ...
    natural_s: float

    @property
    def warnings(self) -> tuple[str, ...]:
        return () if all(part.stopped for part in self.segments) else (NOT_ENDED,)


class OfficialSpeaker:
    """The official model, told who speaks and how. It has the tokens of a phrase before any sound of it."""

    def __init__(self, stages: OfficialStages, options: OfficialOptions, voice: OfficialVoice, emotion: Tensor) -> None:
        """emotion: (1, dim)."""
        self._stages, self._options, self._voice, self._emotion = stages, options, voice, emotion
        self._device = emotion.device
        self._frame_s = stages.mel.hop / stages.mel.rate

    def seconds(self, text: SpokenText) -> list[float]:
        """All letters alike."""
        return [LETTER_S] * len(text.phonemes)

    def say(self, text: SpokenText, seed: int, wanted_s: float | None) -> OfficialSaying:
        """Its tokens tell the model's own length."""
        stages = self._stages
        limit = min(MAX_PIECES, stages.gpt.config.max_text)
        parts = [stages.tokeniser.ids(part) for part in segments(stages.tokeniser.pieces(text.phonemes), limit)]
        pause = PAUSE_S / self._frame_s
        wanted: list[int | None] = [None] * len(parts)
        if wanted_s is not None:
            n_spoken = max(wanted_s / self._frame_s - pause * (len(parts) - 1), 1.0)
            wanted = [*wanted_tokens([len(part) for part in parts], n_spoken)]
        generator = torch.Generator(self._device).manual_seed(_seeds(seed, 1)[0])
        said = [
            say(
                stages.gpt, self._voice.latents, self._emotion, torch.tensor([ids], device=self._device), n,
                decoding=self._options.decoding, policy=self._options.length, generator=generator,
            )
            for ids, n in zip(parts, wanted, strict=True)
        ]  # fmt: skip
        natural = with_pauses([frames_of(len(part.codes)) for part in said], pause)
        return OfficialSaying(said, natural, sum(natural) * self._frame_s)

    def fit(self, said: OfficialSaying, n_frames: int, seconds: float, seed: int) -> Fitted:
        """A piece for each segment; segments and the pauses between them are stretched alike."""
        stages, at, pieces = self._stages, 0, []
        seeds = _seeds(seed, 1 + len(said.segments))[1:]
        for i, n in enumerate(share_out(said.natural, n_frames)):
            if n and i % 2 == 0:
                segment = said.segments[i // 2]
                content = stages.s2m.content(stages.codec.embed(segment.codes[None]), segment.latents[None])
                condition = stages.s2m.regulator(content, spread(segment.codes, n))
                # Drawn on the CPU, so that it is the same on every device
                generator = torch.Generator().manual_seed(seeds[i // 2])
                noise = torch.randn(1, stages.mel.n_mels, n, generator=generator).to(self._device)
                acoustics = OfficialAcoustics(stages.s2m, stages.vocoder, self._voice, condition, noise, self._options)
                pieces.append((at, acoustics))
            at += n
        return Fitted(pieces)


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
        condition: Tensor,
        noise: Tensor,
        options: OfficialOptions,
    ) -> None:
        """condition: (1, T, condition_dim); noise: (1, n_mels, T)."""
        self.n_frames = noise.shape[-1]
        self._s2m, self._vocoder, self._voice, self._options = s2m, vocoder, voice, options
        self._condition, self._noise = condition, noise
        self._before = noise[..., :0]  # the last frames of the mel that was made

    def features(self, first: int, end: int) -> Features:
        """Mel (1, n_mels, n)."""
        voice, options = self._voice, self._options
        left, right = first - self._before.shape[-1], min(self.n_frames, end + options.ahead)
        prompt_mel = torch.cat([voice.mel, self._before], -1)
        mel = self._s2m.mel(
            torch.cat([voice.condition, self._condition[:, left:first]], 1),
            self._condition[:, first:right],
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


def _seeds(seed: int, n: int) -> list[int]:
    """The first n of a seed's own seeds: for the tokens, then for each segment's noise."""
    return torch.randint(2**62, (n,), generator=torch.Generator().manual_seed(seed)).tolist()
