"""A data folder and the daemons on it, with a voice of tones and a player that hears everything at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bridge.cue import Cue, Length
from bridge.daemon import Daemon
from bridge.settings import Settings
from engine.types import SynthesizerLike
from tests.event_log import EventLog
from tests.fakes import FakePlayer, FakeSynthesizer

CUE = Cue("gate_01", "Who goes there?", "Mara", "angry=0.5", length=Length(1200, 1000), seed=7)


class Studio:
    """A data folder, and daemons on it one after the other."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.settings = Settings(folder, osc_port=0)
        self.player = FakePlayer()
        self.voice = FakeSynthesizer()
        self._stack = stack

    def start(
        self, make_voice: Callable[[], SynthesizerLike] | None = None, *, settings: Settings | None = None
    ) -> tuple[Daemon, EventLog]:
        daemon = Daemon(settings or self.settings, make_voice or (lambda: self.voice), player=self.player)
        log = EventLog()
        daemon.subscribe(log)
        return self._stack.enter_context(daemon), log

    def hold(self) -> threading.Event:
        """From now on the voice makes blocks only while the event is set."""
        self.voice.gate = gate = threading.Event()
        return gate

    def end(self) -> None:
        self._stack.close()
        self.player = FakePlayer()
