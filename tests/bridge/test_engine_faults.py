"""A voice that is short of memory, breaks or is changed under the daemon: lines go on, and people are told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.cue import Cue, Length
from bridge.daemon import Daemon
from bridge.model_watch import LOOK_S, ModelWatch
from bridge.settings import Settings
from engine import interruption
from engine.errors import OutOfMemoryError
from engine.types import Audio, RenderRequest
from tests.bridge.osc_desk import Desk, open_studio
from tests.event_log import EventLog
from tests.fakes import WAIT_S, FakeSynthesizer, ManualClock

RENDER, PLAY = "/cuevox/line/render", "/cuevox/line/play"
FULL = OutOfMemoryError("the device has not enough memory for the GPT; split the line")


def test_a_line_that_the_memory_is_too_small_for_is_made_all_the_same_and_says_how(tmp_path: Path) -> None:
    with open_studio(tmp_path) as studio, Desk(studio.port) as desk:
        studio.voice.ways_out = ["lines are made on the CPU from now on"]
        studio.voice.failure = FULL
        desk.send(RENDER, "l", "Halt!", "seconds", 0.3, "seed", 7)
        assert "on the CPU" in desk.status("warning").text
        done = desk.status("done")
        assert done.data[:2] == ("l", "l_t01") and done.data[3] == 14_400 and done.data[6] == 7
        made = json.loads(Path(done.data[2]).with_suffix(".json").read_text("utf-8"))
        assert any("on the CPU" in warning for warning in made["warnings"])
        studio.voice.failure = FULL  # and there is no way out any more
        failed = desk.ask(RENDER, "m", "Halt!")
        assert (failed.status, failed.code) == ("error", "out_of_memory") and "split the line" in failed.text
        assert desk.ask(RENDER, "n", "Halt!").status == "done"


def test_a_live_line_is_not_begun_twice(tmp_path: Path) -> None:
    with open_studio(tmp_path) as studio, Desk(studio.port) as desk:
        studio.voice.ways_out = ["lines are made on the CPU from now on"]
        studio.voice.failure = FULL
        failed = desk.ask(PLAY, "l", "Halt!")
        assert failed.status == "error" and "on the CPU" in failed.text and "again" in failed.text
        assert desk.ask(PLAY, "l", "Halt!").status == "done"


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_stage_that_makes_no_numbers_costs_its_line_only(tmp_path: Path, wrong: float) -> None:
    class Broken(FakeSynthesizer):
        def _blocks(self, request: RenderRequest, n_samples: int) -> Iterator[Audio]:
            for block in super()._blocks(request, n_samples):
                block[3] = wrong if request.seed == 1 else block[3]
                yield block

    with Daemon(Settings(tmp_path, osc_port=0), Broken) as daemon:
        log = EventLog()
        daemon.subscribe(log)
        for seed in (1, 2):
            (take,) = daemon.submit(Cue("l", "Halt!", "Mara", length=Length(1, 4), seed=seed))
            ending = log.ending(take.id)
            assert ending.ok is (seed == 2), ending
        assert sorted(path.name for path in daemon.settings.clips_folder.rglob("*.wav")) == ["l_t02.wav"]


def test_a_line_is_let_go_of_in_the_middle_of_a_block(tmp_path: Path) -> None:
    at_work = threading.Event()

    class Endless(FakeSynthesizer):
        def _blocks(self, request: RenderRequest, n_samples: int) -> Iterator[Audio]:
            while request.seed == 1:
                at_work.set()
                interruption.step()
            yield from super()._blocks(request, n_samples)

    with Daemon(Settings(tmp_path, osc_port=0), Endless) as daemon:
        log = EventLog()
        daemon.subscribe(log)
        (endless,) = daemon.submit(Cue("l", "Halt!", "Mara", seed=1))
        assert at_work.wait(WAIT_S)
        daemon.cancel("l")
        assert not log.ending(endless.id).ok
        (take,) = daemon.submit(Cue("m", "Halt!", "Mara", seed=2))
        assert log.ending(take.id).ok


def test_a_model_that_is_changed_while_it_runs_is_told_once(tmp_path: Path) -> None:
    clock = ManualClock()
    (tmp_path / "config.json").write_text("{}")
    watch = ModelWatch(tmp_path, clock)
    watch.loaded()
    clock.advance(LOOK_S)
    assert watch.news() == ""
    (tmp_path / "gpt.safetensors").write_bytes(b"other weights")
    (tmp_path / "config.json").write_text("{ }")
    assert watch.news() == ""  # not looked yet: not before every line
    clock.advance(LOOK_S)
    news = watch.news()
    assert "config.json, gpt.safetensors in" in news and "start Cuevox again" in news
    clock.advance(LOOK_S)
    assert watch.news() == ""
    (tmp_path / "config.json").unlink()
    clock.advance(LOOK_S)
    assert "config.json" in watch.news()
    assert ModelWatch(None, clock).news() == ""
