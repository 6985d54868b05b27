"""A panel that is closed while Cuevox works on, and how it comes back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from bridge.daemon import Daemon
from bridge.events import Status
from bridge.settings import Settings
from gui.cue_model import TAKES
from gui.main_window import MainWindow
from gui.one_panel import OnePanel, show_running
from gui.page_rail import SETTINGS_PAGE
from gui.tray import Tray
from tests.fakes import FakePlayer, FakeSynthesizer
from tests.gui.stand_in import StandInDaemon
from tests.gui.test_application import ROOT, run_panel

WAIT_MS = 20_000
SLOW_MS = 60_000  # for another Python with Qt on a busy machine


def test_closing_hides_it_where_the_settings_say_so_and_the_line_goes_on(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], tmp_path: Path
) -> None:
    with Daemon(Settings(tmp_path, osc_port=0), FakeSynthesizer, player=FakePlayer()) as daemon:
        panel = open_panel(daemon, daemon.settings)
        panel.show_page(SETTINGS_PAGE)
        panel.settings_page.fields["panel_stays"].widgets[0].setChecked(True)  # type: ignore[attr-defined]
        with qtbot.waitSignal(panel.stays_changed, timeout=WAIT_MS):
            panel.settings_page.save.click()
        assert panel.settings_page.said.text() == "Saved."
        panel.composer.text.setPlainText("It goes on.")
        panel.render_line()
        panel.close()
        assert not panel.isVisible()
        qtbot.waitUntil(lambda: any(line.picked for line in daemon.lines()), timeout=WAIT_MS)
        panel.show_again()
        qtbot.waitUntil(
            lambda: (line := panel.model.line("panel_001")) is not None and bool(line.picked), timeout=WAIT_MS
        )
        assert panel.isVisible()
        with qtbot.waitSignal(panel.closed, timeout=WAIT_MS):
            panel.end()


def test_a_second_start_shows_the_panel_that_runs(qtbot: QtBot, tmp_path: Path) -> None:
    assert not show_running(tmp_path)
    one = OnePanel(tmp_path)
    asks = (
        "import sys; from pathlib import Path; from gui import show_running; sys.exit(show_running(Path(sys.argv[1])))"
    )
    with qtbot.waitSignal(one.show_wished, timeout=SLOW_MS):
        second = subprocess.Popen([sys.executable, "-c", asks, str(tmp_path)], cwd=ROOT)
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=SLOW_MS)
    assert second.returncode == 1  # True
    one.close()
    assert not show_running(tmp_path)


def test_the_socket_of_a_panel_that_died_is_no_hindrance(qtbot: QtBot, tmp_path: Path) -> None:
    dies = "import os, sys; from pathlib import Path; from gui.one_panel import OnePanel as One; One(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", f"{dies}; os._exit(0)", str(tmp_path)], cwd=ROOT, check=True, timeout=60)
    assert not show_running(tmp_path)
    one = OnePanel(tmp_path)
    assert one._server.isListening()
    one.close()


def test_the_window_comes_back_as_it_was_left(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], tmp_path: Path, daemon: StandInDaemon
) -> None:
    first = open_panel(daemon, Settings(tmp_path))
    first.resize(1100, 700)
    first.table.show_column(TAKES, True)
    first.close()
    second = open_panel(daemon, Settings(tmp_path))
    assert second.height() == 700  # the width is bounded by the screen that there is not
    assert second.table.columns_by_hand == {TAKES: True}
    second.close()
    (tmp_path / "panel.ini").write_text("[General]\ngeometry=nonsense\ncolumns_shown=99 x\n", "utf-8")
    assert open_panel(daemon, Settings(tmp_path)).table.columns_by_hand == {}


def test_the_tray_s_menu_shows_stops_and_quits(qtbot: QtBot) -> None:
    tray = Tray()
    for action, signal in zip(tray.menu.actions(), (tray.show_wished, tray.stop_wished, tray.quit_wished), strict=True):
        with qtbot.waitSignal(signal, timeout=WAIT_MS):
            action.trigger()
    with qtbot.waitSignal(tray.show_wished, timeout=WAIT_MS):
        tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    tray.show_status(Status(3, 1, 0, "ready", "cuevox-mini-1", 1.0))
    assert tray.icon.toolTip() == "Cuevox: 4 to be made"


def test_the_program_ends_by_the_tray_while_its_window_is_closed() -> None:
    done = run_panel("""
        def close():
            window().stays = True
            window().close()
            print("visible", window().isVisible())
            at_start(window().end)

        at_start(close)
        print("status", gui.run(daemon), "subscribers", daemon.n_subscribers)
    """)
    assert done.stdout.splitlines() == ["visible False", "status 0 subscribers 0"], done.stderr


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_signal_ends_the_program_though_its_window_stays(is_closed: bool) -> None:
    done = run_panel(f"""
        import os, signal

        def told_to_end():
            window().stays = True
            {"window().close()" if is_closed else ""}
            os.kill(os.getpid(), signal.SIGTERM)

        at_start(told_to_end)
        print("status", gui.run(daemon), "subscribers", daemon.n_subscribers)
    """)
    assert done.stdout.splitlines() == ["status 0 subscribers 0"], done.stderr


@pytest.mark.parametrize("scale", [100, 200])
def test_the_size_of_the_settings_is_that_of_the_screen(scale: int) -> None:
    asks = f"from gui.application import application; print(application({scale}).devicePixelRatio())"
    env = {"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", asks], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert float(done.stdout) == scale / 100, done.stderr


def test_the_stand_in_s_panel_ends_when_it_is_closed(qtbot: QtBot, panel: MainWindow, daemon: StandInDaemon) -> None:
    with qtbot.waitSignal(panel.closed, timeout=WAIT_MS):
        panel.close()
    assert daemon.n_subscribers == 0
