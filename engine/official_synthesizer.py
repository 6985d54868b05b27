"""The official IndexTTS-2 as a whole: text, timbre and emotion in, audio of an exact length out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

from engine import official_config
from engine.audio import MelConfig
from engine.bigvgan import BigVGAN
from engine.decoding import Decoded
from engine.device import torch_device
from engine.emotion_classifier import EmotionClassifier
from engine.emotion_merge import EmotionTable, balanced, between
from engine.emotion_text import emotion_from_text
from engine.errors import BadPromptError, BadTextError, OutOfMemoryError
from engine.exact_length import ending_softly, exactly, stretch_warnings
from engine.gpt import GPT
from engine.official_checkpoint import OfficialCheckpoint
from engine.official_planner import PAUSE_S, frames_of, say, share_out, wanted_tokens, with_pauses
from engine.official_prompt import OfficialPromptEncoder, OfficialVoice
from engine.official_renderer import OfficialOptions, render_segment
from engine.official_s2m import OfficialS2M
from engine.official_text import OfficialText
from engine.semantic_codec import SemanticCodec
from engine.text_pieces import Tokeniser, segments
from engine.types import Audio, Emotion, EmotionPrompt, Plan, Rendering, RenderRequest, Timbre

SMALL_WINDOWS = (86,)  # frames: 1 s at a time, when memory is short
MAX_PIECES = 120  # of a segment, upstream's


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


class OfficialSynthesizer:
    """Speaks with the official model. Not thread-safe: one thread owns it. Build it with load()."""

    def __init__(
        self,
        stages: OfficialStages,
        prompts: OfficialPromptEncoder,
        *,
        model_id: str,
        options: OfficialOptions | None = None,
        classifier: Callable[[], EmotionClassifier | None] = lambda: None,
    ) -> None:
        """classifier: reads the release's text-to-emotion model; called when the first sentence comes."""
        self._stages, self._prompts, self._model_id = stages, prompts, model_id
        self._read_classifier = classifier
        self._device = stages.gpt.speed_emb.weight.device
        options = options or OfficialOptions()
        limit = min(options.decoding.max_codes, stages.gpt.config.max_codes)
        self._options = replace(options, decoding=replace(options.decoding, max_codes=limit))

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
            classifier=partial(official.emotion_classifier, device),
        )

    def make_do(self) -> str:
        """After an OutOfMemoryError: take less memory from now on, first by smaller windows, then on the CPU.

        -> what is done, for people; empty when there is nothing more to be had. On the CPU the same seed speaks the
        line otherwise than on the GPU.
        """
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        if self._options.windows != SMALL_WINDOWS:
            self._options = replace(self._options, windows=SMALL_WINDOWS)
            return "the device is short of memory: lines are made in smaller pieces from now on"
        if self._device.type == "cpu":
            return ""
        self._move(torch.device("cpu"))
        return "the GPU is short of memory: lines are made on the CPU from now on, more slowly"

    def _move(self, device: torch.device) -> None:
        stages = self._stages
        for each in (stages.gpt, stages.codec, stages.s2m, stages.vocoder):
            each.to(device)
        self._prompts.move(device)
        self._stages, self._device = replace(stages, emotions=stages.emotions.to(device)), device

    @property
    def model_id(self) -> str:
        """The name of the weights, e.g. `indextts-2-0f3a9c21`."""
        return self._model_id

    def encode_timbre(self, audio: Audio, rate: int) -> Timbre:
        """Audio (T,) at `rate`, best 5 to 10 s of one person -> a timbre. Raises BadPromptError."""
        with _memory_for("the timbre clip", "give a shorter clip"):
            return Timbre(self._key(audio, rate), self._prompts.voice(audio, rate).arrays())

    def encode_emotion(self, audio: Audio, rate: int) -> Emotion:
        """The emotion of a clip of any speaker, as the model hears it: an embedding and no weights.

        Raises BadPromptError.
        """
        with _memory_for("the emotion clip", "give a shorter clip"):
            embedding = self._prompts.emotion(audio, rate)[0].float().cpu().numpy()
        return Emotion(prompt=EmotionPrompt(self._key(audio, rate), embedding))

    def emotion_from_text(self, sentence: str) -> Emotion:
        """The emotion a sentence describes or carries: by the release's classifier, or by the embedded voice's lexicon
        where the folder does not have it. Raises BadReplyError, BadCheckpointError."""
        with _memory_for("the text-to-emotion model", "give the emotion by weights"):
            return emotion_from_text(sentence) if self._classifier is None else self._classifier.emotion(sentence)

    @cached_property
    def _classifier(self) -> EmotionClassifier | None:
        return self._read_classifier()

    @torch.inference_mode()
    def render(self, request: RenderRequest) -> Rendering:
        """Plan, audio lazily, block by block. The same request gives the same samples on the same machine, bit for bit.

        The plan takes as long as the GPT does: its tokens tell the model's own length. There are no word times, since
        nothing in the model says where a word lies. Raises BadTextError when there is nothing to speak.
        """
        voice = OfficialVoice.of(request.timbre, self._device, self._model_id)
        seeds = torch.Generator().manual_seed(request.seed)
        for_codes, for_noise = torch.randint(2**62, (2,), generator=seeds).tolist()
        frame_s = self._stages.mel.hop / self._stages.mel.rate
        pause = PAUSE_S / frame_s
        with _memory_for("the GPT", "split the line"):
            said = self._say(request, voice, pause, torch.Generator(self._device).manual_seed(for_codes))
        natural = with_pauses([frames_of(len(part.codes)) for part in said], pause)
        natural_s = sum(natural) * frame_s
        n_samples = request.n_samples
        if n_samples is None:
            n_samples = max(1, round(natural_s / request.speed * request.rate))
        stretch = n_samples / request.rate / natural_s
        plan = Plan(
            n_samples=n_samples,
            rate=request.rate,
            natural_samples=round(natural_s * request.rate),
            stretch=stretch,
            words=(),
            warnings=stretch_warnings(stretch) + _cut_off(said),
        )
        lengths = share_out(natural, math.ceil(n_samples / request.rate / frame_s - 1e-9))
        blocks = self._blocks(said, lengths, voice, for_noise)
        exact = exactly(blocks, self._stages.mel.rate, request.rate, n_samples)
        return Rendering(plan, ending_softly(exact, request.rate, n_samples))

    def _say(
        self, request: RenderRequest, voice: OfficialVoice, pause: float, generator: torch.Generator
    ) -> list[Decoded]:
        """Tokens of each segment; `pause` frames are to lie between two of them."""
        stages, texts = self._stages, self._segments(request.text)
        emotion = self._emotion(request.emotion, voice)
        wanted: list[int | None] = [None] * len(texts)
        if request.n_samples is not None:
            n_frames = request.n_samples / request.rate * stages.mel.rate / stages.mel.hop
            n_spoken = max(n_frames - pause * (len(texts) - 1), 1.0)
            wanted = [*wanted_tokens([len(text) for text in texts], n_spoken)]
        return [
            say(
                stages.gpt, voice.latents, emotion, torch.tensor([text], device=self._device), n,
                decoding=self._options.decoding, policy=self._options.length, generator=generator,
            )
            for text, n in zip(texts, wanted, strict=True)
        ]  # fmt: skip

    def _segments(self, line: str) -> list[list[int]]:
        """Text -> ids of the pieces of each segment."""
        stages = self._stages
        pieces = stages.tokeniser.pieces(stages.text.normalise(line))
        if not any(character.isalnum() for piece in pieces for character in piece):
            raise BadTextError(f"there is nothing to speak in {line[:80]!r}; write words or numbers")
        limit = min(MAX_PIECES, stages.gpt.config.max_text)
        return [stages.tokeniser.ids(part) for part in segments(pieces, limit)]

    def _emotion(self, emotion: Emotion, voice: OfficialVoice) -> Tensor:
        """(1, dim): the timbre prompt's own, moved towards the emotion prompt's, then the weights over that."""
        base = voice.emotion
        if emotion.prompt is not None:
            asked = torch.from_numpy(emotion.prompt.embedding).to(self._device)[None]
            if asked.shape != base.shape:
                raise BadPromptError(f"the emotion was not encoded by {self._model_id}; encode its clip again")
            base = between(base, asked, emotion.prompt.weight)
        if not any(emotion.weights):
            return base
        return self._stages.emotions.merge(balanced(emotion.weights), voice.speaker, base)

    def _blocks(
        self, said: Sequence[Decoded], lengths: Sequence[int], voice: OfficialVoice, seed: int
    ) -> Iterator[Audio]:
        """Segment, pause, segment, ... of so many frames each, at the vocoder's rate."""
        stages, generator = self._stages, torch.Generator().manual_seed(seed)
        for i, n_frames in enumerate(lengths):
            if not n_frames:
                continue
            if i % 2:
                yield np.zeros(n_frames * stages.mel.hop, np.float32)
                continue
            # Drawn on the CPU, so that it is the same on every device
            noise = torch.randn(1, stages.mel.n_mels, n_frames, generator=generator).to(self._device)
            with _memory_for("S2M and the vocoder", "split the line, or take a shorter timbre clip"):
                yield from render_segment(
                    stages.codec, stages.s2m, stages.vocoder, voice, said[i // 2], n_frames, noise, stages.mel.rate,
                    self._options,
                )  # fmt: skip

    def _key(self, audio: Audio, rate: int) -> str:
        heard = hashlib.sha256(np.ascontiguousarray(audio, np.float32).tobytes())
        heard.update(f"{rate} {self._model_id}".encode())
        return heard.hexdigest()


def _cut_off(said: Sequence[Decoded]) -> tuple[str, ...]:
    if all(part.stopped for part in said):
        return ()
    return ("the voice did not come to an end of its own, so the end of the text may be missing; take another seed",)


@contextmanager
def _memory_for(stage: str, way_out: str) -> Iterator[None]:
    """Raises OutOfMemoryError where the device cannot hold a stage."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise OutOfMemoryError(
            f"the device has not enough memory for {stage} ({error!s:.120}); {way_out}, or close what else uses it"
        ) from error
