"""What is asked for in the composer arrives at the daemon; what cannot be is said at its field."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bridge.cue import Cue, Length, LineState
from bridge.timeline import Position
from gui.cue_model import ACTUAL, STATE
from gui.first_steps import EXAMPLE
from gui.main_window import MainWindow
from tests.gui.panel_hands import CTRL, WAIT_MS, cell, submitted
from tests.gui.stand_in import RATE, StandInDaemon, make_line


def test_a_typed_line_is_rendered_by_ctrl_return_and_followed_to_its_end(
    qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon
) -> None:
    qtbot.keyClicks(panel.composer.text, "Who goes there?")
    qtbot.keyClick(panel.composer.text, Qt.Key.Key_Return, CTRL)
    cue = submitted(qtbot, daemon)
    assert (cue.text, cue.timbre, cue.emotion, cue.length, cue.character) == (
        "Who goes there?", "Mara", "neutral", None, "Mara",
    )  # fmt: skip
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1 and cell(panel, 0, STATE) == "queued", timeout=WAIT_MS)
    assert panel.table.selected_ids() == [cue.id]
    daemon.change(cue.id, LineState.RENDERING, progress=0.4)
    qtbot.waitUntil(lambda: cell(panel, 0, STATE) == "rendering 40%", timeout=WAIT_MS)
    daemon.change(cue.id, LineState.READY, progress=1.0, n_samples=RATE * 3 // 2)
    qtbot.waitUntil(lambda: cell(panel, 0, STATE) == "ready", timeout=WAIT_MS)
    assert cell(panel, 0, ACTUAL) == "1.500 s"
    assert len(daemon.calls) == 1


def test_every_wish_of_the_composer_is_in_the_cue(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    write = panel.composer
    write.text.setPlainText("Hold the gate!")
    write.character.setText("Captain")
    write.at.setText("72.5")
    write.exact.setChecked(True)
    write.seconds.setValue(2.345)
    write.takes.setValue(3)
    write.seed.setText("42")
    write.drop.setChecked(True)
    panel.presets.set_timbre("Cole")
    panel.presets.set_emotion("battle cry")
    panel.presets.weight.setValue(60)
    qtbot.mouseClick(write.render_button, Qt.MouseButton.LeftButton)
    assert submitted(qtbot, daemon) == Cue(
        id="panel_001",
        text="Hold the gate!",
        timbre="Cole",
        emotion="battle cry",
        weight=0.6,
        length=Length(2345, 1000),
        at=Position(72_500 * 48, 48_000),
        seed=42,
        takes=3,
        character="Captain",
        drop=True,
    )


def test_moved_sliders_are_the_emotion(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    panel.presets.set_emotion("battle cry")
    slider = panel.presets.sliders["happy"]
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    panel.composer.text.setPlainText("Ha!")
    qtbot.keyClick(slider, Qt.Key.Key_Return, CTRL)
    assert submitted(qtbot, daemon).emotion == "happy=0.11,angry=0.80,surprised=0.20"


def test_play_speaks_the_text_at_once(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    panel.composer.text.setPlainText("Now!")
    panel.composer.drop.setChecked(True)
    qtbot.keyClick(panel.composer.text, Qt.Key.Key_P, CTRL)
    qtbot.waitUntil(lambda: bool(daemon.calls), timeout=WAIT_MS)
    name, line_id, cue = daemon.calls[0]
    assert name == "play" and isinstance(cue, Cue) and cue.text == "Now!" and cue.id == line_id and not cue.drop


def test_names_that_are_taken_are_left_out(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: StandInDaemon
) -> None:
    daemon.held = {"panel_001": make_line("panel_001")}
    panel = open_panel(daemon)
    panel.composer.text.setPlainText("Again.")
    panel.render_line()
    assert submitted(qtbot, daemon).id == "panel_002"


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("seed", "twelve", "seed"),
        ("seed", "9" * 12, "2147483647"),
        ("at", "soon", "soon"),
        ("at", "tc:1", "frame rate"),
    ],
)
def test_what_cannot_be_asked_for_is_said_at_its_field(
    qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon, field: str, value: str, word: str
) -> None:
    panel.composer.text.setPlainText("Hello.")
    getattr(panel.composer, field).setText(value)
    panel.render_line()
    assert word in panel.composer.complaint.text() and panel.composer.complaint.isVisible()
    assert QApplication.focusWidget() is getattr(panel.composer, field)
    getattr(panel.composer, field).setText("")
    assert not panel.composer.complaint.isVisible()
    panel.render_line()
    assert submitted(qtbot, daemon).text == "Hello."


def test_nothing_is_asked_for_without_text(panel: MainWindow, daemon: StandInDaemon) -> None:
    panel.composer.text.setPlainText("  \n ")
    panel.render_line()
    panel.play_text()
    assert "no text" in panel.composer.complaint.text()
    assert not daemon.calls


def test_the_first_sound_is_one_click_away(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    assert panel.first_steps.isVisible()
    qtbot.mouseClick(panel.first_steps.hear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(daemon.calls), timeout=WAIT_MS)
    name, _, cue = daemon.calls[0]
    assert name == "play" and isinstance(cue, Cue) and cue.text == EXAMPLE
    panel.first_steps.copy.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None and clipboard.text().startswith("/cuevox/line/render ")
