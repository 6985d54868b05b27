"""A sound server of our own for tests: PulseAudio with one null sink, and an ear at it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np
import pytest

RATE = 48000
HEARD_S = 20.0  # for samples that were played: what has not come by then was left out by the sound server
WAIT_S = 60.0  # for anything that comes sooner or later, also on a busy machine


class PulseServer:
    """PulseAudio of our own with one null sink; nothing else on the machine sees it or is touched."""

    def __init__(self, folder: Path, *, devices: dict[str, PulseServer] | None = None) -> None:
        """`devices`: sound devices that this one's PortAudio sees by name; each is a server, so that it can go."""
        self.folder = folder
        self.devices = devices or {}
        self.socket = folder / "pulse.sock"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PULSE_SERVER": f"unix:{self.socket}",
            "PULSE_COOKIE": str(self.folder / "cookie"),
            "PATH": os.environ["PATH"],
        }

    def start(self) -> None:
        self.folder.chmod(0o700)
        devices = (f'pcm.{name} {{ type pulse server "unix:{d.socket}" }}' for name, d in self.devices.items())
        rules = ("pcm.!default { type pulse }", "ctl.!default { type pulse }", *devices)
        (self.folder / ".asoundrc").write_text("\n".join((*rules, "")))
        with (self.folder / "pulse.log").open("wb") as log:
            self._server = subprocess.Popen(
                [
                    *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"),
                    *("-L", f"module-native-protocol-unix socket={self.socket} auth-anonymous=1"),
                    *("-L", f"module-null-sink sink_name=vsink rate={RATE} channels=2 format=float32le"),
                ],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        wait_for(self._answers, "PulseAudio to start")

    def _answers(self) -> bool:
        assert self._server is not None and self._server.poll() is None, (self.folder / "pulse.log").read_text()
        return (
            self.socket.exists()
            and not subprocess.run(["pactl", "info"], env=self.env, capture_output=True, timeout=WAIT_S).returncode
        )

    def stop(self) -> None:
        """For whoever plays on it: the plug is pulled."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(WAIT_S)


class Recorder:
    """Everything that the sink plays, as float32 frames (n, 2)."""

    def __init__(self, server: PulseServer) -> None:
        self._data = bytearray()
        self._arrived = threading.Event()
        self._process = subprocess.Popen(
            [
                *("parec", "-d", "vsink.monitor", "--raw", "--latency-msec=20"),
                *(f"--rate={RATE}", "--channels=2", "--format=float32le"),
            ],
            env=server.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)

    def _read(self) -> None:
        assert self._process.stdout is not None
        while block := self._process.stdout.read1(1 << 16):  # type: ignore[attr-defined]
            self._data += block
            self._arrived.set()

    def __enter__(self) -> Self:
        self._reader.start()
        assert self._arrived.wait(WAIT_S), "parec recorded nothing"
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.terminate()
        self._process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def frames(self) -> np.ndarray:
        data = bytes(self._data)
        return np.frombuffer(data[: len(data) // 8 * 8], np.float32).reshape(-1, 2)

    def sounding(self, n_samples: int) -> np.ndarray:
        """The first channel without the silence around and between, once there are n_samples of it."""
        wait_for(
            lambda: int(np.count_nonzero(self.frames[:, 0])) >= n_samples, f"{n_samples} samples to be heard", HEARD_S
        )
        left, right = self.frames.T
        np.testing.assert_array_equal(left, right)
        return left[left != 0]


def undisturbed(test: Callable[[], None]) -> None:
    """Once more when a sample was lost: on a machine with too much to do the sound server itself leaves some out."""
    for _ in range(3):
        with contextlib.suppress(AssertionError):
            return test()
    test()


def wait_for(is_so: Callable[[], bool], what: str, timeout_s: float = WAIT_S) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline_s, f"waited in vain for {what}"
        time.sleep(0.02)


@contextmanager
def pulse_server(folder: Path, *, device: str = "") -> Iterator[PulseServer]:
    """A running server that this process's PortAudio and its children find. Skips the test where that cannot be.

    `device`: the name of a second sound device, which is a server of its own and has yet to be started.
    """
    missing = [name for name in ("pulseaudio", "pactl", "parec") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed (Debian: apt-get install pulseaudio pulseaudio-utils)")
    if not list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
        pytest.skip("ALSA has no way to PulseAudio (Debian: apt-get install libasound2-plugins)")
    devices = {device: PulseServer(folder / "2")} if device else {}
    for each in devices.values():
        each.folder.mkdir()
    server = PulseServer(folder, devices=devices)
    with pytest.MonkeyPatch.context() as patch:
        try:
            server.start()
            for name, value in server.env.items():
                patch.setenv(name, value)
            _look_again()
            yield server
        finally:
            for each in (server, *devices.values()):
                each.stop()
            patch.undo()
            _look_again()


def _look_again() -> None:
    """PortAudio reads its surroundings only when it starts."""
    try:
        import sounddevice
    except OSError as error:
        pytest.skip(f"PortAudio is not installed ({error})")
    sounddevice._terminate()
    sounddevice._initialize()
