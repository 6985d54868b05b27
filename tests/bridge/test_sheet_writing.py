"""What is written is read again as the same lines, in every format and with any content."""

from __future__ import annotations

import csv
import string
import tempfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.cue import Cue, Length, Position
from bridge.sheets import Sheet, SheetError, SheetLine, read_sheet, write_sheet
from bridge.sheets.cells import clean

ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40).map(clean)
WORDS = ANY_TEXT.map(lambda text: clean(f"a{text}"))
PLAIN = st.text(string.ascii_letters + "=+-@'\"#;,| 0é字", max_size=20).map(clean)


@st.composite
def lines(draw: st.DrawFn) -> tuple[SheetLine, ...]:
    n = draw(st.integers(1, 5))
    made = []
    for i in range(n):
        length = draw(
            st.none()
            | st.builds(Length, st.integers(100, 300_000), st.just(1000))
            | st.builds(Length, st.integers(3, 7000), st.just(24000), st.just(1001))
            | st.builds(Length, st.integers(4800, 14_400_000), st.just(48_000))
        )
        cue = Cue(
            id=clean(f"id{draw(PLAIN)}{i}"),
            text=draw(WORDS),
            timbre=draw(PLAIN),
            emotion=draw(st.sampled_from(["neutral", "angry", "happy=0.4,sad=0.25", "text:close to tears"])),
            weight=draw(st.sampled_from([1.0, 0.0, 0.125, 0.333333])),
            length=length,
            speed=1.0 if length else draw(st.sampled_from([1.0, 0.5, 1.75])),
            at=draw(st.none() | st.builds(Position, st.integers(0, 10**9), st.sampled_from([44_100, 48_000, 96_000]))),
            seed=draw(st.none() | st.integers(0, 2**31 - 1)),
            takes=draw(st.integers(1, 16)),
            character=draw(PLAIN),
        )
        extra = (("Reel =1", draw(WORDS)),) if draw(st.booleans()) else ()
        made.append(
            SheetLine(
                i + 2,
                cue,
                file=draw(PLAIN),
                guide=draw(PLAIN),
                direction=draw(PLAIN),
                notes=draw(PLAIN),
                locked=draw(st.booleans()),
                extra=extra,
            )
        )
    return tuple(made)


def told(sheet: Sheet) -> list[SheetLine]:
    """Without where they stood, and with lengths as the samples they come to."""
    return [_same(line) for line in sheet.lines]


def _same(line: SheetLine) -> SheetLine:
    length = line.cue.length and Length(line.cue.length.samples(48_000), 48_000)
    return replace(line, row=0, cue=replace(line.cue, length=length))


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx"])
@given(made=lines())
@settings(max_examples=25, deadline=None)
def test_what_is_written_is_read_again(kind: str, made: tuple[SheetLine, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"lines.{kind}"
        write_sheet(path, made)
        sheet = read_sheet(path)
        again = Path(folder) / f"again.{kind}"
        write_sheet(again, sheet.lines)
        assert [problem for problem in sheet.problems if problem.is_error] == []
        assert told(sheet) == [_same(line) for line in made]
        assert told(read_sheet(again)) == told(sheet)


def test_a_spreadsheet_runs_nothing_and_makes_no_dates(tmp_path: Path) -> None:
    cues = [Cue("3-1", "=HYPERLINK(1) she said", ""), Cue("007", "-- wait", ""), Cue("a", "'=x", "")]
    made = [SheetLine(i, cue) for i, cue in enumerate(cues)]
    write_sheet(tmp_path / "a.csv", made)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    write_sheet(tmp_path / "a.xlsx", made)
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(min_row=2))
    assert [row[0].value for row in rows] == ["3-1", "007", "a"]
    assert all(cell.data_type in ("s", "n") and cell.number_format == "@" for row in rows for cell in row if cell.value)
    for name in ("a.csv", "a.xlsx"):
        assert [line.cue.text for line in read_sheet(tmp_path / name).lines] == [cue.text for cue in cues]


def test_results_stand_behind_the_lines(tmp_path: Path) -> None:
    made = [SheetLine(2, Cue("a", "Hello", "")), SheetLine(3, Cue("b", "Bye", ""))]
    write_sheet(tmp_path / "a.csv", made, results={"clip": {"a": "a.wav"}, "error": {"b": "no voice"}})
    sheet = read_sheet(tmp_path / "a.csv")
    assert [line.extra for line in sheet.lines] == [(), (("error", "no voice"),)]
    assert sheet.lines[0].file == "a.wav"


def test_a_sheet_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    half = [SheetLine(2, Cue("a", "Hello \ud800", ""))]
    for name in ("a.csv", "a.xlsx"):
        with pytest.raises(SheetError, match="half a character"):
            write_sheet(tmp_path / name, half)
    with pytest.raises(SheetError, match="no name for a sheet"):
        write_sheet(tmp_path / "a.ods", half)
    assert list(tmp_path.iterdir()) == []
