"""The presets of one kind as they lie on the disk: read, found by name, and where one of the user's belongs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from bridge.errors import BadArgumentError, BridgeError, RefusedError, UnknownPresetError
from bridge.files import safe_name
from bridge.preset_files import MAX_NAME_LENGTH, EmotionPreset, TimbrePreset, read_json

Preset = TypeVar("Preset", TimbrePreset, EmotionPreset)


@dataclass(frozen=True)
class Shelf(Generic[Preset]):
    """Presets by the key of their name, in the order in which they are listed."""

    kind: str  # timbre or emotion
    presets: Mapping[str, Preset]
    files: Mapping[str, Path]  # the JSON file of each

    @property
    def names(self) -> Iterator[str]:
        return (preset.name for preset in self.presets.values())

    def named(self, name: str) -> Preset | None:
        """The preset that has this name now."""
        return self.presets.get(key_of(name))

    def find(self, name: str) -> Preset | None:
        """By the name it has, else by one that it had."""
        key = key_of(name)
        return self.presets.get(key) or next(
            (preset for preset in self.presets.values() if key in map(key_of, preset.formerly)), None
        )

    def beginning_with(self, names: Iterable[str]) -> Shelf[Preset]:
        """The same with these first, as far as there are any, and the others behind them as they were."""
        first: list[str] = [name for name in names if name in self.presets]
        order = [*first, *(name for name in self.presets if name not in first)]
        return replace(self, presets={name: self.presets[name] for name in order})

    def own(self, name: str) -> tuple[Path, dict[str, Any]]:
        """The file of a preset of the user's, and what it holds. Raises RefusedError, UnknownPresetError."""
        preset = self.named(name)
        if preset is None:
            raise UnknownPresetError(self.kind, name[:MAX_NAME_LENGTH], self.names)
        if preset.origin != "yours":
            raise RefusedError(
                f"{self.kind} preset {preset.name!r} comes with the program and stays as it is; duplicate it"
            )
        path = self.files[key_of(name)]
        return path, read_json(path)

    def place_in(self, folder: Path, name: str) -> Path:
        """The file for a preset of the user's. Raises RefusedError when the program ships one of that name."""
        before = self.named(name)
        if before is not None and before.origin == "yours":
            return self.files[key_of(name)]
        if before is not None:
            raise RefusedError(f"{self.kind} preset {before.name!r} comes with the program; choose another name")
        stem = safe_name(name.lower(), fallback="preset")
        path = folder / self.kind / f"{stem}.json"
        return next(free for free in _numbered_files(path) if not free.exists())


def read_shelf(
    kind: str,
    parse: Callable[[dict[str, Any], Path, str], Preset],
    folders: Iterable[tuple[Path, str]],
    problems: list[str],
) -> Shelf[Preset]:
    """The presets of `folders`, each with the origin of what lies there; by name within each.

    A file that cannot be used is left out, and told in `problems`.
    """
    presets: dict[str, Preset] = {}
    files: dict[str, Path] = {}
    for folder, origin in folders:
        found: list[tuple[str, Preset, Path]] = []
        for path in sorted((folder / kind).glob("*.json")):
            try:
                preset = parse(read_json(path), path, origin)
                key = key_of(preset.name)
                if key in presets:
                    raise BadArgumentError(f"there is a preset {preset.name!r} already; change its name")
                found.append((key, preset, path))
            except (BridgeError, OSError, ValueError, RecursionError) as error:
                problems.append(f"{kind} preset {path} is left out: {error}")
        for key, preset, path in sorted(found, key=lambda entry: entry[0]):
            presets[key], files[key] = preset, path
    return Shelf(kind, presets, files)


def key_of(name: str) -> str:
    """What is the same for all ways to write a name."""
    return name.strip().casefold()


def _numbered_files(path: Path) -> Iterator[Path]:
    yield path
    for n in itertools.count(2):
        yield path.with_stem(f"{path.stem}_{n}")
