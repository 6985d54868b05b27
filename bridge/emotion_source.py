"""What a cue's `emotion` text means: a preset, weights, a clip, a sentence, or the line's own words, alone or in
context."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import BadArgumentError, EmptyTextError, UnknownPresetError
from engine.types import EMOTIONS, Emotion

LINES_OF_CONTEXT = 2  # of the character, before a line whose emotion is `context`

_WEIGHT = re.compile(r"\d{1,3}(\.\d{0,17})?|\.\d{1,17}", re.ASCII)


@dataclass(frozen=True)
class EmotionSource:
    """Where a line's emotion comes from: one of the three. A synthesizer turns clip and sentence into weights."""

    weights: Emotion | None = None
    clip: Path | None = None
    sentence: str = ""
    in_context: bool = False  # the sentence is to be heard after what its character said before
    before: tuple[str, ...] = ()  # which is this, the latest last


def emotion_of(weights: Mapping[str, float]) -> Emotion:
    """Weights by name, missing ones 0. Raises BadArgumentError, UnknownPresetError."""
    given: dict[str, float] = {}
    for name, value in weights.items():
        key = name.strip().lower()
        if key not in EMOTIONS:
            raise UnknownPresetError("emotion", name.strip()[:80], EMOTIONS)
        if key in given:
            raise BadArgumentError(f"emotion weight {key} is given twice")
        if not 0 <= value <= 1:
            raise BadArgumentError(f"emotion weight {key} is {value}; it has to be 0 to 1")
        given[key] = float(value)
    return Emotion(tuple(given.get(name, 0.0) for name in EMOTIONS))


def weights_of(emotion: Emotion) -> dict[str, float]:
    """Weights by name, those that are not 0."""
    return {name: weight for name, weight in zip(EMOTIONS, emotion.weights, strict=True) if weight}


def parse_weights(text: str) -> Emotion:
    """`happy=0.6,calm=0.2` -> an emotion. Raises BadArgumentError, UnknownPresetError."""
    weights: dict[str, float] = {}
    for part in filter(str.strip, text.split(",")):
        name, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not _WEIGHT.fullmatch(value):
            raise BadArgumentError(f"{part.strip()[:80]!r} is no emotion weight; write e.g. happy=0.6,calm=0.2")
        if name.lower() in weights:
            raise BadArgumentError(f"emotion weight {name.lower()} is given twice in {text[:80]!r}")
        weights[name.lower()] = float(value)
    return emotion_of(weights)


def read_emotion(
    text: str, line_text: str, preset: Callable[[str], Emotion], clip: Callable[[str], Path]
) -> EmotionSource:
    """The source that a cue's emotion text names.

    `preset` and `clip` look up a name and raise UnknownPresetError or NotFoundError. `line_text`: what is spoken,
    for `auto` and `context`. Raises those, BadArgumentError and EmptyTextError too.
    """
    form, colon, rest = text.strip().partition(":")
    match form.strip().lower() if colon else text.strip().lower():
        case "clip" if colon:
            return EmotionSource(clip=clip(rest.strip()))
        case "text" if colon:
            if not rest.strip():
                raise EmptyTextError("emotion 'text:' has no sentence; write e.g. text:he is close to tears")
            return EmotionSource(sentence=rest.strip())
        case "auto":
            return EmotionSource(sentence=line_text)
        case "context":
            return EmotionSource(sentence=line_text, in_context=True)
        case "":
            return EmotionSource(weights=Emotion())
    if "=" in text:
        return EmotionSource(weights=parse_weights(text))
    return EmotionSource(weights=preset(text))
