"""Changing lines that are there, one or many: what the form makes of them, and that it can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bridge.cue import Cue, Length, LineState
from bridge.daemon import Daemon
from bridge.settings import Settings
from bridge.timeline import Position, parse_position
from gui.cue_dialog import EXACT, NATURAL, CueDialog
from gui.main_window import MainWindow
from tests.fakes import FakePlayer, FakeSynthesizer
from tests.gui.stand_in import StandInDaemon, make_line
from tests.gui.test_line_edits import CTRL, WAIT_MS, wait_for_ids

FIRST = Cue("a", "Who goes there?", "Mara", "angry", 0.8, Length(2), character="Guard")
SECOND = Cue("b", "Nobody.", "Cole", "angry", 0.8, character="Widow", speed=1.2)


def dialog_of(qtbot: QtBot, *cues: Cue) -> CueDialog:
    dialog = CueDialog(
        cues,
        timbres=["Cole", "Mara"],
        emotions=["angry", "sad"],
        characters=["Guard", "Widow"],
        read_position=lambda text: parse_position(text, rate=48_000),
    )
    qtbot.addWidget(dialog)
    return dialog


@pytest.mark.parametrize("cues", [(FIRST,), (FIRST, SECOND)])
def test_an_untouched_form_changes_nothing(qtbot: QtBot, cues: tuple[Cue, ...]) -> None:
    assert dialog_of(qtbot, *cues).changed_cues() == []


def test_many_get_the_same_and_keep_what_was_not_touched(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot, FIRST, SECOND)
    assert dialog.timbre.currentText() == "" and dialog.emotion.currentText() == "angry"
    dialog.timbre.setCurrentText("Cole")
    dialog.emotion.setEditText("angry=0.5,sad=0.2")
    dialog.weight.setValue(0.4)
    dialog.length.setCurrentIndex(EXACT)
    dialog.seconds.setValue(1.5)
    both = {"timbre": "Cole", "emotion": "angry=0.5,sad=0.2", "weight": 0.4, "length": Length(1500, 1000), "speed": 1.0}
    assert dialog.changed_cues() == [replace(FIRST, **both), replace(SECOND, **both)]


def test_only_lines_that_become_different_are_changed(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot, FIRST, SECOND)
    dialog.length.setCurrentIndex(NATURAL)
    assert dialog.changed_cues() == [replace(FIRST, length=None)]


def test_one_line_has_its_words_and_its_place_too(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot, FIRST)
    dialog.text.setPlainText("Who is there?")
    dialog.at.setText("2.5")
    assert dialog.changed_cues() == [replace(FIRST, text="Who is there?", at=Position(120_000, 48_000))]


@pytest.mark.parametrize(("field", "value", "word"), [("text", " ", "no text"), ("at", "soon", "soon")])
def test_what_cannot_be_used_is_said_and_the_form_stays(qtbot: QtBot, field: str, value: str, word: str) -> None:
    dialog = dialog_of(qtbot, FIRST)
    dialog.show()
    (dialog.text.setPlainText if field == "text" else dialog.at.setText)(value)
    dialog.accept()
    assert dialog.isVisible() and word in dialog.complaint.text()


def test_the_key_opens_it_for_the_chosen_lines(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: StandInDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.held = {name: make_line(name, LineState.READY) for name in ("a", "b")}
    panel = open_panel(daemon)
    wait_for_ids(qtbot, panel, "a", "b")

    def choose_cole(dialog: CueDialog) -> int:
        assert dialog.windowTitle() == "Change 2 lines"
        assert [dialog.timbre.itemText(i) for i in range(dialog.timbre.count())] == ["Mara", "Cole"]
        dialog.timbre.setCurrentText("Cole")
        dialog.render_now.setChecked(False)
        return 1

    monkeypatch.setattr(CueDialog, "exec", choose_cole)
    panel.table.setFocus()
    panel.table.selectAll()
    qtbot.keyClick(panel.table, Qt.Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: [line.cue.timbre for line in daemon.held.values()] == ["Cole"] * 2, timeout=WAIT_MS)
    assert panel.edits.stack.undoText() == "change 2 lines"
    qtbot.keyClick(panel.table, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: [line.cue.timbre for line in daemon.held.values()] == ["Mara"] * 2, timeout=WAIT_MS)


def test_a_changed_line_is_made_anew_and_undo_brings_wishes_and_pick_back(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], tmp_path: Path
) -> None:
    with Daemon(Settings(tmp_path, osc_port=0), FakeSynthesizer, player=FakePlayer()) as daemon:
        panel = open_panel(daemon, daemon.settings)
        panel.composer.text.setPlainText("Once more.")
        panel.render_line()

        def picked() -> str:
            return next((line.picked for line in daemon.lines()), "")

        def cue() -> Cue:
            return daemon.lines()[0].cue

        qtbot.waitUntil(lambda: picked() == "panel_001_t01", timeout=WAIT_MS)
        qtbot.waitUntil(
            lambda: (line := panel.model.line("panel_001")) is not None and bool(line.picked), timeout=WAIT_MS
        )
        before = cue()
        panel.edits.change([replace(before, emotion="angry", length=Length(3, 2))], render=True)
        qtbot.waitUntil(lambda: picked() == "panel_001_t02", timeout=WAIT_MS)
        assert (cue().emotion, daemon.lines()[0].takes[1].n_samples) == ("angry", 72_000)
        qtbot.waitUntil(
            lambda: (line := panel.model.line("panel_001")) is not None and line.picked == "panel_001_t02",
            timeout=WAIT_MS,
        )
        panel.edits.stack.undo()
        qtbot.waitUntil(lambda: picked() == "panel_001_t01" and cue() == before, timeout=WAIT_MS)
        panel.close()
    with Daemon(Settings(tmp_path, osc_port=0), FakeSynthesizer) as again:  # and it is so after the next start
        assert (again.lines()[0].cue, again.lines()[0].picked) == (before, "panel_001_t01")
