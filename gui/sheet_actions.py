"""Opening and saving line sheets: what a spreadsheet holds becomes lines, and the lines a spreadsheet."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QFileDialog

from bridge.sheets import SUFFIXES, ReadOptions, Sheet, SheetLine
from gui.composer import Composer
from gui.cue_model import LINE_ROLE, shown_take
from gui.cue_table import CueView
from gui.line_edits import LineEdits
from gui.link import DaemonLink
from gui.log_page import LogPage
from gui.sheet_dialog import SheetDialog, news_of

WRITTEN = (".csv", ".tsv", ".xlsx", ".srt", ".vtt")


class SheetActions(QObject):
    """Files are read and written on the link's thread."""

    def __init__(self, table: CueView, edits: LineEdits, composer: Composer, link: DaemonLink) -> None:
        super().__init__(table)
        self._table, self._edits, self._composer, self._link = table, edits, composer, link
        self._log: LogPage | None = None
        self._folder = ""  # where the last sheet was

    def tell(self, log: LogPage) -> None:
        """Where it is told what was read and written."""
        self._log = log

    def open(self) -> None:
        """Ask which sheet; its lines without a timbre are spoken by the one that is chosen now."""
        kinds = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        wanted = self.tr("Line sheets ({kinds})").format(kinds=kinds)
        path, _ = QFileDialog.getOpenFileName(self._table.window(), self.tr("Open a sheet"), self._folder, wanted)
        if path:
            self.read(Path(path))

    def read(self, path: Path) -> None:
        self._folder = str(path.parent)
        self._link.read_sheet(path, ReadOptions(timbre=self._composer.wishes("").timbre), self._show)

    def save(self) -> None:
        """Ask for a file; all lines that the table shows, in its order."""
        wanted = ";;".join(f"{suffix[1:].upper()} (*{suffix})" for suffix in WRITTEN)
        path, kind = QFileDialog.getSaveFileName(self._table.window(), self.tr("Save as a sheet"), self._folder, wanted)
        if path:
            suffix = "" if Path(path).suffix else f".{kind.partition(' ')[0].lower()}"
            self.write(Path(path + suffix))

    def write(self, path: Path) -> None:
        self._folder = str(path.parent)
        rows = self._table.filter
        lines = [rows.index(row, 0).data(LINE_ROLE) for row in range(rows.rowCount())]
        clips = {line.cue.id: str(take.path) for line in lines if (take := shown_take(line)) and take.path}
        states = {line.cue.id: line.state.value for line in lines}
        sheet = [SheetLine(row, line.cue, locked=bool(line.locked)) for row, line in enumerate(lines, 2)]
        text = self.tr("%n line(s) written to {path}", "", len(lines)).format(path=path)
        self._link.write_sheet(path, sheet, {"state": states, "clip": clips}, lambda: self._say(text))

    def _show(self, sheet: Sheet) -> None:
        news = news_of(sheet, self._table.cues.line)
        dialog = SheetDialog(sheet, news, self._table.window())
        if dialog.exec():
            self._edits.add(news.new)
            self._edits.change(news.changed, render=True)
            n_lines = len(news.new) + len(news.changed)
            self._say(self.tr("%n line(s) of {path}", "", n_lines).format(path=sheet.path))

    def _say(self, text: str) -> None:
        if self._log is not None:
            self._log.add("sheet", text)
