"""Drops into the project that is open in REAPER, with its web interface as the bell: the companion script runs once a
drop, when it is called, and need not be at work all the time.

Requests and answers go through the spool folder as in `reaper_live`; the web interface starts the script.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from bridge.drops.base import DropError, DropJob, Probe, stable_uuid
from bridge.drops.reaper_live import ReaperLive
from bridge.drops.spool import job_fields

HOST = "127.0.0.1"
SECTION = "cuevox"
ANSWER_S = 2.0  # REAPER answers between two screens


class ReaperWeb(ReaperLive):
    """The drop target `reaper_web`."""

    name = "reaper_web"

    def __init__(
        self,
        spool: Path,
        *,
        port: int,
        command: str,
        timeout_s: float = 5.0,
        answer_s: float = ANSWER_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`port`: of REAPER's web interface. `command`: the script's command ID there, `_RS...`.

        timeout_s: for the script's answer. answer_s: for the web interface's.
        """
        self._port, self._command, self._answer_s = port, command, answer_s
        advice = (
            f"look whether {command} is the command ID of reaper_cuevox.lua, and whether that was given the spool "
            f"folder {spool}"
        )
        super().__init__(spool, timeout_s=timeout_s, advice=advice, sleep=sleep)

    def probe(self) -> Probe:
        if not self._command:
            text = "set reaper_web_command: the command ID (_RS...) of reaper_cuevox.lua in REAPER's list of actions"
            return Probe(False, text)
        try:
            self._get(f"GET/{self._command}")
        except DropError as error:
            return Probe(False, str(error))
        return Probe(True, f"REAPER's web interface answers on port {self._port}")

    def _ask(self, action: str, job: DropJob) -> dict[str, str]:
        if not self._command:
            raise DropError(self.probe().text)
        return self._spool.ask(f"{action}-{stable_uuid('job', job.id).hex}", job_fields(action, job), self._ring)

    def _ring(self) -> None:
        """The script looks once into the folder and ends."""
        self._get(f"SET/EXTSTATE/{SECTION}/once/1;{self._command}")

    def _get(self, commands: str) -> str:
        url = f"http://{HOST}:{self._port}/_/{commands}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # this machine, whatever the proxy
        try:
            with opener.open(url, timeout=self._answer_s) as answer:
                return str(answer.read(1 << 16).decode("utf-8", "replace"))
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise DropError(
                f"REAPER's web interface does not answer on port {self._port} ({error}); turn it on in Preferences > "
                "Control/OSC/web > Add > Web browser interface (no user name), and set reaper_web_port to its port"
            ) from error
