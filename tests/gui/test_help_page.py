"""The list of keys: complete, and searched by words."""

from __future__ import annotations

import re

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QKeySequence, QShortcut
from pytestqt.qtbot import QtBot

from gui.keys import KEYS
from gui.main_window import MainWindow
from gui.page_rail import HELP_PAGE


def listed() -> set[str]:
    """Each key of the list in Qt's own form; `Ctrl+1 ... Ctrl+3` are three."""
    found: set[str] = set()
    for group in KEYS:
        for keys, _ in group.keys:
            for key in re.split(r", ", keys):
                if span := re.fullmatch(r"(.*)(\d) \.\.\. \1(\d)", key):
                    found |= {f"{span[1]}{n}" for n in range(int(span[2]), int(span[3]) + 1)}
                else:
                    found.add(QKeySequence(key).toString())
    return found


def test_every_key_of_the_window_is_in_the_list(panel: MainWindow) -> None:
    keys = {shortcut.key().toString() for shortcut in panel.findChildren(QShortcut)}
    keys |= {key.toString() for action in panel.findChildren(QAction) for key in action.shortcuts()}
    twins = {"", "Ctrl+Enter", "=", "Ctrl+="}  # the number pad's, and another way to write +
    assert keys - twins <= listed()


def test_f1_opens_it_and_a_search_leaves_what_has_the_words(qtbot: QtBot, panel: MainWindow) -> None:
    qtbot.keyClick(panel, Qt.Key.Key_F1)
    assert panel.help.isVisible() and panel.rail.button(HELP_PAGE).isChecked()
    panel.help.search.setText("undo")
    shown = [keys.text() for _, lines in panel.help._groups for keys, _ in lines if keys.isVisible()]
    assert shown == ["Ctrl+Z, Ctrl+Shift+Z"]
