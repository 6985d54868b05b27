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
from gui.preset_editor import PresetEditor


class ClipInbox(QObject):
    """A clip becomes a timbre, or the emotion of the sliders. Nothing is read or copied on the GUI thread."""

    def __init__(self, presets: PresetEditor, link: DaemonLink, log: LogPage, data_folder: Any = None) -> None:
        """data_folder: None where the daemon is a stand-in; then nothing is copied."""
        super().__init__(presets)
        self._presets, self._link, self._log = presets, link, log
        self._inbox = None if data_folder is None else Path(data_folder) / "inbox"
        presets.clip_dropped.connect(self.add_timbre)
        presets.tools.clip_given.connect(self.hear)
        presets.tools.sentence_given.connect(lambda text: link.hear_emotion(f"text:{text}", self._show))

    def add_timbre(self, file: str) -> None:
        source = Path(file)
        name = source.stem
        self._presets.expect("timbre", name)
        self._link.add_timbre(
            name,
            source.name,
            before=self._copying(source),
            then=lambda seconds: self._log.add("preset", f"timbre {name}: {seconds:.1f} s of speech found"),
        )

    def hear(self, file: str) -> None:
        """The emotion of a clip."""
        source = Path(file)
        self._link.hear_emotion(f"clip:{source.name}", self._show, before=self._copying(source))

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
