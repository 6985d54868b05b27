"""A first look into an XLSX file: whether it is safe to open, and what its cells do not say of themselves.

A workbook of a few kB may ask for gigabytes: by what it unpacks to, or by two cells a million rows apart, which the
reader would give all cells between. So the XML is walked through once before, in blocks, and nothing of it is kept.
"""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from bridge.sheets.cells import MAX_CELL_CHARACTERS
from bridge.sheets.problem import SheetError

MAX_BYTES = 100_000_000
MAX_UNPACKED = 500_000_000
MAX_PARTS = 10_000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384  # Excel's own limits
MAX_AREA = 8_000_000  # cells between the first and the last one, 24 bytes each
_SMALL = 10_000_000  # bytes of a part that is read as a whole: styles, relations
_BLOCK = 1 << 18
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError)
_ZEROS = re.compile(r"0{2,20}")


@dataclass
class Scan:
    """What was seen of one worksheet. Rows and columns count from 1."""

    n_rows: int = 0  # of the last cell with a value
    n_columns: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    without_value: list[str] = field(default_factory=list)  # cells with a formula that nobody worked out
    padded: dict[tuple[int, int], int] = field(default_factory=dict)  # (row, column) -> digits that 0000 asks for


def sheet_names(path: Path) -> tuple[str, ...]:
    """The worksheets of the workbook that are not hidden, in order. Raises SheetError, OSError."""
    with _opened(path) as archive:
        return tuple(name for name, _ in _worksheets(archive, path))


def scan(path: Path, sheet: str) -> Scan:
    """Walk through one worksheet. Raises SheetError when it is not safe to be read, OSError."""
    with _opened(path) as archive:
        parts = dict(_worksheets(archive, path))
        if sheet not in parts:
            raise SheetError(f"{path} has no worksheet {sheet[:80]!r}; there are: {', '.join(parts) or 'none'}")
        padding = _padding(archive, path)
        if "xl/sharedStrings.xml" in archive.namelist():
            _walk(archive, "xl/sharedStrings.xml", _Strings(path), path)
        seen = _Cells(path, padding)
        _walk(archive, parts[sheet], seen, path)
        return seen.scan


def _opened(path: Path) -> zipfile.ZipFile:
    if path.stat().st_size > MAX_BYTES:
        raise SheetError(f"{path} is larger than {MAX_BYTES // 10**6} MB; split it into several sheets")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        with path.open("rb") as file:
            is_old = file.read(4) == b"\xd0\xcf\x11\xe0"
        why = "an old .xls file, or one with a password" if is_old else f"no XLSX file ({error})"
        raise SheetError(f"{path} is {why}; save it as .xlsx or .csv, without a password") from error
    total = sum(part.file_size for part in archive.infolist())
    if total > MAX_UNPACKED or len(archive.infolist()) > MAX_PARTS:
        archive.close()
        raise SheetError(
            f"{path} unpacks to {total / 1e6:.0f} MB in {len(archive.infolist())} parts, which no line sheet needs; "
            "copy the lines into a new workbook"
        )
    return archive


def _worksheets(archive: zipfile.ZipFile, path: Path) -> Iterator[tuple[str, str]]:
    """(name, part) of each visible worksheet."""
    targets = {
        relation.get("Id"): (relation.get("Type", ""), relation.get("Target", ""))
        for relation in _small(archive, "xl/_rels/workbook.xml.rels", path)
    }
    for sheet in _small(archive, "xl/workbook.xml", path).iter():
        if _local(sheet.tag) != "sheet" or sheet.get("state", "visible") != "visible":
            continue
        identity = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
        kind, target = targets.get(identity, ("", ""))
        if kind.endswith("/worksheet"):
            yield sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _padding(archive: zipfile.ZipFile, path: Path) -> dict[str, int]:
    """Style number -> digits, of the styles whose number format is 000 or the like."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    formats: dict[str, int] = {}
    padding: dict[str, int] = {}
    for element in _small(archive, "xl/styles.xml", path):
        if _local(element.tag) == "numFmts":
            codes = ((each.get("numFmtId", ""), each.get("formatCode", "")) for each in element)
            formats = {number: len(code) for number, code in codes if _ZEROS.fullmatch(code)}
        elif _local(element.tag) == "cellXfs":
            styles = (each.get("numFmtId", "") for each in element)
            padding = {str(i): formats[number] for i, number in enumerate(styles) if number in formats}
    return padding


def _small(archive: zipfile.ZipFile, part: str, path: Path) -> ET.Element:
    try:
        if archive.getinfo(part).file_size > _SMALL:
            raise SheetError(f"{path} has an oversized {part}; copy the lines into a new workbook")
        return ET.fromstring(archive.read(part))
    except KeyError as error:
        raise SheetError(f"{path} is no XLSX workbook ({error.args[0]}); save it as .xlsx or .csv") from error
    except (ET.ParseError, *_UNREADABLE) as error:
        raise _damaged(path, part, error) from error


class _Strings:
    """Looks at the texts that cells share."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._length = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self._length = 0

    def text(self, data: str) -> None:
        self._length += len(data)
        if self._length > 4 * MAX_CELL_CHARACTERS:
            raise SheetError(f"{self._path} has a cell longer than {MAX_CELL_CHARACTERS} characters; shorten it")

    def end(self, _name: str) -> None:
        pass


class _Cells:
    """Looks at the cells of a worksheet."""

    def __init__(self, path: Path, padding: dict[str, int]) -> None:
        self.scan = Scan()
        self._path, self._padding = path, padding
        self._row = self._column = 0  # of what is open at this moment
        self._width = 0
        self._length = 0
        self._is_formula = self._has_value = self._is_number = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "c":
                self._begin_cell(attributes)
            case "row":
                self._begin_row(attributes)
            case "f":
                self._is_formula = True
                self._length = 0
            case "v" | "t":
                self._has_value = False  # until there is something in it
                self._length = 0

    def text(self, data: str) -> None:
        self._has_value = True
        self._length += len(data)
        if self._length > 4 * MAX_CELL_CHARACTERS:
            raise SheetError(
                f"{self._path}, row {self._row}: a cell is longer than {MAX_CELL_CHARACTERS} characters; shorten it"
            )

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "f":
                self._has_value = False
            case "c":
                self._end_cell()

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self._go_to(f"row {number}", self._row + 1 if number is None else _number(number), 0)
        if attributes.get("hidden") in ("1", "true"):
            self.scan.hidden_rows.add(self._row)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._go_to("cell", self._row, self._column + 1)
        else:
            found = _CELL.fullmatch(reference)
            row, column = (int(found[2]), _column_number(found[1])) if found else (0, 0)
            self._go_to(f"cell {reference}", row, column or MAX_COLUMNS + 1)
        self._is_formula = self._has_value = False
        self._is_number = attributes.get("t", "n") == "n"
        self._width = self._padding.get(attributes.get("s", ""), 0) if self._is_number else 0

    def _go_to(self, what: str, row: int, column: int) -> None:
        """Rows have to come in their order: the reader trusts the first and the last one."""
        if not max(self._row, 1) <= row <= MAX_ROWS or column > MAX_COLUMNS:
            raise SheetError(f"{self._path} has a {what[:30]} behind row {self._row}, as no workbook has; save it anew")
        self._row, self._column = row, column

    def _end_cell(self) -> None:
        seen = self.scan
        if self._is_formula and not self._has_value:
            seen.without_value.append(f"{column_name(self._column)}{self._row}")
        if not self._has_value and not self._is_formula:
            return
        seen.n_rows, seen.n_columns = max(seen.n_rows, self._row), max(seen.n_columns, self._column)
        if seen.n_rows * seen.n_columns > MAX_AREA:
            raise SheetError(
                f"{self._path} spreads its cells over {seen.n_rows} rows and {seen.n_columns} columns (up to "
                f"{column_name(self._column)}{self._row}); delete what lies far from the lines, or split the sheet"
            )
        if self._width:
            seen.padded[self._row, self._column] = self._width


def _walk(archive: zipfile.ZipFile, part: str, seen: _Strings | _Cells, path: Path) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = seen.start
    parser.CharacterDataHandler = seen.text
    parser.EndElementHandler = seen.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with archive.open(part) as file:
            while block := file.read(_BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, KeyError, *_UNREADABLE) as error:
        raise _damaged(path, part, error) from error


def _refuse_doctype(*_: object) -> None:
    raise SheetError("the workbook defines entities of its own, which Excel never does; save it anew from Excel")


def _damaged(path: Path, part: str, error: Exception) -> SheetError:
    return SheetError(f"{path} is damaged: its {part} cannot be read ({error}); open it and save it anew")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_name(number: int) -> str:
    """1 -> A, 27 -> AA."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
