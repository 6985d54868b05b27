"""What is on the disk after a crash trial's round: journal, clips, projects, and whether they agree."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rpp
import soundfile

SECONDS, RATE = 0.25, 48_000  # of every clip of the trial


@dataclass
class Wrongs:
    """What no crash may leave behind. All of it has to be empty."""

    lost: list[str] = field(default_factory=list)  # accepted, and unknown or without a clip afterwards
    torn: list[str] = field(default_factory=list)  # files that are not whole, or not as they were asked for
    orphaned: list[str] = field(default_factory=list)  # files that no take knows of
    duplicates: list[str] = field(default_factory=list)  # takes made twice, clips twice in a project

    def __iadd__(self, other: Wrongs) -> Wrongs:
        self.lost += other.lost
        self.torn += other.torn
        self.orphaned += other.orphaned
        self.duplicates += other.duplicates
        return self

    def __bool__(self) -> bool:
        return bool(self.lost or self.torn or self.orphaned or self.duplicates)


def look(data: Path, accepted: set[str], may_fail: set[str]) -> tuple[int, Wrongs]:
    """-> how many takes a data folder knows, and what is wrong in it. No daemon may be at work there.

    accepted: take ids. may_fail: those for which the disk was full or could not be written: they may have no clip, but
    have to say so.
    """
    wrongs, takes = Wrongs(), _takes(data)
    made = {take_id for take_id, take in takes.items() if take["path"]}
    told = {take_id for take_id, take in takes.items() if take["state"] == "failed" and "disk" in take["error"]}
    wrongs.lost += sorted(accepted - made - (told & may_fail))
    lines = Counter(take["line"] for take in takes.values())
    wrongs.duplicates += sorted(line for line, n in lines.items() if n > 1)
    wrongs.torn += [fault for take_id in sorted(made) if (fault := _fault_of_clip(takes[take_id]))]
    paths = {takes[take_id]["path"] for take_id in made}
    known = paths | {str(Path(path).with_suffix(".json")) for path in paths}
    files = {str(path) for path in (data / "clips").rglob("*") if path.is_file()}
    wrongs.orphaned += sorted(files - known) + [str(path) for path in data.rglob("*.part")]
    with contextlib.closing(sqlite3.connect(data / "cuevox.sqlite")) as database:
        (fault,) = database.execute("PRAGMA integrity_check").fetchone()
    wrongs.torn += [f"journal: {fault}"] if fault != "ok" else []
    dropped = {take_id for take_id, take in takes.items() if take["state"] == "dropped"}
    for name, names_in in PROJECTS:
        wrongs += _look_at_project(data / "projects" / name, names_in, dropped)
    return len(takes), wrongs


def look_at_cut(data: Path, accepted: set[str], done: set[str]) -> list[str]:
    """-> what is wrong in a data folder as a loss of power left it, before a daemon puts the rest right."""
    if not (data / "cuevox.sqlite").exists():
        return [f"the journal is gone, and with it {take_id}" for take_id in sorted(accepted)]
    try:
        takes = _takes(data)
    except sqlite3.Error as error:
        # A journal that was not begun yet is none; the next start begins it.
        return [f"journal: {error}"] if accepted or "no such table" not in str(error) else []
    wrong = [f"{take_id} was accepted and is not known" for take_id in sorted(accepted - takes.keys())]
    made = {take_id for take_id, take in takes.items() if take["path"]}
    wrong += [f"{take_id} was done and is not" for take_id in sorted(done - made)]
    wrong += [fault for take_id in sorted(made) if (fault := _fault_of_clip(takes[take_id]))]
    dropped = {take_id for take_id, take in takes.items() if take["state"] == "dropped"}
    for name, names_in in PROJECTS:
        found = _look_at_project(data / "projects" / name, names_in, dropped)
        wrong += [*found.torn, *found.lost, *found.duplicates]
    return wrong


def _takes(data: Path) -> dict[str, dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(data / "cuevox.sqlite")) as database:
        found = [json.loads(text) for (text,) in database.execute("SELECT take FROM take")]
    return {take["id"]: take for take in found}


def _fault_of_clip(take: dict[str, Any]) -> str:
    """What is wrong with a take's two files; empty when nothing is."""
    path = Path(take["path"])
    try:
        n_samples = soundfile.info(path).frames
        made = json.loads(path.with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError, soundfile.SoundFileError) as error:
        return f"{path}: {error}"
    if n_samples != SECONDS * RATE or made["take"] != take["id"] or made["seed"] != take["seed"]:
        return f"{path}: {n_samples} samples, take {made['take']}, seed {made['seed']}; the journal has {take}"
    return ""


def _look_at_project(path: Path, names_in: Any, dropped: set[str]) -> Wrongs:
    wrongs = Wrongs()
    if not path.exists():
        wrongs.lost += sorted(f"{name} from {path.name}" for name in dropped)
        return wrongs
    kept = path.with_name(f"{path.name}.cuevox-bak")
    try:
        names = names_in(path)
        before = names_in(kept) if kept.exists() else Counter[str]()
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, ET.ParseError) as error:
        wrongs.torn.append(f"{path} or {kept.name}: {error}")
        return wrongs
    wrongs.duplicates += [f"{name} in {path.name}" for name, n in names.items() if n > 1]
    wrongs.lost += sorted(f"{name} from {path.name}" for name in (dropped | set(before)) - set(names))
    return wrongs


def _names_in_reaper(path: Path) -> Counter[str]:
    items = rpp.loads(path.read_text("utf-8")).findall(".//ITEM")
    return Counter(item.find("NAME")[1] for item in items)


def _names_in_dawproject(path: Path) -> Counter[str]:
    """Raises ValueError also when a clip's sound is missing, or is nobody's."""
    with zipfile.ZipFile(path) as archive:
        if bad := archive.testzip():
            raise ValueError(f"{bad} is damaged")
        clips = list(ET.fromstring(archive.read("project.xml")).iter("Clip"))
        sounds = sorted(name for name in archive.namelist() if name.endswith(".wav"))
    wanted = sorted(file.get("path", "") for clip in clips if (file := clip.find("Audio/File")) is not None)
    if sounds != wanted:
        raise ValueError(f"{len(sounds)} sounds for {len(wanted)} clips")
    return Counter(clip.get("name", "") for clip in clips)


PROJECTS = (("cuevox.RPP", _names_in_reaper), ("cuevox.dawproject", _names_in_dawproject))
