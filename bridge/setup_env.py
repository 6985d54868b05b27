"""Cuevox's own virtual environment, `.venv` beside launcher.py, with the packages of pyproject.toml.

Standard library only: launcher.py uses it before any package is there. All that is presupposed is Python and its pip.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from bridge import system_libraries

ROOT = Path(__file__).resolve().parent.parent

_ENTERED = "CUEVOX_ENTERED"  # set for the process inside, so that a broken environment cannot start itself for ever


class SetupError(Exception):
    """The environment cannot be made; the text says what to do."""


class Environment:
    """The virtual environment of the Cuevox in folder `root`."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.stamp = self.folder / "cuevox.json"  # what is installed; written last, so there is none after a failure
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def is_entered(self) -> bool:
        """Whether this very process runs in it."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    @property
    def extras(self) -> list[str]:
        """The optional groups that are installed."""
        return list(self._read_stamp().get("extras", []))

    def requirements(self, extras: Collection[str]) -> list[str]:
        """What pyproject.toml asks for, with those optional groups."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text("utf-8"))["project"]
        optional = project["optional-dependencies"]
        return [*project["dependencies"], *(line for extra in sorted(extras) for line in optional.get(extra, ()))]

    def has(self, extras: Collection[str]) -> bool:
        """Whether everything is installed as pyproject.toml says today."""
        stamp, present = self._read_stamp(), self.extras
        return (
            set(extras) <= set(present)
            and stamp.get("requirements") == self.requirements(present)
            and self.python.exists()  # its link leads nowhere when the Python that it was made from was removed
            and (not self.is_entered or stamp.get("python") == _version())
        )

    def set_up(self, extras: Collection[str]) -> None:
        """Make or renew it. Raises SetupError."""
        print(f"Setting up Cuevox in {self.folder}; this is done once and takes some minutes", file=sys.stderr)
        system_libraries.provide()
        extras = sorted({*extras, *self.extras})
        self.stamp.unlink(missing_ok=True)
        # Not the Python of an environment we may be called from: that one would be part of what is made anew.
        base = Path(getattr(sys, "_base_executable", None) or sys.executable)
        pip = self._make(base)
        requirements = self.requirements(extras)
        self._run([*pip, "install", "--disable-pip-version-check", "--no-warn-script-location", *requirements])
        stamp = {"extras": extras, "requirements": requirements, "python": _version()}
        self.stamp.write_text(json.dumps(stamp, indent=1), "utf-8")
        print("Set-up is complete", file=sys.stderr, flush=True)

    def _make(self, base: Path) -> list[str]:
        """An environment whose Python runs. -> the pip command for it."""
        if not self._runs():
            # Without a pip of its own, it needs no more than Debian's plain python3 and python3-pip have.
            shutil.rmtree(self.folder, ignore_errors=True)
            self._run([str(base), "-m", "venv", "--without-pip", str(self.folder)])
        has_pip = subprocess.run([str(base), "-m", "pip", "--version"], capture_output=True).returncode == 0
        if has_pip:
            return [str(base), "-m", "pip", "--python", str(self.python)]
        self._run([str(self.python), "-m", "ensurepip"])
        return [str(self.python), "-m", "pip"]

    def _runs(self) -> bool:
        """Whether its Python starts and is of the version that makes it now."""
        try:
            said = subprocess.run(
                [str(self.python), "-c", "import sys; print(*sys.version_info[:2], sep='.')"],
                capture_output=True,
                text=True,
            )
        except OSError:
            return False
        return said.returncode == 0 and said.stdout.strip() == _version()

    def _run(self, command: list[str]) -> None:
        env = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET")}
        # Its words go to standard error: standard output is for what Cuevox itself has to say.
        if subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno()).returncode:
            raise SetupError(
                f"this step of the set-up failed, and says why above:\n  {' '.join(command)}\n"
                "Packages come over the network and need about 2 GB (6 GB where pip brings torch with CUDA). Python "
                "needs its pip (Debian: apt-get install python3-pip). Start again, and it goes on from here."
            )

    def _read_stamp(self) -> dict[str, Any]:
        try:
            stamp = json.loads(self.stamp.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}


def enter(extras: Collection[str] = ()) -> None:
    """Return when this process runs in the complete environment; else complete it and run this command in it.

    Raises SetupError.
    """
    environment = Environment()
    if not environment.has(extras):
        environment.set_up(extras)
    if environment.is_entered:
        os.environ.pop(_ENTERED, None)
        return
    if os.environ.get(_ENTERED) == str(environment.folder):
        raise SetupError(f"{environment.python} does not run in {environment.folder}; delete that folder and try again")
    os.environ[_ENTERED] = str(environment.folder)
    command = [str(environment.python), *sys.argv]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":  # there, exec would return to the shell at once and leave us running behind its back
        raise SystemExit(subprocess.run(command).returncode)
    os.execv(command[0], command)


def _version() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"
