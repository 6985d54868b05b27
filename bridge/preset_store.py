"""Presets on disk: those that come with the program, and the user's own. A clip of the library is a timbre, too."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bridge.emotion_source import EmotionSource, emotion_of, read_emotion, weights_of
from bridge.errors import BadArgumentError, NotFoundError, RefusedError, UnknownPresetError
from bridge.files import write_atomic
from bridge.inbox import Inbox
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
from bridge.preset_removal import RemovedPresets
from bridge.preset_shelf import Shelf, key_of, read_shelf
from engine.types import EMOTIONS

SHIPPED = Path(__file__).resolve().parent.parent / "presets"
MORPH = "morph:"  # morph:FIRST,SECOND=SHARE is a voice between two


class PresetStore:
    """Looks presets up by name, whatever its case, and learns new ones. May be used by any thread."""

    def __init__(self, own: Path, inbox: Path, *, shipped: Path = SHIPPED) -> None:
        self._own, self._shipped = own, shipped
        self._inbox = Inbox(inbox)
        self._removed = RemovedPresets(own)
        self._writing = threading.Lock()
        self.problems: tuple[str, ...] = ()  # preset files that could not be read, for people
        self._timbres: Shelf[TimbrePreset] = Shelf("timbre", {}, {})
        self._emotions: Shelf[EmotionPreset] = Shelf("emotion", {}, {})
        self.reload()

    def reload(self) -> None:
        """Read the folders again. A file that cannot be used is left out and told in `problems`."""
        problems: list[str] = []
        folders = ((self._shipped, "cuevox"), (self._own, "yours"))
        self._timbres = read_shelf("timbre", timbre_preset, folders, problems)
        # The eight and neutral stand first and in their order, then blends and the user's own by name.
        emotions = read_shelf("emotion", emotion_preset, folders, problems)
        self._emotions = emotions.beginning_with(("neutral", *EMOTIONS))
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
        clip = self._inbox.find(name)
        if clip is None:
            raise UnknownPresetError("timbre", name[:MAX_NAME_LENGTH], self._timbres.names)
        return TimbrePreset(clip.stem, f"the clip {clip.name}", colour_of(clip.stem), "yours", clip)

    def emotion(self, name: str) -> EmotionPreset:
        """Raises UnknownPresetError."""
        found = self._emotions.find(name)
        if found is None:
            raise UnknownPresetError("emotion", name.strip()[:MAX_NAME_LENGTH], self._emotions.names)
        return found

    def emotion_source(self, text: str, line_text: str) -> EmotionSource:
        """What a cue's `emotion` means. Raises BadArgumentError, UnknownPresetError, NotFoundError, EmptyTextError."""
        return read_emotion(text, line_text, lambda name: emotion_of(self.emotion(name).weights), self._clip)

    def add_timbre(self, name: str, file: str, note: str = "", consent: str = "", colour: str = "") -> float:
        """Learn the clip `file` of the inbox as timbre `name`. -> seconds of speech found in it.

        `consent`: the speaker's, in words, to be kept with the voice. A timbre of the user's of that name is replaced.

        Raises RefusedError, NotFoundError, BadArgumentError, BadClipError.
        """
        name = _checked_timbre_name(name)
        check_colour(colour)
        source, speech_s = self._inbox.speech_in(file)
        data = source.read_bytes()
        with self._writing:
            path = self._timbres.place_in(self._own, name)
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
            path = self._timbres.place_in(self._own, name)
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
            path = self._emotions.place_in(self._own, name)
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
            same = self._emotions.named(preset.name)
            if same is not None and same.weights == preset.weights:
                names.append(same.name)  # it is there already
                continue
            name = next(n for n in _numbered(preset.name) if self._emotions.named(n) is None)
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
            path, values = shelf.own(name)
            taken = shelf.named(new)
            if taken is not None and shelf.files[key_of(new)] != path:
                raise RefusedError(f"there is a {kind} preset {taken.name!r} already; choose another name")
            former = [values["name"], *values.get("formerly", [])]
            values["formerly"] = [each for each in dict.fromkeys(former) if key_of(each) != key_of(new)]
            write_json(path, values | {"name": new})
            self.reload()

    def remove(self, kind: str, name: str) -> None:
        """Take a preset of the user's away, until bring_back() is asked for it. Its clips stay.

        Raises RefusedError, BadArgumentError, UnknownPresetError.
        """
        with self._writing:
            path, values = self._shelf(kind).own(name)
            self._removed.take(kind, values["name"], path)
            self.reload()

    def bring_back(self, kind: str, name: str) -> None:
        """Put a preset that was removed back. Raises NotFoundError, RefusedError, BadArgumentError."""
        with self._writing:
            shelf = self._shelf(kind)
            taken = shelf.named(name)
            if taken is not None:
                raise RefusedError(f"there is a {kind} preset {taken.name!r} again; rename that one first")
            self._removed.bring_back(kind, name, shelf.place_in(self._own, name))
            self.reload()

    def _shelf(self, kind: str) -> Shelf[Any]:
        shelves: dict[str, Shelf[Any]] = {"timbre": self._timbres, "emotion": self._emotions}
        if kind not in shelves:
            raise BadArgumentError(f"there are no presets of kind {kind[:80]!r}; ask for timbre or emotion")
        return shelves[kind]

    def _clip(self, name: str) -> Path:
        """The clip of a timbre preset or of the inbox. Raises NotFoundError."""
        preset = self._timbres.find(name)
        clip = preset.clip if preset is not None else self._inbox.find(name)
        if clip is None:
            raise NotFoundError(
                f"no clip {name[:MAX_NAME_LENGTH]!r}: it is neither a timbre nor a file in {self._inbox.folder}; "
                "put it there"
            )
        return clip


def _numbered(name: str) -> Iterator[str]:
    """name, name 2, name 3..., each short enough."""
    yield name
    for n in itertools.count(2):
        yield f"{name[: MAX_NAME_LENGTH - 4].rstrip()} {n}"


def _checked_timbre_name(name: str) -> str:
    name = checked_name(name)
    if name.startswith(MORPH):
        raise BadArgumentError(f"timbre name {name!r} would read as a voice between two; leave out {MORPH}")
    return name


def _checked_emotion_name(name: str) -> str:
    name = checked_name(name)
    if "=" in name or ":" in name or key_of(name) in ("auto", "context"):
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
