"""Eight emotions on the circle of valence and arousal, after Russell's circumplex model of affect (1980).

Each emotion stands on the rim at its angle. A point inside is the sum of its two neighbours' weights, so that going
from point to weights and back ends where it began.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from engine.types import EMOTIONS

# Degrees from pleasant (0) over excited (90) to unpleasant (180). Neighbours are at most 90 degrees apart: then no
# weight of a point inside the circle is above 1.
ANGLES_DEG = {
    "happy": 25,
    "surprised": 70,
    "afraid": 112,
    "angry": 142,
    "disgusted": 172,
    "sad": 208,
    "melancholic": 245,
    "calm": 305,
}
RIM = {name: (math.cos(math.radians(deg)), math.sin(math.radians(deg))) for name, deg in ANGLES_DEG.items()}
_ROUND = tuple(ANGLES_DEG)  # rising by angle


_WORDS = {
    "happy": QT_TRANSLATE_NOOP("emotions", "happy"),
    "angry": QT_TRANSLATE_NOOP("emotions", "angry"),
    "sad": QT_TRANSLATE_NOOP("emotions", "sad"),
    "afraid": QT_TRANSLATE_NOOP("emotions", "afraid"),
    "disgusted": QT_TRANSLATE_NOOP("emotions", "disgusted"),
    "melancholic": QT_TRANSLATE_NOOP("emotions", "melancholic"),
    "surprised": QT_TRANSLATE_NOOP("emotions", "surprised"),
    "calm": QT_TRANSLATE_NOOP("emotions", "calm"),
}


def emotion_word(name: str) -> str:
    """An emotion in the language of the panel."""
    return QCoreApplication.translate("emotions", _WORDS[name])


def place(weights: Mapping[str, float]) -> tuple[float, float]:
    """Weights -> (valence, arousal), inside the unit circle."""
    valence = sum(weights.get(name, 0.0) * x for name, (x, _) in RIM.items())
    arousal = sum(weights.get(name, 0.0) * y for name, (_, y) in RIM.items())
    return inside(valence, arousal)


def inside(valence: float, arousal: float) -> tuple[float, float]:
    """The nearest point of the unit circle's disc."""
    radius = max(1.0, math.hypot(valence, arousal))
    return valence / radius, arousal / radius


def weights_at(valence: float, arousal: float) -> dict[str, float]:
    """(valence, arousal) -> all eight weights, of which the two neighbours of the point are not 0."""
    valence, arousal = inside(valence, arousal)
    weights = dict.fromkeys(EMOTIONS, 0.0)
    angle = math.degrees(math.atan2(arousal, valence)) % 360
    after = next((i for i, name in enumerate(_ROUND) if ANGLES_DEG[name] > angle), 0)
    first, second = _ROUND[after - 1], _ROUND[after]
    (x1, y1), (x2, y2) = RIM[first], RIM[second]
    # The two weights solve w1 * rim1 + w2 * rim2 = point.
    area = x1 * y2 - x2 * y1
    weights[first] = min(1.0, max(0.0, (valence * y2 - arousal * x2) / area))
    weights[second] = min(1.0, max(0.0, (x1 * arousal - y1 * valence) / area))
    return weights


def blend(first: Mapping[str, float], second: Mapping[str, float], share: float) -> dict[str, float]:
    """All eight weights on the way from one emotion (share 0) to another (share 1)."""
    return {name: (1 - share) * first.get(name, 0.0) + share * second.get(name, 0.0) for name in EMOTIONS}
