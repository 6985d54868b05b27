"""A request as the embedded voice's stages are told it: phrases, their phonemes, and how long each of these lasts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine import speech_planner
from engine.errors import BadTextError
from engine.exact_length import stretch_warnings
from engine.markup import stretches
from engine.phrases import Slot, cut_like, slots
from engine.renderer import Part, Voice, parts_for
from engine.source_filter import SourceFilterConfig
from engine.speech_planner import LinePlan
from engine.t2s import T2S
from engine.text import Phonemiser, SpokenText
from engine.types import PhonemeTime, Phrase, Plan, RenderRequest, WordTime

STRESS = ("ˈ", "ˌ")
MAX_PHONEMES = 180  # of what the GPT says in one go; the corpus has lines of up to 220
NEXT_SEED = 0x9E3779B97F4A7C15  # far from any seed that a person counts up to


@dataclass(frozen=True)
class SpokenPhrase:
    """A phrase with its place in the line."""

    first: int  # frame
    n_frames: int
    parts: list[Part]


@dataclass(frozen=True)
class Line:
    """A request as the stages are told it."""

    plan: Plan
    phrases: list[SpokenPhrase]
    emotion: Tensor  # (1, n_emotions)
    voice: Voice
    n_frames: int
    seeds: list[int]  # of the phrases; a line of one phrase has the request's own


@dataclass(frozen=True)
class _Saying:
    """A phrase's text and the voice's own plan for it, in parts that the GPT says in one go."""

    spoken: tuple[SpokenText, ...]
    natural: list[LinePlan]

    @property
    def natural_s(self) -> float:
        return sum(p.total_s for p in self.natural) - speech_planner.OVERHANG_S


class LinePlanner:
    """Owns the phonemiser; not thread-safe."""

    def __init__(self, t2s: T2S, vocoder: SourceFilterConfig) -> None:
        self._t2s = t2s
        self._frame_s = vocoder.hop / vocoder.rate
        self._phonemise = Phonemiser(t2s.config.alphabet)
        self._ids = {p: i + 1 for i, p in enumerate(t2s.config.alphabet)}

    def line(self, request: RenderRequest, voice: Voice) -> Line:
        """Raises BadTextError when there is nothing to speak, or no time for it."""
        emotion, pace = torch.tensor([request.emotion.weights]), voice.manner.pace
        spoken, pauses_s = self._read(request)
        sayings = [self._say(text, emotion, pace) for text in spoken]
        rate, speech_s, silent_s = request.rate, sum(s.natural_s for s in sayings), sum(pauses_s)
        if request.n_samples is not None:
            n_samples = request.n_samples
        else:
            n_samples = max(1, round((speech_s / request.speed + silent_s) * rate))
        total_s = n_samples / rate
        guide = request.phrases if request.n_samples is not None else ()
        if guide:
            sayings = self._follow(spoken, sayings, [p.end_s - p.start_s for p in guide], emotion, pace)
            places = self._slots_of(guide[: len(sayings)], total_s)
        else:
            places = slots([s.natural_s for s in sayings], pauses_s, total_s, self._frame_s)
        plans = [
            self._fit(s.natural, emotion, self._seconds(slot, total_s) + speech_planner.OVERHANG_S)
            for s, slot in zip(sayings, places, strict=True)
        ]
        stretch = (total_s - silent_s) / speech_s
        if guide:
            stretch = sum(self._seconds(slot, total_s) for slot in places) / speech_s
        plan = Plan(
            n_samples=n_samples,
            rate=rate,
            natural_samples=round((speech_s + silent_s) * rate),
            stretch=total_s / (speech_s + silent_s),
            words=tuple(self._words(sayings, places, plans)),
            warnings=stretch_warnings(stretch),
            phonemes=tuple(self._phonemes(sayings, places, plans)),
            phrases=tuple(Phrase(s.first * self._frame_s, s.end * self._frame_s) for s in places) if guide else (),
        )
        phrases = [
            SpokenPhrase(slot.first, slot.end - slot.first, parts_for(of_phrase, self._t2s.config.token_s))
            for slot, of_phrase in zip(places, plans, strict=True)
        ]
        seeds = [(request.seed + i * NEXT_SEED) % 2**63 if i else request.seed for i in range(len(phrases))]
        return Line(plan, phrases, emotion, voice, self._n_frames(total_s), seeds)

    def _read(self, request: RenderRequest) -> tuple[list[SpokenText], list[float]]:
        """The text of each phrase, and the seconds of silence before, between and behind them."""
        spoken: list[SpokenText] = []
        pauses_s = [0.0]
        for piece in stretches(request.text):
            try:
                spoken.append(self._phonemise(piece.text, request.pronunciations))
                pauses_s.append(piece.pause_s)
            except BadTextError:
                if any(c.isalnum() for c in piece.text):
                    raise
                pauses_s[-1] += piece.pause_s  # two pauses on end, or one at an end of the line
        if not spoken:
            raise BadTextError(f"nothing to speak in {request.text.strip()[:40]!r}: a line needs a word or a number")
        return spoken, pauses_s

    def _say(self, text: SpokenText, emotion: Tensor, pace: float) -> _Saying:
        spoken = text.split(MAX_PHONEMES)
        pauses_s = [speech_planner.PAUSE_S] * (len(spoken) - 1) + [0.0]
        natural = [
            speech_planner.plan(self._t2s, self._ids_of(part), emotion, rate=pace, pause_s=pause_s)
            for part, pause_s in zip(spoken, pauses_s, strict=True)
        ]
        return _Saying(spoken, natural)

    def _follow(
        self, spoken: list[SpokenText], sayings: list[_Saying], wanted_s: list[float], emotion: Tensor, pace: float
    ) -> list[_Saying]:
        """All words again, cut into as many phrases as a guide take has."""
        whole = joined(spoken)
        seconds = [
            float(s)
            for saying in sayings
            for part, plan in zip(saying.spoken, saying.natural, strict=True)
            for s in [*plan.seconds[0, 1 : 1 + len(part.phonemes)], 0.0]
        ]
        return [self._say(text, emotion, pace) for text in cut_like(whole, seconds, wanted_s)]

    def _slots_of(self, guide: Sequence[Phrase], total_s: float) -> list[Slot]:
        frames = [(round(p.start_s / self._frame_s), round(p.end_s / self._frame_s)) for p in guide]
        n_frames, at, places = self._n_frames(total_s), 0, []
        for first, end in frames:
            first = min(max(first, at), n_frames - 1)
            at = min(max(end, first + 1), n_frames)
            places.append(Slot(first, at))
        return places

    def _n_frames(self, total_s: float) -> int:
        return math.ceil(total_s / self._frame_s - 1e-9)

    def _seconds(self, slot: Slot, total_s: float) -> float:
        """Of a phrase; the line's last frame may be cut short."""
        return min(slot.end * self._frame_s, total_s) - slot.first * self._frame_s

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

    def _edges(
        self, sayings: list[_Saying], places: list[Slot], plans: list[list[LinePlan]]
    ) -> Iterator[tuple[SpokenText, list[float]]]:
        """Each part with the seconds at which its phonemes begin, and the last one ends."""
        for saying, slot, of_phrase in zip(sayings, places, plans, strict=True):
            at = slot.first * self._frame_s
            for part, plan in zip(saying.spoken, of_phrase, strict=True):
                edges = at + np.concatenate([[0.0], np.cumsum(plan.seconds[0].double().numpy())])
                yield part, edges[1:].tolist()  # the pause before the phonemes is place 0
                at = float(edges[-1])

    def _words(self, sayings: list[_Saying], places: list[Slot], plans: list[list[LinePlan]]) -> Iterator[WordTime]:
        for part, edges in self._edges(sayings, places, plans):
            for word in part.words:
                yield WordTime(word.written, edges[word.first], edges[word.end])

    def _phonemes(
        self, sayings: list[_Saying], places: list[Slot], plans: list[list[LinePlan]]
    ) -> Iterator[PhonemeTime]:
        """Without gaps: spaces, marks and the silence between phrases are pauses, and adjoining pauses are one.

        A stress mark, of a moment of its own, goes with the phoneme that it stands before.
        """
        at_s: float | None = None  # where what was told last ends; None: nothing was told yet
        for part, edges in self._edges(sayings, places, plans):
            mark, mark_s = "", 0.0
            for phoneme, start_s, end_s in zip(part.phonemes, edges, edges[1:], strict=False):
                if phoneme in speech_planner.MARKS:
                    continue
                if phoneme in STRESS:
                    mark, mark_s = phoneme, start_s
                    continue
                begin_s = mark_s if mark else start_s
                if at_s is not None and begin_s > at_s:
                    yield PhonemeTime("", at_s, begin_s)
                yield PhonemeTime(mark + phoneme, begin_s, end_s)
                mark, at_s = "", end_s


def joined(spoken: Sequence[SpokenText]) -> SpokenText:
    """Texts behind one another, with a space between."""
    phonemes, words = "", []
    for text in spoken:
        start = len(phonemes) + 1 if phonemes else 0
        phonemes = f"{phonemes} {text.phonemes}" if phonemes else text.phonemes
        words += [type(w)(w.written, w.first + start, w.end + start) for w in text.words]
    return SpokenText(phonemes, tuple(words))
