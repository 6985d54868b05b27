"""A request as a line: phrases with their places, what each becomes, and what can be told before any sound is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine import speech_planner
from engine.errors import BadTextError
from engine.exact_length import stretch_warnings
from engine.markup import stretches
from engine.phrases import Slot, check_time, cut_like, joined, slots
from engine.speech_model import Acoustics, Speaker, SpeechModel
from engine.text import SpokenText
from engine.types import PhonemeTime, Phrase, Plan, RenderRequest, WordTime

STRESS = ("ˈ", "ˌ")
NEXT_SEED = 0x9E3779B97F4A7C15  # far from any seed that a person counts up to

Times = Sequence[tuple[SpokenText, Sequence[float]]]  # as Fitted has them, but in the line


@dataclass(frozen=True)
class Line:
    """A request as the renderer makes it."""

    plan: Callable[[], Plan]  # as far as it can be told by now; its n_samples and phrases never change
    pieces: list[tuple[int, Acoustics]]  # each with its first frame
    n_frames: int


def line_of(request: RenderRequest, model: SpeechModel) -> Line:
    """Raises BadTextError when there is nothing to speak, or no time for it; BadPromptError."""
    speaker = model.speaker(request.timbre, request.emotion)
    texts, pauses_s, warnings = read(request, model)
    rate, n_samples, frame_s = request.rate, request.n_samples, model.frames.seconds
    silent_s = sum(pauses_s)
    guide = request.phrases if n_samples is not None else ()
    wanted_s: Sequence[float | None] = [None] * len(texts)
    if guide:  # all words again, cut into as many phrases as the guide take has
        lengths_s = [p.end_s - p.start_s for p in guide]
        texts = cut_like(joined(texts), [s for text in texts for s in [*speaker.seconds(text), 0.0]], lengths_s)
        guide, wanted_s = guide[: len(texts)], lengths_s[: len(texts)]
    elif n_samples is not None:
        check_time(pauses_s, n_samples / rate)
        n_phonemes = [len(text.phonemes) for text in texts]
        wanted_s = [(n_samples / rate - silent_s) * n / sum(n_phonemes) for n in n_phonemes]
    seeds = [(request.seed + i * NEXT_SEED) % 2**63 if i else request.seed for i in range(len(texts))]
    speakers = list(_speakers(request, model, speaker, [len(text.phonemes) for text in texts]))
    sayings = [
        who.say(text, seed, asked_s, later)
        for (who, later), text, seed, asked_s in zip(speakers, texts, seeds, wanted_s, strict=True)
    ]
    natural_s = [saying.natural_s for saying in sayings]
    n = max(1, round((sum(natural_s) / request.speed + silent_s) * rate)) if n_samples is None else n_samples
    total_s = n / rate
    n_frames = math.ceil(total_s / frame_s - 1e-9)
    places = _like(guide, n_frames, frame_s) if guide else slots(natural_s, pauses_s, total_s, frame_s)
    lengths_s = [min(slot.end * frame_s, total_s) - slot.first * frame_s for slot in places]  # the last one may be cut
    fitted = [
        who.fit(saying, slot.end - slot.first, length_s, seed)
        for (who, _), saying, slot, length_s, seed in zip(speakers, sayings, places, lengths_s, seeds, strict=True)
    ]
    times = [
        (text, [slot.first * frame_s + s for s in seconds])
        for slot, of_phrase in zip(places, fitted, strict=True)
        for text, seconds in of_phrase.times
    ]
    spoken_s = sum(lengths_s) if guide else total_s - silent_s

    def plan() -> Plan:
        speech_s = sum(saying.natural_s for saying in sayings)
        estimated = [
            WordTime(word.word, *(min(slot.first * frame_s + s, total_s) for s in (word.start_s, word.end_s)))
            for slot, of_phrase in zip(places, fitted, strict=True)
            for word in of_phrase.words()
        ]
        told = [*warnings, *stretch_warnings(spoken_s / speech_s)]
        told += [warning for saying in sayings for warning in saying.warnings]
        told += [warning for of_phrase in fitted for warning in of_phrase.warnings()]
        return Plan(
            n_samples=n,
            rate=rate,
            natural_samples=round((speech_s + silent_s) * rate),
            stretch=total_s / (speech_s + silent_s),
            words=tuple(estimated or _words(times)),
            warnings=tuple(dict.fromkeys(told)),
            phonemes=tuple(_phonemes(times)),
            phrases=tuple(Phrase(s.first * frame_s, s.end * frame_s) for s in places) if guide else (),
            words_are_estimated=bool(estimated),
        )

    pieces = [
        (slot.first + first, piece)
        for slot, of_phrase in zip(places, fitted, strict=True)
        for first, piece in of_phrase.pieces
    ]
    return Line(plan, pieces, n_frames)


def _speakers(
    request: RenderRequest, model: SpeechModel, first: Speaker[Any], lengths: Sequence[int]
) -> Iterator[tuple[Speaker[Any], list[tuple[float, Speaker[Any]]]]]:
    """Who speaks each phrase, and who takes over at which shares of it. All with the same timbre."""
    changes = [(share, model.speaker(request.timbre, emotion)) for share, emotion in request.later]
    at = 0.0
    for length in lengths:
        end = at + length / sum(lengths)
        before = [speaker for share, speaker in changes if share <= at]
        inside = [((share - at) / (end - at), speaker) for share, speaker in changes if at < share < end]
        yield before[-1] if before else first, inside
        at = end


def read(request: RenderRequest, model: SpeechModel) -> tuple[list[SpokenText], list[float], list[str]]:
    """The text of each phrase, the seconds of silence before, between and behind them, and warnings."""
    texts: list[SpokenText] = []
    warnings: list[str] = []
    pauses_s = [0.0]
    for piece in stretches(request.text):
        try:
            text, more = model.read(piece.text, request.pronunciations)
        except BadTextError:
            if any(c.isalnum() for c in piece.text):
                raise
            pauses_s[-1] += piece.pause_s  # two pauses on end, or one at an end of the line
            continue
        texts.append(text)
        warnings += more
        pauses_s.append(piece.pause_s)
    if not texts:
        raise BadTextError(f"nothing to speak in {request.text.strip()[:40]!r}: a line needs a word or a number")
    return texts, pauses_s, warnings


def _like(guide: Sequence[Phrase], n_frames: int, frame_s: float) -> list[Slot]:
    """The guide take's phrases in frames."""
    at, places = 0, []
    for phrase in guide:
        first = min(max(round(phrase.start_s / frame_s), at), n_frames - 1)
        at = min(max(round(phrase.end_s / frame_s), first + 1), n_frames)
        places.append(Slot(first, at))
    return places


def _words(times: Times) -> Iterator[WordTime]:
    for text, edges in times:
        for word in text.words:
            yield WordTime(word.written, edges[word.first], edges[word.end])


def _phonemes(times: Times) -> Iterator[PhonemeTime]:
    """Without gaps: spaces, marks and the silence between phrases are pauses, and adjoining pauses are one.

    A stress mark, of a moment of its own, goes with the phoneme that it stands before.
    """
    at_s: float | None = None  # where what was told last ends; None: nothing was told yet
    for text, edges in times:
        mark, mark_s = "", 0.0
        for phoneme, start_s, end_s in zip(text.phonemes, edges, edges[1:], strict=False):
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
