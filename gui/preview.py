"""Hear a timbre or an emotion as soon as it is let go of: the text is spoken live, the speaking before it ends."""

from __future__ import annotations

import itertools
from dataclasses import replace

from PyQt6.QtCore import QObject, Qt, QTimer
from PyQt6.QtWidgets import QApplication

from bridge.cue import Line
from bridge.events import PlayEnded
from gui.composer import Composer
from gui.first_steps import EXAMPLE
from gui.line_edits import AT_WORK
from gui.link import DaemonLink
from gui.preset_editor import PresetEditor

SETTLED_MS = 120  # after a change by key
RELEASE_MS = 5  # how often it is looked whether the mouse has let go
PREFIX = "panel_preview_"
CHARACTER = "Previews"  # their clips lie in a folder of their own


def is_preview(line_id: str) -> bool:
    """Such lines are in no list of the panel."""
    return line_id.startswith(PREFIX)


class Preview(QObject):
    """Speaks while the preset editor's box is checked. A preview that has sounded is taken out of the daemon again."""

    def __init__(self, presets: PresetEditor, composer: Composer, link: DaemonLink) -> None:
        super().__init__(presets)
        self._presets, self._composer, self._link = presets, composer, link
        self._numbers = itertools.count(1)
        self._current = ""  # id of the preview that was asked for last
        self._lines: dict[str, Line] = {}  # previews that the daemon holds
        self._sounded: set[str] = set()
        self._heard = self._choice()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._settled)
        presets.changed.connect(self._changed)
        presets.hear.toggled.connect(self._toggled)
        link.lines_changed.connect(self._lines_changed)
        link.lines_removed.connect(self._lines_removed)
        link.play_ended.connect(self._play_ended)

    def _choice(self) -> tuple[str, str, float]:
        return self._presets.timbre, self._presets.emotion, self._presets.emotion_weight

    def _toggled(self, on: bool) -> None:
        self._heard = self._choice()  # what stands there already is no change
        if not on:
            self._timer.stop()

    def _changed(self) -> None:
        if self._presets.hear.isChecked():
            held = QApplication.mouseButtons() != Qt.MouseButton.NoButton
            self._timer.start(RELEASE_MS if held else SETTLED_MS)

    def _settled(self) -> None:
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._timer.start(RELEASE_MS)  # still being dragged
            return
        choice = self._choice()
        if choice == self._heard or not self._presets.timbre:
            return
        self._heard = choice
        self._speak()

    def speak_as(self, timbre: str) -> None:
        """Speak the text by another timbre at once, by its name or as `morph:...`; what is chosen stays chosen."""
        self._timer.stop()
        self._speak(timbre)

    def _speak(self, timbre: str = "") -> None:
        before, self._current = self._current, f"{PREFIX}{next(self._numbers):03d}"
        text = self._composer.text.toPlainText().strip() or EXAMPLE
        cue = replace(self._composer.wishes(self._current), text=text, character=CHARACTER, drop=False)
        cue = replace(cue, timbre=timbre or cue.timbre)
        self._link.play_instead(cue, before if before in self._lines else "")

    def _lines_changed(self, lines: list[Line]) -> None:
        for line in lines:
            if is_preview(line.cue.id):
                self._lines[line.cue.id] = line
                self._tidy(line.cue.id)

    def _lines_removed(self, line_ids: list[str]) -> None:
        for line_id in line_ids:
            self._lines.pop(line_id, None)

    def _play_ended(self, event: PlayEnded) -> None:
        if is_preview(event.line_id):
            self._sounded.add(event.line_id)
            self._tidy(event.line_id)

    def _tidy(self, line_id: str) -> None:
        line = self._lines.get(line_id)
        if line_id in self._sounded and line is not None and line.state not in AT_WORK:
            self._sounded.discard(line_id)
            self._link.remove(line_id)
