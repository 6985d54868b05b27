"""The row above the table: search, state, character, how many lines are left, and all that can be done with them."""

from __future__ import annotations

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from bridge.cue import LineState
from gui.cue_table import CueView
from gui.widgets import label
from gui.wording import state_word

SETTLED_MS = 150  # characters are looked through again at most that often


class FilterBar(QWidget):
    """Narrows the table; the three wishes go together."""

    def __init__(self, table: CueView) -> None:
        super().__init__()
        self._table, self._model = table, table.cues
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search lines (Ctrl+F)"))
        self.search.setAccessibleName(self.tr("Search lines"))
        self.search.setClearButtonEnabled(True)
        self.state, self.character = QComboBox(), QComboBox()
        self.state.setAccessibleName(self.tr("Only lines in this state"))
        self.state.addItem(self.tr("All states"), None)
        for state in LineState:
            self.state.addItem(state_word(state), state)
        self.character.setAccessibleName(self.tr("Only lines of this character"))
        self.character.addItem(self.tr("All characters"), None)
        for box in (self.state, self.character):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(9)
        self.count = label("", "muted")
        self.more = QToolButton()
        self.more.setText(self.tr("Actions"))
        self.more.setProperty("role", "menu")
        self.more.setAccessibleName(self.tr("What can be done with the chosen lines"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        for widget in (self.count, self.state, self.character, self.more):
            row.addWidget(widget)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLED_MS)
        self._settle.timeout.connect(self._look)
        for changed in (table.cues.rowsInserted, table.cues.rowsRemoved, table.cues.dataChanged):
            changed.connect(lambda *_: None if self._settle.isActive() else self._settle.start())
        self.search.textChanged.connect(self._narrow)
        self.state.currentIndexChanged.connect(self._narrow)
        self.character.currentIndexChanged.connect(self._narrow)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.search, self.state, self.character, self.more]

    def clear(self) -> None:
        """Let all lines through again."""
        self.search.clear()
        self.state.setCurrentIndex(0)
        self.character.setCurrentIndex(0)

    def _narrow(self) -> None:
        self._table.filter.narrow(self.search.text(), self.state.currentData(), self.character.currentData())
        self._count()

    def _look(self) -> None:
        """Which characters there are now; the chosen one stays, even when its last line has gone."""
        known = sorted(self._model.characters(), key=str.casefold)
        chosen = self.character.currentData()
        wanted = sorted({*known, *([chosen] if chosen is not None else [])}, key=str.casefold)
        if wanted != [self.character.itemData(i) for i in range(1, self.character.count())]:
            self.character.blockSignals(True)
            while self.character.count() > 1:
                self.character.removeItem(1)
            for name in wanted:
                self.character.addItem(name, name)
            self.character.setCurrentIndex(max(0, self.character.findData(chosen)))
            self.character.blockSignals(False)
        self._count()

    def _count(self) -> None:
        shown, total = self._table.filter.rowCount(), self._model.rowCount()
        self.count.setText("" if shown == total else self.tr("{shown} of {total}").format(shown=shown, total=total))
