"""Drops into the project that is open in REAPER, by the companion script there (companions/reaper_cuevox.lua).

OSC cannot hand a text to a ReaScript, so requests and answers are files in a spool folder, each written whole.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from bridge.drops.base import DropError, DropJob, DropReceipt, Probe, resample_position, stable_uuid
from bridge.files import write_atomic
from bridge.timeline import Position

ALIVE_FOR_S = 6.0  # the companion shows itself every 2 s
POLL_S = 0.02


class ReaperLive:
    """The drop target `reaper_live`."""

    name = "reaper_live"

    def __init__(self, spool: Path, *, timeout_s: float = 5.0, sleep: Callable[[float], None] = time.sleep) -> None:
        self.spool = spool
        self.timeout_s = timeout_s
        self._sleep = sleep

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
        return self._receipt(job, self._ask("drop", job))

    def verify(self, job: DropJob) -> DropReceipt:
        return self._receipt(job, self._ask("verify", job))

    def undo(self, job: DropJob) -> None:
        self._ask("undo", job)

    def _ask(self, action: str, job: DropJob) -> dict[str, str]:
        probe = self.probe()
        if not probe.ready:
            raise DropError(probe.text)
        fields = {
            "action": action,
            "id": job.id,
            "file": str(job.clip.resolve()),
            "n_samples": str(job.n_samples),
            "rate": str(job.rate),
            "track": job.character.strip() or "Cuevox",
            "name": job.title,
            "note": job.text,
        }
        if job.at is not None:
            fields["sample"] = str(resample_position(job.at.sample, job.at.rate, job.rate))
        text = "".join(f"{key}={_one_line(value)}\n" for key, value in fields.items())
        stem = f"{action}-{stable_uuid('job', job.id).hex}"
        request, answer = self.spool / f"{stem}.job", self.spool / f"{stem}.result"
        try:
            answer.unlink(missing_ok=True)  # of an earlier request whose sender went away
            write_atomic(request, text.encode())
            deadline = time.monotonic() + self.timeout_s
            while not answer.exists():
                if time.monotonic() > deadline:
                    request.unlink(missing_ok=True)  # or it would be done when nobody waits for it any more
                    raise DropError(
                        f"REAPER did not answer within {self.timeout_s:g} s; look whether a dialogue is open there"
                    )
                self._sleep(POLL_S)
            lines = answer.read_text(encoding="utf-8", errors="replace").splitlines()
            answer.unlink(missing_ok=True)
        except OSError as error:
            raise DropError(f"the spool folder {self.spool} cannot be used: {error.strerror or error}") from error
        result = dict(line.split("=", 1) for line in lines if "=" in line)
        if result.get("ok") != "1":
            raise DropError(f"REAPER: {result.get('text', 'no reason given')}")
        return result

    def _receipt(self, job: DropJob, result: dict[str, str]) -> DropReceipt:
        try:
            start, n_samples = int(result["sample"]), int(result["n_samples"])
        except (KeyError, ValueError) as error:
            raise DropError(
                "the companion's answer cannot be read; load the companion of this version again"
            ) from error
        if n_samples != job.n_samples:
            raise DropError(f"{job.title} is {n_samples} samples long in REAPER, not {job.n_samples}")
        if job.at is not None and start != resample_position(job.at.sample, job.at.rate, job.rate):
            raise DropError(f"{job.title} lies at sample {start} in REAPER, not where it was asked for")
        text = f"read back from REAPER: smp:{start}@{job.rate}, {n_samples} samples"
        return DropReceipt(self.name, result.get("track", ""), Position(start, job.rate), n_samples, text)


def _one_line(text: str) -> str:
    return re.sub("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+", " ", text)
