"""`launcher.py batch` and the command for others: from arguments to a report, to Ctrl+C and on again."""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import soundfile

import launcher
from bridge.batch import command
from bridge.batch.job import SpeakJob, Spoken
from bridge.batch.many import TogetherRenderer
from bridge.batch.options import BatchOptions
from bridge.batch.report import CSV_NAME, JSON_NAME
from bridge.errors import BadArgumentError
from bridge.settings import Settings
from tests.bridge.sheet_studio import TWELVE, SheetStudio


@pytest.fixture
def studio(tmp_path: Path) -> SheetStudio:
    return SheetStudio(tmp_path)


@pytest.mark.parametrize(
    "name", ["", "{character}", "{line}/{character}", "{take}", "{line!r}", "a//{line}", "{line_number:4}"]
)
def test_names_that_are_no_template(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadArgumentError, match="no template for clips"):
        BatchOptions(tmp_path, name=name)


def test_the_command_from_a_sheet_to_a_report(studio: SheetStudio, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_ctrl_c_stops_after_what_is_being_made(studio: SheetStudio) -> None:
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
    studio: SheetStudio, arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    studio.sheet.write_text("id,text,timbre\na,Hello there.,Brand\n")
    data = str(studio.sheet.parent / "data")
    options = launcher.parse(["--data", data, "batch", str(studio.sheet), "--out", str(studio.out), *arguments])
    assert launcher.run(options, lambda: studio.voice) == 1
    assert re.search(what, capsys.readouterr().err)
    assert not studio.voice.rendered


def test_the_command_can_be_used_by_others(studio: SheetStudio) -> None:
    """With any renderer and any way to tell."""
    studio.sheet.write_text(TWELVE)
    options = launcher.parse(["batch", str(studio.sheet), "--out", str(studio.out), "--lufs", "off", "--no-visemes"])
    said: list[str] = []
    renderer = TogetherRenderer(lambda: studio.voice)
    settings = Settings(studio.sheet.parent / "data", rate=8000)
    assert command.run(options, settings, "fake", renderer, said.append) == 0
    assert any(text.startswith("[12/12]") for text in said)
