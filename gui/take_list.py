"""The takes of a line as rows with thumbnails; a row can be dragged out as a file, into a DAW or a file manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QMimeData, QPointF, QSize, Qt, QUrl
from PyQt6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF
from PyQt6.QtWidgets import QListWidget, QListWidgetItem

from bridge.cue import Line, Take
from gui.clip_facts import ClipFacts, differing
from gui.clip_reader import clip_key
from gui.take_words import row_text, settings_text
from gui.theme import Theme
from gui.widgets import plain_tip

THUMBNAIL = QSize(72, 26)
SHARPNESS = 2  # pixels of a thumbnail's picture a pixel of its place, for screens of 200 %
TAKE_ROLE = Qt.ItemDataRole.UserRole


class TakeList(QListWidget):
    """Shows; what a click or a key means is up to its owner."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._thumbnails: dict[tuple[object, str], QIcon] = {}  # by clip and colour
        self.setAccessibleName(self.tr("Takes of the chosen line"))
        self.setMinimumWidth(250)
        self.setWordWrap(False)
        self.setIconSize(THUMBNAIL)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QListWidget.DragDropMode.DragOnly)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)  # the clip stays where the daemon keeps it
        self.setToolTip(self.tr("Drag a take from here into a DAW or a folder"))

    def take(self) -> Take | None:
        """The current one."""
        item = self.currentItem()
        return item.data(TAKE_ROLE) if item is not None else None

    def show_takes(self, line: Line | None, facts: Mapping[object, ClipFacts], chosen: str) -> None:
        """One row for each take of the line; `facts` of the clips that were read, by `clip_key`."""
        takes: Sequence[Take] = line.takes if line is not None else ()
        known = [facts[key].settings for take in takes if (key := clip_key(take)) in facts]
        different = differing(known)
        self.blockSignals(True)
        while self.count() > len(takes):
            self.takeItem(self.count() - 1)
        while self.count() < len(takes):
            self.addItem(QListWidgetItem())
        for row, take in enumerate(takes):
            item, clip = self.item(row), facts.get(clip_key(take))
            assert item is not None and line is not None
            item.setText(row_text(line, take, clip, different))
            item.setToolTip(plain_tip(f"{item.text()}\n{settings_text(clip)}") if clip else "")
            item.setIcon(self._thumbnail(take, clip))
            item.setData(TAKE_ROLE, take)
            if take.id == chosen:
                self.setCurrentRow(row)
        self.blockSignals(False)

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list"]

    def mimeData(self, items: Iterable[QListWidgetItem]) -> QMimeData | None:
        """The clips as files. None where no take has one: then no drag begins."""
        takes: list[Take] = [item.data(TAKE_ROLE) for item in items]
        paths = [take.path for take in takes if take.path is not None and take.path.is_file()]
        if not paths:
            return None
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path.resolve())) for path in paths])
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def _thumbnail(self, take: Take, clip: ClipFacts | None) -> QIcon:
        color = self._theme.tokens.accent
        key: tuple[object, str] = (clip_key(take), color)
        if clip is None:
            key, outline = (None, color), np.zeros((0, 2), np.float32)
        else:
            outline = clip.outline
        if key not in self._thumbnails:
            self._thumbnails[key] = QIcon(_picture(outline, color))
        return self._thumbnails[key]


def _picture(outline: NDArray[np.float32], color: str) -> QPixmap:
    """(N, 2) lowest and highest, the loudest at 1 -> a small waveform; nothing for an empty one."""
    size = THUMBNAIL * SHARPNESS
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    if not len(outline):
        return pixmap
    across, middle = np.linspace(0, size.width(), len(outline)), size.height() / 2
    lowest, highest = (middle - outline * middle).T  # as large as its row: the level stands beside it
    corners = [*zip(across, highest, strict=True), *zip(across[::-1], lowest[::-1], strict=True)]
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(color), 1.0))
    painter.setBrush(QColor(color))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
    painter.end()
    return pixmap
