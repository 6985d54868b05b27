"""What is said is nobody's business but the clip's: the log holds no text of a line, whatever goes wrong with it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bridge.events import DropEnded, TakeEnded
from bridge.log import log_to
from bridge.settings import Settings
from tests.bridge.osc_desk import Desk, open_studio
from tests.event_log import EventLog

SECRET = "Xylophone zebra"


def test_what_lines_say_is_logged_when_that_is_asked_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with (
        open_studio(tmp_path, settings=Settings(tmp_path, osc_port=0, log_texts=True)) as studio,
        Desk(studio.port) as desk,
    ):
        assert desk.ask("/cuevox/line/render", "good", SECRET).status == "done"
    assert f"line good: {SECRET}" in caplog.text


def test_the_log_holds_no_text_of_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers.clear()
    log_to(tmp_path / "cuevox.log")
    root.setLevel(logging.DEBUG)
    try:
        with open_studio(tmp_path / "data") as studio, Desk(studio.port) as desk:
            log = EventLog()
            studio.daemon.subscribe(log)
            desk.send("/cuevox/line/render", "good", SECRET, "drop", "yes")
            log.wait_for(TakeEnded, lambda event: event.take_id == "good_t01")
            log.wait_for(DropEnded)
            studio.voice.failure = RuntimeError("the engine broke")
            desk.send("/cuevox/line/render", "broken", SECRET)
            log.wait_for(TakeEnded, lambda event: event.take_id == "broken_t01")
            for args in ((SECRET,), ("bad", SECRET, "emotion", SECRET), ("bad", SECRET, SECRET, "x")):
                desk.send("/cuevox/line/render", *args)
                desk.status("error", "/cuevox/line/render")
            desk.send("/cuevox/line/play", "live", SECRET)
            log.wait_for(TakeEnded, lambda event: event.take_id == "live_t01")
            studio.daemon.settings.clips_folder.rename(tmp_path / "away")
            studio.daemon.settings.clips_folder.write_text("in the way")
            desk.send("/cuevox/line/render", "nowhere", SECRET)
            log.wait_for(TakeEnded, lambda event: event.take_id == "nowhere_t01")
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = before
        root.setLevel(level)
    text = (tmp_path / "cuevox.log").read_text("utf-8")
    assert "rendering broken_t01 failed" in text
    assert "Xylophone" not in text and "zebra" not in text
    # What was refused is in the log by its address and its reason's code.
    assert "/cuevox/line/render" in text and "bad_argument" in text
