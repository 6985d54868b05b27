"""What a voice does in its own way: read a text, say it, bring it to a length, make frames and sound of it.

All around that - pauses and phrases, the exact length, windows and joins, plans, errors - is one path for every voice:
line_planner.py, renderer.py, synthesizer.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import BadPromptError
from engine.pronunciation import Pronunciations
from engine.text import SpokenText
from engine.types import Audio, Emotion, Timbre, WordTime

Features = tuple[Tensor, ...]  # what a vocoder hears: the last axis of each is time, with as many values a frame


@dataclass(frozen=True)
class Frames:
    """The grid that a voice's sound is made on."""

    rate: int  # samples a second
    hop: int  # samples a frame
    reach: int  # frames to each side that a frame of sound audibly depends on

    @property
    def seconds(self) -> float:
        """Of one frame."""
        return self.hop / self.rate


@dataclass(frozen=True)
class Windows:
    """How many frames are made at a time."""

    sizes: tuple[int, ...]  # the first windows; all that follow are like the last
    sliver: int  # frames that are too few for a window of their own at the end

    def over(self, n_frames: int) -> Iterator[tuple[int, int]]:
        """(first, end) of each window of so many frames."""
        first, i = 0, 0
        while first < n_frames:
            end = min(n_frames, first + self.sizes[min(i, len(self.sizes) - 1)])
            if n_frames - end < self.sliver:
                end = n_frames
            yield first, end
            first, i = end, i + 1


class Acoustics(Protocol):
    """A piece of a line on its way from semantic tokens to sound. It draws its own random numbers, by its seed."""

    @property
    def n_frames(self) -> int:
        """At least one."""

    def features(self, first: int, end: int) -> Features:
        """Of the frames [first, end). Asked for window by window, in order, each once."""

    def sound(self, features: Features) -> Tensor:
        """Features of n frames on end -> audio (n hop,)."""


@dataclass(frozen=True)
class Fitted:
    """A phrase that was brought to its frames."""

    pieces: Sequence[tuple[int, Acoustics]]  # each with its first frame in the phrase; between them is silence
    times: Sequence[tuple[SpokenText, Sequence[float]]] = ()  # seconds in the phrase at which each phoneme of a text
    # begins, and where the last one ends; none where the model does not know

    def words(self) -> Sequence[WordTime]:
        """Where the words lie in the phrase, estimated as far as that can be done by now, where there are no times."""
        return ()

    def warnings(self) -> tuple[str, ...]:
        """What came of it by now that people should know."""
        return ()


class Saying(Protocol):
    """A phrase as the model says it when nobody asks for a length."""

    @property
    def natural_s(self) -> float:
        """How long it is."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong in saying it, for people."""


S = TypeVar("S", bound=Saying)


class Speaker(Protocol[S]):
    """A model that was told who speaks and how."""

    def seconds(self, text: SpokenText) -> list[float]:
        """About how long each phoneme or letter of a text lasts, without saying it."""

    def say(self, text: SpokenText, seed: int, wanted_s: float | None, later: Sequence[tuple[float, Any]] = ()) -> S:
        """wanted_s: about how long it is to be, for models whose tokens depend on it; None: as the model likes.

        later: speakers of the same model and timbre that take over at these shares of the text, where the model can.
        """

    def fit(self, said: S, n_frames: int, seconds: float, seed: int) -> Fitted:
        """In exactly so many frames, of which the last may be cut: `seconds` is what will be heard."""


class SpeechModel(Protocol):
    """The networks of a voice. Not thread-safe: one thread owns it. Every method may raise an EngineError."""

    @property
    def model_id(self) -> str:
        """Stable name of the weights, e.g. `cuevox-mini-1`."""

    @property
    def frames(self) -> Frames:
        """The grid of its sound."""

    @property
    def windows(self) -> Windows:
        """How many frames to make at a time; fewer after make_do()."""

    @property
    def rows(self) -> int:
        """How many pieces it gains by having decoded at once; 1: none."""

    def encode_timbre(self, audio: Audio, rate: int) -> Mapping[str, NDArray[np.float32]]:
        """Audio (T,) at `rate` -> the tensors of a timbre, without a batch axis. Raises BadPromptError."""

    def speaker_embedding(self, audio: Audio, rate: int) -> NDArray[np.float32]:
        """Who speaks in a clip, to compare: (speaker_dim,). Raises BadPromptError."""

    def encode_emotion(self, audio: Audio, rate: int) -> Emotion:
        """The emotion heard in a clip of any speaker. Raises BadPromptError."""

    def emotion_from_text(self, sentence: str) -> Emotion:
        """The emotion a sentence describes or carries."""

    def make_do(self) -> str:
        """Take less memory from now on. -> what is done, for people; empty: it cannot."""

    def read(self, text: str, pronunciations: Pronunciations) -> tuple[SpokenText, tuple[str, ...]]:
        """Text without pauses -> what is spoken, and warnings for people. Raises BadTextError."""

    def speaker(self, timbre: Timbre, emotion: Emotion) -> Speaker[Any]:
        """Raises BadPromptError for what another model encoded."""

    def decode_together(self, pieces: Sequence[Acoustics]) -> None:
        """The tokens of many of this model's pieces at once, where it gains by that. A piece becomes the same, bit for
        bit, in any company."""


def content_key(audio: Audio, rate: int, model_id: str) -> str:
    """What tells a clip, as a model encodes it, from all others."""
    heard = hashlib.sha256(np.ascontiguousarray(audio, np.float32).tobytes())
    heard.update(f"{rate} {model_id}".encode())
    return heard.hexdigest()


def tensors_of(
    timbre: Timbre, names: Sequence[str], model_id: str, device: torch.device | None = None
) -> dict[str, Tensor]:
    """A timbre's tensors, with a batch axis. Raises BadPromptError for a timbre of another kind of model."""
    try:
        return {name: torch.from_numpy(timbre.tensors[name]).to(device)[None] for name in names}
    except KeyError as error:
        raise BadPromptError(
            f"the timbre was not encoded by {model_id} (it has no {error}); encode its clip again"
        ) from error
