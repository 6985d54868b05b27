"""The embedded voice as a whole: text, timbre and emotion in, audio of an exact length out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

from engine import checkpoint, half, speech_planner
from engine.emotion_text import emotion_from_text
from engine.errors import BadPromptError, EngineError
from engine.exact_length import ending_softly, exactly, stretch_warnings
from engine.prompt import prompt_features
from engine.renderer import Drawn, Part, RenderOptions, Tokens, Voice, decode, draw, parts_for, render_frames
from engine.s2m import S2M
from engine.source_filter import SourceFilterVocoder
from engine.speech_planner import LinePlan
from engine.t2s import T2S
from engine.text import Phonemiser, SpokenText
from engine.together import Decoding, decode_together, rows_agree
from engine.types import Audio, Emotion, Plan, Rendering, RenderRequest, Timbre, WordTime

MAX_PHONEMES = 180  # of what the GPT says in one go; the corpus has lines of up to 220
# The encoder's weights are what is to be expected, doubt included, so they are small and many. What is far behind the
# strongest is left out, and the rest as strong as all together.
LEAST_SHARE, LEAST_STRENGTH, DOUBT = 0.4, 0.2, 1.5


@dataclass(frozen=True)
class _Line:
    """A request as the stages are told it."""

    plan: Plan
    parts: list[Part]
    emotion: Tensor
    voice: Voice
    n_frames: int
    seed: int


class Synthesizer:
    """Speaks with the embedded voice. Not thread-safe: one thread owns it. Build it with load()."""

    def __init__(
        self, t2s: T2S, s2m: S2M, vocoder: SourceFilterVocoder, *, model_id: str, options: RenderOptions | None = None
    ) -> None:
        self._t2s, self._s2m, self._vocoder = t2s, s2m, vocoder
        self._model_id = model_id
        self._options = options or RenderOptions()
        self._phonemise = Phonemiser(t2s.config.alphabet)
        self._ids = {p: i + 1 for i, p in enumerate(t2s.config.alphabet)}
        self._rows_agree: bool | None = None  # on this machine; None: not looked yet

    @classmethod
    def load(cls, folder: Path | None = None, options: RenderOptions | None = None) -> Self:
        """The voice in `folder`, by default the one that comes with the program. Raises BadCheckpointError."""
        folder = folder or checkpoint.EMBEDDED
        t2s, s2m, vocoder = checkpoint.load(folder)
        if half.is_fast():
            for model in (t2s.gpt, t2s.digits, t2s.head, s2m.regulator, s2m.velocity, vocoder):
                half.halve(model)
        return cls(t2s, s2m, vocoder, model_id=folder.name, options=options)

    @property
    def model_id(self) -> str:
        """The name of the weights, e.g. `cuevox-mini-1`."""
        return self._model_id

    @torch.inference_mode()
    def encode_timbre(self, audio: Audio, rate: int) -> Timbre:
        """Audio (T,) at `rate`, best 5 to 10 s of one person -> a timbre. Raises BadPromptError."""
        embedding, base = self._s2m.encode_speaker(prompt_features(audio, rate))
        heard = hashlib.sha256(np.ascontiguousarray(audio, np.float32).tobytes())
        heard.update(f"{rate} {self._model_id}".encode())
        tensors = {"speaker": embedding[0].numpy(), "base": base.numpy()}
        return Timbre(heard.hexdigest(), tensors)

    @torch.inference_mode()
    def encode_emotion(self, audio: Audio, rate: int) -> Emotion:
        """The emotion heard in a clip of any speaker. Raises BadPromptError."""
        prompt = prompt_features(audio, rate)
        _, base = self._s2m.encode_speaker(prompt)
        weights = torch.sigmoid(self._s2m.encode_emotion(prompt, base))[0]
        strength = float(weights.sum())
        if strength < LEAST_STRENGTH:
            return Emotion()
        clear = weights * (weights >= LEAST_SHARE * weights.max())
        return Emotion(tuple((clear / clear.sum() * min(1.0, DOUBT * strength)).tolist()))

    def emotion_from_text(self, sentence: str) -> Emotion:
        """The emotion a sentence describes or carries."""
        return emotion_from_text(sentence)

    def render(self, request: RenderRequest) -> Rendering:
        """Plan at once, audio lazily, block by block. The same request gives the same samples, bit for bit.

        Raises BadTextError when there is nothing to speak.
        """
        line = self._line(request)
        return self._rendering(line, self._streamed(line))

    def render_many(self, requests: Sequence[RenderRequest]) -> list[Rendering | EngineError]:
        """What render() gives for each, or its error, with the tokens of all decoded together before this returns.

        The same request gives the same samples, bit for bit, whatever stands beside it; they are those of render() but
        for rounding (engine/together.py).
        """
        made = [self._line_or_error(request) for request in requests]
        lines = [line for line in made if isinstance(line, _Line)]
        if self._rows_agree is None:
            self._rows_agree = rows_agree(self._t2s)
        if not self._rows_agree:
            return [self._rendering(x, self._streamed(x)) if isinstance(x, _Line) else x for x in made]
        drawn = [draw(line.seed, line.n_frames, self._vocoder.config, self._options) for line in lines]
        steps = decode_together(
            self._t2s,
            [Decoding(x.parts, x.emotion, d.generator) for x, d in zip(lines, drawn, strict=True)],
            self._options,
        )
        renderings = iter(
            [
                self._rendering(x, self._blocks(x, Tokens(iter(s)), d))
                for x, s, d in zip(lines, steps, drawn, strict=True)
            ]
        )
        return [next(renderings) if isinstance(x, _Line) else x for x in made]

    def _line(self, request: RenderRequest) -> _Line:
        emotion = torch.tensor([request.emotion.weights])
        spoken = self._phonemise(request.text).split(MAX_PHONEMES)
        pauses_s = [speech_planner.PAUSE_S] * (len(spoken) - 1) + [0.0]
        natural = [
            speech_planner.plan(self._t2s, self._ids_of(part), emotion, pause_s=pause_s)
            for part, pause_s in zip(spoken, pauses_s, strict=True)
        ]
        natural_s = sum(p.total_s for p in natural) - speech_planner.OVERHANG_S
        rate, hop = request.rate, self._vocoder.config.hop
        if request.n_samples is not None:
            n_samples = request.n_samples
        else:
            n_samples = max(1, round(natural_s / request.speed * rate))
        stretch = n_samples / rate / natural_s
        plans = self._fit(natural, emotion, n_samples / rate + speech_planner.OVERHANG_S)
        n_frames = math.ceil(n_samples * self._vocoder.config.rate / (rate * hop) - 1e-9)
        plan = Plan(
            n_samples=n_samples,
            rate=rate,
            natural_samples=round(natural_s * rate),
            stretch=stretch,
            words=_word_times(spoken, plans),
            warnings=stretch_warnings(stretch),
        )
        parts = parts_for(plans, self._t2s.config.token_s)
        return _Line(plan, parts, emotion, _voice(request.timbre, self._model_id), n_frames, request.seed)

    def _line_or_error(self, request: RenderRequest) -> _Line | EngineError:
        try:
            return self._line(request)
        except EngineError as error:
            return error

    def _streamed(self, line: _Line) -> Iterator[Audio]:
        """Token by token, so that sound comes before the line is done."""
        drawn = draw(line.seed, line.n_frames, self._vocoder.config, self._options)
        steps = decode(self._t2s, line.parts, line.emotion, self._options, drawn.generator)
        yield from self._blocks(line, Tokens(steps), drawn)

    def _blocks(self, line: _Line, tokens: Tokens, drawn: Drawn) -> Iterator[Audio]:
        n_tokens = sum(part.n_tokens for part in line.parts)
        return render_frames(self._s2m, self._vocoder, tokens, n_tokens, line.voice, drawn, self._options.flow_steps)

    def _rendering(self, line: _Line, blocks: Iterator[Audio]) -> Rendering:
        rate, n_samples = line.plan.rate, line.plan.n_samples
        exact = exactly(blocks, self._vocoder.config.rate, rate, n_samples)
        return Rendering(line.plan, ending_softly(exact, rate, n_samples))

    def _ids_of(self, part: SpokenText) -> Tensor:
        return torch.tensor([[0, *(self._ids[p] for p in part.phonemes), 0]])

    def _fit(self, natural: list[LinePlan], emotion: Tensor, total_s: float) -> list[LinePlan]:
        """Share the length out. Parts end on tokens' edges, so that all but the last get a whole number of tokens."""
        token_s = self._t2s.config.token_s
        fitted, left_s, left_natural_s = [], total_s, sum(p.total_s for p in natural)
        for part in natural[:-1]:
            share = max(token_s, round(left_s * part.total_s / left_natural_s / token_s) * token_s)
            fitted.append(speech_planner.fit(self._t2s, part, emotion, share))
            left_s, left_natural_s = left_s - share, left_natural_s - part.total_s
        return [*fitted, speech_planner.fit(self._t2s, natural[-1], emotion, max(left_s, token_s))]


def _voice(timbre: Timbre, model_id: str) -> Voice:
    try:
        return Voice(torch.from_numpy(timbre.tensors["speaker"])[None], float(timbre.tensors["base"].item()))
    except KeyError as error:
        raise BadPromptError(
            f"the timbre was not encoded by {model_id} (it has no {error}); encode its clip again"
        ) from error


def _word_times(spoken: Sequence[SpokenText], plans: list[LinePlan]) -> tuple[WordTime, ...]:
    times, at = [], 0.0
    for part, plan in zip(spoken, plans, strict=True):
        edges = at + np.concatenate([[0.0], np.cumsum(plan.seconds[0].double().numpy())])
        for word in part.words:  # places among the phonemes; the pause before them is place 0
            times.append(WordTime(word.written, float(edges[word.first + 1]), float(edges[word.end + 1])))
        at = float(edges[-1])
    return tuple(times)
