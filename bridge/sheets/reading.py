"""A line sheet from a file: CSV, TSV, XLSX, SRT or WebVTT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bridge.cue_check import check_cue
from bridge.errors import BridgeError, EmptyTextError, SecondsOutOfRangeError
from bridge.preset_store import PresetStore
from bridge.sheets.cells import Cell, is_blank, text_of
from bridge.sheets.columns import MERGED_DOWN, Column, is_heading_row, map_columns, n_known
from bridge.sheets.line import ReadOptions, Sheet, SheetLine
from bridge.sheets.problem import MAX_PROBLEMS, TOO_MANY, Problem, SheetError
from bridge.sheets.rows import RowReader
from bridge.sheets.subtitles import read_subtitles
from bridge.sheets.text_table import TextTable, open_text
from bridge.sheets.xlsx_table import XlsxTable, open_xlsx

MAX_LINES = 200_000
LOOK_ROWS = 50  # at the top, for the headings: titles and notes may stand above them
WORKBOOKS = (".xlsx", ".xlsm")
TEXTS = (".csv", ".tsv", ".tab", ".txt")
SUBTITLES = (".srt", ".vtt")
SUFFIXES = (*TEXTS, *WORKBOOKS, *SUBTITLES)


def read_sheet(path: Path, options: ReadOptions | None = None) -> Sheet:
    """All lines of a file and all its problems; a row with an error is left out of the lines.

    Names of presets are not looked up: see check_sheet. Raises SheetError for what cannot be read at all.
    """
    options = options or ReadOptions()
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise SheetError(f"{path} is no sheet that can be read; give one of {', '.join(SUFFIXES)}")
    try:
        if not path.is_file():
            raise SheetError(f"{path} is not a file; name a sheet that is there")
        if suffix in SUBTITLES:
            return read_subtitles(path, options)
        if suffix in WORKBOOKS:
            return _read_table(path, open_xlsx(path, options.worksheet), options)
        return _read_table(path, open_text(path, n_known, options.encoding, options.delimiter), options)
    except OSError as error:
        raise SheetError(f"{path} cannot be read: {error.strerror or error}") from error


def read_checked(path: Path, options: ReadOptions, presets: PresetStore) -> Sheet:
    """The lines of a sheet that can be taken on, and all that is wrong with the others, the presets looked up too.

    Raises SheetError for what cannot be read at all.
    """
    sheet = read_sheet(path, options)
    problems = sorted((*sheet.problems, *check_sheet(sheet, presets)), key=lambda problem: problem.row)
    bad = {problem.row for problem in problems if problem.is_error}
    lines = tuple(line for line in sheet.lines if line.row not in bad)
    return replace(sheet, lines=lines, problems=tuple(problems))


def check_sheet(sheet: Sheet, presets: PresetStore) -> tuple[Problem, ...]:
    """Everything about the lines that the presets do not have, by row and column."""
    heading = {column.field: column.heading for column in sheet.columns if column.field}
    problems: list[Problem] = []
    known: dict[tuple[str, str], str] = {}  # (field, name) -> what is wrong with it; thousands of rows name a few

    def look(line: SheetLine, field: str, name: str) -> bool:
        key = field, name
        if key not in known:
            try:
                known[key] = ""
                if field == "timbre":
                    presets.timbre(name)
                else:
                    presets.emotion_source(name, line.cue.text)
            except BridgeError as error:
                known[key] = str(error)
        if known[key]:
            problems.append(Problem(line.row, heading.get(field, ""), known[key]))
        return not known[key]

    for line in sheet.lines:
        cue = line.cue
        good = look(line, "timbre", cue.timbre) & look(line, "emotion", cue.emotion)
        if good:
            try:
                check_cue(cue, presets)
            except BridgeError as error:
                problems.append(Problem(line.row, heading.get(_field_of(error), ""), str(error)))
    return tuple(problems)


def _field_of(error: BridgeError) -> str:
    match error:
        case EmptyTextError():
            return "text"
        case SecondsOutOfRangeError():
            return "length"
    return ""


def _read_table(path: Path, table: TextTable | XlsxTable, options: ReadOptions) -> Sheet:
    columns, notes, first = _headings(path, table, options)
    filled = [column.index for column in columns if column.field in MERGED_DOWN]
    rows: Iterable[tuple[int, Sequence[Cell]]]
    rows = table.rows(filled) if isinstance(table, XlsxTable) else table.rows()
    reader = RowReader(columns, options)
    reader.problems += notes
    lines: list[SheetLine] = []
    for number, cells in rows:
        if number <= first:
            continue
        line = reader.read(number, cells)
        if line is not None:
            lines.append(line)
        if len(lines) > MAX_LINES:
            raise SheetError(f"{path} has more than {MAX_LINES} lines; split it into several sheets")
        if len(reader.problems) > MAX_PROBLEMS:
            reader.problems.append(Problem(number, "", TOO_MANY))
            break
    problems = tuple(reader.problems)
    if isinstance(table, XlsxTable):
        return Sheet(path, tuple(lines), (*table.notes(), *problems), columns, "xlsx", worksheet=table.sheet)
    kind = "tsv" if table.delimiter == "\t" else "csv"
    return Sheet(path, tuple(lines), (*_text_notes(table), *problems), columns, kind, table.encoding, table.delimiter)


def _headings(
    path: Path, table: TextTable | XlsxTable, options: ReadOptions
) -> tuple[tuple[Column, ...], tuple[Problem, ...], int]:
    """-> the columns, what is to be told of them, the number of their row."""
    looked: list[list[str]] = []
    best: tuple[int, int, list[str]] | None = None
    for number, row in _first(table.rows()):
        headings = [text_of(cell) for cell in row]
        looked.append(headings)
        merit = n_known(headings)
        if is_heading_row(headings, options.columns) and (best is None or merit > best[0]):
            best = merit, number, headings
    if best is None:
        wanted = options.columns.get("text", "")
        lacking = f"no column {wanted!r}" if wanted else "no column with the words to speak (text, dialogue, line...)"
        nearest: list[str] = max(looked, key=n_known, default=[])
        seen = ", ".join(filter(None, nearest))[:300]
        raise SheetError(
            f"{path} has {lacking}; " + (f"its first rows have: {seen}. " if seen else "it is empty. ")
            + "Give the headings in one row, or say which column it is: text=HEADING"
        )  # fmt: skip
    _, number, headings = best
    columns, notes = map_columns(headings, options.columns, number)
    if not any(column.field == "id" for column in columns):
        notes += (
            Problem(number, "", "there is no column of ids; they are made of who says what, so a line whose words "
                    "change is a new line", is_error=False),
        )  # fmt: skip
    return columns, notes, number


def _first(rows: Iterator[tuple[int, Sequence[Cell]]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The first rows that are not empty."""
    n = 0
    for number, row in rows:
        if not all(map(is_blank, row)):
            yield number, row
            n += 1
        if n == LOOK_ROWS:
            return


def _text_notes(table: TextTable) -> Iterator[Problem]:
    if table.encoding == "cp1252":
        yield Problem(
            0, "", "the file is no UTF-8 and is read as Windows-1252; if accents look wrong, save it as UTF-8",
            is_error=False,
        )  # fmt: skip
