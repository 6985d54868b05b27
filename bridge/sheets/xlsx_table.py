"""Rows of a worksheet of an XLSX file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.sheets import xlsx_scan
from bridge.sheets.cells import Cell
from bridge.sheets.problem import Problem, SheetError

MOST_NAMED = 20  # of cells or rows in one note
MAX_MERGED = 2_000  # areas


@dataclass(frozen=True)
class XlsxTable:
    """One worksheet, found to be safe. `rows` begins anew at each call."""

    path: Path
    sheet: str
    scan: xlsx_scan.Scan
    merged: tuple[tuple[int, int, int, int], ...]  # first row, first column, last row, last column, from 1
    _worksheet: Any  # of python-calamine

    def rows(self, filled: Collection[int] = ()) -> Iterator[tuple[int, Sequence[Cell]]]:
        """(number of the row, cells up to the last one of the sheet).

        filled: columns, from 0, in which a cell that is merged over several rows stands for each of them.
        """
        _, left = self._worksheet.start or (0, 0)  # the reader leaves out what is empty there
        padded = self.scan.padded
        lead: list[Cell] = [""] * left
        fill = {
            (row, first_column): (first_row, first_column)
            for first_row, first_column, last_row, _ in self.merged
            if first_column - 1 in filled
            for row in range(first_row + 1, min(last_row, self.scan.n_rows) + 1)
        }
        tops = set(fill.values())
        values: dict[tuple[int, int], Cell] = {}
        for number, row in enumerate(self._worksheet.iter_rows(), start=1):
            cells = [*lead, *row]
            if padded or fill:
                for at, cell in enumerate(cells, start=1):
                    place = number, at
                    if place in padded and isinstance(cell, float) and cell.is_integer() and cell >= 0:
                        cells[at - 1] = f"{cell:.0f}".zfill(padded[place])
                    if place in tops:
                        values[place] = cells[at - 1]
                    elif place in fill:
                        cells[at - 1] = values.get(fill[place], "")
            yield number, cells

    def notes(self) -> Iterator[Problem]:
        """What a person may not know of the sheet."""
        if self.scan.without_value:
            yield Problem(
                0, "", f"{_named(self.scan.without_value)}: a formula whose result is not in the file, so the cell is "
                "empty; open the workbook in Excel or LibreOffice and save it", is_error=False,
            )  # fmt: skip
        if hidden := sorted(row for row in self.scan.hidden_rows if row <= self.scan.n_rows):
            yield Problem(
                0, "", f"hidden rows are read like all others: {_named(list(map(str, hidden)))}; delete those that are "
                "not meant", is_error=False,
            )  # fmt: skip
        if wide := [place for place in self.merged if place[1] != place[3]]:
            named = [f"{xlsx_scan.column_name(place[1])}{place[0]}" for place in wide]
            yield Problem(
                0, "", f"cells are merged over several columns at {_named(named)}: all but the first are empty",
                is_error=False,
            )  # fmt: skip


def open_xlsx(path: Path, sheet: str = "") -> XlsxTable:
    """The worksheet of that name, else the first that is not hidden. Raises SheetError, OSError."""
    names = xlsx_scan.sheet_names(path)
    if not names:
        raise SheetError(f"{path} has no worksheet that is not hidden; unhide one")
    sheet = sheet or names[0]
    found = xlsx_scan.scan(path, sheet)
    from python_calamine import CalamineWorkbook

    try:
        worksheet = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet)
        ranges = worksheet.merged_cell_ranges or []
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the reader is no Exception
        raise SheetError(
            f"{path} cannot be read ({error}); open it in Excel or LibreOffice and save it anew"
        ) from error
    if len(ranges) > MAX_MERGED:
        raise SheetError(f"{path} has {len(ranges)} merged areas, more than {MAX_MERGED}; unmerge them")
    merged = tuple((first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1) for first, last in ranges)
    return XlsxTable(path, sheet, found, merged, worksheet)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
