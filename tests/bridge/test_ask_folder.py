"""Lines that scripts ask for with a file: taken on once, answered at once, wrong ones refused by name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.settings import Settings
from tests.bridge.osc_desk import Studio, open_studio
from tests.fakes import WAIT_S

lupa = pytest.importorskip("lupa", reason="needs a Lua interpreter: pip install lupa")

SCRIPT = Path(__file__).parents[2] / "bridge" / "companions" / "reaper_cuevox_ask.lua"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    # The companion is not at work here, so nothing is dropped; that is tried in test_reaper_live.py.
    settings = Settings(folder, osc_port=0, drop_targets=("reaper_live", "watch_folder"))
    with open_studio(folder, settings=settings) as studio:
        yield studio


def put(studio: Studio, name: str, text: str | bytes) -> None:
    folder = studio.daemon.settings.reaper_spool
    (folder / "put.part").write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "put.part").rename(folder / f"{name}.ask")


def answer(studio: Studio, name: str) -> dict[str, str]:
    path = studio.daemon.settings.reaper_spool / f"{name}.answer"
    deadline_s = time.monotonic() + WAIT_S
    while not path.exists():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    assert not path.with_suffix(".ask").exists()
    return dict(line.split("=", 1) for line in path.read_text("utf-8").splitlines())


def test_a_request_becomes_a_line(studio: Studio) -> None:
    put(studio, "a", "line=item_1\ntext=Wer da? = Who goes there?\nat=smp:96001@48000\nseconds=smp:43200@48000\n")
    assert answer(studio, "a") == {"ok": "1", "text": "item_1_t01 is queued"}
    cue = next(line.cue for line in studio.daemon.lines() if line.cue.id == "item_1")
    assert (cue.text, cue.at and cue.at.sample, cue.drop) == ("Wer da? = Who goes there?", 96_001, True)
    assert cue.length is not None and cue.length.samples(48_000) == 43_200


@pytest.mark.parametrize(
    ("request_text", "code", "named"),
    [
        ("text=Hello", "bad_argument", "line is empty"),
        ("line=b", "text_empty", "text"),
        ("line=b\ntext=Hello\nsecond=2", "bad_argument", "'second'"),
        ("line=b\ntext=Hello\nseconds=0", "seconds_out_of_range", "0"),
        ("line=b\ntext=Hello\ntimbre=Nobody", "unknown_timbre", "Nobody"),
        (b"line=b\ntext=\xff\xfe", "bad_argument", "UTF-8"),
        (b"line=b\ntext=" + b"x" * 200_000, "bad_argument", "bytes"),
    ],
)
def test_a_wrong_request_is_refused_by_name(studio: Studio, request_text: str | bytes, code: str, named: str) -> None:
    name = f"wrong_{abs(hash(request_text))}"
    put(studio, name, request_text)
    given = answer(studio, name)
    assert (given["ok"], given["code"]) == ("0", code)
    assert named in given["text"]


def test_without_the_drop_target_nothing_is_made_in_vain(tmp_path: Path) -> None:
    with open_studio(tmp_path) as studio:
        put(studio, "a", "line=item_1\ntext=Who goes there?\n")
        given = answer(studio, "a")
        assert given["code"] == "refused" and "add reaper_live" in given["text"]
        assert studio.daemon.lines() == ()


class FakeReaper:
    """As much of the ReaScript functions as the asking script uses; items are dicts, markers tuples."""

    def __init__(self, spool: Path | str) -> None:
        self.spool, self.items, self.markers = str(spool), [], []  # type: ignore[var-annotated]
        self.cursor, self.told = (-1, -1), ""

    def run(self) -> None:
        lua = lupa.LuaRuntime(unpack_returned_tuples=True)
        table = lua.table()
        for name in dir(self):
            if name[0].isupper():
                table[name] = getattr(self, name)
        lua.globals().reaper = table
        lua.execute(SCRIPT.read_text("utf-8"))

    def GetExtState(self, section: str, key: str) -> str:
        return self.spool

    def GetSetProjectInfo(self, project: int, key: str, value: float, is_set: bool) -> float:
        assert (key, is_set) == ("PROJECT_SRATE", False)
        return 48_000.0

    def MB(self, text: str, title: str, kind: int) -> None:
        self.told = text

    def CountSelectedMediaItems(self, project: int) -> int:
        return len(self.items)

    def GetSelectedMediaItem(self, project: int, index: int) -> dict[str, Any]:
        return self.items[index]

    def GetSetMediaItemInfo_String(self, item: Any, key: str, value: str, is_set: bool) -> tuple[bool, str]:
        return True, item[key]

    def GetActiveTake(self, item: Any) -> Any:
        return item

    def GetSetMediaItemTakeInfo_String(self, take: Any, key: str, value: str, is_set: bool) -> tuple[bool, str]:
        return True, take["P_NAME"]

    def GetMediaItemTrack(self, item: Any) -> str:
        return item["track"]

    def GetSetMediaTrackInfo_String(self, track: str, key: str, value: str, is_set: bool) -> tuple[bool, str]:
        return True, track

    def GetMediaItemInfo_Value(self, item: Any, key: str) -> float:
        return item[key]

    def GetCursorPosition(self) -> float:
        return 0.0

    def GetLastMarkerAndCurRegion(self, project: int, position: float) -> tuple[int, int]:
        return self.cursor

    def EnumProjectMarkers(self, index: int) -> tuple[int, bool, float, float, str, int]:
        return self.markers[index]


def test_reaper_asks_for_its_selected_items(studio: Studio) -> None:
    reaper = FakeReaper(studio.daemon.settings.reaper_spool)
    item = {"P_NOTES": "Hold\r\nthe gate!", "P_NAME": "placeholder", "GUID": "{AB12CD34-0000}", "track": "Guard"}
    item |= {"D_POSITION": 3.5, "D_LENGTH": 0.9}
    reaper.items = [item, item | {"P_NOTES": "", "P_NAME": "Who goes there?", "GUID": "{EF56AB78-0000}"}]
    reaper.run()
    assert answer(studio, "item_AB12CD34")["ok"] == answer(studio, "item_EF56AB78")["ok"] == "1"
    cues = {line.cue.id: line.cue for line in studio.daemon.lines()}
    first, second = cues["item_AB12CD34"], cues["item_EF56AB78"]
    assert (first.text, second.text) == ("Hold the gate!", "Who goes there?")
    assert first.character == "Guard" and first.at is not None and first.at.sample == 168_000
    assert first.length is not None and first.length.samples(48_000) == 43_200


def test_reaper_asks_for_the_region_or_the_marker_at_the_cursor(studio: Studio) -> None:
    reaper = FakeReaper(studio.daemon.settings.reaper_spool)
    reaper.markers = [(1, False, 1.0, 0.0, "Look, the sky!", 7), (2, True, 2.0, 3.2, "Open the gate.", 8)]
    for reaper.cursor, name in (((0, 1), "region_8"), ((0, -1), "marker_7")):
        reaper.run()
        assert answer(studio, name)["ok"] == "1"
    cues = {line.cue.id: line.cue for line in studio.daemon.lines()}
    assert cues["region_8"].length is not None and cues["region_8"].length.samples(48_000) == 57_600
    assert cues["marker_7"].length is None and cues["marker_7"].text == "Look, the sky!"


def test_reaper_says_when_there_is_nothing_to_ask_for(studio: Studio) -> None:
    reaper = FakeReaper(studio.daemon.settings.reaper_spool)
    reaper.run()
    assert "select items" in reaper.told
    reaper.spool = ""
    reaper.run()
    assert "reaper_cuevox.lua first" in reaper.told
