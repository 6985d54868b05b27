"""The panel as a program: it starts, survives its own faults, and ends by its window or a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from pytestqt.qtbot import QtBot

from gui.faults import FaultCatcher
from gui.main_window import MainWindow
from gui.page_rail import LOG_PAGE
from gui.screenshots import PAGES, save

ROOT = Path(__file__).parents[2]

PANEL = """
    import os, signal
    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QApplication
    import gui
    from gui.application import application
    from tests.gui.stand_in import StandInDaemon

    app = application()

    def at_start(work):
        timer = QTimer(app)
        timer.setSingleShot(True)
        timer.timeout.connect(work)
        timer.start(0)

    def window():
        (found,) = [w for w in app.topLevelWidgets() if w.objectName() == "panel"]
        return found

    daemon = StandInDaemon()
"""


def run_panel(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PANEL) + textwrap.dedent(code)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_the_panel_survives_a_fault_of_its_own_and_ends_with_its_window() -> None:
    done = run_panel("""
        def fault():
            look()
            raise ValueError("a fault in a slot")

        def look():
            if "a fault in a slot" not in window().log.view.toPlainText():
                return QTimer.singleShot(10, look)
            print("error shown:", window().bar.error.isEnabled())
            window().close()

        at_start(fault)
        print("status", gui.run(daemon), "subscribers", daemon.n_subscribers)
    """)
    assert done.stdout.splitlines() == ["error shown: True", "status 0 subscribers 0"], done.stderr
    assert "ValueError: a fault in a slot" in done.stderr
    assert done.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="signals are sent with os.kill")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_panel_in_order(number: signal.Signals) -> None:
    done = run_panel(f"""
        at_start(lambda: os.kill(os.getpid(), {int(number)}))
        print("status", gui.run(daemon), "subscribers", daemon.n_subscribers)
    """)
    assert done.stdout.splitlines() == ["status 0 subscribers 0"], done.stderr
    assert done.returncode == 0


class Sender(QObject):
    sent = pyqtSignal()


def test_faults_go_to_the_hook_before_too_and_a_fault_while_telling_one_does_not_go_round(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(str(error)))
    sender = Sender()

    def fail() -> None:
        raise ValueError("first")

    def fail_too(*_: object) -> None:
        raise ValueError("second")

    sender.sent.connect(fail)
    with FaultCatcher() as faults:
        faults.caught.connect(fail_too)
        sender.sent.emit()
        qtbot.waitUntil(lambda: "second" in seen, timeout=20_000)
    assert seen == ["first", "second"]
    sender.sent.emit()
    assert seen == ["first", "second", "first"]


def test_a_fault_is_counted_and_its_traceback_is_in_the_log(panel: MainWindow) -> None:
    panel.show_fault("fault of the panel: ValueError: x", "Traceback:\n  line 1\nValueError: x")
    assert "line 1" in panel.log.view.toPlainText()
    assert panel.rail.button(LOG_PAGE).text() == "Log (1)"


def test_the_pictures_are_made(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gui.screenshots.SETTLED_AFTER_S", 0.02)
    monkeypatch.setattr("gui.screenshots.PAGES", [page for page in PAGES if page[0] in ("panel", "first-start")])
    made = save(tmp_path)
    assert sorted(path.name for path in made) == [
        "add-voice.png", "first-start.png", "panel.png", "rename.png", "save-preset.png", "settings-all.png",
        "spectrogram.png",
    ]  # fmt: skip
    assert all(path.stat().st_size > 2000 for path in made)
