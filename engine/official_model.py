"""The official IndexTTS-2 as a SpeechModel: text pieces, a GPT that is told a length, flow matching, BigVGAN."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from engine import official_config
from engine.device import torch_device
from engine.emotion_classifier import EmotionClassifier
from engine.emotion_merge import balanced, between
from engine.emotion_text import emotion_from_text
from engine.errors import BadPromptError, BadTextError
from engine.official_checkpoint import OfficialCheckpoint
from engine.official_prompt import OfficialPromptEncoder, OfficialVoice
from engine.official_speaker import OfficialSpeaker
from engine.official_stages import SMALL_WINDOWS, OfficialOptions, OfficialStages
from engine.official_text import OfficialText
from engine.pronunciation import Pronunciations
from engine.speech_model import Acoustics, Frames, content_key
from engine.text import SpokenText
from engine.text_pieces import Tokeniser, spaced
from engine.types import Audio, Emotion, EmotionPrompt, Timbre
from engine.word_times import words_of


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
        return SpokenText(spoken, words_of(text, spoken)), warnings

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
