"""Lays out the panel and connects its parts to the link. Views show and wish; only the link asks the daemon."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from bridge import events
from bridge.cue import Line
from engine.types import EMOTIONS, Emotion
from gui.composer import Composer
from gui.cue_model import CueModel
from gui.cue_table import CueView
from gui.first_steps import FirstSteps
from gui.keys import KEYS
from gui.line_edits import LineEdits
from gui.link import DaemonLink, Failure
from gui.live_page import LivePage
from gui.log_page import LogPage
from gui.osc_page import OscPage
from gui.page_rail import LINES_PAGE, LIVE_PAGE, LOG_PAGE, PAGES, SETTINGS_PAGE, PageRail
from gui.preset_editor import PresetEditor
from gui.preview import Preview, is_preview
from gui.settings_page import SettingsPage
from gui.table_actions import TableActions
from gui.takes_view import TakesView
from gui.theme import Theme
from gui.transport_bar import TransportBar
from gui.widgets import chain_tabs

CANCELLED = "cancelled"  # code of the ending of a take that nobody wants any more: no error


class MainWindow(QMainWindow):
    """One window for one link; closing it lets go of the daemon, which works on."""

    def __init__(self, link: DaemonLink, theme: Theme, settings: Any = None) -> None:
        super().__init__()
        self.link, self._theme, self._settings = link, theme, settings
        self._numbers = itertools.count(1)
        self._awaited = ""  # id of a line asked for here, chosen as soon as it appears
        self._unseen_errors = 0
        self._devices_asked = False
        self.setWindowTitle("Cuevox")
        self.setObjectName("panel")
        self.resize(1280, 820)
        self.model = CueModel(self)
        self.table = CueView(self.model, theme)
        self.edits = LineEdits(link, self.model.line, self)
        self.presets = PresetEditor(theme)
        self.composer = Composer(self.presets, theme, settings)
        self.takes = TakesView(theme)
        self.live = LivePage(theme, getattr(settings, "audio_device", ""))
        self._osc_host = _reachable(getattr(settings, "osc_host", "127.0.0.1"))
        self.osc = OscPage(self._osc_host, link.osc_port)
        self.log = LogPage(theme)
        self.settings_page = SettingsPage(settings, theme.appearance, KEYS)
        self.bar = TransportBar(theme)
        self.rail = PageRail(theme)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search lines (Ctrl+F)")
        self.search.setAccessibleName("Search lines")
        self.search.setClearButtonEnabled(True)
        self.first_steps = FirstSteps(theme, f"{self._osc_host}:{link.osc_port}")
        self._lay_out()
        self._connect()
        self._shortcuts()
        self.preview = Preview(self.presets, self.composer, link)
        self._actions = TableActions(self.table, self.edits, self.composer, link, self._free_name)
        self._actions.offer_without_lines(self.first_steps)
        self._show_empty()
        self.composer.text.setFocus()

    def show_page(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self.rail.show_page(index)
        if index == LOG_PAGE:
            self._unseen_errors = 0
            self.rail.show_unseen(self._unseen_errors)
            self.bar.clear_error()
        elif index == LIVE_PAGE:
            self.live.panic.setFocus()  # in the search, the numbers would be text
        elif index == SETTINGS_PAGE and not self._devices_asked:  # only now: it may wake sound servers
            self._devices_asked = True
            self.link.ask_devices(self.settings_page.offer_devices)

    def render_line(self) -> None:
        """Ask for the line in the composer, under the next free name."""
        cue = self.composer.cue(self._free_name("panel"))
        if cue is not None:
            self._awaited = cue.id
            self.edits.add([cue])

    def play_text(self) -> None:
        """Speak the text in the composer at once. To listen is no wish to have it in the project."""
        cue = self.composer.cue(self._free_name("panel_live"))
        if cue is not None:
            self._awaited = cue.id
            self.link.play(cue.id, replace(cue, drop=False))

    def show_fault(self, what: str, trace: str) -> None:
        """A fault of the panel itself."""
        self._show_error(what, trace)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.link.close()
        self.takes.close_files()
        super().closeEvent(event)

    # ---- construction -----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._table_or_hint = QStackedWidget()
        self._table_or_hint.addWidget(self.first_steps)
        self._table_or_hint.addWidget(self.table)
        middle = QSplitter(Qt.Orientation.Vertical)
        middle.addWidget(self._table_or_hint)
        middle.addWidget(self.takes)
        middle.setStretchFactor(0, 1)
        middle.setSizes([380, 230])
        middle.setHandleWidth(10)
        middle.setChildrenCollapsible(False)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self.search)
        left.addWidget(middle, 1)
        left.addWidget(self.composer)
        side = QScrollArea()  # on a small screen at 200 % the sliders scroll instead of being cut off
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what has the focus inside is scrolled to anyway
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setWidget(self.presets)
        side.setFixedWidth(self.fontMetrics().horizontalAdvance("0") * 36)
        lines = QWidget()
        row = QHBoxLayout(lines)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(side)
        self._stack = QStackedWidget()
        for page in (lines, self.live, self.osc, self.log, self.settings_page):
            self._stack.addWidget(page)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.rail)
        body.addWidget(self._stack, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(self.bar)
        self.setCentralWidget(whole)
        pages = (self.live, self.osc, self.log, self.settings_page)
        parts = (self.takes, self.composer, self.presets, *pages, self.bar, self.rail)
        chain_tabs(
            [
                self.search,
                *self.first_steps.controls(),
                self.table,
                *(widget for part in parts for widget in part.controls()),
            ]
        )
        self.show_page(LINES_PAGE)

    def _connect(self) -> None:
        link, log = self.link, self.log
        link.lines_changed.connect(self._lines_changed)
        link.lines_removed.connect(self._lines_removed)
        link.presets.connect(self.presets.set_presets)
        link.status.connect(self.bar.show_status)
        link.level.connect(self.bar.show_level)
        link.traffic.connect(self.osc.add_traffic)
        link.problem.connect(self._problem)
        link.failed.connect(self._failed)
        link.warned.connect(lambda e: log.add("warning", f"{e.source}: {e.text}"))
        link.take_ended.connect(self._take_ended)
        link.drop_ended.connect(self._drop_ended)
        link.play_ended.connect(self._play_ended)
        link.play_ended.connect(self.live.play_ended)
        link.lines_removed.connect(self.live.remove_lines)
        self.rail.page_wished.connect(self.show_page)
        self.search.textChanged.connect(self.table.filter.search)
        self.table.chosen.connect(self.takes.show_line)
        self.table.chosen.connect(self.osc.show_line)
        self.table.play_wished.connect(lambda line_id: link.play(line_id))
        self.takes.pick_wished.connect(link.pick)
        self.takes.play_wished.connect(link.play_alone)
        self.takes.takes_wished.connect(link.submit)
        self.takes.drop_wished.connect(link.drop)
        self.takes.cancel_wished.connect(link.cancel)
        self.composer.render_wished.connect(self.render_line)
        self.composer.play_wished.connect(self.play_text)
        self.first_steps.example_wished.connect(self._speak_example)
        self.bar.stop_wished.connect(lambda: link.stop())
        self.bar.error_clicked.connect(lambda: self.show_page(LOG_PAGE))
        self.presets.save_wished.connect(
            lambda texts, weights: link.save_emotion(texts.name, weights, texts.note, texts.colour)
        )
        self.presets.clip_dropped.connect(self._add_clip)
        self.presets.tools.sentence_given.connect(lambda text: link.hear_emotion(f"text:{text}", self._show_emotion))
        self.presets.tools.clip_given.connect(self._hear_clip)
        self.live.play_wished.connect(lambda line_id: link.play(line_id))
        self.live.panic_wished.connect(lambda: link.stop())
        self.osc.send_wished.connect(
            lambda address, args: link.send_osc(self._osc_host, address, args, self.osc.show_answer)
        )
        self.settings_page.appearance_wished.connect(self._change_appearance)
        self.settings_page.save_wished.connect(
            lambda changes: link.save_settings(changes, lambda: self.settings_page.show_saved(changes))
        )

    def _shortcuts(self) -> None:
        keys = {
            "Ctrl+Return": self.render_line,
            "Ctrl+Enter": self.render_line,  # of the number pad
            "Ctrl+P": self.play_text,
            "Esc": lambda: self.link.stop(),
            "Ctrl+F": lambda: self._go_to(self.search),
            "Ctrl+L": lambda: self._go_to(self.composer.text),
            "Ctrl+T": lambda: self._go_to(self.table),
        }
        for key, action in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(action)
        for page in range(len(PAGES)):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{page + 1}"), self)
            shortcut.activated.connect(lambda page=page: self.show_page(page))

    # ---- wishes -------------------------------------------------------------------------------------------------

    def _free_name(self, stem: str) -> str:
        return next(name for n in self._numbers if self.model.line(name := f"{stem}_{n:03d}") is None)

    def _go_to(self, widget: QWidget) -> None:
        self.show_page(LINES_PAGE)
        widget.setFocus()

    def _speak_example(self, text: str) -> None:
        if not self.composer.text.toPlainText().strip():
            self.composer.text.setPlainText(text)
        self.play_text()

    def _add_clip(self, file: str) -> None:
        """Clips to be learnt lie in the inbox of the data folder, so the dropped one is copied there."""
        source, folder = Path(file), getattr(self._settings, "data_folder", None)
        name = source.stem
        self.presets.expect("timbre", name)
        self.link.add_timbre(
            name,
            source.name,
            before=None if folder is None else lambda: _copy_into(source, Path(folder) / "inbox"),
            then=lambda seconds: self.log.add("preset", f"timbre {name}: {seconds:.1f} s of speech found"),
        )

    def _hear_clip(self, file: str) -> None:
        """The emotion of a clip: like one to be learnt, it has to lie in the inbox."""
        source, folder = Path(file), getattr(self._settings, "data_folder", None)
        self.link.hear_emotion(
            f"clip:{source.name}",
            self._show_emotion,
            before=None if folder is None else lambda: _copy_into(source, Path(folder) / "inbox"),
        )

    def _change_appearance(self, appearance: str) -> None:
        self._theme.set_appearance(appearance)
        if hasattr(self._settings, "appearance"):
            self.link.save_settings({"appearance": appearance}, lambda: None)

    def _show_emotion(self, emotion: Emotion) -> None:
        self.presets.set_weights(dict(zip(EMOTIONS, emotion.weights, strict=True)))

    # ---- what the daemon tells ----------------------------------------------------------------------------------

    def _lines_changed(self, lines: list[Line]) -> None:
        lines = [line for line in lines if not is_preview(line.cue.id)]
        self.model.update_lines(lines)
        self.live.update_lines(lines)
        self._show_empty()
        if self._awaited and self.model.line(self._awaited) is not None:
            self.table.show_line(self._awaited)
            self._awaited = ""
        current = self.table.current_line()
        if current is not None and any(line.cue.id == current.cue.id for line in lines):
            self.takes.show_line(current)

    def _lines_removed(self, line_ids: list[str]) -> None:
        self.model.remove_lines(line_ids)
        self.takes.show_line(self.table.current_line())
        self._show_empty()

    def _problem(self, error: events.ErrorRaised) -> None:
        self._show_error(error.text, f"{error.source} {error.code}: {error.text}")

    def _failed(self, failure: Failure) -> None:
        self._show_error(failure.text, f"{failure.what} {failure.code}: {failure.text}")

    def _take_ended(self, event: events.TakeEnded) -> None:
        text = f"{event.take_id} {event.code}: {event.text}"
        if event.ok or event.code == CANCELLED:
            self.log.add("take", text)
        else:
            self._show_error(event.text, text)

    def _drop_ended(self, event: events.DropEnded) -> None:
        text = f"{event.take_id} -> {event.target} {event.where}: {event.text}"
        if event.ok:
            self.log.add("drop", text)
        else:
            self._show_error(event.text, text)

    def _play_ended(self, event: events.PlayEnded) -> None:
        how = "stopped" if event.stopped else "to the end"
        self.log.add(
            "play", f"{event.take_id} {how}: {event.n_samples} samples, first after {event.first_sound_ms:.0f} ms"
        )

    def _show_error(self, text: str, for_log: str) -> None:
        self.log.add("error", for_log)
        self.bar.show_error(text)
        if self._stack.currentIndex() != LOG_PAGE:
            self._unseen_errors += 1
            self.rail.show_unseen(self._unseen_errors)

    def _show_empty(self) -> None:
        if not self.model.rowCount() and self.table.hasFocus():
            self.first_steps.paste.setFocus()  # where undo has its key, too
        self._table_or_hint.setCurrentIndex(1 if self.model.rowCount() else 0)
        self.takes.setVisible(self.model.rowCount() > 0)


def _reachable(host: str) -> str:
    """Where a daemon that listens on `host` is spoken to from this machine."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host


def _copy_into(source: Path, inbox: Path) -> None:
    inbox.mkdir(parents=True, exist_ok=True)
    target = inbox / source.name
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)
