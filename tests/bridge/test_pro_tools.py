"""Drops into a stand-in of Pro Tools, over gRPC."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("grpc", reason="grpcio is not installed (launcher.py extras protools)")

from bridge.drops import DropError, DropJob, ProToolsLive
from bridge.drops.ptsl import CommandId, envelope
from bridge.ixml import ClipMetadata
from bridge.timeline import Position
from bridge.wav import write_wav
from tests.pro_tools import StandIn, serving

RATE = 48_000


@pytest.fixture
def session() -> StandIn:
    return StandIn()


@pytest.fixture
def target(session: StandIn) -> Iterator[ProToolsLive]:
    with serving(session) as port:
        yield ProToolsLive(port)


@pytest.fixture
def job(tmp_path: Path) -> DropJob:
    path = tmp_path / "gate_01_t01.wav"
    write_wav(path, np.zeros(4800, np.float32), RATE, 24, ClipMetadata(take="gate_01_t01"))
    return DropJob("gate_01_t01", path, 4800, RATE, "Old Guard", Position(172_800_001, RATE))


def spans(session: StandIn, track: str) -> list[tuple[int, int]]:
    return [(start, end) for _, start, end in session.tracks[track]]


def test_the_envelope_has_the_bytes_of_the_real_stubs() -> None:
    """As py-ptsl 601.1 writes them, whose stubs are made from Avid's file."""
    request, response = envelope()
    header = {"command": 70, "version": 2025, "session_id": "abc", "version_minor": 6}
    written = request(header=header, request_body_json='{"a":1}').SerializeToString()
    assert written.hex() == "0a0c104618e90f2203616263280612077b2261223a317d"
    read = response.FromString(  # type: ignore[attr-defined]
        bytes.fromhex("0a0c0a017410461804206428e90f1a0d7b226572726f7273223a5b5d7d")
    )
    assert (read.header.task_id, read.header.command, read.header.status) == ("t", 70, 4)
    assert read.response_error_json == '{"errors":[]}'


def test_a_clip_lies_on_its_sample_on_a_track_of_its_character(
    session: StandIn, target: ProToolsLive, job: DropJob
) -> None:
    probe = target.probe()
    assert probe.ready and "Castle" in probe.text and "48000" in probe.text
    receipt = target.drop(job)
    assert (receipt.track, receipt.where, receipt.n_samples) == ("Old Guard", job.at, 4800)
    assert spans(session, "Old Guard") == [(172_800_001, 172_804_801)]
    assert target.drop(job) == target.verify(job) == receipt
    assert spans(session, "Old Guard") == [(172_800_001, 172_804_801)]  # not twice


def test_nothing_is_covered_and_a_clip_without_a_place_goes_behind_everything(
    session: StandIn, target: ProToolsLive, job: DropJob
) -> None:
    session.place("Old Guard", "his own", 172_800_000, 10)
    session.place("Music", "theme", 0, 200_000_000)
    assert target.drop(job).track == "Old Guard 2"
    last = target.drop(replace(job, at=None, character="Mira"))
    assert (last.track, last.where.sample) == ("Mira", 200_000_000 + RATE)
    assert spans(session, "Old Guard") == [(172_800_000, 172_800_010)]


def test_long_lists_come_in_pages(
    session: StandIn, target: ProToolsLive, job: DropJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.drops.ptsl.PAGE", 2)
    for n in range(5):
        session.place("Old Guard", f"his own {n}", n * 1000, 1000)
    target.drop(job)
    assert target.verify(job).where == job.at


def test_undo_takes_out_that_clip_and_nothing_else(session: StandIn, target: ProToolsLive, job: DropJob) -> None:
    elsewhere = replace(job, id="gate_01_t01@48000_48000", at=Position(48_000, RATE))
    target.drop(job)
    target.drop(elsewhere)  # the same file once more: Pro Tools numbers the clip
    target.undo(job)
    assert spans(session, "Old Guard") == [(48_000, 52_800)]
    with pytest.raises(DropError, match=r"172800001.*drop it first"):
        target.undo(job)
    assert target.verify(elsewhere).where == elsewhere.at


def test_an_edit_group_that_drags_other_clips_along_is_undone(
    session: StandIn, target: ProToolsLive, job: DropJob
) -> None:
    session.place("Music", "theme", 172_800_000, 10_000)
    session.also_cleared = "Music"
    target.drop(job)
    before = {name: list(clips) for name, clips in session.tracks.items()}
    with pytest.raises(DropError, match="edit groups"):
        target.undo(job)
    assert session.tracks == before
    assert session.asked.count(CommandId.UNDO) == 1


def test_what_cannot_be_dropped_changes_nothing(session: StandIn, target: ProToolsLive, job: DropJob) -> None:
    session.rate = 96_000
    with pytest.raises(DropError, match="runs at 96000 Hz"):
        target.drop(job)
    session.rate, session.is_open = RATE, False
    with pytest.raises(DropError, match="PT_NoOpenedSession"):
        target.drop(job)
    assert not target.probe().ready
    session.is_open = True
    job.clip.unlink()
    with pytest.raises(DropError, match="render the line again"):
        target.drop(job)
    assert session.tracks == {} and session.undo == []


def test_a_pro_tools_that_is_not_there_is_told(job: DropJob) -> None:
    with serving(StandIn()) as port:
        pass
    probe = ProToolsLive(port).probe()
    assert not probe.ready and str(port) in probe.text and "open a session" in probe.text


def test_without_its_package_the_drop_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, job: DropJob) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    with pytest.raises(DropError, match=r"launcher\.py extras protools"):
        ProToolsLive(1).drop(job)
