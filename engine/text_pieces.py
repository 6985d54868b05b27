"""Normalised text -> the official model's pieces (SentencePiece BPE) and their ids, in segments that fit the model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.errors import BadCheckpointError

# Blocks of scripts written without spaces: each character is a word of its own.
_WITHOUT_SPACES = re.compile(
    "([\u1100-\u11ff\u2e80-\ua4cf\ua840-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff65-\uffdc\U00020000-\U0002ffff])"
)
_BREAKS = frozenset({",", "▁,", "-"})  # end a segment's part at once
_SENTENCE_ENDS = frozenset({".", "!", "?", "▁.", "▁?", "▁..."})
_QUOTES = frozenset({"'", "▁'"})  # close the sentence before them


class Tokeniser:
    """The checkpoint's bpe.model. Needs the package `sentencepiece`."""

    def __init__(self, path: Path) -> None:
        """Raises BadCheckpointError."""
        from sentencepiece import SentencePieceProcessor  # only those who need the official model wait

        try:
            self._model = SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise BadCheckpointError(f"{path} is missing or no SentencePiece model ({error}); get it again") from error

    @property
    def n_pieces(self) -> int:
        return self._model.get_piece_size()

    @property
    def unknown(self) -> int:
        """The id of every piece that the model does not know."""
        return self._model.unk_id()

    def pieces(self, text: str) -> list[str]:
        """Normalised text -> pieces; ▁ stands for the space before a word."""
        return self._model.encode(spaced(text), out_type=str)

    def ids(self, pieces: Sequence[str]) -> list[int]:
        """Pieces -> their ids, without start and stop."""
        return [self._model.piece_to_id(piece) for piece in pieces]


def spaced(text: str) -> str:
    """The spelling of the model's training text: in capitals, characters without spaces as words of their own."""
    return apart(text).upper()


def apart(text: str) -> str:
    """With characters of scripts without spaces as words of their own."""
    words = (word.strip() for word in _WITHOUT_SPACES.split(text))
    return " ".join(word for word in words if word)


def segments(pieces: Sequence[str], limit: int, *, quick_start: int = 0) -> list[list[str]]:
    """Pieces -> segments of at most `limit` pieces, cut where a speaker would pause if there is such a place.

    Parts between commas, hyphens and sentence ends are put together as long as they fit. Until more than `quick_start`
    pieces have passed only half of the limit counts, so that the first segment can be heard sooner.
    """
    joined: list[list[str]] = []
    n_passed = 0
    for part in _parts(pieces, limit):
        n_passed += len(part)
        fits = limit if n_passed > quick_start else limit // 2
        if joined and len(joined[-1]) + len(part) <= fits:
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _parts(pieces: Sequence[str], limit: int) -> Iterator[list[str]]:
    part: list[str] = []
    for place, piece in enumerate(pieces):
        part.append(piece)
        following = pieces[place + 1] if place + 1 < len(pieces) else ""
        ends = piece in _SENTENCE_ENDS and following not in _QUOTES
        ends |= piece in _QUOTES and len(part) > 1 and part[-2] in _SENTENCE_ENDS
        if piece in _BREAKS or (ends and len(part) > 2) or len(part) > limit:
            for start in range(0, len(part), limit):
                yield part[start : start + limit]
            part = []
    if part:
        yield part
