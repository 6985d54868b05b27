"""All keys, by the place where they work."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QGridLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from gui.keys import KeyGroup
from gui.widgets import label


class HelpPage(QWidget):
    """A search lets through the keys whose name or work holds its words."""

    def __init__(self, groups: Sequence[KeyGroup]) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search keys"))
        self.search.setAccessibleName(self.tr("Search keys"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self._groups: list[tuple[QLabel, list[tuple[QLabel, QLabel]]]] = []
        body = QWidget()
        body.setObjectName("scroll_body")
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        row = 0
        for group in groups:
            title = label(QCoreApplication.translate("keys", group.where), "section")
            title.setContentsMargins(0, 10, 0, 2)
            grid.addWidget(title, row, 0, 1, 2)
            row += 1
            lines = []
            for keys, what in group.keys:
                line = (label(native(keys)), label(QCoreApplication.translate("keys", what), "muted", wrap=True))
                for column, shown in enumerate(line):
                    shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                    grid.addWidget(shown, row, column, Qt.AlignmentFlag.AlignTop)
                lines.append(line)
                row += 1
            self._groups.append((title, lines))
        grid.setRowStretch(row, 1)
        self.area = QScrollArea()
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # scrolls by keyboard
        self.area.setAccessibleName(self.tr("Keys"))
        self.area.setWidgetResizable(True)
        self.area.setWidget(body)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(16, 14, 16, 14)
        column_.setSpacing(10)
        column_.addWidget(label(self.tr("Keys"), "title"))
        column_.addWidget(self.search)
        column_.addWidget(self.area, 1)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.search, self.area]

    def _narrow(self, text: str) -> None:
        words = text.casefold().split()
        for title, lines in self._groups:
            any_shown = False
            for keys, what in lines:
                found = f"{title.text()} {keys.text()} {what.text()}".casefold()
                shown = all(word in found for word in words)
                keys.setVisible(shown)
                what.setVisible(shown)
                any_shown = any_shown or shown
            title.setVisible(any_shown)


def native(keys: str) -> str:
    """Keys as this system and the panel's language call them; what stands between them stays."""
    parts = re.split(r"(, | \.\.\. )", keys)
    form = QKeySequence.SequenceFormat.NativeText
    return "".join(part if place % 2 else QKeySequence(part).toString(form) for place, part in enumerate(parts))
