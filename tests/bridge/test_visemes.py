"""The mouth shapes beside a clip."""

from __future__ import annotations

from bridge.batch.visemes import MARKS_OF_SOUNDS, TABLE, viseme_track
from engine.training.data import ALPHABET
from engine.types import PhonemeTime


def test_every_sound_of_the_voice_has_a_viseme() -> None:
    marks = set(' !,.:;?"') | set(MARKS_OF_SOUNDS)
    assert set(ALPHABET) - marks <= set(TABLE)
    track = viseme_track([PhonemeTime("", 0, 0.1), PhonemeTime("ˈɑ", 0.1, 0.3)], 0.5)
    assert [(v["oculus"], v["sapi"], v["start_s"], v["end_s"]) for v in track["visemes"]] == [
        ("sil", 0, 0, 0.1),
        ("aa", 2, 0.1, 0.3),
        ("sil", 0, 0.3, 0.5),
    ]
