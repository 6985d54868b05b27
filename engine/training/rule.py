"""How the corpus's eight emotions were spoken: against neutral, at weight 1 (Juslin & Laukka 2003, Scherer 2003)."""

from __future__ import annotations

from math import log

from engine.manner import Manner

# Semitones, factor on the pitch range, factor on the rate, dB: the teacher's own table.
_TABLE = {
    "happy": (3.0, 1.50, 1.10, 1.0),
    "angry": (1.5, 1.35, 1.15, 2.4),
    "sad": (-2.0, 0.55, 0.82, -1.4),
    "afraid": (4.5, 0.75, 1.22, -0.4),
    "disgusted": (-2.5, 1.15, 0.84, 0.4),
    "melancholic": (-1.0, 0.40, 0.76, -2.0),
    "surprised": (4.0, 1.90, 0.97, 1.2),
    "calm": (-0.5, 0.75, 0.92, -1.0),
}
RULE = {
    name: Manner(octaves=semitones / 12, spread=log(spread), level_db=level_db, pace=log(rate))
    for name, (semitones, spread, rate, level_db) in _TABLE.items()
}
