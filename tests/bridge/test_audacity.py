"""Drops into Audacity over its pipes: a stand-in that answers as it does, and the real one where it is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.drops.audacity import Audacity
from bridge.drops.audacity_pipe import AudacityPipe
from bridge.drops.base import DropError, DropJob
from bridge.ixml import ClipMetadata
from bridge.timeline import Position
from bridge.wav import write_wav
from tests import audacity
from tests.audacity import StandIn
from tests.fakes import WAIT_S

RATE = 48_000
Make = Callable[..., DropJob]


@pytest.fixture
def job(tmp_path: Path) -> Make:
    def make(name: str, at: int | None, n_samples: int = 24_001, level: float = 0.5) -> DropJob:
        path = tmp_path / f"{name}.wav"
        ramp = np.linspace(0.1, level, n_samples, dtype=np.float32)
        write_wav(path, ramp, RATE, 24, ClipMetadata(line="gate", take=name))
        return DropJob(name, path, n_samples, RATE, "Guard", None if at is None else Position(at, RATE))

    return make


@pytest.fixture
def program(tmp_path: Path) -> Iterator[StandIn]:
    (tmp_path / "pipes").mkdir()
    with StandIn(tmp_path / "pipes") as program:
        yield program


@pytest.fixture
def target(program: StandIn) -> Audacity:
    return Audacity(lambda: AudacityPipe(program.folder, timeout_s=WAIT_S, answer_s=WAIT_S))


def at_once(program: StandIn) -> Audacity:
    """One that waits for next to nothing, where it is known that nothing comes."""
    return Audacity(lambda: AudacityPipe(program.folder, timeout_s=WAIT_S, answer_s=0.2))


def test_a_clip_lies_on_its_track_with_a_label_and_the_same_drop_is_answered(
    target: Audacity, program: StandIn, job: Make
) -> None:
    first = job("gate_01_t01", 172_800_001)  # where the six digits that Audacity shows are a thousand samples wide
    receipt = target.drop(first)
    assert (receipt.track, receipt.where, receipt.n_samples) == ("Guard", first.at, 24_001)
    assert target.drop(first) == target.verify(first) == receipt
    guard, labels = program.tracks
    assert round(guard.clips[0][0] * RATE) == 172_800_001 and len(guard.clips) == 1
    assert (labels.name, labels.texts) == ("Cuevox", ["gate_01_t01 smp:172800001@48000"])


def test_nothing_is_covered_and_without_a_place_clips_follow(target: Audacity, program: StandIn, job: Make) -> None:
    assert target.drop(job("a", 960_001)).track == "Guard"
    assert target.drop(job("b", 970_000)).track == "Guard 2"
    assert target.drop(job("c", 2_000_003)).track == "Guard"
    behind = target.drop(job("d", None))
    assert behind.track == "Guard" and behind.where.sample >= 2_000_003 + 24_001 + RATE
    assert [track.name for track in program.tracks] == ["Guard", "Cuevox", "Guard 2"]


def test_undo_takes_out_that_clip_only(target: Audacity, program: StandIn, job: Make) -> None:
    target.drop(job("a", 960_001))
    target.drop(job("b", 2_000_003))
    target.undo(job("a", 960_001))
    assert len(program.tracks[0].clips) == 1 and program.tracks[1].texts == ["b smp:2000003@48000"]
    with pytest.raises(DropError, match="is not in the project"):
        target.undo(job("a", 960_001))


def test_a_clip_that_was_moved_is_noticed(target: Audacity, program: StandIn, job: Make) -> None:
    target.drop(job("a", 960_001))
    program.tracks[0].clips[0] = (30.0, 30.5)
    with pytest.raises(DropError, match="moved or cut"):
        target.verify(job("a", 960_001))


def test_a_dialogue_or_a_missing_window_is_told_and_not_waited_for(program: StandIn, job: Make) -> None:
    program.is_stuck = True
    with pytest.raises(DropError, match="shows a dialogue"):
        at_once(program).drop(job("a", 0))
    program.is_stuck, program.has_window = False, False
    assert "did not answer" in at_once(program).probe().text


def test_without_audacity_the_way_to_start_it_is_named(tmp_path: Path, job: Make) -> None:
    alone = Audacity(lambda: AudacityPipe(tmp_path, timeout_s=0.05))
    assert "mod-script-pipe" in alone.probe().text
    with pytest.raises(DropError, match="cannot be reached"):
        alone.drop(job("a", 0))


def test_a_file_that_audacity_could_not_read_is_not_given_to_it(target: Audacity, program: StandIn, job: Make) -> None:
    asked = job("a", 0)
    asked.clip.unlink()
    with pytest.raises(DropError, match=r"cannot be read.*render the line again"):
        target.drop(asked)
    with pytest.raises(DropError, match="not 99"):
        target.drop(replace(job("a", 0), n_samples=99))
    assert program.said == []


def test_names_are_written_so_that_audacity_reads_them(target: Audacity, program: StandIn, job: Make) -> None:
    asked = replace(job("a", 960_001), character='Guard "Joe"\nof the gate', name="line\\1")
    assert target.drop(asked).track == "Guard 'Joe' of the gate"
    assert target.verify(asked).track == program.tracks[0].name


# ---- the real one ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(
    not os.environ.get("CUEVOX_AUDACITY"),
    reason="set CUEVOX_AUDACITY=1 to start Audacity here: its pipes have one fixed place on a machine",
)
def test_the_real_audacity_holds_and_exports_the_clips_to_the_sample(tmp_path: Path, job: Make) -> None:
    with audacity.running(tmp_path):
        target = Audacity(lambda: AudacityPipe(timeout_s=WAIT_S, answer_s=WAIT_S))
        audacity.wait_for(
            lambda: Audacity(lambda: AudacityPipe(timeout_s=2, answer_s=2)).probe().ready, "a project window"
        )
        jobs = [
            job("gate_01", 960_001),
            job("gate_02", 970_000),
            job("gate_03", 2_000_003, 33_333),
            job("gate_04", None),
        ]
        receipts = [target.drop(each) for each in jobs]
        assert [receipt.track for receipt in receipts] == ["Guard", "Guard 2", "Guard", "Guard"]
        assert [target.drop(each) for each in jobs] == receipts
        target.undo(jobs[1])
        for receipt in receipts:
            print(receipt.verified)
        with AudacityPipe(timeout_s=WAIT_S, answer_s=WAIT_S) as pipe:
            pipe.do("SelectAll")
            pipe.do("Export2", Filename=str(tmp_path / "out.wav"), NumChannels=1)
    audio, rate = soundfile.read(tmp_path / "out.wav", dtype="float32")
    sounding = np.flatnonzero(np.abs(audio) > 0.05)
    edges = np.flatnonzero(np.diff(sounding) > 1)
    starts = [int(sounding[0]), *(int(sounding[i + 1]) for i in edges)]
    ends = [*(int(sounding[i]) + 1 for i in edges), int(sounding[-1]) + 1]
    asked = [receipts[i] for i in (0, 2, 3)]
    assert rate == RATE
    assert starts == [receipt.where.sample for receipt in asked]
    assert [end - start for start, end in zip(starts, ends, strict=True)] == [24_001, 33_333, 24_001]
