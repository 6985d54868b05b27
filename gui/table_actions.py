"""What can be done with chosen lines: by key while the table has the focus, in its context menu, by the button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QAction, QGuiApplication, QKeySequence
from PyQt6.QtWidgets import QMenu, QWidget

from gui.composer import Composer
from gui.cue_dialog import CueDialog
from gui.cue_table import CueView
from gui.first_steps import FirstSteps
from gui.line_edits import LineEdits, read_rows, write_rows
from gui.link import DaemonLink
from gui.sheet_actions import SheetActions


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
        self._preset_names: dict[str, list[str]] = {"timbre": [], "emotion": []}
        link.presets.connect(lambda kind, found: self._preset_names.update({kind: [each.name for each in found]}))
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._add(self.tr("Play"), "Space", self._play)
        self._add(self.tr("Edit again"), "Return", self._edit_again)
        self._add(self.tr("Change..."), "Ctrl+E", self.change, "F2")
        self._add(self.tr("New take"), "Ctrl+R", self._render_again)
        self._add(self.tr("Into project"), "Ctrl+D", lambda: self._ask_for_each(link.drop))
        self._add(self.tr("Cancel"), "Ctrl+Backspace", lambda: self._ask_for_each(link.cancel))
        self._separate()
        self._add(self.tr("Duplicate"), "Ctrl+Shift+D", lambda: edits.duplicate(table.selected_lines(), free_name))
        self._add(self.tr("Copy"), "Ctrl+C", self._copy)
        self._paste = self._add(self.tr("Paste lines"), "Ctrl+V", self._paste_rows)
        self._add(self.tr("Remove"), "Delete", lambda: edits.remove(table.selected_ids()))
        self._separate()
        self._undo = self._add(self.tr("Undo"), "Ctrl+Z", edits.stack.undo)
        self._redo = self._add(self.tr("Redo"), "Ctrl+Shift+Z", edits.stack.redo)
        self._separate()
        self.sheets = SheetActions(table, edits, composer, link)
        self._open = self._add(self.tr("Open sheet..."), "Ctrl+O", self.sheets.open)
        self._add(self.tr("Save sheet..."), "Ctrl+S", self.sheets.save)
        edits.stack.undoTextChanged.connect(partial(self._name, self._undo, self.tr("Undo"), self.tr("Undo {what}")))
        edits.stack.redoTextChanged.connect(partial(self._name, self._redo, self.tr("Redo"), self.tr("Redo {what}")))

    def offer_without_lines(self, first_steps: FirstSteps) -> None:
        """Pasting and undoing also where the table is hidden, since it is empty."""
        first_steps.paste.clicked.connect(self._paste.trigger)
        first_steps.open.clicked.connect(self._open.trigger)
        for action in (self._open, self._paste, self._undo, self._redo):
            twin = QAction(action.text(), first_steps)
            twin.setShortcut(action.shortcut())
            twin.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            twin.triggered.connect(action.trigger)
            first_steps.addAction(twin)

    def menu_of(self, owner: QWidget) -> QMenu:
        """All that can be done, and which columns are shown."""
        menu = QMenu(owner)
        menu.addActions(self._table.actions())
        menu.addSeparator()
        columns = menu.addMenu(self.tr("Columns"))
        assert columns is not None

        def fill() -> None:
            columns.clear()
            columns.addActions(self._table.column_actions(columns))

        columns.aboutToShow.connect(fill)
        return menu

    def change(self) -> None:
        """Ask for new wishes for the chosen lines."""
        dialog = self.dialog()
        if dialog is not None and dialog.exec():
            self._edits.change(dialog.changed_cues(), render=dialog.render_now.isChecked())

    def dialog(self) -> CueDialog | None:
        """None where no line is chosen."""
        lines = self._table.selected_lines()
        if not lines:
            return None
        return CueDialog(
            [line.cue for line in lines],
            timbres=self._preset_names["timbre"],
            emotions=self._preset_names["emotion"],
            characters=self._table.cues.characters(),
            read_position=self._composer.read_position,
            parent=self._table.window(),
        )

    def _add(self, name: str, key: str, work: Callable[[], object], *other_keys: str) -> QAction:
        action = QAction(name, self._table)
        action.setShortcuts([QKeySequence(each) for each in (key, *other_keys)])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: work())
        self._table.addAction(action)
        return action

    def _separate(self) -> None:
        line = QAction(self._table)
        line.setSeparator(True)
        self._table.addAction(line)

    def _name(self, action: QAction, verb: str, verb_what: str, what: str) -> None:
        action.setText(verb_what.format(what=what) if what else verb)

    def _play(self) -> None:
        if (line := self._table.current_line()) is not None:
            self._link.play(line.cue.id)

    def _edit_again(self) -> None:
        if (line := self._table.current_line()) is not None:
            self._composer.show_cue(line.cue)

    def _render_again(self) -> None:
        for line in self._table.selected_lines():
            self._link.submit(replace(line.cue, seed=None, takes=1))

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
