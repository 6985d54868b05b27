"""A sheet into clips with a voice of tones: what is stale is rendered, what is not stays, and nothing is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from bridge.batch.arguments import BATCH_LUFS
from bridge.batch.diff import Change, ChangeKind
from bridge.batch.job import SpeakJob, Spoken
from bridge.batch.many import TogetherRenderer
from bridge.batch.options import BatchOptions
from bridge.batch.run import Progress
from bridge.batch.state import BatchError, BatchState
from bridge.batch.work import PARTS, Work, WorkPlanner, seed_of
from bridge.cue import Cue, Finish
from bridge.loudness import line_loudness
from bridge.sheets import ReadOptions, SheetLine, TimeFormat, read_sheet
from engine.errors import EngineError
from engine.pronunciation import Pronunciations
from tests.bridge.sheet_studio import CHARACTERS, FORTY, TWELVE, SheetStudio


@pytest.fixture
def studio(tmp_path: Path) -> SheetStudio:
    return SheetStudio(tmp_path)


def kinds(changes: dict[str, Change]) -> dict[str, tuple[str, ...]]:
    return {line: (change.kind, *change.what) for line, change in changes.items() if change.kind != ChangeKind.SAME}


def test_forty_lines_become_forty_clips(studio: SheetStudio) -> None:
    works = studio.works(FORTY)
    assert {change.kind for change in studio.changes(works).values()} == {ChangeKind.NEW}
    results = studio.run(works)
    assert len(results) == 40 and not any(result.error for result in results)
    for work in works:
        audio, rate = soundfile.read(studio.out / work.clip, dtype="float32")
        assert rate == 8000
        if work.cue.length is not None:
            assert len(audio) == work.cue.length.samples(8000)
        loudness = line_loudness(audio, rate)
        assert loudness is not None and abs(loudness - BATCH_LUFS) < 0.1
        made = json.loads((studio.out / work.clip).with_suffix(".json").read_text())
        assert made["line"] == work.cue.id and made["seed"] == seed_of(work.cue.id)
        assert "-->" in (studio.out / work.clip).with_suffix(".srt").read_text()
    assert {work.clip.parts[0] for work in works} == set(CHARACTERS)
    last = studio.told[-1]
    assert (last.n_done, last.n_lines, last.left_s) == (40, 40, 0)
    assert kinds(studio.changes(works)) == {}
    assert studio.run(works) == ()


def test_only_what_changed_is_rendered_again(studio: SheetStudio) -> None:
    studio.run(studio.works(TWELVE))
    clips = {path: path.stat().st_mtime_ns for path in studio.out.rglob("*.wav")}
    edited = TWELVE.replace("Line number 7 of", "Line number seven of").replace("line_09,", "line_90,")
    edited = edited.replace("Line number 10 of the gate.,Ines,,1.5", "Line number 10 of the gate.,Vale,sad,1.75")
    works = studio.works(edited)
    changes = studio.changes(works)
    assert kinds(changes) == {
        "line_07": ("changed", "text"),
        "line_10": ("changed", "timbre", "emotion", "length"),
        "line_90": ("new",),
        "line_09": ("gone",),
    }
    rendered = len(studio.voice.rendered)
    assert {result.line_id for result in studio.run(works)} == {"line_07", "line_10", "line_90"}
    assert len(studio.voice.rendered) == rendered + 3
    kept = [path for path, changed in clips.items() if path.stat().st_mtime_ns == changed]
    assert len(kept) == 10
    assert kinds(studio.changes(works)) == {"line_09": ("gone",)}


def test_everything_that_makes_a_take_makes_it_stale(studio: SheetStudio) -> None:
    sheet = "id,character,text,timbre,emotion,weight,length,speed,seed,takes,file\n"
    sheet += "a,Guard,Hello there.,Brand,sad,0.5,1,,7,,\n"
    studio.run(studio.works(sheet))

    def what(sheet: str = sheet, options: BatchOptions | None = None, model: str = "fake") -> tuple[str, ...]:
        before, studio.options = studio.options, options or studio.options
        try:
            return studio.changes(studio.works(sheet, model))["a"].what
        finally:
            studio.options = before

    assert what() == ()
    assert what(sheet.replace("Hello there", "Hello here")) == ("text",)
    assert what(sheet.replace(",0.5,", ",0.4,")) == ("emotion weight",)
    assert what(sheet.replace(",1,,7", ",,2,7")) == ("length", "speed")
    assert what(sheet.replace(",7,", ",8,")) == ("seed",)
    assert what(sheet.replace(",7,,", ",7,2,")) == ("number of takes",)
    assert what(sheet.replace("Guard", "Thief")) == ("place or character in the clip's stamp", "file name")
    assert what(sheet.replace("7,,\n", "7,,b\n")) == ("file name",)
    assert what(model="other") == ("voice model",)
    assert what(options=replace(studio.options, depth=16)) == ("rate or depth",)
    assert what(options=replace(studio.options, finish=Finish())) == ("loudness, fades, handles or trim",)
    assert what(options=replace(studio.options, visemes=False)) == ("files beside the clip",)
    assert set(PARTS.values()) >= {words for words in what(model="other")}
    next(studio.out.rglob("a.wav")).write_bytes(b"x")
    assert what() == ("the clip is gone or was changed",)


def test_the_users_pronunciations_and_what_was_said_before_count(studio: SheetStudio) -> None:
    sheet = "id,character,text,timbre,emotion\na,Guard,Two beers for Cuevox.,Brand,\nb,Guard,Oh no.,Brand,context\n"
    studio.sheet.write_text(sheet)
    lines = read_sheet(studio.sheet, ReadOptions(TimeFormat(8000))).lines

    def planned(said: dict[str, str], lines: tuple[SheetLine, ...] = lines) -> tuple[Work, ...]:
        return WorkPlanner(studio.presets, studio.options, "fake", Pronunciations(said)).plan(lines)

    studio.run(planned({}))
    spoken_so = planned({"cuevox": "{kjˈuvɑks}", "zork": "{zˈɔɹk}"})
    assert kinds(studio.changes(spoken_so)) == {"a": ("changed", "pronunciation of its words")}
    assert spoken_so[0].jobs(studio.options)[0].pronunciations.said == {"cuevox": "{kjˈuvɑks}"}
    studio.run(spoken_so)
    assert studio.voice.rendered[-1].pronunciations.said == {"cuevox": "{kjˈuvɑks}"}
    assert spoken_so[1].emotion.before == ("Two beers for Cuevox.",)
    alone = planned({}, lines[1:])
    assert kinds(studio.changes(alone))["b"] == ("changed", "emotion")


def test_locked_lines_stay(studio: SheetStudio) -> None:
    sheet = "id,text,timbre,locked\na,Hello there.,Brand,\nb,Bye now.,Brand,\n"
    studio.run(studio.works(sheet))
    edited = sheet.replace("there.,Brand,", "you.,Brand,yes").replace("now.,Brand,", "then.,Brand,")
    works = studio.works(edited)
    assert kinds(studio.changes(works)) == {"a": ("locked", "text"), "b": ("changed", "text")}
    assert [result.line_id for result in studio.run(works)] == ["b"]
    # A lock on a line without a clip keeps nothing.
    next(studio.out.rglob("a.wav")).unlink()
    assert [result.line_id for result in studio.run(works)] == ["a"]


def test_a_line_that_fails_does_not_end_the_batch(studio: SheetStudio) -> None:
    works = studio.works(TWELVE)
    studio.voice.failure = EngineError("the voice is hoarse")
    results = studio.run(works)
    (failed,) = (result for result in results if result.error)
    assert failed.error == "the voice is hoarse"
    assert len(results) == 12
    assert kinds(studio.changes(works)) == {failed.line_id: ("new",)}
    assert [result.error for result in studio.run(works)] == [""]


def test_a_batch_that_is_stopped_goes_on(studio: SheetStudio) -> None:
    works = studio.works(TWELVE)

    def stop_after_five(progress: Progress) -> None:
        if progress.n_done == 5:
            studio.cancelled.set()

    assert len(studio.run(works, tell=stop_after_five)) == 5
    assert len(studio.run(works)) == 7
    assert kinds(studio.changes(works)) == {}
    assert len(studio.voice.rendered) == 12


def test_a_renderer_may_bring_takes_twice_and_in_any_order(studio: SheetStudio) -> None:
    studio.options = replace(studio.options, takes=2)
    works = studio.works(TWELVE)

    class Farm(TogetherRenderer):
        def render(self, jobs: Iterable[SpeakJob], cancelled: threading.Event) -> Iterator[Spoken]:
            spoken = list(super().render(jobs, cancelled))
            yield from [*spoken[::-1], *spoken[:7]]

    assert sorted(r.line_id for r in studio.run(works, Farm(lambda: studio.voice))) == [w.cue.id for w in works]

    class Lazy(TogetherRenderer):
        def render(self, jobs: Iterable[SpeakJob], cancelled: threading.Event) -> Iterator[Spoken]:
            yield from list(super().render(jobs, cancelled))[:-1]

    studio.options = replace(studio.options, depth=16)
    with pytest.raises(BatchError, match="1 takes undone"):
        studio.run(studio.works(TWELVE), Lazy(lambda: studio.voice))


def test_a_line_fits_into_its_slot(studio: SheetStudio) -> None:
    (studio.sheet.parent / "a.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\nA long line that has no room in its slot.\n\n"
        "2\n00:00:05,000 --> 00:00:09,000\nShort.\n"
    )
    lines = read_sheet(studio.sheet.parent / "a.srt", ReadOptions(TimeFormat(8000))).lines
    works = WorkPlanner(studio.presets, studio.options, "fake").plan(lines)
    studio.run(works)
    lengths = [len(soundfile.read(studio.out / work.clip)[0]) for work in works]
    assert lengths == [8000, round(6 * 0.06 * 8000)]


def test_two_lines_never_share_a_clip(studio: SheetStudio) -> None:
    lines = [SheetLine(2, Cue("a/b", "Hello", "Brand")), SheetLine(3, Cue("A_b", "Hello", "Brand"))]
    planner = WorkPlanner(studio.presets, studio.options, "fake")
    assert len(planner.plan(lines)) == 1
    assert "as that of row 2" in str(planner.problems[0])


def test_one_batch_at_a_time_in_a_folder(studio: SheetStudio) -> None:
    with BatchState(studio.out), pytest.raises(BatchError, match="another batch works in it"):
        BatchState(studio.out)
