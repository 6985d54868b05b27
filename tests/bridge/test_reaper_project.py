"""REAPER projects, opened again by the independent `rpp` package."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import rpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.drops.base import DropError, DropJob, samples_of_text, seconds_text
from bridge.drops.reaper_project import ReaperProject
from bridge.files import PREVIOUS_SUFFIX
from bridge.timeline import Position

# As REAPER saves one: a folder of tracks, an effect's state, notes with brackets, an unknown block behind the tracks.
USERS_PROJECT = b"""<REAPER_PROJECT 0.1 "7.22/linux-x86_64" 1731000000
  <NOTES 0 2
    |Scene 4 <draft>
    |>
  >
  TEMPO 96.5 4 4
  SAMPLERATE 44100 1 0
  <TRACK {11111111-2222-3333-4444-555555555555}
    NAME "Room tone"
    ISBUS 1 1
    <FXCHAIN
      <VST "VST: ReaEQ (Cockos)" reaeq.so 0 "" 1919247729<5653547265657172656165710000> ""
        cWVlcu5e7f4CAAAAAQAAAAAAAAACAAAAAAAAAAIAAAABAAAAAAAAAAIAAAAAAAAA
      >
    >
    <ITEM
      POSITION 1.5
      LENGTH 2
      NAME tone.wav
      IGUID {AAAAAAAA-2222-3333-4444-555555555555}
      <SOURCE WAVE
        FILE "tone.wav"
      >
    >
  >
  <TRACK {22222222-2222-3333-4444-555555555555}
    NAME Guard
    ISBUS 2 -1
  >
  <EXTENSIONS
  >
>
"""


@pytest.fixture
def job(tmp_path: Path) -> DropJob:
    clip = tmp_path / "clips" / "guard_t01.wav"
    clip.parent.mkdir()
    clip.write_bytes(b"RIFF")
    return DropJob("guard_t01", clip, 115_200, 48000, "Guard", Position(3_480_001, 48000), text='He said "halt"\n<now>')


@pytest.fixture
def project(tmp_path: Path) -> ReaperProject:
    return ReaperProject(tmp_path / "projects" / "cuevox.RPP")


def tracks_of(project: ReaperProject) -> dict[str, list[rpp.Element]]:
    root = rpp.loads(project.path.read_text())
    return {t.find(".//NAME")[1]: t.findall("ITEM") for t in root.findall("TRACK")}


def users_project(project: ReaperProject, data: bytes = USERS_PROJECT) -> ReaperProject:
    project.path.parent.mkdir(exist_ok=True)
    project.path.write_bytes(data)
    return project


def test_an_independent_reader_finds_the_item_at_its_sample(project: ReaperProject, job: DropJob) -> None:
    receipt = project.drop(job)
    (item,) = tracks_of(project)["Guard"]
    assert round(Decimal(item.find("POSITION")[1]) * 48000) == 3_480_001 == receipt.where.sample
    assert abs(Decimal(item.find("POSITION")[1]) * 48000 - 3_480_001) < Decimal("1e-6")
    assert Decimal(item.find("LENGTH")[1]) * 48000 == 115_200
    assert item.find("NAME")[1] == "guard_t01"
    file = item.find("SOURCE").find("FILE")[1]
    assert (project.path.parent / file).resolve() == job.clip.resolve()
    assert [line for line in item.find("NOTES").children] == ['|He said "halt"', "|<now>"]


def test_tracks_are_made_by_character_and_used_again(project: ReaperProject, job: DropJob) -> None:
    project.drop(job)
    project.drop(replace(job, id="mira_t01", character="Mira"))
    project.drop(replace(job, id="guard_t02", at=Position(9_600_000, 48000)))
    assert {name: len(items) for name, items in tracks_of(project).items()} == {"Guard": 2, "Mira": 1}


def test_the_rest_of_a_users_project_stays_byte_for_byte(project: ReaperProject, job: DropJob) -> None:
    for newline in (b"\n", b"\r\n"):
        before = USERS_PROJECT.replace(b"\n", newline)
        users_project(project, before)
        project.drop(job)
        project.drop(replace(job, id="mira_t01", character="Mira"))
        after = project.path.read_bytes()
        assert newline == b"\n" or after.count(b"\n") == after.count(b"\r\n")
        lines = iter(after.splitlines(keepends=True))
        assert all(line in lines for line in before.splitlines(keepends=True)), "every line of before, in its order"
        assert {n: len(i) for n, i in tracks_of(project).items()} == {"Room tone": 1, "Guard": 1, "Mira": 1}


def test_undo_gives_the_bytes_of_before(project: ReaperProject, job: DropJob) -> None:
    users_project(project)
    other = replace(job, id="mira_t01", character="Mira")
    project.drop(job)
    one = project.path.read_bytes()
    project.drop(other)
    project.undo(other)
    assert project.path.read_bytes() == one
    assert b"mira_t01" in project.path.with_name("cuevox.RPP" + PREVIOUS_SUFFIX).read_bytes()
    project.undo(job)
    assert project.path.read_bytes() == USERS_PROJECT
    with pytest.raises(DropError, match="does not hold"):
        project.undo(job)


def test_the_same_drop_again_changes_nothing(project: ReaperProject, job: DropJob) -> None:
    receipt = project.drop(job)
    before = project.path.read_bytes()
    assert project.drop(job) == receipt
    assert project.path.read_bytes() == before


def test_nothing_is_covered(project: ReaperProject, job: DropJob) -> None:
    project.drop(job)
    for i, shift in enumerate((0, 115_199, -115_199)):
        place = Position(3_480_001 + shift, 48000)
        assert project.drop(replace(job, id=f"again_{i}", at=place)).track != "Guard"
    assert project.drop(replace(job, id="next", at=Position(3_480_001 + 115_200, 48000))).track == "Guard"


def test_without_a_place_clips_follow_each_other(project: ReaperProject, job: DropJob) -> None:
    ends = [project.drop(replace(job, id=f"l{i}", at=None)).where.sample for i in range(3)]
    assert ends == [0, 115_200 + 48_000, 2 * (115_200 + 48_000)]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-30],
        lambda data: data.replace(b"  <EXTENSIONS\n  >\n>\n", b""),
        lambda data: data + b"  <TRACK\n",
        lambda data: b"",
        lambda data: b"\0" * len(data),
        lambda data: data.replace(b"REAPER_PROJECT", b"ABLETON"),
    ],
)
def test_a_damaged_project_is_refused_and_left_alone(project: ReaperProject, job: DropJob, damage: object) -> None:
    data = damage(USERS_PROJECT)  # type: ignore[operator]
    users_project(project, data)
    assert not project.probe().ready
    with pytest.raises(DropError, match="nothing was written"):
        project.drop(job)
    assert project.path.read_bytes() == data


def test_a_clip_that_is_gone_is_not_dropped(project: ReaperProject, job: DropJob) -> None:
    with pytest.raises(DropError, match="render the line again"):
        project.drop(replace(job, clip=job.clip.with_name("gone.wav")))
    assert not project.path.exists()


def test_verify_notices_an_item_that_was_moved(project: ReaperProject, job: DropJob) -> None:
    project.drop(job)
    data = project.path.read_bytes()
    project.path.write_bytes(data.replace(b"POSITION 72.5000208", b"POSITION 72.6000208"))
    with pytest.raises(DropError, match="not where it was asked for"):
        project.verify(job)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(character=st.text(), text=st.text(), name=st.text())
def test_no_text_can_break_the_project(
    project: ReaperProject, job: DropJob, character: str, text: str, name: str
) -> None:
    users_project(project)
    hostile = replace(job, character=character, text=text, name=name)
    receipt = project.drop(hostile)
    assert project.verify(hostile) == receipt
    root = rpp.loads(project.path.read_bytes().decode())
    assert sum(len(t.findall("ITEM")) for t in root.findall("TRACK")) == 2
    project.undo(hostile)
    assert project.path.read_bytes() == USERS_PROJECT


@given(sample=st.integers(0, 192_000 * 86_400), rate=st.sampled_from([8000, 22050, 44100, 48000, 88200, 96000, 192000]))
def test_seconds_as_text_lead_back_to_the_sample(sample: int, rate: int) -> None:
    assert samples_of_text(seconds_text(sample, rate), rate) == sample
    assert round(float(seconds_text(sample, rate)) * rate) == sample  # and through a double, as in a DAW


@pytest.mark.skipif(
    not os.environ.get("CUEVOX_REAPER"), reason="set CUEVOX_REAPER to a REAPER program to render with it"
)
def test_reaper_itself_renders_the_clip_at_its_place(project: ReaperProject, job: DropJob, tmp_path: Path) -> None:
    import subprocess

    import numpy as np
    import soundfile

    soundfile.write(job.clip, np.full(job.n_samples, 0.5, np.float32), 48000, subtype="PCM_24")
    project.drop(replace(job, at=Position(48_000, 48000)))
    subprocess.run([os.environ["CUEVOX_REAPER"], "-renderproject", str(project.path)], check=True, timeout=60)
    (rendered,) = [p for p in project.path.parent.glob("*.wav")]
    audio, rate = soundfile.read(rendered, always_2d=True)
    assert rate == 48000 and int(np.flatnonzero(np.abs(audio[:, 0]) > 0.1)[0]) == 48_000
