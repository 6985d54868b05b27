"""A clip becomes a voice: trimmed on its waveform, looked over, named, and with its speaker's consent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QDate, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import (
    QDateEdit,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bridge.clip_check import ClipReport, several_voices
from bridge.consent import MAX_LENGTH as CONSENT_LENGTH
from bridge.consent import consent_text
from gui.clip_facts import ClipFacts, UnreadableClipError, read_facts
from gui.colour_button import ColourButton
from gui.dialog_buttons import accept_or_cancel
from gui.link import DaemonLink
from gui.preset_dialog import MAX_LENGTH
from gui.theme import Theme
from gui.widgets import DecimalBox, label, make_form, set_role

BEST_S = 10.0  # that the handles stand at first
SHORTEST_S = 1.0  # that a voice can be learnt from
TITLE_DIGITS = 14  # width of the titles, so that both forms line up
HANDLE_PX = 3


@dataclass(frozen=True)
class VoiceWish:
    """What is to be learnt from which part of a clip."""

    file: str
    start_s: float
    end_s: float
    name: str
    note: str
    consent: str  # who agreed, when, to what
    colour: str = ""  # empty: one is made from the name


class TimbreDialog(QDialog):
    """OK is there when there is a name, a consent in full and a part that is long enough."""

    _loaded = pyqtSignal(object)  # ClipFacts or the error's text

    def __init__(self, file: str, link: DaemonLink, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file, self._link = file, link
        self._request = 0  # of the look at a part; a late answer to an earlier one is dropped
        self.setWindowTitle(self.tr("A voice from {file}").format(file=Path(file).name))
        self.resize(640, 600)
        self.plot = pg.PlotWidget()
        self.plot.setAccessibleName(self.tr("Waveform; the handles trim it"))
        self.plot.setMinimumHeight(150)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.hideAxis("left")
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setYRange(-1, 1, padding=0)
        self.plot.setBackground(theme.color("surface"))
        self.plot.getAxis("bottom").setTextPen(theme.color("muted"))
        self.curve = self.plot.plot([], [], pen=pg.mkPen(theme.color("accent")))
        self.curve.setDownsampling(auto=True, method="peak")
        self.part = pg.LinearRegionItem(
            brush=theme.color("accent", 40),
            hoverBrush=theme.color("accent", 60),
            pen=pg.mkPen(theme.color("text"), width=HANDLE_PX),
            hoverPen=pg.mkPen(theme.color("warning"), width=HANDLE_PX),
        )
        self.part.setZValue(10)
        self.part.sigRegionChanged.connect(self._tell_length)
        self.part.sigRegionChangeFinished.connect(self._look)
        self.play, self.stop = QPushButton(self.tr("Play this part")), QPushButton(self.tr("Stop"))
        self.play.clicked.connect(lambda: link.voices.play_file(file, *self.bounds()))
        self.stop.clicked.connect(lambda: link.stop())
        self.start, self.end = DecimalBox(), DecimalBox()
        self.length = label("", "muted")
        self.report, self.voices = label(self.tr("reading the clip..."), "muted", wrap=True), label("", wrap=True)
        self.name, self.note = QLineEdit(Path(file).stem[:MAX_LENGTH]), QLineEdit()
        self.who, self.purpose = QLineEdit(), QLineEdit()
        self.when = QDateEdit(QDate.currentDate())
        self.colour = ColourButton()
        self._lay_out()
        self._loaded.connect(self._show_clip)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="panel-voice")
        self._pool.submit(self._read)

    def _lay_out(self) -> None:
        self.name.setMaxLength(MAX_LENGTH)
        self.note.setPlaceholderText(self.tr("how it sounds, e.g. warm, close"))
        self.who.setPlaceholderText(self.tr("the speaker's name"))
        self.purpose.setPlaceholderText(self.tr("e.g. dialogue of the game Northgate"))
        self.when.setDisplayFormat("yyyy-MM-dd")
        self.when.setCalendarPopup(True)
        self.when.setMaximumDate(QDate.currentDate())
        for edge, name in ((self.start, self.tr("Start of the part")), (self.end, self.tr("End of the part"))):
            edge.setAccessibleName(name)
            edge.setToolTip(name)
            edge.setDecimals(2)
            edge.setSingleStep(0.1)
            edge.setSuffix(" s")
            edge.setKeyboardTracking(False)  # a number that is half typed is no edge
            edge.valueChanged.connect(self._edges_typed)
        buttons, self.ok = accept_or_cancel(self, self.tr("Add voice"))
        self.ok.setEnabled(False)
        fields = {
            self.tr("Name"): self.name,
            self.tr("Note"): self.note,
            self.tr("Colour"): self.colour,
        }
        consent = {
            self.tr("Who agreed"): self.who,
            self.tr("When"): self.when,
            self.tr("To what"): self.purpose,
        }
        heading = label(self.tr("Consent of the speaker (required; it is kept with every clip)"), "section", wrap=True)
        forms = []
        for part in (fields, consent):
            for name, field in part.items():
                field.setAccessibleName(name)
            forms.append(make_form(part, self.fontMetrics().horizontalAdvance("0") * TITLE_DIGITS))
            forms[-1].setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for line in (self.who, self.purpose):
            line.setMaxLength(CONSENT_LENGTH)
        for line in (self.name, self.who, self.purpose):
            line.textChanged.connect(self._show_ok)
        row = QHBoxLayout()
        row.addWidget(self.play)
        row.addWidget(self.stop)
        row.addSpacing(8)
        row.addWidget(self.start)
        row.addWidget(label("–"))
        row.addWidget(self.end)
        row.addWidget(self.length, 1)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(self.plot, 1)
        column.addLayout(row)
        column.addWidget(self.report)
        column.addWidget(self.voices)
        column.addLayout(forms[0])
        column.addSpacing(6)
        column.addWidget(heading)
        column.addLayout(forms[1])
        column.addSpacing(6)
        column.addWidget(buttons)
        self.name.setFocus()

    def bounds(self) -> tuple[float, float]:
        """The part between the handles, seconds."""
        start_s, end_s = self.part.getRegion()
        return float(start_s), float(end_s)

    @property
    def wish(self) -> VoiceWish:
        date = self.when.date().toString(Qt.DateFormat.ISODate)
        consent = consent_text(self.who.text().strip(), date, self.purpose.text().strip())
        start_s, end_s = self.bounds()
        return VoiceWish(
            self._file, start_s, end_s, self.name.text().strip(), self.note.text().strip(), consent, self.colour.colour
        )

    def done(self, result: int) -> None:
        self._request = -1  # no answer is for it any more
        self._pool.shutdown(wait=False, cancel_futures=True)
        super().done(result)

    def _read(self) -> None:
        try:
            result: ClipFacts | str = read_facts(Path(self._file))
        except UnreadableClipError as error:
            result = str(error)
        if self._request >= 0:
            self._loaded.emit(result)

    @pyqtSlot(object)
    def _show_clip(self, facts: ClipFacts | str) -> None:
        if isinstance(facts, str):
            self._say(facts, "error")
            return
        self.curve.setData(np.arange(len(facts.audio)) / facts.rate, facts.audio / max(1e-6, np.abs(facts.audio).max()))
        self.plot.setXRange(0, facts.duration_s, padding=0.01)
        start_s = min(facts.leading_s, max(0.0, facts.duration_s - SHORTEST_S))
        self.part.setBounds((0, facts.duration_s))
        for edge in (self.start, self.end):
            edge.blockSignals(True)
            edge.setMaximum(facts.duration_s)
            edge.blockSignals(False)
        self.part.setRegion((start_s, min(facts.duration_s, start_s + BEST_S)))
        self.plot.addItem(self.part)
        self._look()

    def _tell_length(self) -> None:
        start_s, end_s = self.bounds()
        for edge, value_s in ((self.start, start_s), (self.end, end_s)):
            edge.blockSignals(True)
            edge.setValue(value_s)
            edge.blockSignals(False)
        self.length.setText(f"{end_s - start_s:.2f} s")
        self._show_ok()

    def _edges_typed(self) -> None:
        """The handles by keyboard. Two that cross change places."""
        self.part.setRegion(sorted((self.start.value(), self.end.value())))

    def _show_ok(self) -> None:
        start_s, end_s = self.bounds()
        told = all(line.text().strip() for line in (self.name, self.who, self.purpose))
        self.ok.setEnabled(told and end_s - start_s >= SHORTEST_S)

    def _look(self) -> None:
        self._tell_length()
        self._request += 1
        number = self._request
        self.voices.setText("")
        self._link.voices.check_clip(
            self._file,
            *self.bounds(),
            lambda report: self._show_report(report) if number == self._request else None,
            lambda distance: self._show_voices(distance) if number == self._request else None,
        )

    def _show_report(self, report: ClipReport) -> None:
        facts = self.tr(
            "{s:.1f} s of speech, {db:.0f} dB above the noise, %n sample(s) cut off", "", report.n_cut_off
        ).format(s=report.speech_s, db=report.noise_db)
        self._say("\n".join(["✓ " + facts] if not report.problems else [facts, *(f"⚠ {p}" for p in report.problems)]),
                  "warning" if report.problems else "muted")  # fmt: skip

    def _show_voices(self, distance: float | None) -> None:
        problem = several_voices(distance)
        one = "" if distance is None else self.tr("✓ one person speaks")
        self.voices.setText(f"⚠ {problem}" if problem else one)
        set_role(self.voices, "warning" if problem else "muted")

    def _say(self, text: str, role: str) -> None:
        self.report.setText(text)
        set_role(self.report, role)


def ask_voice(file: str, link: DaemonLink, theme: Theme, parent: QWidget) -> VoiceWish | None:
    """None when the dialog was left without OK."""
    dialog = TimbreDialog(file, link, theme, parent)
    return dialog.wish if dialog.exec() == QDialog.DialogCode.Accepted else None
