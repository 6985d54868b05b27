"""What holds for every way into a DAW that the settings can name, with nothing dropped and no DAW there."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import numpy as np
import pytest

from bridge.drop_worker import targets_of
from bridge.drops import DropError, DropJob
from bridge.settings import DROP_TARGETS, Settings
from bridge.timeline import Position
from bridge.wav import ClipMetadata, write_wav

PACKAGES = {"exchange": "opentimelineio", "pro_tools": "grpc"}
# Audacity's pipes have one place on a machine: a test would reach the Audacity that somebody works with.
TARGETS = [name for name in DROP_TARGETS if name != "audacity"]


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_never_dropped_is_neither_found_nor_taken_out(name: str, tmp_path: Path) -> None:
    if name in PACKAGES and importlib.util.find_spec(PACKAGES[name]) is None:
        pytest.skip(f"{PACKAGES[name]} is not installed")
    clip = tmp_path / "gate_01_t01.wav"
    write_wav(clip, np.zeros(4800, np.float32), 48_000, 24, ClipMetadata(take="gate_01_t01"))
    job = DropJob("gate_01_t01", clip, 4800, 48_000, "Guard", Position(0, 48_000), line="gate_01")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else can
        port = closed.getsockname()[1]
        settings = Settings(
            tmp_path / "data",
            drop_targets=(name,),
            ableton_port=port,
            pro_tools_port=port,
            reaper_web_port=port,
            ardour_osc_port=port,
        )
        target = targets_of(settings)[name]
        probe = target.probe()
        assert probe.text
        for ask in (target.verify, target.undo):
            with pytest.raises(DropError) as refused:
                ask(job)
            text = str(refused.value)
            assert "Errno" not in text and "Traceback" not in text
            if not probe.ready:
                assert text == probe.text, "the same way out, whatever was asked"
    made = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert made == [], "looking changes nothing"
