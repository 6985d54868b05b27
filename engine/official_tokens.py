"""A segment of a line as the official GPT says it: what it is given, and its tokens as far as they are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.decoding import Decoded, Decoding, Later, decode, joined, stream
from engine.gpt import GPT
from engine.official_planner import LengthPolicy


@dataclass(frozen=True)
class Segment:
    """What the GPT is given of a segment."""

    timbre: Tensor  # latents (1, 32, dim)
    emotion: Tensor  # (1, dim)
    ids: Tensor  # (1, L)
    wanted: int | None = None  # tokens; None: as many as the GPT likes
    later: Sequence[tuple[int, Tensor]] = ()  # after so many tokens, another emotion

    def before(self, gpt: GPT, slot: int | None) -> tuple[Tensor, Later]:
        """The prefix, and those that take its place on the way. They tell the wanted length in `slot`."""
        duration = None
        if slot is not None and self.wanted is not None:
            duration = gpt.planned_duration(self.wanted, slot=slot)
        first, *others = (
            gpt.prefix(self.timbre, emotion, self.ids, duration)
            for emotion in (self.emotion, *(each for _, each in self.later))
        )
        return first, [(n, prefix) for (n, _), prefix in zip(self.later, others, strict=True)]


class Tokens:
    """The tokens of a segment, drawn as far as they are asked for."""

    def __init__(self, pieces: Iterable[Decoded]) -> None:
        """pieces: of the segment from its start on, one at least."""
        self._coming: Iterator[Decoded] = iter(pieces)
        self._pieces: list[Decoded] = []
        self._n = 0
        self.ended = False  # all of them are there

    def until(self, n: int | None) -> Decoded:
        """The first n tokens at least, or as many as there are; None: all."""
        while not self.ended and (n is None or self._n < n):
            piece = next(self._coming, None)
            if piece is None:
                self.ended = True
            else:
                self._pieces.append(piece)
                self._n += len(piece.codes)
        self._pieces = [joined(self._pieces)]
        return self._pieces[0]


@torch.inference_mode()
def say(gpt: GPT, segment: Segment, decoding: Decoding, policy: LengthPolicy, generator: torch.Generator) -> Decoded:
    """All tokens of a segment, if possible as many as wanted."""

    def speak(slot: int | None) -> Decoded:
        prefix, later = segment.before(gpt, slot)
        return decode(gpt, prefix, decoding, generator, later)

    wanted = segment.wanted
    if wanted is None:
        return speak(None)

    def miss(said: Decoded) -> int:
        return abs(len(said.codes) - wanted)

    takes: list[Decoded] = []
    for slot in (*([] if policy.slot is None else [policy.slot]), *[None] * policy.free_takes):
        takes.append(speak(slot))
        if takes[-1].stopped and miss(takes[-1]) <= policy.tolerance * wanted:
            break
    return min(takes, key=lambda said: (not said.stopped, miss(said)))


@torch.inference_mode()
def say_early(
    gpt: GPT, segment: Segment, decoding: Decoding, policy: LengthPolicy, generator: torch.Generator
) -> Iterator[Decoded]:
    """The same as soon as it is sure: the first take is the one, however near it comes."""
    prefix, later = segment.before(gpt, policy.slot)
    yield from stream(gpt, prefix, decoding, generator, later)


def say_late(
    gpt: GPT, segment: Segment, decoding: Decoding, policy: LengthPolicy, generator: torch.Generator
) -> Iterator[Decoded]:
    """say(), but not before it is asked for."""
    yield say(gpt, segment, decoding, policy, generator)
