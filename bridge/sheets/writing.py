"""A line sheet into a file: CSV, TSV, XLSX, SRT or WebVTT. What is written is read again as the same lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bridge.files import atomic_file, write_atomic
from bridge.sheets.cells import MAX_CELL_CHARACTERS, guarded
from bridge.sheets.line import SheetLine
from bridge.sheets.problem import SheetError
from bridge.sheets.subtitles import write_subtitles
from bridge.timeline import write_length, write_position

SUFFIXES = (".csv", ".tsv", ".xlsx", ".srt", ".vtt")

_VALUES: Mapping[str, Callable[[SheetLine], str]] = {
    "id": lambda line: line.cue.id,
    "character": lambda line: line.cue.character,
    "text": lambda line: line.cue.text,
    "timbre": lambda line: line.cue.timbre,
    "emotion": lambda line: "" if line.cue.emotion == "neutral" else line.cue.emotion,
    "weight": lambda line: "" if line.cue.weight == 1 else repr(line.cue.weight),
    "length": lambda line: "" if line.cue.length is None else write_length(line.cue.length),
    "speed": lambda line: "" if line.cue.speed == 1 else repr(line.cue.speed),
    "at": lambda line: "" if line.cue.at is None else write_position(line.cue.at),
    "seed": lambda line: "" if line.cue.seed is None else str(line.cue.seed),
    "takes": lambda line: "" if line.cue.takes == 1 else str(line.cue.takes),
    "file": lambda line: line.file,
    "guide": lambda line: line.guide,
    "direction": lambda line: line.direction,
    "notes": lambda line: line.notes,
    "locked": lambda line: "yes" if line.locked else "",
}
ALWAYS = ("id", "character", "text", "timbre", "emotion", "length", "at")  # columns also when nothing is in them


def write_sheet(
    path: Path, lines: Sequence[SheetLine], *, results: Mapping[str, Mapping[str, str]] | None = None
) -> None:
    """Write the lines in the format that the path's ending names, whole or not at all.

    results: heading -> line id -> text, columns behind all others, such as the clip of each line.

    CSV is UTF-8 with a byte order mark, as Excel asks for. Raises SheetError, OSError.
    """
    match path.suffix.lower():
        case ".csv":
            _write_text(path, _table(lines, results or {}), ",")
        case ".tsv":
            _write_text(path, _table(lines, results or {}), "\t")
        case ".xlsx":
            _write_xlsx(path, list(_table(lines, results or {})))
        case ".srt" | ".vtt":
            write_subtitles(path, _cues(lines))
        case _:
            raise SheetError(f"{path} is no name for a sheet; end it in one of {', '.join(SUFFIXES)}")


def _table(lines: Sequence[SheetLine], results: Mapping[str, Mapping[str, str]]) -> Iterator[list[str]]:
    fields = [name for name, value in _VALUES.items() if name in ALWAYS or any(value(line) for line in lines)]
    extra = list(dict.fromkeys(heading for line in lines for heading, _ in line.extra if heading not in results))
    yield [*fields, *extra, *results]
    for line in lines:
        others = dict(line.extra)
        row = [
            *(_VALUES[field](line) for field in fields),
            *(others.get(heading, "") for heading in extra),
            *(column.get(line.cue.id, "") for column in results.values()),
        ]
        if any("\ud800" <= letter <= "\udfff" for letter in "".join(row)):
            raise SheetError(f"line {line.cue.id!r} holds half a character (a lone surrogate); write it anew")
        yield row


def _write_text(path: Path, rows: Iterable[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    write_atomic(path, text.getvalue().encode("utf-8-sig"))


def _write_xlsx(path: Path, rows: Sequence[list[str]]) -> None:
    import xlsxwriter

    for number, row in enumerate(rows, start=1):
        if max(map(len, row)) > MAX_CELL_CHARACTERS:
            raise SheetError(f"row {number} has a cell of more than {MAX_CELL_CHARACTERS} characters; shorten it")
    with atomic_file(path) as file:
        # Everything is text: Excel must not make dates of ids, nor formulas of lines that begin with =.
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
        as_text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        sheet = book.add_worksheet("Lines")
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(rows[0]):
            sheet.set_column(column, column, 60 if heading == "text" else 16, as_text)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, column, cell, as_text if number else bold)
        book.close()


def _cues(lines: Sequence[SheetLine]) -> list[tuple[float, float, str, str]]:
    cues = []
    for line in lines:
        length = line.slot or line.cue.length
        if line.cue.at is None or length is None:
            raise SheetError(
                f"line {line.cue.id!r} has no {'place' if line.cue.at is None else 'length'}, which subtitles need; "
                "write the sheet as .csv or .xlsx"
            )
        start_s = line.cue.at.sample / line.cue.at.rate
        cues.append((start_s, start_s + length.seconds, line.cue.character, line.cue.text))
    return cues
