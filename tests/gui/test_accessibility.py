"""Dialogs and menus by keyboard and by ear: names, the way of Tab, Return and Esc, and nothing by colour alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QCoreApplication, QPoint, Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from bridge.cue import LineState
from gui.main_window import MainWindow
from gui.theme import Theme
from gui.translation import FOLDER, TsTranslator
from gui.wording import state_word
from tests.gui.all_parts import dialogs_of, menus_of, panel_of_pictures
from tests.gui.test_geometry import cut_texts

WAIT_MS = 20_000
SAME_ROW_PX = 24  # that the centres of controls in one row may lie apart
DIALOGS = ("change a line", "change lines", "preset", "rename", "voice", "sheet")


@pytest.fixture(scope="module")
def german(qapp: QCoreApplication) -> TsTranslator:
    """It belongs to the application, as a translator has to."""
    return TsTranslator(FOLDER / "cuevox_de.ts", qapp)


@pytest.fixture(params=["en", "de"])
def window(
    request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme, tmp_path: Path, german: TsTranslator
) -> Iterator[MainWindow]:
    """The panel with lines, in each language."""
    if request.param == "de":
        QCoreApplication.installTranslator(german)
    try:
        with panel_of_pictures(qtbot, theme, tmp_path) as window:
            yield window
    finally:
        QCoreApplication.removeTranslator(german)


def test_every_control_of_every_dialog_has_a_name_and_tab_reaches_it_from_the_top_down(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    dialogs = dialogs_of(window, tmp_path)
    assert set(dialogs) == set(DIALOGS)
    for name, dialog in dialogs.items():
        show(qtbot, dialog)
        wanted = [widget for widget in dialog.findChildren(QWidget) if takes_tab(widget)]
        nameless = [type(widget).__name__ for widget in wanted if not spoken_name(widget)]
        assert not nameless, (name, nameless)
        way = way_of_tab(dialog, len(wanted))
        assert set(wanted) <= set(way), (name, [spoken_name(w) for w in set(wanted) - set(way)])
        heights = [centre(widget, dialog).y() for widget in way]
        assert all(later > sooner - SAME_ROW_PX for sooner, later in itertools.pairwise(heights)), (
            name,
            [spoken_name(widget) for widget in way],
        )
        assert not cut_texts(dialog), name
        assert dialog.windowTitle(), name
        dialog.close()


def test_return_accepts_a_dialog_that_may_be_and_esc_leaves_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    for name, dialog in dialogs_of(window, tmp_path).items():
        show(qtbot, dialog)
        box = dialog.findChild(QDialogButtonBox)
        assert box is not None
        accept = box.button(QDialogButtonBox.StandardButton.Ok)
        assert accept is not None and accept.isDefault(), name
        defaults = [button for button in dialog.findChildren(QPushButton) if button.isDefault()]
        assert defaults == [accept], name
        if not accept.isEnabled():
            press_return(qtbot, dialog)
            assert dialog.isVisible(), f"{name}: nothing is accepted that is not complete"
            fill(dialog)
            qtbot.waitUntil(accept.isEnabled, timeout=WAIT_MS)
        press_return(qtbot, dialog)
        assert not dialog.isVisible() and dialog.result() == QDialog.DialogCode.Accepted, name
    for name, dialog in dialogs_of(window, tmp_path).items():
        show(qtbot, dialog)
        qtbot.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible() and dialog.result() == QDialog.DialogCode.Rejected, name


def test_menus_are_walked_by_keys_and_each_entry_has_words(qtbot: QtBot, window: MainWindow) -> None:
    for name, menu in menus_of(window).items():
        menu.popup(QPoint(0, 0))
        entries = [action for action in menu.actions() if not action.isSeparator() and action.isVisible()]
        assert entries and all(action.text().strip() for action in entries), name
        assert len({action.text() for action in entries}) == len(entries), f"{name}: two entries say the same"
        reached = set()
        for _ in range(2 * len(entries)):
            qtbot.keyClick(menu, Qt.Key.Key_Down)
            reached.add(menu.activeAction())
        assert {action for action in entries if action.isEnabled()} <= reached, name
        qtbot.keyClick(menu, Qt.Key.Key_Escape)
        assert not menu.isVisible(), name


def test_states_levels_and_choices_are_told_in_words_or_shapes_too(window: MainWindow) -> None:
    assert len({state_word(state) for state in LineState}) == len(LineState)
    for row in range(window.model.rowCount()):
        line = window.model.line_at(row)
        shown = str(window.model.index(row, 0).data())
        assert shown.startswith(state_word(line.state)), "the colour of the dot says no more than this word"
        assert state_word(line.state) in str(window.model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)), (
            "what a screen reader says of it"
        )
    for meter in (window.bar.meter, window.live.meter):
        assert "dB" in meter.text.text() and meter.bar.accessibleName()
    assert window.bar.load_text.text().endswith("%")
    for field in window.composer.findChildren(QLineEdit):
        assert not field.property("invalid") or window.composer.complaint.isVisible()


def show(qtbot: QtBot, dialog: QDialog) -> None:
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT_MS)


def takes_tab(widget: QWidget) -> bool:
    inner = widget.focusProxy() is not None or isinstance(widget.parent(), QComboBox | QAbstractSpinBox)
    wants = (widget.focusPolicy() & Qt.FocusPolicy.TabFocus) == Qt.FocusPolicy.TabFocus
    return wants and not inner and widget.isVisible() and widget.isEnabled()


def spoken_name(widget: QWidget) -> str:
    """What a screen reader says: its own name, its words, or those of the label before it."""
    words = widget.text() if isinstance(widget, QAbstractButton) else ""
    window = widget.window()
    labels = window.findChildren(QLabel) if window is not None else []
    buddy = next((label.text() for label in labels if label.buddy() is widget), "")
    return widget.accessibleName() or words or buddy


def way_of_tab(dialog: QDialog, n_controls: int) -> list[QWidget]:
    """Where Tab goes, from the first control on, once round."""
    controls = [widget for widget in dialog.findChildren(QWidget) if takes_tab(widget)]
    first = min(controls, key=lambda widget: (centre(widget, dialog).y() // SAME_ROW_PX, centre(widget, dialog).x()))
    first.setFocus()
    way: list[QWidget] = []
    for _ in range(3 * n_controls):
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus in way:
            break
        way.append(focus)
        dialog.focusNextChild()
    return way


def centre(widget: QWidget, dialog: QDialog) -> QPoint:
    return widget.mapTo(dialog, widget.rect().center())


def fill(dialog: QDialog) -> None:
    """Write into the fields that are empty, and a new name into one that stands alone."""
    for field in dialog.findChildren(QLineEdit):
        if not isinstance(field.parent(), QComboBox | QAbstractSpinBox):
            field.setText(field.text() + "x")


def press_return(qtbot: QtBot, dialog: QDialog) -> None:
    """In a field of one line, as a person does when it is written."""
    fields = [field for field in dialog.findChildren(QLineEdit) if takes_tab(field)]
    at: QWidget = fields[0] if fields else dialog
    at.setFocus()
    qtbot.keyClick(at, Qt.Key.Key_Return)
