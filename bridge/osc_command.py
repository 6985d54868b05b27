"""What an OSC command is made of: its two halves, what it asks of the daemon, and who may send it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from bridge import events
from bridge.cue import Cue, Line, LineState, Take
from bridge.drops.base import Probe
from bridge.journal import RequestRecord
from bridge.osc_access import Level
from bridge.osc_arguments import Arguments
from bridge.osc_replies import Call
from bridge.settings import Settings
from bridge.timeline import Position

NO_ARGUMENTS = "no arguments"  # usage of a command that has none, and so works as a button

InBackground = Callable[[Call, Callable[[], Any], Callable[[Any], None]], None]


class OscVoices(Protocol):
    """What the commands ask of the timbres and emotions. bridge.voice_desk.VoiceDesk is the real one."""

    def presets(self, kind: str) -> tuple[Any, ...]: ...
    def add_timbre(self, name: str, file: str, *, consent: str = "") -> float: ...


class OscSetup(Protocol):
    """What the commands ask of settings and devices. bridge.setup_desk.SetupDesk is the real one."""

    def output_devices(self) -> tuple[str, ...]: ...
    def sound_device(self) -> events.SoundDevice: ...
    def choose_device(self, device: str) -> events.SoundDevice: ...
    def change_tempo(self, tempo: str) -> None: ...


class OscDaemon(Protocol):
    """What the commands ask of the daemon. bridge.daemon.Daemon is the real one; no call waits for a rendering."""

    @property
    def voices(self) -> OscVoices: ...
    @property
    def setup(self) -> OscSetup: ...
    @property
    def settings(self) -> Settings: ...
    def check(self, cue: Cue) -> None: ...  # raises what submit would raise for what the cue says
    def submit(self, cue: Cue, *, request: RequestRecord | None = None) -> tuple[Take, ...]: ...
    def play(
        self,
        line_id: str,
        cue: Cue | None = None,
        *,
        play_id: str = "",
        at_ns: int | None = None,
        request: RequestRecord | None = None,
    ) -> Take: ...
    def requests(self) -> Mapping[RequestRecord, tuple[str, ...]]: ...
    def stop(self, line_id: str | None = None, *, at_ns: int | None = None) -> None: ...
    def cancel(self, line_id: str) -> LineState: ...
    def pick(self, line_id: str, take_id: str) -> None: ...
    def pick_best(self, line_id: str) -> str: ...
    def pick_earlier(self, line_id: str) -> str: ...
    def drop(self, line_id: str, *, target: str | None = None, at: Position | None = None) -> Take: ...
    def undrop(self, line_id: str, *, target: str | None = None) -> Future[tuple[str, tuple[str, ...]]]: ...
    def probe_targets(self) -> Future[dict[str, Probe]]: ...
    def lock(self, line_id: str, take_id: str = "") -> str: ...
    def unlock(self, line_id: str) -> None: ...
    def lines(self) -> tuple[Line, ...]: ...
    def line(self, line_id: str) -> Line: ...
    def status(self) -> events.Status: ...
    def subscribe(self, callback: Callable[[events.Event], None]) -> Callable[[], None]: ...
    def publish(self, event: events.Event) -> None: ...
    def quit(self) -> None: ...


@dataclass(frozen=True)
class Action:
    """A command that is ready to be carried out."""

    carry_out: Callable[[Call], None]
    check: Callable[[], None] | None = None  # what only the daemon can tell; raises BridgeError
    keeps_time: bool = False  # it may be carried out ahead of its time tag, and still acts at it
    is_quick: bool = True  # nothing is written to the disk: it may go before the work of others
    level: Level = Level.LOOK  # that it takes beside its command's


@dataclass(frozen=True)
class Command:
    read: Callable[[Arguments], Action]  # raises BridgeError
    usage: str  # its arguments, for the error that says what would be right
    about: str  # what it does, in one line; with the usage it is the list of commands in docs/osc.md
    types: str = ""  # OSC types of the arguments that it has to have
    level: Level = Level.EDIT  # who may send it
    reads: bool = False  # changes nothing, so that a pattern may ask it
