"""Hearing changes: what is let go of is spoken once, and a preview leaves no line behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bridge.cue import Cue
from bridge.daemon import Daemon
from bridge.settings import Settings
from gui.first_steps import EXAMPLE
from gui.main_window import MainWindow
from gui.preview import SETTLED_MS
from tests.fakes import FakePlayer, FakeSynthesizer
from tests.gui.stand_in import StandInDaemon

WAIT_MS = 20_000


def test_nothing_is_spoken_until_it_is_wished(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    panel.presets.sliders["sad"].setValue(40)
    panel.presets.hear.click()
    qtbot.wait(3 * SETTLED_MS)
    assert not daemon.calls


def test_several_moves_are_one_preview_of_the_text(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    panel.presets.hear.click()
    slider = panel.presets.sliders["sad"]
    for _ in range(3):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: bool(daemon.calls), timeout=WAIT_MS)
    qtbot.wait(3 * SETTLED_MS)
    assert len(daemon.calls) == 1
    name, line_id, cue = daemon.calls[0]
    assert name == "play" and isinstance(cue, Cue) and cue.id == line_id
    assert (cue.emotion, cue.text, cue.drop) == ("sad=0.30", EXAMPLE, False)


def test_previews_sound_one_after_the_other_and_leave_no_line(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], tmp_path: Path
) -> None:
    player, voice = FakePlayer(), FakeSynthesizer()
    with Daemon(Settings(tmp_path, osc_port=0), lambda: voice, player=player) as daemon:
        panel = open_panel(daemon, daemon.settings)
        panel.presets.hear.click()
        panel.composer.text.setPlainText("How do I sound?")
        player.hold.clear()
        panel.presets.set_emotion("sad")
        qtbot.waitUntil(lambda: len(player.sounds) == 1 and bool(player.sounds[0].heard), timeout=WAIT_MS)
        panel.presets.set_emotion("happy")
        qtbot.waitUntil(lambda: len(player.sounds) == 2 and player.sounds[0].over.is_set(), timeout=WAIT_MS)
        assert player.sounds[0].stop_asked.is_set() and not player.sounds[1].stop_asked.is_set()
        player.hold.set()
        qtbot.waitUntil(lambda: daemon.lines() == (), timeout=WAIT_MS)
        assert [request.text for request in voice.rendered] == ["How do I sound?"] * 2
        assert panel.model.rowCount() == 0 and not panel.bar.error.isEnabled()
        panel.close()
