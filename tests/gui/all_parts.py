"""The panel with all its pages, dialogs and menus, for tests that look at each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from PyQt6.QtWidgets import QDialog, QMenu
from pytestqt.qtbot import QtBot

from bridge.settings import Settings
from bridge.sheets import Problem, Sheet
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.picture_daemon import PictureDaemon, picture_lines
from gui.preset_dialog import PresetDialog, PresetTexts, RenameDialog
from gui.sheet_dialog import SheetDialog, SheetNews
from gui.theme import Theme
from gui.timbre_dialog import TimbreDialog
from gui.tray import Tray

WAIT_MS = 20_000
SAID_BY_THE_DAEMON = "there are no words"  # in English, as over OSC


@contextmanager
def panel_of_pictures(qtbot: QtBot, theme: Theme, folder: Path) -> Iterator[MainWindow]:
    """The panel with lines in every state, the third with its takes."""
    lines = picture_lines(folder)
    window = MainWindow(DaemonLink(PictureDaemon(lines)), theme, Settings(folder))
    try:
        window.show()
        qtbot.waitUntil(lambda: window.model.rowCount() == len(lines) and bool(window.voices.cards), timeout=WAIT_MS)
        window.table.show_line("gate_03")
        qtbot.waitUntil(lambda: window.takes.list.count() == 3 and not window.takes.is_reading, timeout=WAIT_MS)
        yield window
    finally:
        window.end()


def dialogs_of(window: MainWindow, folder: Path) -> dict[str, QDialog]:
    """Every dialog of the panel's own, filled so that it can be accepted where that needs something."""
    clip = folder / "clip.wav"
    soundfile.write(clip, 0.3 * np.sin(np.arange(5 * 16_000) / 7), 16_000)
    actions = window.lines.table_actions
    window.table.show_line("gate_03")
    change_one = actions.dialog()
    cue = window.model.line_at(0).cue
    window.table.selectAll()
    change_many = actions.dialog()
    assert change_one is not None and change_many is not None
    problem = Problem(2, "", SAID_BY_THE_DAEMON)
    news = SheetNews((replace(cue, id="new_01"),), (), n_same=2, n_locked=1)
    return {
        "change a line": change_one,
        "change lines": change_many,
        "preset": PresetDialog(window, PresetTexts("grim hope")),
        "rename": RenameDialog(window, "grim hope"),
        "voice": TimbreDialog(str(clip), window.link, window._theme, window),
        "sheet": SheetDialog(Sheet(Path("2.csv"), (), (problem,)), news, window),
    }


def menus_of(window: MainWindow) -> dict[str, QMenu]:
    """Every menu, that of the tray's icon too."""
    own = next(card for card in window.voices.cards.values() if hasattr(card, "rename"))
    found = {
        "actions": window.lines.filters.more.menu(),
        "takes": window.takes.menu_button.menu(),
        "presets": window.presets.more.menu(),
        "card": own.findChild(QMenu),
        "tray": Tray(window).menu,
    }
    assert all(found.values())
    return {name: menu for name, menu in found.items() if menu is not None}
