"""A voice that hangs: its line fails with a reason, the next ones are rendered, and the late result goes nowhere."""

from __future__ import annotations

import threading
from pathlib import Path

from bridge.cue import Cue, Length, LineState
from bridge.daemon import Daemon
from bridge.hang_watch import HangWatch
from bridge.settings import Settings
from engine.types import SynthesizerLike
from tests.event_log import EventLog
from tests.fakes import WAIT_S, FakeSynthesizer, ManualClock


def test_silence_is_noticed_once_and_signs_of_life_put_it_off() -> None:
    clock, hung = ManualClock(), list[str]()
    watch: HangWatch[str] = HangWatch(10.0, hung.append, clock)
    watch.begin("work")
    for _ in range(5):
        clock.advance(9)
        watch.look()
        watch.alive("work")
    clock.advance(10)
    watch.look()
    watch.look()
    assert hung == ["work"]
    assert not watch.end("work")
    watch.begin("more")
    assert watch.end("more")
    clock.advance(100)
    watch.look()
    assert hung == ["work"]


def test_a_hung_voice_is_replaced_and_what_it_still_makes_goes_nowhere(tmp_path: Path) -> None:
    gate, voices = threading.Event(), list[FakeSynthesizer]()

    def make_voice() -> SynthesizerLike:
        voices.append(FakeSynthesizer(gate=None if voices else gate))  # the first one hangs
        return voices[-1]

    settings = Settings(tmp_path, osc_port=0, hung_after_s=1)
    with Daemon(settings, make_voice) as daemon:
        log = EventLog()
        daemon.subscribe(log)
        (stuck,) = daemon.submit(Cue("stuck", "Halt!", "Mara", length=Length(1, 4)))
        (after,) = daemon.submit(Cue("after", "Halt!", "Mara", length=Length(1, 4)))
        ending = log.ending(stuck.id)
        assert (ending.ok, ending.code) == (False, "engine_failed") and "another seed" in ending.text
        assert log.ending(after.id).ok
        assert len(voices) == 2
        gate.set()  # it comes back to life
        for thread in threading.enumerate():
            if thread.ident in voices[0].threads:
                thread.join(WAIT_S)
                assert not thread.is_alive()
        (last,) = daemon.submit(Cue("last", "Halt!", "Mara", length=Length(1, 4)))
        assert log.ending(last.id).ok
        states = {line.cue.id: line.state for line in daemon.lines()}
    assert states == {"stuck": LineState.FAILED, "after": LineState.READY, "last": LineState.READY}
    clips = {path.stem for path in settings.clips_folder.rglob("*.wav")}
    assert clips == {"after_t01", "last_t01"}
