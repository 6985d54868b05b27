"""Audacity for tests: the real program with a HOME of its own, and a stand-in that answers at pipes as it does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bridge.wav import read_info
from tests.ardour import display, skip_without, wait_for

MODULE = Path("/usr/lib/audacity/modules/mod-script-pipe.so")
PIPES = tuple(Path(f"/tmp/audacity_script_pipe.{way}.{os.getuid()}") for way in ("to", "from"))  # fixed in Audacity

# A module is used once its date in the settings is that of its file; else Audacity asks.
_SETTINGS = """NewPrefsInitialized=1
[Module]
mod-script-pipe=1
[ModulePath]
mod-script-pipe={module}
[ModuleDateTime]
mod-script-pipe={date}
[Directories]
TempDir={temp}
[GUI]
ShowSplashScreen=0
[Version]
Major=3
Minor=2
Micro=4
"""


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """A real one, with an empty project, until the end of the block. Only one can be at its pipes at a time."""
    skip_without("audacity", "Xvfb")
    assert not any(pipe.exists() for pipe in PIPES), "another Audacity is at the pipes; end it and remove them"
    home = folder / "home"
    (home / ".audacity-data").mkdir(parents=True)
    (home / "run").mkdir(mode=0o700)
    date = datetime.fromtimestamp(MODULE.stat().st_mtime).isoformat(timespec="seconds")
    settings = _SETTINGS.format(module=MODULE, date=date, temp=folder / "temp")
    (home / ".audacity-data" / "audacity.cfg").write_text(settings)
    environment = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
    }
    with display(environment) as screen, (folder / "audacity.log").open("wb") as log:
        process = subprocess.Popen(
            ["audacity"],
            env=environment | {"DISPLAY": screen},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(lambda: all(p.exists() for p in PIPES) or process.poll() is not None, "Audacity's pipes")
            assert process.poll() is None, (folder / "audacity.log").read_text(errors="replace")
            yield
        finally:
            process.kill()
            process.wait()
            for pipe in PIPES:
                pipe.unlink(missing_ok=True)


@dataclass(eq=False)
class Track:
    name: str
    kind: str
    clips: list[tuple[float, float]] = field(default_factory=list)  # of a label track: where its labels lie
    texts: list[str] = field(default_factory=list)


class StandIn:
    """Pipes in `folder`, and behind them as much of Audacity as drops need. Numbers have six digits, as there.

    `is_stuck`: it shows a dialogue. `has_window`: else commands vanish.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tracks: list[Track] = []
        self.said: list[str] = []
        self.is_stuck, self.has_window = False, True
        self._selected: list[int] = []
        self._time = (0.0, 0.0)
        self._cut = (0.0, 0.0)
        self._pipes = [folder / f"audacity_script_pipe.{way}.{os.getuid()}" for way in ("to", "from")]
        self._ending = False
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> StandIn:
        for pipe in self._pipes:
            os.mkfifo(pipe)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ending = True
        while self._thread.is_alive():
            try:  # whoever waits for a client at the one end or the other is let go
                for pipe, flags in zip(self._pipes, (os.O_WRONLY, os.O_RDONLY), strict=True):
                    os.close(os.open(pipe, flags | os.O_NONBLOCK))
            except OSError:
                pass
            self._thread.join(0.01)

    def _serve(self) -> None:
        while not self._ending:
            with self._pipes[0].open("rb") as asked, self._pipes[1].open("wb", buffering=0) as answers:
                for line in asked:
                    self.said.append(line.decode().strip())
                    if self.is_stuck:
                        continue
                    answers.write(self._answer(self.said[-1]).encode() if self.has_window else b"\n")
            if not self._ending:
                for pipe in self._pipes:  # as Audacity does between two clients
                    pipe.unlink()
                for pipe in self._pipes:
                    os.mkfifo(pipe)

    def _answer(self, line: str) -> str:
        command, _, rest = line.partition(":")
        values = {key: text.strip('"') for key, text in re.findall(r'(\w+)=("[^"]*"|\S+)', rest)}
        try:
            said = getattr(self, f"_{command}")(values)
        except (AttributeError, OSError, IndexError, KeyError, ValueError):
            return "\nBatchCommand finished: Failed!\n\n"
        return f"{said or ''}\nBatchCommand finished: OK\n\n"

    def _chosen(self, kind: str) -> list[Track]:
        return [self.tracks[i] for i in self._selected if self.tracks[i].kind == kind]

    def _GetInfo(self, values: dict[str, str]) -> str:
        def short(seconds: float) -> float:
            return float(f"{seconds:g}")

        lists: dict[str, list[Any]] = {
            "Tracks": [{"name": track.name, "kind": track.kind} for track in self.tracks],
            "Clips": [
                {"track": i, "start": short(start), "end": short(end)}
                for i, track in enumerate(self.tracks)
                if track.kind == "wave"
                for start, end in track.clips
            ],
            "Labels": [
                [i, [[short(a), short(b), text] for (a, b), text in zip(track.clips, track.texts, strict=True)]]
                for i, track in enumerate(self.tracks)
                if track.kind == "label"
            ],
        }
        return json.dumps(lists[values["Type"]])

    def _Import2(self, values: dict[str, str]) -> None:
        info = read_info(Path(values["Filename"]))
        self.tracks.append(Track("imported", "wave", [(0.0, info.n_samples / info.rate)]))

    def _SelectTracks(self, values: dict[str, str]) -> None:
        track = int(values["Track"])
        self._selected = [*self._selected, track] if values["Mode"] == "Add" else [track]

    def _SetClip(self, values: dict[str, str]) -> None:
        (track,) = self._chosen("wave")
        start, end = track.clips[0]
        new = float(values.get("Start", start))
        track.clips[0] = (new, new + end - start)

    def _SetTrackStatus(self, values: dict[str, str]) -> None:
        self.tracks[int(values["Track"])].name = values["Name"]

    def _SelTrackStartToEnd(self, values: dict[str, str]) -> None: ...

    def _Cut(self, values: dict[str, str]) -> None:
        (track,) = self._chosen("wave")
        self._cut = track.clips.pop()

    def _RemoveTracks(self, values: dict[str, str]) -> None:
        for i in sorted(self._selected, reverse=True):
            del self.tracks[i]

    def _SelectTime(self, values: dict[str, str]) -> None:
        self._time = (float(values["Start"]), float(values["End"]))

    def _Paste(self, values: dict[str, str]) -> None:
        (track,) = self._chosen("wave")
        track.clips.append((self._time[0], self._time[0] + self._cut[1] - self._cut[0]))

    def _NewLabelTrack(self, values: dict[str, str]) -> None:
        self.tracks.append(Track("Labels 1", "label"))

    def _AddLabel(self, values: dict[str, str]) -> None:
        (track,) = self._chosen("label")
        track.clips.append(self._time)
        track.texts.append("")

    def _SetLabel(self, values: dict[str, str]) -> None:
        left = int(values["Label"])
        for track in self.tracks:
            if left < len(track.texts):
                track.texts[left] = values["Text"]
                return
            left -= len(track.texts)

    def _SplitDelete(self, values: dict[str, str]) -> None:
        start, end = self._time
        for track in (self.tracks[i] for i in self._selected):
            kept = [i for i, (a, b) in enumerate(track.clips) if not (start - 1e-6 <= a and b <= end + 1e-6)]
            track.clips = [track.clips[i] for i in kept]
            track.texts = [track.texts[i] for i in kept] if track.texts else []
