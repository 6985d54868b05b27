"""Adding, duplicating, pasting and removing lines, each to be undone and done again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QUndoCommand, QUndoStack

from bridge.cue import Cue, Line, LineState
from gui.link import DaemonLink

AT_WORK = (LineState.QUEUED, LineState.RENDERING, LineState.DROPPING, LineState.PLAYING)
STEPS_KEPT = 200


class LineEdits(QObject):
    """Asks the link. The daemon removes only lines that rest, so one that is at work is cancelled first."""

    def __init__(self, link: DaemonLink, find: Callable[[str], Line | None], parent: QObject | None = None) -> None:
        """find: a line by its id, as it is now."""
        super().__init__(parent)
        self._link, self._find = link, find
        self._leaving: set[str] = set()  # removed as soon as they rest
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(STEPS_KEPT)
        link.lines_changed.connect(self._lines_changed)

    def add(self, cues: Sequence[Cue]) -> None:
        """Ask for new lines; what was taken on can be undone."""

        def taken(line_ids: list[str]) -> None:
            if line_ids:
                what = _what(self.tr("add {line}"), self.tr("add %n line(s)", "", len(line_ids)), line_ids)
                self.stack.push(_Added(self, line_ids, what))

        if cues:
            self._link.submit_all(cues, taken)

    def duplicate(self, lines: Iterable[Line], free_name: Callable[[str], str]) -> None:
        """The same wishes under new names, right to be changed; with seeds of their own."""
        self.add([replace(line.cue, id=free_name("panel"), seed=None, drop=False) for line in lines])

    def change(self, cues: Sequence[Cue], *, render: bool) -> None:
        """New wishes for lines that are there; with `render` each gets new takes by them."""
        before = [line for cue in cues if (line := self._find(cue.id)) is not None]
        if before:
            line_ids = [line.cue.id for line in before]
            what = _what(self.tr("change {line}"), self.tr("change %n line(s)", "", len(before)), line_ids)
            self.stack.push(_Changed(self, before, list(cues), what, render=render))

    def ask_change(self, cues: Sequence[Cue], *, render: bool) -> None:
        self._link.change_all(cues, render=render)

    def change_back(self, lines: Iterable[Line]) -> None:
        """The wishes and the picks as they were; what is being made by the newer ones is cancelled."""
        lines = list(lines)
        for line in lines:
            now = self._find(line.cue.id)
            if now is not None and now.state in (LineState.QUEUED, LineState.RENDERING):
                self._link.cancel(line.cue.id)
        self._link.change_all([line.cue for line in lines], render=False)
        for line in lines:
            if (take := line.picked_take) is not None and take.path is not None:
                self._link.pick(line.cue.id, take.id)

    def remove(self, line_ids: Sequence[str]) -> None:
        if line_ids:
            what = _what(self.tr("remove {line}"), self.tr("remove %n line(s)", "", len(line_ids)), line_ids)
            self.stack.push(_Removed(self, list(line_ids), what))

    def take_out(self, line_ids: Iterable[str]) -> None:
        for line_id in line_ids:
            line = self._find(line_id)
            if line is not None and line.state in AT_WORK:
                self._leaving.add(line_id)
                self._link.cancel(line_id)
            else:
                self._link.remove(line_id)

    def bring_back(self, line_ids: Iterable[str]) -> None:
        for line_id in line_ids:
            if line_id in self._leaving:
                self._leaving.discard(line_id)
            else:
                self._link.bring_back(line_id)

    def _lines_changed(self, lines: list[Line]) -> None:
        for line in lines:
            if line.cue.id in self._leaving and line.state not in AT_WORK:
                self._leaving.discard(line.cue.id)
                self._link.remove(line.cue.id)


class _Added(QUndoCommand):
    """Lines that are there already when the command is pushed."""

    def __init__(self, edits: LineEdits, line_ids: list[str], text: str) -> None:
        super().__init__(text)
        self._edits, self._line_ids = edits, line_ids
        self._is_first = True

    def redo(self) -> None:
        if not self._is_first:
            self._edits.bring_back(self._line_ids)
        self._is_first = False

    def undo(self) -> None:
        self._edits.take_out(self._line_ids)


class _Changed(QUndoCommand):
    def __init__(self, edits: LineEdits, before: list[Line], cues: list[Cue], text: str, *, render: bool) -> None:
        super().__init__(text)
        self._edits, self._before, self._cues, self._render = edits, before, cues, render

    def redo(self) -> None:
        self._edits.ask_change(self._cues, render=self._render)

    def undo(self) -> None:
        self._edits.change_back(self._before)


class _Removed(QUndoCommand):
    def __init__(self, edits: LineEdits, line_ids: list[str], text: str) -> None:
        super().__init__(text)
        self._edits, self._line_ids = edits, line_ids

    def redo(self) -> None:
        self._edits.take_out(self._line_ids)

    def undo(self) -> None:
        self._edits.bring_back(self._line_ids)


def _what(one: str, several: str, line_ids: Sequence[str]) -> str:
    """What stands beside Undo."""
    return one.format(line=line_ids[0]) if len(line_ids) == 1 else several


def write_rows(lines: Iterable[Line]) -> str:
    """Lines as text for the clipboard: character, words and emotion with tabs between, as tables hold them."""
    rows = ((line.cue.character, " ".join(line.cue.text.split()), line.cue.emotion) for line in lines)
    return "\n".join(map("\t".join, rows))


def read_rows(text: str, like: Cue) -> list[Cue]:
    """Rows of a table or plain lines -> cues without names, in all else as `like`.

    One column: the words. Two: character and words. Three or more: character, words, emotion.
    """
    cues = []
    for row in text.splitlines():
        cells = [cell.strip() for cell in row.split("\t")]
        if len(cells) == 1:
            cells = ["", *cells]
        character, words, *rest = cells
        if words:
            emotion = rest[0] if rest and rest[0] else like.emotion
            cues.append(replace(like, text=words, character=character or like.character, emotion=emotion))
    return cues
