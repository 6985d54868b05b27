"""The REAPER companion under a real Lua, against a stand-in for REAPER's functions; requests go through real files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bridge.drops.base import DropError, DropJob
from bridge.drops.reaper_live import ReaperLive
from bridge.timeline import Position

lupa = pytest.importorskip("lupa", reason="needs a Lua interpreter: pip install lupa")

SCRIPT = Path(__file__).parents[2] / "bridge" / "companions" / "reaper_cuevox.lua"


@dataclass(eq=False)
class Track:
    name: str = ""
    items: list[Item] = field(default_factory=list)


@dataclass(eq=False)
class Item:
    track: Track
    values: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    source: str = ""


class FakeReaper:
    """As much of the ReaScript functions as the companion uses, with their argument order."""

    def __init__(self, spool: Path, tracks: list[Track] | None = None) -> None:
        self.tracks: list[Track] = [] if tracks is None else tracks
        self.deferred: Callable[[], None] | None = None
        self.undo_names: list[str] = []
        self.now_s = 0.0
        self.console = ""
        self.frozen = 0
        self.spool = str(spool)
        self.lua = lupa.LuaRuntime(unpack_returned_tuples=True)
        table = self.lua.table()
        for name in dir(self):
            if name[0].isupper() or name in ("defer", "time_precise"):
                table[name] = getattr(self, name)
        self.lua.globals().reaper = table
        self.lua.execute(SCRIPT.read_text(encoding="utf-8"))

    def step(self, _s: float = 0) -> None:
        self.now_s += 0.1
        assert self.deferred is not None
        self.deferred()

    @property
    def items(self) -> list[Item]:
        return [item for track in self.tracks for item in track.items]

    def defer(self, function: Callable[[], None]) -> None:
        self.deferred = function

    def time_precise(self) -> float:
        return self.now_s

    def GetExtState(self, section: str, key: str) -> str:
        return self.spool if key == "spool" else ""

    def EnumerateFiles(self, folder: str, index: int) -> str | None:
        names = sorted(p.name for p in Path(folder).iterdir())
        return names[index] if 0 <= index < len(names) else None

    def ShowConsoleMsg(self, text: str) -> None:
        self.console += text

    def CountTracks(self, project: int) -> int:
        return len(self.tracks)

    def GetTrack(self, project: int, index: int) -> Track:
        return self.tracks[index]

    def InsertTrackAtIndex(self, index: int, defaults: bool) -> None:
        self.tracks.insert(index, Track())

    def GetSetMediaTrackInfo_String(self, track: Track, key: str, value: str, is_set: bool) -> tuple[bool, str]:
        assert key == "P_NAME"
        if is_set:
            track.name = value
        return True, track.name

    def CountMediaItems(self, project: int) -> int:
        return len(self.items)

    def GetMediaItem(self, project: int, index: int) -> Item:
        return self.items[index]

    def CountTrackMediaItems(self, track: Track) -> int:
        return len(track.items)

    def GetTrackMediaItem(self, track: Track, index: int) -> Item:
        return track.items[index]

    def GetMediaItemTrack(self, item: Item) -> Track:
        return item.track

    def AddMediaItemToTrack(self, track: Track) -> Item:
        track.items.append(Item(track))
        return track.items[-1]

    def DeleteTrackMediaItem(self, track: Track, item: Item) -> bool:
        track.items.remove(item)
        return True

    def AddTakeToMediaItem(self, item: Item) -> Item:
        return item

    def PCM_Source_CreateFromFile(self, path: str) -> str | None:
        return path if Path(path).is_file() else None

    def SetMediaItemTake_Source(self, take: Item, source: str) -> bool:
        take.source = source
        return True

    def SetMediaItemInfo_Value(self, item: Item, key: str, value: float) -> bool:
        item.values[key] = value
        return True

    def GetMediaItemInfo_Value(self, item: Item, key: str) -> float:
        return item.values.get(key, 0.0)

    def GetSetMediaItemTakeInfo_String(self, take: Item, key: str, value: str, is_set: bool) -> tuple[bool, str]:
        return self.GetSetMediaItemInfo_String(take, key, value, is_set)

    def GetSetMediaItemInfo_String(self, item: Item, key: str, value: str, is_set: bool) -> tuple[bool, str]:
        if is_set:
            item.texts[key] = value
        return key in item.texts, item.texts.get(key, "")

    def Undo_BeginBlock2(self, project: int) -> None: ...

    def Undo_EndBlock2(self, project: int, name: str, flags: int) -> None:
        self.undo_names.append(name)

    def PreventUIRefresh(self, count: int) -> None:
        self.frozen += count

    def UpdateArrange(self) -> None: ...

    def Main_OnCommand(self, command: int, flag: int) -> None: ...


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


@pytest.fixture
def reaper(spool: Path) -> FakeReaper:
    return FakeReaper(spool)


@pytest.fixture
def target(spool: Path, reaper: FakeReaper) -> ReaperLive:
    return ReaperLive(spool, sleep=reaper.step)  # each wait of ours is a turn of REAPER's


@pytest.fixture
def job(tmp_path: Path) -> DropJob:
    clip = tmp_path / "guard_t01.wav"
    clip.write_bytes(b"RIFF")
    place = Position(172_800_001, 48000)  # an hour in, where a 32-bit float would be samples off
    return DropJob("guard_t01", clip, 115_201, 48000, "Guard", place, text="Halt!\nWho goes?")


def test_the_clip_lies_at_its_sample_with_one_undo_step(target: ReaperLive, reaper: FakeReaper, job: DropJob) -> None:
    receipt = target.drop(job)
    (item,) = reaper.items
    assert item.values["D_POSITION"] == 172_800_001 / 48000 and item.values["D_LENGTH"] == 115_201 / 48000
    assert item.source == str(job.clip.resolve()) and item.track.name == "Guard" == receipt.track
    assert item.texts["P_NAME"] == "guard_t01" and item.texts["P_NOTES"] == "Halt! Who goes?"
    assert (receipt.where, receipt.n_samples) == (job.at, 115_201)
    assert reaper.undo_names == ["Cuevox: guard_t01"]


def test_the_same_drop_again_is_answered_and_not_done_twice(
    target: ReaperLive, reaper: FakeReaper, job: DropJob
) -> None:
    assert target.drop(job) == target.drop(job) == target.verify(job)
    assert len(reaper.items) == 1


def test_undo_takes_out_that_item_only(target: ReaperLive, reaper: FakeReaper, job: DropJob) -> None:
    target.drop(job)
    target.drop(replace(job, id="mira_t01", character="Mira"))
    target.undo(job)
    assert [item.texts["P_EXT:cuevox_id"] for item in reaper.items] == ["mira_t01"]
    with pytest.raises(DropError, match="not in the open project"):
        target.undo(job)


def test_nothing_is_covered_and_without_a_place_clips_follow(
    target: ReaperLive, reaper: FakeReaper, job: DropJob
) -> None:
    target.drop(job)
    assert target.drop(replace(job, id="again")).track == "Guard 2"
    assert target.drop(replace(job, id="late", at=None)).where.sample == 172_800_001 + 115_201 + 48_000


def test_an_item_that_was_moved_is_noticed(target: ReaperLive, reaper: FakeReaper, job: DropJob) -> None:
    target.drop(job)
    reaper.items[0].values["D_POSITION"] += 1.0
    with pytest.raises(DropError, match="not where it was asked for"):
        target.verify(job)


def test_a_failure_inside_reaper_comes_back_as_an_error(
    target: ReaperLive, reaper: FakeReaper, job: DropJob, spool: Path
) -> None:
    def refuse(*_: Any) -> None:
        raise RuntimeError("no more sources")

    reaper.lua.globals().reaper.SetMediaItemTake_Source = refuse
    with pytest.raises(DropError, match="no more sources"):
        target.drop(job)
    assert not reaper.items and reaper.frozen == 0, "no half a drop, and REAPER paints again"
    assert {p.name for p in spool.iterdir()} == {"alive"}, "nothing is left to be done later"


def test_without_the_companion_the_way_to_start_it_is_named(spool: Path, job: DropJob) -> None:
    with pytest.raises(DropError, match=r"reaper_cuevox\.lua"):
        ReaperLive(spool).drop(job)


def test_a_request_that_nobody_answers_is_withdrawn(spool: Path, job: DropJob) -> None:
    (spool / "alive").touch()
    with pytest.raises(DropError, match="did not answer"):
        ReaperLive(spool, timeout_s=0.05).drop(job)
    assert {p.name for p in spool.iterdir()} == {"alive"}


def test_rubbish_in_the_spool_folder_does_not_stop_the_companion(
    target: ReaperLive, reaper: FakeReaper, job: DropJob, spool: Path
) -> None:
    (spool / "rubbish.job").write_bytes(bytes(range(256)))
    (spool / "half.job").write_text("action=drop\nid=x\n")
    (spool / "odd.job").write_text("action=format_disk\n")
    target.drop(job)
    assert len(reaper.items) == 1
    assert "lacks id" in (spool / "half.result").read_text()
    assert "does not know" in (spool / "odd.result").read_text()


def test_what_cuevox_refuses_is_shown_in_reaper(target: ReaperLive, reaper: FakeReaper, spool: Path) -> None:
    (spool / "item_1.answer").write_text("ok=0\ncode=text_empty\ntext=the text has no words\n")
    (spool / "item_2.answer").write_text("ok=1\ntext=item_2_t01 is queued\n")
    reaper.step()
    assert reaper.console == "Cuevox: the text has no words\n"
    assert not list(spool.glob("*.answer"))
