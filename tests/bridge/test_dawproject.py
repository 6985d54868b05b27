"""DAWproject files and watched folders, read back by zipfile, lxml and soundfile."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from wavinfo import WavInfoReader

from bridge.drops import DawProject, DropError, DropJob, DropTarget, WatchFolder
from bridge.timeline import Position
from bridge.wav import ClipMetadata, write_wav


@pytest.fixture
def job(tmp_path: Path) -> DropJob:
    clip = tmp_path / "clips" / "guard_t01.wav"
    audio = np.random.default_rng(1).uniform(-0.5, 0.5, 9601).astype(np.float32)
    write_wav(clip, audio, 48000, 24, ClipMetadata(take="guard_t01", text="Halt!", time_reference=3_480_001))
    return DropJob("guard_t01", clip, 9601, 48000, "Guard", Position(3_480_001, 48000), text="Halt!")


@pytest.fixture
def project(tmp_path: Path) -> DawProject:
    return DawProject(tmp_path / "cuevox.dawproject")


def xml_of(project: DawProject, name: str = "project.xml") -> etree._Element:
    with zipfile.ZipFile(project.path) as archive:
        assert archive.testzip() is None
        return etree.fromstring(archive.read(name))


def test_the_clip_lies_at_its_sample_on_its_track_with_its_sound(project: DawProject, job: DropJob) -> None:
    project.drop(job)
    root = xml_of(project)
    (clip,) = root.iter("Clip")
    (track,) = root.xpath("Structure/Track[@name='Guard']")
    assert clip.getparent().getparent().get("track") == track.get("id")
    assert abs(Fraction(clip.get("time")) * 48000 - 3_480_001) < Fraction(1, 10**6)
    assert abs(Fraction(clip.get("duration")) * 48000 - 9601) < Fraction(1, 10**6)
    assert clip.get("contentTimeUnit") == "seconds" and root.find("Arrangement/Lanes").get("timeUnit") == "seconds"
    with zipfile.ZipFile(project.path) as archive:
        data = archive.read(clip.find("Audio/File").get("path"))
    assert data == job.clip.read_bytes(), "byte for byte, or the stamp is lost"
    audio, rate = soundfile.read(io.BytesIO(data))
    assert (len(audio), rate) == (9601, 48000) == (len(audio), int(clip.find("Audio").get("sampleRate")))


def test_the_document_keeps_the_rules_of_the_schema(project: DawProject, job: DropJob) -> None:
    project.drop_all([job, replace(job, id="mira_t01", character="Mira"), replace(job, id="again", at=None)])
    root = xml_of(project)
    assert (root.tag, root.get("version")) == ("Project", "1.0")
    assert [child.tag for child in root] == ["Application", "Transport", "Structure", "Arrangement"]
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids)), "xs:ID: no two the same"
    assert all(i[0].isalpha() and " " not in i for i in ids), "xs:ID: an XML name"
    assert set(root.xpath("//@track | //@destination")) <= set(ids), "xs:IDREF: everything that is named exists"
    allowed = {
        "Track": {"id", "name", "color", "comment", "contentType", "loaded"},
        "Channel": {"id", "name", "audioChannels", "destination", "role", "solo"},
        "Lanes": {"id", "timeUnit", "track"},
        "Clips": {"id", "timeUnit", "track"},
        "Clip": {"name", "comment", "time", "duration", "contentTimeUnit", "playStart"},
        "Audio": {"id", "channels", "duration", "sampleRate", "algorithm"},
        "File": {"path", "external"},
    }
    for element in root.iter(*allowed):
        assert set(element.attrib) <= allowed[element.tag]
    assert all({"time"} <= set(c.attrib) for c in root.iter("Clip"))
    assert all({"channels", "sampleRate", "duration"} <= set(a.attrib) for a in root.iter("Audio"))
    metadata = xml_of(project, "metadata.xml")
    assert metadata.tag == "MetaData" and [c.tag for c in metadata] == ["Title", "Comment"]


def test_elements_attributes_and_types_are_those_of_the_schema(project: DawProject, job: DropJob) -> None:
    schema = etree.RelaxNG(etree.parse(Path(__file__).with_name("dawproject.rng")))
    project.drop_all([job, replace(job, id="mira_t01", character="Mira"), replace(job, id="again", at=None)])
    schema.assertValid(xml_of(project))
    project.undo(job)
    schema.assertValid(xml_of(project))
    broken = xml_of(project)
    next(broken.iter("Audio")).set("sampleRate", "48 kHz")
    assert not schema.validate(broken)


@pytest.mark.skipif(not os.environ.get("CUEVOX_DAWPROJECT_XSD"), reason="set CUEVOX_DAWPROJECT_XSD to Project.xsd")
def test_the_published_schema_accepts_it(project: DawProject, job: DropJob) -> None:
    project.drop_all([job, replace(job, id="mira_t01", character="Mira"), replace(job, id="again", at=None)])
    etree.XMLSchema(etree.parse(os.environ["CUEVOX_DAWPROJECT_XSD"])).assertValid(xml_of(project))


def test_the_same_drops_give_the_same_file_and_a_repeated_one_changes_nothing(
    project: DawProject, job: DropJob, tmp_path: Path
) -> None:
    other = DawProject(tmp_path / "other.dawproject")
    jobs = [job, replace(job, id="mira_t01", character="Mira", at=None)]
    receipts = project.drop_all(jobs)
    assert [other.drop(j).where for j in jobs] == [r.where for r in receipts]
    before = project.path.read_bytes()
    assert project.drop(job) == receipts[0]
    assert project.path.read_bytes() == before
    assert etree.tostring(xml_of(project)) == etree.tostring(xml_of(other))


def test_undo_takes_out_the_clip_its_sound_and_an_empty_track(project: DawProject, job: DropJob) -> None:
    project.drop(job)
    one = project.path.read_bytes()
    other = replace(job, id="mira_t01", character="Mira")
    project.drop(other)
    project.undo(other)
    assert project.path.read_bytes() == one
    with pytest.raises(DropError, match="nothing to undo"):
        project.undo(other)


def test_clips_never_cover_each_other(project: DawProject, job: DropJob) -> None:
    project.drop(job)
    assert project.drop(replace(job, id="again")).track == "Guard 2"
    assert project.drop(replace(job, id="late", at=None)).track == "Guard"


def test_a_file_that_is_not_ours_or_damaged_is_left_alone(project: DawProject, job: DropJob) -> None:
    with zipfile.ZipFile(project.path, "w") as archive:
        archive.writestr("project.xml", '<Project version="1.0"><Application name="Bitwig" version="5"/></Project>')
    theirs = project.path.read_bytes()
    for data in (theirs, theirs[:50], b"", b"PK\x03\x04"):
        project.path.write_bytes(data)
        assert not project.probe().ready
        with pytest.raises(DropError, match="choose another file"):
            project.drop(job)
        assert project.path.read_bytes() == data


def test_one_clip_missing_and_none_of_them_gets_in(project: DawProject, job: DropJob) -> None:
    with pytest.raises(DropError, match="render the line again"):
        project.drop_all([job, replace(job, id="x", clip=job.clip.with_name("gone.wav"))])
    assert not project.path.exists()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(character=st.text(), text=st.text(), name=st.text(), job_id=st.text(min_size=1))
def test_no_text_can_break_the_document(
    project: DawProject, job: DropJob, character: str, text: str, name: str, job_id: str
) -> None:
    project.path.unlink(missing_ok=True)
    encodable = job_id.encode("utf-8", "replace").decode()
    hostile = replace(job, id=encodable, character=character, text=text, name=name)
    receipt = project.drop(hostile)
    assert project.verify(hostile) == receipt
    assert len(list(xml_of(project).iter("Clip"))) == 1


def test_a_watched_folder_gets_the_same_samples_stamped_with_the_place(tmp_path: Path, job: DropJob) -> None:
    folder = WatchFolder(tmp_path / "watched")
    moved = replace(job, at=Position(1000, 24000))
    receipt = folder.drop(moved)
    (path,) = (tmp_path / "watched").rglob("*.wav")
    assert path.relative_to(tmp_path / "watched").as_posix() == "Guard/guard_t01.wav"
    assert receipt.where == Position(2000, 48000)
    assert WavInfoReader(path).bext.time_reference == 2000
    assert WavInfoReader(path).ixml.parsed.findtext("SPEED/TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO") == "2000"
    assert (soundfile.read(path, dtype="int32")[0] == soundfile.read(job.clip, dtype="int32")[0]).all()
    assert folder.drop(moved) == receipt
    folder.undo(moved)
    assert not path.exists()


def test_a_watched_folder_never_touches_somebody_elses_file(tmp_path: Path, job: DropJob) -> None:
    folder, path = WatchFolder(tmp_path / "watched"), tmp_path / "watched" / "Guard" / "guard_t01.wav"
    write_wav(path, np.zeros(9601, np.float32), 48000, 24, ClipMetadata(take="theirs", time_reference=3_480_001))
    before = path.read_bytes()
    for act in (folder.drop, folder.undo):
        with pytest.raises(DropError, match="theirs"):
            act(job)
    assert path.read_bytes() == before


def test_every_target_keeps_the_protocol(tmp_path: Path, project: DawProject, job: DropJob) -> None:
    from bridge.drops import ReaperProject

    targets: list[DropTarget] = [project, WatchFolder(tmp_path / "w"), ReaperProject(tmp_path / "p" / "x.RPP")]
    for target in targets:
        assert target.probe().ready
        receipt = target.drop(job)
        assert (receipt.target, receipt.where, receipt.n_samples) == (target.name, job.at, 9601)
        assert target.verify(job) == receipt
        target.undo(job)
        with pytest.raises(DropError):
            target.verify(job)
