"""Clips that are dropped on the panel: copied into the inbox of the data folder, where the daemon looks for them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject

from engine.types import EMOTIONS, Emotion
from gui.link import DaemonLink
from gui.log_page import LogPage
from gui.preset_dialog import PresetTexts
from gui.preset_editor import PresetEditor
from gui.theme import Theme
from gui.timbre_dialog import ask_voice


class ClipInbox(QObject):
    """A clip becomes a voice, or the emotion of the sliders. Nothing is read or copied on the GUI thread."""

    def __init__(
        self, presets: PresetEditor, link: DaemonLink, log: LogPage, theme: Theme, data_folder: Any = None
    ) -> None:
        """data_folder: None where the daemon is a stand-in; then nothing is copied."""
        super().__init__(presets)
        self._presets, self._link, self._log, self._theme = presets, link, log, theme
        self._inbox = None if data_folder is None else Path(data_folder) / "inbox"
        presets.clip_dropped.connect(self.add_timbre)
        presets.tools.clip_given.connect(self.hear)
        presets.tools.sentence_given.connect(lambda text: link.voices.hear_emotion(f"text:{text}", self._show))

    def add_timbre(self, file: str) -> None:
        """Ask which part of a clip is to be learnt, under which name and with whose consent."""
        wish = ask_voice(file, self._link, self._theme, self._presets.window() or self._presets)
        if wish is not None:
            self._presets.expect("timbre", wish.name)
            self._link.voices.add_timbre(
                wish, lambda seconds: self._log.add("preset", f"timbre {wish.name}: {seconds:.1f} s of speech found")
            )

    def add_morph(self, texts: PresetTexts, morph: str) -> None:
        """Keep a voice between two."""
        self._presets.expect("timbre", texts.name)
        self._link.voices.save_morph(texts.name, morph, texts.note, texts.colour)

    def hear(self, file: str) -> None:
        """The emotion of a clip."""
        source = Path(file)
        self._link.voices.hear_emotion(f"clip:{source.name}", self._show, before=self._copying(source))

    def _copying(self, source: Path) -> Callable[[], None] | None:
        inbox = self._inbox
        return None if inbox is None else lambda: _copy_into(source, inbox)

    def _show(self, emotion: Emotion) -> None:
        self._presets.set_weights(dict(zip(EMOTIONS, emotion.weights, strict=True)))


def _copy_into(source: Path, inbox: Path) -> None:
    inbox.mkdir(parents=True, exist_ok=True)
    target = inbox / source.name
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)
