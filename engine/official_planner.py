"""The official GPT's part of a line: what is said, segment by segment, and how the line's length is shared out.

Tokens come before any sound, so the model's own length is counted, not guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from engine.length_regulator import even_spread

CODES_PER_S = 50
FRAMES_PER_TOKEN = 1.72  # upstream's, though 86.13 frames for 50 tokens a second are 1.7227
PAUSE_S = 0.2  # between two segments, upstream's
QUIET_CODES = (52,)  # what the codec makes of silence, as users of the release report
QUIET_STRETCH = (0.4, 3.0)  # how far pauses give way before speech is stretched too


@dataclass(frozen=True)
class LengthPolicy:
    """How the GPT is brought near a length, before what is left is stretched.

    It is told the length in tokens in one of its two duration slots (GPT.planned_duration). Where it misses by more
    than `tolerance` it also speaks freely, up to `free_takes` times, and the take that is nearest is kept.
    """

    slot: int | None = 0  # None: it is never told
    tolerance: float = 0.1  # of the wanted number of tokens
    free_takes: int = 1  # at least one where nothing is told


def frames_of(n_tokens: int) -> int:
    """Mel frames of so many tokens when nothing is stretched."""
    return max(1, int(n_tokens * FRAMES_PER_TOKEN))


def wanted_tokens(n_pieces: Sequence[int], n_frames: float) -> list[int]:
    """A line's frames without its pauses -> tokens for each segment, by its share of the text's pieces."""
    return [max(1, round(n_frames / FRAMES_PER_TOKEN * n / sum(n_pieces))) for n in n_pieces]


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


def spread(codes: Tensor, n_frames: int) -> Tensor:
    """Codes (N,) -> the token that each of n_frames takes its content from, (n_frames,), for the LengthRegulator.

    Pauses inside the segment are drawn out or cut short first, within QUIET_STRETCH; what they cannot take, the speech
    does, evenly. Without pauses it is upstream's even spread.
    """
    quiet = torch.isin(codes.cpu(), torch.tensor(QUIET_CODES))
    n_quiet, n_tokens = int(quiet.sum()), len(codes)
    if n_quiet in (0, n_tokens):
        return even_spread(n_tokens, n_frames)
    room = n_frames / FRAMES_PER_TOKEN  # in tokens
    low, high = QUIET_STRETCH
    of_quiet = min(max((room - (n_tokens - n_quiet)) / n_quiet, low), high)
    of_speech = (room - of_quiet * n_quiet) / (n_tokens - n_quiet)
    if of_speech <= low:  # too short for anything but shortening all alike
        return even_spread(n_tokens, n_frames)
    lengths = torch.where(quiet, of_quiet, of_speech).double()
    ends = lengths.cumsum(0) * (n_frames / lengths.sum())
    return torch.searchsorted(ends, torch.arange(n_frames).double(), right=True).clamp(max=n_tokens - 1)
