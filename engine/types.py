"""The values that go into the engine and come out of it. No torch is imported here, so the panel may use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.pronunciation import Pronunciations

EMOTIONS = ("happy", "angry", "sad", "afraid", "disgusted", "melancholic", "surprised", "calm")

Audio = NDArray[np.float32]  # (T,) mono in -1..1


@dataclass(frozen=True)
class Timbre:
    """Who speaks: an encoded timbre prompt. A value - it can be cached by `key`, saved and used again."""

    key: str  # content hash of the prompt and the model that encoded it
    tensors: Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class EmotionPrompt:
    """An emotion clip as the official model hears it: no weights, a direction of its own. A value, like Timbre."""

    key: str  # content hash of the clip and the model that encoded it
    embedding: NDArray[np.float32] = field(compare=False)  # (dim,)
    weight: float = 1.0  # 0..1, from the timbre prompt's own emotion to this one


@dataclass(frozen=True)
class Emotion:
    """How it is spoken: eight weights in the order of EMOTIONS, each 0..1. All zero is neutral.

    An emotion clip or a sentence is turned into one of these by the synthesizer. For a clip, the official model gives
    a prompt and no weights; the embedded voice gives weights, never a prompt, and passes over one that it is given.
    """

    weights: tuple[float, ...] = (0.0,) * len(EMOTIONS)
    prompt: EmotionPrompt | None = None

    def scaled(self, weight: float) -> Emotion:
        """The same emotion at `weight` (0..1) of its strength."""
        prompt = self.prompt and replace(self.prompt, weight=self.prompt.weight * weight)
        return Emotion(tuple(w * weight for w in self.weights), prompt)


@dataclass(frozen=True)
class Phrase:
    """Where a phrase of a guide take lies: what is spoken between two pauses, from the start of its first sound."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class RenderRequest:
    """One line to speak."""

    text: str
    timbre: Timbre
    emotion: Emotion
    seed: int
    rate: int  # samples a second of the audio that comes out
    n_samples: int | None = None  # exact length at `rate`; None: the model's own
    speed: float = 1.0  # against the model's own length; only without n_samples
    phrases: tuple[Phrase, ...] = ()  # of a guide take, over the whole length; only with n_samples, where the model can
    pronunciations: Pronunciations = field(default_factory=Pronunciations)  # of the user's own
    later: tuple[tuple[float, Emotion], ...] = ()  # from these shares (0..1) of the text on, in order, how it is spoken


@dataclass(frozen=True)
class WordTime:
    """Where a word lies in the clip, or in a part of it."""

    word: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class PhonemeTime:
    """Where a phoneme lies in the clip."""

    phoneme: str  # of the model's alphabet (IPA with a few symbols of its own); empty: a pause
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Plan:
    """What a request will become, known before any sound is made."""

    n_samples: int
    rate: int
    natural_samples: int  # the model's own length at `rate`
    stretch: float  # n_samples / natural_samples
    words: tuple[WordTime, ...]
    warnings: tuple[str, ...]  # e.g. a stretch outside 0.75..1.25
    phonemes: tuple[PhonemeTime, ...] = ()  # from the first to the last, without gaps; empty where a model has none
    phrases: tuple[Phrase, ...] = ()  # where the guide take's phrases were put; empty: it was not followed
    words_are_estimated: bool = False  # from their letters and the pauses between them: the model does not tell


@dataclass(frozen=True)
class Rendering:
    """A plan and the audio that follows it: `blocks` yields float32 (n,) arrays, in all exactly plan.n_samples."""

    plan: Plan
    blocks: Iterator[Audio]
    settle: Callable[[], Plan] | None = None  # asked once all blocks are there, where a plan can only then be exact

    def settled(self) -> Plan:
        """The plan once all blocks are there: its own length, stretch, word times and warnings as they came out."""
        if self.settle is None:
            return self.plan
        plan = self.settle()
        return replace(plan, warnings=tuple(dict.fromkeys((*plan.warnings, *self.plan.warnings))))


class SynthesizerLike(Protocol):
    """What the bridge needs of a synthesizer. engine.synthesizer.Synthesizer is the real one.

    Not thread-safe: one thread owns it. Every method may raise an EngineError.
    """

    @property
    def model_id(self) -> str:
        """Stable name of the weights, e.g. `cuevox-mini-1`."""

    def encode_timbre(self, audio: Audio, rate: int) -> Timbre:
        """Audio (T,) at `rate` -> a timbre. Raises BadPromptError."""

    def speaker_embedding(self, audio: Audio, rate: int) -> NDArray[np.float32]:
        """Who speaks in a clip, to compare: `speaker` of the timbre, without the rest. Raises BadPromptError."""

    def encode_emotion(self, audio: Audio, rate: int) -> Emotion:
        """The emotion heard in a clip of any speaker. Raises BadPromptError."""

    def emotion_from_text(self, sentence: str) -> Emotion:
        """The emotion a sentence describes or carries."""

    def make_do(self) -> str:
        """After an OutOfMemoryError: take less memory from now on. -> what is done, for people; empty: it cannot."""

    def render(self, request: RenderRequest) -> Rendering:
        """Plan at once, audio lazily, block by block. The same request gives the same samples, bit for bit."""
