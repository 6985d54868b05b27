"""Drops into the project that is open in REAPER, by the companion script there (companions/reaper_cuevox.lua).

OSC cannot hand a text to a ReaScript, so requests and answers go through a spool folder that the script looks into.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bridge.drops.base import DropError, DropJob, DropReceipt, Probe, stable_uuid
from bridge.drops.spool import Spool, job_fields

ALIVE_FOR_S = 6.0  # the companion shows itself every 2 s


class ReaperLive:
    """The drop target `reaper_live`."""

    name = "reaper_live"

    def __init__(
        self,
        spool: Path,
        *,
        timeout_s: float = 5.0,
        advice: str = "look whether a dialogue is open there",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.spool = spool
        self._spool = Spool(spool, "REAPER", timeout_s=timeout_s, advice=advice, sleep=sleep)

    def probe(self) -> Probe:
        try:
            age_s = time.time() - (self.spool / "alive").stat().st_mtime
        except OSError:
            age_s = float("inf")
        if age_s <= ALIVE_FOR_S:
            return Probe(True, "the companion script is at work in REAPER")
        return Probe(False, f"run reaper_cuevox.lua in REAPER and give it the spool folder {self.spool}")

    def drop(self, job: DropJob) -> DropReceipt:
        if not job.clip.is_file():
            raise DropError(f"the clip {job.clip} does not exist; render the line again")
        return self._spool.receipt(self.name, job, self._ask("drop", job))

    def verify(self, job: DropJob) -> DropReceipt:
        return self._spool.receipt(self.name, job, self._ask("verify", job))

    def undo(self, job: DropJob) -> None:
        self._ask("undo", job)

    def _ask(self, action: str, job: DropJob) -> dict[str, str]:
        probe = self.probe()
        if not probe.ready:
            raise DropError(probe.text)
        return self._spool.ask(f"{action}-{stable_uuid('job', job.id).hex}", job_fields(action, job))
