"""How the window was left: its size and place, the division of the page of lines, the columns. In the data folder."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QByteArray, QSettings
from PyQt6.QtWidgets import QMainWindow, QSplitter

from gui.cue_table import CueView

FILE_NAME = "panel.ini"


class WindowState:
    """Read when the window is made, written when it is closed. A file that cannot be used is as good as none."""

    def __init__(self, data_folder: Path, window: QMainWindow, splitter: QSplitter, table: CueView) -> None:
        self._path = data_folder / FILE_NAME
        self._window, self._splitter, self._table = window, splitter, table

    def restore(self) -> None:
        kept = QSettings(str(self._path), QSettings.Format.IniFormat)
        for name, put in (("geometry", self._window.restoreGeometry), ("lines", self._splitter.restoreState)):
            value = kept.value(name)
            if isinstance(value, QByteArray):
                put(value)
        for shown, columns in ((True, kept.value("columns_shown")), (False, kept.value("columns_hidden"))):
            for column in str(columns or "").split():
                if column.isdecimal():
                    self._table.show_column(int(column), shown)

    def keep(self) -> None:
        kept = QSettings(str(self._path), QSettings.Format.IniFormat)
        kept.setValue("geometry", self._window.saveGeometry())
        kept.setValue("lines", self._splitter.saveState())
        by_hand = self._table.columns_by_hand
        kept.setValue("columns_shown", " ".join(str(column) for column, shown in by_hand.items() if shown))
        kept.setValue("columns_hidden", " ".join(str(column) for column, shown in by_hand.items() if not shown))
        kept.sync()
