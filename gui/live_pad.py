"""One button of the soundboard: who speaks, the words, the name of the line, and whether it sounds at this moment."""

from __future__ import annotations

import itertools

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QFont, QFontMetrics, QResizeEvent, QTextLayout
from PyQt6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout

from bridge.cue import Line, LineState
from gui.cue_model import actual_seconds
from gui.widgets import label, plain_tip, repolish

WIDTH_PX = 190  # least one
HEIGHT_PX = 116
WORD_LINES = 2
PADDING_PX = 12


class LivePad(QPushButton):
    """Shows a line; it does nothing by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "pad")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.head, self.words, self.foot = label("", "small"), label("", "pad"), label("", "small")
        self._all_words = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING_PX, 8, PADDING_PX, 8)
        column.setSpacing(2)
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for part in (self.head, self.words, self.foot):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            column.addWidget(part, 1 if part is self.words else 0)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_line(self, line: Line, number: int | None, *, live: bool) -> None:
        """number: the key that plays it. live: a press speaks it anew, it has no finished take to play."""
        cue, playing = line.cue, line.state == LineState.PLAYING
        seconds = actual_seconds(line.picked_take)
        how = self.tr("speaks live") if live else "" if seconds is None else f"{seconds:.1f} s"
        who = self.tr("▶ playing") if playing else cue.character or cue.timbre
        self.head.setText("   ".join(filter(None, ("" if number is None else str(number), who))))
        self.foot.setText("   ".join(filter(None, (cue.id, how))))
        self._all_words = " ".join(cue.text.split())
        self._elide()
        self.setToolTip(plain_tip(cue.text))
        name = self.tr("Speak {line} live: {words}") if live else self.tr("Play {line}: {words}")
        name = name.format(line=cue.id, words=cue.text[:80])
        self.setAccessibleName(name + (self.tr(", playing") if playing else ""))
        if self.property("playing") != playing:
            self.setProperty("playing", playing)
            repolish(self)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = max(20, self.width() - 2 * PADDING_PX)
        self.words.setText(in_lines(self._all_words, self.words.font(), room, WORD_LINES))


def in_lines(text: str, font: QFont, width_px: int, n_lines: int) -> str:
    """`text` broken between words into lines of that width; what has no room in the last one is cut."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    starts = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width_px)
        starts.append(line.textStart())
    layout.endLayout()
    cuts = [*starts[:n_lines], len(text)]
    lines = [text[start:end].strip() for start, end in itertools.pairwise(cuts)]
    return "\n".join(QFontMetrics(font).elidedText(line, Qt.TextElideMode.ElideRight, width_px) for line in lines)
