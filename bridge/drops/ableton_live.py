"""Drops into the Set that is open in Ableton Live, by the remote script there (companions/ableton_cuevox).

With a place a clip goes into the Arrangement, at the tempo that Live says; without one into the next free slot of the
character's track in the Session.
"""

from __future__ import annotations

import json
import socket
import time
from typing import Any

from bridge.drops.base import DropError, DropJob, DropReceipt, Probe, resample_position
from bridge.timeline import Position

HOST = "127.0.0.1"
MAX_ANSWER = 100_000  # bytes
ADVICE = (
    "choose Cuevox as a control surface in Live's settings (Link, Tempo & MIDI), and look whether a dialogue is open"
)


class AbletonLive:
    """The drop target `ableton_live`."""

    name = "ableton_live"

    def __init__(self, port: int, *, timeout_s: float = 5.0) -> None:
        """`port`: that the remote script listens on."""
        self.port = port
        self._timeout_s = timeout_s

    def probe(self) -> Probe:
        try:
            found = self._ask({"action": "probe"})
        except DropError as error:
            return Probe(False, str(error))
        return Probe(True, f"Live has a Set with {found.get('tracks')} tracks open, at {found.get('tempo')} BPM")

    def drop(self, job: DropJob) -> DropReceipt:
        if not job.clip.is_file():
            raise DropError(f"the clip {job.clip} does not exist; render the line again")
        return self._receipt(job, self._ask(_request("drop", job)))

    def verify(self, job: DropJob) -> DropReceipt:
        return self._receipt(job, self._ask(_request("verify", job)))

    def undo(self, job: DropJob) -> None:
        self._ask(_request("undo", job))

    def _ask(self, request: dict[str, object]) -> dict[str, Any]:
        """One line there, one back. Raises DropError when nobody answers, or when it did not work."""
        deadline_s = time.monotonic() + self._timeout_s
        said = b""
        try:
            with socket.create_connection((HOST, self.port), self._timeout_s) as live:
                live.sendall(json.dumps(request).encode() + b"\n")
                while not said.endswith(b"\n") and len(said) < MAX_ANSWER:
                    live.settimeout(max(0.001, deadline_s - time.monotonic()))
                    block = live.recv(1 << 16)
                    if not block:
                        raise DropError(f"Live's remote script hung up; {ADVICE}")
                    said += block
        except OSError as error:
            why = error.strerror or error
            raise DropError(f"Ableton Live does not answer on port {self.port} ({why}); {ADVICE}") from error
        try:
            answer = json.loads(said)
            if answer["ok"]:
                return dict(answer)
        except (ValueError, KeyError, TypeError) as error:
            raise DropError("Live's answer cannot be read; copy the remote script of this version again") from error
        raise DropError(f"Live: {answer.get('text', 'no reason given')}")

    def _receipt(self, job: DropJob, answer: dict[str, Any]) -> DropReceipt:
        try:
            n_samples, track = int(answer["n_samples"]), str(answer["track"])
            start = 0 if job.at is None else round(float(answer["seconds"]) * job.rate)
            place = f"slot {int(answer['slot']) + 1} in the Session" if job.at is None else f"smp:{start}@{job.rate}"
        except (KeyError, ValueError, TypeError) as error:
            raise DropError("Live's answer cannot be read; copy the remote script of this version again") from error
        if n_samples != job.n_samples:
            raise DropError(f"{job.title} is {n_samples} samples long in Live, not {job.n_samples}")
        if job.at is not None and start != resample_position(job.at.sample, job.at.rate, job.rate):
            raise DropError(f"{job.title} lies at sample {start} in Live, not where it was asked for")
        text = f"read back from Live: track {track}, {place}, {n_samples} samples, not warped"
        return DropReceipt(self.name, track, Position(start, job.rate), n_samples, text)


def _request(action: str, job: DropJob) -> dict[str, object]:
    request: dict[str, object] = {
        "action": action,
        "file": str(job.clip.resolve()),
        "n_samples": job.n_samples,
        "rate": job.rate,
        "track": job.character.strip() or "Cuevox",
        "name": job.title,
    }
    if job.at is not None:
        request["seconds"] = resample_position(job.at.sample, job.at.rate, job.rate) / job.rate
    return request
