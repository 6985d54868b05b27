"""The text front end: text -> phonemes in the embedded voice's alphabet, with the place of every written word in them.

espeak-ng runs in this process (espeakng-loader has it for Windows, macOS and Linux), asked the same way as when the
training corpus was made, since the voice only knows what that sounds like.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import weakref
from dataclasses import dataclass
from itertools import groupby

from engine.errors import BadTextError, EngineError
from engine.normalise import NO_PRONUNCIATIONS, Piece, normalise, read
from engine.pronunciation import Pronunciations

__all__ = ["Phonemiser", "SpokenText", "SpokenWord", "normalise"]

# espeak-ng's IPA -> the corpus's alphabet, in this order: diphthongs and affricates become one symbol, length marks go.
_MERGES = (
    ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("o^ʊ", "O"), ("ə^l", "ᵊl"),
    ("ʔn", "tᵊn"), ("ɚ", "əɹ"), ("ɜː", "ɜɹ"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("e", "A"), ("ɬ", "l"),
    ("ʔ", "t"), ("ɾ", "T"), ("ʲ", ""), ("^", ""), ("ː", ""),
)  # fmt: skip
_SENTENCE_END = ".!?"
_CLAUSE_END = ";:,"

# espeak-ng binds words together ("did not"), so words are counted by phonemising a clause word by word, which takes the
# square of its length; a clause of more words than the corpus ever had is cut into pieces.
_MAX_CLAUSE_WORDS = 40

_MAX_DATA_PATH = 229 if sys.platform == "win32" else 159  # bytes; N_PATH_HOME of espeak-ng 1.52, less its closing zero


@dataclass(frozen=True)
class SpokenWord:
    """A word as it was written and its phonemes, [first, end) in SpokenText.phonemes.

    Words that are spoken as one ("did not", "of the") share a span.
    """

    written: str
    first: int
    end: int


@dataclass(frozen=True)
class SpokenText:
    """Phonemes, with spaces and pause marks between the words, and the words in order.

    For a model that reads letters these stand in the phonemes' place, and where the words lie in them is not known.
    """

    phonemes: str
    words: tuple[SpokenWord, ...]

    def split(self, max_phonemes: int) -> tuple[SpokenText, ...]:
        """Segments of at most `max_phonemes`, as few as can be: cut behind a sentence, else a clause, else a word.

        A single word that is longer than that is cut by force; its parts carry the same written word.
        """
        if max_phonemes < 1:
            raise ValueError(f"max_phonemes is {max_phonemes}; a segment needs at least one")
        segments = []
        first = 0
        while first < len(self.phonemes):
            end = self._cut(first, max_phonemes)
            segments.append(self.between(first, end))
            first = end
            while self.phonemes[first : first + 1] == " ":
                first += 1
        return tuple(segments)

    def _cut(self, first: int, max_phonemes: int) -> int:
        """Where the segment from `first` on ends."""
        limit = first + max_phonemes
        if limit >= len(self.phonemes):
            return len(self.phonemes)
        gaps = [at for at in range(first + 1, limit + 1) if self.phonemes[at] == " "]
        for marks, least in ((_SENTENCE_END, 0.0), (_CLAUSE_END, 0.3), (_CLAUSE_END + _SENTENCE_END, 0.0)):
            ends = [at for at in gaps if self.phonemes[at - 1] in marks and at - first >= least * max_phonemes]
            if ends:
                return ends[-1]
        return gaps[-1] if gaps else limit

    def between(self, first: int, end: int) -> SpokenText:
        """The phonemes [first, end), without the spaces around them, and their words."""
        while self.phonemes[first : min(first + 1, end)] == " ":
            first += 1
        phonemes = self.phonemes[first:end].rstrip()
        words = tuple(
            SpokenWord(word.written, max(word.first - first, 0), min(word.end - first, len(phonemes)))
            for word in self.words
            if word.first < first + len(phonemes) and word.end > first
        )
        return SpokenText(phonemes, words)


class Phonemiser:
    """English text -> SpokenText. Owns an espeak-ng of its own; not thread-safe: one thread owns it.

    `alphabet` holds the phonemes, marks and the space that the voice knows; nothing else comes out.
    """

    def __init__(self, alphabet: str) -> None:
        # Imported here: phonemizer takes half a second, and the panel has no use for it.
        import espeakng_loader
        from phonemizer.backend import EspeakBackend
        from phonemizer.backend.espeak.wrapper import EspeakWrapper

        logger = logging.getLogger(__name__)
        logger.setLevel(logging.ERROR)  # phonemizer warns whenever espeak binds two words together
        try:
            EspeakWrapper.set_library(espeakng_loader.get_library_path())
            EspeakWrapper.set_data_path(self._short(espeakng_loader.get_data_path()))
            self._espeak = EspeakBackend(
                "en-us", with_stress=True, tie="^", language_switch="remove-flags", logger=logger
            )
        except (OSError, RuntimeError) as e:
            raise EngineError(
                f"espeak-ng does not start from {espeakng_loader.get_library_path()}: {e}; "
                "install espeakng-loader and phonemizer-fork again, in a folder with a short path"
            ) from e
        self._alphabet = frozenset(alphabet)

    def _short(self, data: str) -> str:
        """espeak-ng ends the whole program where the path of its data is longer than its buffer: then a copy serves it.

        Not a link, which phonemizer would resolve. English needs 2 of the data's 19 MB.
        """
        if len(os.fsencode(os.path.realpath(data))) <= _MAX_DATA_PATH:
            return data
        folder = tempfile.mkdtemp(prefix="cuevox-espeak-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        other_languages = shutil.ignore_patterns("[!e]*_dict", "e[!n]*_dict")
        return shutil.copytree(data, os.path.join(folder, "espeak-ng-data"), ignore=other_languages)

    def __call__(self, text: str, pronunciations: Pronunciations = NO_PRONUNCIATIONS) -> SpokenText:
        """Raises BadTextError where nothing of `text` can be spoken."""
        phonemes = ""
        words: list[SpokenWord] = []
        for clause, mark in _clauses(read(text, pronunciations)):
            tokens, spans = self._clause(clause)
            if not tokens:
                continue
            firsts = []  # where each token starts
            for token in tokens:
                firsts.append(len(phonemes))
                phonemes += token + " "
            for piece, (a, b) in zip(clause, spans, strict=True):
                if a < b:
                    words.append(SpokenWord(piece.written, firsts[a], firsts[b - 1] + len(tokens[b - 1])))
            phonemes = phonemes[:-1] + mark
        if not phonemes:
            raise BadTextError(f"nothing to speak in {text.strip()[:40]!r}: a line needs a word or a number")
        return SpokenText(phonemes.rstrip(), tuple(words))

    def _clause(self, clause: list[Piece]) -> tuple[list[str], list[tuple[int, int]]]:
        """The words of a clause -> its words in the alphabet, and the [first, end) of them that each of ours has."""
        tokens: list[str] = []
        spans: list[tuple[int, int]] = []
        for is_spelled, group in groupby(clause, lambda piece: bool(piece.phonemes)):
            run = list(group)
            more, places = self._spelled(run) if is_spelled else self._read(run)
            spans += [(a + len(tokens), b + len(tokens)) for a, b in places]
            tokens += more
        return tokens, spans

    def _spelled(self, pieces: list[Piece]) -> tuple[list[str], list[tuple[int, int]]]:
        """As _clause(), of words whose pronunciation the text gives."""
        tokens: list[str] = []
        spans = []
        for piece in pieces:
            known = "".join(p for p in piece.phonemes if p in self._alphabet).split()
            spans.append((len(tokens), len(tokens) + len(known)))
            tokens += known
        return tokens, spans

    def _read(self, clause: list[Piece]) -> tuple[list[str], list[tuple[int, int]]]:
        """The words of a clause -> espeak's words in the alphabet, and the [first, end) of them that each of ours has.

        How many words espeak makes of the clause up to each of ours tells which belong to it. One that adds none was
        bound to the word before and shares its span.
        """
        heads = [" ".join(piece.spoken for piece in clause[: n + 1]) for n in range(len(clause))]
        spoken = [[t for t in map(self._token, ipa.split()) if t] for ipa in self._espeak.phonemize(heads)]
        counts = [len(tokens) for tokens in spoken]
        for n in reversed(range(len(counts) - 1)):  # words that only a later one bound together
            counts[n] = min(counts[n], counts[n + 1])
        firsts = [0, *counts[:-1]]
        return spoken[-1], [(a if a < b else max(a - 1, 0), b) for a, b in zip(firsts, counts, strict=True)]

    def _token(self, ipa: str) -> str:
        for old, new in _MERGES:
            ipa = ipa.replace(old, new)
        return "".join(p for p in ipa if p in self._alphabet)


def _clauses(pieces: tuple[Piece, ...]) -> list[tuple[list[Piece], str]]:
    """Runs of words and the mark behind each, as phonemizer cuts a text before it asks espeak."""
    clauses: list[tuple[list[Piece], str]] = []
    clause: list[Piece] = []
    n_words = 0
    for piece in pieces:
        if piece.written:
            if clause and n_words + piece.spoken.count(" ") + 1 > _MAX_CLAUSE_WORDS:
                clauses.append((clause, " "))
                clause, n_words = [], 0
            clause.append(piece)
            n_words += piece.spoken.count(" ") + 1
        elif piece.spoken.strip():
            clauses.append((clause, piece.spoken))
            clause, n_words = [], 0
    return [*clauses, (clause, "")] if clause else clauses
