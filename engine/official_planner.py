"""The official GPT's part of a line: what is said, segment by segment, and how the line's length is shared out.

Tokens come before any sound, so the model's own length is counted, not guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from engine.decoding import Decoded, Decoding, decode
from engine.gpt import GPT

FRAMES_PER_TOKEN = 1.72  # upstream's, though 86.13 frames for 50 tokens a second are 1.7227
PAUSE_S = 0.2  # between two segments, upstream's


@dataclass(frozen=True)
class LengthPolicy:
    """How the GPT is brought near a length, before what is left is stretched.

    It is told the length in tokens in one of its two duration slots (GPT.planned_duration). Where it misses by more
    than `tolerance` it also speaks freely, and the take that is nearer is kept.
    """

    slot: int | None = 0  # None: it is never told
    tolerance: float = 0.1  # of the wanted number of tokens


def frames_of(n_tokens: int) -> int:
    """Mel frames of so many tokens when nothing is stretched."""
    return max(1, int(n_tokens * FRAMES_PER_TOKEN))


def wanted_tokens(n_pieces: Sequence[int], n_frames: float) -> list[int]:
    """A line's frames without its pauses -> tokens for each segment, by its share of the text's pieces."""
    return [max(1, round(n_frames / FRAMES_PER_TOKEN * n / sum(n_pieces))) for n in n_pieces]


def say(
    gpt: GPT,
    voice: Tensor,
    emotion: Tensor,
    text: Tensor,
    wanted: int | None,
    *,
    decoding: Decoding,
    policy: LengthPolicy,
    generator: torch.Generator,
) -> Decoded:
    """One segment: latents of the voice (1, 32, dim), emotion (1, dim), ids (1, L) -> tokens, if possible `wanted`."""

    def speak(duration: Tensor | None) -> Decoded:
        return decode(gpt, gpt.prefix(voice, emotion, text, duration), decoding, generator)

    if wanted is None or policy.slot is None:
        return speak(None)
    guided = speak(gpt.planned_duration(wanted, slot=policy.slot))
    if guided.stopped and _miss(guided, wanted) <= policy.tolerance * wanted:
        return guided
    return min(guided, speak(None), key=lambda said: (not said.stopped, _miss(said, wanted)))


def _miss(said: Decoded, wanted: int) -> int:
    return abs(len(said.codes) - wanted)


def share_out(natural: Sequence[float], n_frames: int) -> list[int]:
    """Pieces of a line with their natural lengths -> whole frames of each, in all n_frames, all stretched alike.

    A piece that has no room gets 0.
    """
    total = sum(natural)
    edges = [round(end * n_frames / total) for end in accumulate(natural, initial=0.0)]
    return [end - start for start, end in pairwise(edges)]


def with_pauses(segments: Sequence[float], pause: float) -> list[float]:
    """Lengths of segments -> lengths of segment, pause, segment, ..., segment."""
    joined = [pause] * (2 * len(segments) - 1)
    joined[::2] = segments
    return joined
