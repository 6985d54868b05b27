"""The program as a person meets it: a screen, a keyboard, and from an empty start to a clip in a REAPER project.

The voice is one of tones; test_whole_path.py has the real one.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import rpp
import soundfile

from tests.fakes import WAIT_S
from tests.gui.robot import LACKING, Robot, display
from tests.test_launcher import PROGRAM, ROOT

pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"there is no {', '.join(LACKING)}")


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
