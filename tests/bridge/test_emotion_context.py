"""`emotion context`: a line is heard after what its character said before it."""

from __future__ import annotations

import json
from pathlib import Path

from bridge.cue import Cue, Length
from bridge.daemon import Daemon
from bridge.settings import Settings
from tests.event_log import EventLog
from tests.fakes import FakeSynthesizer  # which hears the emotions that a text names


def test_the_lines_before_of_the_same_character_are_heard(tmp_path: Path) -> None:
    def speak(daemon: Daemon, log: EventLog, line: str, text: str, character: str) -> dict[str, float]:
        (take,) = daemon.submit(Cue(line, text, "Mara", "context", character=character, length=Length(1, 4)))
        ending = log.ending(take.id)
        assert ending.ok, ending
        path = ending.line.takes[-1].path
        assert path is not None
        weights: dict[str, float] = json.loads(path.with_suffix(".json").read_text("utf-8"))["emotion"]["weights"]
        return weights

    with Daemon(Settings(tmp_path, osc_port=0), FakeSynthesizer) as daemon:
        log = EventLog()
        daemon.subscribe(log)
        assert speak(daemon, log, "a1", "I am so sad", "Ana").keys() == {"sad"}
        assert not speak(daemon, log, "b1", "Well then", "Ben")  # Ana's mood is not his
        after = speak(daemon, log, "a2", "Well then", "Ana")
        assert 0 < after["sad"] < 1
        assert speak(daemon, log, "a1", "Well then", "Ana") == {}  # nothing was said before the first line
