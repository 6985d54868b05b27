"""Sheets that nobody should trust: lines, or one clear error each, soon and in little memory."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.sheets import Sheet, SheetError, read_sheet
from bridge.sheets.subtitles import spoken
from tests.bridge.test_sheet_workbooks import HEAD, SHEET, TAIL, workbook

SOON_S = 3.0  # of processor time, while every allocation is counted, which makes it several times as long
MEMORY = 150_000_000  # bytes
EMOJI = "\U0001f600"
BIDI = "\u202egnp.exe\u2066"


def read(path: Path) -> Sheet:
    """Soon, and in little memory. Raises SheetError."""
    tracemalloc.start()
    began_s = time.thread_time()
    try:
        return read_sheet(path)
    finally:
        took_s = time.thread_time() - began_s
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert took_s < SOON_S, f"{took_s:.1f} s"
        assert peak < MEMORY, f"{peak / 1e6:.0f} MB"


def row(text: str = "Halt!", line: str = "a", length: str = "1.0") -> bytes:
    return f'id,text,seconds\n"{line}","{text}","{length}"\n'.encode()


# What is in the file, and whether nothing of it can be read.
TEXTS: dict[str, tuple[Callable[[], bytes], bool]] = {
    "zeros.csv": (lambda: bytes(100_000), True),
    "zero in a heading.csv": (lambda: b"id,te\0xt,seconds\na,Halt!,1\n", False),
    "zero in a cell.csv": (lambda: row("Ha\0lt!"), False),
    "a million columns.csv": (lambda: b"id,text" + b",x" * 1_000_000 + b"\na,Halt!\n", True),
    "a row of a million cells.csv": (lambda: b"id,text\na,Halt!" + b"," * 1_000_000 + b"\n", True),
    "a cell of a megabyte.csv": (lambda: row("x" * 1_000_000), True),
    "a quote that never ends.csv": (lambda: b'id,text\na,"' + b"Halt!\n" * 200_000, True),
    "a line without an end.csv": (lambda: b"x" * 5_000_000, True),
    "twenty thousand returns.csv": (lambda: b"id,text\r" + b"a,Halt!\r" * 100 + b"\r" * 20_000, False),
    "half a character of UTF-32.csv": (lambda: b"\xff\xfe\0\0" + "id,text\na,Halt!".encode("utf-32-le") + b"\1", True),
    "half a character of UTF-16.csv": (lambda: b"\xff\xfe" + "id,text\na,Halt!".encode("utf-16-le") + b"\1", True),
    "half a surrogate.csv": (lambda: b"\xff\xfe" + "id,text\na,".encode("utf-16-le") + b"\0\xd8\n\0", True),
    "a delimiter of its own.csv": (lambda: b"sep=\0\nid\0text\na\0Halt!\n", False),
    "too many characters.csv": (lambda: row(EMOJI * 100_000), True),
    "emoji.csv": (lambda: row(EMOJI * 5_000), False),
    "right to left.csv": (lambda: row(f"Halt{BIDI}", line=BIDI), False),
    "an id that is a path.csv": (lambda: row(line="../../etc/passwd"), False),
    "an id of a thousand letters.csv": (lambda: row(line="a" * 1000), False),
    "an id of Windows.csv": (lambda: row(line="NUL"), False),
    **{
        f"a length of {name}.csv": (lambda text=text: row(length=text), False)  # type: ignore[misc]
        for name, text in {
            "400 nines": "9" * 400,
            "1e400": "1e400",
            "nan": "nan",
            "minus infinity": "-inf",
            "0x10": "0x10",
            "nothing by nothing": "frames:0/0@0",
            "Arabic digits": "\u0661\u0662",
            "ten thousand digits": "1." + "0" * 10_000,
            "a formula": "=1+cmd|' /C calc'!A0",
        }.items()
    },
    "the same id again and again.csv": (lambda: b"id,text\n" + b"a,Halt!\n" * 2_000, False),
    "hashes.srt": (lambda: b"1\n00:00:01,000 --> 00:00:02,000\n" + b"#" * 4_000 + b"\n", False),
    "hashes without end.srt": (lambda: b"1\n00:00:01,000 --> 00:00:02,000\n" + b"#" * 4_000_000, False),
    "tags.vtt": (lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<v " * 1600 + b"\n", False),
    "brackets.vtt": (lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"([" * 2000 + b"\n", False),
    "arrows.srt": (lambda: b"-->\n" * 20_000, False),
    "spaces and an arrow.srt": (lambda: b" " * 500_000 + b"-->" + b" " * 500_000, False),
    "times beyond all.srt": (lambda: b"999:99:99,999 --> 999:99:99,9999\nHalt!\n", False),
    "zeros.srt": (lambda: bytes(100_000), True),
    "no header.vtt": (lambda: b"00:01.000 --> 00:02.000\nHalt!\n", True),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_read_or_refused(tmp_path: Path, name: str) -> None:
    content, is_refused = TEXTS[name]
    path = tmp_path / name
    path.write_bytes(content())
    if is_refused:
        with pytest.raises(SheetError) as caught:
            read(path)
        assert 10 < len(str(caught.value)) < 1000
        return
    sheet = read(path)
    assert all(len(str(problem)) < 1000 for problem in sheet.problems)
    for line in sheet.lines:
        assert "\0" not in line.cue.text and "/" not in line.cue.id and len(line.cue.id) < 200
        assert line.cue.length is None or 0 < line.cue.length.seconds < 1000


def test_a_cue_of_signs_is_not_pondered() -> None:
    began_s = time.thread_time()
    for text in ("#" * 5000, "♪" + "#" * 4999, "<v " * 1666, "*♪" * 2500, "[(" * 2500, "-" * 5000, "A " * 2500 + ":"):
        spoken(text)
    assert time.thread_time() - began_s < SOON_S
    assert spoken("♪♪ la la ♪ Who goes there?")[1] == "Who goes there?"
    assert spoken("# la la ♪ Number #1 goes")[1] == "Number #1 goes"


# ---- workbooks ------------------------------------------------------------------------------------------------------


def parts(path: Path, changes: dict[str, bytes]) -> Path:
    """A workbook with one line, and other parts in the place of its own."""
    plain = workbook(path.with_suffix(".plain.xlsx"), ["id", "text"], ["a", "Halt!"], change=lambda _: None)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(part.filename, changes.pop(part.filename, None) or source.read(part))
        for name, content in changes.items():
            target.writestr(name, content)
    return path


def cells(xml: str) -> dict[str, bytes]:
    return {SHEET: (HEAD + xml + TAIL).encode()}


STRINGS = "xl/sharedStrings.xml"
LAUGHS = b"<!DOCTYPE x [" + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"lol") for n in range(10)
)
WORKBOOKS: dict[str, tuple[Callable[[], dict[str, bytes]], bool]] = {
    "a shared text of 20 MB": (lambda: {STRINGS: b"<sst><si><t>" + b"x" * 20_000_000 + b"</t></si></sst>"}, True),
    "twenty million spaces": (lambda: {SHEET: HEAD.encode() + b" " * 20_000_000 + TAIL.encode()}, True),
    "a row of a hundred thousand cells": (lambda: cells('<row r="2">' + "<c><v>1</v></c>" * 100_000 + "</row>"), True),
    "elements within elements": (lambda: cells("<x>" * 50_000 + "</x>" * 50_000), False),
    "laughs in the styles": (lambda: {"xl/styles.xml": LAUGHS + b"]><x>&a9;</x>"}, True),
    "a file of the system": (
        lambda: {"xl/styles.xml": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'},
        True,
    ),
    "deep styles": (lambda: {"xl/styles.xml": b"<x>" * 100_000 + b"</x>" * 100_000}, True),
    "a worksheet elsewhere": (
        lambda: {
            "xl/_rels/workbook.xml.rels": b'<x><R Id="rId1" Type="/worksheet" Target="../../../../etc/passwd"/></x>'
        },
        True,
    ),
    "a text that there is not": (lambda: cells('<row r="2"><c r="A2" t="s"><v>4294967295</v></c></row>'), True),
    "a number beyond all": (lambda: cells('<row r="2"><c r="A2"><v>1e999</v></c></row>'), False),
    "a number of ten thousand digits": (lambda: cells(f'<row r="2"><c r="A2"><v>{"9" * 10_000}</v></c></row>'), False),
    "not UTF-8": (lambda: {SHEET: HEAD.encode() + b"\xff\xfe" + TAIL.encode()}, True),
    "two thousand and one merged areas": (
        lambda: {
            SHEET: (
                HEAD
                + "</sheetData><mergeCells>"
                + "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(2, 2003))
                + "</mergeCells></worksheet>"
            ).encode()
        },
        True,
    ),
    "an area that covers all": (
        lambda: {
            SHEET: f'{HEAD}</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'.encode()
        },
        False,
    ),
    "ten thousand and more parts": (lambda: {f"xl/media/{n}": b"" for n in range(10_001)}, True),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_is_read_or_refused(tmp_path: Path, name: str) -> None:
    changes, is_refused = WORKBOOKS[name]
    path = parts(tmp_path / "a.xlsx", changes())
    if is_refused:
        with pytest.raises(SheetError) as caught:
            read(path)
        assert 10 < len(str(caught.value)) < 1000
    else:
        read(path)


def test_a_part_that_says_it_is_small(tmp_path: Path) -> None:
    """The directory of the archive lies about what the part unpacks to."""
    path = parts(tmp_path / "a.xlsx", {SHEET: HEAD.encode() + b" " * 5_000_000 + TAIL.encode()})
    data = path.read_bytes()
    true_size = struct.pack("<I", len(HEAD) + 5_000_000 + len(TAIL))
    assert data.count(true_size) == 2
    path.write_bytes(data.replace(true_size, struct.pack("<I", 1000)))
    with pytest.raises(SheetError, match="damaged"):
        read(path)
