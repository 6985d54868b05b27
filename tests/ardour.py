"""A real Ardour for tests: its own HOME, a session made without a display, OSC on, scripts in its action slots."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

WAIT_S = 90.0  # for anything that comes sooner or later, also on a busy machine

_ENGINE = """
    <State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device="" output-device=""
      sample-rate="{rate}" buffer-size="1024" n-periods="0" input-latency="0" output-latency="0"
      input-channels="0" output-channels="0" active="1" use-buffered-io="0" midi-option="1 in, 1 out, Silence"
      lcl-systemic-input-latency="0"><MIDIDevices/></State>"""
_CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour><Config>
  <Option name="osc-port" value="{port}"/><Option name="hide-dummy-backend" value="0"/>
  <Option name="try-autostart-engine" value="1"/><Option name="auto-connect-standard-busses" value="1"/>
</Config><Extra><AudioMIDISetup><EngineStates>{engine}</EngineStates></AudioMIDISetup></Extra></Ardour>
"""
_SESSION = """
backend = AudioEngine:set_backend ("None (Dummy)", "Unit-Test", "")
backend:set_sample_rate ({rate})
s = create_session ("{folder}", "{name}", {rate})
assert (s, "no session")
for name in string.gmatch ("{tracks}", "[^|]+") do
  s:new_audio_track (1, 2, nil, 1, name, ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
end
s:save_state ("")
close_session ()
"""


@dataclass
class Ardour:
    """One that runs, with the session `folder / name`."""

    folder: Path
    name: str
    osc_port: int

    @property
    def session_file(self) -> Path:
        return self.folder / f"{self.name}.ardour"

    def osc(self, address: str, *words: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(_packet(address, words), ("127.0.0.1", self.osc_port))

    def saved(self, holds: Callable[[str], bool]) -> str:
        """The session file, saved until it holds what is waited for."""
        text = ""

        def is_saved() -> bool:
            nonlocal text
            self.osc("/save_state")
            text = self.session_file.read_text("utf-8")
            return holds(text)

        wait_for(is_saved, "the session to be saved", every_s=0.3)
        return text


def _packet(address: str, words: Sequence[str]) -> bytes:
    padded = [
        text.encode() + b"\0" * (4 - len(text.encode()) % 4) for text in (address, "," + "s" * len(words), *words)
    ]
    return b"".join(padded)


def wait_for(is_so: Callable[[], bool], what: str, *, every_s: float = 0.05) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline_s, f"waited {WAIT_S:g} s for {what}"
        time.sleep(every_s)


def _action(script: Path, parameters: dict[str, str]) -> tuple[str, str, str]:
    """A script as an action slot holds it: its name, its source, and the factory as a chunk that returns a function."""
    source = script.read_text("utf-8")
    name = re.search(r'name = "([^"]+)"', source)
    assert name is not None
    factory = (
        "local function ardour () end\n" + source.replace("ardour {", "local _ = {", 1) + "\nreturn factory (...)\n"
    )
    table = ", ".join(f"[ {_quoted(key)} ] = {_quoted(value)}" for key, value in parameters.items())
    return name[1], source, f"{factory}|{{{table}}}"


def _quoted(text: str) -> str:
    level = "=" * 6
    return f"[{level}[{text}]{level}]"


def _ui_scripts(actions: Sequence[tuple[Path, dict[str, str]]]) -> str:
    lua = "scripts = {}\n"
    for number, (script, parameters) in enumerate(actions, start=1):
        name, source, rest = _action(script, parameters)
        factory, _, table = rest.rpartition("|")
        lua += (
            f"scripts[{number}] = {{ n = {_quoted(name)}, s = {_quoted(source)}, c = '', a = {table}, "
            f"f = {_quoted(factory)} }}\n"
        )
    encoded = base64.b64encode(lua.encode()).decode()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<UIScripts>\n'
        f'<ActionScript lua="Lua 5.3">{encoded}</ActionScript><ActionHooks lua="Lua 5.3"></ActionHooks></UIScripts>\n'
    )


@dataclass(frozen=True)
class Closed:
    """A session on the disk, and Ardour's Lua tool to look at it without a display."""

    folder: Path
    name: str
    home: Path

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.ardour"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
        }

    def run(self, lua: str) -> str:
        """-> what the program said."""
        script = self.home / "run.lua"
        script.write_text(lua)
        ran = subprocess.run(
            ["ardour7-lua", str(script)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
        )
        return ran.stdout + ran.stderr


def closed_session(folder: Path, *, tracks: Sequence[str] = (), rate: int = 48_000) -> Closed:
    """A new session that Ardour itself makes under `folder`. Skips the test where there is no Ardour."""
    skip_without("ardour7-lua")
    session = Closed(folder / "session", "show", folder / "home")
    (session.home / ".config" / "ardour7").mkdir(parents=True)
    (session.home / "run").mkdir(mode=0o700)
    said = session.run(_SESSION.format(folder=session.folder, name="show", rate=rate, tracks="|".join(tracks)))
    assert session.file.exists(), said
    return session


def skip_without(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: apt-get install --no-install-recommends ardour xvfb)")


@contextmanager
def running(
    folder: Path, *, rate: int = 48_000, actions: Sequence[tuple[Path, dict[str, str]]] = ()
) -> Iterator[Ardour]:
    """`actions`: scripts for the action slots from 1 on, each with its parameters."""
    skip_without("ardour", "Xvfb")
    session = closed_session(folder, rate=rate)
    config = session.home / ".config" / "ardour7"
    (config / ".a7").touch()  # no first-run wizard
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (config / "config").write_text(_CONFIG.format(port=port, engine=_ENGINE.format(rate=rate)))
    (config / "ui_scripts").write_text(_ui_scripts(actions))
    text = session.file.read_text("utf-8")
    off = '<Protocol name="Open Sound Control (OSC)" active="0"'
    assert off in text
    session.file.write_text(text.replace(off, off.replace('"0"', '"1"')), "utf-8")
    with display(session.environment) as screen, (folder / "ardour.log").open("wb") as log:
        process = subprocess.Popen(
            ["ardour", "-a", "-n", str(session.file)],
            env=session.environment | {"DISPLAY": screen},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(lambda: _is_bound(port) or process.poll() is not None, "Ardour's OSC port")
            assert process.poll() is None, (folder / "ardour.log").read_text(errors="replace")
            yield Ardour(session.folder, "show", port)
        finally:
            process.kill()
            process.wait()


@contextmanager
def display(environment: dict[str, str]) -> Iterator[str]:
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        env=environment,
        pass_fds=[write],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.kill()
        server.wait()


def _is_bound(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
