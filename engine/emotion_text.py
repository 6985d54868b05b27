"""The emotion that a sentence describes ("trembling with fear") or carries ("Get out of my house!"), from a lexicon.

The official model asks a 0.6 B language model for this. The embedded voice looks up words and phrases in
emotion_lexicon.json, with what stands before them ("not", "very", "a little"), capitals and exclamation marks. It takes
a quarter of a millisecond and always gives the same answer. What only the sense of a sentence tells stays neutral: of
sentences written after the lexicon was finished, 45 of 56 descriptions and 30 of 60 lines were heard right, one as
another emotion, the other 40 as neutral (benchmarks/emotion_text.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.types import EMOTIONS, Emotion

LEXICON = Path(__file__).with_name("emotion_lexicon.json")

_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[.,;:!?]")
_LONGEST_PHRASE = 6  # words
_REACH = 3  # words that a "not" or "very" stands before what it changes, at most
_PER_EXCLAMATION = 1.12  # the factor on what is said by words, for each of up to three marks
_SHOUTING = {"angry": 0.4}  # of a line in capitals
_DOUBTING = {"surprised": 0.45}  # of "?!"
_OPPOSITE = {"happy": ("sad", 0.6), "afraid": ("calm", 0.6), "angry": ("calm", 0.6)}
_FAINTEST = 0.33  # of all weights; below, the sentence is neutral: one mild word alone is no emotion
_SHARE = 0.3  # of the strongest; weaker ones are left out

Weights = dict[str, float]


@dataclass(frozen=True)
class Lexicon:
    """`entries`: words and phrases (joined by _), `name*` for a stem, -> weights. The rest: single words -> factors."""

    entries: Mapping[str, Weights]
    intensifiers: Mapping[str, float]
    diminishers: Mapping[str, float]
    negations: frozenset[str]

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        raw = json.loads(path.read_text("utf-8"))
        entries: dict[str, Weights] = {}
        for emotion, tiers in raw["emotions"].items():
            for tier, rows in tiers.items():
                for entry in " ".join(rows).split():
                    name = re.sub(r"(?=[.,;:!?])", "_", entry)  # marks are tokens too: "run!", "easy,_easy"
                    entries.setdefault(name, {})[emotion] = raw["strengths"][tier]
        return cls(entries, raw["intensifiers"], raw["diminishers"], frozenset(" ".join(raw["negations"]).split()))

    def find(self, tokens: list[str], at: int) -> tuple[Weights, int]:
        """The longest phrase or word that starts at `at`: its weights and how many tokens it has; ({}, 0) for none."""
        for n in range(min(_LONGEST_PHRASE, len(tokens) - at), 0, -1):
            name = "_".join(tokens[at : at + n])
            if name in self.entries:
                return self.entries[name], n
            shortest = len(name) - len(tokens[at + n - 1]) + 3  # a stem has three letters at least
            for end in range(len(name), shortest - 1, -1):
                if (stem := name[:end] + "*") in self.entries:
                    return self.entries[stem], n
        return {}, 0


@cache
def _lexicon() -> Lexicon:
    return Lexicon.load(LEXICON)


def emotion_from_text(sentence: str) -> Emotion:
    """Eight weights that sum to at most one. A sentence in which no emotion is found is neutral."""
    lexicon = _lexicon()
    tokens = _TOKEN.findall(sentence.replace("’", "'").lower())
    felt = dict.fromkeys(EMOTIONS, 0.0)
    at = 0
    while at < len(tokens):
        weights, n = lexicon.find(tokens, at)
        for emotion, weight in _changed(weights, _before(tokens, at), tokens[at], lexicon).items():
            felt[emotion] = _both(felt[emotion], min(weight, 0.95))
        at += max(n, 1)
    for emotion, weight in _voice(sentence).items():
        felt[emotion] = _both(felt[emotion], weight)
    loudness = _PER_EXCLAMATION ** min(sentence.count("!"), 3)
    return Emotion(_distinct(tuple(felt[emotion] * loudness for emotion in EMOTIONS)))


def _both(one: float, other: float) -> float:
    """Two signs of an emotion say more than one, and never more than 1."""
    return 1 - (1 - one) * (1 - other)


def _before(tokens: list[str], at: int) -> list[str]:
    """The few words before `at` in its clause."""
    words: list[str] = []
    for token in reversed(tokens[max(0, at - _REACH) : at]):
        if not token[0].isalnum():
            break
        words.insert(0, token)
    return words


def _changed(weights: Weights, before: list[str], first: str, lexicon: Lexicon) -> Weights:
    """An entry's weights after what stands before its first word: "very sad", "a little sad", "not sad".

    "Never so sad" is no denial.
    """
    factor = 1.0
    for word in before:
        factor *= lexicon.intensifiers.get(word, 1.0) * lexicon.diminishers.get(word, 1.0)
    denied = any(word in lexicon.negations for word in before) and not {"so", "more", "such"} & {*before, first}
    if not denied:
        return {emotion: weight * factor for emotion, weight in weights.items()}
    return {_OPPOSITE[e][0]: weight * _OPPOSITE[e][1] for e, weight in weights.items() if e in _OPPOSITE}


def _voice(sentence: str) -> Weights:
    """What the writing itself shouts."""
    words = re.findall(r"[^\W\d_]{2,}", sentence)
    shouted = [word for word in words if word.isupper()]
    loud = _SHOUTING if len(shouted) >= 2 and 2 * len(shouted) > len(words) else {}
    return {**loud, **(_DOUBTING if "?!" in sentence or "!?" in sentence else {})}


def _distinct(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Without the faint ones, and summing to one at most."""
    strongest = max(weights)
    if strongest < _FAINTEST:
        return (0.0,) * len(weights)
    kept = [weight if weight >= _SHARE * strongest else 0.0 for weight in weights]
    return tuple(round(weight / max(sum(kept), 1.0), 3) for weight in kept)
