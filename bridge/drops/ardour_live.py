"""Drops into the session that is open in Ardour: a script there does it, Ardour's own OSC surface starts the script.

The script is companions/ardour_cuevox.lua, in one of Ardour's ten action slots; its request waits in a spool folder.
"""

from __future__ import annotations

import socket
from pathlib import Path

from bridge.drops.base import DropError, DropJob, DropReceipt, Probe
from bridge.drops.spool import Spool, job_fields
from bridge.errors import BadArgumentError
from bridge.osc_packet import Message, arg, encode
from bridge.wav import read_info

OSC_PORT = 3819  # Ardour's own default
HOST = "127.0.0.1"  # the clip is a file on this machine, so Ardour is here too
REFUSED_AFTER_S = 0.05  # by then the system has told that nobody listens
PROBE_S = 2.0
REQUEST = "request"  # one at a time: Lua in Ardour cannot list a folder


class ArdourLive:
    """The drop target `ardour_live`."""

    name = "ardour_live"

    def __init__(self, spool: Path, *, osc_port: int = OSC_PORT, action: int = 1, timeout_s: float = 10.0) -> None:
        """`action`: which of Ardour's action slots (1 to 10) holds the script. `timeout_s`: an import takes time."""
        self.spool = spool
        self.osc_port = osc_port
        self.action = action
        self._timeout_s = timeout_s

    def probe(self) -> Probe:
        try:
            found = self._ask({"action": "probe"}, timeout_s=PROBE_S)
        except DropError as error:
            return Probe(False, str(error))
        return Probe(True, f"Ardour has the {found.get('text', 'session')} open")

    def drop(self, job: DropJob) -> DropReceipt:
        try:
            read_info(job.clip)
        except FileNotFoundError as error:
            raise DropError(f"the clip {job.clip} does not exist; render the line again") from error
        except (BadArgumentError, OSError) as error:  # Ardour would open a dialogue and wait for somebody
            raise DropError(f"the clip {job.clip} cannot be dropped: {error}") from error
        return self._receipt("drop", job)

    def verify(self, job: DropJob) -> DropReceipt:
        return self._receipt("verify", job)

    def undo(self, job: DropJob) -> None:
        self._ask(_fields("undo", job), timeout_s=self._timeout_s)

    def _receipt(self, action: str, job: DropJob) -> DropReceipt:
        result = self._ask(_fields(action, job), timeout_s=self._timeout_s)
        return self._spool(self._timeout_s).receipt(self.name, job, result)

    def _ask(self, fields: dict[str, str], *, timeout_s: float) -> dict[str, str]:
        return self._spool(timeout_s).ask(REQUEST, fields, self._start_script)

    def _spool(self, timeout_s: float) -> Spool:
        advice = (
            "look whether a dialogue is open there, and whether Edit > Lua Scripts > Script Manager has "
            f"ardour_cuevox.lua as action {self.action}, with the spool folder {self.spool}"
        )
        return Spool(self.spool, "Ardour", timeout_s=timeout_s, advice=advice)

    def _start_script(self) -> None:
        start = encode(Message("/access_action", (arg(f"LuaAction/script-{self.action}"),)))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as surface:
            surface.connect((HOST, self.osc_port))
            surface.send(start)
            surface.settimeout(REFUSED_AFTER_S)
            try:
                surface.recv(1)  # Ardour answers nothing; only a refusal comes
            except TimeoutError:
                pass
            except ConnectionError as error:
                raise DropError(
                    f"Ardour does not listen on port {self.osc_port}; open the session and turn on "
                    "Preferences > Control Surfaces > Open Sound Control (OSC)"
                ) from error


def _fields(action: str, job: DropJob) -> dict[str, str]:
    # A region has no other tag than its name: the id is in it, so that a repeated drop finds its forerunner.
    return job_fields(action, job) | {"name": job.id}
