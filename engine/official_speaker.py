"""The official model, told who speaks and how: phrases in, tokens and then acoustics out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine import word_times
from engine.exact_length import STRETCH
from engine.official_acoustics import OfficialAcoustics
from engine.official_condition import Condition, waits_for_all
from engine.official_planner import CODES_PER_S, PAUSE_S, frames_of, share_out, wanted_tokens, with_pauses
from engine.official_prompt import OfficialVoice
from engine.official_stages import OfficialOptions, OfficialStages
from engine.official_tokens import Segment, Tokens, say_early, say_late
from engine.speech_model import Fitted
from engine.text import SpokenText
from engine.text_pieces import segments
from engine.types import WordTime

MAX_PIECES = 120  # of a segment, upstream's
LETTER_S = 0.07  # about, spaces and marks among them
NOT_ENDED = "the voice did not come to an end of its own, so the end of the text may be missing; take another seed"


@dataclass(frozen=True)
class OfficialSaying:
    """A phrase's tokens, segment by segment. What is told of it becomes exact once all are there."""

    text: SpokenText
    weights: list[float]  # of each segment's letters
    planned: list[int | None]  # how many tokens a segment is begun with that is begun before all are there
    wanted: list[int | None]
    tokens: list[Tokens]
    frame_s: float

    @property
    def natural(self) -> list[float]:
        """Frames of segment, pause, segment, ..."""
        pairs = zip(self.tokens, self.wanted, strict=True)
        lengths = [frames_of(len(each.until(None).codes) if each.ended or n is None else n) for each, n in pairs]
        return with_pauses(lengths, PAUSE_S / self.frame_s)

    @property
    def natural_s(self) -> float:
        return sum(self.natural) * self.frame_s

    @property
    def warnings(self) -> tuple[str, ...]:
        return (NOT_ENDED,) if any(each.ended and not each.until(None).stopped for each in self.tokens) else ()


@dataclass(frozen=True)
class OfficialFitted(Fitted):
    """Its words are estimated: nothing in the model says where one lies."""

    text: SpokenText = field(default_factory=lambda: SpokenText("", ()))
    conditions: Sequence[tuple[int, float, Condition]] = ()  # with their first frame and the weight of their letters
    frame_s: float = 0.0

    def words(self) -> Sequence[WordTime]:
        spans = [word_times.Span(first, weight, each.voiced()) for first, weight, each in self.conditions]
        return word_times.estimated(self.text, spans, self.frame_s) if spans else ()

    def warnings(self) -> tuple[str, ...]:
        return tuple(
            f"the end was stretched to {each.end_stretch:.2f}, since the beginning was made before the voice was at it "
            "(stream_tokens)"
            for _, _, each in self.conditions
            if not STRETCH[0] <= each.end_stretch <= STRETCH[1]
        )


class OfficialSpeaker:
    """The official model, told who speaks and how.

    It has the tokens of a phrase before any sound of it, or, with OfficialOptions.streamed and a length that is asked
    for, draws them as sound is asked for.
    """

    def __init__(self, stages: OfficialStages, options: OfficialOptions, voice: OfficialVoice, emotion: Tensor) -> None:
        """emotion: (1, dim)."""
        self._stages, self._options, self._voice, self._emotion = stages, options, voice, emotion
        self._device = emotion.device
        self._frame_s = stages.mel.hop / stages.mel.rate

    def seconds(self, text: SpokenText) -> list[float]:
        """All letters alike."""
        return [LETTER_S] * len(text.phonemes)

    def say(
        self, text: SpokenText, seed: int, wanted_s: float | None, later: Sequence[tuple[float, OfficialSpeaker]] = ()
    ) -> OfficialSaying:
        """Its tokens tell the model's own length."""
        stages, options = self._stages, self._options
        limit = min(MAX_PIECES, stages.gpt.config.max_text)
        parts = segments(stages.tokeniser.pieces(text.phonemes), limit)
        weights = [max(word_times.letters("".join(part)), 1.0) for part in parts]
        wanted: list[int | None] = [None] * len(parts)
        if wanted_s is not None:
            n_spoken = max(wanted_s / self._frame_s - PAUSE_S / self._frame_s * (len(parts) - 1), 1.0)
            wanted = [*wanted_tokens([len(part) for part in parts], n_spoken)]
        generator = torch.Generator(self._device).manual_seed(_seeds(seed, 1)[0])
        early = options.streamed and options.length.slot is not None
        planned: list[int | None] = []
        tokens = []
        for part, n, (emotion, changes) in zip(parts, wanted, self._emotions(weights, wanted, later), strict=True):
            ids = torch.tensor([stages.tokeniser.ids(part)], device=self._device)
            segment = Segment(self._voice.latents, emotion, ids, n, changes)
            given = (stages.gpt, segment, options.decoding, options.length, generator)
            is_early = early and n is not None and self._is_long(n)
            tokens.append(Tokens((say_early if is_early else say_late)(*given)))
            if not early or n is None:
                tokens[-1].until(None)
            planned.append(n if is_early else None)
        return OfficialSaying(text, weights, planned, wanted, tokens, self._frame_s)

    def fit(self, said: OfficialSaying, n_frames: int, seconds: float, seed: int) -> Fitted:
        """A piece for each segment; segments and the pauses between them are stretched alike."""
        stages, at, pieces, conditions = self._stages, 0, [], []
        seeds = _seeds(seed, 1 + len(said.tokens))[1:]
        for i, n in enumerate(share_out(said.natural, n_frames)):
            if n and i % 2 == 0:
                k = i // 2
                condition = Condition(stages, said.tokens[k], n, said.planned[k])
                # Drawn on the CPU, so that it is the same on every device
                generator = torch.Generator().manual_seed(seeds[k])
                noise = torch.randn(1, stages.mel.n_mels, n, generator=generator).to(self._device)
                acoustics = OfficialAcoustics(stages.s2m, stages.vocoder, self._voice, condition, noise, self._options)
                pieces.append((at, acoustics))
                conditions.append((at, said.weights[k], condition))
            at += n
        return OfficialFitted(pieces, (), said.text, conditions, self._frame_s)

    def _is_long(self, n_tokens: int) -> bool:
        """Whether a segment's first window can be made before all its tokens are there."""
        options, n_frames = self._options, frames_of(n_tokens)
        return options.windows.sizes[0] + options.ahead <= waits_for_all(n_frames)

    def _emotions(
        self, weights: Sequence[float], wanted: Sequence[int | None], later: Sequence[tuple[float, OfficialSpeaker]]
    ) -> list[tuple[Tensor, list[tuple[int, Tensor]]]]:
        """Each segment's emotion, and the tokens at which another one takes over."""
        passed, each_segment = 0.0, []
        for weight, n in zip(weights, wanted, strict=True):
            first, end = passed / sum(weights), (passed + weight) / sum(weights)
            n_tokens = n or weight * LETTER_S * CODES_PER_S
            before = [other._emotion for share, other in later if share <= first]
            inside = [
                (round((share - first) / (end - first) * n_tokens), other._emotion)
                for share, other in later
                if first < share < end
            ]
            each_segment.append((before[-1] if before else self._emotion, inside))
            passed += weight
        return each_segment


def _seeds(seed: int, n: int) -> list[int]:
    """The first n of a seed's own seeds: for the tokens, then for each segment's noise."""
    return torch.randint(2**62, (n,), generator=torch.Generator().manual_seed(seed)).tolist()
