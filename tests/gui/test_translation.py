"""The texts of the panel can be translated: Qt's own tool finds them, and none is put together in the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PyQt6.QtCore import QCoreApplication, QTranslator
from PyQt6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from bridge.settings import Settings
from gui.keys import KEYS
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.setting_texts import TITLES, title
from gui.theme import Theme
from tests.gui.stand_in import StandInDaemon

GUI = Path(__file__).parents[2] / "gui"
MARK = "⟦"
KEY_NAMES = {keys for group in KEYS for keys, _ in group.keys}
CHOICES = {str(choice) for choices in Settings.choices.values() for choice in choices}


class Marker(QTranslator):
    """A language in which every text is itself, between brackets."""

    def translate(self, context: str | None, text: str | None, *_: object) -> str:  # type: ignore[override]
        return f"{MARK}{text}⟧"

    def isEmpty(self) -> bool:
        return False


@pytest.fixture(scope="module")
def marker(qapp: QCoreApplication) -> Marker:
    """It belongs to the application: one that Python frees while another translates would wait for itself."""
    return Marker(qapp)


def test_qt_s_tool_finds_the_texts(tmp_path: Path) -> None:
    found = tmp_path / "cuevox.ts"
    files = [str(path) for path in sorted(GUI.glob("*.py"))]
    tool = [sys.executable, "-c", "import sys; from PyQt6.lupdate.pylupdate import main; sys.exit(main())"]
    done = subprocess.run([*tool, *files, "--ts", str(found)], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    contexts = {
        str(context.findtext("name")): {str(source.text) for source in context.iter("source")}
        for context in ElementTree.parse(found).iter("context")
    }
    assert "Stop all" in contexts["LivePage"] and "Sample rate" in contexts["settings"]
    assert "undo; redo" in contexts["keys"] and "Character" in contexts["lines"]
    assert sum(map(len, contexts.values())) > 250


def test_no_text_is_put_together_before_it_is_translated() -> None:
    wrong = []
    for path in GUI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "tr":
                if not (isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)):
                    wrong.append(f"{path.name}:{node.lineno}")
    assert not wrong


@pytest.mark.parametrize(
    "page",
    [
        "lines.filters",
        "composer",
        "takes",
        "presets",
        "voices",
        "first_steps",
        "live",
        "osc",
        "log",
        "settings_page",
        "help",
        "bar",
        "rail",
    ],
)
def test_every_text_of_a_page_is_translated(
    qtbot: object, theme: Theme, tmp_path: Path, marker: Marker, page: str
) -> None:
    QCoreApplication.installTranslator(marker)
    try:
        window = MainWindow(DaemonLink(StandInDaemon()), theme, Settings(tmp_path))
        whole: QWidget = attrgetter(page)(window)
        plain = {text for widget in whole.findChildren(QWidget) for text in texts_of(widget) if not is_data(text)}
        window.end()
    finally:
        QCoreApplication.removeTranslator(marker)
    assert not plain


def texts_of(widget: QWidget) -> list[str]:
    """What a person reads of a widget, or hears; not what stands in it to be changed."""
    found = [widget.accessibleName(), widget.toolTip()]
    if isinstance(widget, QLabel | QAbstractButton):
        found.append(widget.text())
    if isinstance(widget, QLineEdit):
        found.append(widget.placeholderText())
    return [text for text in found if MARK not in text]


def is_data(text: str) -> bool:
    """Numbers with their units, keys, and the names that settings have in their file: alike in all languages."""
    words = set(re.findall(r"[A-Za-z]{2,}", text))
    if words <= {"dB", "inf", "px", "ms"} or text in KEY_NAMES:
        return True
    return text in {title(item.name) for item in fields(Settings) if item.name not in TITLES} | CHOICES
