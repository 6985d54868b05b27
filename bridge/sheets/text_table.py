"""Rows of a CSV or TSV file, whatever its encoding and delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.sheets.cells import MAX_CELL_CHARACTERS, unguarded
from bridge.sheets.problem import SheetError

MAX_BYTES = 200_000_000
MAX_COLUMNS = 16_384  # Excel's own limit
DELIMITERS = ",;\t|"
_LOOK_BYTES = 1 << 16  # at the start, for the delimiter
_BLOCK = 1 << 20
_LOOK_ROWS = 30
_BOMS = (  # the longer ones first: UTF-32's begins like UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class TextTable:
    """How a text file is to be read. `rows` begins anew at each call."""

    path: Path
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """(number of the row's first line in the file, cells). Raises SheetError."""
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        with self.path.open(encoding=self.encoding, newline="") as file:
            yield from _records(file, self.delimiter, self.path)


def open_text(path: Path, score: Callable[[Sequence[str]], int], encoding: str = "", delimiter: str = "") -> TextTable:
    """Find out encoding and delimiter where they are not given. Raises SheetError, OSError.

    score: how many headings that are known a row has; the delimiter with the most is the one.
    """
    if path.stat().st_size > MAX_BYTES:
        raise SheetError(f"{path} is larger than {MAX_BYTES // 10**6} MB; split it into several sheets")
    if delimiter and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise SheetError(f"delimiter {delimiter!r} cannot separate cells; give one of , ; | or a tab")
    encoding = encoding or encoding_of(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            head = file.read(_LOOK_BYTES)
    except (LookupError, UnicodeError) as error:
        raise SheetError(f"{path} is no text in {encoding} ({error}); name its encoding, e.g. utf-8") from error
    return TextTable(path, encoding, delimiter or _delimiter(head, path, score))


def encoding_of(path: Path) -> str:
    """By its byte order mark; else UTF-16 where bytes are zero by turns, UTF-8 where all of it is that, else cp1252."""
    with path.open("rb") as file:
        head = file.read(_LOOK_BYTES)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name
        if len(head) >= 2 and head.count(0) > len(head) // 4:
            return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(head)
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _delimiter(head: str, path: Path, score: Callable[[Sequence[str]], int]) -> str:
    """The one under which the first rows have the most known headings, then the most cells."""
    first = head.split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5:  # Excel's own way to say it
        return first[4]

    def merit(delimiter: str) -> tuple[int, int]:
        rows: list[Sequence[str]] = []
        try:
            for _, row in _records(io.StringIO(head, newline=""), delimiter, path):
                rows.append(row)
                if len(rows) == _LOOK_ROWS:
                    break
        except SheetError:  # by the wrong delimiter, or cut in the middle of a cell
            pass
        return max(map(score, rows), default=0), max(map(len, rows), default=0)

    preferred = DELIMITERS if path.suffix.lower() not in (".tsv", ".tab") else "\t" + DELIMITERS
    return max(preferred, key=merit)


def _records(file: io.TextIOBase, delimiter: str, path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    # Strict: a quote that is never closed would swallow the rest of the sheet in silence.
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except UnicodeError as error:
            raise SheetError(
                f"{path}, behind row {line - 1}: it is not all of one encoding ({error}); save it as UTF-8"
            ) from error
        except csv.Error as error:
            raise SheetError(f"{path}, row {line}: {_reason(error)}") from error
        if line == 1 and row and row[0][:4].lower() == "sep=":
            line = reader.line_num + 1
            continue
        if len(row) > MAX_COLUMNS:
            raise SheetError(f"{path}, row {line}: {len(row)} cells in one row; {MAX_COLUMNS} are the most")
        yield line, [unguarded(cell) for cell in row]
        line = reader.line_num + 1


def _reason(error: csv.Error) -> str:
    text = str(error)
    if "field limit" in text or "field larger" in text:
        return (
            f"a cell is longer than {MAX_CELL_CHARACTERS} characters, which no spreadsheet has; "
            "look for a quotation mark that is never closed"
        )
    if "end of data" in text:
        return "a quotation mark is never closed; close it, or write it twice where it is meant"
    if "expected after" in text:
        return "text stands behind a closing quotation mark; write a quotation mark in a cell twice"
    return f"it is no CSV ({text})"
