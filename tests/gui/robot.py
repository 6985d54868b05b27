"""A robot (xdotool) at a virtual display (Xvfb): hands for tests of the program as a person meets it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bridge import system_libraries
from tests.fakes import WAIT_S

LACKING = [program for program in ("Xvfb", "xdotool") if shutil.which(program) is None]
LACKING += [name for name in system_libraries.missing() if name.startswith("lib") and "portaudio" not in name]
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

    def sizes(self, name: str) -> dict[str, tuple[int, int]]:
        """Windows of that name that are on the screen, with width and height."""
        command = ["xdotool", "search", "--onlyvisible", "--name", name]  # its status tells that there is none
        found = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=2 * WAIT_S)
        sizes = {}
        for window in found.stdout.split():
            told = dict(pair.split("=") for pair in self.do("getwindowgeometry", "--shell", window).split())
            sizes[window] = (int(told["WIDTH"]), int(told["HEIGHT"]))
        return sizes

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
