"""Live's remote script against a stand-in of Live's objects, over a real socket. Not Live itself."""

from __future__ import annotations

import importlib.util
import sys
import threading
import types
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.drops.ableton_live import AbletonLive
from bridge.drops.base import DropError, DropJob
from bridge.ixml import ClipMetadata
from bridge.timeline import Position
from bridge.wav import read_info, write_wav
from tests.fakes import WAIT_S

SCRIPT = Path(__file__).parents[2] / "bridge" / "companions" / "ableton_cuevox" / "__init__.py"


class Clip:
    def __init__(self, song: Song, path: str, start_time: float) -> None:
        self.song, self.file_path, self.start_time = song, path, start_time
        self.is_audio_clip, self.warping, self.name = True, True, ""  # Live warps what it imports
        info = read_info(Path(path))
        self.sample_length, self._seconds = info.n_samples, info.n_samples / info.rate

    @property
    def end_time(self) -> float:
        return self.start_time + self._seconds * self.song.tempo / 60


@dataclass(eq=False)
class Slot:
    song: Song
    clip: Clip | None = None

    @property
    def has_clip(self) -> bool:
        return self.clip is not None

    def create_audio_clip(self, path: str) -> Clip:
        self.clip = Clip(self.song, path, 0.0)
        return self.clip

    def delete_clip(self) -> None:
        self.clip = None


@dataclass(eq=False)
class Track:
    song: Song
    name: str = "1-Audio"
    has_audio_input: bool = True
    is_frozen: bool = False
    arrangement_clips: list[Clip] = field(default_factory=list)
    clip_slots: list[Slot] = field(default_factory=list)

    def create_audio_clip(self, path: str, position: float) -> Clip:
        self.arrangement_clips.append(Clip(self.song, path, position))
        return self.arrangement_clips[-1]

    def delete_clip(self, clip: Clip) -> None:
        self.arrangement_clips.remove(clip)


class Song:
    def __init__(self) -> None:
        self.tempo = 97.3
        self.tracks: list[Track] = []
        self.n_scenes = 1
        self.undo_steps: list[str] = []
        tempo = types.SimpleNamespace(automation_state=0)
        self.master_track = types.SimpleNamespace(mixer_device=types.SimpleNamespace(song_tempo=tempo))

    def create_audio_track(self, index: int) -> None:
        assert index == -1
        self.tracks.append(Track(self, clip_slots=[Slot(self) for _ in range(self.n_scenes)]))

    def create_scene(self, index: int) -> None:
        self.n_scenes += 1
        for track in self.tracks:
            track.clip_slots.append(Slot(self))

    def begin_undo_step(self) -> None:
        self.undo_steps.append("begin")

    def end_undo_step(self) -> None:
        self.undo_steps.append("end")


class ControlSurface:
    """What Live's own class gives to a script that inherits from it."""

    def __init__(self, c_instance: Song) -> None:
        self._song = c_instance
        self.messages: list[str] = []

    def song(self) -> Song:
        return self._song

    def show_message(self, text: str) -> None:
        self.messages.append(text)

    def update_display(self) -> None: ...

    def disconnect(self) -> None: ...


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The remote script as Live loads it."""
    framework = types.ModuleType("_Framework.ControlSurface")
    framework.ControlSurface = ControlSurface  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "_Framework", types.ModuleType("_Framework"))
    monkeypatch.setitem(sys.modules, "_Framework.ControlSurface", framework)
    spec = importlib.util.spec_from_file_location("Cuevox", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PORT", 0)
    monkeypatch.setattr(module.Port.__init__, "__defaults__", (0,))
    return module


@pytest.fixture
def song() -> Song:
    return Song()


@pytest.fixture
def target(script: Any, song: Song) -> Iterator[AbletonLive]:
    """Live's main thread, which looks for requests again and again."""
    surface = script.create_instance(song)
    ending = threading.Event()

    def main_thread() -> None:
        while not ending.wait(0.005):
            surface.update_display()

    thread = threading.Thread(target=main_thread)
    thread.start()
    yield AbletonLive(surface._port.number, timeout_s=WAIT_S)
    ending.set()
    thread.join(WAIT_S)
    surface.disconnect()


def job(folder: Path, name: str, at: int | None, n_samples: int = 24_001) -> DropJob:
    path = folder / f"{name}.wav"
    write_wav(path, np.zeros(n_samples, np.float32), 48_000, 24, ClipMetadata(take=name))
    return DropJob(name, path, n_samples, 48_000, "Guard", None if at is None else Position(at, 48_000))


def test_a_clip_lies_at_its_sample_whatever_the_tempo_and_is_not_warped(
    target: AbletonLive, song: Song, tmp_path: Path
) -> None:
    asked = job(tmp_path, "gate_01_t01", 172_800_001)
    receipt = target.drop(asked)
    assert (receipt.track, receipt.where, receipt.n_samples) == ("Guard", asked.at, 24_001)
    assert target.drop(asked) == target.verify(asked) == receipt
    (clip,) = song.tracks[0].arrangement_clips
    assert clip.start_time == pytest.approx(172_800_001 / 48_000 * 97.3 / 60, abs=1e-9)
    assert (clip.warping, clip.name) == (False, "gate_01_t01")
    assert song.undo_steps == ["begin", "end"]
    assert "1 tracks open, at 97.3 BPM" in target.probe().text


def test_nothing_is_covered_and_midi_and_frozen_tracks_are_left_alone(
    target: AbletonLive, song: Song, tmp_path: Path
) -> None:
    song.tracks = [Track(song, "Guard", has_audio_input=False), Track(song, "Guard 2", is_frozen=True)]
    assert target.drop(job(tmp_path, "a", 480_000)).track == "Guard 3"
    assert target.drop(job(tmp_path, "b", 490_000)).track == "Guard 4"
    assert target.drop(job(tmp_path, "c", 480_000 + 24_001)).track == "Guard 3"


def test_without_a_place_clips_go_into_the_next_slots_of_the_session(
    target: AbletonLive, song: Song, tmp_path: Path
) -> None:
    first = target.drop(job(tmp_path, "a", None))
    second = target.drop(job(tmp_path, "b", None))
    assert "slot 1 in the Session" in first.verified and "slot 2 in the Session" in second.verified
    assert [slot.clip.name for slot in song.tracks[0].clip_slots if slot.clip] == ["a", "b"]
    target.undo(job(tmp_path, "a", None))
    assert [slot.has_clip for slot in song.tracks[0].clip_slots] == [False, True]


def test_undo_takes_out_that_clip_only_and_a_moved_one_is_noticed(
    target: AbletonLive, song: Song, tmp_path: Path
) -> None:
    first, second = job(tmp_path, "a", 0), job(tmp_path, "b", 480_000)
    target.drop(first)
    target.drop(second)
    target.undo(first)
    assert [clip.name for clip in song.tracks[0].arrangement_clips] == ["b"]
    song.tracks[0].arrangement_clips[0].start_time += 0.25
    with pytest.raises(DropError, match="not in the open Set at its place"):
        target.verify(second)


def test_what_live_cannot_do_is_told(target: AbletonLive, song: Song, tmp_path: Path) -> None:
    asked = job(tmp_path, "a", 480_000)
    song.master_track.mixer_device.song_tempo.automation_state = 1
    with pytest.raises(DropError, match="tempo is automated"):
        target.drop(asked)
    assert not song.tracks
    song.master_track.mixer_device.song_tempo.automation_state = 0
    target.drop(asked)
    song.tracks[0].arrangement_clips[0].warping = True
    with pytest.raises(DropError, match="turn Warp off"):
        target.verify(asked)
    song.tracks[0].arrangement_clips[0].warping = False
    with pytest.raises(DropError, match="not 24002"):
        target.verify(replace(asked, n_samples=24_002))


def test_rubbish_is_answered_and_does_not_stop_the_script(script: Any, song: Song) -> None:
    companion = script.Companion(song)
    for line in ("", "{", "[]", '{"action": "format_disk"}', '{"action": "drop"}'):
        assert '"ok": false' in companion.answer(line)


def test_without_live_the_way_to_start_it_is_named(script: Any, tmp_path: Path) -> None:
    port = script.Port(lambda line: "")
    number = port.number
    port.close()
    with pytest.raises(DropError, match="control surface"):
        AbletonLive(number).drop(job(tmp_path, "a", 0))
