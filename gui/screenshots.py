"""Pictures of the panel for the documentation: `python -m gui.screenshots FOLDER`.

The widgets and the settings are the real ones; the lines are made up, so that every state is on the picture, the same
each time.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PyQt6.QtCore import QCoreApplication, QEvent
from PyQt6.QtWidgets import QWidget

from bridge import events
from bridge.settings import Settings
from gui.application import application
from gui.few_colours import with_few_colours
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.page_rail import HELP_PAGE, LINES_PAGE, LIVE_PAGE, LOG_PAGE, OSC_PAGE, SETTINGS_PAGE, VOICES_PAGE
from gui.picture_daemon import PRESETS, PictureDaemon, picture_lines
from gui.preset_dialog import PresetDialog, PresetTexts, RenameDialog
from gui.theme import Theme
from gui.timbre_dialog import TimbreDialog
from gui.translation import ENGLISH, speak

SETTLED_AFTER_S = 0.4  # without news, all is drawn
LONGEST_S = 20.0  # that clips are waited for
PAGES = (  # name, appearance, page, whether there are lines
    ("panel", "dark", LINES_PAGE, True),
    ("panel-light", "light", LINES_PAGE, True),
    ("first-start", "dark", LINES_PAGE, False),
    ("voices", "dark", VOICES_PAGE, True),
    ("live", "dark", LIVE_PAGE, True),
    ("live-light", "light", LIVE_PAGE, True),
    ("osc", "dark", OSC_PAGE, True),
    ("log", "dark", LOG_PAGE, True),
    ("settings", "dark", SETTINGS_PAGE, True),
    ("settings-light", "light", SETTINGS_PAGE, True),
    ("help", "dark", HELP_PAGE, True),
)
ALL_SETTINGS_WIDTH_PX = 1000


def save(folder: str | Path) -> list[Path]:
    """Write the panel's pages and dialogs as PNG files into `folder`, those that matter most in both dresses."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    saved: list[Path] = []

    def keep(widget: QWidget, name: str) -> None:
        saved.append(folder / f"{name}.png")
        if not with_few_colours(widget.grab().toImage()).save(str(saved[-1]), quality=0):  # as small as it gets
            raise OSError(f"{saved[-1]} could not be written; choose a folder that can be written to")

    app = application()
    speak(app, ENGLISH)
    theme = Theme(app)
    with TemporaryDirectory() as clips:
        lines = picture_lines(Path(clips))
        settings = Settings(Path(clips))
        for name, appearance, page, has_lines in PAGES:
            theme.set_appearance(appearance)
            with _panel(PictureDaemon(lines if has_lines else ()), theme, settings) as window:
                if has_lines:
                    _fill(window, page)
                    _settle(lambda window=window: window.takes.is_reading)  # type: ignore[misc]
                window.show_page(page)
                _settle()
                if has_lines:
                    window.link.level.emit(events.Level(-9.4, -21.0))  # now, since without news the meter falls
                keep(window, name)
        theme.set_appearance("dark")
        with _panel(PictureDaemon(lines), theme, settings) as window:
            _fill(window, LINES_PAGE)
            window.lines.splitter.setSizes([200, 400])
            window.takes.spectrum_button.click()
            _settle(lambda: window.takes.is_reading)
            window.takes.sound.zoom(1)
            _settle()
            keep(window, "spectrogram")
            for name, dialog in _dialogs(window, theme).items():
                dialog.show()
                _settle(lambda: isinstance(dialog, TimbreDialog) and not dialog.voices.text())  # noqa: B023
                keep(dialog, name)
                dialog.close()
            window.show_page(SETTINGS_PAGE)
            body, viewport = window.settings_page.area.widget(), window.settings_page.area.viewport()
            assert body is not None and viewport is not None
            window.resize(ALL_SETTINGS_WIDTH_PX, window.height() + body.sizeHint().height() - viewport.height())
            _settle()
            keep(window.settings_page, "settings-all")
    return saved


@contextmanager
def _panel(daemon: PictureDaemon, theme: Theme, settings: Settings) -> Iterator[MainWindow]:
    window = MainWindow(DaemonLink(daemon), theme, settings)
    window.resize(1280, 820)
    window.show()
    _settle()
    try:
        yield window
    finally:
        window.end()
        window.deleteLater()  # a change of dress would have all that were shown before painted anew
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _dialogs(window: MainWindow, theme: Theme) -> dict[str, QWidget]:
    voice = TimbreDialog(str(PRESETS / "timbre" / "mara.flac"), window.link, theme, window)
    voice.name.setText("Mara")
    voice.who.setText("Mara Lind")
    voice.purpose.setText("dialogue of the game Northgate")
    return {
        "add-voice": voice,
        "save-preset": PresetDialog(window, PresetTexts("grim hope", "for the end of the siege")),
        "rename": RenameDialog(window, "grim hope"),
    }


def _fill(window: MainWindow, page: int) -> None:
    if page == LINES_PAGE:  # on the others nothing is seen of the takes, and reading them takes time
        window.table.show_line("gate_03")
    window.composer.text.setPlainText("Open the gate, quickly! They are right behind us.")
    window.composer.exact.setChecked(True)
    window.composer.at.setText("tc:00:01:44:12@25")
    window.presets.set_timbre("Mara")
    window.presets.set_emotion("afraid=0.65,surprised=0.30")
    asked = ("gate_06", "Hold the gate! Hold it until the last of us.", "timbre", "Mara", "seconds", 3.25)
    peer = "127.0.0.1:50000"
    replied = ("", "accepted", "ok", "", "gate_06", "gate_06_t01")
    window.osc.add_traffic(
        [
            events.OscTraffic(True, peer, "/cuevox/line/render", asked),
            events.OscTraffic(False, peer, "/reply/cuevox/line/render", replied),
        ]
    )
    window.log.add("take", "gate_03_t03 ok: 115200 samples")
    window.log.add("warning", "voice: gate_02_t01 is stretched by 1.31, more than 1.25; ask for 2.1 s to 2.7 s")
    window.log.add("error", "osc bad_argument: seconds is 'long'; it has to be a number, e.g. 2.4")


def _settle(is_busy: Callable[[], bool] = lambda: False) -> None:
    """Let the event loop work, so that what other threads read is on the picture: for a while after `is_busy`."""
    app = application()
    longest, end = time.monotonic() + LONGEST_S, time.monotonic() + SETTLED_AFTER_S
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)
        if is_busy() and time.monotonic() < longest:
            end = time.monotonic() + SETTLED_AFTER_S


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m gui.screenshots FOLDER", file=sys.stderr)
        return 2
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for path in save(arguments[0]):
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
