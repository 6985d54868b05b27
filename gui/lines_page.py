"""The page of lines: search, table, takes of the chosen line, the fields of a new one, who speaks and how."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from bridge.cue import Line
from gui.composer import Composer
from gui.cue_model import CueModel
from gui.cue_table import CueView
from gui.filter_bar import FilterBar
from gui.first_steps import FirstSteps
from gui.line_edits import LineEdits
from gui.link import DaemonLink
from gui.preset_editor import PresetEditor
from gui.preview import Preview, is_preview
from gui.table_actions import TableActions
from gui.takes_view import TakesView
from gui.theme import Theme


class LinesPage(QWidget):
    """Its parts show and wish; here their wishes become requests."""

    def __init__(self, link: DaemonLink, theme: Theme, settings: Any = None, osc_at: str = "") -> None:
        """osc_at: host:port that the daemon hears OSC at."""
        super().__init__()
        self._link = link
        self._numbers = itertools.count(1)
        self._awaited = ""  # id of a line asked for here, chosen as soon as it appears
        self.model = CueModel(self)
        self.table = CueView(self.model, theme)
        self.edits = LineEdits(link, self.model.line, self)
        self.presets = PresetEditor(theme)
        self.composer = Composer(self.presets, theme, settings)
        self.takes = TakesView(theme)
        self.filters = FilterBar(self.table)
        self.first_steps = FirstSteps(theme, osc_at)
        self._lay_out()
        self._connect()
        self.preview = Preview(self.presets, self.composer, link)
        self.table_actions = TableActions(self.table, self.edits, self.composer, link, self._free_name)
        self.filters.more.setMenu(self.table_actions.menu_of(self.filters.more))
        self.table_actions.offer_without_lines(self.first_steps)
        self._show_empty()
        self.composer.text.setFocus()

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        parts = (self.takes, self.composer, self.presets)
        inner = [widget for part in parts for widget in part.controls()]
        return [*self.filters.controls(), *self.first_steps.controls(), self.table, *inner]

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
            self._link.play(cue.id, replace(cue, drop=False))

    def say(self, words: str) -> None:
        """Speak words at once, as timbre and emotion are chosen."""
        cue = self.composer.wishes(self._free_name("live"))
        if cue.timbre:
            self._link.play(cue.id, replace(cue, text=words, drop=False))

    def _lay_out(self) -> None:
        self._table_or_hint = QStackedWidget()
        self._table_or_hint.addWidget(self.first_steps)
        self._table_or_hint.addWidget(self.table)
        self.splitter = middle = QSplitter(Qt.Orientation.Vertical)
        middle.addWidget(self._table_or_hint)
        middle.addWidget(self.takes)
        middle.setStretchFactor(0, 1)
        middle.setSizes([380, 230])
        middle.setHandleWidth(10)
        middle.setChildrenCollapsible(False)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self.filters)
        left.addWidget(middle, 1)
        left.addWidget(self.composer)
        side = QScrollArea()  # on a small screen at 200 % the sliders scroll instead of being cut off
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what has the focus inside is scrolled to anyway
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setWidget(self.presets)
        side.setFixedWidth(self.fontMetrics().horizontalAdvance("0") * 35)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 12, 10, 12)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(side)

    def _connect(self) -> None:
        link = self._link
        link.lines_changed.connect(self._lines_changed)
        link.lines_removed.connect(self._lines_removed)
        link.presets.connect(self.presets.set_presets)
        link.status.connect(self.first_steps.show_status)
        self.table.chosen.connect(self.takes.show_line)
        self.table.play_wished.connect(lambda line_id: link.play(line_id))
        self.takes.pick_wished.connect(link.pick)
        self.takes.best_wished.connect(link.pick_best)
        self.takes.back_wished.connect(link.pick_earlier)
        self.takes.lock_wished.connect(link.lock)
        self.takes.unlock_wished.connect(link.unlock)
        self.takes.play_wished.connect(link.play_alone)
        self.takes.takes_wished.connect(link.submit)
        self.takes.drop_wished.connect(link.drop)
        self.takes.undrop_wished.connect(link.undrop)
        self.takes.cancel_wished.connect(link.cancel)
        self.composer.render_wished.connect(self.render_line)
        self.composer.play_wished.connect(self.play_text)
        self.first_steps.example_wished.connect(self._speak_example)
        self.presets.tools.line_wished.connect(self._read_line)
        more = self.presets.more
        more.export_wished.connect(link.voices.export_emotions)
        more.import_wished.connect(lambda file: link.voices.import_emotions(file, self._imported))
        more.rename_wished.connect(self._rename_emotion)
        more.remove_wished.connect(lambda name: link.voices.remove("emotion", name, lambda: more.show_removed(name)))
        more.back_wished.connect(lambda name: link.voices.bring_back("emotion", name))
        self.presets.save_wished.connect(
            lambda texts, weights: link.voices.save_emotion(texts.name, weights, texts.note, texts.colour)
        )

    def _read_line(self) -> None:
        if text := self.composer.text.toPlainText().strip():
            self.presets.tools.sentence_given.emit(text)

    def _rename_emotion(self, name: str, new: str) -> None:
        self.presets.expect("emotion", new)
        self._link.voices.rename("emotion", name, new)

    def _imported(self, names: tuple[str, ...]) -> None:
        self.presets.expect("emotion", names[0])  # the list comes a moment later

    def _free_name(self, stem: str) -> str:
        return next(name for n in self._numbers if self.model.line(name := f"{stem}_{n:03d}") is None)

    def _speak_example(self, text: str) -> None:
        if not self.composer.text.toPlainText().strip():
            self.composer.text.setPlainText(text)
        self.play_text()

    def _lines_changed(self, lines: list[Line]) -> None:
        lines = [line for line in lines if not is_preview(line.cue.id)]
        self.model.update_lines(lines)
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

    def _show_empty(self) -> None:
        if not self.model.rowCount() and self.table.hasFocus():
            self.first_steps.paste.setFocus()  # where undo has its key, too
        self._table_or_hint.setCurrentIndex(1 if self.model.rowCount() else 0)
        self.takes.setVisible(self.model.rowCount() > 0)
