"""The library of voices: a card for each, a voice between two of them, new ones from clips that are dropped here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gui.preset_dialog import PresetTexts, ask_name, ask_texts
from gui.theme import Theme
from gui.widgets import CLIPS, ClipTarget, ElidedLabel, label, plain_tip

CARD_PX = 210  # least width of a card
GAP_PX, MARGIN_PX = 10, 12
STRIPE_PX = 5  # of the colour at a card's edge
STEPS = 100  # of the morph's slider


class TimbreCard(QFrame):
    """One voice."""

    clip_wished = pyqtSignal(str)
    line_wished = pyqtSignal(str)
    use_wished = pyqtSignal(str)
    rename_wished = pyqtSignal(str, str)  # the name it has, the new one
    remove_wished = pyqtSignal(str)

    def __init__(self, preset: Any) -> None:
        super().__init__()
        self.name = name = preset.name
        self.words = f"{name} {preset.note}".casefold()
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("Voice {name}").format(name=name))
        consent = getattr(preset, "consent", "")
        self.setToolTip(
            plain_tip("\n".join(filter(None, (preset.note, consent and self.tr("consent: {who}").format(who=consent)))))
        )
        stripe = QFrame()
        stripe.setFixedWidth(STRIPE_PX)
        stripe.setStyleSheet(f"background: {preset.colour}; border-radius: 2px;")
        origin = "" if preset.origin == "cuevox" else self.tr("yours")
        kind = self.tr("between two") if getattr(preset, "other", None) is not None else origin
        head = QHBoxLayout()
        head.addWidget(ElidedLabel(name, "section"), 1)
        head.addWidget(label(kind, "small"))
        note = label(preset.note, "small", wrap=True)
        note.setMinimumHeight(2 * note.fontMetrics().height())
        note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.clip, self.line, self.use = (
            QPushButton(text) for text in (self.tr("▶ Clip"), self.tr("▶ Line"), self.tr("Use"))
        )
        for button, tip, signal in (
            (self.clip, self.tr("Play the clip that {name} was learnt from"), self.clip_wished),
            (self.line, self.tr("Hear {name} speak the text of the page of lines"), self.line_wished),
            (self.use, self.tr("Let {name} speak the next line"), self.use_wished),
        ):
            button.setToolTip(plain_tip(tip.format(name=name)))
            button.setAccessibleName(tip.format(name=name))
            button.clicked.connect(lambda _, signal=signal: signal.emit(name))
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.clip, self.line, self.use):
            buttons.addWidget(button, 1)
        if preset.origin == "yours":
            buttons.addWidget(self._more())
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(note, 1)
        column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        row.addWidget(stripe)
        row.addLayout(column, 1)

    def _more(self) -> QPushButton:
        """For voices of the user's only: those of the program stay as they are."""
        more = QPushButton("…")
        more.setProperty("role", "more")
        more.setAccessibleName(self.tr("More for {name}").format(name=self.name))
        more.setToolTip(self.tr("Rename or remove this voice"))
        menu = QMenu(more)
        self.rename, self.remove = menu.addAction(self.tr("Rename...")), menu.addAction(self.tr("Remove"))
        assert self.rename is not None and self.remove is not None
        self.rename.triggered.connect(self._rename)
        self.remove.triggered.connect(lambda: self.remove_wished.emit(self.name))
        more.setMenu(menu)
        return more

    def _rename(self) -> None:
        if (new := ask_name(self, self.name)) is not None:
            self.rename_wished.emit(self.name, new)

    def sizeHint(self) -> QSize:
        return QSize(CARD_PX, super().sizeHint().height())


class TimbrePage(ClipTarget):
    """Shows voices and emits wishes. A clip that is dropped on it is to become one."""

    clip_wished = pyqtSignal(str)  # name of a voice whose clip is to sound
    line_wished = pyqtSignal(str)  # timbre, by name or as morph:..., that is to be heard
    use_wished = pyqtSignal(str)
    rename_wished = pyqtSignal(str, str)  # the name it has, the new one
    remove_wished = pyqtSignal(str)
    back_wished = pyqtSignal(str)  # the voice that was removed last
    stop_wished = pyqtSignal()
    morph_wished = pyqtSignal(object, str)  # PresetTexts, morph:...

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.cards: dict[str, TimbreCard] = {}
        self._n_columns = 0
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search voices"))
        self.search.setAccessibleName(self.tr("Search voices"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._arrange_anew)
        self.add, self.stop = QPushButton(self.tr("Add a voice...")), QPushButton(self.tr("Stop"))
        self._removed = ""
        self.back = QPushButton()
        self.back.hide()
        self.back.clicked.connect(lambda: self.back_wished.emit(self._removed))
        self.add.setToolTip(self.tr("From a clip of 5 to 10 s of one person; or drop the clip anywhere on this page"))
        self.add.clicked.connect(self._choose_clip)
        self.stop.clicked.connect(self.stop_wished)
        self.first, self.second, self.share = QComboBox(), QComboBox(), QSlider(Qt.Orientation.Horizontal)
        self.hear, self.save = QPushButton(self.tr("▶ Hear")), QPushButton(self.tr("Save as a voice..."))
        self._grid = QGridLayout()
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.search, 1)
        head.addWidget(self.back)
        head.addWidget(self.stop)
        head.addWidget(self.add)
        self._grid.setSpacing(GAP_PX)
        self._grid.setContentsMargins(0, 0, 0, 0)
        body = QWidget()
        body.setObjectName("scroll_body")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        whole.setSpacing(GAP_PX)
        whole.addLayout(head)
        whole.addWidget(area, 1)
        whole.addWidget(self._morph_panel())

    def _morph_panel(self) -> QWidget:
        panel = QFrame()
        panel.setProperty("role", "panel")
        for box, name in ((self.first, self.tr("Morph from")), (self.second, self.tr("Morph to"))):
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        self.share.setRange(0, STEPS)
        self.share.setValue(STEPS // 2)
        self.share.setPageStep(10)
        self.share.setMinimumHeight(22)
        self.share.setAccessibleName(self.tr("Share of the second voice"))
        self.share.setToolTip(self.tr("Left: all of the first voice, right: all of the second; heard when let go of"))
        self.share.sliderReleased.connect(lambda: self.line_wished.emit(self.morph))
        self.hear.clicked.connect(lambda: self.line_wished.emit(self.morph))
        self.save.clicked.connect(self._save)
        row = QHBoxLayout(panel)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(10)
        row.addWidget(label(self.tr("Between two voices"), "section"))
        row.addWidget(self.first)
        row.addWidget(self.share, 1)
        row.addWidget(self.second)
        row.addWidget(self.hear)
        row.addWidget(self.save)
        return panel

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order; the cards follow by themselves."""
        return [self.search, self.back, self.stop, self.add, self.first, self.share, self.second, self.hear, self.save]

    @property
    def morph(self) -> str:
        """The voice between the two, as a line may name it."""
        return f"morph:{self.first.currentText()},{self.second.currentText()}={self.share.value() / STEPS:g}"

    def set_presets(self, kind: str, presets: Sequence[Any]) -> None:
        if kind != "timbre":
            return
        for card in self.cards.values():
            self._grid.removeWidget(card)
            card.deleteLater()
        self.cards = {preset.name: TimbreCard(preset) for preset in presets}
        for card in self.cards.values():
            card.clip_wished.connect(self.clip_wished)
            card.line_wished.connect(self.line_wished)
            card.use_wished.connect(self.use_wished)
            card.rename_wished.connect(self.rename_wished)
            card.remove_wished.connect(self.remove_wished)
        if self._removed in self.cards:
            self.show_removed("")
        plain = [preset.name for preset in presets if getattr(preset, "other", None) is None]
        for number, box in enumerate((self.first, self.second)):
            before = box.currentText()
            box.clear()
            box.addItems(plain)
            box.setCurrentIndex(max(0, box.findText(before)) if before else min(number, len(plain) - 1))
        for control in (self.hear, self.save, self.share):
            control.setEnabled(len(plain) > 1)
        self._arrange_anew()

    def show_removed(self, name: str) -> None:
        """The voice can be brought back from now on; no name: none can."""
        self._removed = name
        self.back.setText(self.tr("Bring {name} back").format(name=name))
        self.back.setVisible(bool(name))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if self._columns() != self._n_columns:
            self._arrange_anew()

    def _columns(self) -> int:
        bar = self._area.verticalScrollBar()
        # Of the page: the area inside gets its width only after this.
        room = self.width() - 2 * MARGIN_PX - (bar.sizeHint().width() if bar is not None else 0)
        card_px = max([CARD_PX, *(card.minimumSizeHint().width() for card in self.cards.values())])
        return max(1, (room + GAP_PX) // (card_px + GAP_PX))

    def _arrange_anew(self) -> None:
        for column in range(self._n_columns):
            self._grid.setColumnStretch(column, 0)
        self._n_columns = self._columns()
        words = self.search.text().casefold().split()
        place = 0
        for card in self.cards.values():
            self._grid.removeWidget(card)
            shown = all(word in card.words for word in words)
            if shown:
                self._grid.addWidget(card, place // self._n_columns, place % self._n_columns)
                place += 1
            card.setVisible(shown)
        for column in range(self._n_columns):
            self._grid.setColumnStretch(column, 1)

    def _choose_clip(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in CLIPS)
        file, _ = QFileDialog.getOpenFileName(
            self, self.tr("A clip of one person"), "", self.tr("Sound") + f" ({kinds})"
        )
        if file:
            self.clip_dropped.emit(file)

    def _save(self) -> None:
        texts = ask_texts(self, PresetTexts(f"{self.first.currentText()} {self.second.currentText()}"[:60]))
        if texts is not None:
            self.morph_wished.emit(texts, self.morph)
