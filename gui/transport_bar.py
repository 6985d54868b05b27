"""The bar along the bottom: Stop, level, load of voice and machine, the last error, what waits and for how long."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from bridge.events import Status
from bridge.machine import Machine
from gui.icons import icon
from gui.meter import LevelMeter, bar, value_label
from gui.theme import Theme
from gui.widgets import ElidedButton, label, plain_tip, set_role
from gui.wording import model_state_word

ROOMY_DIGITS = 150  # width from which the machine's own load has its place; below it is in a tool tip
GIGA = 1e9


class TransportBar(QFrame):
    """Shows status and level, emits wishes."""

    stop_wished = pyqtSignal()
    cancel_wished = pyqtSignal()  # all that waits and all that is being made
    error_clicked = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._theme = theme
        self.stop_button = QPushButton(self.tr("Stop"))
        self.stop_button.setToolTip(self.tr("Stop all sound (Esc)"))
        self.stop_button.clicked.connect(self.stop_wished)
        self.meter = LevelMeter(self.tr("Output level in decibels"), 120)
        self.load = bar(self.tr("Load: share of the time in which lines are being made, in percent"), 0, 100, 60)
        self.load_text = value_label("100%")
        self.machine = label("", "field")
        self.state = label("", "field")
        self.cancel_button = QPushButton(self.tr("Cancel all"))
        self.cancel_button.setToolTip(self.tr("Cancel all lines that wait or are being made"))
        self.cancel_button.clicked.connect(self.cancel_wished)
        self.error = ElidedButton("lasterror")
        self.error.setAccessibleName(self.tr("Last error"))
        self.error.clicked.connect(self.error_clicked)
        self._load_label = label(self.tr("Load"), "field")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(8)
        row.addWidget(self.stop_button)
        row.addSpacing(8)
        row.addWidget(label(self.tr("Level"), "field"))
        row.addWidget(self.meter)
        row.addSpacing(8)
        for widget in (self._load_label, self.load, self.load_text):
            row.addWidget(widget)
        row.addWidget(self.machine)
        row.addWidget(self.error, 1)
        row.addWidget(self.state)
        row.addWidget(self.cancel_button)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()
        self.show_status(Status(0, 0, 0, "loading", "", 0.0))
        self.clear_error()

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.stop_button, self.error, self.cancel_button]

    def show_status(self, status: Status) -> None:
        self.load.setValue(round(100 * status.load))
        self.load_text.setText(f"{status.load:.0%}")
        counts = (
            (status.queued, self.tr("{n} queued")),
            (status.rendering, self.tr("{n} rendering")),
            (status.playing, self.tr("{n} playing")),
        )
        facts = [", ".join(words.format(n=n) for n, words in counts if n) or self.tr("idle")]
        if (status.queued or status.rendering) and status.left_s is not None:
            facts.append(self.tr("{time} left").format(time=_duration(status.left_s)))
        facts.append(f"{status.model_id or self.tr('voice model')} {model_state_word(status.model_state)}")
        self.state.setText("  ·  ".join(facts))
        self.cancel_button.setVisible(bool(status.queued or status.rendering))
        set_role(self.state, "error" if status.model_state == "failed" else "field")

    def show_machine(self, machine: Machine) -> None:
        own, used, total = (n / GIGA for n in (machine.own_bytes, machine.used_bytes, machine.total_bytes))
        self.machine.setText(self.tr("CPU {cpu:.0%}   {own:.1f} GB").format(cpu=machine.cpu, own=own))
        facts = [
            self.tr("All processors together: {cpu:.0%} in use").format(cpu=machine.cpu),
            self.tr("Memory: {own:.1f} GB by Cuevox, {used:.1f} of {total:.1f} GB in all").format(
                own=own, used=used, total=total
            ),
        ]
        if machine.gpu:
            facts += self._card_facts(machine)
            at = "" if machine.gpu_load is None else f" {machine.gpu_load:.0%}"
            self.machine.setText(
                f"{self.machine.text()}   GPU{at} " + self.tr("{n:.1f} GB").format(n=machine.gpu_used_bytes / GIGA)
            )
        for widget in (self.machine, self._load_label, self.load, self.load_text):
            widget.setToolTip(plain_tip("\n".join(facts)))

    def _card_facts(self, machine: Machine) -> list[str]:
        used, total = machine.gpu_used_bytes / GIGA, machine.gpu_total_bytes / GIGA
        memory = self.tr("{gpu}: {used:.1f} of {total:.1f} GB in use").format(gpu=machine.gpu, used=used, total=total)
        if machine.gpu_load is None:
            return [memory, self.tr("Load of the graphics card: not known (nvidia-ml-py is not installed)")]
        return [memory, self.tr("Load of the graphics card: {load:.0%}").format(load=machine.gpu_load)]

    def show_error(self, text: str) -> None:
        """The last error in one line; the whole text is the tool tip and stands in the log."""
        first = text.splitlines()[0] if text else self.tr("unknown")
        self.error.show_text(self.tr("Error: {what}").format(what=first))
        self.error.setToolTip(plain_tip(f"{text}\n{self.tr('Click to open the log.')}"))
        self.error.setEnabled(True)

    def clear_error(self) -> None:
        self.error.show_text("")
        self.error.setToolTip("")
        self.error.setEnabled(False)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.machine.setVisible(self.width() >= ROOMY_DIGITS * self.fontMetrics().horizontalAdvance("0"))

    def _paint_icons(self) -> None:
        t = self._theme.tokens
        self.stop_button.setIcon(icon("stop", t.text, t.muted))


def _duration(seconds: float) -> str:
    """`45 s`, `3:05 min`, `2:10 h`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60}:{whole % 60:02d} min" if whole < 3600 else f"{whole // 3600}:{whole // 60 % 60:02d} h"
