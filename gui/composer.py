"""Where a line is written: text, character, wanted length, seed, takes."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QCheckBox, QDoubleSpinBox, QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from bridge.cue import Cue, Length
from gui.preset_editor import PresetEditor
from gui.widgets import label


class TextBox(QPlainTextEdit):
    """Ctrl+Return renders; Tab leaves the box."""

    submitted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setPlaceholderText("Type a line to speak, then press Ctrl+Return to render it.")
        self.setAccessibleName("Text of the line")
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 3 + 22)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.submitted.emit()
                return
        super().keyPressEvent(event)


class Composer(QFrame):
    """Makes the Cue that Render asks for, together with the preset editor."""

    render_wished = pyqtSignal()

    def __init__(self, presets: PresetEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._presets = presets
        self.text = TextBox()
        self.text.submitted.connect(self.render_wished)
        self.character = QLineEdit()
        self.character.setPlaceholderText("the timbre's name")
        self.character.setAccessibleName("Character")
        self.exact = QCheckBox("Exact length")
        self.seconds = QDoubleSpinBox()
        self.seconds.setRange(0.1, 60.0)
        self.seconds.setDecimals(3)
        self.seconds.setSingleStep(0.1)
        self.seconds.setValue(2.4)
        self.seconds.setSuffix(" s")
        self.seconds.setAccessibleName("Wanted length in seconds")
        self.seconds.setEnabled(False)
        self.exact.toggled.connect(self.seconds.setEnabled)
        self.takes = QSpinBox()
        self.takes.setRange(1, 16)
        self.takes.setAccessibleName("Number of takes")
        self.seed = QLineEdit()
        self.seed.setPlaceholderText("random")
        self.seed.setAccessibleName("Seed, a whole number; empty for a random one")
        self.seed.setMaximumWidth(120)
        self.seed.textChanged.connect(lambda text: self._mark(not text or self._seed() is not None))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label("Character", "field"))
        row.addWidget(self.character, 1)
        row.addWidget(self.exact)
        row.addWidget(self.seconds)
        row.addWidget(label("Takes", "field"))
        row.addWidget(self.takes)
        row.addWidget(label("Seed", "field"))
        row.addWidget(self.seed)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.text)
        column.addLayout(row)

    def cue(self, line_id: str) -> Cue | None:
        """The line as chosen; None, with the field marked, where text or seed cannot be used."""
        text, seed = self.text.toPlainText().strip(), self._seed()
        if not text or (self.seed.text() and seed is None):
            (self.seed if text else self.text).setFocus()
            return None
        return Cue(
            id=line_id,
            text=text,
            timbre=self._presets.timbre,
            emotion=self._presets.emotion,
            weight=self._presets.emotion_weight,
            length=Length(round(self.seconds.value() * 1000), 1000) if self.exact.isChecked() else None,
            seed=seed,
            takes=self.takes.value(),
            character=self.character.text().strip() or self._presets.timbre,
        )

    def _seed(self) -> int | None:
        text = self.seed.text().strip()
        return int(text) if text.isascii() and text.isdecimal() and int(text) < 2**31 else None

    def _mark(self, good: bool) -> None:
        self.seed.setProperty("invalid", not good)
        self.seed.setToolTip("" if good else "A seed is a whole number from 0 to 2147483647, or empty.")
        style = self.seed.style()
        if style is not None:
            style.polish(self.seed)
