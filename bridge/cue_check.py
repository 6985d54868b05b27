"""Everything that is checked about a cue before it is accepted: what is wrong is told at once, not after the queue."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.cue import Cue, Length
from bridge.emotion_source import EmotionSource
from bridge.errors import BadArgumentError, EmptyTextError, SecondsOutOfRangeError
from bridge.preset_store import PresetStore, TimbrePreset

MAX_ID_LENGTH = 100
MAX_TEXT_LENGTH = 10_000
MAX_TAKES = 16
MAX_SEED = 2**31 - 1
SPEEDS = (0.5, 2.0)
LENGTHS_S = (0.1, 300)  # beyond them no voice can say anything


@dataclass(frozen=True)
class CheckedCue:
    """A cue that can be rendered: its defaults filled in, what its names stand for looked up."""

    cue: Cue
    timbre: TimbrePreset
    emotion: EmotionSource


def check_cue(cue: Cue, presets: PresetStore) -> CheckedCue:
    """Raises BadArgumentError, EmptyTextError, SecondsOutOfRangeError, UnknownPresetError, NotFoundError."""
    if not cue.id or len(cue.id) > MAX_ID_LENGTH or not cue.id.isprintable() or cue.id != cue.id.strip():
        raise BadArgumentError(
            f"line {cue.id[:MAX_ID_LENGTH]!r} is no name for a line; give 1 to {MAX_ID_LENGTH} printable characters"
        )
    if not any(character.isalnum() for character in cue.text):
        raise EmptyTextError(f"the text of line {cue.id!r} has no words; give the words to be spoken")
    if len(cue.text) > MAX_TEXT_LENGTH:
        raise BadArgumentError(
            f"the text of line {cue.id!r} has {len(cue.text)} characters; split it, {MAX_TEXT_LENGTH} are the most"
        )
    if any("\ud800" <= character <= "\udfff" for character in cue.text + cue.character + cue.emotion):
        raise BadArgumentError(f"line {cue.id!r} holds half a character (a lone surrogate); write it anew")
    if len(cue.character) > MAX_ID_LENGTH:
        raise BadArgumentError(f"the character of line {cue.id!r} is longer than {MAX_ID_LENGTH} characters")
    if not 0 <= cue.weight <= 1:
        raise BadArgumentError(f"weight is {cue.weight}; it has to be 0 to 1")
    if not SPEEDS[0] <= cue.speed <= SPEEDS[1]:
        raise BadArgumentError(f"speed is {cue.speed}; it has to be {SPEEDS[0]} to {SPEEDS[1]}")
    if cue.length is not None and cue.speed != 1:
        raise BadArgumentError("seconds and speed are both given; give the one or the other")
    if cue.length is not None:
        _check_length(cue.length)
    if cue.seed is not None and not 0 <= cue.seed <= MAX_SEED:
        raise BadArgumentError(f"seed is {cue.seed}; it has to be 0 to {MAX_SEED}")
    if not 1 <= cue.takes <= MAX_TAKES:
        raise BadArgumentError(f"takes is {cue.takes}; it has to be 1 to {MAX_TAKES}")
    timbre = presets.timbre(cue.timbre)
    emotion = presets.emotion_source(cue.emotion, cue.text)
    return CheckedCue(replace(cue, timbre=timbre.name, character=cue.character or timbre.name), timbre, emotion)


def _check_length(length: Length) -> None:
    if length.per_second_num < 1 or length.per_second_den < 1 or not LENGTHS_S[0] <= length.seconds <= LENGTHS_S[1]:
        raise SecondsOutOfRangeError(
            f"a length of {length.seconds:g} s is out of range; it has to be {LENGTHS_S[0]:g} to {LENGTHS_S[1]} s"
        )
