"""Three ways to an emotion beside the sliders: the pad, a blend of two presets, a sentence or a clip that tells it."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QSlider, QTabWidget, QVBoxLayout, QWidget

from gui.emotion_pad import EmotionPad
from gui.emotion_space import blend, place, weights_at
from gui.theme import Theme
from gui.widgets import ClipTarget, label

STEPS = 100  # of the blend's slider


class EmotionTools(QTabWidget):
    """Emits weights; whoever holds the sliders moves them and tells the pad with `show_weights`."""

    weights_wished = pyqtSignal(dict)  # all eight
    sentence_given = pyqtSignal(str)
    line_wished = pyqtSignal()  # the emotion of the line's own words
    clip_given = pyqtSignal(str)  # path of a sound file

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setAccessibleName(self.tr("Ways to an emotion"))
        self._weights: dict[str, Mapping[str, float]] = {}  # of the presets, by name
        self.pad = EmotionPad(theme)
        self.pad.moved.connect(self._pad_moved)
        self.first, self.second = QComboBox(), QComboBox()
        self.share = QSlider(Qt.Orientation.Horizontal)
        self.share.setRange(0, STEPS)
        self.share.setPageStep(10)
        self.share.setMinimumHeight(22)
        self.sentence = QLineEdit()
        self.read, self.read_line = QPushButton(self.tr("Read emotion")), QPushButton(self.tr("From the line"))
        self.clip = EmotionClipTarget(self.tr("Drop a clip here: its emotion, whoever speaks, moves the sliders."))
        self._pad_leads = False  # the pad's own point is finer than the sliders' steps: it stays under the mouse
        if (bar := self.tabBar()) is not None:
            bar.setAccessibleName(self.tr("Ways to an emotion"))
            bar.setDrawBase(False)
        self.addTab(_page(self.pad), self.tr("Pad"))
        self.addTab(self._blend_page(), self.tr("Blend"))
        self.addTab(self._words_page(), self.tr("Words, clip"))

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self, self.pad, self.first, self.second, self.share, self.sentence, self.read, self.read_line]

    def set_presets(self, weights: Mapping[str, Mapping[str, float]]) -> None:
        """Presets by name; what was chosen for the blend stays chosen."""
        self._weights = dict(weights)
        for number, box in enumerate((self.first, self.second)):
            before = box.currentText()
            box.blockSignals(True)
            box.clear()
            box.addItems(list(weights))
            box.setCurrentIndex(max(0, box.findText(before) if before else min(number, box.count() - 1)))
            box.blockSignals(False)

    def show_weights(self, weights: Mapping[str, float]) -> None:
        """Put the pad's point where the sliders are, unless it was the pad that moved them."""
        if not self._pad_leads:
            self.pad.set_point(*place(weights))

    def _blend_page(self) -> QWidget:
        for box, name in ((self.first, self.tr("Blend from")), (self.second, self.tr("Blend to"))):
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.activated.connect(self._blend)
        self.share.setAccessibleName(self.tr("Share of the second preset in the blend"))
        self.share.setToolTip(self.tr("Left: all of the first preset, right: all of the second"))
        self.share.valueChanged.connect(self._blend)
        return _page(
            label(self.tr("From"), "field"), self.first, self.share, label(self.tr("To"), "field"), self.second
        )

    def _words_page(self) -> QWidget:
        self.sentence.setPlaceholderText(self.tr("he is close to tears"))
        self.sentence.setAccessibleName(self.tr("Sentence that tells the emotion"))
        self.sentence.setMaxLength(500)
        self.sentence.returnPressed.connect(self._read)
        self.read.setToolTip(self.tr("Move the sliders to the emotion that the sentence tells or carries"))
        self.read.clicked.connect(self._read)
        self.read_line.setToolTip(self.tr("Move the sliders to the emotion that the text of the line carries"))
        self.read_line.clicked.connect(self.line_wished)
        self.clip.clip_dropped.connect(self.clip_given)
        buttons = QWidget()
        buttons.setObjectName("tab_page")
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.read)
        row.addWidget(self.read_line)
        return _page(label(self.tr("A sentence that tells it"), "field"), self.sentence, buttons, self.clip)

    def _blend(self) -> None:
        first, second = (self._weights.get(box.currentText()) for box in (self.first, self.second))
        if first is not None and second is not None:
            self.weights_wished.emit(blend(first, second, self.share.value() / STEPS))

    def _read(self) -> None:
        if text := self.sentence.text().strip():
            self.sentence_given.emit(text)

    def _pad_moved(self, valence: float, arousal: float) -> None:
        self._pad_leads = True
        self.weights_wished.emit(weights_at(valence, arousal))
        self._pad_leads = False


class EmotionClipTarget(ClipTarget):
    """Where the clip is dropped whose emotion is to be heard."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "target")
        self.setAccessibleName(hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.addWidget(label(hint, "small", wrap=True))


def _page(*widgets: QWidget) -> QWidget:
    page = QWidget()
    page.setObjectName("tab_page")
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 8, 0, 0)
    column.setSpacing(6)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return page
