"""Where words lie in a line by a model that does not tell: estimated from their letters and the pauses between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import torch
from torch import Tensor

from engine.text import SpokenText, SpokenWord
from engine.text_pieces import apart
from engine.types import WordTime

SYLLABLE = 3.0  # letters that a character of a script without spaces takes as long as
MARK = 1.0  # and a mark that a speaker rests at, where no pause was heard
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0002ffff]")
_RESTS = frozenset(",.!?…")


@dataclass(frozen=True)
class Span:
    """A piece of a phrase that is spoken in one go."""

    first: int  # frame of the phrase
    weight: float  # of its letters, by letters()
    voiced: Tensor  # (n_frames,) bool: all but pauses


def words_of(written: str, spoken: str) -> tuple[SpokenWord, ...]:
    """The words of a text as they were typed, each with its place in what is spoken of it, in capitals.

    Where these differ ("23", TWENTY THREE) a run of typed words shares the run of spoken ones evenly.
    """
    typed = [word for word in map(_bare, apart(written).split()) if word]
    places = [
        (m.start() + m[0].index(bare), m.start() + m[0].index(bare) + len(bare))
        for m in re.finditer(r"\S+", spoken)
        if (bare := _bare(m[0]))
    ]
    plain = [_plain(spoken[a:b]) for a, b in places]
    words = []
    for kind, i, i_end, j, j_end in SequenceMatcher(
        None, [_plain(word) for word in typed], plain, autojunk=False
    ).get_opcodes():
        n, m = i_end - i, j_end - j
        if kind in ("insert", "delete"):
            continue
        for k, word in enumerate(typed[i:i_end]):
            first = j + k * m // n
            end = max(first + 1, j + (k + 1) * m // n)
            words.append(SpokenWord(word, places[first][0], places[end - 1][1]))
    return tuple(words)


def letters(text: str, *, with_marks: bool = False) -> float:
    """About how long a text takes to say, in letters."""
    rests = MARK * sum(character in _RESTS for character in text) if with_marks else 0.0
    return rests + sum(SYLLABLE if _CHINESE.match(c) else 1.0 for c in text if c.isalnum())


def estimated(text: SpokenText, spans: Sequence[Span], frame_s: float) -> list[WordTime]:
    """Seconds in the phrase. Words share a span's sound by their letters, and none of its pauses.

    Where a span has no pause at all, the marks in its words take their share too.
    """
    with_marks = all(bool(span.voiced.all()) for span in spans)
    whole = letters(text.phonemes, with_marks=with_marks)
    clock = _Clock(spans, whole)
    return [
        WordTime(
            word.written,
            clock.at(letters(text.phonemes[: word.first], with_marks=with_marks), is_end=False) * frame_s,
            clock.at(letters(text.phonemes[: word.end], with_marks=with_marks), is_end=True) * frame_s,
        )
        for word in text.words
    ]


class _Clock:
    """Letters passed -> frames passed."""

    def __init__(self, spans: Sequence[Span], whole: float) -> None:
        passed, total = 0.0, sum(span.weight for span in spans)
        self._parts = []
        for span in spans:
            share = span.weight / total * whole
            self._parts.append((passed, share, span))
            passed += share

    def at(self, place: float, *, is_end: bool) -> float:
        """A pause lies behind what ends at its place, and before what begins there."""
        passed, share, span = next(self._containing(place, is_end))
        voiced = span.voiced if bool(span.voiced.any()) else torch.ones_like(span.voiced)
        ends = voiced.double().cumsum(0)
        wanted = min(max((place - passed) / share, 0.0), 1.0) * float(ends[-1])
        frame = int(torch.searchsorted(ends, torch.tensor(wanted).double(), right=not is_end))
        frame = min(frame, len(voiced) - 1)
        inside = wanted - float(ends[frame]) + float(voiced[frame])  # of this frame, 0..1
        return span.first + frame + min(max(inside, 0.0), 1.0)

    def _containing(self, place: float, is_end: bool) -> Iterator[tuple[float, float, Span]]:
        for part in self._parts[:-1]:
            end = part[0] + part[1]
            if place < end - 1e-9 or (is_end and place <= end + 1e-9):
                yield part
        yield self._parts[-1]


def _bare(word: str) -> str:
    """Without the marks around it."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", word)


def _plain(word: str) -> str:
    return "".join(character for character in word.upper() if character.isalnum())
