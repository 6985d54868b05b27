"""A voice that nobody asks for gives its memory back, and is there again for the next line."""

from __future__ import annotations

import weakref
from pathlib import Path

from bridge.cue import Cue, Length
from bridge.daemon import Daemon
from bridge.settings import Settings
from engine.types import SynthesizerLike
from tests.event_log import EventLog
from tests.fakes import FakeSynthesizer
from tests.pulse import wait_for


def test_an_idle_voice_is_unloaded_and_loaded_again_for_the_next_line(tmp_path: Path) -> None:
    voices = list[weakref.ref[FakeSynthesizer]]()

    def make_voice() -> SynthesizerLike:
        voice = FakeSynthesizer()
        voices.append(weakref.ref(voice))
        return voice

    with Daemon(Settings(tmp_path, osc_port=0, unload_after_s=1), make_voice) as daemon:
        log = EventLog()
        daemon.subscribe(log)
        for n in (1, 2):
            (take,) = daemon.submit(Cue(f"line{n}", "Halt!", "Mara", length=Length(1, 4)))
            assert log.ending(take.id).ok
            wait_for(lambda: daemon.status().model_state == "unloaded", "the voice to be unloaded")
            assert len(voices) == n
            assert voices[-1]() is None  # nobody holds it, so its memory is free
        assert daemon.status().model_id  # what spoke last is still known


def test_by_default_it_stays(tmp_path: Path) -> None:
    assert Settings(tmp_path).unload_after_s == 0
