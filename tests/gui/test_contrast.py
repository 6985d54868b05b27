"""What is on the screen, measured: words stand out 4.5 : 1 from their ground, fields and marks 3 : 1 (WCAG 2.1 AA).

https://www.w3.org/TR/WCAG21/#contrast-minimum and #non-text-contrast. Colours are those of the pixels, so that the
palette, the style sheet and what paints itself all count; disabled controls do not, as there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QImage, QPixmap
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSlider,
    QStyle,
    QStyleOptionButton,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.cue_model import COLUMNS
from gui.page_rail import PAGES
from gui.theme import Theme
from tests.gui.all_parts import dialogs_of, menus_of, panel_of_pictures

WORDS, SHAPES = 4.5, 3.0
SHARPNESS = 2  # pixels a pixel: the strokes of letters are filled somewhere
INSIDE_PX = 5  # of a control: its frame does not count for its words
ARROW_PX = 25  # of a box at its right side
MOST_PX = 150  # of a text's width and height that are looked at
FEWEST = 4  # pixels, of a colour that is a letter's

Colours = NDArray[np.float64]  # (..., 3) relative red, green, blue


@pytest.mark.parametrize("appearance", ["dark", "light"])
def test_words_and_shapes_stand_out_on_pages_in_dialogs_and_menus(
    qtbot: QtBot, theme: Theme, tmp_path: Path, appearance: str
) -> None:
    theme.set_appearance(appearance)
    weak = []
    try:
        with panel_of_pictures(qtbot, theme, tmp_path) as window:
            for page, (name, _) in enumerate(PAGES):
                window.show_page(page)
                QApplication.processEvents()
                weak += [f"{name}: {what}" for what in weak_parts(window)]
            for name, dialog in dialogs_of(window, tmp_path).items():
                dialog.show()
                QApplication.processEvents()
                weak += [f"{name}: {what}" for what in weak_parts(dialog)]
                dialog.close()
            for name, menu in menus_of(window).items():
                menu.popup(QPoint(0, 0))
                menu.setActiveAction(next((action for action in menu.actions() if action.isEnabled()), None))
                weak += [f"{name}: {what}" for what in weak_parts(menu)]
                menu.close()
    finally:
        theme.set_appearance("dark")
    assert not weak, "\n".join(weak)


def test_the_measure_finds_what_is_weak(qtbot: QtBot, theme: Theme) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    box.setStyleSheet(
        "* { background: #ffffff; color: #999999; } QLineEdit { border: 1px solid #dddddd; color: #000000; }"
    )
    QLabel("weak", box).setGeometry(10, 10, 80, 20)
    QLineEdit("words that can be read", box).setGeometry(10, 40, 160, 30)
    box.resize(200, 90)
    box.show()
    assert [what.partition(" has")[0] for what in weak_parts(box)] == ["'weak'", "the frame of QLineEdit ''"]


def weak_parts(top: QWidget) -> list[str]:
    """What in a window is told apart too little, with its contrast."""
    picture = _colours_of(top)
    found = []
    for name, place in _words_in(top):
        ratio = _of_words(_cut(picture, place))
        if ratio < WORDS:
            found.append(f"{name!r} has {ratio:.2f}")
    for widget in _shown(top):
        for name, ratio in _shapes_of(widget, top, picture):
            if ratio < SHAPES:
                found.append(f"the {name} of {type(widget).__name__} {widget.accessibleName()!r} has {ratio:.2f}")
    return found


def _shown(top: QWidget) -> Iterator[QWidget]:
    for widget in (top, *top.findChildren(QWidget)):
        if widget.isVisible() and widget.isEnabled() and not widget.visibleRegion().isEmpty():
            yield widget


def _words_in(top: QWidget) -> Iterator[tuple[str, QRect]]:
    """Every text that is on the screen, and where; of lists and tables each cell."""
    for widget in _shown(top):
        if isinstance(widget, QCheckBox):
            option = QStyleOptionButton()
            widget.initStyleOption(option)
            style = widget.style()
            assert style is not None
            place = style.subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, widget)
            yield widget.text(), _seen(widget, place, top)
        elif isinstance(widget, QLabel | QAbstractButton):
            inside = INSIDE_PX if isinstance(widget, QAbstractButton) else 0
            yield widget.text(), _seen(widget, widget.rect().adjusted(inside, inside, -inside, -inside), top)
        elif isinstance(widget, QComboBox):
            yield (
                widget.currentText(),
                _seen(widget, widget.rect().adjusted(INSIDE_PX, INSIDE_PX, -25, -INSIDE_PX), top),
            )
        elif isinstance(widget, QLineEdit) and not isinstance(widget.parent(), QComboBox):
            place = widget.rect().adjusted(INSIDE_PX, INSIDE_PX, -INSIDE_PX, -INSIDE_PX)
            yield widget.text() or widget.placeholderText(), _seen(widget, place, top)
        elif isinstance(widget, QPlainTextEdit):
            place = widget.rect().adjusted(INSIDE_PX, INSIDE_PX, -INSIDE_PX, -INSIDE_PX)
            yield widget.toPlainText() or widget.placeholderText(), _seen(widget, place, top)
        elif isinstance(widget, QTabBar):
            for index in range(widget.count()):
                yield widget.tabText(index), _seen(widget, widget.tabRect(index).adjusted(3, 3, -3, -3), top)
        elif isinstance(widget, QMenu):
            for action in widget.actions():
                if action.isEnabled() and not action.isSeparator():
                    yield action.text(), _seen(widget, widget.actionGeometry(action).adjusted(8, 2, -8, -2), top)
        elif isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
            yield from _cells_of(widget, top)


def _cells_of(view: QAbstractItemView, top: QWidget) -> Iterator[tuple[str, QRect]]:
    model, viewport = view.model(), view.viewport()
    assert model is not None and viewport is not None
    for row in range(min(12, model.rowCount())):
        for column in range(len(COLUMNS) if isinstance(view, QTableView) else 1):
            index = model.index(row, column)
            place = view.visualRect(index).adjusted(INSIDE_PX, 1, -1, -1)
            if not place.isEmpty():
                yield str(index.data() or ""), _seen(viewport, place, top)


def _seen(widget: QWidget, place: QRect, top: QWidget) -> QRect:
    """`place` in the window, as far as nothing hides it."""
    seen = place.intersected(widget.visibleRegion().boundingRect())
    return QRect(widget.mapTo(top, seen.topLeft()), seen.size())


def _colours_of(top: QWidget) -> Colours:
    pixmap = QPixmap(top.size() * SHARPNESS)
    pixmap.setDevicePixelRatio(SHARPNESS)
    pixmap.fill(Qt.GlobalColor.magenta)  # what nobody paints would be seen
    top.render(pixmap)
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    assert bits is not None
    shape = (image.height(), image.width(), 4)
    return np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(shape)[..., 2::-1]


def _cut(picture: Colours, place: QRect) -> Colours:
    top, left = place.top() * SHARPNESS, place.left() * SHARPNESS
    height, width = min(place.height(), MOST_PX), min(place.width(), MOST_PX)
    return picture[top : top + height * SHARPNESS, left : left + width * SHARPNESS]


def _luminance(colours: Colours) -> Colours:
    part = colours / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def _contrast(one: Colours, other: Colours) -> Colours:
    low, high = np.minimum(one, other), np.maximum(one, other)
    return (high + 0.05) / (low + 0.05)


def _of_words(part: Colours) -> float:
    """Of the colour most unlike the ground, which is the one of most pixels. Nothing there: as good as can be."""
    codes = part.reshape(-1, 3).astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    found, counts = np.unique(codes, return_counts=True)
    if len(found) < 2:
        return float("inf")
    lights = _luminance(np.stack([found >> 16, found >> 8 & 255, found & 255], -1))
    ground = lights[counts.argmax()]
    return float(_contrast(lights[counts >= min(FEWEST, counts.min())], ground).max())


def _shapes_of(widget: QWidget, top: QWidget, picture: Colours) -> Iterator[tuple[str, float]]:
    """What is known by its shape: the frames of fields and boxes, the grooves of sliders."""
    middle = widget.rect().center()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QComboBox | QAbstractSpinBox):
        inner = isinstance(widget.parent(), QComboBox | QAbstractSpinBox)
        if not inner and widget.visibleRegion().boundingRect().contains(widget.rect()):
            yield "frame", _edge(widget, QPoint(0, middle.y()), top, picture)
    elif isinstance(widget, QCheckBox):
        option = QStyleOptionButton()
        widget.initStyleOption(option)
        style = widget.style()
        assert style is not None
        box = style.subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, widget)
        if widget.visibleRegion().boundingRect().contains(box):
            yield "box", _edge(widget, QPoint(box.left(), box.center().y()), top, picture)
    elif isinstance(widget, QSlider) and widget.visibleRegion().boundingRect().contains(widget.rect()):
        across = _cut(picture, _seen(widget, QRect(middle.x(), 0, 1, widget.height()), top))
        yield "groove", _of_words(across)


def _edge(widget: QWidget, at: QPoint, top: QWidget, picture: Colours) -> float:
    """Contrast of a frame at its left edge to what is outside, or to what is inside where that is less alike."""
    corner = widget.mapTo(top, at)
    across = _luminance(_cut(picture, QRect(corner.x() - 2, corner.y(), 6, 1))[1])  # outside, frame, inside
    outside, frame, inside = across[0], across[2 * SHARPNESS : 3 * SHARPNESS], across[-1]
    return float(max(_contrast(frame, outside).max(), _contrast(np.array([inside]), outside).max()))
