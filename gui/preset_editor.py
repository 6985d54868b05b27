"""Who speaks and how: timbre and emotion pickers, eight sliders and their tools, saving, a timbre from a clip."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from bridge.cue import Cue
from engine.types import EMOTIONS
from gui.emotion_space import emotion_word
from gui.emotion_tools import EmotionTools
from gui.preset_dialog import PresetTexts, ask_texts
from gui.preset_menu import PresetMenu
from gui.theme import Theme
from gui.widgets import ClipTarget, label

NEUTRAL, AUTO = "neutral", "auto"
DROP_HINT = QT_TRANSLATE_NOOP("PresetEditor", "Drop a WAV, FLAC, MP3 or OGG clip here to add a voice.")
SWATCH_PX = 10
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
    pairs = [re.fullmatch(r"\s*(\w+)\s*=\s*([01]?\.?\d+)\s*", part) for part in text.split(",")]
    found = {pair[1]: float(pair[2]) for pair in pairs if pair is not None}
    if None in pairs or not found.keys() <= set(EMOTIONS):
        return None
    return dict.fromkeys(EMOTIONS, 0.0) | found


class PresetEditor(ClipTarget):
    """Shows presets and emits wishes. `emotion` and `timbre` are what the next line will be asked with."""

    changed = pyqtSignal()
    save_wished = pyqtSignal(object, dict)  # PresetTexts, weights

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._emotions: dict[str, Any] = {}
        self._moving = False  # several sliders are being set as one
        self._expected = {"timbre": "", "emotion": ""}  # presets that were just made: chosen as soon as they are listed
        self.timbres = QComboBox()
        self.timbres.setAccessibleName(self.tr("Timbre"))
        self.timbres.currentIndexChanged.connect(self._timbre_chosen)
        self.timbre_note = label(self._hint(), "small", wrap=True)
        self.emotions = QComboBox()
        self.emotions.setAccessibleName(self.tr("Emotion preset"))
        self.emotions.activated.connect(self._emotion_chosen)
        self.emotion_note = label("", "small", wrap=True)
        for box in (self.timbres, self.emotions):
            box.setMaxVisibleItems(20)
            # A long name is cut in the closed box; it must not widen the column.
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
            box.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
        self.tools = EmotionTools(theme)
        self.tools.weights_wished.connect(self.set_weights)
        self.sliders = {
            name: _slider(self.tr("{emotion} weight").format(emotion=emotion_word(name))) for name in EMOTIONS
        }
        self.weight = _slider(self.tr("Strength of the emotion"))
        self.weight.setValue(STEPS)
        for slider in self.sliders.values():
            slider.valueChanged.connect(self._slider_moved)
        self.weight.valueChanged.connect(self.changed)
        self.reset = QPushButton(self.tr("Neutral"))
        self.reset.setToolTip(self.tr("All eight sliders to zero"))
        self.reset.clicked.connect(lambda: self.set_emotion(NEUTRAL))
        self.save = QPushButton(self.tr("Save preset..."))
        self.save.setToolTip(self.tr("Save these weights as an emotion preset of your own"))
        self.save.clicked.connect(lambda: self._ask_name())
        self.more = PresetMenu()
        self.more.duplicate_wished.connect(self._duplicate)
        self.hear = QCheckBox(self.tr("Hear changes"))
        self.hear.setToolTip(self.tr("Speak the text below each time timbre or emotion are changed and let go of"))
        self._lay_out()
        self.set_presets("emotion", [])

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        named = {emotion_word(name): slider for name, slider in self.sliders.items()}
        for row, (name, slider) in enumerate({**named, self.tr("strength"): self.weight}.items()):
            grid.addWidget(label(name, "field" if slider is self.weight else ""), row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(_value_label(slider), row, 2)
        buttons = QHBoxLayout()
        buttons.addWidget(self.reset)
        buttons.addWidget(self.save, 1)
        buttons.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        column.addWidget(label(self.tr("Timbre"), "section"))
        column.addWidget(self.timbres)
        column.addWidget(self.timbre_note)
        column.addSpacing(8)
        column.addWidget(label(self.tr("Emotion"), "section"))
        column.addWidget(self.emotions)
        column.addWidget(self.emotion_note)
        column.addWidget(self.tools)
        column.addLayout(grid)
        column.addSpacing(2)
        column.addLayout(buttons)
        column.addWidget(self.hear)
        column.addStretch(1)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        tools, sliders = self.tools.controls(), self.sliders.values()
        return [self.timbres, self.emotions, *tools, *sliders, self.weight, self.reset, self.save, self.more, self.hear]

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
        """The presets of a kind anew; what was chosen stays chosen, unless a preset was just made here."""
        box = self.timbres if kind == "timbre" else self.emotions
        before = self.timbre if kind == "timbre" else self.emotion
        if self._expected[kind] in {preset.name for preset in presets}:
            before, self._expected[kind] = self._expected[kind], ""
        box.blockSignals(True)
        box.clear()
        if kind == "emotion":
            self._emotions = {preset.name: preset for preset in presets}
            for name, data, note in (
                (self.tr("custom"), "", self.tr("as the sliders stand")),
                (AUTO, AUTO, self.tr("taken from the words of the line")),
            ):
                box.addItem(name, data)
                box.setItemData(box.count() - 1, note, Qt.ItemDataRole.ToolTipRole)
            if NEUTRAL not in self._emotions:
                box.addItem(NEUTRAL, NEUTRAL)
        for preset in presets:
            box.addItem(_swatch(preset.colour), preset.name, preset.name)
            box.setItemData(box.count() - 1, preset.note, Qt.ItemDataRole.ToolTipRole)
        box.blockSignals(False)
        if kind == "emotion":
            self.more.show_presets(self._emotions)
            self.tools.set_presets({name: preset_weights(preset) for name, preset in self._emotions.items()})
            self.set_emotion(before)
        else:
            self.set_timbre(before)
            self._timbre_chosen()

    def expect(self, kind: str, name: str) -> None:
        """Choose the preset `name` once it is listed."""
        self._expected[kind] = name

    def show_cue(self, cue: Cue) -> None:
        """Take a line's timbre and emotion over."""
        if self.timbres.findText(cue.timbre) >= 0:
            self.set_timbre(cue.timbre)
        self.set_emotion(cue.emotion)
        self.weight.setValue(round(cue.weight * STEPS))

    def set_timbre(self, name: str) -> None:
        self.timbres.setCurrentIndex(max(0, self.timbres.findText(name)))

    def set_emotion(self, emotion: str) -> None:
        """Show a preset, weights, or a form without sliders (auto, clip:NAME, text:...)."""
        index = self.emotions.findData(emotion)
        if index > 0:
            weights = preset_weights(self._emotions.get(emotion))
        elif emotion.startswith(("clip:", "text:")):
            self.emotions.addItem(emotion, emotion)
            weights, index = dict.fromkeys(EMOTIONS, 0.0), self.emotions.count() - 1
        else:
            weights = read_emotion(emotion) or dict.fromkeys(EMOTIONS, 0.0)
            index = 0 if any(weights.values()) else self.emotions.findData(NEUTRAL)
        self._move_sliders(weights)
        self._choose_emotion(index)

    def set_weights(self, weights: Mapping[str, float]) -> None:
        """Move the sliders; no preset stands for them any more."""
        self._move_sliders(weights)
        self._choose_emotion(0)

    def _move_sliders(self, weights: Mapping[str, float]) -> None:
        self._moving = True
        for name, slider in self.sliders.items():
            slider.setValue(round(weights.get(name, 0.0) * STEPS))
        self._moving = False
        self.tools.show_weights(self.weights())

    def _timbre_chosen(self) -> None:
        note = self.timbres.currentData(Qt.ItemDataRole.ToolTipRole)
        self.timbre_note.setText(note or self._hint())
        self.timbres.setToolTip(self._hint())
        self.changed.emit()

    def _emotion_chosen(self) -> None:
        """By the user, who leaves the sliders where they are when choosing "custom"."""
        if name := self.emotions.currentData():
            self.set_emotion(name)
        else:
            self._choose_emotion(0)

    def _slider_moved(self) -> None:
        if not self._moving:
            self.tools.show_weights(self.weights())
            self._choose_emotion(0)

    def _choose_emotion(self, index: int) -> None:
        self.emotions.setCurrentIndex(index)
        note = self.emotions.currentData(Qt.ItemDataRole.ToolTipRole)
        self.emotion_note.setText(note or " ")  # a line high either way, so that the sliders stay where they are
        self.more.show_chosen(self.emotion)
        self.changed.emit()

    def _duplicate(self, name: str) -> None:
        """A preset that comes with the program stays as it is; its copy can be anything."""
        preset = self._emotions.get(name)
        if preset is not None:
            self._ask_name(PresetTexts(self.tr("{preset} copy").format(preset=preset.name), preset.note, preset.colour))

    def _hint(self) -> str:
        return QCoreApplication.translate("PresetEditor", DROP_HINT)

    def _ask_name(self, first: PresetTexts | None = None) -> None:
        texts = ask_texts(self, first)
        if texts is not None:
            self.expect("emotion", texts.name)
            self.save_wished.emit(texts, self.weights())


def _slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, STEPS)
    slider.setPageStep(10)
    slider.setMinimumHeight(22)
    slider.setAccessibleName(name)
    return slider


def _value_label(slider: QSlider) -> QLabel:
    """The slider's value as 0.00 to 1.00, always as wide."""
    value = label(f"{slider.value() / STEPS:.2f}", "field")
    value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    value.setMinimumWidth(value.fontMetrics().horizontalAdvance("0.00") + 4)
    slider.valueChanged.connect(lambda v: value.setText(f"{v / STEPS:.2f}"))
    return value


def _swatch(colour: str) -> QIcon:
    """A disc in the preset's colour; nothing where it has none."""
    if not QColor.isValidColorName(colour):
        return QIcon()
    pixmap = QPixmap(4 * SWATCH_PX, 4 * SWATCH_PX)  # large, so that it stays sharp at every scale
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(pixmap.rect())
    painter.end()
    return QIcon(pixmap)
