"""Presets on disk: those that come with the program, and the user's own. A clip of the library is a timbre, too."""

from __future__ import annotations

import colorsys
import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from bridge.emotion_source import EmotionSource, emotion_of, read_emotion, weights_of
from bridge.errors import BadArgumentError, BridgeError, NotFoundError, RefusedError, UnknownPresetError
from bridge.files import resolve_inside, safe_name, write_atomic
from engine.errors import EngineError
from engine.types import EMOTIONS, Emotion

SHIPPED = Path(__file__).resolve().parent.parent / "presets"
CLIP_SUFFIXES = (".wav", ".flac", ".mp3", ".ogg")
MAX_CLIP_BYTES = 200_000_000
MAX_PRESET_BYTES = 100_000
MAX_NAME_LENGTH = 80

_TIMBRE_KEYS = {"name", "note", "colour", "clip", "consent"}
_EMOTION_KEYS = {"name", "note", "colour", "weights"}


class BadClipError(BridgeError):
    """A clip that no voice can be learnt from."""

    code = "bad_prompt"


@dataclass(frozen=True)
class TimbrePreset:
    """Who may speak."""

    name: str
    note: str  # one line that describes the voice
    colour: str  # #rrggbb
    origin: str  # "cuevox" or "yours"
    clip: Path
    consent: str = ""  # who agreed to what, and when; goes into the JSON of every clip that this voice speaks


@dataclass(frozen=True)
class EmotionPreset:
    """How it may be spoken."""

    name: str
    note: str
    colour: str
    origin: str
    weights: Mapping[str, float] = field(hash=False)  # by name, those that are not 0


Preset = TypeVar("Preset", TimbrePreset, EmotionPreset)


@dataclass(frozen=True)
class _Shelf(Generic[Preset]):
    """The presets of one kind by lower-case name, in the order in which they are listed."""

    presets: Mapping[str, Preset]
    files: Mapping[str, Path]  # the JSON file of each


class PresetStore:
    """Looks presets up by name, whatever its case, and learns new ones. May be used by any thread."""

    def __init__(self, own: Path, inbox: Path, *, shipped: Path = SHIPPED) -> None:
        self._own, self._inbox, self._shipped = own, inbox, shipped
        self._writing = threading.Lock()
        self.problems: tuple[str, ...] = ()  # preset files that could not be read, for people
        self._timbres: _Shelf[TimbrePreset] = _Shelf({}, {})
        self._emotions: _Shelf[EmotionPreset] = _Shelf({}, {})
        self.reload()

    def reload(self) -> None:
        """Read the folders again. A file that cannot be used is left out and told in `problems`."""
        problems: list[str] = []
        timbres = self._read("timbre", _timbre, problems)
        # The eight and neutral stand first and in their order, then blends and the user's own by name.
        emotions = self._read("emotion", _emotion, problems)
        first = [name for name in ("neutral", *EMOTIONS) if name in emotions.presets]
        order = [*first, *(name for name in emotions.presets if name not in first)]
        self._timbres = timbres
        self._emotions = _Shelf({name: emotions.presets[name] for name in order}, emotions.files)
        self.problems = tuple(problems)

    @property
    def timbres(self) -> tuple[TimbrePreset, ...]:
        return tuple(self._timbres.presets.values())

    @property
    def emotions(self) -> tuple[EmotionPreset, ...]:
        return tuple(self._emotions.presets.values())

    def timbre(self, name: str) -> TimbrePreset:
        """The timbre of that name, else the clip of that name in the inbox; no name: the first one.

        Raises UnknownPresetError.
        """
        shelf = self._timbres.presets
        if not name.strip() and shelf:
            return next(iter(shelf.values()))
        found = shelf.get(_key(name))
        if found is not None:
            return found
        clip = self._inbox_clip(name)
        if clip is None:
            raise UnknownPresetError("timbre", name[:MAX_NAME_LENGTH], (preset.name for preset in shelf.values()))
        return TimbrePreset(clip.stem, f"the clip {clip.name}", _colour(clip.stem), "yours", clip)

    def emotion(self, name: str) -> EmotionPreset:
        """Raises UnknownPresetError."""
        found = self._emotions.presets.get(_key(name))
        if found is None:
            known = (preset.name for preset in self._emotions.presets.values())
            raise UnknownPresetError("emotion", name.strip()[:MAX_NAME_LENGTH], known)
        return found

    def emotion_source(self, text: str, line_text: str) -> EmotionSource:
        """What a cue's `emotion` means. Raises BadArgumentError, UnknownPresetError, NotFoundError, EmptyTextError."""
        return read_emotion(text, line_text, lambda name: emotion_of(self.emotion(name).weights), self._clip)

    def add_timbre(self, name: str, file: str, note: str = "", consent: str = "") -> float:
        """Learn the clip `file` of the inbox as timbre `name`. -> seconds of speech found in it.

        `consent`: the speaker's, in words, to be kept with the voice. A timbre of the user's of that name is replaced.

        Raises RefusedError, NotFoundError, BadArgumentError,
        BadClipError.
        """
        name = _checked_name(name)
        source = resolve_inside(self._inbox, file)
        if source.suffix.lower() not in CLIP_SUFFIXES:
            raise BadArgumentError(f"{file!r} is no clip to learn from; give one of {', '.join(CLIP_SUFFIXES)}")
        if not source.is_file():
            raise NotFoundError(f"{file!r} is not in {self._inbox}; put the clip there first")
        if source.stat().st_size > MAX_CLIP_BYTES:
            raise BadClipError(
                f"{file!r} is larger than {MAX_CLIP_BYTES // 10**6} MB; ten seconds of speech are enough"
            )
        speech_s = _seconds_of_speech(source)
        data = source.read_bytes()
        with self._writing:
            path = self._place("timbre", name, self._timbres)
            # The content is in the clip's name, so that the JSON changes from the old clip to the new one at once.
            clip = path.with_name(f"{path.stem}-{hashlib.sha256(data).hexdigest()[:8]}{source.suffix.lower()}")
            # An earlier clip stays: lines that wait were accepted with it.
            write_atomic(clip, data)
            values = {"name": name, "note": note, "colour": _colour(name), "clip": clip.name, "consent": consent}
            _write_json(path, {key: value for key, value in values.items() if key != "consent" or value})
            self.reload()
        return speech_s

    def save_emotion(self, name: str, weights: Mapping[str, float], note: str = "", colour: str = "") -> None:
        """Keep weights as an emotion of the user's, in place of an earlier one of that name.

        colour: `#rrggbb`; empty for one made from the name.

        Raises RefusedError, BadArgumentError, UnknownPresetError.
        """
        name, emotion = _checked_name(name), emotion_of(weights)
        if "=" in name or ":" in name or _key(name) == "auto":
            raise BadArgumentError(
                f"emotion name {name!r} would read as weights, a clip or a sentence; leave out = and :"
            )
        if colour and not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise BadArgumentError(f"colour {colour[:80]!r} has to be #rrggbb, e.g. #63d0bd")
        with self._writing:
            path = self._place("emotion", name, self._emotions)
            values = {"name": name, "note": note, "colour": colour or _colour(name), "weights": weights_of(emotion)}
            _write_json(path, values)
            self.reload()

    def _read(
        self, kind: str, parse: Callable[[dict[str, Any], Path, str], Preset], problems: list[str]
    ) -> _Shelf[Preset]:
        presets: dict[str, Preset] = {}
        files: dict[str, Path] = {}
        for folder, origin in ((self._shipped / kind, "cuevox"), (self._own / kind, "yours")):
            found: list[tuple[str, Preset, Path]] = []
            for path in sorted(folder.glob("*.json")):
                try:
                    preset = parse(_read_json(path), path, origin)
                    if _key(preset.name) in presets:
                        raise BadArgumentError(f"there is a preset {preset.name!r} already; change its name")
                    found.append((_key(preset.name), preset, path))
                except (BridgeError, OSError, ValueError, RecursionError) as error:
                    problems.append(f"{kind} preset {path} is left out: {error}")
            for key, preset, path in sorted(found, key=lambda entry: entry[0]):
                presets[key], files[key] = preset, path
        return _Shelf(presets, files)

    def _place(self, kind: str, name: str, shelf: _Shelf[Any]) -> Path:
        """The file for a preset of the user's. Raises RefusedError when the program ships one of that name."""
        before = shelf.presets.get(_key(name))
        if before is not None and before.origin == "yours":
            return shelf.files[_key(name)]
        if before is not None:
            raise RefusedError(f"{kind} preset {before.name!r} comes with the program; choose another name")
        folder, stem = self._own / kind, safe_name(name.lower(), fallback="preset")
        path, n = folder / f"{stem}.json", 2
        while path.exists():
            path, n = folder / f"{stem}_{n}.json", n + 1
        return path

    def _clip(self, name: str) -> Path:
        """The clip of a timbre preset or of the inbox. Raises NotFoundError."""
        preset = self._timbres.presets.get(_key(name))
        clip = preset.clip if preset is not None else self._inbox_clip(name)
        if clip is None:
            raise NotFoundError(
                f"no clip {name[:MAX_NAME_LENGTH]!r}: it is neither a timbre nor a file in {self._inbox}; put it there"
            )
        return clip

    def _inbox_clip(self, name: str) -> Path | None:
        """By its file name, or by that without the ending."""
        try:
            given = resolve_inside(self._inbox, name.strip())
        except (RefusedError, OSError, ValueError):
            return None
        names = [given] if given.suffix.lower() in CLIP_SUFFIXES else []
        names += [given.with_name(given.name + suffix) for suffix in CLIP_SUFFIXES] if given.name else []
        try:
            return next((clip for clip in names if clip.is_file()), None)
        except OSError:  # a name that is too long for the file system
            return None


def _key(name: str) -> str:
    return name.strip().casefold()


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise BadArgumentError(f"preset name {name[:100]!r} has to be 1 to {MAX_NAME_LENGTH} printable characters")
    return name


def _colour(name: str) -> str:
    """A soft colour of its own for each name."""
    hue = int.from_bytes(hashlib.sha256(_key(name).encode()).digest()[:2], "big") / 65_536
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, 0.66, 0.45))


def _seconds_of_speech(path: Path) -> float:
    """Raises BadClipError, also when there is no voice in it: better now than at every line that it is to speak."""
    # Imported here, since torch comes with it and takes seconds: the daemon is ready long before.
    from engine.audio import read_clip, speech_bounds
    from engine.prompt import prompt_features

    try:
        audio, rate = read_clip(path)
        prompt_features(audio, rate)
    except EngineError as error:
        raise BadClipError(f"{path.name}: {error}") from error
    first, end = speech_bounds(audio, rate)
    return (end - first) / rate


def _write_json(path: Path, values: dict[str, Any]) -> None:
    write_atomic(path, (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode())


def _read_json(path: Path) -> dict[str, Any]:
    """Raises ValueError, BadArgumentError, OSError."""
    if not path.is_file():  # a pipe or a device would be read for ever
        raise BadArgumentError("it is not a file")
    if path.stat().st_size > MAX_PRESET_BYTES:
        raise BadArgumentError(f"it is larger than {MAX_PRESET_BYTES // 1000} kB")
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
    name = _checked_name(values["name"])
    return name, note, colour or _colour(name)


def _timbre(values: dict[str, Any], path: Path, origin: str) -> TimbrePreset:
    name, note, colour = _texts(values, _TIMBRE_KEYS)
    clip_name = values.get("clip")
    if not isinstance(clip_name, str):
        raise BadArgumentError("clip has to be the name of a file beside it")
    clip = resolve_inside(path.parent, clip_name)
    if not clip.is_file():
        raise BadArgumentError(f"its clip {clip_name!r} is not beside it")
    consent = values.get("consent", "")
    if not isinstance(consent, str):
        raise BadArgumentError("consent has to be a text: who agreed to what, and when")
    return TimbrePreset(name, note, colour, origin, clip, consent)


def _emotion(values: dict[str, Any], path: Path, origin: str) -> EmotionPreset:
    name, note, colour = _texts(values, _EMOTION_KEYS)
    weights = values.get("weights")
    if not isinstance(weights, dict) or not all(
        isinstance(weight, (int, float)) and not isinstance(weight, bool) for weight in weights.values()
    ):
        raise BadArgumentError('weights has to be an object of numbers, e.g. {"happy": 0.6}')
    emotion: Emotion = emotion_of(weights)
    return EmotionPreset(name, note, colour, origin, weights_of(emotion))
