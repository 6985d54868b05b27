"""What the official text-to-emotion model answers -> eight weights.

It is a language model, so it may answer anything: weights by their Chinese names, a label, half a JSON, nothing.
"""

from __future__ import annotations

import json
import re
from typing import Any

from engine.errors import EngineError
from engine.types import EMOTIONS

SYSTEM_PROMPT = "文本情感分类"  # "classify the emotion of the text"; the fine-tuned model knows no other
MAX_WEIGHT = 1.2

# The model's own keys, in the order of EMOTIONS.
_KEYS = ("高兴", "愤怒", "悲伤", "恐惧", "反感", "低落", "惊讶", "自然")
_EMOTION_OF = {**dict(zip(_KEYS, EMOTIONS, strict=True)), **{emotion: emotion for emotion in EMOTIONS}}
_LABEL_KEYS = ("emotion", "emotion_label", "label", "情感", "情绪")
# The model takes melancholy for sadness; these words in the text tell them apart.
_MELANCHOLIC = ("低落", "melancholy", "melancholic", "depression", "depressed", "gloomy")
_PAIR = re.compile(r"[\"']?([^\s\"':：,{}]+)[\"']?\s*[:：]\s*(-?\d+(?:\.\d+)?)")


class BadReplyError(EngineError):
    """The text-to-emotion model answered something that is no emotion."""

    code = "emotion_not_understood"


def weights_of_reply(text: str, reply: str) -> tuple[float, ...]:
    """The model's reply (after its thinking) to `text` -> weights in the order of EMOTIONS, calm where it says nothing.

    Raises BadReplyError where a weight is no number.
    """
    weights = dict(zip(EMOTIONS, weights_of(_parsed(reply)), strict=True))
    if any(word in text.lower() for word in _MELANCHOLIC):
        weights["sad"], weights["melancholic"] = weights["melancholic"], weights["sad"]
    return tuple(weights.values())


def weights_of(content: Any) -> tuple[float, ...]:
    """A parsed reply: weights by emotion, {"emotion": label} or a bare label -> weights in the order of EMOTIONS."""
    label = _label(content)
    if label:
        return tuple(float(emotion == label) for emotion in EMOTIONS)
    given = content if isinstance(content, dict) else {}
    weights = dict.fromkeys(EMOTIONS, 0.0)
    for key, value in given.items():
        if emotion := _emotion(key):
            weights[emotion] = min(max(_number(key, value), 0.0), MAX_WEIGHT)
    if not any(weights.values()):
        weights["calm"] = 1.0
    return tuple(weights.values())


def _parsed(reply: str) -> Any:
    try:
        return json.loads(reply)
    except ValueError:
        return dict(_PAIR.findall(reply)) or reply.strip()


def _label(content: Any) -> str | None:
    """The one emotion that a reply names instead of weights."""
    if not isinstance(content, dict):
        return _emotion(content)
    named = [content[key] for key in _LABEL_KEYS if key in content]
    named += [value for key, value in content.items() if _emotion(key)]
    return next((emotion for value in named if (emotion := _emotion(value))), None)


def _emotion(name: Any) -> str | None:
    return _EMOTION_OF.get(name.strip().lower()) if isinstance(name, str) else None


def _number(key: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise BadReplyError(
            f"the text-to-emotion model gave {value!r} for {key}, which is no number; give the emotion by weights"
        ) from error
