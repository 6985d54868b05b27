"""Where a line is written: text, character, place, wanted length, takes, seed; Play and Render."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bridge.cue import Cue, Length
from bridge.errors import BridgeError
from bridge.timeline import Position, parse_position, write_seconds
from gui.icons import icon
from gui.preset_editor import PresetEditor
from gui.theme import Theme
from gui.widgets import DecimalBox, ElidedLabel, label

MAX_SEED = 2**31 - 1
RATE = 48_000  # of positions, where no daemon's settings say otherwise
TEXT_LINES = 2  # shown at once; a longer text scrolls


class Composer(QFrame):
    """Makes the Cue that Render asks for, together with the preset editor."""

    render_wished = pyqtSignal()
    play_wished = pyqtSignal()

    def __init__(self, presets: PresetEditor, theme: Theme, settings: Any = None) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._presets, self._theme, self._settings = presets, theme, settings
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(self.tr("Type a line to speak. Ctrl+Return renders it, Ctrl+P plays it at once."))
        self.text.setAccessibleName(self.tr("Text of the line"))
        self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * TEXT_LINES + 24)
        self.text.textChanged.connect(lambda: self._complain(""))
        self.character = QLineEdit()
        self.character.setAccessibleName(
            self.tr("Character: track and folder of the clip; empty for the timbre's name")
        )
        self.at = QLineEdit()
        self.at.setPlaceholderText(self.tr("no place"))
        self.at.setToolTip(self.tr("Where the clip goes: 72.5, sec:72.5, smp:3480000, tc:00:01:12:12@25 or bar:3.3.0"))
        self.at.setAccessibleName(self.tr("Place on the timeline; empty for none"))
        self.at.setMaxLength(80)
        self.at.setFixedWidth(self.fontMetrics().horizontalAdvance("tc:00:01:12:12@25") + 22)
        self.at.textChanged.connect(lambda: self._mark(self.at, True))
        self.exact = QCheckBox(self.tr("Exact length"))
        self.exact.setToolTip(self.tr("Make the clip exactly this long; else it is as long as the voice takes"))
        self.seconds = DecimalBox()
        self.seconds.setRange(0.1, 60.0)
        self.seconds.setDecimals(3)
        self.seconds.setSingleStep(0.1)
        self.seconds.setValue(2.4)
        self.seconds.setSuffix(" s")
        self.seconds.setAccessibleName(self.tr("Wanted length in seconds"))
        self.seconds.setEnabled(False)
        self.exact.toggled.connect(self.seconds.setEnabled)
        self.takes = QSpinBox()
        self.takes.setRange(1, 16)
        self.takes.setAccessibleName(self.tr("Number of takes"))
        self.seed = QLineEdit()
        self.seed.setPlaceholderText(self.tr("random"))
        self.seed.setMaxLength(20)
        self.seed.setAccessibleName(self.tr("Seed, a whole number; empty for a random one"))
        self.seed.setFixedWidth(self.fontMetrics().horizontalAdvance("0") * len(str(MAX_SEED)) + 24)
        self.seed.textChanged.connect(self._check_seed)
        self.drop = QCheckBox(self.tr("Into project"))
        self.drop.setToolTip(self.tr("Put the clip into the DAW project as soon as it is rendered"))
        self.drop.setChecked(bool(getattr(settings, "drop", False)))
        self.complaint = ElidedLabel("", "error")
        self.complaint.hide()
        self.play_button, self.render_button = QPushButton(self.tr("Play")), QPushButton(self.tr("Render"))
        self.play_button.setToolTip(self.tr("Speak this text at once through the sound device (Ctrl+P)"))
        self.render_button.setToolTip(self.tr("Render this text to a clip (Ctrl+Return)"))
        self.render_button.setProperty("role", "primary")
        self.play_button.clicked.connect(self.play_wished)
        self.render_button.clicked.connect(self.render_wished)
        self._lay_out()
        theme.changed.connect(self._paint_icons)
        presets.changed.connect(self._name_character)
        self._paint_icons()
        self._name_character()

    def _lay_out(self) -> None:
        who = QHBoxLayout()
        how = QHBoxLayout()
        for row in (who, how):
            row.setSpacing(8)
        fields = {
            self.tr("Character"): self.character,
            self.tr("At"): self.at,
            self.tr("Takes"): self.takes,
            self.tr("Seed"): self.seed,
        }
        for name, field in fields.items():
            who.addWidget(label(name, "field"))
            who.addWidget(field, 1 if field is self.character else 0)
        how.addWidget(self.exact)
        how.addWidget(self.seconds)
        how.addSpacing(8)
        how.addWidget(self.drop)
        how.addStretch(1)
        how.addWidget(self.play_button)
        how.addWidget(self.render_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.text)
        column.addWidget(self.complaint)
        column.addLayout(who)
        column.addLayout(how)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        fields: list[QWidget] = [self.text, self.character, self.at, self.takes, self.seed]
        return [*fields, self.exact, self.seconds, self.drop, self.play_button, self.render_button]

    def cue(self, line_id: str) -> Cue | None:
        """The line as chosen. None where it cannot be asked for: the reason then stands under the text."""
        wrong = self._wrong()
        if wrong is not None:
            field, why = wrong
            if isinstance(field, QLineEdit):
                self._mark(field, False)
            field.setFocus()
            self._complain(why)
            return None
        self._complain("")
        return replace(
            self.wishes(line_id),
            text=self.text.toPlainText().strip(),
            length=Length(round(self.seconds.value() * 1000), 1000) if self.exact.isChecked() else None,
            at=self._place(),
            seed=self._seed(),
            takes=self.takes.value(),
        )

    def wishes(self, line_id: str) -> Cue:
        """A line without words: who speaks and how; what belongs to one text only stays out."""
        return Cue(
            id=line_id,
            text="",
            timbre=self._presets.timbre,
            emotion=self._presets.emotion,
            weight=self._presets.emotion_weight,
            character=self.character.text().strip() or self._presets.timbre,
            drop=self.drop.isChecked(),
        )

    def show_cue(self, cue: Cue) -> None:
        """Take a line's text and wishes over, to ask for another like it. The seed stays free."""
        self.text.setPlainText(cue.text)
        self.character.setText("" if cue.character == cue.timbre else cue.character)
        self.at.setText("" if cue.at is None else write_seconds(cue.at))
        self.exact.setChecked(cue.length is not None)
        if cue.length is not None:
            self.seconds.setValue(cue.length.seconds)
        self.text.setFocus()
        self._presets.show_cue(cue)

    def _wrong(self) -> tuple[QWidget, str] | None:
        """The first field that cannot be used as it stands, and why."""
        if not self.text.toPlainText().strip():
            return self.text, self.tr("There is no text to speak; type a line first.")
        if self.seed.text().strip() and self._seed() is None:
            wrong = self.tr("The seed {seed} is no whole number from 0 to {most}.")
            return self.seed, wrong.format(seed=repr(self.seed.text()), most=MAX_SEED)
        try:
            self._place()
        except BridgeError as error:
            return self.at, str(error)
        if not self._presets.timbre:
            return self.text, self.tr("There is no timbre yet; drop a clip on the panel at the right.")
        return None

    def _seed(self) -> int | None:
        text = self.seed.text().strip()
        return int(text) if text.isascii() and text.isdecimal() and int(text) <= MAX_SEED else None

    def _check_seed(self, text: str) -> None:
        self._mark(self.seed, not text.strip() or self._seed() is not None)

    def _place(self) -> Position | None:
        """Raises BadArgumentError."""
        text = self.at.text().strip()
        return self.read_position(text if ":" in text else f"sec:{text}") if text else None

    def read_position(self, text: str) -> Position:
        """A position in one of the forms of the contract, at the rate and tempo in force. Raises BadArgumentError."""
        rate, tempo = getattr(self._settings, "rate", RATE), getattr(self._settings, "tempo", None)
        return parse_position(text, rate=rate, tempo=tempo)

    def _mark(self, field: QLineEdit, good: bool) -> None:
        field.setProperty("invalid", not good)
        style = field.style()
        if style is not None:
            style.polish(field)
        self._complain("")

    def _complain(self, text: str) -> None:
        self.complaint.setText(text)
        self.complaint.setVisible(bool(text))

    def _name_character(self) -> None:
        self.character.setPlaceholderText(self._presets.timbre or self.tr("the timbre's name"))

    def _paint_icons(self) -> None:
        t = self._theme.tokens
        self.play_button.setIcon(icon("play", t.text, t.muted))
        self.render_button.setIcon(icon("render", t.on_accent, t.muted))
