"""New wishes for lines that are there: for one, or the same for many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from bridge.cue import Cue, Length, Position
from bridge.errors import BridgeError
from bridge.timeline import write_seconds
from gui.dialog_buttons import accept_or_cancel
from gui.widgets import DecimalBox, label, make_form

SHORTEST_S, LONGEST_S = 0.1, 300.0
SAME, NATURAL, EXACT = range(3)  # items of the box of lengths


class CueDialog(QDialog):
    """A field that is not touched changes nothing; where the lines differ in it, it says so."""

    def __init__(
        self,
        cues: Sequence[Cue],
        *,
        timbres: Sequence[str],
        emotions: Sequence[str],
        characters: Iterable[str] = (),
        read_position: Callable[[str], Position],
        parent: QWidget | None = None,
    ) -> None:
        """read_position: text -> Position, with the rate and tempo that are in force; raises BridgeError."""
        super().__init__(parent)
        self._cues, self._read_position = tuple(cues), read_position
        one = self._cues[0] if len(self._cues) == 1 else None
        self.setWindowTitle(
            self.tr("Change {line}").format(line=one.id) if one else self.tr("Change %n line(s)", "", len(cues))
        )
        several = self.tr("several; they stay as they are")
        self.text = QPlainTextEdit(one.text if one else "")
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Text"))
        self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * 4 + 20)
        self.character = QLineEdit(_common(cue.character for cue in cues) or "")
        self.character.setAccessibleName(self.tr("Character"))
        self.character.setPlaceholderText(several)
        self.character.setCompleter(QCompleter(sorted(set(characters)), self.character))
        self.timbre, self.emotion = QComboBox(), QComboBox()
        self.timbre.setAccessibleName(self.tr("Timbre"))
        self.emotion.setAccessibleName(self.tr("Emotion: a preset, or weights such as angry=0.7,sad=0.2"))
        self.emotion.setEditable(True)
        for box, names, now in (
            (self.timbre, timbres, _common(cue.timbre for cue in cues)),
            (self.emotion, emotions, _common(cue.emotion for cue in cues)),
        ):
            box.addItems([now] if now and now not in names else [])
            box.addItems(list(names))
            box.setPlaceholderText(several)
            box.setCurrentIndex(-1 if now is None else box.findText(now))
        if (edit := self.emotion.lineEdit()) is not None:
            edit.setPlaceholderText(several)
        self.weight = DecimalBox()
        self.weight.setAccessibleName(self.tr("Strength of the emotion, 0 to 1"))
        self.weight.setRange(-0.05, 1.0)
        self.weight.setSingleStep(0.05)
        self.weight.setSpecialValueText(several)  # shown at the least value
        weight = _common(cue.weight for cue in cues)
        self.weight.setValue(self.weight.minimum() if weight is None else weight)
        self.length = QComboBox()
        self.length.setAccessibleName(self.tr("Length"))
        self.length.addItems([self.tr("stays as it is"), self.tr("natural"), self.tr("exactly")])
        self.seconds = DecimalBox()
        self.seconds.setAccessibleName(self.tr("Length in seconds"))
        self.seconds.setRange(SHORTEST_S, LONGEST_S)
        self.seconds.setDecimals(3)
        self.seconds.setSingleStep(0.1)
        self.seconds.setSuffix(" s")
        lengths = [cue.length.seconds for cue in cues if cue.length is not None]
        self.seconds.setValue(lengths[0] if lengths else 2.4)
        self.seconds.setEnabled(False)
        self.length.currentIndexChanged.connect(lambda item: self.seconds.setEnabled(item == EXACT))
        self.at = QLineEdit(write_seconds(one.at) if one and one.at else "")
        self.at.setAccessibleName(self.tr("Place on the timeline; empty for none"))
        self.at.setPlaceholderText(self.tr("no place"))
        self.render_now = QCheckBox(self.tr("Render new takes at once"))
        self.render_now.setChecked(True)
        self.complaint = label("", "error", wrap=True)
        self.complaint.hide()
        self._was = (self.character.text(), self.timbre.currentText(), self.emotion.currentText(), self.at.text())
        self._lay_out(one is not None)

    def changes(self) -> dict[str, Any]:
        """The fields of Cue that were touched, with their new values. Raises BridgeError for a place that is none."""
        found: dict[str, Any] = {}
        character, timbre, emotion, at = self._was
        if len(self._cues) == 1:
            found["text"] = self.text.toPlainText().strip()
            text = self.at.text().strip()
            if text != at:
                found["at"] = self._read_position(text if ":" in text else f"sec:{text}") if text else None
        if self.character.text().strip() != character:
            found["character"] = self.character.text().strip()
        if self.timbre.currentText() != timbre:
            found["timbre"] = self.timbre.currentText()
        if self.emotion.currentText().strip() not in ("", emotion):
            found["emotion"] = self.emotion.currentText().strip()
        if self.weight.value() >= 0:
            found["weight"] = round(self.weight.value(), 2)
        if self.length.currentIndex() == NATURAL:
            found["length"] = None
        elif self.length.currentIndex() == EXACT:
            found |= {"length": Length(round(self.seconds.value() * 1000), 1000), "speed": 1.0}
        return found

    def changed_cues(self) -> list[Cue]:
        """Those of the lines that become different by it."""
        return changed(self._cues, self.changes())

    def accept(self) -> None:
        try:
            if not self.changes().get("text", "some"):
                raise BridgeError(self.tr("There is no text to speak; write a line, or cancel."))
        except BridgeError as error:
            self.complaint.setText(str(error))
            self.complaint.show()
            return
        super().accept()

    def _lay_out(self, of_one: bool) -> None:
        length = QWidget()
        row = QHBoxLayout(length)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.length, 1)
        row.addWidget(self.seconds, 1)
        form = make_form(
            {
                **({self.tr("Text"): self.text} if of_one else {}),
                self.tr("Character"): self.character,
                self.tr("Timbre"): self.timbre,
                self.tr("Emotion"): self.emotion,
                self.tr("Strength"): self.weight,
                self.tr("Length"): length,
                **({self.tr("At"): self.at} if of_one else {}),
            }
        )
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        buttons, _ = accept_or_cancel(self, self.tr("Change"))
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.render_now)
        column.addWidget(self.complaint)
        column.addWidget(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("0") * 62)
        (self.text if of_one else self.timbre).setFocus()


def changed(cues: Iterable[Cue], changes: Mapping[str, Any]) -> list[Cue]:
    """The cues that become different by `changes` of their fields, as they are then."""
    pairs = [(cue, replace(cue, **changes)) for cue in cues]
    return [new for old, new in pairs if new != old]


def _common(values: Iterable[Any]) -> Any:
    """The one value that all have; None where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
