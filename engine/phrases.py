"""A line as phrases: pieces of exact frames with exact silence between, each spoken like a line of its own.

A line without pauses is one phrase. `[pause 0.5]` in the text cuts it; so do the phrases of a guide take, whose times
are then taken over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.errors import BadTextError
from engine.text import SpokenText

SHORTEST_S = 0.15  # that a phrase can be squeezed into
CUT_IN_CLAUSE = 0.15  # costs as much as a phrase that is 1.5 times as long as the voice would say it


@dataclass(frozen=True)
class Slot:
    """Where a phrase's sound lies, in frames of the line."""

    first: int
    end: int


def slots(natural_s: Sequence[float], pauses_s: Sequence[float], total_s: float, frame_s: float) -> list[Slot]:
    """Share a line of `total_s` out among phrases of these natural lengths. The pauses keep theirs, to half a frame.

    pauses_s: one more than the phrases, since the first comes before them and the last behind. Raises BadTextError
    where the pauses leave too little for the words.
    """
    n_frames = math.ceil(total_s / frame_s - 1e-9)
    check_time(pauses_s, total_s)
    silent = [round(pause_s / frame_s) for pause_s in pauses_s]
    n_spoken = n_frames - sum(silent)
    passed, edges = 0.0, [0]
    for seconds in natural_s:
        passed += seconds
        edges.append(max(edges[-1] + 1, round(n_spoken * passed / sum(natural_s))))
    edges[-1] = n_spoken
    behind = [sum(silent[: i + 1]) for i in range(len(natural_s))]  # silence before each phrase
    return [Slot(a + b, e + b) for (a, e), b in zip(pairwise(edges), behind, strict=True)]


def check_time(pauses_s: Sequence[float], total_s: float) -> None:
    """Raises BadTextError where a line's pauses, one more than its phrases, leave too little for the words."""
    if sum(pauses_s) and total_s - sum(pauses_s) < SHORTEST_S * (len(pauses_s) - 1):
        raise BadTextError(
            f"the pauses take {sum(pauses_s):g} s of {total_s:.2f} s, which leaves no time for the words; "
            "make the pauses shorter or the line longer"
        )


def joined(texts: Sequence[SpokenText]) -> SpokenText:
    """Texts behind one another, with a space between."""
    phonemes, words = "", []
    for text in texts:
        start = len(phonemes) + 1 if phonemes else 0
        phonemes = f"{phonemes} {text.phonemes}" if phonemes else text.phonemes
        words += [type(w)(w.written, w.first + start, w.end + start) for w in text.words]
    return SpokenText(phonemes, tuple(words))


def cut_like(spoken: SpokenText, seconds: Sequence[float], wanted_s: Sequence[float]) -> list[SpokenText]:
    """A text in as many pieces as there are wanted, cut between words so that they fit the wanted lengths best.

    seconds: of each phoneme, as the voice would say it. A cut behind a mark costs less than one inside a clause.
    Fewer pieces come where there are not that many words.
    """
    gaps = [at for at, phoneme in enumerate(spoken.phonemes) if phoneme == " " and at > 0]
    n = min(len(wanted_s), len(gaps) + 1)
    places = [0, *gaps, len(spoken.phonemes)]
    passed = [sum(seconds[:at]) for at in places]
    scale = passed[-1] / sum(wanted_s)
    # The cheapest way to end piece k at each place, and where it began.
    best = {0: 0.0}
    ways: list[dict[int, int]] = []
    for k in range(n):
        costs: dict[int, float] = {}
        way: dict[int, int] = {}
        for end in range(k + 1, len(places) - (n - 1 - k)):
            mark = spoken.phonemes[places[end] - 1] in ",.:;!?"
            for begin, before in best.items():
                if begin >= end:
                    continue
                off = math.log(max(passed[end] - passed[begin], 0.01) / (wanted_s[k] * scale))
                cost = before + off * off + (0.0 if mark or end == len(places) - 1 else CUT_IN_CLAUSE)
                if cost < costs.get(end, math.inf):
                    costs[end], way[end] = cost, begin
        best = costs
        ways.append(way)
    ends = [len(places) - 1]
    for way in reversed(ways):
        ends.append(way[ends[-1]])
    ends.reverse()
    return [spoken.between(places[a], places[b]) for a, b in pairwise(ends)]
