"""Settings: a frozen value, read from settings.json in the data folder. Unknown keys are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from bridge.clip_name import DEFAULT as DEFAULT_CLIP_NAME
from bridge.clip_name import RULE as CLIP_NAME_RULE
from bridge.clip_name import is_template
from bridge.cue import Finish
from bridge.errors import BadArgumentError
from bridge.files import write_atomic
from bridge.osc_access import MAX_PASSCODE, MIN_PASSCODE, PROOF, is_loopback
from bridge.setting_rules import (
    is_frame_rate,
    is_loudness,
    is_network,
    is_peak,
    is_reaper_command,
    is_tempo,
    is_tempo_map,
)
from bridge.tempo import TempoMap, parse_tempo, steady
from bridge.timeline import FrameRate, parse_frame_rate

FILE_NAME = "settings.json"
MAX_BYTES = 1_000_000
DROP_TARGETS = (  # the names that `drop_targets` may hold
    "reaper_live",
    "reaper_web",
    "reaper_project",
    "ardour_live",
    "ardour_session",
    "audacity",
    "ableton_live",
    "pro_tools",
    "dawproject",
    "exchange",
    "wwise_table",
    "fmod_script",
    "watch_folder",
)
DEFAULT_WWISE_ROOT = r"\Actor-Mixer Hierarchy\Default Work Unit"
DEPTHS = (16, 24, 32)  # bits a sample; 32 is float
APPEARANCES = ("system", "dark", "light")
LANGUAGES = ("system", "en", "de")  # of the panel
COMPUTE_DEVICES = ("auto", "cpu", "cuda", "mps")  # engine.device knows which of them a machine has
VOICE_SETTINGS = frozenset({"model_folder", "compute_device"})  # what the voice is loaded anew for
PANEL_SCALES = (100, 125, 150, 175, 200)  # percent
MAX_EDGE_MS = 10_000  # of a fade or a handle
_EDGES = ("clip_fade_in_ms", "clip_fade_out_ms", "clip_handle_before_ms", "clip_handle_after_ms")


class BadSettingsError(BadArgumentError):
    """A settings file, or a value in it, that cannot be used."""

    code = "bad_settings"


@dataclass(frozen=True)
class Settings:
    """Everything that a person may choose. All that is written lies under `data_folder`."""

    # Of the settings that are one of few values, or several of them: which.
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "depth": DEPTHS,
        "drop_targets": DROP_TARGETS,
        "compute_device": COMPUTE_DEVICES,
        "appearance": APPEARANCES,
        "language": LANGUAGES,
        "panel_scale": PANEL_SCALES,
    }

    data_folder: Path
    osc_host: str = "127.0.0.1"
    osc_port: int = 27183  # 0: any free one
    osc_time_tags: bool = True  # False: every message is due when it comes, where clocks cannot be set alike
    rate: int = 48_000  # samples a second, of clips and of the sound device
    depth: int = 24  # bits a sample of clips: 16, 24 or 32 (float)
    clip_name: str = DEFAULT_CLIP_NAME  # template of a clip's path, without .wav
    clip_loudness: str = ""  # LUFS as decimal text, e.g. "-23"; empty: as the voice made it
    clip_peak: str = ""  # dBTP that no clip's true peak lies over; empty: -1 with a loudness, else any
    clip_trim: bool = False  # silence at the ends away, of lines at the voice's own length
    clip_fade_in_ms: int = 0
    clip_fade_out_ms: int = 0
    clip_handle_before_ms: int = 0  # silence beyond the length asked for
    clip_handle_after_ms: int = 0
    drop: bool = False  # whether a line goes into the project when it does not say so itself
    drop_targets: tuple[str, ...] = ("reaper_project", "dawproject")  # files of our own: nothing has to be set up
    watch_folder: Path | None = None  # where its clips go; None: `watch` in the data folder
    ardour_session: Path | None = None  # the .ardour file that `ardour_session` drops into while it is closed
    ardour_osc_port: int = 3819  # of Ardour's own OSC surface
    reaper_web_port: int = 8080  # of REAPER's web interface
    reaper_web_command: str = ""  # the companion's command ID in REAPER, _RS...
    exchange_frames: str = "25"  # frames a second of the timeline that `exchange` writes
    wwise_root: str = DEFAULT_WWISE_ROOT  # object that characters are put under
    ardour_action: int = 1  # the action slot in Ardour that holds the companion script
    ableton_port: int = 27_184  # of the remote script in Live
    pro_tools_port: int = 31_416  # of its scripting interface
    project: str = "Cuevox"  # its name, in the clips
    tempo_bpm: str = "120"  # beats a minute as decimal text, for `bar:` positions
    beats_per_bar: int = 4
    tempo_map: str = ""  # both in its place, where they change: "120 4/4; 9=90; 17=7/8" (bridge.tempo)
    audio_device: str = ""  # its name or a part of it; empty: the system's
    model_folder: Path | None = None  # None: the voice that comes with the program
    compute_device: str = "auto"  # what the official model computes on: auto, cpu, cuda or mps
    stream_tokens: bool = False  # a line of an asked length by the official model sounds before all of it is said
    language: str = "system"  # of the panel: system, en or de
    appearance: str = "system"  # of the panel: system, dark or light
    panel_scale: int = 100  # size of the panel in percent of what the system makes of it
    panel_stays: bool = False  # closing the panel only hides it, and Cuevox works on
    hung_after_s: int = 300  # a voice that is silent for that long while it renders is given up and loaded anew
    unload_after_s: int = 0  # a voice that nobody asked for that long gives its memory back; 0: never
    max_queued: int = 10_000  # takes that may wait; more are refused as busy
    osc_query: bool = True  # whether the list of commands is told over HTTP (OSCQuery), at the same port
    osc_announce: bool = False  # whether the network is told of it (Zeroconf); never of a loopback address
    osc_passcode: str = field(default="", repr=False)  # that clients have to give first; needed beyond loopback
    osc_passcode_play: str = field(default="", repr=False)  # one for those who may only play and stop; empty: none
    osc_passcode_look: str = field(default="", repr=False)  # one for those who may only look; empty: none
    osc_allow: tuple[str, ...] = ()  # addresses or networks (192.168.1.0/24) that are answered; needed beyond loopback
    osc_burst: int = 2000  # messages that a client may send at once
    osc_per_second: int = 500  # and in the long run; then it is told that it is not heard for a second
    osc_total_per_second: int = 1000  # of all clients together; then those who say more than their share are not heard
    osc_consent_required: bool = False  # voices are learnt over OSC with their speaker's consent only, as in the panel
    log_texts: bool = False  # what lines say stands in the log as well
    osc_max_waiting: int = 2000  # commands of a client that may wait to be answered; more are refused as busy

    def __post_init__(self) -> None:
        rules = (
            ("osc_host", bool(self.osc_host), "the address to listen on, e.g. 127.0.0.1"),
            ("osc_port", 0 <= self.osc_port <= 65_535, "0 to 65535"),
            ("rate", 8_000 <= self.rate <= 192_000, "8000 to 192000"),
            ("clip_name", is_template(self.clip_name), CLIP_NAME_RULE),
            ("clip_loudness", is_loudness(self.clip_loudness), 'LUFS as text, -60 to -5, e.g. "-23", or empty'),
            ("clip_peak", is_peak(self.clip_peak), 'dBTP as text, -30 to 0, e.g. "-1", or empty'),
            *((name, 0 <= getattr(self, name) <= MAX_EDGE_MS, f"0 to {MAX_EDGE_MS} milliseconds") for name in _EDGES),
            ("depth", self.depth in DEPTHS, "16, 24 or 32"),
            (
                "drop_targets",
                set(self.drop_targets) <= set(DROP_TARGETS) and len(set(self.drop_targets)) == len(self.drop_targets),
                f"each of {', '.join(DROP_TARGETS)} once at most",
            ),
            ("ardour_osc_port", 1 <= self.ardour_osc_port <= 65_535, "1 to 65535"),
            ("ableton_port", 1 <= self.ableton_port <= 65_535, "1 to 65535"),
            ("pro_tools_port", 1 <= self.pro_tools_port <= 65_535, "1 to 65535"),
            ("exchange_frames", is_frame_rate(self.exchange_frames), "frames a second as text, such as 25 or 29.97df"),
            ("reaper_web_port", 1 <= self.reaper_web_port <= 65_535, "1 to 65535"),
            (
                "reaper_web_command",
                is_reaper_command(self.reaper_web_command),
                "such as _RS7d3c, or empty",
            ),
            (
                "wwise_root",
                self.wwise_root.startswith("\\") and self.wwise_root.isprintable(),
                "a path of objects, such as " + DEFAULT_WWISE_ROOT,
            ),
            ("ardour_action", 1 <= self.ardour_action <= 10, "1 to 10"),
            ("tempo_bpm", is_tempo(self.tempo_bpm), 'beats a minute as text, 10 to 1000, e.g. "120"'),
            ("tempo_map", is_tempo_map(self.tempo_map), 'empty, or tempi and metres such as "120 4/4; 9=90; 17=7/8"'),
            ("beats_per_bar", 1 <= self.beats_per_bar <= 64, "1 to 64"),
            ("panel_scale", self.panel_scale in PANEL_SCALES, f"one of {', '.join(map(str, PANEL_SCALES))}"),
            ("appearance", self.appearance in APPEARANCES, f"one of {', '.join(APPEARANCES)}"),
            ("language", self.language in LANGUAGES, f"one of {', '.join(LANGUAGES)}"),
            (
                "compute_device",
                self.compute_device in COMPUTE_DEVICES,
                f"one of {', '.join(COMPUTE_DEVICES)}",
            ),
            ("hung_after_s", 1 <= self.hung_after_s <= 86_400, "1 to 86400"),
            ("unload_after_s", 0 <= self.unload_after_s <= 86_400, "0 to 86400"),
            ("max_queued", 1 <= self.max_queued <= 1_000_000, "1 to 1000000"),
            ("osc_allow", all(map(is_network, self.osc_allow)), "addresses or networks such as 192.168.1.0/24"),
            ("osc_burst", 1 <= self.osc_burst <= 1_000_000, "1 to 1000000"),
            ("osc_per_second", 1 <= self.osc_per_second <= 1_000_000, "1 to 1000000"),
            ("osc_total_per_second", 1 <= self.osc_total_per_second <= 1_000_000, "1 to 1000000"),
            ("osc_max_waiting", 1 <= self.osc_max_waiting <= 10_000, "1 to 10000"),
        )
        for name, is_good, rule in rules:
            if not is_good:
                raise BadSettingsError(f"setting {name} is {getattr(self, name)!r}; it has to be {rule}")
        self._check_access()

    def _check_access(self) -> None:
        """Nobody from another machine without a passcode, and nobody from anywhere. Raises BadSettingsError."""
        passcodes = {
            name: text
            for name in ("osc_passcode", "osc_passcode_play", "osc_passcode_look")
            if (text := getattr(self, name))
        }
        for name, text in passcodes.items():
            if not MIN_PASSCODE <= len(text) <= MAX_PASSCODE or text.startswith(PROOF):
                raise BadSettingsError(
                    f"setting {name} has {len(text)} characters; it has to have {MIN_PASSCODE} to {MAX_PASSCODE}, and "
                    f"not to begin with {PROOF}"
                )
        if passcodes and not self.osc_passcode:
            raise BadSettingsError(
                f"setting {next(iter(passcodes))} is of no use without osc_passcode; set that as well"
            )
        if len(set(passcodes.values())) < len(passcodes):
            raise BadSettingsError(f"settings {', '.join(passcodes)} are the same; each level has its own passcode")
        if not is_loopback(self.osc_host) and not (self.osc_passcode and self.osc_allow):
            raise BadSettingsError(
                f"setting osc_host is {self.osc_host!r}, which other machines can reach; set osc_passcode and "
                "osc_allow (their addresses) as well, or listen on 127.0.0.1"
            )

    @classmethod
    def load(cls, data_folder: Path) -> Settings:
        """The settings of a data folder; the defaults when it has no settings.json. Raises BadSettingsError."""
        path = data_folder / FILE_NAME
        try:
            if path.exists() and not path.is_file():  # a pipe or a device would be read for ever
                raise BadSettingsError(f"{path} is not a file; remove it for the defaults")
            if path.stat().st_size > MAX_BYTES:
                raise BadSettingsError(f"{path} is larger than {MAX_BYTES // 1000} kB; remove it for the defaults")
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return cls(data_folder)
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettingsError(f"{path} cannot be read: {error}") from error
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadSettingsError(
                f"{path} is not JSON ({error}); correct it, or remove it for the defaults"
            ) from error
        return cls(data_folder, **_checked(values, path))

    def changed(self, values: Mapping[str, Any]) -> Settings:
        """These settings with some of them as settings.json would hold them. Raises BadSettingsError."""
        return replace(self, **_checked(dict(values), self.data_folder / FILE_NAME))

    def save(self) -> None:
        """Write settings.json. Raises OSError."""
        values = {
            name: str(value) if isinstance(value, Path) else value
            for name in _types()
            if (value := getattr(self, name)) is not None
        }
        write_atomic(self.data_folder / FILE_NAME, (json.dumps(values, indent=2) + "\n").encode())

    @property
    def encoded_folder(self) -> Path:
        """Encoded prompts, kept for the next start; what lies there can be made again."""
        return self.data_folder / "encoded"

    @property
    def clips_folder(self) -> Path:
        return self.data_folder / "clips"

    @property
    def presets_folder(self) -> Path:
        """The user's own presets."""
        return self.data_folder / "presets"

    @property
    def inbox_folder(self) -> Path:
        """Where clips to be learnt are put."""
        return self.data_folder / "inbox"

    @property
    def reaper_project(self) -> Path:
        return self.data_folder / "projects" / "cuevox.RPP"

    @property
    def dawproject(self) -> Path:
        return self.data_folder / "projects" / "cuevox.dawproject"

    @property
    def exchange(self) -> Path:
        return self.data_folder / "projects" / "cuevox.otio"

    @property
    def exchange_frame_rate(self) -> FrameRate:
        return parse_frame_rate(self.exchange_frames)

    @property
    def reaper_spool(self) -> Path:
        return self.data_folder / "spool" / "reaper"

    @property
    def ardour_spool(self) -> Path:
        return self.data_folder / "spool" / "ardour"

    @property
    def journal(self) -> Path:
        return self.data_folder / "cuevox.sqlite"

    @property
    def finish(self) -> Finish:
        """What is done to clips after the voice has made them."""
        return Finish(
            float(self.clip_loudness) if self.clip_loudness else None,
            float(self.clip_peak) if self.clip_peak else None,
            self.clip_trim,
            (self.clip_fade_in_ms, self.clip_fade_out_ms),
            (self.clip_handle_before_ms, self.clip_handle_after_ms),
        )

    @property
    def tempo(self) -> TempoMap:
        return parse_tempo(self.tempo_map) if self.tempo_map else steady(Fraction(self.tempo_bpm), self.beats_per_bar)


def _types() -> dict[str, str]:
    """The names that settings.json may hold, with their types as written above."""
    return {each.name: str(each.type) for each in fields(Settings) if each.name != "data_folder"}


def _checked(values: Any, path: Path) -> dict[str, Any]:
    """JSON values as Settings takes them. Raises BadSettingsError naming the key."""
    if not isinstance(values, dict):
        raise BadSettingsError(f"{path} has to hold one JSON object, {{...}}")
    types = _types()
    if unknown := sorted(set(values) - set(types)):
        raise BadSettingsError(f"{path} has unknown settings: {', '.join(unknown)}; there are: {', '.join(types)}")
    checked: dict[str, Any] = {}
    for name, value in values.items():
        match types[name]:
            case "str" if isinstance(value, str):
                checked[name] = value
            case "bool" if isinstance(value, bool):
                checked[name] = value
            case "int" if isinstance(value, int) and not isinstance(value, bool):
                checked[name] = value
            case "tuple[str, ...]" if isinstance(value, list) and all(isinstance(item, str) for item in value):
                checked[name] = tuple(value)
            case "Path | None" if value is None or isinstance(value, str):
                checked[name] = Path(value) if value else None
            case expected:
                raise BadSettingsError(f"setting {name} in {path} is {value!r}; it has to be of type {expected}")
    return checked
