"""The embedded voice as a SpeechModel: eSpeak phonemes, a planner that knows every length, T2S, S2M, source-filter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import checkpoint, frames, half, packed, speech_planner
from engine.checkpoint import Settled
from engine.embedded_decoding import EmbeddedOptions, Part, Step, Tokens, decode, parts_for
from engine.emotion_text import emotion_from_text
from engine.likeness import Likeness, likeness
from engine.manner import Manner, manner_of
from engine.passage import Passage, heard
from engine.prompt import OCTAVE_STD, PITCH_HZ, prompt_features
from engine.pronunciation import Pronunciations
from engine.s2m import S2M, Foretold
from engine.source_filter import SourceFilterVocoder, phase_of
from engine.speech_model import Acoustics, Features, Fitted, Frames, Windows, tensors_of
from engine.speech_planner import LinePlan
from engine.t2s import T2S
from engine.text import Phonemiser, SpokenText
from engine.together import MOST_ROWS, Decoding, decode_together, rows_agree
from engine.types import Audio, Emotion, Timbre

# The first blocks are small, so that sound comes soon, and grow no faster than that each is there before the one before
# it has sounded (benchmarks/live_gap.py).
WINDOWS = Windows((44, 60, 100, 180, 320), sliver=40)
# Frames to each side that the vocoder is shown beside those that are spoken. It depends on 31; what lies beyond these
# moves no sample by more than -94 dB (with 14: -66 dB).
HEARD = 18
# Frames to each side of a window that S2M is shown beside it. What lies beyond moves the mel by 0.02 dB in the mean and
# pitch by less than 9 cents (with 16 frames: 0.1 dB, 25 cents).
CONTEXT = 24
LOWEST_HZ, HIGHEST_HZ = 55.0, 700.0
MAX_PHONEMES = 180  # of what the GPT says in one go; the corpus has lines of up to 220

# The encoder's weights are what is to be expected, doubt included, so they are small and many. What is far behind the
# strongest is left out, and the rest as strong as all together.
LEAST_SHARE, LEAST_STRENGTH, DOUBT = 0.4, 0.2, 1.5


@dataclass(frozen=True)
class Voice:
    """An encoded timbre as tensors, and how the line moves it."""

    speaker: Tensor  # (1, speaker_dim)
    base: float  # octaves above PITCH_HZ
    manner: Manner = field(default_factory=Manner)
    likeness: Likeness | None = None  # None: as S2M speaks it


@dataclass(frozen=True)
class EmbeddedStages:
    """What a line passes, in this order."""

    t2s: T2S
    s2m: S2M
    vocoder: SourceFilterVocoder
    options: EmbeddedOptions = field(default_factory=EmbeddedOptions)


class EmbeddedModel:
    """The voice that comes with the program, and those trained like it. Build it with load()."""

    windows = WINDOWS
    rows = MOST_ROWS

    def __init__(
        self,
        t2s: T2S,
        s2m: S2M,
        vocoder: SourceFilterVocoder,
        *,
        settled: Settled,
        options: EmbeddedOptions | None = None,
        passage: Passage | None = None,
    ) -> None:
        """passage: without it, a timbre is what its encoder hears and no more."""
        self._stages = EmbeddedStages(t2s, s2m, vocoder, options or EmbeddedOptions())
        self._settled, self._passage = settled, passage
        self._phonemise = Phonemiser(t2s.config.alphabet)
        self.frames = Frames(vocoder.config.rate, vocoder.config.hop, min(HEARD, vocoder.config.reach))

    @classmethod
    def load(cls, folder: Path | None = None, options: EmbeddedOptions | None = None) -> Self:
        """The voice in `folder`, by default the one that comes with the program. Raises BadCheckpointError."""
        folder = folder or checkpoint.EMBEDDED
        t2s, s2m, vocoder = checkpoint.load(folder)
        t2s.settle()
        if half.is_fast():
            for model in (t2s.gpt, t2s.digits, t2s.head, s2m.regulator, s2m.velocity, vocoder):
                half.halve(model)
        else:
            s2m.velocity.settle()
            frames.settle(s2m.regulator)
            frames.settle(vocoder)
            if packed.is_there():
                packed.pack(t2s.gpt)
                packed.pack_layer(t2s, "head")
        settled, passage = checkpoint.load_settled(folder), checkpoint.load_passage(folder)
        return cls(t2s, s2m, vocoder, settled=settled, options=options, passage=passage)

    @property
    def model_id(self) -> str:
        """The name of the voice, e.g. `cuevox-mini-3`."""
        return self._settled.name

    @torch.inference_mode()
    def encode_timbre(self, audio: Audio, rate: int) -> Mapping[str, NDArray[np.float32]]:
        """`speaker` (speaker_dim,), its `base` pitch (1,), octaves above PITCH_HZ; `turn` and `shift` of a Likeness."""
        prompt, stages = prompt_features(audio, rate), self._stages
        embedding, base = stages.s2m.encode_speaker(prompt)
        tensors = {"speaker": embedding[0].numpy(), "base": base.numpy()}
        if self._passage is not None:
            closer = likeness(heard(stages.s2m, self._passage, embedding, stages.options), prompt)
            tensors |= {"turn": closer.turn.numpy(), "shift": closer.shift.numpy()}
        return tensors

    @torch.inference_mode()
    def speaker_embedding(self, audio: Audio, rate: int) -> NDArray[np.float32]:
        """`speaker` alone."""
        embedding, _ = self._stages.s2m.encode_speaker(prompt_features(audio, rate))
        return embedding[0].numpy()

    @torch.inference_mode()
    def encode_emotion(self, audio: Audio, rate: int) -> Emotion:
        """Eight weights."""
        prompt, s2m = prompt_features(audio, rate), self._stages.s2m
        _, base = s2m.encode_speaker(prompt)
        weights = torch.sigmoid(s2m.encode_emotion(prompt, base))[0]
        strength = float(weights.sum())
        if strength < LEAST_STRENGTH:
            return Emotion()
        clear = weights * (weights >= LEAST_SHARE * weights.max())
        return Emotion(tuple((clear / clear.sum() * min(1.0, DOUBT * strength)).tolist()))

    def emotion_from_text(self, sentence: str) -> Emotion:
        """By the lexicon."""
        return emotion_from_text(sentence)

    def make_do(self) -> str:
        """There is no way to take less: it runs on the CPU, in pieces of a second."""
        return ""

    def read(self, text: str, pronunciations: Pronunciations) -> tuple[SpokenText, tuple[str, ...]]:
        """English -> phonemes."""
        return self._phonemise(text, pronunciations), ()

    def speaker(self, timbre: Timbre, emotion: Emotion) -> EmbeddedSpeaker:
        """Told the weights; an emotion prompt, which only the official model makes, is passed over."""
        tensors = tensors_of(timbre, ("speaker", "base"), self.model_id)
        manner = manner_of(self._settled.manners, emotion.weights)
        closer = None
        if "turn" in timbre.tensors:
            closer = Likeness(torch.from_numpy(timbre.tensors["turn"]), torch.from_numpy(timbre.tensors["shift"]))
        voice = Voice(tensors["speaker"], float(tensors["base"].item()), manner, closer)
        return EmbeddedSpeaker(self._stages, voice, torch.tensor([emotion.weights]))

    @cached_property
    def _rows_agree(self) -> bool:
        return rows_agree(self._stages.t2s)

    def decode_together(self, pieces: Sequence[Acoustics]) -> None:
        """The same samples as by themselves but for rounding (engine/together.py)."""
        if not self._rows_agree:
            return
        own = [piece for piece in pieces if isinstance(piece, EmbeddedAcoustics)]
        decodings = [Decoding(piece.parts, piece.emotion, piece.drawn.generator) for piece in own]
        steps = decode_together(self._stages.t2s, decodings, self._stages.options)
        for piece, of_piece in zip(own, steps, strict=True):
            piece.say(of_piece)


@dataclass(frozen=True)
class EmbeddedSaying:
    """A phrase's text and the voice's own plan for it, in parts that the GPT says in one go."""

    spoken: tuple[SpokenText, ...]
    natural: list[LinePlan]
    warnings: tuple[str, ...] = ()

    @property
    def natural_s(self) -> float:
        return sum(p.total_s for p in self.natural) - speech_planner.OVERHANG_S


class EmbeddedSpeaker:
    """The embedded voice, told who speaks and how. It plans a phrase at once and decodes it as sound is asked for."""

    def __init__(self, stages: EmbeddedStages, voice: Voice, emotion: Tensor) -> None:
        """emotion: (1, n_emotions)."""
        self._stages, self._voice, self._emotion = stages, voice, emotion
        config = stages.t2s.config
        self._ids, self._token_s = {p: i + 1 for i, p in enumerate(config.alphabet)}, config.token_s

    def seconds(self, text: SpokenText) -> list[float]:
        """As they are planned; the spaces where the GPT's parts meet take none."""
        said = self.say(text)
        of_parts = [
            [*plan.seconds[0, 1 : 1 + len(part.phonemes)].tolist(), 0.0]
            for part, plan in zip(said.spoken, said.natural, strict=True)
        ]
        return [s for of_part in of_parts for s in of_part][:-1]

    def say(
        self, text: SpokenText, seed: int = 0, wanted_s: float | None = None, later: Sequence[tuple[float, Self]] = ()
    ) -> EmbeddedSaying:
        """Plans it; no token is drawn yet. Nobody takes over within a phrase."""
        spoken = text.split(MAX_PHONEMES)
        pauses_s = [speech_planner.PAUSE_S] * (len(spoken) - 1) + [0.0]
        natural = [
            speech_planner.plan(
                self._stages.t2s, self._ids_of(part), self._emotion, rate=self._voice.manner.pace, pause_s=pause_s
            )
            for part, pause_s in zip(spoken, pauses_s, strict=True)
        ]
        return EmbeddedSaying(spoken, natural)

    def fit(self, said: EmbeddedSaying, n_frames: int, seconds: float, seed: int) -> Fitted:
        """One piece, planned to the phoneme."""
        plans = self._shared_out(said.natural, seconds + speech_planner.OVERHANG_S)
        times, at = [], 0.0
        for part, plan in zip(said.spoken, plans, strict=True):
            edges = at + np.concatenate([[0.0], np.cumsum(plan.seconds[0].double().numpy())])
            times.append((part, edges[1:].tolist()))  # the pause before the phonemes is place 0
            at = float(edges[-1])
        parts = parts_for(plans, self._token_s)
        piece = EmbeddedAcoustics(self._stages, self._voice, self._emotion, parts, n_frames, seed)
        return Fitted([(0, piece)], times)

    def _ids_of(self, part: SpokenText) -> Tensor:
        return torch.tensor([[0, *(self._ids[p] for p in part.phonemes), 0]])

    def _shared_out(self, natural: list[LinePlan], total_s: float) -> list[LinePlan]:
        """Parts end on tokens' edges, so that all but the last get a whole number of tokens."""
        t2s, token_s = self._stages.t2s, self._token_s
        fitted, left_s, left_natural_s = [], total_s, sum(p.total_s for p in natural)
        for part in natural[:-1]:
            share = max(token_s, round(left_s * part.total_s / left_natural_s / token_s) * token_s)
            fitted.append(speech_planner.fit(t2s, part, self._emotion, share))
            left_s, left_natural_s = left_s - share, left_natural_s - part.total_s
        return [*fitted, speech_planner.fit(t2s, natural[-1], self._emotion, max(left_s, token_s))]


@dataclass(frozen=True)
class Drawn:
    """All that chance gives a piece beside its tokens, and the generator, which stands before the first of these."""

    noise: Tensor  # (1, n_mels, T) that the flow starts from
    breath: Tensor  # (1, T hop) that the vocoder shapes
    generator: torch.Generator


class EmbeddedAcoustics:
    """Tokens and latents -> mel, pitch, breath and phase -> sound."""

    def __init__(
        self, stages: EmbeddedStages, voice: Voice, emotion: Tensor, parts: list[Part], n_frames: int, seed: int
    ) -> None:
        self.emotion, self.parts, self.n_frames = emotion, parts, n_frames
        self._stages, self._voice, self._seed = stages, voice, seed
        self._n_tokens = sum(part.n_tokens for part in parts)
        self._gain = 10 ** (voice.manner.level_db / 20)
        self._cycles: Tensor | float = 0.0  # of the pitch that have passed
        self._tokens: Tokens | None = None

    @cached_property
    def drawn(self) -> Drawn:
        """Its own, whatever is rendered beside it."""
        config, options = self._stages.vocoder.config, self._stages.options
        generator = torch.Generator().manual_seed(self._seed)
        noise = torch.randn(1, config.n_mels, self.n_frames, generator=generator) * options.flow_temperature
        breath = torch.randn(1, self.n_frames * config.hop, generator=generator)
        return Drawn(noise, breath, generator)

    def say(self, steps: Sequence[Step]) -> None:
        """Take the tokens from here."""
        self._tokens = Tokens(steps)

    def features(self, first: int, end: int) -> Features:
        """Mel (1, n_mels, n), F0 (1, n), noise and phase (1, n hop)."""
        stages, voice, config = self._stages, self._voice, self._stages.vocoder.config
        drawn, per_token = self.drawn, stages.s2m.config.token_frames
        if self._tokens is None:
            self._tokens = Tokens(decode(stages.t2s, self.parts, self.emotion, stages.options, drawn.generator))
        # S2M sees this window and what surrounds it, in whole tokens.
        left = max(0, first - CONTEXT) // per_token * per_token
        right = min(self.n_frames, end + CONTEXT)
        codes, latents = self._tokens.until(min(self._n_tokens, -(-right // per_token)))
        at = slice(left // per_token, codes.shape[1])
        foretold = stages.s2m.regulator(codes[:, at], latents[:, at], torch.ones(1), voice.speaker, right - left)
        inner = slice(first - left, end - left)
        mel = stages.s2m.mel(foretold, voice.speaker, drawn.noise[:, :, left:right], stages.options.flow_steps)
        if voice.likeness is not None:
            mel = voice.likeness(mel, foretold.voicing)
        f0 = pitch_of(foretold, voice.base, voice.manner)[:, inner]
        phase = phase_of(f0, config, self._cycles)
        self._cycles = phase[:, -1:]
        return mel[:, :, inner], f0, drawn.breath[:, first * config.hop : end * config.hop], phase

    def sound(self, features: Features) -> Tensor:
        """At the level that the emotion has."""
        return self._stages.vocoder(*features)[0] * self._gain


def pitch_of(foretold: Foretold, base: float, manner: Manner) -> Tensor:
    """F0 (B, T) in Hz, 0 where unvoiced."""
    octave = foretold.octave * OCTAVE_STD * math.exp(manner.spread) + manner.octaves + base
    hz = (PITCH_HZ * torch.exp2(octave)).clamp(LOWEST_HZ, HIGHEST_HZ)
    return hz * (foretold.voicing > 0)
