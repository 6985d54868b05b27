"""Set-up of the program's own environment, for real: a small project with a package of its own, no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bridge import system_libraries

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys
from bridge.setup_env import SetupError, enter
try:
    enter(sys.argv[1].split(",") if sys.argv[1] else ())
except SetupError as error:
    sys.exit(str(error))
import chime
print(sys.prefix, chime.VERSION, *sys.argv[2:], flush=True)
try:
    import gong
    print("gong")
except ImportError:
    pass
"""


def wheel(folder: Path, name: str, version: str) -> str:
    """A package of one module. -> the requirement that installs it."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")
    return f"{name} @ {path.as_uri()}"


class Project:
    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "bridge").mkdir(parents=True)
        for name in ("__init__.py", "setup_env.py", "system_libraries.py"):
            shutil.copy(ROOT / "bridge" / name, root / "bridge" / name)
        # The machine's libraries are not this test's matter, and installing them would be a change to the machine.
        (root / "program.py").write_text(
            f"from bridge import system_libraries\nsystem_libraries.missing = list\n{PROGRAM}"
        )

    def write(self, requirement: str, *, extra: str = "") -> None:
        (self.root / "pyproject.toml").write_text(
            f"[project]\ndependencies = [{json.dumps(requirement)}]\n"
            f"[project.optional-dependencies]\ntest = [{json.dumps(extra)}]\n"
        )

    def run(self, extras: str = "", *args: str) -> subprocess.CompletedProcess[str]:
        base = getattr(sys, "_base_executable", sys.executable)
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PIP_NO_INDEX": "1"}
        return subprocess.run(
            [base, "program.py", extras, *args], cwd=self.root, env=env, capture_output=True, text=True, timeout=110
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "a folder with spaces")


def test_set_up_once_and_again_when_something_changed(project: Project, tmp_path: Path) -> None:
    project.write(wheel(tmp_path, "chime", "1.0"), extra=wheel(tmp_path, "gong", "3.0"))
    venv = project.root / ".venv"

    first = project.run("", "one", "two words")
    assert first.returncode == 0, first.stderr
    assert first.stdout == f"{venv} 1.0 one two words\n"  # nothing of the set-up among it
    assert "Set-up is complete" in first.stderr

    second = project.run()
    assert (second.stdout, second.stderr) == (f"{venv} 1.0\n", "")  # nothing to do

    tests = project.run("test")
    assert tests.stdout == f"{venv} 1.0\ngong\n", tests.stderr
    assert project.run().stderr == ""  # what is there besides is no reason to do it again

    project.write(wheel(tmp_path, "chime", "1.1"), extra=wheel(tmp_path, "gong", "3.0"))
    renewed = project.run()
    assert renewed.stdout == f"{venv} 1.1\ngong\n", renewed.stderr


def test_a_step_that_fails_is_told_and_the_next_start_goes_on(project: Project, tmp_path: Path) -> None:
    project.write("chime @ file:///there-is-no/chime-1.0-py3-none-any.whl")
    failed = project.run()
    assert failed.returncode == 1
    assert "this step of the set-up failed" in failed.stderr and "Start again" in failed.stderr
    assert "Traceback" not in failed.stderr.split("this step")[1]
    project.write(wheel(tmp_path, "chime", "1.0"))
    assert project.run().returncode == 0


def test_an_environment_whose_python_is_gone_is_made_anew(project: Project, tmp_path: Path) -> None:
    project.write(wheel(tmp_path, "chime", "1.0"))
    assert project.run().returncode == 0
    python = project.root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.unlink()
    again = project.run()
    assert again.returncode == 0, again.stderr
    assert "Set-up is complete" in again.stderr


@pytest.mark.parametrize(
    ("tool", "command"),
    [
        ("apt-get", "sudo apt-get install --yes --no-install-recommends libportaudio2 fonts-dejavu-core"),
        ("dnf", "sudo dnf install 'libportaudio.so.2()(64bit)' 'font(dejavusans)'"),
        ("zypper", "sudo zypper install 'libportaudio.so.2()(64bit)' 'font(dejavusans)'"),
        ("pacman", "sudo pacman -S --needed portaudio "),
        ("", "install libportaudio.so.2, fonts with your system's package manager"),
    ],
)
def test_the_exact_command_is_named(tool: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if tool:
        (tmp_path / tool).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command in system_libraries.advice(["libportaudio.so.2", system_libraries.FONTS])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the wheels bring everything there")
def test_what_is_missing_is_what_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_libraries, "DEBIAN_PACKAGES", {"libc.so.6": "libc6", "libnone.so.9": "libnone9"})
    assert "libnone.so.9" in system_libraries.missing()
    assert "libc.so.6" not in system_libraries.missing()
