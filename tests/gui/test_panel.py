"""The real panel on a stand-in daemon: what is typed, clicked and pressed arrives; what the daemon tells is shown."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QWidget
from pytestqt.qtbot import QtBot

from bridge import events
from bridge.cue import Cue, Length, LineState
from bridge.timeline import Position
from engine.types import EMOTIONS
from gui.cue_model import ACTUAL, STATE
from gui.first_steps import EXAMPLE
from gui.main_window import MainWindow
from gui.page_rail import LINES_PAGE, LIVE_PAGE, LOG_PAGE, PAGES
from gui.preset_dialog import PresetTexts
from gui.timbre_dialog import VoiceWish
from tests.gui.stand_in import RATE, Refusal, StandInDaemon, make_line

WAIT_MS = 20_000
CTRL = Qt.KeyboardModifier.ControlModifier


def cell(panel: MainWindow, row: int, column: int) -> str:
    return str(panel.table.filter.index(row, column).data())


def log_text(panel: MainWindow) -> str:
    return panel.log.view.toPlainText()


def wait_for_call(qtbot: QtBot, daemon: StandInDaemon, *call: object) -> None:
    qtbot.waitUntil(lambda: call in daemon.calls, timeout=WAIT_MS)


def submitted(qtbot: QtBot, daemon: StandInDaemon) -> Cue:
    qtbot.waitUntil(lambda: bool(daemon.calls), timeout=WAIT_MS)
    name, cue = daemon.calls[-1]
    assert name == "submit" and isinstance(cue, Cue)
    return cue


# ---- asking -------------------------------------------------------------------------------------------------------


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


# ---- chosen lines ---------------------------------------------------------------------------------------------------


@pytest.fixture
def with_lines(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: StandInDaemon, tmp_path: Path
) -> MainWindow:
    """Two lines; the first has two takes with clips that are no audio, which the panel has to survive."""
    first = make_line("a", LineState.READY, progress=1.0, n_samples=RATE)
    clip = tmp_path / "a.wav"
    clip.write_bytes(b"no audio")
    takes = tuple(replace(first.takes[0], id=f"a_t0{n}", path=clip) for n in (1, 2))
    daemon.held = {"a": replace(first, takes=takes, picked="a_t01"), "b": make_line("b")}
    panel = open_panel(daemon)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2, timeout=WAIT_MS)
    panel.table.show_line("a")
    panel.table.setFocus()
    return panel


@pytest.mark.parametrize(
    ("key", "modifier", "call"),
    [
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, ("play", "a", None)),
        (Qt.Key.Key_D, CTRL, ("drop", "a", None, None)),
        (Qt.Key.Key_Backspace, CTRL, ("cancel", "a")),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, ("remove", "a")),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, ("stop", None)),
    ],
)
def test_keys_in_the_table(
    qtbot: QtBot,
    with_lines: MainWindow,
    daemon: StandInDaemon,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    call: tuple[object, ...],
) -> None:
    qtbot.keyClick(with_lines.table, key, modifier)
    wait_for_call(qtbot, daemon, *call)


def test_space_and_delete_stay_what_they_are_in_the_text(
    qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon
) -> None:
    text = with_lines.composer.text
    text.setFocus()
    qtbot.keyClicks(text, "a b")
    qtbot.keyClick(text, Qt.Key.Key_Left)
    qtbot.keyClick(text, Qt.Key.Key_Delete)
    assert text.toPlainText() == "a "
    assert not daemon.calls


def test_removed_lines_leave_the_table(qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon) -> None:
    with_lines.table.selectAll()
    qtbot.keyClick(with_lines.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: with_lines.model.rowCount() == 0, timeout=WAIT_MS)
    assert with_lines.first_steps.isVisible() and not with_lines.takes.isVisible()


def test_return_takes_a_line_over_into_the_composer(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: StandInDaemon
) -> None:
    line = make_line("a")
    cue = replace(
        line.cue, timbre="Cole", emotion="sad=0.40", weight=0.5, length=Length(3), at=Position(96_000, 48_000)
    )
    daemon.held = {"a": replace(line, cue=cue)}
    panel = open_panel(daemon)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=WAIT_MS)
    panel.table.show_line("a")
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    panel.render_line()
    again = submitted(qtbot, daemon)
    assert again == replace(cue, id=again.id, length=Length(3000, 1000))


def test_a_take_is_picked_played_and_put_into_the_project(
    qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon
) -> None:
    takes = with_lines.takes
    assert not takes.pick_button.isEnabled()  # the first take is the picked one
    takes.list.setCurrentRow(1)
    qtbot.mouseClick(takes.pick_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(takes.drop_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(takes.play_button, Qt.MouseButton.LeftButton)
    wait_for_call(qtbot, daemon, "play", "a", "a_t02", 0.0)
    assert daemon.calls == [
        ("pick", "a", "a_t02"),
        ("drop", "a", None, None),
        ("stop", None),
        ("play", "a", "a_t02", 0.0),
    ]


def test_a_clip_that_cannot_be_read_says_so(qtbot: QtBot, with_lines: MainWindow) -> None:
    qtbot.waitUntil(lambda: "a.wav cannot be read" in with_lines.takes.facts.text(), timeout=WAIT_MS)


def test_news_of_a_line_keep_the_take_that_was_chosen(
    qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon
) -> None:
    with_lines.takes.list.setCurrentRow(1)
    daemon.change("a", LineState.DROPPED, progress=1.0, n_samples=RATE)
    qtbot.waitUntil(lambda: cell(with_lines, 0, STATE) == "dropped", timeout=WAIT_MS)
    assert with_lines.takes.list.currentRow() == 1


def test_the_cancel_button_is_there_while_a_take_is_made(
    qtbot: QtBot, with_lines: MainWindow, daemon: StandInDaemon
) -> None:
    assert not with_lines.takes.cancel_button.isVisible()
    with_lines.table.show_line("b")
    qtbot.mouseClick(with_lines.takes.cancel_button, Qt.MouseButton.LeftButton)
    wait_for_call(qtbot, daemon, "cancel", "b")


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
