"""A clip to look at: waveform with words and phonemes, spectrogram under it, zoom, and a playhead while it sounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QElapsedTimer, Qt, QTimer
from PyQt6.QtWidgets import QWidget

from engine.types import PhonemeTime
from gui.clip_facts import ClipFacts
from gui.theme import Theme

FRAME_MS = 33  # of the playhead
ZOOM = 2.0  # of one step
PHONEME_EM = 0.9  # room that a phoneme needs to be read, in line heights
PHONEME_SPAN = 0.25  # of the height that its line takes
CLOSEST_S = 0.01  # the least time that is shown over the whole width
ROOM = 1.6  # of the height, over what the loudest sample takes: for the words
LEAST_PEAK = 0.02  # a clip that is softer than this is not drawn larger
WORD_GAP_PX = 6


class SoundView(pg.GraphicsLayoutWidget):
    """Wheel or keys zoom, dragging moves along the time; waveform and spectrogram go together."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._duration_s = 0.0
        self._top = 1.0  # of what is seen of the waveform; its bottom is -_top
        self._clock = QElapsedTimer()
        self._words: list[pg.GraphicsObject] = []
        self._phoneme_times: tuple[PhonemeTime, ...] = ()
        self._phonemes: list[pg.GraphicsObject] = []  # made when one comes close enough to read them
        self.setAccessibleName(self.tr("Waveform of the chosen take"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its keys belong to the takes around it
        self.setMinimumSize(120, 50)
        self.ci.layout.setContentsMargins(0, 0, 0, 0)
        self.ci.layout.setSpacing(0)
        self.wave: pg.PlotItem = self.addPlot(row=0, col=0)
        self.spectrum: pg.PlotItem = self.addPlot(row=1, col=0, axisItems={"left": KilohertzAxis("left")})
        for plot in (self.wave, self.spectrum):
            plot.setMouseEnabled(x=True, y=False)
            plot.setMenuEnabled(False)
            plot.hideButtons()
            axis = plot.getAxis("left")
            axis.setWidth(int(2.2 * self.fontMetrics().height()))  # alike: times stand over each other
        self.wave.hideAxis("left")
        self.wave.getAxis("left").setStyle(showValues=False, tickLength=0)
        self.spectrum.setXLink(self.wave)
        self.spectrum.hideAxis("bottom")
        self.wave.getAxis("bottom").setHeight(int(1.4 * self.fontMetrics().height()))
        self.curve: pg.PlotDataItem = self.wave.plot([], [])
        self.curve.setDownsampling(auto=True, method="peak")  # sharp at every zoom, fast for long clips
        self.curve.setClipToView(True)
        self.image = pg.ImageItem(axisOrder="col-major")
        self.image.setColorMap(pg.colormap.get("inferno"))
        self.spectrum.addItem(self.image)
        self.playheads = [pg.InfiniteLine(0.0, angle=90) for _ in range(2)]
        for plot, line in zip((self.wave, self.spectrum), self.playheads, strict=True):
            plot.addItem(line, ignoreBounds=True)
            line.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._move_playhead)
        self.wave.sigXRangeChanged.connect(self._show_marks)
        self.wave.getViewBox().sigResized.connect(self._show_marks)
        theme.changed.connect(self._paint)
        self._paint()
        self.show_spectrum(False)
        self.show_clip(None)

    def show_clip(self, facts: ClipFacts | None) -> None:
        """All of a clip; None for an empty view."""
        self.stop_playhead()
        for item in self._words + self._phonemes:
            self.wave.removeItem(item)
        self._words.clear()
        self._phonemes.clear()
        self._phoneme_times = facts.phonemes if facts is not None else ()
        self._duration_s = facts.duration_s if facts is not None else 0.0
        self.wave.showAxis("bottom", facts is not None)  # a scale without a sound means nothing
        if facts is None or not len(facts.audio):
            self.curve.setData([], [])
            self.image.clear()
            return
        self.curve.setData(np.arange(len(facts.audio)) / facts.rate, facts.audio)
        # As large as the view: a soft take can be looked at as well as a loud one. The level stands in words beside it.
        self._top = ROOM * max(LEAST_PEAK, float(np.abs(facts.audio).max()))
        self.wave.setYRange(-self._top, self._top, padding=0)
        self.image.setImage(facts.spectrogram, autoLevels=False, levels=(0, 255))
        self.image.setRect(0.0, 0.0, self._duration_s, facts.spectrogram_hz)
        self.spectrum.setYRange(0.0, facts.spectrogram_hz, padding=0)
        margin = 0.01 * self._duration_s
        self.wave.setLimits(xMin=-margin, xMax=self._duration_s + margin, minXRange=min(CLOSEST_S, self._duration_s))
        for word in facts.words:
            self._add_mark(self._words, word.word, word.start_s, word.start_s, top=True)
        self._paint_marks()
        self.zoom_out()
        self._show_marks()  # a range that stays as it was is not told of

    def show_spectrum(self, shown: bool) -> None:
        self.spectrum.setVisible(shown)
        self.wave.showAxis("left", shown)
        self.ci.layout.setRowStretchFactor(0, 1)
        self.ci.layout.setRowStretchFactor(1, 1 if shown else 0)
        self.ci.layout.setRowMaximumHeight(1, 10_000 if shown else 0)

    def zoom(self, steps: int) -> None:
        """Around the playhead while it moves, else around the middle; positive steps come closer."""
        (low, high), _ = self.wave.viewRange()
        centre = self.playheads[0].value() if self._timer.isActive() else (low + high) / 2
        half = (high - low) / 2 / ZOOM**steps
        self.wave.setXRange(centre - half, centre + half, padding=0)

    def zoom_out(self) -> None:
        self.wave.setXRange(0.0, self._duration_s or 1.0, padding=0.01)

    def start_playhead(self) -> None:
        """From the start of the clip, in the time of the clock; the sound device keeps to it within milliseconds."""
        self._clock.start()
        for line in self.playheads:
            line.setValue(0.0)
            line.show()
        self._timer.start()

    def stop_playhead(self) -> None:
        self._timer.stop()
        for line in self.playheads:
            line.hide()

    def _move_playhead(self) -> None:
        seconds = self._clock.elapsed() / 1000
        if seconds > self._duration_s:
            self.stop_playhead()
            return
        for line in self.playheads:
            line.setValue(seconds)

    def _show_marks(self) -> None:
        self._show_words()
        self._show_phonemes()

    def _show_words(self) -> None:
        """Those that do not stand on the one before; a line tells where the others begin."""
        (low, high), _ = self.wave.viewRange()
        px_per_s = self.wave.getViewBox().width() / max(1e-9, high - low)
        free_from_px = -float("inf")
        for item in self._words:
            if isinstance(item, pg.TextItem):
                left_px = (item.pos().x() - low) * px_per_s
                item.setVisible(left_px >= free_from_px)
                if item.isVisible():
                    width_px = self.fontMetrics().horizontalAdvance(item.toPlainText())
                    free_from_px = left_px + width_px + WORD_GAP_PX

    def _show_phonemes(self) -> None:
        """Only where they have room: else they would be a grey bar."""
        (low, high), _ = self.wave.viewRange()
        n_shown = sum(time.end_s > low and time.start_s < high for time in self._phoneme_times)
        readable = 0 < n_shown * PHONEME_EM * self.fontMetrics().height() < self.width()
        if readable and not self._phonemes:
            for time in self._phoneme_times:
                self._add_mark(self._phonemes, time.phoneme, time.start_s, (time.start_s + time.end_s) / 2, top=False)
            self._paint_marks()
        for item in self._phonemes:
            item.setVisible(readable)

    def _add_mark(self, to: list[pg.GraphicsObject], words: str, line_s: float, text_s: float, *, top: bool) -> None:
        """A line where a word or phoneme begins, with its letters: words behind it at the top, phonemes in the middle
        of their time at the bottom."""
        line = pg.InfiniteLine(line_s, angle=90, span=(0, 1) if top else (0, PHONEME_SPAN))
        text = pg.TextItem(words, anchor=(0, 0) if top else (0.5, 1))
        text.setPos(text_s, self._top if top else -self._top)
        for item in (line, text):
            self.wave.addItem(item, ignoreBounds=True)
            to.append(item)

    def _paint_marks(self) -> None:
        for item in self._words + self._phonemes:
            if isinstance(item, pg.TextItem):
                item.setColor(self._theme.color("muted"))
            else:
                item.setPen(pg.mkPen(self._theme.color("outline")))

    def _paint(self) -> None:
        self.setBackground(self._theme.color("surface"))
        self.curve.setPen(pg.mkPen(self._theme.color("accent")))
        for axis in (self.wave.getAxis("bottom"), self.spectrum.getAxis("left")):
            axis.setPen(self._theme.color("outline"))
            axis.setTextPen(self._theme.color("muted"))
        self.wave.getAxis("left").setPen(self._theme.color("surface"))
        for line in self.playheads:
            line.setPen(pg.mkPen(self._theme.color("warning"), width=2))
        self._paint_marks()


class KilohertzAxis(pg.AxisItem):
    """Frequencies in thousands."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [f"{value / 1000:g}k" for value in values]
