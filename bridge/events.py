"""What the daemon tells: frozen values, sent to every subscriber from the daemon's threads."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.cue import Line


@dataclass(frozen=True)
class LineChanged:
    """A line is new, or its state, progress, takes or pick changed. Carries the whole present line."""

    line: Line


@dataclass(frozen=True)
class LineRemoved:
    line_id: str


@dataclass(frozen=True)
class TakeEnded:
    """A take came to its one ending."""

    line: Line
    take_id: str
    ok: bool
    code: str  # "ok" or the error's code
    text: str


@dataclass(frozen=True)
class PlayEnded:
    """The sound of a line has ended, or was stopped."""

    line_id: str
    take_id: str
    n_samples: int
    first_sound_ms: float
    stopped: bool
    play_id: str = ""  # as it was given to Daemon.play: one take may sound several times at once
    underruns: int = 0  # gaps in it, since the rest was not made yet


@dataclass(frozen=True)
class PlayLate:
    """A line that was due at a certain time has begun to sound, audibly later than that."""

    line_id: str
    take_id: str
    late_ms: float
    play_id: str


@dataclass(frozen=True)
class DropEnded:
    """A drop into a project came to its end."""

    line_id: str
    take_id: str
    target: str
    where: str  # smp:N@RATE
    verified: str
    ok: bool
    text: str


@dataclass(frozen=True)
class ErrorRaised:
    """Something went wrong. `text` is for people, `code` is stable, `source` says where (osc, engine, audio...)."""

    source: str
    code: str
    text: str


@dataclass(frozen=True)
class Warned:
    """Something a person should know, that is no error."""

    source: str
    text: str


@dataclass(frozen=True)
class OscTraffic:
    """One OSC message that came in or went out, for the panel's log."""

    incoming: bool
    peer: str  # host:port
    address: str
    args: tuple[object, ...]


@dataclass(frozen=True)
class Level:
    """Output level of the last moment."""

    peak_db: float
    rms_db: float


@dataclass(frozen=True)
class SoundDevice:
    """The sound device as it is now, told whenever that changes."""

    wanted: str  # as the settings name it; empty: the system's own
    name: str  # of the one that sounds; empty: none does
    rate: int  # of the device, samples a second
    latency_ms: float  # what the device holds back, as it says itself
    underruns: int  # how often it ran dry since the start
    text: str  # for people: empty when it is as wanted, else what is not


@dataclass(frozen=True)
class Status:
    """The daemon as a whole, about twice a second while something changes."""

    queued: int
    rendering: int
    playing: int
    model_state: str  # loading, ready, failed, unloaded (idle; it comes back with the next line)
    model_id: str
    load: float  # 0..1, share of the last seconds in which the render worker was busy
    left_s: float | None = 0.0  # until all that waits is made, going by the last takes; None: nothing was made yet


@dataclass(frozen=True)
class PresetsChanged:
    kind: str  # timbre or emotion


Event = (
    LineChanged
    | LineRemoved
    | TakeEnded
    | PlayEnded
    | PlayLate
    | DropEnded
    | ErrorRaised
    | Warned
    | OscTraffic
    | Level
    | SoundDevice
    | Status
    | PresetsChanged
)
