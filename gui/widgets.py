"""Small helpers that all pages share."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from PyQt6.QtCore import QLocale, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QResizeEvent, QValidator
from PyQt6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

FIELD_PX = 34  # height of a field in one line, at most
BUTTON_PADDING_PX = 14  # of style.qss, with the border
CLIPS = (".wav", ".flac", ".mp3", ".ogg")  # sound files that can be dropped on the panel


class DecimalBox(QDoubleSpinBox):
    """A number as it stands in tables, time codes and OSC: with a point, in every country. A comma is taken for one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())  # in a German one, 2.5 would be twenty-five

    def validate(self, text: str | None, position: int) -> tuple[QValidator.State, str, int]:
        return super().validate((text or "").replace(",", "."), position)

    def valueFromText(self, text: str | None) -> float:
        return super().valueFromText((text or "").replace(",", "."))


def label(text: str, role: str = "", *, wrap: bool = False) -> QLabel:
    """A label in a role of style.qss: title, section, field, muted, small, error, warning."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)  # what users and files say is never read as HTML
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


def make_form(rows: Mapping[str, QWidget | str], title_width_px: int = 0) -> QFormLayout:
    """Fields with their titles at the left; forms with the same `title_width_px` line up."""
    form = QFormLayout()
    form.setHorizontalSpacing(24)
    form.setVerticalSpacing(6)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)  # beside the first of many lines
    for name, value in rows.items():
        if isinstance(value, str):
            shown = label(value, wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value = shown
        title = label(name, "field")
        title.setMinimumWidth(title_width_px)
        title.setMinimumHeight(min(value.sizeHint().height(), FIELD_PX))  # its words stand beside those of the field
        title.setBuddy(value)
        form.addRow(title, value)
    return form


def plain_tip(text: str) -> str:
    """`text` as a tool tip that wraps and is shown as it is: Qt would read `<b>` in a plain one as HTML."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if text else ""


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another role of style.qss; Qt looks at a changed property only when asked to."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        repolish(widget)


def repolish(widget: QWidget) -> None:
    """Have the style sheet look at the widget's properties again."""
    if (style := widget.style()) is not None:
        style.polish(widget)


def chain_tabs(widgets: Iterable[QWidget]) -> None:
    """Tab goes through `widgets` in this order."""
    before: QWidget | None = None
    for widget in widgets:
        if before is not None:
            QWidget.setTabOrder(before, widget)
        before = widget


class ClipTarget(QFrame):
    """A frame that sound files can be dropped on; one that lies on another keeps what is dropped on it."""

    clip_dropped = pyqtSignal(str)  # path of a sound file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and _dropped_clip(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        clip = None if event is None else _dropped_clip(event)
        if event is not None and clip is not None:
            event.acceptProposedAction()
            self.clip_dropped.emit(clip)


def _dropped_clip(event: QDropEvent) -> str | None:
    """The first sound file of a drop, or of a drag that comes in."""
    data = event.mimeData()
    paths = [url.toLocalFile() for url in data.urls()] if data is not None else []
    return next((path for path in paths if Path(path).suffix.lower() in CLIPS), None)


class ElidedLabel(QLabel):
    """One line that is cut with an ellipsis where it does not fit; the whole text is its tool tip."""

    cuts_its_text = True

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__(text)
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str | None) -> None:
        super().setText(text)
        self.setToolTip(plain_tip(text or ""))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


class ElidedButton(QPushButton):
    """A flat button whose text is cut with an ellipsis where it does not fit."""

    cuts_its_text = True

    def __init__(self, role: str) -> None:
        super().__init__("")
        self.setFlat(True)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._whole = ""

    def show_text(self, text: str) -> None:
        self._whole = text
        self._elide()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = self.width() - 2 * BUTTON_PADDING_PX
        # A single & would be taken as the mark of a mnemonic.
        text = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room).replace("&", "&&")
        if text != self.text():
            self.setText(text)


class ShrinkingButton(QPushButton):
    """A button that can do with its icon alone. Its text stays its name for screen readers."""

    cuts_its_text = True

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._is_small = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def full_width(self) -> int:
        """Pixels, with its text."""
        return super().sizeHint().width()

    def set_small(self, is_small: bool) -> None:
        if is_small != self._is_small:
            self._is_small = is_small
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint() if self._is_small else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.iconSize().width() + 2 * BUTTON_PADDING_PX, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        option, painter = QStyleOptionButton(), QStylePainter(self)
        self.initStyleOption(option)
        if self.width() < self.full_width:
            option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)


def fit(buttons: Sequence[ShrinkingButton], room_px: int) -> None:
    """Let buttons lose their texts, the last ones first, until all that are shown have room."""
    shown = [button for button in buttons if not button.isHidden()]
    wanted_px = sum(button.full_width for button in shown)
    for button in reversed(shown):
        button.set_small(wanted_px > room_px)
        if wanted_px > room_px:
            wanted_px -= button.full_width - button.minimumSizeHint().width()
