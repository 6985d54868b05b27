"""Words that several parts of the panel use, in its language."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from bridge.cue import LineState

STATES: Mapping[str, str] = {
    LineState.QUEUED: QT_TRANSLATE_NOOP("states", "queued"),
    LineState.RENDERING: QT_TRANSLATE_NOOP("states", "rendering"),
    LineState.READY: QT_TRANSLATE_NOOP("states", "ready"),
    LineState.DROPPING: QT_TRANSLATE_NOOP("states", "dropping"),
    LineState.DROPPED: QT_TRANSLATE_NOOP("states", "dropped"),
    LineState.PLAYING: QT_TRANSLATE_NOOP("states", "playing"),
    LineState.STOPPED: QT_TRANSLATE_NOOP("states", "stopped"),
    LineState.FAILED: QT_TRANSLATE_NOOP("states", "failed"),
    LineState.CANCELLED: QT_TRANSLATE_NOOP("states", "cancelled"),
}
MODEL_STATES: Mapping[str, str] = {  # of the voice
    "loading": QT_TRANSLATE_NOOP("voice", "is loading"),
    "ready": QT_TRANSLATE_NOOP("voice", "ready"),
    "failed": QT_TRANSLATE_NOOP("voice", "failed"),
    "unloaded": QT_TRANSLATE_NOOP("voice", "unloaded"),
}
SETTINGS: Mapping[str, str] = {  # of a take
    "text": QT_TRANSLATE_NOOP("takes", "text"),
    "timbre": QT_TRANSLATE_NOOP("takes", "timbre"),
    "emotion": QT_TRANSLATE_NOOP("takes", "emotion"),
    "weight": QT_TRANSLATE_NOOP("takes", "strength"),
    "length": QT_TRANSLATE_NOOP("takes", "length"),
    "speed": QT_TRANSLATE_NOOP("takes", "speed"),
}
SCORES: Mapping[str, str] = {
    "length": QT_TRANSLATE_NOOP("takes", "length"),
    "level": QT_TRANSLATE_NOOP("takes", "level"),
    "clipping": QT_TRANSLATE_NOOP("takes", "clipping"),
    "silence": QT_TRANSLATE_NOOP("takes", "silence"),
}


def state_word(state: str) -> str:
    """What a line's or a take's state is called."""
    return QCoreApplication.translate("states", STATES.get(state, state))


def model_state_word(state: str) -> str:
    """What the voice is at."""
    return QCoreApplication.translate("voice", MODEL_STATES.get(state, state))


def setting_word(name: str) -> str:
    """What a setting of a take is called."""
    return QCoreApplication.translate("takes", SETTINGS.get(name, name))


def score_word(name: str) -> str:
    """What a take is ranked by."""
    return QCoreApplication.translate("takes", SCORES.get(name, name))
