"""The panel's language: Qt's own source of translations, a .ts file, read as it is: nothing has to be compiled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from PyQt6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

FOLDER = Path(__file__).parent / "translations"
ENGLISH, GERMAN = "en", "de"  # English is the language of the code; its file holds plurals only


class TsTranslator(QTranslator):
    """The translations of one .ts file. Its parent keeps it: Qt asks as long as it is installed."""

    def __init__(self, file: Path, parent: QObject) -> None:
        """Raises OSError, ElementTree.ParseError."""
        super().__init__(parent)
        self.texts = read_texts(file)
        self._anywhere = {source: forms for (_, source), forms in self.texts.items()}

    def translate(  # type: ignore[override]
        self, context: str | None, source: str | None, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """None: not translated, so Qt goes on to look."""
        key = (context or "", source or "")
        # Qt names the class that an object is of, and the text may be that of the class it is derived from.
        forms = self.texts.get(key) or self._anywhere.get(key[1])
        return None if forms is None else forms[0 if n == 1 else -1]

    def isEmpty(self) -> bool:
        return False


def read_texts(file: Path) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """(context, source) -> the translation, or its forms for one and for many. Unfinished ones are left out."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for context in ElementTree.parse(file).iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is None or translation.get("type") is not None:
                continue
            forms = tuple(form.text or "" for form in translation.iter("numerusform")) or (translation.text or "",)
            if all(forms):
                found[context.findtext("name", ""), message.findtext("source", "")] = forms
    return found


def language_of(wanted: str, system: QLocale) -> str:
    """wanted: the setting; `system` goes by the first language of the system that there is, else English."""
    if wanted != "system":
        return wanted
    of_system = (name.partition("-")[0] for name in system.uiLanguages())
    return next((name for name in of_system if name in (ENGLISH, GERMAN)), ENGLISH)


def speak(app: QCoreApplication, wanted: str) -> str:
    """Have all widgets that are made from now on say their texts in a language. -> which one it is."""
    language = language_of(wanted, QLocale.system())
    of_qt = QTranslator(app)  # OK, Cancel, and what is in its dialogs for files
    if of_qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(of_qt)
    app.installTranslator(TsTranslator(FOLDER / f"cuevox_{language}.ts", app))
    return language
