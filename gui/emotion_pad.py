"""The pad: one point between pleasant and unpleasant, calm and excited, that stands for eight weights."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from gui.emotion_space import RIM, emotion_word, inside
from gui.theme import Theme

STEP = 0.05  # of an arrow key
DOT_PX = 6.0
LABEL_GAP_PX = 5.0
LEAST_SIDE = 0.1  # of a place on the rim: nearer to the middle, its name stands over or under the circle
KEYS = {
    Qt.Key.Key_Left: (-STEP, 0.0),
    Qt.Key.Key_Right: (STEP, 0.0),
    Qt.Key.Key_Up: (0.0, STEP),
    Qt.Key.Key_Down: (0.0, -STEP),
}


class EmotionPad(QWidget):
    """Drag the point, or move it with the arrow keys; Home puts it into the middle, which is neutral."""

    moved = pyqtSignal(float, float)  # valence, arousal: by the user, not by set_point

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._point = (0.0, 0.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Emotion pad: valence from left to right, arousal from bottom to top"))
        self.setToolTip(
            self.tr("Right is pleasant, up is excited. Drag the point or use the arrow keys; Home is neutral.")
        )
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def point(self) -> tuple[float, float]:
        """(valence, arousal), each -1..1, inside the unit circle."""
        return self._point

    def set_point(self, valence: float, arousal: float) -> None:
        self._point = inside(valence, arousal)
        # A screen reader says where the point is.
        where = self.tr("valence {x}, arousal {y}")
        self.setAccessibleDescription(where.format(x=f"{self._point[0]:+.2f}", y=f"{self._point[1]:+.2f}"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, 12 * self.fontMetrics().height())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        self._follow(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        if event.key() == Qt.Key.Key_Home:
            self._move_to(0.0, 0.0)
        elif event.key() in KEYS and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            dx, dy = KEYS[Qt.Key(event.key())]
            self._move_to(self._point[0] + dx, self._point[1] + dy)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._theme.color
        centre, radius = self._circle()
        painter.setBrush(color("raised"))
        painter.setPen(QPen(color("accent" if self.hasFocus() else "outline"), 2.0 if self.hasFocus() else 1.0))
        painter.drawEllipse(centre, radius, radius)
        painter.setPen(QPen(color("border"), 1.0))
        painter.drawLine(centre - QPointF(radius, 0), centre + QPointF(radius, 0))
        painter.drawLine(centre - QPointF(0, radius), centre + QPointF(0, radius))
        self._paint_names(painter, centre, radius)
        dot = centre + QPointF(self._point[0], -self._point[1]) * radius
        painter.setPen(QPen(color("surface"), 2.0))
        painter.setBrush(color("accent"))
        painter.drawEllipse(dot, DOT_PX, DOT_PX)

    def _paint_names(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        font = self.font()
        font.setPointSizeF(0.85 * font.pointSizeF())
        painter.setFont(font)
        metrics = painter.fontMetrics()
        painter.setPen(self._theme.color("muted"))
        for name, (x, y) in RIM.items():
            on_rim = centre + QPointF(x, -y) * (radius + LABEL_GAP_PX)
            word = emotion_word(name)
            width, height = metrics.horizontalAdvance(word) + 2, metrics.height()
            # Beside the circle at its sides, over and under it in the middle: never across its rim.
            left = on_rim.x() - width * (1 - x) / 2
            painter.drawText(
                QRectF(left, on_rim.y() - height * (1 + y) / 2, width, height), Qt.AlignmentFlag.AlignCenter, word
            )

    def _circle(self) -> tuple[QPointF, float]:
        radius = self.height() / 2 - self.fontMetrics().height() - LABEL_GAP_PX
        for name, (x, _) in RIM.items():  # room for the names at the sides
            words_px = (self.fontMetrics().horizontalAdvance(emotion_word(name)) + 2) * (1 + abs(x)) / 2
            if abs(x) > LEAST_SIDE:
                radius = min(radius, (self.width() / 2 - words_px) / abs(x) - LABEL_GAP_PX)
        return QPointF(self.width() / 2, self.height() / 2), max(10.0, radius)

    def _follow(self, event: QMouseEvent | None) -> None:
        if event is not None and event.buttons() & Qt.MouseButton.LeftButton:
            centre, radius = self._circle()
            offset = event.position() - centre
            self._move_to(offset.x() / radius, -offset.y() / radius)

    def _move_to(self, valence: float, arousal: float) -> None:
        self.set_point(valence, arousal)
        self.moved.emit(*self._point)
