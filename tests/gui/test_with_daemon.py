"""The panel on the real daemon: from a typed line to a clip on disk, in the project and in the ears."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PyQt6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from bridge.cue import LineState, Take
from bridge.daemon import Daemon
from bridge.settings import Settings
from engine.errors import EngineError
from gui.cue_model import ACTUAL, ASKED, STATE
from gui.main_window import MainWindow
from gui.page_rail import LIVE_PAGE, SETTINGS_PAGE
from gui.preset_dialog import PresetTexts
from gui.theme import Theme
from tests.fakes import FakePlayer, FakeSynthesizer
from tests.gui.panel_hands import CTRL, WAIT_MS, cell, log_text

HALF_WAY = [f"rendering {percent}%" for percent in range(1, 100)]


class Gate(threading.Event):
    """Lets the voice's blocks pass one by one, or all once it is set."""

    def __init__(self) -> None:
        super().__init__()
        self._passes = threading.Semaphore(0)

    def let_one_pass(self) -> None:
        self._passes.release()

    def wait(self, timeout: float | None = None) -> bool:
        while not self._passes.acquire(timeout=0.02):
            if self.is_set():
                return True
        return True


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def voice(gate: Gate) -> FakeSynthesizer:
    return FakeSynthesizer(n_blocks=64, gate=gate)


@pytest.fixture
def player() -> FakePlayer:
    return FakePlayer()


@pytest.fixture
def daemon(tmp_path: Path, voice: FakeSynthesizer, gate: Gate, player: FakePlayer) -> Iterator[Daemon]:
    with Daemon(Settings(tmp_path, osc_port=0), lambda: voice, player=player) as daemon:
        yield daemon
        gate.set()


@pytest.fixture
def panel(open_panel: Callable[..., MainWindow], daemon: Daemon) -> MainWindow:
    return open_panel(daemon, daemon.settings)


def wait_for_state(qtbot: QtBot, panel: MainWindow, state: str, row: int = 0) -> None:
    qtbot.waitUntil(lambda: panel.model.rowCount() > row and cell(panel, row, STATE).startswith(state), timeout=WAIT_MS)


def render(qtbot: QtBot, panel: MainWindow, text: str, *, seconds: float | None = None) -> None:
    panel.composer.text.setPlainText(text)
    panel.composer.exact.setChecked(seconds is not None)
    panel.composer.seconds.setValue(seconds or 0)
    qtbot.keyClick(panel.composer.text, Qt.Key.Key_Return, CTRL)


def test_a_typed_line_becomes_a_clip_of_the_asked_length(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, voice: FakeSynthesizer, gate: Gate
) -> None:
    render(qtbot, panel, "Who goes there, in the dark?", seconds=1.5)
    wait_for_state(qtbot, panel, "rendering 0%")
    pulse = QTimer()
    pulse.timeout.connect(gate.let_one_pass)
    pulse.start(30)
    qtbot.waitUntil(lambda: cell(panel, 0, STATE) in HALF_WAY, timeout=WAIT_MS)
    pulse.stop()
    gate.set()
    wait_for_state(qtbot, panel, "ready")
    assert (cell(panel, 0, ASKED), cell(panel, 0, ACTUAL)) == ("1.500 s", "1.500 s")
    take = daemon.lines()[0].takes[0]
    assert take.path is not None and soundfile.info(take.path).frames == 72_000
    qtbot.waitUntil(lambda: panel.takes.sound.curve.getData()[0] is not None, timeout=WAIT_MS)  # the waveform is drawn
    qtbot.waitUntil(lambda: "exactly as long as asked" in panel.takes.facts.text(), timeout=WAIT_MS)
    assert "72000 samples at 48000 Hz" in panel.takes.facts.text()
    words = [item.toPlainText() for item in panel.takes.sound._words if hasattr(item, "toPlainText")]
    assert words == ["Who", "goes", "there,", "in", "the", "dark?"]


def test_a_second_line_waits_its_turn_and_can_be_cancelled(
    qtbot: QtBot, panel: MainWindow, voice: FakeSynthesizer, gate: Gate
) -> None:
    render(qtbot, panel, "The first of them.")
    wait_for_state(qtbot, panel, "rendering")
    render(qtbot, panel, "The second.")
    wait_for_state(qtbot, panel, "queued", row=1)
    qtbot.waitUntil(lambda: panel.table.selected_ids() == ["panel_002"], timeout=WAIT_MS)
    qtbot.mouseClick(panel.takes.cancel_button, Qt.MouseButton.LeftButton)
    wait_for_state(qtbot, panel, "cancelled", row=1)
    qtbot.waitUntil(lambda: "was cancelled" in log_text(panel), timeout=WAIT_MS)
    assert not panel.bar.error.isEnabled()  # it was meant
    gate.set()
    wait_for_state(qtbot, panel, "ready")
    assert len(voice.rendered) == 1


def test_the_sliders_reach_the_voice(qtbot: QtBot, panel: MainWindow, voice: FakeSynthesizer, gate: Gate) -> None:
    gate.set()
    panel.presets.sliders["angry"].setValue(70)
    panel.presets.sliders["calm"].setValue(20)
    panel.presets.weight.setValue(50)
    render(qtbot, panel, "Well, well.")
    wait_for_state(qtbot, panel, "ready")
    assert voice.rendered[0].emotion.weights == pytest.approx((0, 0.35, 0, 0, 0, 0, 0, 0.1))


def test_an_error_of_the_voice_reaches_table_bar_and_log(
    qtbot: QtBot, panel: MainWindow, voice: FakeSynthesizer, gate: Gate
) -> None:
    gate.set()
    voice.failure = EngineError("the voice lost its words; render the line again")
    render(qtbot, panel, "This will fail.")
    wait_for_state(qtbot, panel, "failed")
    qtbot.waitUntil(lambda: "lost its words" in log_text(panel), timeout=WAIT_MS)
    assert "lost its words" in panel.bar.error.toolTip()
    assert "lost its words" in panel.takes.facts.text()


def test_takes_are_listed_picked_and_played(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, player: FakePlayer, gate: Gate
) -> None:
    gate.set()
    panel.composer.takes.setValue(2)
    render(qtbot, panel, "Once more.")
    qtbot.waitUntil(lambda: [t.state for t in _takes(daemon)] == [LineState.READY] * 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.takes.list.count() == 2 and panel.takes.play_button.isEnabled(), timeout=WAIT_MS)
    panel.takes.list.setCurrentRow(1)
    qtbot.waitUntil(panel.takes.play_button.isEnabled, timeout=WAIT_MS)
    qtbot.mouseClick(panel.takes.play_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(player.sounds) and player.sounds[0].over.is_set(), timeout=WAIT_MS)
    assert daemon.lines()[0].picked == "panel_001_t01"  # to listen is not to choose
    assert len(player.sounds[0].audio) == _takes(daemon)[1].n_samples


def test_more_takes_are_made_and_compared_at_equal_loudness(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, player: FakePlayer, gate: Gate
) -> None:
    gate.set()
    render(qtbot, panel, "Once more.")
    wait_for_state(qtbot, panel, "ready")
    panel.takes.n_more.setValue(2)
    panel.takes.more_button.click()
    qtbot.waitUntil(lambda: [t.state for t in _takes(daemon)] == [LineState.READY] * 3, timeout=WAIT_MS)
    assert len({take.seed for take in _takes(daemon)}) == 3
    qtbot.waitUntil(lambda: panel.takes.list.count() == 3, timeout=WAIT_MS)
    picked = daemon.lines()[0].picked
    panel.takes.list.setCurrentRow(0)
    qtbot.waitUntil(panel.takes.compare_button.isEnabled, timeout=WAIT_MS)
    for n_sounds in (1, 2):
        panel.takes.compare_button.click()
        qtbot.waitUntil(lambda n=n_sounds: len(player.sounds) == n, timeout=WAIT_MS)  # type: ignore[misc]
    assert daemon.lines()[0].picked == picked != "panel_001_t01"


def test_a_live_line_sounds_and_esc_ends_it(qtbot: QtBot, panel: MainWindow, player: FakePlayer, gate: Gate) -> None:
    player.hold.clear()
    gate.set()
    panel.composer.text.setPlainText("Heard at once.")
    qtbot.mouseClick(panel.composer.play_button, Qt.MouseButton.LeftButton)
    wait_for_state(qtbot, panel, "playing")
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: player.sounds[0].over.is_set(), timeout=WAIT_MS)
    # Stopped once it was made; the take that was still being made goes on and becomes ready.
    qtbot.waitUntil(lambda: cell(panel, 0, STATE) in ("stopped", "ready"), timeout=WAIT_MS)
    assert player.sounds[0].stop_asked.is_set()


def test_a_ready_line_goes_into_the_project_at_its_place(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, gate: Gate
) -> None:
    gate.set()
    panel.composer.at.setText("72.5")
    render(qtbot, panel, "Into the project.")
    wait_for_state(qtbot, panel, "ready")
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_D, CTRL)
    wait_for_state(qtbot, panel, "dropped")
    projects = list((daemon.settings.data_folder / "projects").iterdir())
    assert {path.suffix.lower() for path in projects} >= {".rpp", ".dawproject"}
    rpp = next(path for path in projects if path.suffix.lower() == ".rpp")
    assert "POSITION 72.5" in rpp.read_text("utf-8")
    qtbot.waitUntil(lambda: "reaper_project" in log_text(panel), timeout=WAIT_MS)
    qtbot.waitUntil(panel.takes.undrop_action.isEnabled, timeout=WAIT_MS)
    panel.takes.undrop_action.trigger()
    qtbot.waitUntil(lambda: "POSITION 72.5" not in rpp.read_text("utf-8"), timeout=WAIT_MS)
    wait_for_state(qtbot, panel, "ready")
    assert not panel.bar.error.isEnabled()


def test_a_removed_line_is_gone_after_the_panel_is_opened_again(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: Daemon, gate: Gate
) -> None:
    gate.set()
    first = open_panel(daemon, daemon.settings)
    for number in range(2):
        render(qtbot, first, f"Line {number} of two.")
        wait_for_state(qtbot, first, "ready", row=number)
    first.table.show_line("panel_001")
    first.table.setFocus()
    qtbot.keyClick(first.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: first.model.rowCount() == 1, timeout=WAIT_MS)
    first.close()
    second = open_panel(daemon, daemon.settings)
    wait_for_state(qtbot, second, "ready")
    assert [line.cue.id for line in daemon.lines()] == ["panel_002"]
    assert second.model.line("panel_002") is not None and second.model.rowCount() == 1


def test_a_refusal_of_the_daemon_is_told_word_for_word(qtbot: QtBot, panel: MainWindow) -> None:
    panel.link.drop("nobody")
    qtbot.waitUntil(lambda: "nobody" in log_text(panel) and "not_found" in log_text(panel), timeout=WAIT_MS)


def test_the_program_s_presets_are_offered_and_an_own_one_is_kept(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert panel.presets.timbres.count() >= 8
    assert panel.presets.emotions.findData("battle cry") > 0
    monkeypatch.setattr("gui.preset_editor.ask_texts", lambda *_: PresetTexts("grim hope", "for the end", "#102030"))
    panel.presets.sliders["sad"].setValue(30)
    qtbot.mouseClick(panel.presets.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.presets.emotion == "grim hope", timeout=WAIT_MS)
    (kept,) = [preset for preset in daemon.voices.presets("emotion") if preset.name == "grim hope"]
    assert (kept.note, kept.colour, kept.origin) == ("for the end", "#102030", "yours")


def test_a_sentence_and_a_clip_move_the_sliders(
    qtbot: QtBot, panel: MainWindow, voice: FakeSynthesizer, tmp_path: Path
) -> None:
    tools = panel.presets.tools
    tools.sentence.setText("he is so angry")
    tools.read.click()
    qtbot.waitUntil(lambda: panel.presets.emotion == "angry=1.00", timeout=WAIT_MS)
    panel.composer.text.setPlainText("I am so happy today.")
    tools.read_line.click()
    qtbot.waitUntil(lambda: panel.presets.emotion == "happy=1.00", timeout=WAIT_MS)
    tools.read.click()
    qtbot.waitUntil(lambda: panel.presets.emotion == "angry=1.00", timeout=WAIT_MS)
    clip = tmp_path / "sobbing.wav"
    soundfile.write(clip, np.sin(np.arange(8000) / 9).astype(np.float32) / 2, 16_000)
    tools.clip_given.emit(str(clip))
    qtbot.waitUntil(lambda: voice.n_encoded == 1 and panel.presets.emotion != "angry=1.00", timeout=WAIT_MS)


def test_a_message_sent_by_hand_reaches_the_daemon_and_is_answered(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, gate: Gate
) -> None:
    gate.set()
    assert panel.osc.where.text() == f"127.0.0.1:{daemon.osc_port}"
    panel.osc.send.click()  # what stands there at first is a message that is known
    qtbot.waitUntil(lambda: "reply to /cuevox/server/status: done ok" in panel.osc.complaint.text(), timeout=WAIT_MS)
    panel.osc.message.setText('/cuevox/line/render hand_01 "Who goes there?"')
    panel.osc.send.click()
    wait_for_state(qtbot, panel, "ready")
    assert panel.model.line("hand_01") is not None
    qtbot.waitUntil(lambda: "accepted" in panel.osc.complaint.text(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.osc.model.rowCount() >= 2, timeout=WAIT_MS)  # in and out
    qtbot.waitUntil(lambda: "hand_01" in panel.live.pads, timeout=WAIT_MS)


def test_a_pad_plays_a_line_and_panic_ends_it(qtbot: QtBot, panel: MainWindow, player: FakePlayer, gate: Gate) -> None:
    gate.set()
    render(qtbot, panel, "On the board.")
    wait_for_state(qtbot, panel, "ready")
    panel.show_page(LIVE_PAGE)
    player.hold.clear()
    panel.live.pads["panel_001"].click()
    wait_for_state(qtbot, panel, "playing")
    panel.live.panic.click()
    qtbot.waitUntil(lambda: player.sounds[0].over.is_set(), timeout=WAIT_MS)
    assert player.sounds[0].stop_asked.is_set()


def test_words_typed_on_the_live_page_sound_by_the_chosen_voice(
    qtbot: QtBot, panel: MainWindow, player: FakePlayer, gate: Gate, daemon: Daemon
) -> None:
    gate.set()
    panel.presets.set_timbre("Mara")
    assert "Mara" in panel.live.voice.text()
    panel.show_page(LIVE_PAGE)
    panel.live.words.setText("Heard at once.")
    panel.live.say.click()
    qtbot.waitUntil(lambda: bool(player.sounds) and player.sounds[0].over.is_set(), timeout=WAIT_MS)
    (line,) = daemon.lines()
    assert (line.cue.text, line.cue.timbre, line.cue.drop) == ("Heard at once.", "Mara", False)
    qtbot.waitUntil(lambda: line.cue.id in panel.live.pads, timeout=WAIT_MS)
    panel.live.anew.setChecked(True)
    panel.live.pads[line.cue.id].click()
    qtbot.waitUntil(lambda: len(daemon.lines()[0].takes) == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(player.sounds) == 2 and player.sounds[1].over.is_set(), timeout=WAIT_MS)


def test_the_socket_moves_to_another_port_and_back_is_told_in_words_when_it_cannot(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon
) -> None:
    before = daemon.osc_port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        panel.osc.port.setValue(taken.getsockname()[1])
        panel.osc.move_socket.click()
        qtbot.waitUntil(lambda: "in use" in panel.osc.complaint.text(), timeout=WAIT_MS)
        assert daemon.osc_port == before and panel.osc.where.text() == f"127.0.0.1:{before}"
        free = taken.getsockname()[1]
    panel.osc.move_socket.click()  # it was given up meanwhile
    qtbot.waitUntil(lambda: panel.osc.where.text() == f"127.0.0.1:{free}", timeout=WAIT_MS)
    panel.osc.send.click()
    qtbot.waitUntil(lambda: "reply to" in panel.osc.complaint.text(), timeout=WAIT_MS)
    assert Settings.load(daemon.settings.data_folder).osc_port == free == daemon.osc_port
    assert panel.settings_page.fields["osc_port"].value() == free and panel.settings_page.changes() == {}


def test_settings_and_appearance_are_kept_for_the_next_start(
    qtbot: QtBot, panel: MainWindow, daemon: Daemon, theme: Theme
) -> None:
    def kept() -> Settings:
        return Settings.load(daemon.settings.data_folder)

    panel.show_page(SETTINGS_PAGE)
    rate, port = panel.settings_page.fields["rate"].widgets[0], panel.settings_page.fields["osc_port"].widgets[0]
    rate.setCurrentText("96000")
    panel.settings_page.save.click()
    qtbot.waitUntil(lambda: kept().rate == 96_000, timeout=WAIT_MS)
    panel.settings_page.appearance.setCurrentText("light")
    qtbot.waitUntil(lambda: kept().appearance == "light", timeout=WAIT_MS)
    theme.set_appearance("dark")
    port.setValue(70_000)
    panel.settings_page.save.click()
    qtbot.waitUntil(lambda: "osc_port is 70000" in log_text(panel), timeout=WAIT_MS)
    assert kept().rate == 96_000 and not panel.settings_page.said.text()


def _takes(daemon: Daemon) -> tuple[Take, ...]:
    lines = daemon.lines()
    return lines[0].takes if lines else ()
