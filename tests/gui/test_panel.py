"""The real panel on a stand-in daemon: what the daemon tells is shown, presets come and go, nothing stands still."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QWidget
from pytestqt.qtbot import QtBot

from bridge import events
from bridge.cue import LineState
from engine.types import EMOTIONS
from gui.cue_model import STATE
from gui.main_window import MainWindow
from gui.page_rail import LINES_PAGE, LIVE_PAGE, LOG_PAGE, PAGES
from gui.preset_dialog import PresetTexts
from gui.timbre_dialog import VoiceWish
from tests.gui.panel_hands import WAIT_MS, cell, log_text, wait_for_call
from tests.gui.stand_in import Refusal, StandInDaemon, make_line

# ---- what the daemon tells ------------------------------------------------------------------------------------------


def test_a_refusal_stands_in_the_bar_and_in_the_log(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    daemon.refuse_with = Refusal("10000 takes wait already; cancel some")
    panel.composer.text.setPlainText("One more.")
    panel.render_line()
    qtbot.waitUntil(lambda: "10000 takes wait already; cancel some" in log_text(panel), timeout=WAIT_MS)
    assert "busy" in log_text(panel)
    assert panel.bar.error.isEnabled() and "10000 takes" in panel.bar.error.toolTip()
    assert panel.rail.button(LOG_PAGE).text() == "Log (1)"
    qtbot.mouseClick(panel.bar.error, Qt.MouseButton.LeftButton)
    assert panel.log.isVisible() and not panel.bar.error.isEnabled()
    assert panel.rail.button(LOG_PAGE).text() == "Log"


def test_errors_warnings_and_endings_are_logged(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    line = make_line("a", LineState.FAILED)
    daemon.tell(events.ErrorRaised("osc", "bad_argument", "seconds is 'long'"))
    daemon.tell(events.Warned("voice", "stretched by 1.4"))
    daemon.tell(events.TakeEnded(line, "a_t01", False, "engine_failed", "the voice lost its words"))
    daemon.tell(events.DropEnded("a", "a_t01", "reaper_project", "smp:0@48000", "", False, "the project is open"))
    daemon.tell(events.PlayEnded("a", "a_t01", 4800, 12.3, True))
    words = (
        "a_t01 stopped: 4800 samples, first after 12 ms",
        "seconds is 'long'",
        "stretched by 1.4",
        "lost its words",
        "project is open",
    )
    qtbot.waitUntil(lambda: all(word in log_text(panel) for word in words), timeout=WAIT_MS)


def test_a_device_that_is_chosen_on_the_live_page_is_asked_for_and_shown_on_both_pages(
    qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon
) -> None:
    panel.show_page(LIVE_PAGE)
    qtbot.waitUntil(lambda: panel.live.device.findData("Headphones") > 0, timeout=WAIT_MS)
    panel.live.device.setCurrentText("Headphones")
    panel.live.device.activated.emit(panel.live.device.currentIndex())
    wait_for_call(qtbot, daemon, "choose_device", "Headphones")
    daemon.tell(events.SoundDevice("Headphones", "", 0, 0.0, 0, "Headphones cannot be opened"))
    qtbot.waitUntil(lambda: "cannot be opened" in panel.live.device_fact.text(), timeout=WAIT_MS)


def test_level_and_load_move_their_meters(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    levels: list[int] = []
    panel.bar.meter.bar.valueChanged.connect(levels.append)
    daemon.tell(events.Level(-12.0, -20.0))
    daemon.tell(events.Status(3, 1, 0, "ready", "cuevox-mini-1", 0.42))
    qtbot.waitUntil(lambda: panel.bar.load.value() == 42, timeout=WAIT_MS)
    assert "3 queued, 1 rendering" in panel.bar.state.text() and "cuevox-mini-1 ready" in panel.bar.state.text()
    qtbot.waitUntil(lambda: panel.bar.meter.bar.value() == -60, timeout=WAIT_MS)  # it falls when no news comes
    assert -12 in levels


# ---- presets --------------------------------------------------------------------------------------------------------


def test_a_saved_emotion_is_listed_and_chosen(
    qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.preset_editor.ask_texts", lambda *_: PresetTexts("grim hope", "for the end", "#102030"))
    panel.presets.sliders["sad"].setValue(30)
    qtbot.mouseClick(panel.presets.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.presets.emotion == "grim hope", timeout=WAIT_MS)
    weights = dict.fromkeys(EMOTIONS, 0.0) | {"sad": 0.3}
    assert daemon.calls[0] == ("save_emotion", "grim hope", weights, "for the end", "#102030")
    assert panel.presets.weights()["sad"] == 0.3


def test_a_dropped_clip_becomes_a_timbre(
    qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "old man.wav"
    clip.write_bytes(b"sound")
    wish = VoiceWish(str(clip), 0.5, 8.0, "old man", "hoarse", "he himself, 2026-03-01, for a test")
    monkeypatch.setattr("gui.clip_inbox.ask_voice", lambda *_: wish)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(clip))])
    none = Qt.MouseButton.NoButton
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, none, Qt.KeyboardModifier.NoModifier)
    panel.presets.dropEvent(drop)
    qtbot.waitUntil(lambda: panel.presets.timbre == "old man", timeout=WAIT_MS)
    assert ("add_timbre_of", clip, 0.5, 8.0, "old man", "hoarse", wish.consent, "") in daemon.calls
    assert "4.2 s of speech found" in log_text(panel)


# ---- as a whole -----------------------------------------------------------------------------------------------------


def test_progress_of_a_thousand_lines_does_not_stop_the_event_loop(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: StandInDaemon
) -> None:
    daemon.held = {line.cue.id: line for line in (make_line(f"line_{n:04d}") for n in range(1000))}
    panel = open_panel(daemon)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1000, timeout=WAIT_MS)
    panel.table.show_line("line_0500")
    beats = [time.process_time()]
    pulse = QTimer()
    pulse.timeout.connect(lambda: beats.append(time.process_time()))
    pulse.start(0)
    for step in range(1, 6):
        for line_id in daemon.held:
            daemon.change(line_id, LineState.RENDERING, progress=step / 10)
        qtbot.waitUntil(lambda step=step: cell(panel, 999, STATE) == f"rendering {step}0%", timeout=WAIT_MS)  # type: ignore[misc]
        assert cell(panel, 0, STATE) == f"rendering {step}0%"
        beats.append(time.process_time() if step == 5 else beats[-1])
    pulse.stop()
    # Time of the processor, so that a busy machine does not count; far above what it takes, far below what one feels.
    assert max(later - sooner for sooner, later in itertools.pairwise(beats)) < 0.5


def test_a_request_that_waits_does_not_hold_the_panel(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    daemon.hold.clear()
    panel.composer.text.setPlainText("Slow.")
    panel.render_line()
    panel.show_page(LOG_PAGE)
    panel.show_page(LINES_PAGE)
    qtbot.keyClick(panel.composer.text, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: ("stop", None) in daemon.calls, timeout=WAIT_MS)
    daemon.hold.set()
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=WAIT_MS)


def test_closing_lets_go_of_the_daemon(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    assert daemon.n_subscribers == 1
    panel.close()
    assert daemon.n_subscribers == 0
    daemon.tell(events.Warned("late", "nobody hears it"))
    qtbot.wait(100)
    assert "nobody hears it" not in log_text(panel)


def takes_tab(widget: QWidget) -> bool:
    if isinstance(widget, QAbstractButton) and widget.group() is not None and not widget.isChecked():
        return False  # of the page buttons Tab reaches the chosen one, the arrow keys move among them
    inner = widget.focusProxy() is not None or widget.objectName() == "qt_spinbox_lineedit"
    wants = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return wants and not inner and widget.isVisible() and widget.isEnabled()


def test_arrow_keys_turn_the_pages(qtbot: QtBot, panel: MainWindow) -> None:
    panel.rail.button(LINES_PAGE).setFocus()
    qtbot.keyClick(panel.rail.button(LINES_PAGE), Qt.Key.Key_Down)
    assert panel.rail.button(LINES_PAGE + 1).isChecked() and not panel.lines.isVisible()


def test_tab_reaches_every_control_and_each_has_a_name(qtbot: QtBot, with_lines: MainWindow) -> None:
    with_lines.composer.exact.setChecked(True)
    for page in range(len(PAGES)):
        with_lines.show_page(page)
        qtbot.waitUntil(lambda: with_lines.isActiveWindow(), timeout=WAIT_MS)
        wanted = {w for w in with_lines.findChildren(QWidget) if takes_tab(w)}
        reached: set[QWidget] = set()
        for _ in range(2 * len(wanted) + 10):
            with_lines.focusNextChild()
            focus = QApplication.focusWidget()
            assert focus is not None
            reached.add(focus)
        missed = [(type(w).__name__, w.accessibleName(), w.objectName()) for w in wanted - reached]
        assert not missed
        for widget in reached:
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            assert widget.accessibleName() or text, widget
            assert not isinstance(widget, QAbstractSlider) or widget.accessibleName()


def test_appearance_changes_at_once(qtbot: QtBot, panel: MainWindow) -> None:
    before = panel._theme.is_dark
    panel.settings_page.appearance.setCurrentText("light" if before else "dark")
    assert panel._theme.is_dark != before
    panel.settings_page.appearance.setCurrentText("dark")
    assert panel._theme.is_dark
