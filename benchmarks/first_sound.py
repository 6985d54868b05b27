"""How soon a newcomer hears something: `python -m benchmarks.first_sound`, with Xvfb, xdotool and PulseAudio.

From a start with an empty data folder, with the voice that ships, until the first samples are at a sound server: a
robot waits for the window, types a line and presses Ctrl+P.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.gui.robot import LACKING, Robot, display
from tests.pulse import Recorder, pulse_server, wait_for

ROOT = Path(__file__).parent.parent


def main() -> int:
    if LACKING:
        print(f"there is no {', '.join(LACKING)}", file=sys.stderr)
        return 1
    with TemporaryDirectory() as folder, pulse_server(Path(folder)) as server, Recorder(server) as recorder:
        with display() as environment:
            started = time.monotonic()
            command = [sys.executable, "launcher.py", "--osc-port", "0", "--data", f"{folder}/data"]
            panel = subprocess.Popen(command, cwd=ROOT, env=environment)
            try:
                robot = Robot(environment)
                robot.find("^Cuevox$")
                window_s = time.monotonic() - started
                robot.type("Who goes there?")
                robot.press("ctrl+p")
                asked_s = time.monotonic() - started
                wait_for(lambda: bool(np.any(recorder.frames[:, 0])), "a sound")
                heard_s = time.monotonic() - started
            finally:
                panel.terminate()
                panel.wait()
    print(f"window after {window_s:.1f} s, a line asked for after {asked_s:.1f} s, heard after {heard_s:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
