"""Lays out the panel and connects its parts to the link. Views show and wish; only the link asks the daemon."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bridge import events
from bridge.cue import Line
from gui.composer import Composer
from gui.cue_table import CueModel, CueView
from gui.icons import icon
from gui.link import DaemonLink, Failure
from gui.pages import LogPage, SettingsPage
from gui.preset_editor import PresetEditor
from gui.takes_view import TakesView
from gui.theme import Theme
from gui.transport_bar import TransportBar
from gui.widgets import label

PAGES = (("Lines", "lines"), ("Log", "log"), ("Settings", "settings"))


class MainWindow(QMainWindow):
    """One window for one link; closing it lets go of the daemon, which works on."""

    def __init__(self, link: DaemonLink, theme: Theme, settings: Any = None) -> None:
        super().__init__()
        self.link, self._theme, self._settings = link, theme, settings
        self._numbers = itertools.count(1)
        self.setWindowTitle("Cuevox")
        self.resize(1280, 820)
        self.model = CueModel(self)
        self.table = CueView(self.model, theme)
        self.presets = PresetEditor()
        self.composer = Composer(self.presets)
        self.takes = TakesView(theme)
        self.log = LogPage()
        self.settings_page = SettingsPage(settings, theme.appearance)
        self.bar = TransportBar(theme)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search lines (Ctrl+F)")
        self.search.setAccessibleName("Search lines")
        self.search.setClearButtonEnabled(True)
        self.empty = label(self._first_steps(), "muted", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self._connect()
        self._shortcuts()
        self._paint_icons()
        self._show_empty()
        self.composer.text.setFocus()

    def show_page(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self._rail.button(index).setChecked(True)  # type: ignore[union-attr]

    def render_line(self) -> None:
        """Ask for the line in the composer, under the next free name."""
        line_id = next(name for n in self._numbers if self.model.line(name := f"panel_{n:03d}") is None)
        cue = self.composer.cue(line_id)
        if cue is None:
            self.bar.show_error("There is no text to speak, or the seed is no whole number; change it and render again.")
            return
        self.link.submit(cue)

    def play(self) -> None:
        line = self.table.current_line()
        if line is not None:
            self.link.play(line.cue.id)
        elif (cue := self.composer.cue(f"panel_live_{next(self._numbers):03d}")) is not None:
            self.link.play(cue.id, cue)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        self.link.close()
        self.takes.close_files()
        super().closeEvent(event)

    # ---- construction -----------------------------------------------------------------------------------------

    def _first_steps(self) -> str:
        port = getattr(self._settings, "osc_port", 27183)
        return (
            "No lines yet.\n\nType a line below and press Ctrl+Return to render it,\n"
            f"or send OSC to 127.0.0.1:{port}:\n\n"
            '/cuevox/line/render  "line_1"  "Who goes there?"  "seconds"  2.4'
        )

    def _lay_out(self) -> None:
        self._table_or_hint = QStackedWidget()
        self._table_or_hint.addWidget(self.empty)
        self._table_or_hint.addWidget(self.table)
        middle = QSplitter(Qt.Orientation.Vertical)
        middle.addWidget(self._table_or_hint)
        middle.addWidget(self.takes)
        middle.setSizes([420, 190])
        middle.setChildrenCollapsible(False)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self.search)
        left.addWidget(middle, 1)
        left.addWidget(self.composer)
        side = QScrollArea()  # on a small screen at 200 % the sliders scroll instead of being cut off
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setWidget(self.presets)
        side.setFixedWidth(max(330, self.fontMetrics().horizontalAdvance("m") * 28))
        lines = QWidget()
        row = QHBoxLayout(lines)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(side)
        self._stack = QStackedWidget()
        for page in (lines, self.log, self.settings_page):
            self._stack.addWidget(page)
        rail = QFrame()
        rail.setProperty("role", "rail")
        buttons = QVBoxLayout(rail)
        buttons.setContentsMargins(6, 10, 6, 10)
        self._rail = QButtonGroup(self)
        for number, (name, _) in enumerate(PAGES):
            button = QToolButton()
            button.setText(name)
            button.setToolTip(f"{name} (Ctrl+{number + 1})")
            button.setProperty("role", "rail")
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setMinimumWidth(self.fontMetrics().horizontalAdvance("Settings") + 14)
            self._rail.addButton(button, number)
            buttons.addWidget(button)
        buttons.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(rail)
        body.addWidget(self._stack, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(self.bar)
        self.setCentralWidget(whole)
        self.show_page(0)

    def _connect(self) -> None:
        link, log = self.link, self.log
        link.lines_changed.connect(self._lines_changed)
        link.lines_removed.connect(self._lines_removed)
        link.presets.connect(self.presets.set_presets)
        link.status.connect(self.bar.show_status)
        link.level.connect(self.bar.show_level)
        link.traffic.connect(log.add_traffic)
        link.problem.connect(self._problem)
        link.failed.connect(self._failed)
        link.warned.connect(lambda e: log.add("warning", f"{e.source}: {e.text}"))
        link.take_ended.connect(self._take_ended)
        link.drop_ended.connect(self._drop_ended)
        self._rail.idClicked.connect(self.show_page)
        self.search.textChanged.connect(self.table.filter.search)
        self.table.chosen.connect(self.takes.show_line)
        self.table.play_wished.connect(lambda line_id: link.play(line_id))
        self.takes.pick_wished.connect(link.pick)
        self.takes.play_wished.connect(lambda line_id, take_id: link.play(line_id, take_id=take_id))
        self.takes.drop_wished.connect(link.drop)
        self.composer.render_wished.connect(self.render_line)
        self.bar.render_wished.connect(self.render_line)
        self.bar.play_wished.connect(self.play)
        self.bar.stop_wished.connect(lambda: link.stop())
        self.bar.error_clicked.connect(lambda: self.show_page(1))
        self.presets.save_wished.connect(lambda name, weights: link.save_emotion(name, weights))
        self.presets.clip_dropped.connect(self._add_clip)
        self.settings_page.appearance_wished.connect(self._theme.set_appearance)
        self._theme.changed.connect(self._paint_icons)

    def _shortcuts(self) -> None:
        keys = {
            "Ctrl+P": self.play,
            "Esc": lambda: self.link.stop(),
            "Ctrl+F": self.search.setFocus,
            "Ctrl+L": self.composer.text.setFocus,
            "Ctrl+1": lambda: self.show_page(0),
            "Ctrl+2": lambda: self.show_page(1),
            "Ctrl+3": lambda: self.show_page(2),
            "Ctrl+Return": self.render_line,
        }
        for key, action in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(action)
        for key, action in {
            "Space": self.play,
            "Delete": lambda: [self.link.remove(line_id) for line_id in self.table.selected_ids()],
        }.items():
            shortcut = QShortcut(QKeySequence(key), self.table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(action)

    # ---- what the daemon tells ----------------------------------------------------------------------------------

    def _lines_changed(self, lines: list[Line]) -> None:
        self.model.update_lines(lines)
        current = self.table.current_line()
        if current is not None and any(line.cue.id == current.cue.id for line in lines):
            self.takes.show_line(current)
        self._show_empty()

    def _lines_removed(self, line_ids: list[str]) -> None:
        self.model.remove_lines(line_ids)
        self.takes.show_line(self.table.current_line())
        self._show_empty()

    def _problem(self, error: events.ErrorRaised) -> None:
        self.log.add("error", f"{error.source} {error.code}: {error.text}")
        self.bar.show_error(error.text)

    def _failed(self, failure: Failure) -> None:
        self.log.add("error", f"{failure.what} {failure.code}: {failure.text}")
        self.bar.show_error(failure.text)

    def _take_ended(self, event: events.TakeEnded) -> None:
        self.log.add("take" if event.ok else "error", f"{event.take_id} {event.code}: {event.text}")
        if not event.ok:
            self.bar.show_error(event.text)

    def _drop_ended(self, event: events.DropEnded) -> None:
        self.log.add("drop" if event.ok else "error", f"{event.take_id} -> {event.target} {event.where}: {event.text}")
        if not event.ok:
            self.bar.show_error(event.text)

    def _add_clip(self, file: str) -> None:
        """Clips to be learnt lie in the inbox of the data folder, so the dropped one is copied there."""
        source, folder = Path(file), getattr(self._settings, "data_folder", None)
        if folder is None:
            self.link.add_timbre(source.stem, source.name)
            return
        inbox = Path(folder) / "inbox"
        self.link.add_timbre(source.stem, source.name, before=lambda: _copy_into(source, inbox))

    def _show_empty(self) -> None:
        self._table_or_hint.setCurrentIndex(1 if self.model.rowCount() else 0)

    def _paint_icons(self) -> None:
        for number, (_, name) in enumerate(PAGES):
            self._rail.button(number).setIcon(icon(name, self._theme.tokens.text))  # type: ignore[union-attr]


def _copy_into(source: Path, inbox: Path) -> None:
    inbox.mkdir(parents=True, exist_ok=True)
    target = inbox / source.name
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)
