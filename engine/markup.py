"""What a line's text holds beside words: pauses, written `[pause 0.5]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import BadTextError

LONGEST_PAUSE_S = 30.0
_PAUSE = re.compile(r"\[\s*pause\b([^\]\n]{0,40})\]", re.IGNORECASE)
_SECONDS = re.compile(r"\s*[:=]?\s*(\d{1,6}(?:[.,]\d{1,6})?|[.,]\d{1,6})\s*(ms|s|sec|seconds)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Stretch:
    """Text without pauses, and the pause behind it in seconds."""

    text: str
    pause_s: float


def stretches(text: str) -> list[Stretch]:
    """The text cut at its pauses; the first and the last may be without words. Raises BadTextError for a bad pause."""
    found, at = [], 0
    for match in _PAUSE.finditer(text):
        found.append(Stretch(text[at : match.start()], _seconds(match)))
        at = match.end()
    return [*found, Stretch(text[at:], 0.0)]


def _seconds(match: re.Match[str]) -> float:
    number = _SECONDS.fullmatch(match[1])
    seconds = (
        float(number[1].replace(",", ".")) * (0.001 if (number[2] or "").lower() == "ms" else 1) if number else 0.0
    )
    if not 0 < seconds <= LONGEST_PAUSE_S:
        raise BadTextError(f"{match[0]} is no pause; write its seconds, up to {LONGEST_PAUSE_S:g}, such as [pause 0.5]")
    return seconds
