"""How soon a change is heard: from letting go of a slider of the panel to the first samples at the player.

Usage: python -m benchmarks.preview_latency [N]

The real panel without a screen, the real daemon and the embedded voice; the player only notes when the first block
comes, so what the sound device takes on top (its latency stands on the live page) is not in the figures.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PyQt6.QtTest import QTest

from bridge.daemon import Daemon
from bridge.settings import Settings
from engine.synthesizer import Synthesizer
from gui.application import application
from gui.idle_garbage import IdleGarbage
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.theme import Theme
from tests.fakes import FakePlayer, FakeSound

WARM_UP, LONGEST_S = 3, 30.0


def wait_until(is_so: Callable[[], bool]) -> None:
    """In the event loop, looking every millisecond."""
    loop, end, look = QEventLoop(), time.monotonic() + LONGEST_S, QTimer()

    def check() -> None:
        if is_so():
            loop.quit()
        elif time.monotonic() > end:
            raise TimeoutError("nothing was heard; look into the daemon's log")

    look.timeout.connect(check)
    look.start(1)
    loop.exec()


def is_heard(sound: FakeSound) -> bool:
    return bool(sound.heard)


def measure(n_trials: int) -> list[float]:
    """Seconds from the release of the mouse to the first block, for each trial."""
    application()
    player, times = FakePlayer(), []
    with (
        TemporaryDirectory() as folder,
        Daemon(Settings(Path(folder), osc_port=0), Synthesizer.load, player=player) as d,
    ):
        link = DaemonLink(d)
        window = MainWindow(link, Theme(application(), "dark"), d.settings)
        with IdleGarbage(link):
            window.show()
            wait_until(lambda: bool(window.presets.timbre) and d.status().model_state == "ready")
            window.presets.hear.setChecked(True)
            slider = window.presets.sliders["happy"]
            for trial in range(WARM_UP + n_trials):
                n_before = len(player.sounds)
                handle = QPoint(slider.width() // 2, slider.height() // 2)
                QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle)
                slider.setValue(20 + 60 * (trial % 2) + trial % 7)
                QTest.qWait(60)  # dragged for a while
                QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=handle)
                released_s = time.perf_counter()
                wait_until(lambda n=n_before: len(player.sounds) > n and is_heard(player.sounds[-1]))
                if trial >= WARM_UP:
                    times.append(time.perf_counter() - released_s)
                QTest.qWait(200)  # the next change comes while the preview is made, as a person's would
        window.end()
    return times


def main(arguments: list[str]) -> int:
    times_ms = sorted(1000 * t for t in measure(int(arguments[0]) if arguments else 30))
    at_90 = times_ms[min(len(times_ms) - 1, round(0.9 * len(times_ms)))]
    print(
        f"letting go to first samples, {len(times_ms)} changes: median {statistics.median(times_ms):.0f} ms, ", end=""
    )
    print(f"90 of 100 under {at_90:.0f} ms, longest {times_ms[-1]:.0f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
