"""Drops into a folder that a DAW, a sampler or a game tool watches: stamped Broadcast WAV files, the universal way.

The stamp (bext time reference and iXML) carries the place; the DAW is asked to put the file at its own time stamp.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bridge.drops.base import DropError, DropJob, DropReceipt, Probe, resample_position
from bridge.errors import BadArgumentError
from bridge.files import safe_name
from bridge.timeline import Position
from bridge.wav import copy_wav, read_info


class WatchFolder:
    """The drop target `watch_folder`: FOLDER/CHARACTER/TAKE.wav."""

    name = "watch_folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def probe(self) -> Probe:
        if self.folder.is_dir() or not self.folder.exists():
            return Probe(True, f"clips go to {self.folder}; let the DAW place them at their time stamp")
        return Probe(False, f"{self.folder} is a file; choose a folder")

    def drop(self, job: DropJob) -> DropReceipt:
        path = self._path(job)
        if path.exists():
            return self.verify(job)  # the same job, or a file of somebody else: that one is never overwritten
        try:
            info = read_info(job.clip)
            stamp = self._stamp(job, info.metadata.time_reference)
            copy_wav(job.clip, path, replace(info.metadata, take=job.id, time_reference=stamp))
        except FileNotFoundError as error:
            raise DropError(f"the clip {job.clip} does not exist; render the line again") from error
        except (OSError, BadArgumentError) as error:
            raise DropError(f"{job.title} could not be put into {self.folder}: {error}") from error
        return self.verify(job)

    def verify(self, job: DropJob) -> DropReceipt:
        path = self._path(job)
        try:
            info = read_info(path)
        except FileNotFoundError as error:
            raise DropError(f"{path} is not there; drop {job.title} first") from error
        except (OSError, BadArgumentError) as error:
            raise DropError(f"{path} does not hold {job.title}: {error}") from error
        if info.metadata.take != job.id:
            raise DropError(f"{path} holds {info.metadata.take or 'another clip'}, not {job.id}; move it away first")
        if (info.n_samples, info.rate) != (job.n_samples, job.rate):
            raise DropError(f"{path} has {info.n_samples} samples at {info.rate}, not {job.n_samples} at {job.rate}")
        stamp = info.metadata.time_reference
        if stamp != self._stamp(job, stamp):
            raise DropError(f"{path} is stamped for sample {stamp}, not where it was asked for; move it away first")
        text = f"read back from {path.name}: time reference {stamp}, {info.n_samples} samples at {info.rate}"
        return DropReceipt(self.name, path.parent.name, Position(stamp, info.rate), info.n_samples, text)

    def undo(self, job: DropJob) -> None:
        self.verify(job)  # only ever our own file is removed
        path = self._path(job)
        try:
            path.unlink()
        except OSError as error:
            raise DropError(f"{path} cannot be removed: {error.strerror or error}") from error

    def _path(self, job: DropJob) -> Path:
        return self.folder / safe_name(job.character, fallback="Cuevox") / f"{safe_name(job.id, fallback='clip')}.wav"

    @staticmethod
    def _stamp(job: DropJob, present: int) -> int:
        return present if job.at is None else resample_position(job.at.sample, job.at.rate, job.rate)
