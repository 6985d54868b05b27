"""Drops shown with the real programs, as in docs/daws.md: `python -m tests.show_drops ardour`, `audacity` or `melt`."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from bridge.drops import ArdourLive, Audacity, DropError, DropJob, DropTarget, Exchange
from bridge.drops.audacity_pipe import AudacityPipe
from bridge.ixml import ClipMetadata
from bridge.timeline import Position, parse_frame_rate, write_position
from bridge.wav import write_wav
from tests import ardour, audacity, melt

RATE = 48_000
SUPERCLOCKS = 282_240_000 // RATE  # of Ardour, a sample
PLACES = {"gate_01_t01": 960_001, "gate_02_t01": 970_000, "gate_03_t01": 2_000_003, "gate_04_t01": None}


def main(program: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        jobs = [_job(Path(folder), name, at) for name, at in PLACES.items()]
        show = {"ardour": _in_ardour, "audacity": _in_audacity, "melt": _through_melt}[program]
        with show(Path(folder)) as target:
            print(f"probe          {target.probe().text}")
            for job in jobs:
                _drop(target, job)
            _drop(target, jobs[0])
            target.undo(jobs[1])
            print(f"undo           {jobs[1].id}")
            for job in jobs:
                _verify(target, job)


def _job(folder: Path, name: str, at: int | None) -> DropJob:
    path = folder / f"{name}.wav"
    write_wav(path, np.linspace(0.1, 0.5, 24_001, dtype=np.float32), RATE, 24, ClipMetadata(take=name))
    return DropJob(name, path, 24_001, RATE, "Guard", None if at is None else Position(at, RATE), line=name[:7])


def _drop(target: DropTarget, job: DropJob) -> None:
    receipt = target.drop(job)
    asked = "" if job.at is None else f" at {write_position(job.at)}"
    print(f"drop           {job.id}{asked}, {job.n_samples} samples")
    print(f"               {receipt.verified}")


def _verify(target: DropTarget, job: DropJob) -> None:
    try:
        print(f"verify         {job.id}: track {target.verify(job).track}")
    except DropError as error:
        print(f"verify         {error}")


@contextmanager
def _in_ardour(folder: Path) -> Iterator[DropTarget]:
    spool = folder / "spool"
    spool.mkdir()
    script = Path(__file__).parents[1] / "bridge" / "companions" / "ardour_cuevox.lua"
    with ardour.running(folder, actions=[(script, {"spool": str(spool)})]) as program:
        yield ArdourLive(spool, osc_port=program.osc_port, timeout_s=30)
        saved = program.saved(lambda text: "gate_04_t01" in text)
        for name, inside in re.findall(r'<Playlist [^>]*name="(Guard[^"]*)"[^>]*>(.*?)</Playlist>', saved, re.DOTALL):
            regions = re.findall(r'<Region name="([^"]*)"[^>]* length="a(\d+)@a(\d+)"', inside)
            spans = [f"{each} {int(at) // SUPERCLOCKS}+{int(n) // SUPERCLOCKS}" for each, n, at in regions]
            print(f"saved session  {name}: {', '.join(spans) or 'empty'}")


@contextmanager
def _in_audacity(folder: Path) -> Iterator[DropTarget]:
    with audacity.running(folder):
        target = Audacity(lambda: AudacityPipe(timeout_s=30, answer_s=30))
        audacity.wait_for(lambda: Audacity(lambda: AudacityPipe(timeout_s=2, answer_s=2)).probe().ready, "a window")
        yield target
        with AudacityPipe(timeout_s=30, answer_s=30) as pipe:
            pipe.do("SelectAll")
            pipe.do("Export2", Filename=str(folder / "out.wav"), NumChannels=1)
    audio, _ = soundfile.read(folder / "out.wav")
    loud = np.flatnonzero(np.abs(audio) > 0.05)
    edges = np.flatnonzero(np.diff(loud) > 1)
    starts = [loud[0], *loud[edges + 1]]
    ends = [*loud[edges], loud[-1]]
    spans = ", ".join(f"{start} to {end}" for start, end in zip(starts, ends, strict=True))
    print(f"exported file  sound in samples {spans}")


@contextmanager
def _through_melt(folder: Path) -> Iterator[DropTarget]:
    yield Exchange(folder / "show.otio", frames_at=parse_frame_rate("25"))
    for suffix in melt.ADAPTERS:
        spans = melt.played_out(folder / f"show{suffix}", folder, "Guard")
        print(f"{suffix} played    sound in samples {', '.join(f'{start} to {end}' for start, end in spans)}")


if __name__ == "__main__":
    main(sys.argv[1])
