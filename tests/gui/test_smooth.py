"""How long the event loop pauses at most, while five thousand lines scroll and while the engine is busy for long.

The limits are generous, since the tests run on busy machines; docs/panel.md has the numbers of a quiet one.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from bridge.cue import LineState
from bridge.daemon import Daemon
from bridge.settings import Settings
from gui.cue_model import STATE
from gui.main_window import MainWindow
from gui.page_rail import PAGES
from tests.fakes import FakePlayer
from tests.gui.busy_voice import BusyVoice
from tests.gui.stand_in import StandInDaemon, make_line

WAIT_MS = 60_000
N_LINES = 5000
LONGEST_S = 0.5  # far above what it takes, far below what one feels as a fault
IS_MEASURED = "CUEVOX_BUSY_S" in os.environ  # by a person, on a quiet machine: then the real limit holds
BUSY_S = float(os.environ.get("CUEVOX_BUSY_S", "2"))  # docs/panel.md measures with 10


class Pulse:
    """Beats as fast as the event loop lets it, and knows its longest pause."""

    def __init__(self) -> None:
        self._beats: list[tuple[float, float]] = []
        self._beat()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(0)

    def stop(self) -> tuple[float, float]:
        """-> the longest pause by the clock, and the longest work of the GUI thread between two beats, seconds.

        On a busy machine the clock also counts what other programs take; the work does not.
        """
        self._timer.stop()
        self._beat()
        pauses = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(self._beats)]
        return max(pause for pause, _ in pauses), max(work for _, work in pauses)

    def _beat(self) -> None:
        self._beats.append((time.perf_counter(), time.thread_time()))


def test_five_thousand_lines_scroll_smoothly(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], daemon: StandInDaemon
) -> None:
    daemon.held = {line.cue.id: line for line in (make_line(f"line_{n:04d}") for n in range(N_LINES))}
    panel = open_panel(daemon)
    qtbot.waitUntil(lambda: panel.model.rowCount() == N_LINES, timeout=WAIT_MS)
    bar = panel.table.verticalScrollBar()
    assert bar is not None
    times = []
    for step in range(60):
        bar.setValue(bar.maximum() * step // 59)
        start = time.perf_counter()
        panel.table.viewport().repaint()
        times.append(time.perf_counter() - start)
    frame_ms = 1000 * sorted(times)[len(times) * 95 // 100]
    print(f"95 of 100 frames while scrolling {N_LINES} lines: under {frame_ms:.1f} ms")
    assert frame_ms < 1000 * LONGEST_S
    pulse = Pulse()
    panel.search.setText("line_4")
    qtbot.waitUntil(lambda: panel.table.filter.rowCount() == 1000, timeout=WAIT_MS)
    panel.table.sortByColumn(STATE, panel.table.horizontalHeader().sortIndicatorOrder())
    pause_s, work_s = pulse.stop()
    print(f"searching and sorting them: longest pause {1000 * pause_s:.0f} ms, of it work {1000 * work_s:.0f} ms")
    assert pause_s < 3 * LONGEST_S


def test_a_busy_engine_never_holds_the_panel(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], tmp_path: Path
) -> None:
    voice = BusyVoice(BUSY_S)
    with Daemon(Settings(tmp_path, osc_port=0), lambda: voice, player=FakePlayer()) as daemon:
        panel = open_panel(daemon, daemon.settings)
        for page in range(len(PAGES)):  # each once, so that what is made on the first look does not count
            panel.show_page(page)
            qtbot.wait(20)
        panel.show_page(0)
        panel.composer.text.setPlainText("This takes its time.")
        pulse = Pulse()
        panel.render_line()
        qtbot.waitUntil(lambda: [line.state for line in daemon.lines()] == [LineState.RENDERING], timeout=WAIT_MS)
        page = itertools.cycle(range(len(PAGES)))
        turner = QTimer()
        turner.timeout.connect(lambda: panel.show_page(next(page)))
        turner.start(100)
        qtbot.waitUntil(lambda: [line.state for line in daemon.lines()] == [LineState.READY], timeout=WAIT_MS)
        turner.stop()
        pause_s, work_s = pulse.stop()
        print(
            f"while the engine works for {voice.worked_s:.1f} s: longest pause {1000 * pause_s:.0f} ms, "
            f"longest work of the GUI thread {1000 * work_s:.0f} ms"
        )
        assert voice.worked_s >= BUSY_S
        assert pause_s < (0.05 if IS_MEASURED else LONGEST_S)
        panel.close()
