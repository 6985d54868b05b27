"""The commands about the program itself, the takes of a line and drops that are taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import rpp

from bridge.settings import BadSettingsError, Settings
from bridge.timeline import parse_position
from tests.bridge.osc_desk import Desk, Studio, open_studio

RENDER, TEXT = "/cuevox/line/render", "Who goes there?"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path) as studio:
        yield studio


def test_subscribers_are_listed_and_leave(studio: Studio, desk: Desk) -> None:
    desk.ask("/cuevox/server/subscribe", "lines")
    desk.ask("/cuevox/server/subscribe", "errors")
    assert desk.ask("/cuevox/server/subscribers").data == (1, f"127.0.0.1:{desk.port} errors,lines")
    desk.ask("/cuevox/server/unsubscribe", "lines")
    assert desk.ask("/cuevox/server/subscribers").data == (1, f"127.0.0.1:{desk.port} errors")
    assert desk.ask("/cuevox/server/unsubscribe", "weather").code == "bad_argument"
    desk.ask("/cuevox/server/unsubscribe")
    assert desk.ask("/cuevox/server/subscribers").data == (0,)


def test_refresh_tells_every_line_anew(desk: Desk) -> None:
    assert desk.ask("/cuevox/server/refresh").code == "refused"
    for name in ("gate_01", "gate_02"):
        desk.ask(RENDER, name, TEXT)
    desk.ask("/cuevox/server/subscribe", "lines")
    desk.rest()
    assert desk.ask("/cuevox/server/refresh").data == (2,)
    told = {desk.hear(lambda h: h.address == "/cuevox/line/changed").args[0] for _ in range(2)}
    assert told == {"gate_01", "gate_02"}


def test_the_sound_device_is_listed_chosen_and_told(studio: Studio, desk: Desk) -> None:
    assert desk.ask("/cuevox/server/devices").data == ("system", "system", "Headphones")
    desk.ask("/cuevox/server/subscribe", "errors")
    chosen = desk.ask("/cuevox/server/device", "Headphones")
    assert chosen.data == ("Headphones", 48_000, 10.0, 0, "")
    assert desk.hear(lambda h: h.address == "/cuevox/sound/device").args[0] == "Headphones"
    assert studio.daemon.settings.audio_device == "Headphones"
    assert desk.ask("/cuevox/server/device", "Moon Speakers").code == "device_failed"
    assert desk.ask("/cuevox/server/device", "").data[0] == "system"


def test_drop_targets_are_probed(desk: Desk) -> None:
    probed = desk.ask("/cuevox/server/targets")
    assert probed.data == (2, "reaper_project", 1, "dawproject", 1)
    assert "reaper_project: " in probed.text


def test_a_tempo_map_is_taken_on_and_kept(studio: Studio, desk: Desk) -> None:
    assert desk.ask("/cuevox/server/tempo", "120 4/4; 3=60").data == ("120 4/4; 3=60 4/4",)
    desk.ask(RENDER, "gate_01", TEXT, "at", "bar:4.1.0")
    assert studio.daemon.lines()[0].cue.at == parse_position("sec:8", rate=48_000)
    assert desk.ask("/cuevox/server/tempo", 90.5).data == ("90.5 4/4",)
    assert desk.ask("/cuevox/server/tempo", "fast").code == "bad_argument"
    assert Settings.load(studio.daemon.settings.data_folder).tempo_map == "90.5 4/4"


def test_takes_are_listed_and_locked(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "gate_01", TEXT, "takes", 2)
    desk.status("done", RENDER)
    takes = desk.ask("/cuevox/line/takes", "gate_01")
    assert takes.data == ("gate_01", 0, "gate_01_t01", 2, "gate_01_t01", "gate_01_t02")
    assert desk.ask("/cuevox/line/takes", "gate_01", 1).data[4:] == ("gate_01_t02",)
    assert desk.ask("/cuevox/line/lock", "gate_01", "yes").data == ("gate_01", "gate_01_t01")
    assert desk.ask("/cuevox/line/takes", "gate_01").data[1] == 1
    assert desk.ask("/cuevox/line/pick", "gate_01", "gate_01_t02").status == "error"
    assert desk.ask("/cuevox/line/lock", "gate_01", 0).status == "done"
    assert desk.ask("/cuevox/line/pick", "gate_01", "gate_01_t02").status == "done"
    assert desk.ask("/cuevox/line/takes", "nobody").code == "not_found"


def items(studio: Studio) -> int:
    return studio.daemon.settings.reaper_project.read_text().count("<ITEM")


def test_a_drop_is_taken_back(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "gate_01", TEXT, "at", "sec:3")
    assert desk.ask("/cuevox/line/undrop", "gate_01").status == "error"  # it was never dropped
    assert desk.ask("/cuevox/line/drop", "gate_01", "at", "sec:9").status == "done"
    assert items(studio) == 1
    undone = desk.ask("/cuevox/line/undrop", "gate_01", "target", "reaper_project")
    assert undone.data == ("gate_01", "gate_01_t01", "reaper_project")
    assert items(studio) == 0 and rpp.loads(studio.daemon.settings.reaper_project.read_text())
    assert studio.daemon.lines()[0].state == "dropped"  # it still is in the other one
    assert desk.ask("/cuevox/line/undrop", "gate_01").data[2] == "dawproject"
    assert studio.daemon.lines()[0].state == "ready"
    assert desk.ask("/cuevox/line/undrop", "gate_01").code == "drop_failed"
    assert desk.ask("/cuevox/line/undrop", "nobody").code == "not_found"
    assert desk.ask("/cuevox/line/drop", "gate_01").status == "done"
    assert items(studio) == 1


LEVELS = {"osc_passcode": "for editing", "osc_passcode_play": "for playing", "osc_passcode_look": "for looking"}


def test_each_passcode_reaches_as_far_as_its_level(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0, **LEVELS)  # type: ignore[arg-type]
    with open_studio(tmp_path, settings=settings) as studio:
        asked = {
            "look": ("/cuevox/line/status", "gate_01"),
            "play": ("/cuevox/line/stop",),
            "edit": (RENDER, "gate_02", TEXT),
        }
        for n, (level, passcode) in enumerate(zip(("edit", "play", "look"), LEVELS.values(), strict=True)):
            with Desk(studio.port) as desk:
                assert desk.ask("/cuevox/server/ping").code == "not_connected"
                assert desk.ask("/cuevox/connect", passcode).data == (level,)
                if level == "edit":
                    desk.ask(RENDER, "gate_01", TEXT)
                allowed = [what for what, command in asked.items() if desk.ask(*command).code != "not_allowed"]
                assert allowed == ["look", "play", "edit"][: 3 - n]
        with Desk(studio.port) as desk:
            desk.ask("/cuevox/connect", LEVELS["osc_passcode_play"])
            assert desk.ask("/cuevox/line/play", "gate_01").status == "done"
            assert desk.ask("/cuevox/line/gate_01/play", 1).status == "done"
            refused = desk.ask("/cuevox/line/play", "gate_01", "Something new.")  # speaking is more than playing
            assert refused.code == "not_allowed" and "takes the level edit" in refused.text


@pytest.mark.parametrize(
    "values",
    [
        {"osc_passcode_look": "for looking"},
        {"osc_passcode": "the same one", "osc_passcode_play": "the same one"},
        {"osc_passcode": "long enough", "osc_passcode_play": "short"},
    ],
)
def test_passcodes_that_make_no_sense_are_refused(tmp_path: Path, values: dict[str, str]) -> None:
    with pytest.raises(BadSettingsError):
        Settings(tmp_path, **values)  # type: ignore[arg-type]


def test_what_it_can_do_stands_behind_the_version(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0, osc_time_tags=False, rate=44_100, drop_targets=("watch_folder",))
    with open_studio(tmp_path, settings=settings) as studio, Desk(studio.port) as desk:
        words = desk.ask("/cuevox/server/version").data[3:]
    assert {"buttons", "osc_query", "rate:44100", "depth:24", "drop:watch_folder"} <= set(words)
    assert not {"time_tags", "passcode", "consent_required"} & set(words)


def test_lists_are_had_page_by_page(studio: Studio, desk: Desk) -> None:
    for n in range(40):
        desk.ask(RENDER, f"a line with quite a long name, number {n:02}", TEXT)
    got: list[str] = []
    while len(got) < 40:
        total, *page = desk.ask("/cuevox/line/list", len(got)).data
        assert total == 40 and page
        got += page
    assert got == [line.cue.id for line in studio.daemon.lines()]
    assert desk.ask("/cuevox/server/devices", 1).data == ("system", "Headphones")
    desk.ask("/cuevox/server/subscribe", "lines")
    assert desk.ask("/cuevox/server/subscribers", 1).data == (1,)


def test_the_best_take_and_the_earlier_one_are_picked_by_these_words(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "gate_01", TEXT, "takes", 2)
    desk.status("done", RENDER)
    best = studio.daemon.lines()[0].ranked[0].id
    other = next(take.id for take in studio.daemon.lines()[0].takes if take.id != best)
    desk.ask("/cuevox/line/pick", "gate_01", other)
    assert desk.ask("/cuevox/line/pick", "gate_01", "best").data == ("gate_01", best)
    assert desk.ask("/cuevox/line/pick", "gate_01", "earlier").data == ("gate_01", other)


def test_a_drop_target_that_is_not_set_is_told_apart_from_one_there_is_none_of(desk: Desk) -> None:
    desk.ask(RENDER, "gate_01", TEXT)
    unset = desk.ask("/cuevox/line/drop", "gate_01", "target", "pro_tools")
    assert unset.code == "refused" and "drop_targets" in unset.text
    assert desk.ask("/cuevox/line/drop", "gate_01", "target", "tape").code == "bad_argument"
