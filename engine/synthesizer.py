"""A voice as a whole: text, timbre and emotion in, audio of an exact length out. One path for every voice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from engine.embedded_decoding import EmbeddedOptions
from engine.embedded_model import EmbeddedModel
from engine.errors import EngineError, OutOfMemoryError
from engine.exact_length import ending_softly, exactly
from engine.line_planner import Line, line_of
from engine.renderer import line_blocks
from engine.speech_model import SpeechModel, content_key
from engine.types import Audio, Emotion, Rendering, RenderRequest, Timbre


class Synthesizer:
    """Speaks with any voice. Not thread-safe: one thread owns it. engine/load_voice.py builds it for a folder."""

    def __init__(self, model: SpeechModel) -> None:
        self._model = model

    @classmethod
    def load(cls, folder: Path | None = None, options: EmbeddedOptions | None = None) -> Self:
        """The embedded kind of voice in `folder`, by default the one that comes with the program.

        Raises BadCheckpointError.
        """
        return cls(EmbeddedModel.load(folder, options))

    @property
    def model_id(self) -> str:
        """The name of the weights, e.g. `cuevox-mini-3`, `indextts-2-0f3a9c21`."""
        return self._model.model_id

    @property
    def rows(self) -> int:
        """How many lines render_many() gains by; 1: none."""
        return self._model.rows

    def encode_timbre(self, audio: Audio, rate: int) -> Timbre:
        """Audio (T,) at `rate`, best 5 to 10 s of one person -> a timbre. Raises BadPromptError."""
        with _memory_for("the timbre clip", "give a shorter clip"):
            return Timbre(content_key(audio, rate, self.model_id), self._model.encode_timbre(audio, rate))

    def speaker_embedding(self, audio: Audio, rate: int) -> NDArray[np.float32]:
        """Who speaks in a clip, to compare: (speaker_dim,). Raises BadPromptError."""
        with _memory_for("the clip", "give a shorter clip"):
            return self._model.speaker_embedding(audio, rate)

    def encode_emotion(self, audio: Audio, rate: int) -> Emotion:
        """The emotion heard in a clip of any speaker. Raises BadPromptError."""
        with _memory_for("the emotion clip", "give a shorter clip"):
            return self._model.encode_emotion(audio, rate)

    def emotion_from_text(self, sentence: str) -> Emotion:
        """The emotion a sentence describes or carries."""
        with _memory_for("the text-to-emotion model", "give the emotion by weights"):
            return self._model.emotion_from_text(sentence)

    def make_do(self) -> str:
        """After an OutOfMemoryError: take less memory from now on. -> what is done, for people; empty: it cannot."""
        return self._model.make_do()

    @torch.inference_mode()
    def render(self, request: RenderRequest) -> Rendering:
        """The plan, and audio lazily, block by block. The same request gives the same samples on the same machine, bit
        for bit.

        The embedded voice plans at once; with the official model the plan takes as long as the GPT does, unless it is
        streamed. Raises BadTextError when there is nothing to speak.
        """
        return self._rendering(self._line(request))

    @torch.inference_mode()
    def render_many(self, requests: Sequence[RenderRequest]) -> list[Rendering | EngineError]:
        """What render() gives for each, or its error, with the tokens of all decoded together before this returns.

        The same request gives the same samples, bit for bit, whatever stands beside it; they are those of render() but
        for rounding (engine/together.py).
        """
        lines = [self._line_or_error(request) for request in requests]
        self._model.decode_together([piece for x in lines if isinstance(x, Line) for _, piece in x.pieces])
        return [self._rendering(x) if isinstance(x, Line) else x for x in lines]

    def _line(self, request: RenderRequest) -> Line:
        with _memory_for("the GPT", "split the line"):
            return line_of(request, self._model)

    def _line_or_error(self, request: RenderRequest) -> Line | EngineError:
        try:
            return self._line(request)
        except EngineError as error:
            return error

    def _rendering(self, line: Line) -> Rendering:
        plan = line.plan()
        rate, n_samples = plan.rate, plan.n_samples
        exact = exactly(self._blocks(line), self._model.frames.rate, rate, n_samples)
        return Rendering(plan, ending_softly(exact, rate, n_samples), line.plan)

    def _blocks(self, line: Line) -> Iterator[Audio]:
        """At the vocoder's rate."""
        with _memory_for("S2M and the vocoder", "split the line, or take a shorter timbre clip"):
            yield from line_blocks(line.pieces, line.n_frames, self._model.frames, self._model.windows)


@contextmanager
def _memory_for(stage: str, way_out: str) -> Iterator[None]:
    """Raises OutOfMemoryError where the device cannot hold a stage."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise OutOfMemoryError(
            f"the device has not enough memory for {stage} ({error!s:.120}); {way_out}, or close what else uses it"
        ) from error
