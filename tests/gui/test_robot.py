"""The program as a person meets it: a screen, a keyboard, and from an empty start to a clip in a REAPER project.

A robot (xdotool) types into a virtual display (Xvfb). The voice is one of tones; test_whole_path.py has the real one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import rpp
import soundfile

from bridge import system_libraries
from tests.fakes import WAIT_S
from tests.test_launcher import PROGRAM, ROOT

LACKING = [program for program in ("Xvfb", "xdotool") if shutil.which(program) is None]
LACKING += [name for name in system_libraries.missing() if name.startswith("lib") and "portaudio" not in name]
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"there is no {', '.join(LACKING)}")

AGAIN_S = 1.0  # after which a key that had no effect yet is pressed again


@dataclass
class Robot:
    """Hands on the keyboard of one window."""

    environment: dict[str, str]
    window: str = ""

    def do(self, *command: str) -> str:
        done = subprocess.run(
            ["xdotool", *command], env=self.environment, capture_output=True, text=True, timeout=2 * WAIT_S
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def find(self, name: str) -> None:
        self.window = self.do("search", "--sync", "--onlyvisible", "--name", name).splitlines()[0]
        self.do("windowfocus", "--sync", self.window)

    def press(self, *keys: str) -> None:
        self.do("key", "--clearmodifiers", "--delay", "40", *keys)

    def type(self, text: str) -> None:
        self.do("type", "--delay", "40", text)

    def until(self, holds: Callable[[], bool], *keys: str) -> None:
        """Look until it holds; press the keys now and then."""
        end = time.monotonic() + 2 * WAIT_S
        while not holds():
            assert time.monotonic() < end, "nothing came of it"
            if keys:
                self.press(*keys)
            looked_until = time.monotonic() + AGAIN_S
            while not holds() and time.monotonic() < looked_until:
                time.sleep(0.05)


@contextmanager
def display() -> Iterator[dict[str, str]]:
    """The environment of a program on a screen of its own; the X server itself finds a free number."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as screen:
        try:
            assert screen.stdout is not None
            number = screen.stdout.readline().strip()
            assert number, "Xvfb did not start"
            yield {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": "1"}
        finally:
            screen.terminate()


@pytest.mark.timeout(300)
def test_from_an_empty_start_to_a_clip_in_a_reaper_project(tmp_path: Path) -> None:
    command = [*PROGRAM, "--osc-port", "0", "--data", str(tmp_path)]
    project = tmp_path / "projects" / "cuevox.RPP"
    with display() as environment:
        robot = Robot(environment)
        with (tmp_path / "said.txt").open("w") as said:
            panel = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)
        try:
            robot.find("^Cuevox$")
            robot.type("Who goes there")
            robot.press("Tab", "Tab")
            robot.type("72.5")
            robot.until(lambda: any(tmp_path.glob("clips/*/*.json")), "ctrl+Return")
            robot.press("ctrl+t")
            robot.until(lambda: project.is_file() and "72.5" in project.read_text("utf-8"), "ctrl+d")
            second = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110)
            assert second.returncode == 0 and "its panel is shown" in second.stdout, second.stderr
        finally:
            panel.terminate()
            assert panel.wait(2 * WAIT_S) == 0, (tmp_path / "said.txt").read_text("utf-8")
    item = rpp.loads(project.read_text("utf-8")).find(".//ITEM")
    assert float(item.find("POSITION")[1]) == 72.5
    (file,) = [each[1] for each in item.find("SOURCE") if each[0] == "FILE"]
    clip = soundfile.info(project.parent / file)
    assert clip.frames / clip.samplerate == pytest.approx(float(item.find("LENGTH")[1]))
