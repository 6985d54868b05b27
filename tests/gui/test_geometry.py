"""Nothing is cut off in a small window, at any size of letters: each text has the room that it asks for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtWidgets import QAbstractButton, QComboBox, QLabel, QScrollArea, QWidget

from bridge.settings import Settings
from gui.application import application
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.page_rail import PAGES
from gui.picture_daemon import PictureDaemon, picture_lines
from gui.theme import Theme
from gui.translation import speak

ROOT = Path(__file__).parents[2]
SMALL = (960, 640)  # in device-independent pixels, as all sizes here


def cut_texts(window: QWidget) -> list[str]:
    """Labels and buttons that are shown smaller than their text, or that reach beyond what holds them."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton | QComboBox):
            continue
        text = widget.currentText() if isinstance(widget, QComboBox) else widget.text()
        if not text or getattr(widget, "cuts_its_text", False):
            continue
        wanted = widget.minimumSizeHint()
        if isinstance(widget, QLabel) and widget.wordWrap():
            wanted.setHeight(widget.heightForWidth(widget.width()))
            wanted.setWidth(0)
        if isinstance(widget, QComboBox):
            wanted.setWidth(0)  # its list is cut with an ellipsis, and it has a tool tip
        if widget.width() < wanted.width() or widget.height() < wanted.height():
            found.append(f"{text[:40]!r} has {widget.width()} x {widget.height()}, wants {wanted}")
        if not _inside(widget, window):
            found.append(f"{text[:40]!r} reaches beyond what holds it")
    return found


def _inside(widget: QWidget, window: QWidget) -> bool:
    """Whether all of it is in the window, or can be scrolled to."""
    corner = widget.mapTo(window, widget.rect().topLeft())
    holder = widget.parentWidget()
    while holder is not None and holder is not window:
        if isinstance(holder, QScrollArea):
            inner = holder.widget()
            assert inner is not None
            place = QRect(widget.mapTo(inner, widget.rect().topLeft()), widget.size())
            viewport = holder.viewport()
            return place.right() <= (inner if viewport is None else viewport).width() and inner.rect().contains(place)
        holder = holder.parentWidget()
    return window.rect().contains(QRect(corner, widget.size()))


def report(language: str) -> list[str]:
    """What is cut off in a small window with lines, page by page."""
    app = application()
    speak(app, language)
    theme = Theme(app, "dark")
    with TemporaryDirectory() as clips:
        window = MainWindow(DaemonLink(PictureDaemon(picture_lines(Path(clips)))), theme, Settings(Path(clips)))
        window.resize(*SMALL)
        window.show()
        while window.model.rowCount() == 0 or not window.presets.timbre:
            app.processEvents()
        window.table.show_line("gate_03")
        while window.takes.list.count() == 0 or window.takes.is_reading:  # a row for takes needs more room than none
            app.processEvents()
        window.bar.show_error(
            "an error with rather many words, which has to be cut and stands in the tool tip as a whole"
        )
        found = (
            [f"the window is {window.width()} x {window.height()}"]
            if (window.width(), window.height()) != SMALL
            else []
        )
        for number, (name, _) in enumerate(PAGES):
            window.show_page(number)
            for _ in range(5):
                app.processEvents()
            found += [f"{name}: {text}" for text in cut_texts(window)]
        window.end()
    return found


@pytest.mark.parametrize(("scale", "language"), [("1", "en"), ("2", "en"), ("1", "de")])
def test_nothing_is_cut_off_in_a_small_window(scale: str, language: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from tests.gui.test_geometry import report; print(*report({language!r}), sep=chr(10))",
        ],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale},
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stdout.strip()
