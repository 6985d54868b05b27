"""Presets on disk: those that come with the program, and the user's own. A clip of the library is a timbre, too."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from bridge.emotion_source import EmotionSource, emotion_of, read_emotion, weights_of
from bridge.errors import BadArgumentError, BridgeError, NotFoundError, RefusedError, UnknownPresetError
from bridge.files import resolve_inside, safe_name, write_atomic
from bridge.preset_files import (
    MAX_NAME_LENGTH,
    EmotionPreset,
    TimbrePreset,
    check_colour,
    checked_name,
    colour_of,
    emotion_preset,
    emotion_values,
    read_emotions,
    read_json,
    timbre_preset,
    write_emotions,
    write_json,
)
from engine.errors import EngineError
from engine.types import EMOTIONS

SHIPPED = Path(__file__).resolve().parent.parent / "presets"
CLIP_SUFFIXES = (".wav", ".flac", ".mp3", ".ogg")
REMOVED = "removed"  # folder in the user's presets of each kind
MAX_CLIP_BYTES = 200_000_000

MORPH = "morph:"  # morph:FIRST,SECOND=SHARE is a voice between two


class BadClipError(BridgeError):
    """A clip that no voice can be learnt from."""

    code = "bad_prompt"


Preset = TypeVar("Preset", TimbrePreset, EmotionPreset)


@dataclass(frozen=True)
class _Shelf(Generic[Preset]):
    """The presets of one kind by lower-case name, in the order in which they are listed."""

    presets: Mapping[str, Preset]
    files: Mapping[str, Path]  # the JSON file of each

    def find(self, name: str) -> Preset | None:
        """By the name it has, else by one that it had."""
        key = _key(name)
        return self.presets.get(key) or next(
            (preset for preset in self.presets.values() if key in map(_key, preset.formerly)), None
        )


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
        timbres = self._read("timbre", timbre_preset, problems)
        # The eight and neutral stand first and in their order, then blends and the user's own by name.
        emotions = self._read("emotion", emotion_preset, problems)
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

        `morph:FIRST,SECOND=SHARE` is a voice between two of them. Raises UnknownPresetError, BadArgumentError.
        """
        if name.strip().startswith(MORPH):
            return self._between(name.strip())
        shelf = self._timbres.presets
        if not name.strip() and shelf:
            return next(iter(shelf.values()))
        found = self._timbres.find(name)
        if found is not None:
            return found
        clip = self._inbox_clip(name)
        if clip is None:
            raise UnknownPresetError("timbre", name[:MAX_NAME_LENGTH], (preset.name for preset in shelf.values()))
        return TimbrePreset(clip.stem, f"the clip {clip.name}", colour_of(clip.stem), "yours", clip)

    def emotion(self, name: str) -> EmotionPreset:
        """Raises UnknownPresetError."""
        found = self._emotions.find(name)
        if found is None:
            known = (preset.name for preset in self._emotions.presets.values())
            raise UnknownPresetError("emotion", name.strip()[:MAX_NAME_LENGTH], known)
        return found

    def emotion_source(self, text: str, line_text: str) -> EmotionSource:
        """What a cue's `emotion` means. Raises BadArgumentError, UnknownPresetError, NotFoundError, EmptyTextError."""
        return read_emotion(text, line_text, lambda name: emotion_of(self.emotion(name).weights), self._clip)

    def add_timbre(self, name: str, file: str, note: str = "", consent: str = "", colour: str = "") -> float:
        """Learn the clip `file` of the inbox as timbre `name`. -> seconds of speech found in it.

        `consent`: the speaker's, in words, to be kept with the voice. A timbre of the user's of that name is replaced.

        Raises RefusedError, NotFoundError, BadArgumentError,
        BadClipError.
        """
        name = _checked_timbre_name(name)
        check_colour(colour)
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
            clip = _keep_clip(path, data, source.suffix)
            values = {"name": name, "note": note, "colour": colour or colour_of(name), "clip": clip, "consent": consent}
            write_json(path, _formerly_in(path) | {k: value for k, value in values.items() if k != "consent" or value})
            self.reload()
        return speech_s

    def save_morph(self, name: str, morph: str, note: str = "", colour: str = "") -> None:
        """Keep a voice between two, `morph:FIRST,SECOND=SHARE`, as a timbre of the user's, with clips of its own.

        Raises RefusedError, BadArgumentError, UnknownPresetError.
        """
        name, preset = _checked_timbre_name(name), self.timbre(morph)
        check_colour(colour)
        if preset.other is None:
            raise BadArgumentError(f"{morph[:80]!r} is no voice between two; give {MORPH}FIRST,SECOND=SHARE")
        with self._writing:
            path = self._place("timbre", name, self._timbres)
            first, second = (_keep_clip(path, clip.read_bytes(), clip.suffix) for clip in (preset.clip, preset.other))
            values = {
                "name": name,
                "note": note or preset.note,
                "colour": colour or colour_of(name),
                "clip": first,
                "morph": {"clip": second, "share": preset.share},
            }
            write_json(path, _formerly_in(path) | values | ({"consent": preset.consent} if preset.consent else {}))
            self.reload()

    def _between(self, morph: str) -> TimbrePreset:
        names, _, number = morph.removeprefix(MORPH).rpartition("=")
        try:
            share = float(number)
        except ValueError:
            share = -1.0
        commas = [at for at, character in enumerate(names) if character == ","]
        if not commas or not 0.0 <= share <= 1.0:
            raise BadArgumentError(f"{morph[:80]!r} has to be {MORPH}FIRST,SECOND=SHARE, with a share of 0 to 1")
        # Names may hold commas, too: the first one that parts two voices there are.
        find = self._timbres.find
        at = next((at for at in commas if find(names[:at]) and find(names[at + 1 :])), commas[0])
        first, second = self.timbre(names[:at]), self.timbre(names[at + 1 :])
        if first.other is not None or second.other is not None:
            raise BadArgumentError(f"{morph[:80]!r} names a voice that lies between two itself; take two plain ones")
        consents = [preset.consent for preset in (first, second) if preset.consent]
        return TimbrePreset(
            name=f"{MORPH}{first.name},{second.name}={share:g}",
            note=f"between {first.name} and {second.name}",
            colour=first.colour,
            origin="yours",
            clip=first.clip,
            consent="; ".join(dict.fromkeys(consents)),
            other=second.clip,
            share=share,
        )

    def save_emotion(self, name: str, weights: Mapping[str, float], note: str = "", colour: str = "") -> None:
        """Keep weights as an emotion of the user's, in place of an earlier one of that name.

        colour: `#rrggbb`; empty for one made from the name.

        Raises RefusedError, BadArgumentError, UnknownPresetError.
        """
        name, emotion = _checked_emotion_name(name), emotion_of(weights)
        check_colour(colour)
        with self._writing:
            path = self._place("emotion", name, self._emotions)
            preset = EmotionPreset(name, note, colour or colour_of(name), "yours", weights_of(emotion))
            write_json(path, _formerly_in(path) | emotion_values(preset))
            self.reload()

    def export_emotions(self, names: Iterable[str], file: Path) -> None:
        """Write presets into one file that import_emotions reads. Raises UnknownPresetError, DiskError."""
        write_emotions(file, [self.emotion(name) for name in names])

    def import_emotions(self, file: Path) -> tuple[str, ...]:
        """Keep the presets of a file as the user's. -> their names; a name that is taken gets a number.

        All are read before the first is kept. Raises BadPresetFileError.
        """
        names = []
        for preset in read_emotions(file):
            known = self._emotions.presets
            same = known.get(_key(preset.name))
            if same is not None and same.weights == preset.weights:
                names.append(same.name)  # it is there already
                continue
            name = next(n for n in _numbered(preset.name) if _key(n) not in known)
            self.save_emotion(name, preset.weights, preset.note, preset.colour)
            names.append(name)
        return tuple(names)

    def rename(self, kind: str, name: str, new: str) -> None:
        """Give a preset of the user's another name. Lines that use the one before it find it as long as it is free.

        Raises RefusedError, BadArgumentError, UnknownPresetError.
        """
        new = _checked_timbre_name(new) if kind == "timbre" else _checked_emotion_name(new)
        with self._writing:
            shelf = self._shelf(kind)
            path, values = self._own_values(kind, name)
            taken = shelf.presets.get(_key(new))
            if taken is not None and shelf.files[_key(new)] != path:
                raise RefusedError(f"there is a {kind} preset {taken.name!r} already; choose another name")
            former = [values["name"], *values.get("formerly", [])]
            values["formerly"] = [each for each in dict.fromkeys(former) if _key(each) != _key(new)]
            write_json(path, values | {"name": new})
            self.reload()

    def remove(self, kind: str, name: str) -> None:
        """Take a preset of the user's away: its JSON goes into a folder beside it, from which bring_back() takes it.

        Its clips stay, since lines that wait were accepted with them. Raises RefusedError, BadArgumentError,
        UnknownPresetError.
        """
        with self._writing:
            path, values = self._own_values(kind, name)
            away = self._place_of_removed(kind, values["name"])
            away.parent.mkdir(exist_ok=True)
            if away.exists():  # one of this name that was removed before
                away.replace(
                    next(older for n in itertools.count(2) if not (older := away.with_suffix(f".{n}")).exists())
                )
            path.replace(away)
            self.reload()

    def bring_back(self, kind: str, name: str) -> None:
        """Put a preset that was removed back. Raises NotFoundError, RefusedError, BadArgumentError."""
        with self._writing:
            taken = self._shelf(kind).presets.get(_key(name))
            if taken is not None:
                raise RefusedError(f"there is a {kind} preset {taken.name!r} again; rename that one first")
            away = self._place_of_removed(kind, name)
            if not away.is_file():
                raise NotFoundError(
                    f"no {kind} preset {name[:MAX_NAME_LENGTH]!r} was removed; it cannot be brought back"
                )
            away.replace(self._place(kind, name, self._shelf(kind)))
            self.reload()

    def _place_of_removed(self, kind: str, name: str) -> Path:
        digest = hashlib.sha256(_key(name).encode()).hexdigest()[:8]  # other names may read alike as files
        return self._own / kind / REMOVED / f"{safe_name(_key(name), fallback='preset')}-{digest}.json"

    def _shelf(self, kind: str) -> _Shelf[Any]:
        shelves: dict[str, _Shelf[Any]] = {"timbre": self._timbres, "emotion": self._emotions}
        if kind not in shelves:
            raise BadArgumentError(f"there are no presets of kind {kind[:80]!r}; ask for timbre or emotion")
        return shelves[kind]

    def _own_values(self, kind: str, name: str) -> tuple[Path, dict[str, Any]]:
        """The file of a preset of the user's, and what it holds. Raises RefusedError, UnknownPresetError."""
        shelf = self._shelf(kind)
        preset = shelf.presets.get(_key(name))
        if preset is None:
            raise UnknownPresetError(kind, name[:MAX_NAME_LENGTH], (each.name for each in shelf.presets.values()))
        if preset.origin != "yours":
            raise RefusedError(f"{kind} preset {preset.name!r} comes with the program and stays as it is; duplicate it")
        path = shelf.files[_key(name)]
        return path, read_json(path)

    def _read(
        self, kind: str, parse: Callable[[dict[str, Any], Path, str], Preset], problems: list[str]
    ) -> _Shelf[Preset]:
        presets: dict[str, Preset] = {}
        files: dict[str, Path] = {}
        for folder, origin in ((self._shipped / kind, "cuevox"), (self._own / kind, "yours")):
            found: list[tuple[str, Preset, Path]] = []
            for path in sorted(folder.glob("*.json")):
                try:
                    preset = parse(read_json(path), path, origin)
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
        preset = self._timbres.find(name)
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


def _numbered(name: str) -> Iterator[str]:
    """name, name 2, name 3..., each short enough."""
    yield name
    for n in itertools.count(2):
        yield f"{name[: MAX_NAME_LENGTH - 4].rstrip()} {n}"


def _key(name: str) -> str:
    return name.strip().casefold()


def _checked_timbre_name(name: str) -> str:
    name = checked_name(name)
    if name.startswith(MORPH):
        raise BadArgumentError(f"timbre name {name!r} would read as a voice between two; leave out {MORPH}")
    return name


def _checked_emotion_name(name: str) -> str:
    name = checked_name(name)
    if "=" in name or ":" in name or _key(name) == "auto":
        raise BadArgumentError(f"emotion name {name!r} would read as weights, a clip or a sentence; leave out = and :")
    return name


def _formerly_in(path: Path) -> dict[str, Any]:
    """The names that a preset had, if there is one: lines find it after it was replaced, too."""
    return {key: value for key, value in read_json(path).items() if key == "formerly"} if path.exists() else {}


def _keep_clip(preset: Path, data: bytes, suffix: str) -> str:
    """-> its name, beside the preset. The content is in the name, so that the JSON changes from clip to clip at once.

    An earlier clip stays: lines that wait were accepted with it.
    """
    clip = preset.with_name(f"{preset.stem}-{hashlib.sha256(data).hexdigest()[:8]}{suffix.lower()}")
    write_atomic(clip, data)
    return clip.name


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
