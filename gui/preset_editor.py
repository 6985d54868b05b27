"""Who speaks and how: timbre and emotion pickers, eight sliders, saving a preset, a timbre from a dropped clip."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine.types import EMOTIONS
from gui.widgets import label

NEUTRAL = "neutral"
CLIPS = (".wav", ".flac", ".mp3", ".ogg")
STEPS = 100  # of a slider from 0 to 1


def preset_weights(preset: Any) -> dict[str, float]:
    """The eight weights of an emotion preset, missing ones 0."""
    found = getattr(preset, "weights", None) or {}
    pairs = found if isinstance(found, Mapping) else dict(zip(EMOTIONS, found, strict=True))
    return {name: float(pairs.get(name, 0.0)) for name in EMOTIONS}


def write_emotion(weights: Mapping[str, float]) -> str:
    """Weights in the contract's form, `happy=0.6,calm=0.2`; `neutral` where all are 0."""
    return ",".join(f"{name}={weights[name]:.2f}" for name in EMOTIONS if weights.get(name)) or NEUTRAL


def read_emotion(text: str) -> dict[str, float] | None:
    """The inverse of write_emotion; None for any other form (a preset's name, clip:, text:, auto)."""
    pairs = re.findall(r"([a-z]+)=([0-9.]+)", text)
    if not pairs or any(name not in EMOTIONS for name, _ in pairs):
        return None
    return {name: 0.0 for name in EMOTIONS} | {name: float(value) for name, value in pairs}


class PresetEditor(QFrame):
    """Shows presets and emits wishes. `emotion` and `timbre` are what the next line will be asked with."""

    changed = pyqtSignal()
    save_wished = pyqtSignal(str, dict)  # name, weights
    clip_dropped = pyqtSignal(str)  # path of a sound file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAcceptDrops(True)
        self._emotions: dict[str, Any] = {}
        self.timbres = QComboBox()
        self.timbres.setAccessibleName("Timbre")
        self.timbres.currentIndexChanged.connect(self._timbre_chosen)
        self.timbre_note = label("Drop a WAV, FLAC, MP3 or OGG clip here to add a voice.", "small", wrap=True)
        self.emotions = QComboBox()
        self.emotions.setAccessibleName("Emotion preset")
        self.emotions.activated.connect(self._emotion_chosen)
        self.sliders: dict[str, QSlider] = {}
        self._values: dict[str, QLabel] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        for row, name in enumerate(EMOTIONS):
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, STEPS)
            slider.setPageStep(10)
            slider.setMinimumHeight(22)
            slider.setAccessibleName(f"{name} weight")
            value = label("0.00", "field")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setMinimumWidth(value.fontMetrics().horizontalAdvance("0.00") + 4)
            slider.valueChanged.connect(lambda v, value=value: value.setText(f"{v / STEPS:.2f}"))
            slider.valueChanged.connect(self._slider_moved)
            self.sliders[name], self._values[name] = slider, value
            grid.addWidget(label(name), row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(value, row, 2)
        self.weight = QSlider(Qt.Orientation.Horizontal)
        self.weight.setRange(0, STEPS)
        self.weight.setMinimumHeight(22)
        self.weight.setAccessibleName("Strength of the emotion")
        weight_value = label("1.00", "field")
        self.weight.valueChanged.connect(lambda v: weight_value.setText(f"{v / STEPS:.2f}"))
        self.weight.setValue(STEPS)
        strength = QHBoxLayout()
        for widget in (label("Strength", "field"), self.weight, weight_value):
            strength.addWidget(widget)
        self.save = QPushButton("Save preset...")
        self.save.setToolTip("Save these weights as an emotion preset of your own")
        self.save.clicked.connect(self._ask_name)
        self.reset = QPushButton("Neutral")
        self.reset.clicked.connect(lambda: self.set_emotion(NEUTRAL))
        buttons = QHBoxLayout()
        buttons.addWidget(self.reset)
        buttons.addWidget(self.save, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(label("Timbre", "section"))
        column.addWidget(self.timbres)
        column.addWidget(self.timbre_note)
        column.addSpacing(6)
        column.addWidget(label("Emotion", "section"))
        column.addWidget(self.emotions)
        column.addLayout(grid)
        column.addLayout(strength)
        column.addLayout(buttons)
        column.addStretch(1)
        self.set_presets("emotion", [])

    @property
    def timbre(self) -> str:
        return self.timbres.currentText()

    @property
    def emotion_weight(self) -> float:
        return self.weight.value() / STEPS

    def weights(self) -> dict[str, float]:
        return {name: slider.value() / STEPS for name, slider in self.sliders.items()}

    @property
    def emotion(self) -> str:
        """The preset's name as long as the sliders stand where it put them, else the weights."""
        name = self.emotions.currentData()
        return str(name) if name else write_emotion(self.weights())

    def set_presets(self, kind: str, presets: Sequence[Any]) -> None:
        box = self.timbres if kind == "timbre" else self.emotions
        before = self.timbre if kind == "timbre" else self.emotion
        box.blockSignals(True)
        box.clear()
        if kind == "emotion":
            self._emotions = {preset.name: preset for preset in presets}
            box.addItem("custom (sliders)", "")
            if NEUTRAL not in self._emotions:
                box.addItem(NEUTRAL, NEUTRAL)
        for preset in presets:
            box.addItem(preset.name, preset.name)
            box.setItemData(box.count() - 1, preset.note, Qt.ItemDataRole.ToolTipRole)
        box.blockSignals(False)
        if kind == "emotion":
            self.set_emotion(before)
        else:
            self.timbres.setCurrentIndex(max(0, box.findText(before)))
            self._timbre_chosen()

    def set_timbre(self, name: str) -> None:
        self.timbres.setCurrentIndex(max(0, self.timbres.findText(name)))

    def set_emotion(self, emotion: str) -> None:
        """Show a preset or weights; forms that have no sliders (clip:, text:, auto) show as neutral."""
        index = self.emotions.findData(emotion)
        if index > 0:
            weights = preset_weights(self._emotions.get(emotion))
        else:
            weights = read_emotion(emotion) or dict.fromkeys(EMOTIONS, 0.0)
            index = 0 if any(weights.values()) else self.emotions.findData(NEUTRAL)
        for name, slider in self.sliders.items():
            slider.blockSignals(True)
            slider.setValue(round(weights[name] * STEPS))
            slider.blockSignals(False)
            self._values[name].setText(f"{slider.value() / STEPS:.2f}")
        self.emotions.setCurrentIndex(index)
        self.changed.emit()

    def _timbre_chosen(self) -> None:
        note = self.timbres.currentData(Qt.ItemDataRole.ToolTipRole)
        self.timbre_note.setText(note or "Drop a WAV, FLAC, MP3 or OGG clip here to add a voice.")
        self.changed.emit()

    def _emotion_chosen(self) -> None:
        if name := self.emotions.currentData():
            self.set_emotion(name)

    def _slider_moved(self) -> None:
        self.emotions.setCurrentIndex(0)
        self.changed.emit()

    def _ask_name(self) -> None:
        name, ok = QInputDialog.getText(self, "Save emotion preset", "Name of the preset")
        if ok and name.strip():
            self.save_wished.emit(name.strip(), self.weights())

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802
        if event is not None and _clip_of(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802
        clip = None if event is None else _clip_of(event)
        if event is not None and clip is not None:
            event.acceptProposedAction()
            self.clip_dropped.emit(clip)


def _clip_of(event: QDropEvent) -> str | None:
    data = event.mimeData()
    paths = [url.toLocalFile() for url in data.urls()] if data is not None else []
    return next((path for path in paths if Path(path).suffix.lower() in CLIPS), None)
