"""A spool folder shared with a script inside a DAW: a request and its answer are files, each written whole.

It is what all scripting of DAWs has in common: hardly any can be handed a text from outside, all can read a file.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bridge.drops.base import DropError, DropJob, DropReceipt, resample_position
from bridge.files import write_atomic
from bridge.timeline import Position

POLL_S = 0.02


class Spool:
    """One folder and the program whose script answers in it."""

    def __init__(
        self,
        folder: Path,
        program: str,
        *,
        timeout_s: float = 5.0,
        advice: str = "look whether a dialogue is open there",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`advice`: for a person, when there is no answer. `sleep`: waits so many seconds."""
        self.folder = folder
        self.program = program
        self.timeout_s = timeout_s
        self._advice = advice
        self._sleep = sleep

    def ask(self, stem: str, fields: Mapping[str, str], wake: Callable[[], None] | None = None) -> dict[str, str]:
        """Write STEM.job, `wake` the script where it does not look by itself, wait for STEM.result. -> its fields.

        Raises DropError when nobody answers, or when the answer is that it did not work.
        """
        text = "".join(f"{key}={_one_line(value)}\n" for key, value in fields.items())
        request, answer = self.folder / f"{stem}.job", self.folder / f"{stem}.result"
        try:
            answer.unlink(missing_ok=True)  # of an earlier request whose sender went away
            write_atomic(request, text.encode())
            try:
                if wake is not None:
                    wake()
                self._wait_for(answer)
            except DropError:
                request.unlink(missing_ok=True)  # or it would be done when nobody waits for it any more
                raise
            lines = answer.read_text(encoding="utf-8", errors="replace").splitlines()
            answer.unlink(missing_ok=True)
        except OSError as error:
            raise DropError(f"the spool folder {self.folder} cannot be used: {error.strerror or error}") from error
        result = dict(line.split("=", 1) for line in lines if "=" in line)
        if result.get("ok") != "1":
            raise DropError(f"{self.program}: {result.get('text', 'no reason given')}")
        return result

    def receipt(self, target: str, job: DropJob, result: Mapping[str, str]) -> DropReceipt:
        """Where the clip lies, as the script read it back. Raises DropError when that is not as asked."""
        try:
            start, n_samples = int(result["sample"]), int(result["n_samples"])
        except (KeyError, ValueError) as error:
            raise DropError(
                "the companion's answer cannot be read; load the companion of this version again"
            ) from error
        if n_samples != job.n_samples:
            raise DropError(f"{job.title} is {n_samples} samples long in {self.program}, not {job.n_samples}")
        if job.at is not None and start != resample_position(job.at.sample, job.at.rate, job.rate):
            raise DropError(f"{job.title} lies at sample {start} in {self.program}, not where it was asked for")
        text = f"read back from {self.program}: smp:{start}@{job.rate}, {n_samples} samples"
        return DropReceipt(target, result.get("track", ""), Position(start, job.rate), n_samples, text)

    def _wait_for(self, answer: Path) -> None:
        deadline_s = time.monotonic() + self.timeout_s
        while not answer.exists():
            if time.monotonic() > deadline_s:
                raise DropError(f"{self.program} did not answer within {self.timeout_s:g} s; {self._advice}")
            self._sleep(POLL_S)


def job_fields(action: str, job: DropJob) -> dict[str, str]:
    """A request about a clip, as the companions read it."""
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
    return fields


def _one_line(text: str) -> str:
    return re.sub("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+", " ", text)
