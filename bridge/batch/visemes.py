"""Which mouth goes with a phoneme: the 15 visemes of Oculus, and the 22 of Microsoft's speech API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.types import PhonemeTime

MARKS_OF_SOUNDS = "ˈˌ̩"  # stress and syllable; they stand with the sound that they belong to
# Phoneme of the voice's alphabet -> (Oculus' name, SAPI's number). docs/sheets.md has the same table.
TABLE: dict[str, tuple[str, int]] = {
    **dict.fromkeys("pbm", ("PP", 21)),
    **dict.fromkeys("fv", ("FF", 18)),
    **dict.fromkeys("θð", ("TH", 17)),
    **dict.fromkeys("tdT", ("DD", 19)),
    "n": ("nn", 19),
    **dict.fromkeys("kɡg", ("kk", 20)),
    "ŋ": ("kk", 20),
    "h": ("kk", 12),
    **dict.fromkeys("ʧʤʃʒ", ("CH", 16)),
    **dict.fromkeys("sz", ("SS", 15)),
    "l": ("nn", 14),
    "ɹ": ("RR", 13),
    **dict.fromkeys("ɑæ", ("aa", 2)),
    "a": ("aa", 2),
    "ʌ": ("aa", 1),
    "ə": ("E", 1),
    "ᵊ": ("E", 1),
    "ᵻ": ("ih", 6),
    "ɛ": ("E", 4),
    "ɜ": ("RR", 5),
    "ɪ": ("ih", 6),
    "i": ("ih", 6),
    "j": ("ih", 6),
    "A": ("E", 4),  # as in day
    "I": ("aa", 11),  # as in my
    "W": ("aa", 9),  # as in now
    "Y": ("oh", 10),  # as in boy
    "O": ("oh", 8),  # as in go
    "ɔ": ("oh", 3),
    "ɒ": ("oh", 3),
    "ʊ": ("ou", 4),
    "u": ("ou", 7),
    "w": ("ou", 7),
}
SILENCE = ("sil", 0)


def viseme_track(phonemes: Sequence[PhonemeTime], seconds: float) -> dict[str, Any]:
    """What an animator's tool reads: the phonemes, and the visemes without a gap over the whole clip."""
    track: list[dict[str, Any]] = []

    def put(name: tuple[str, int], start_s: float, end_s: float) -> None:
        if end_s - start_s < 1e-6:
            return
        if track and (track[-1]["oculus"], track[-1]["sapi"]) == name:
            track[-1]["end_s"] = round(end_s, 4)
        else:
            start_s = track[-1]["end_s"] if track else start_s
            track.append({"oculus": name[0], "sapi": name[1], "start_s": round(start_s, 4), "end_s": round(end_s, 4)})

    at = 0.0
    for phoneme in phonemes:
        put(SILENCE, at, phoneme.start_s)
        put(TABLE.get(phoneme.phoneme.strip(MARKS_OF_SOUNDS), SILENCE), phoneme.start_s, phoneme.end_s)
        at = phoneme.end_s
    put(SILENCE, at, seconds)
    return {
        "format": 1,
        "seconds": round(seconds, 4),
        "phonemes": [
            {"phoneme": p.phoneme, "start_s": round(p.start_s, 4), "end_s": round(p.end_s, 4)} for p in phonemes
        ],
        "visemes": track,
    }
