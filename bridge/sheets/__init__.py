"""Line sheets: CSV, TSV, XLSX, SRT and WebVTT, in and out. What others use stands here."""

from bridge.sheets.columns import ALIASES, FIELDS, Column
from bridge.sheets.line import ReadOptions, Sheet, SheetLine
from bridge.sheets.problem import Problem, SheetError, told
from bridge.sheets.reading import SUFFIXES, check_sheet, read_checked, read_sheet
from bridge.sheets.timing import TimeFormat
from bridge.sheets.writing import write_sheet

__all__ = [
    "ALIASES",
    "FIELDS",
    "SUFFIXES",
    "Column",
    "Problem",
    "ReadOptions",
    "Sheet",
    "SheetError",
    "SheetLine",
    "TimeFormat",
    "check_sheet",
    "read_checked",
    "read_sheet",
    "told",
    "write_sheet",
]
