"""The embedded voice as a whole: text, timbre and emotion in, audio of an exact length out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import torch

from engine import checkpoint, half, packed
from engine.checkpoint import Settled
from engine.emotion_text import emotion_from_text
from engine.errors import BadPromptError, EngineError
from engine.exact_length import ending_softly, exactly
from engine.line_planner import Line, LinePlanner
from engine.manner import manner_of
from engine.prompt import prompt_features
from engine.renderer import Drawn, RenderOptions, Tokens, Voice, decode, draw, render_frames
from engine.s2m import S2M
from engine.source_filter import SourceFilterVocoder
from engine.t2s import T2S
from engine.together import Decoding, decode_together, rows_agree
from engine.types import Audio, Emotion, Rendering, RenderRequest, Timbre

# The encoder's weights are what is to be expected, doubt included, so they are small and many. What is far behind the
# strongest is left out, and the rest as strong as all together.
LEAST_SHARE, LEAST_STRENGTH, DOUBT = 0.4, 0.2, 1.5


class Synthesizer:
    """Speaks with the embedded voice. Not thread-safe: one thread owns it. Build it with load()."""

    def __init__(
        self,
        t2s: T2S,
        s2m: S2M,
        vocoder: SourceFilterVocoder,
        *,
        settled: Settled,
        options: RenderOptions | None = None,
    ) -> None:
        self._t2s, self._s2m, self._vocoder = t2s, s2m, vocoder
        self._settled = settled
        self._options = options or RenderOptions()
        self._planner = LinePlanner(t2s, vocoder.config)
        self._rows_agree: bool | None = None  # on this machine; None: not looked yet

    @classmethod
    def load(cls, folder: Path | None = None, options: RenderOptions | None = None) -> Self:
        """The voice in `folder`, by default the one that comes with the program. Raises BadCheckpointError."""
        folder = folder or checkpoint.EMBEDDED
        t2s, s2m, vocoder = checkpoint.load(folder)
        if half.is_fast():
            for model in (t2s.gpt, t2s.digits, t2s.head, s2m.regulator, s2m.velocity, vocoder):
                half.halve(model)
        elif packed.is_there():
            packed.pack(t2s.gpt)
        return cls(t2s, s2m, vocoder, settled=checkpoint.load_settled(folder), options=options)

    @property
    def model_id(self) -> str:
        """The name of the voice, e.g. `cuevox-mini-2`."""
        return self._settled.name

    @torch.inference_mode()
    def encode_timbre(self, audio: Audio, rate: int) -> Timbre:
        """Audio (T,) at `rate`, best 5 to 10 s of one person -> a timbre. Raises BadPromptError."""
        embedding, base = self._s2m.encode_speaker(prompt_features(audio, rate))
        heard = hashlib.sha256(np.ascontiguousarray(audio, np.float32).tobytes())
        heard.update(f"{rate} {self.model_id}".encode())
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

    def make_do(self) -> str:
        """There is no way to take less: it runs on the CPU, in pieces of a second."""
        return ""

    def render(self, request: RenderRequest) -> Rendering:
        """Plan at once, audio lazily, block by block. The same request gives the same samples, bit for bit.

        Raises BadTextError when there is nothing to speak.
        """
        line = self._planner.line(request, self._voice(request))
        return self._rendering(line, self._streamed(line))

    def render_many(self, requests: Sequence[RenderRequest]) -> list[Rendering | EngineError]:
        """What render() gives for each, or its error, with the tokens of all decoded together before this returns.

        The same request gives the same samples, bit for bit, whatever stands beside it; they are those of render() but
        for rounding (engine/together.py).
        """
        made = [self._line_or_error(request) for request in requests]
        lines = [line for line in made if isinstance(line, Line)]
        if self._rows_agree is None:
            self._rows_agree = rows_agree(self._t2s)
        if not self._rows_agree:
            return [self._rendering(x, self._streamed(x)) if isinstance(x, Line) else x for x in made]
        drawn = [
            [
                draw(seed, phrase.n_frames, self._vocoder.config, self._options)
                for phrase, seed in zip(line.phrases, line.seeds, strict=True)
            ]
            for line in lines
        ]
        steps = iter(
            decode_together(
                self._t2s,
                [
                    Decoding(phrase.parts, line.emotion, d.generator)
                    for line, of_line in zip(lines, drawn, strict=True)
                    for phrase, d in zip(line.phrases, of_line, strict=True)
                ],
                self._options,
            )
        )
        renderings = iter(
            [
                self._rendering(line, self._blocks(line, [(d, Tokens(iter(next(steps)))) for d in of_line]))
                for line, of_line in zip(lines, drawn, strict=True)
            ]
        )
        return [next(renderings) if isinstance(x, Line) else x for x in made]

    def _line_or_error(self, request: RenderRequest) -> Line | EngineError:
        try:
            return self._planner.line(request, self._voice(request))
        except EngineError as error:
            return error

    def _streamed(self, line: Line) -> Iterator[Audio]:
        """Token by token, so that sound comes before the line is done."""
        yield from self._blocks(line, self._decoding(line))

    def _decoding(self, line: Line) -> Iterator[tuple[Drawn, Tokens]]:
        """Of each phrase, when it is asked for."""
        for phrase, seed in zip(line.phrases, line.seeds, strict=True):
            drawn = draw(seed, phrase.n_frames, self._vocoder.config, self._options)
            yield drawn, Tokens(decode(self._t2s, phrase.parts, line.emotion, self._options, drawn.generator))

    def _blocks(self, line: Line, decoding: Iterable[tuple[Drawn, Tokens]]) -> Iterator[Audio]:
        """Phrases and the silence around them, at the vocoder's rate."""
        config, at = self._vocoder.config, 0
        for phrase, (drawn, tokens) in zip(line.phrases, decoding, strict=True):
            if phrase.first > at:
                yield np.zeros((phrase.first - at) * config.hop, np.float32)
            n_tokens = sum(part.n_tokens for part in phrase.parts)
            sound = render_frames(
                self._s2m, self._vocoder, tokens, n_tokens, line.voice, drawn, self._options.flow_steps
            )
            at = phrase.first + phrase.n_frames
            yield from sound if at == line.n_frames else ending_softly(sound, config.rate, phrase.n_frames * config.hop)
        if line.n_frames > at:
            yield np.zeros((line.n_frames - at) * config.hop, np.float32)

    def _rendering(self, line: Line, blocks: Iterator[Audio]) -> Rendering:
        rate, n_samples = line.plan.rate, line.plan.n_samples
        exact = exactly(blocks, self._vocoder.config.rate, rate, n_samples)
        return Rendering(line.plan, ending_softly(exact, rate, n_samples))

    def _voice(self, request: RenderRequest) -> Voice:
        tensors = request.timbre.tensors
        try:
            return Voice(
                torch.from_numpy(tensors["speaker"])[None],
                float(tensors["base"].item()),
                manner_of(self._settled.manners, request.emotion.weights),
            )
        except KeyError as error:
            raise BadPromptError(
                f"the timbre was not encoded by {self.model_id} (it has no {error}); encode its clip again"
            ) from error
