"""What can be done with chosen lines: by key while the table has the focus, and in its context menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QAction, QGuiApplication, QKeySequence

from gui.composer import Composer
from gui.cue_table import CueView
from gui.first_steps import FirstSteps
from gui.line_edits import LineEdits, read_rows, write_rows
from gui.link import DaemonLink


class TableActions(QObject):
    """Turns keys and menu entries into requests."""

    def __init__(
        self,
        table: CueView,
        edits: LineEdits,
        composer: Composer,
        link: DaemonLink,
        free_name: Callable[[str], str],
    ) -> None:
        """free_name: a stem -> an id that no line has."""
        super().__init__(table)
        self._table, self._edits, self._composer, self._link = table, edits, composer, link
        self._free_name = free_name
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._add("Play", "Space", self._play)
        self._add("Edit again", "Return", self._edit_again)
        self._add("Into project", "Ctrl+D", lambda: self._ask_for_each(link.drop))
        self._add("Cancel", "Ctrl+Backspace", lambda: self._ask_for_each(link.cancel))
        self._add("Duplicate", "Ctrl+Shift+D", lambda: edits.duplicate(table.selected_lines(), free_name))
        self._add("Copy", "Ctrl+C", self._copy)
        self._paste = self._add("Paste lines", "Ctrl+V", self._paste_rows)
        self._add("Remove", "Delete", lambda: edits.remove(table.selected_ids()))
        self._undo = self._add("Undo", "Ctrl+Z", edits.stack.undo)
        self._redo = self._add("Redo", "Ctrl+Shift+Z", edits.stack.redo)

    def offer_without_lines(self, first_steps: FirstSteps) -> None:
        """Pasting and undoing also where the table is hidden, since it is empty."""
        first_steps.paste.clicked.connect(self._paste.trigger)
        for action in (self._paste, self._undo, self._redo):
            twin = QAction(action.text(), first_steps)
            twin.setShortcut(action.shortcut())
            twin.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            twin.triggered.connect(action.trigger)
            first_steps.addAction(twin)

    def _add(self, name: str, key: str, work: Callable[[], object]) -> QAction:
        action = QAction(name, self._table)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: work())
        self._table.addAction(action)
        return action

    def _play(self) -> None:
        if (line := self._table.current_line()) is not None:
            self._link.play(line.cue.id)

    def _edit_again(self) -> None:
        if (line := self._table.current_line()) is not None:
            self._composer.show_cue(line.cue)

    def _ask_for_each(self, ask: Callable[[str], None]) -> None:
        for line_id in self._table.selected_ids():
            ask(line_id)

    def _copy(self) -> None:
        clipboard, lines = QGuiApplication.clipboard(), self._table.selected_lines()
        if clipboard is not None and lines:
            clipboard.setText(write_rows(lines))

    def _paste_rows(self) -> None:
        """Lines of a script or rows of a table, spoken as timbre and emotion are chosen now."""
        clipboard, like = QGuiApplication.clipboard(), self._composer.wishes("")
        if clipboard is not None and like.timbre:
            cues = read_rows(clipboard.text(), like)
            self._edits.add([replace(cue, id=self._free_name("panel")) for cue in cues])
