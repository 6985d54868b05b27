"""A daemon in a process of its own, for trials that kill it, flood it or watch it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bridge.osc_peer import OscPeer
from engine.types import RenderRequest
from tests.fakes import FakeSynthesizer

STATUS = "/cuevox/server/status"
ROOT = Path(__file__).resolve().parent.parent
WAIT_S = 300.0  # for a start, for an answer, for the end; a busy machine takes its time

_TONES = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); import launcher; from benchmarks.running_daemon import tones; "
    "sys.exit(launcher.run(launcher.parse(sys.argv[1:]), tones))"
)
# The clock that people set jumps by up to an hour twice a second; the one that never goes back stays as it is.
_JUMPS = (
    "import random, time; real = time.time; "
    "time.time = lambda: real() + random.Random(int(2 * time.monotonic())).uniform(-3600, 3600); "
)
PROGRAMS = {
    "tones": [sys.executable, "-c", _TONES],
    "tones, jumping clock": [sys.executable, "-c", _JUMPS + _TONES],
    "embedded": [sys.executable, str(ROOT / "launcher.py")],
}


class _Forgetful(list[RenderRequest]):
    def append(self, request: RenderRequest) -> None:
        pass


def tones() -> FakeSynthesizer:
    """The voice of the trials. It does not note what it was asked for, which would grow with every take."""
    voice = FakeSynthesizer()
    voice.rendered = _Forgetful()
    return voice


class TrialError(Exception):
    """The trial itself cannot go on: a daemon that does not start, or does not answer."""


def wait_until_ready(peer: OscPeer) -> None:
    """Until the voice is loaded. Raises NoReplyError."""
    while peer.ask(STATUS, timeout_s=WAIT_S).data[3] != "ready":
        time.sleep(0.1)


def wait_until_idle(peer: OscPeer) -> None:
    """Until no line waits and none is made. Raises NoReplyError."""
    while any(peer.ask(STATUS, timeout_s=WAIT_S).data[:2]):
        time.sleep(0.1)


class RunningDaemon:
    """One daemon in a process of its own. A context manager that leaves no process behind."""

    def __init__(self, folder: Path, program: list[str], output: Path | None = None) -> None:
        """`folder`: for its data. `output`: the file for what it prints; by default beside the folder."""
        self._output = output or folder.with_name(f"{folder.name}.out")
        self.started_s = time.monotonic()
        with self._output.open("wb") as printed:
            self.process = subprocess.Popen(
                [*program, "--headless", "--osc-port", "0", "--data", str(folder)],
                cwd=ROOT,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> RunningDaemon:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.kill()

    @property
    def output(self) -> str:
        return self._output.read_text("utf-8", "replace")

    @property
    def port(self) -> int | None:
        """Where it listens to OSC; None as long as it is not ready."""
        for line in self.output.splitlines(keepends=True):
            if line.startswith("ready osc=") and line.endswith("\n"):
                return int(line.rpartition(":")[2])
        return None

    def is_ready_or_over(self) -> bool:
        """Waits for the one or the other. -> whether it is ready. Raises TrialError."""
        deadline_s = time.monotonic() + WAIT_S
        while time.monotonic() < deadline_s:
            is_over = self.process.poll() is not None
            if self.port is not None:
                return True
            if is_over:
                return False
            time.sleep(0.01)
        raise TrialError(f"a daemon is neither ready nor over after {WAIT_S:g} s: {self.output}")

    def wait_until_ready(self) -> int:
        """-> its OSC port. Raises TrialError."""
        if not self.is_ready_or_over() or self.port is None:
            raise TrialError(f"the daemon ended before it was ready: {self.output}")
        return self.port

    def kill(self) -> None:
        """SIGKILL; on Windows its equal."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """SIGTERM. -> its exit status."""
        self.process.terminate()
        return self.process.wait(WAIT_S)
