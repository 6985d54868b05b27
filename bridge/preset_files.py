"""Presets as JSON: their values, strict reading, and files of emotions that go from one Cuevox to another."""

from __future__ import annotations

import colorsys
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.emotion_source import emotion_of, weights_of
from bridge.errors import BadArgumentError, BridgeError
from bridge.files import resolve_inside, write_atomic

MAX_PRESET_BYTES = 100_000
MAX_NAME_LENGTH = 80
MAX_FILE_BYTES = 1_000_000  # of emotions that are handed on
MAX_EMOTIONS = 500  # in one such file
FORMAT = 1

_TIMBRE_KEYS = {"name", "note", "colour", "clip", "consent", "morph", "formerly"}
_EMOTION_KEYS = {"name", "note", "colour", "weights", "formerly"}
_FILE_KEYS = {"cuevox", "format", "presets"}


class BadPresetFileError(BridgeError):
    """A file of emotions that cannot be read."""

    code = "bad_argument"


@dataclass(frozen=True)
class TimbrePreset:
    """Who may speak."""

    name: str
    note: str  # one line that describes the voice
    colour: str  # #rrggbb
    origin: str  # "cuevox" or "yours"
    clip: Path
    consent: str = ""  # who agreed to what, and when; goes into the JSON of every clip that this voice speaks
    other: Path | None = None  # clip of a second voice, for a voice between two
    share: float = 0.0  # of the second one, 0..1
    formerly: tuple[str, ...] = ()  # names that lines may still use for it


@dataclass(frozen=True)
class EmotionPreset:
    """How it may be spoken."""

    name: str
    note: str
    colour: str
    origin: str
    weights: Mapping[str, float] = field(hash=False)  # by name, those that are not 0
    formerly: tuple[str, ...] = ()  # names that lines may still use for it


def write_emotions(file: Path, presets: Iterable[EmotionPreset]) -> None:
    """One JSON file that read_emotions reads. Raises OSError."""
    values = {"cuevox": "emotions", "format": FORMAT, "presets": [emotion_values(preset) for preset in presets]}
    write_json(file, values)


def read_emotions(file: Path) -> list[EmotionPreset]:
    """The presets of a file that write_emotions wrote, or of one preset's own JSON file.

    Raises BadPresetFileError, which names the preset and what is wrong with it.
    """
    try:
        values = read_json(file, MAX_FILE_BYTES)
    except (BridgeError, OSError, ValueError, RecursionError) as error:
        raise BadPresetFileError(f"{file.name} is no file of emotions: {error}") from error
    entries = [values]
    if "cuevox" in values:
        entries = values.get("presets", [])
        if values["cuevox"] != "emotions" or values.get("format") != FORMAT or values.keys() - _FILE_KEYS:
            raise BadPresetFileError(
                f'{file.name} has to hold {{"cuevox": "emotions", "format": {FORMAT}, "presets": [...]}} and nothing '
                "else; export it again with this version of Cuevox, or take a newer one"
            )
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_EMOTIONS:
        raise BadPresetFileError(f"{file.name} has to hold 1 to {MAX_EMOTIONS} presets")
    found = []
    for number, entry in enumerate(entries, 1):
        try:
            if not isinstance(entry, dict):
                raise BadArgumentError("it has to be an object, {...}")
            found.append(emotion_preset(entry, file, "yours"))
        except BridgeError as error:
            name = entry.get("name") if isinstance(entry, dict) else None
            who = f"preset {number}" + (f" ({name[:MAX_NAME_LENGTH]})" if isinstance(name, str) else "")
            raise BadPresetFileError(f"{file.name}: {who}: {error}; nothing was imported") from error
    return found


def emotion_values(preset: EmotionPreset) -> dict[str, Any]:
    """As they stand in its JSON file."""
    return {"name": preset.name, "note": preset.note, "colour": preset.colour, "weights": dict(preset.weights)}


def checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise BadArgumentError(f"preset name {name[:100]!r} has to be 1 to {MAX_NAME_LENGTH} printable characters")
    return name


def check_colour(colour: str) -> None:
    if colour and not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise BadArgumentError(f"colour {colour[:80]!r} has to be #rrggbb, e.g. #63d0bd")


def colour_of(name: str) -> str:
    """A soft colour of its own for each name."""
    hue = int.from_bytes(hashlib.sha256(name.strip().casefold().encode()).digest()[:2], "big") / 65_536
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, 0.66, 0.45))


def write_json(path: Path, values: dict[str, Any]) -> None:
    write_atomic(path, (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode())


def read_json(path: Path, most_bytes: int = MAX_PRESET_BYTES) -> dict[str, Any]:
    """Raises ValueError, BadArgumentError, OSError."""
    if not path.is_file():  # a pipe or a device would be read for ever
        raise BadArgumentError("it is not a file")
    if path.stat().st_size > most_bytes:
        raise BadArgumentError(f"it is larger than {most_bytes // 1000} kB")
    values = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(values, dict):
        raise BadArgumentError("it has to hold one JSON object, {...}")
    return values


def _texts(values: dict[str, Any], keys: set[str]) -> tuple[str, str, str]:
    """Name, note and colour. Raises BadArgumentError."""
    if unknown := sorted(set(values) - keys):
        raise BadArgumentError(f"unknown keys {', '.join(unknown)}; there are: {', '.join(sorted(keys))}")
    note, colour = values.get("note", ""), values.get("colour", "")
    if not all(isinstance(text, str) for text in (values.get("name"), note, colour)):
        raise BadArgumentError("name, note and colour have to be texts, and the name must not be missing")
    name = checked_name(values["name"])
    return name, note, colour or colour_of(name)


def timbre_preset(values: dict[str, Any], path: Path, origin: str) -> TimbrePreset:
    name, note, colour = _texts(values, _TIMBRE_KEYS)
    clip = _clip_beside(path, values.get("clip"))
    consent = values.get("consent", "")
    if not isinstance(consent, str):
        raise BadArgumentError("consent has to be a text: who agreed to what, and when")
    morph = values.get("morph")
    if morph is None:
        return TimbrePreset(name, note, colour, origin, clip, consent, formerly=_formerly(values))
    share = morph.get("share") if isinstance(morph, dict) and morph.keys() == {"clip", "share"} else None
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
        raise BadArgumentError('morph has to be {"clip": FILE, "share": 0 to 1}')
    other = _clip_beside(path, morph["clip"])
    return TimbrePreset(name, note, colour, origin, clip, consent, other, float(share), _formerly(values))


def _formerly(values: dict[str, Any]) -> tuple[str, ...]:
    names = values.get("formerly", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadArgumentError("formerly has to be a list of names that the preset had")
    return tuple(names)


def _clip_beside(path: Path, name: object) -> Path:
    if not isinstance(name, str):
        raise BadArgumentError("clip has to be the name of a file beside it")
    clip = resolve_inside(path.parent, name)
    if not clip.is_file():
        raise BadArgumentError(f"its clip {name!r} is not beside it")
    return clip


def emotion_preset(values: dict[str, Any], path: Path, origin: str) -> EmotionPreset:
    name, note, colour = _texts(values, _EMOTION_KEYS)
    weights = values.get("weights")
    if not isinstance(weights, dict) or not all(
        isinstance(weight, (int, float)) and not isinstance(weight, bool) for weight in weights.values()
    ):
        raise BadArgumentError('weights has to be an object of numbers, e.g. {"happy": 0.6}')
    emotion = emotion_of(weights)
    return EmotionPreset(name, note, colour, origin, weights_of(emotion), _formerly(values))
