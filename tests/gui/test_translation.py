"""The panel's texts: Qt's tool finds all of them, German has all of them, and none escapes on a page or dialog."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
from PyQt6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PyQt6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QTableView,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from bridge.cue import Cue
from bridge.settings import LANGUAGES, Settings
from bridge.sheets import Problem, Sheet
from gui.collect_texts import collect
from gui.keys import KEYS
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.osc_forms import FORMS
from gui.osc_page import COMMANDS
from gui.picture_daemon import PictureDaemon, picture_lines
from gui.preset_dialog import PresetDialog, PresetTexts
from gui.setting_texts import TITLES, title
from gui.sheet_dialog import SheetDialog, SheetNews
from gui.theme import Theme
from gui.timbre_dialog import TimbreDialog
from gui.translation import ENGLISH, FOLDER, GERMAN, TsTranslator, language_of, read_texts
from gui.tray import Tray

Texts = dict[tuple[str, str], bool]

GUI = Path(__file__).parents[2] / "gui"
MARK = "⟦"
KEY_NAMES = {keys for group in KEYS for keys, _ in group.keys}
CHOICES = {str(choice) for choices in Settings.choices.values() for choice in choices} | {"English", "Deutsch"}
SAID_BY_THE_DAEMON = "there are no words"  # in English, as over OSC
NAMES = {title(item.name) for item in fields(Settings) if item.name not in TITLES} | set(FORMS) | set(COMMANDS)
UNITS = {"dB", "inf", "px", "ms", "Cuevox"}
WAIT_MS = 20_000


class Marker(QTranslator):
    """A language in which every text is itself, between brackets."""

    def __init__(self, parent: QCoreApplication) -> None:
        super().__init__(parent)
        self.asked: set[tuple[str, str]] = set()

    def translate(self, context: str | None, text: str | None, *_: object) -> str:  # type: ignore[override]
        self.asked.add((context or "", text or ""))
        return f"{MARK}{text}⟧"

    def isEmpty(self) -> bool:
        return False


@pytest.fixture(scope="module")
def marker(qapp: QCoreApplication) -> Marker:
    """It belongs to the application: one that Python frees while another translates would wait for itself."""
    return Marker(qapp)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Texts]:
    """What Qt's own tool finds in the code: for German all texts, for English those that have several forms."""
    found = {}
    for language in (GERMAN, ENGLISH):
        file = tmp_path_factory.mktemp("ts") / f"cuevox_{language}.ts"
        file.write_text(f'<!DOCTYPE TS><TS version="2.1" language="{language}" sourcelanguage="en"/>', "utf-8")
        collect(file, plurals=language == ENGLISH)
        found[language] = texts_of_file(file)
    return found


def texts_of_file(file: Path) -> Texts:
    """(context, source) and whether there are several forms."""
    return {
        (context.findtext("name", ""), message.findtext("source", "")): message.get("numerus") == "yes"
        for context in ElementTree.parse(file).iter("context")
        for message in context.iter("message")
    }


@pytest.mark.parametrize("language", [GERMAN, ENGLISH])
def test_every_text_of_the_code_is_translated_and_no_other(language: str, collected: dict[str, Texts]) -> None:
    """Else: `python -m gui.collect_texts`, then translate what is marked as unfinished in gui/translations."""
    texts = read_texts(FOLDER / f"cuevox_{language}.ts")
    assert texts.keys() == collected[language].keys()
    assert texts_of_file(FOLDER / f"cuevox_{language}.ts") == collected[language]
    for (context, source), forms in texts.items():
        assert len(forms) == (2 if collected[language][context, source] else 1), source
        for form in forms:  # what is filled in, and what an underlined letter or a key is said of
            assert fields_of(form) == fields_of(source), (source, form)
            assert form.count("&") == source.count("&")


def fields_of(text: str) -> list[str]:
    return sorted(re.findall(r"{[^}]*}|%n", text))


def test_one_and_many_have_their_forms_and_what_is_not_translated_stays(qapp: QCoreApplication) -> None:
    german = TsTranslator(FOLDER / "cuevox_de.ts", qapp)
    with installed(german):
        assert QCoreApplication.translate("LineEdits", "add %n line(s)", None, 1) == "1 Zeile hinzufügen"
        assert QCoreApplication.translate("LineEdits", "add %n line(s)", None, 7) == "7 Zeilen hinzufügen"
        assert QCoreApplication.translate("lines", "State") == "Zustand"
        assert QCoreApplication.translate("SomethingDerived", "Paste lines") == "Zeilen einfügen"
        assert QCoreApplication.translate("lines", "no text of the panel") == "no text of the panel"


def test_the_language_of_the_system_or_the_one_that_is_set() -> None:
    german, french = QLocale("de_AT"), QLocale("fr_FR")
    assert language_of("system", german) == "de" and language_of("en", german) == "en"
    assert language_of("system", french) == "en" and language_of("de", french) == "de"
    assert set(LANGUAGES) == {"system", ENGLISH, GERMAN}


@contextlib.contextmanager
def installed(translator: QTranslator) -> Iterator[None]:
    QCoreApplication.installTranslator(translator)
    try:
        yield
    finally:
        QCoreApplication.removeTranslator(translator)


def test_no_text_is_put_together_before_it_is_translated() -> None:
    wrong = []
    for path in GUI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "tr":
                if not (isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)):
                    wrong.append(f"{path.name}:{node.lineno}")
    assert not wrong


def parts_of(window: MainWindow, clip: str) -> dict[str, QWidget]:
    """All pages, with lines and takes in every state, and all dialogs."""
    window.table.selectAll()
    problem = Problem(2, "", SAID_BY_THE_DAEMON)
    news = SheetNews((), (), n_same=2, n_locked=1)
    cue_dialog = window.lines.table_actions.dialog()
    assert cue_dialog is not None
    return {
        "window": window,
        "change lines": cue_dialog,
        "preset": PresetDialog(window, PresetTexts("grim hope")),
        "voice": TimbreDialog(clip, window.link, window._theme, window),
        "sheet": SheetDialog(Sheet(Path("2.csv"), (), (problem,)), news, window),
        "tray": Tray(window).menu,
    }


def test_no_text_escapes_translation(
    qtbot: QtBot, theme: Theme, tmp_path: Path, marker: Marker, collected: dict[str, Texts]
) -> None:
    clip = tmp_path / "clip.wav"
    soundfile.write(clip, 0.3 * np.sin(np.arange(5 * 16_000) / 7), 16_000)
    lines = picture_lines(tmp_path)
    with installed(marker):
        window = MainWindow(DaemonLink(PictureDaemon(lines)), theme, Settings(tmp_path))
        try:
            qtbot.waitUntil(lambda: window.model.rowCount() == len(lines), timeout=WAIT_MS)
            window.table.show_line("gate_03")
            qtbot.waitUntil(lambda: window.takes.list.count() == 3 and not window.takes.is_reading, timeout=WAIT_MS)
            said = {line.cue.id for line in lines} | {text for line in lines for text in words_of(line.cue)}
            data = {SAID_BY_THE_DAEMON, "2.csv"} | NAMES | CHOICES | KEY_NAMES | said | names_of_presets()
            plain = {
                f"{name}, {type(widget).__name__}: {text}"
                for name, part in parts_of(window, str(clip)).items()
                for widget in (part, *part.findChildren(QWidget))
                for text in texts_of(widget)
                if MARK not in text and not is_data(text, data)
            }
        finally:
            window.end()
    assert not plain, "\n".join(sorted(plain))
    # A text behind a function of its own is asked for here, and never found by who translates.
    known = collected[GERMAN]
    contexts, sources = {context for context, _ in known}, {source for _, source in known}
    assert {source for context, source in marker.asked if context in contexts} <= sources | CHOICES


def texts_of(widget: QWidget) -> Iterator[str]:
    """What a person reads of a widget, or hears; not what stands in it to be changed."""
    yield from (widget.accessibleName(), widget.toolTip(), widget.windowTitle())
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QMenu):
        yield from (action.text() for action in widget.actions())
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(index) for index in range(widget.count()))
    if isinstance(widget, QTabWidget):
        yield from (widget.tabText(index) for index in range(widget.count()))
    if isinstance(widget, QListWidget):
        yield from (item.text() for row in range(widget.count()) if (item := widget.item(row)) is not None)
    if isinstance(widget, QTableView) and (model := widget.model()) is not None:
        for column in range(model.columnCount()):
            yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            yield from (str(model.index(row, column).data() or "") for row in range(model.rowCount()))


def words_of(cue: Cue) -> set[str]:
    return {cue.text, cue.timbre, cue.emotion, cue.character}


def names_of_presets() -> set[str]:
    """And their notes, which they come with."""
    voices = PictureDaemon(()).voices
    presets = (*voices.presets("timbre"), *voices.presets("emotion"))
    return {text for preset in presets for text in (preset.name, preset.note)} | {"neutral", "auto"}


def is_data(text: str, data: set[str]) -> bool:
    """Numbers with their units, and names, alone or several of them: alike in all languages."""
    parts = re.split(r"\n|   +|  ·  ", text.removeprefix("<qt>").removesuffix("</qt>"))
    return all(part in data or set(re.findall(r"[A-Za-z]{2,}", part)) <= UNITS for part in parts)
