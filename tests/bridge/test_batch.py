"""A sheet into clips with a voice of tones: what is stale is rendered, what is not stays, and nothing is lost."""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

import launcher
from bridge.batch import command
from bridge.batch.arguments import BATCH_LUFS
from bridge.batch.diff import Change, ChangeKind, compare
from bridge.batch.job import SpeakJob, Spoken
from bridge.batch.judge import best, judge, word_error_rate
from bridge.batch.many import TogetherRenderer
from bridge.batch.options import BatchOptions
from bridge.batch.report import CSV_NAME, JSON_NAME
from bridge.batch.run import Batch, LineResult, Progress
from bridge.batch.state import BatchError, BatchState, made_in
from bridge.batch.visemes import MARKS_OF_SOUNDS, TABLE, viseme_track
from bridge.batch.work import PARTS, Work, WorkPlanner, seed_of
from bridge.cue import Cue, Finish
from bridge.errors import BadArgumentError
from bridge.loudness import line_loudness
from bridge.preset_store import PresetStore
from bridge.settings import Settings
from bridge.sheets import ReadOptions, SheetLine, TimeFormat, read_sheet
from engine.errors import EngineError
from engine.pronunciation import Pronunciations
from engine.training.data import ALPHABET
from engine.types import PhonemeTime
from tests.fakes import FakeSynthesizer

CHARACTERS = {"Guard": "Brand", "Thief": "Ines", "Queen": "Celeste"}
HEADINGS = "id,character,text,timbre,emotion,seconds\n"


def sheet_of(n_lines: int) -> str:
    sheet = HEADINGS
    for i in range(n_lines):
        character, timbre = list(CHARACTERS.items())[i % 3]
        emotion, seconds = "angry" if i % 2 else "", "1.5" if i % 3 else ""
        sheet += f"line_{i:02},{character},Line number {i} of the gate.,{timbre},{emotion},{seconds}\n"
    return sheet


FORTY, TWELVE = sheet_of(40), sheet_of(12)


class Studio:
    """A folder with a sheet, and batches over it one after the other."""

    def __init__(self, folder: Path) -> None:
        self.sheet, self.out = folder / "lines.csv", folder / "out"
        self.presets = PresetStore(folder / "presets", folder / "inbox")
        self.voice = FakeSynthesizer(n_blocks=2)
        self.options = BatchOptions(self.out, rate=8000)
        self.told: list[Progress] = []

    def works(self, sheet: str, model: str = "fake") -> tuple[Work, ...]:
        self.sheet.write_text(sheet)
        lines = read_sheet(self.sheet, ReadOptions(TimeFormat(8000))).lines
        planner = WorkPlanner(self.presets, self.options, model)
        works = planner.plan(lines)
        assert not planner.problems
        return works

    def changes(self, works: tuple[Work, ...]) -> dict[str, Change]:
        return {change.line_id: change for change in compare(works, made_in(self.out), self.out)}

    def run(
        self, works: tuple[Work, ...], renderer: object = None, tell: Callable[[Progress], None] | None = None
    ) -> tuple[LineResult, ...]:
        """Over what is stale."""
        self.cancelled = threading.Event()
        with BatchState(self.out) as state:
            stale = [each for each in compare(works, state.made(), self.out) if each.kind in ("new", "changed")]
            ids = {change.line_id for change in stale}
            batch = Batch(self.options, renderer or TogetherRenderer(lambda: self.voice), state)  # type: ignore[arg-type]
            return batch.run([w for w in works if w.cue.id in ids], self.cancelled, tell or self.told.append)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def kinds(changes: dict[str, Change]) -> dict[str, tuple[str, ...]]:
    return {line: (change.kind, *change.what) for line, change in changes.items() if change.kind != ChangeKind.SAME}


def test_forty_lines_become_forty_clips(studio: Studio) -> None:
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


def test_only_what_changed_is_rendered_again(studio: Studio) -> None:
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


def test_everything_that_makes_a_take_makes_it_stale(studio: Studio) -> None:
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


def test_the_users_pronunciations_and_what_was_said_before_count(studio: Studio) -> None:
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


def test_locked_lines_stay(studio: Studio) -> None:
    sheet = "id,text,timbre,locked\na,Hello there.,Brand,\nb,Bye now.,Brand,\n"
    studio.run(studio.works(sheet))
    edited = sheet.replace("there.,Brand,", "you.,Brand,yes").replace("now.,Brand,", "then.,Brand,")
    works = studio.works(edited)
    assert kinds(studio.changes(works)) == {"a": ("locked", "text"), "b": ("changed", "text")}
    assert [result.line_id for result in studio.run(works)] == ["b"]
    # A lock on a line without a clip keeps nothing.
    next(studio.out.rglob("a.wav")).unlink()
    assert [result.line_id for result in studio.run(works)] == ["a"]


def test_the_best_of_several_takes_is_kept(studio: Studio) -> None:
    studio.options = replace(studio.options, takes=3, keep_takes=True)
    works = studio.works("id,text,timbre\na,Hello there.,Brand\n")

    class Clipping(TogetherRenderer):
        """Its first take is spoilt."""

        def render(self, jobs: Iterable[SpeakJob], cancelled: threading.Event) -> Iterator[Spoken]:
            for i, spoken in enumerate(super().render(jobs, cancelled)):
                assert spoken.audio is not None
                yield replace(spoken, audio=np.sign(spoken.audio) if i == 0 else spoken.audio)

    (result,) = studio.run(works, Clipping(lambda: studio.voice))
    assert result.facts is not None
    assert result.facts["take"] == 2 and len(result.facts["takes"]) == 3
    assert result.facts["takes"][0]["penalty"] > 2
    assert {path.name for path in studio.out.rglob("*.wav")} == {"a.wav", "a_t01.wav", "a_t03.wav"}
    seeds = [request.seed for request in studio.voice.rendered]
    assert seeds == [seed_of("a") + i for i in range(3)]


def test_a_line_that_fails_does_not_end_the_batch(studio: Studio) -> None:
    works = studio.works(TWELVE)
    studio.voice.failure = EngineError("the voice is hoarse")
    results = studio.run(works)
    (failed,) = (result for result in results if result.error)
    assert failed.error == "the voice is hoarse"
    assert len(results) == 12
    assert kinds(studio.changes(works)) == {failed.line_id: ("new",)}
    assert [result.error for result in studio.run(works)] == [""]


def test_a_batch_that_is_stopped_goes_on(studio: Studio) -> None:
    works = studio.works(TWELVE)

    def stop_after_five(progress: Progress) -> None:
        if progress.n_done == 5:
            studio.cancelled.set()

    assert len(studio.run(works, tell=stop_after_five)) == 5
    assert len(studio.run(works)) == 7
    assert kinds(studio.changes(works)) == {}
    assert len(studio.voice.rendered) == 12


def test_a_renderer_may_bring_takes_twice_and_in_any_order(studio: Studio) -> None:
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


def test_a_line_fits_into_its_slot(studio: Studio) -> None:
    (studio.sheet.parent / "a.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\nA long line that has no room in its slot.\n\n"
        "2\n00:00:05,000 --> 00:00:09,000\nShort.\n"
    )
    lines = read_sheet(studio.sheet.parent / "a.srt", ReadOptions(TimeFormat(8000))).lines
    works = WorkPlanner(studio.presets, studio.options, "fake").plan(lines)
    studio.run(works)
    lengths = [len(soundfile.read(studio.out / work.clip)[0]) for work in works]
    assert lengths == [8000, round(6 * 0.06 * 8000)]


def test_two_lines_never_share_a_clip(studio: Studio) -> None:
    lines = [SheetLine(2, Cue("a/b", "Hello", "Brand")), SheetLine(3, Cue("A_b", "Hello", "Brand"))]
    planner = WorkPlanner(studio.presets, studio.options, "fake")
    assert len(planner.plan(lines)) == 1
    assert "as that of row 2" in str(planner.problems[0])


def test_one_batch_at_a_time_in_a_folder(studio: Studio) -> None:
    with BatchState(studio.out), pytest.raises(BatchError, match="another batch works in it"):
        BatchState(studio.out)


@pytest.mark.parametrize(
    "name", ["", "{character}", "{line}/{character}", "{take}", "{line!r}", "a//{line}", "{line_number:4}"]
)
def test_names_that_are_no_template(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadArgumentError, match="no template for clips"):
        BatchOptions(tmp_path, name=name)


def test_the_command_from_a_sheet_to_a_report(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.sheet.write_text(TWELVE + "line_40,Guard,Hello,Nobody,,\nline_41,Guard,Hello,Brand,,9000\n")
    data = studio.sheet.parent / "data"
    Settings(data, rate=8000).save()
    arguments = ["--data", str(data), "batch", str(studio.sheet), "--out", str(studio.out)]
    arguments += ["--name", "{character}/{line_number:04}_{line}", "--handles", "100,50", "--fades", "5,10"]

    assert launcher.run(launcher.parse([*arguments, "--dry-run"]), lambda: studio.voice) == 1
    said = capsys.readouterr().out
    assert "row 14, column 'timbre': no timbre preset 'Nobody'" in said
    assert "row 15, column 'seconds'" in said and "12 new, 0 changed" in said
    assert not studio.out.exists() and not studio.voice.rendered

    assert launcher.run(launcher.parse(arguments), lambda: studio.voice) == 1  # two lines have no clip
    said = capsys.readouterr().out
    assert "12 lines made" in said
    clip = studio.out / "Guard" / "0004_line_03.wav"
    assert soundfile.info(clip).frames == round(0.15 * 8000) + round(len("Line number 3 of the gate.") * 0.06 * 8000)
    report = json.loads((studio.out / JSON_NAME).read_text())
    assert [line["status"] for line in report["lines"]] == ["made"] * 12
    assert (studio.out / CSV_NAME).read_text(encoding="utf-8-sig").count("\n") == 13

    # A line that is wrong now is not gone, and the numbers of the others stay.
    studio.sheet.write_text(TWELVE.replace("line_01,Thief,Line number 1 of the gate.,Ines", "line_01,Thief,No,Nobody"))
    assert launcher.run(launcher.parse(arguments), lambda: studio.voice) == 1
    assert "0 new, 0 changed, 11 same, 0 locked, 0 gone" in capsys.readouterr().out

    studio.sheet.write_text(TWELVE)
    assert launcher.run(launcher.parse(arguments), lambda: studio.voice) == 0
    assert "0 new, 0 changed, 12 same" in capsys.readouterr().out


def test_ctrl_c_stops_after_what_is_being_made(studio: Studio) -> None:
    studio.sheet.write_text(TWELVE)
    options = launcher.parse(["batch", str(studio.sheet), "--out", str(studio.out)])
    settings = Settings(studio.sheet.parent / "data", rate=8000)

    class Interrupted(TogetherRenderer):
        """Ctrl+C comes while the fourth line is made, and again and again when `times` is more."""

        times = 1

        def render(self, jobs: Iterable[SpeakJob], cancelled: threading.Event) -> Iterator[Spoken]:
            for i, spoken in enumerate(super().render(jobs, cancelled)):
                for _ in range(self.times if i == 3 else 0):
                    signal.raise_signal(signal.SIGINT)
                yield spoken

    said: list[str] = []
    before = signal.getsignal(signal.SIGINT)
    renderer = Interrupted(lambda: studio.voice)
    assert command.run(options, settings, "fake", renderer, said.append) == 1
    assert said[-1] == "Stopped; the same command goes on from here."
    report = json.loads((studio.out / JSON_NAME).read_text())
    assert report["cancelled"] and [line["status"] for line in report["lines"]].count("made") == 4

    renderer.times = 2
    assert command.run(options, settings, "fake", renderer, said.append) == 1
    assert said[-1] == "Stopped at once; the same command goes on from here."
    renderer.times = 0
    assert command.run(options, settings, "fake", renderer, said.append) == 0
    assert signal.getsignal(signal.SIGINT) is before
    assert len(list(studio.out.rglob("*.wav"))) == 12


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--takes", "0"], "--takes is 0"),
        (["--lufs", "loud"], "--lufs is 'loud'"),
        (["--fades", "5"], "--fades is '5'"),
        (["--cast", "Guard"], "--cast 'Guard' is no pair"),
        (["--fps", "26"], "frame rate '26' is not known"),
        (["--column", "words=text"], "no field 'words'"),
        (["--guides", "/nowhere"], "no folder"),
        (["--asr", "/nowhere"], "faster-whisper|model.bin"),
    ],
)
def test_arguments_that_are_refused(
    studio: Studio, arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    studio.sheet.write_text("id,text,timbre\na,Hello there.,Brand\n")
    data = str(studio.sheet.parent / "data")
    options = launcher.parse(["--data", data, "batch", str(studio.sheet), "--out", str(studio.out), *arguments])
    assert launcher.run(options, lambda: studio.voice) == 1
    assert re.search(what, capsys.readouterr().err)
    assert not studio.voice.rendered


def test_word_errors() -> None:
    assert word_error_rate("Hold the gate, 2 men!", "hold the gate two men") == 0
    assert word_error_rate("Hold the gate", "hold a gate now") == pytest.approx(2 / 3)
    assert word_error_rate("Hold", "") == 1 and word_error_rate("Hold", "a b c d") == 1


def test_recognition_and_likeness_count(studio: Studio) -> None:
    (work,) = studio.works("id,text,timbre,takes\na,Hello there.,Brand,2\n")
    jobs = work.jobs(studio.options)
    assert all(job.measure_likeness for job in jobs)
    spoken = list(TogetherRenderer(lambda: studio.voice).render(jobs, threading.Event()))

    class Listener:
        def hear(self, audio: object, rate: int) -> str:
            return "hello bear"

    first = judge(work.cue, 1, 1, replace(spoken[0], likeness=0.9), Listener())
    second = judge(work.cue, 2, 2, replace(spoken[1], likeness=0.95), None)
    assert {s.name: s.penalty for s in first.scores}["words"] == 10
    assert {s.name: s.penalty for s in first.scores}["likeness"] == pytest.approx(1)
    assert best([first, second]) is second


def test_every_sound_of_the_voice_has_a_viseme() -> None:
    marks = set(' !,.:;?"') | set(MARKS_OF_SOUNDS)
    assert set(ALPHABET) - marks <= set(TABLE)
    track = viseme_track([PhonemeTime("", 0, 0.1), PhonemeTime("ˈɑ", 0.1, 0.3)], 0.5)
    assert [(v["oculus"], v["sapi"], v["start_s"], v["end_s"]) for v in track["visemes"]] == [
        ("sil", 0, 0, 0.1),
        ("aa", 2, 0.1, 0.3),
        ("sil", 0, 0.3, 0.5),
    ]


def test_the_command_can_be_used_by_others(studio: Studio) -> None:
    """With any renderer and any way to tell."""
    studio.sheet.write_text(TWELVE)
    options = launcher.parse(["batch", str(studio.sheet), "--out", str(studio.out), "--lufs", "off", "--no-visemes"])
    said: list[str] = []
    renderer = TogetherRenderer(lambda: studio.voice)
    settings = Settings(studio.sheet.parent / "data", rate=8000)
    assert command.run(options, settings, "fake", renderer, said.append) == 0
    assert any(text.startswith("[12/12]") for text in said)
