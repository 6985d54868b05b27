"""The panel and a real tray on a real screen: it is closed into it, and a click brings it back."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fakes import WAIT_S
from tests.gui.robot import LACKING, Robot, display
from tests.test_launcher import PROGRAM, ROOT

pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"there is no {', '.join(LACKING)}")

WINDOW_PX = 400  # a window of that width at least is the panel, and no icon


@pytest.mark.skipif(shutil.which("trayer") is None, reason="there is no trayer (Debian: apt-get install trayer)")
@pytest.mark.timeout(300)
def test_the_window_is_closed_into_a_real_tray_and_a_click_brings_it_back(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"panel_stays": True}))
    command = [*PROGRAM, "--osc-port", "0", "--data", str(tmp_path)]
    with display() as environment:
        environment.pop("DBUS_SESSION_BUS_ADDRESS", None)  # no other tray than the one on this screen
        trayer = ["trayer", "--edge", "bottom", "--align", "right", "--widthtype", "request", "--height", "32"]
        tray = subprocess.Popen(trayer, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        robot = Robot(environment)
        with (tmp_path / "said.txt").open("w") as said:
            panel = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)

        def is_shown() -> bool:
            return any(width >= WINDOW_PX for width, _ in robot.sizes("^Cuevox$").values())

        def is_shown_after_a_click() -> bool:
            for bar in robot.sizes("^panel$"):
                robot.do("mousemove", "--window", bar, "12", "16", "click", "1")
            return is_shown()

        try:
            robot.find("^Cuevox$")
            robot.until(lambda: not is_shown(), "ctrl+q")
            assert panel.poll() is None
            robot.until(is_shown_after_a_click)
        finally:
            panel.terminate()
            try:
                assert panel.wait(2 * WAIT_S) == 0, (tmp_path / "said.txt").read_text("utf-8")
            finally:
                panel.kill()
                tray.terminate()
                tray.wait(2 * WAIT_S)
