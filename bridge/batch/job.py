"""What is to be spoken and what came of it, as it goes to any renderer: this process, a batched one, or a farm.

A job says all by itself: no presets, no settings, no order. So it may be rendered anywhere, and twice gives the same.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bridge.emotion_source import EmotionSource
from engine.pronunciation import Pronunciations
from engine.types import Audio, Emotion, Phrase, Plan


@dataclass(frozen=True)
class SpeakJob:
    """One take of one line."""

    id: str  # the take's, of its own in the batch
    text: str
    timbre: Path  # the clip that the voice is learnt from
    emotion: EmotionSource
    weight: float  # 0..1, strength of the emotion
    seed: int
    rate: int  # samples a second of what comes out
    n_samples: int | None = None  # exact length at `rate`; None: the voice's own
    most_samples: int | None = None  # where n_samples is None: the voice's own length, but no more than that
    speed: float = 1.0
    phrases: tuple[Phrase, ...] = ()  # where the guide take's phrases lie; empty: as the voice would
    pronunciations: Pronunciations = field(default_factory=Pronunciations)  # of words in the text
    measure_likeness: bool = False  # whether to tell how like the timbre it sounds, which takes a moment


@dataclass(frozen=True)
class Spoken:
    """What came of a job: a plan with audio, or an error."""

    id: str
    plan: Plan | None = None
    audio: Audio | None = field(default=None, compare=False)  # (plan.n_samples,), with a plan
    emotion: Emotion = field(default_factory=Emotion)  # as it was used, the weight in it
    timbre_sha256: str = ""  # of the clips
    emotion_sha256: str = ""
    likeness: float | None = None  # cosine of the speaker embeddings of timbre and take; None: not measured
    render_s: float = 0.0  # that it took
    error_code: str = ""
    error: str = ""  # for people; empty where all went well


class LineRenderer(Protocol):
    """Renders jobs. One thread uses it."""

    @property
    def model_id(self) -> str:
        """Stable name of the weights; may load them first. Raises EngineError."""

    def render(self, jobs: Iterable[SpeakJob], cancelled: threading.Event) -> Iterator[Spoken]:
        """Each job's one result, in the order in which they are done.

        Jobs are taken one by one, as there is room for them, so there may be millions. A job that fails has a result
        with its error, and the others go on. When `cancelled` is set, it ends soon; jobs without a result
        were not done.
        """
