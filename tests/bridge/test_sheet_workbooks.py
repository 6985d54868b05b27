"""XLSX sheets: what Excel makes of what people type, and files that are made to do harm."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from bridge.cue import Length, Position
from bridge.sheets import ReadOptions, Sheet, SheetError, read_sheet, xlsx_scan
from bridge.sheets.cells import MAX_CELL_CHARACTERS

SHEET = "xl/worksheets/sheet1.xml"
HEAD = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c></row>'
)
TAIL = "</sheetData></worksheet>"
HELLO = '<c r="A{0}" t="inlineStr"><is><t>Hello</t></is></c>'


def workbook(path: Path, *rows: list[object], change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book.active)
    book.save(path)
    return path


def made(path: Path, sheet_xml: str) -> Sheet:
    """A workbook with that worksheet, written by hand."""
    plain = workbook(path.with_suffix(".plain.xlsx"), ["text"], change=lambda _: None)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(part.filename, sheet_xml if part.filename == SHEET else source.read(part))
    return read_sheet(path)


def test_numbers_times_and_leading_zeros(tmp_path: Path) -> None:
    def change(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["A2"].number_format = "0000"
        sheet["B3"].number_format = "@"

    path = workbook(
        tmp_path / "lines.xlsx",
        ["Line ID", "Dialogue", "Start", "Length", "Seed", "Locked"],
        [7, "Hello", datetime.time(0, 1, 12, 500_000), 2.4, 12.0, True],
        [8, 911, datetime.timedelta(hours=30), datetime.time(0, 0, 2), "", False],
        change=change,
    )
    sheet = read_sheet(path)
    assert not sheet.problems
    first, second = sheet.lines
    assert (first.cue.id, first.cue.seed, first.locked) == ("0007", 12, True)
    assert first.cue.at == Position(72 * 48_000 + 24_000, 48_000) and first.cue.length == Length(12, 5)
    assert (second.cue.id, second.cue.text, second.locked) == ("8", "911", False)
    assert second.cue.at == Position(30 * 3600 * 48_000, 48_000) and second.cue.length == Length(96_000, 48_000)


def test_dates_that_were_ids_are_told(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "text"], [datetime.date(2026, 3, 1), "Hello"], ["3-2", "Bye"]]
    sheet = read_sheet(workbook(tmp_path / "lines.xlsx", *rows, change=lambda _: None))
    assert [line.cue.id for line in sheet.lines] == ["3-2"]
    (problem,) = sheet.errors
    assert (problem.row, problem.column) == (2, "id") and "2026-03-01 is a date" in problem.text


def test_formulas_hidden_rows_and_merged_cells(tmp_path: Path) -> None:
    def change(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.merge_cells("B2:B4")
        sheet.merge_cells("C6:D6")
        sheet.row_dimensions[3].hidden = True

    rows: list[list[object]] = [
        ["id", "character", "text", "notes"],
        ["a", "Guard", "One.", ""],
        ["b", "", "Two.", ""],
        ["c", "", "Three.", '=CONCATENATE("x")'],
        ["d", "Thief", "Four.", ""],
        ["e", "Thief", "Five.", ""],
    ]
    sheet = read_sheet(workbook(tmp_path / "lines.xlsx", *rows, change=change))
    assert [line.cue.character for line in sheet.lines] == ["Guard", "Guard", "Guard", "Thief", "Thief"]
    told = " ".join(problem.text for problem in sheet.problems)
    assert "D4: a formula whose result is not in the file" in told
    assert "hidden rows are read like all others: 3;" in told
    assert "merged over several columns at C6" in told


def test_the_first_sheet_that_is_not_hidden(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Old"
    book.active.sheet_state = "hidden"
    for title, text in (("Act 1", "One."), ("Act 2", "Two.")):
        sheet = book.create_sheet(title)
        sheet["C3"], sheet["C4"] = "text", text  # above and to the left of it is nothing
    book.save(tmp_path / "lines.xlsx")
    assert [(line.row, line.cue.text) for line in read_sheet(tmp_path / "lines.xlsx").lines] == [(4, "One.")]
    other = read_sheet(tmp_path / "lines.xlsx", ReadOptions(worksheet="Act 2"))
    assert other.lines[0].cue.text == "Two." and other.worksheet == "Act 2"
    with pytest.raises(SheetError, match="no worksheet 'Act 3'; there are: Act 1, Act 2"):
        read_sheet(tmp_path / "lines.xlsx", ReadOptions(worksheet="Act 3"))


def test_a_dimension_that_lies_and_a_million_empty_rows(tmp_path: Path) -> None:
    empty = "".join(f'<row r="{row}" spans="1:9"/>' for row in range(3, 50_000))
    sheet = made(tmp_path / "a.xlsx", HEAD + f'<row r="2">{HELLO.format(2)}</row>{empty}<row r="1048576"/>{TAIL}')
    assert [line.cue.text for line in sheet.lines] == ["Hello"]


def test_two_cells_far_apart_do_not_fill_the_memory(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(SheetError, match=r"spreads its cells over 1048576 rows and 16384 columns"):
        made(tmp_path / "a.xlsx", HEAD + far + TAIL)
    # Whatever the spelling of its XML: what the reader sees is seen before.
    spelt = far.replace("<c ", "<x:c xmlns:x='u' s = '0'\n").replace("</c>", "</x:c>").replace('"XFD', "'XFD")
    spelt = spelt.replace('576">', "576'>").replace("r=\"1048576'", 'r="1048576"')
    with pytest.raises(SheetError, match="spreads its cells"):
        made(tmp_path / "b.xlsx", HEAD + spelt + TAIL)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ('<row r="2"><c r="A99999999999"><v>1</v></c></row>', "as no workbook has"),
        ('<row r="9999999999"><c><v>1</v></c></row><row r="4"/>', "as no workbook has"),
        ('<row r="9"><c r="A9"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>', "as no workbook has"),
        ('<row r="5"><c r="A9"><v>1</v></c><c r="A2"><v>1</v></c></row>', "as no workbook has"),
        ('<row r="5"><c r="XFE5"><v>1</v></c></row>', "as no workbook has"),
        (f'<row r="2"><c r="A2" t="str"><v>{"x" * (4 * MAX_CELL_CHARACTERS + 1)}</v></c></row>', "longer than 32767"),
        ('<row r="2"><c r="A2" t="s"><v>7</v></c></row>', "Excel or LibreOffice"),
        ('<row r="2"><c r="A2"><v>1', "damaged"),
    ],
)
def test_what_no_excel_wrote(tmp_path: Path, rows: str, what: str) -> None:
    with pytest.raises(SheetError, match=what):
        made(tmp_path / "a.xlsx", HEAD + rows + TAIL)


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SheetError, match="defines entities"):
        made(tmp_path / "a.xlsx", '<!DOCTYPE x [<!ENTITY a "lol">]>' + HEAD + TAIL)
    monkeypatch.setattr(xlsx_scan, "MAX_UNPACKED", 10_000_000)
    plain = workbook(tmp_path / "plain.xlsx", ["text"], change=lambda _: None)
    with zipfile.ZipFile(plain, "a", zipfile.ZIP_DEFLATED) as bomb, bomb.open("xl/media/a.bin", "w") as part:
        for _ in range(11):
            part.write(bytes(1_000_000))
    assert plain.stat().st_size < 50_000
    with pytest.raises(SheetError, match="unpacks to 11 MB"):
        read_sheet(plain)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "an old .xls file, or one with a password"),
        (b"id,text\na,b\n", "no XLSX file"),
        (b"", "no XLSX file"),
        (b"PK\x05\x06" + bytes(18), "no XLSX workbook"),
    ],
)
def test_no_workbook_at_all(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(SheetError, match=what):
        read_sheet(tmp_path / "a.xlsx")


def test_every_cut_of_a_workbook_is_an_error_or_a_sheet(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "text"], *([f"a{i}", "Hello"] for i in range(20))]
    whole = workbook(tmp_path / "whole.xlsx", *rows, change=lambda _: None).read_bytes()
    path = tmp_path / "cut.xlsx"
    for n in range(0, len(whole), 97):
        path.write_bytes(whole[:n] + bytes(min(50, len(whole) - n)) + whole[n + 50 :])
        try:
            read_sheet(path)
        except SheetError as error:
            assert str(error)
