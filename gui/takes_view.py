"""The takes of the chosen line: compare them by ear and eye, pick one, ask for more, take one elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QSpinBox, QVBoxLayout, QWidget

from bridge.cue import Line, LineState, Take
from gui.clip_reader import ClipReader, clip_key
from gui.cue_model import shown_take
from gui.icons import icon
from gui.loudness import equal_gains
from gui.sound_view import SoundView
from gui.take_list import TakeList
from gui.take_words import all_facts, best_take, warnings_text
from gui.theme import Theme
from gui.widgets import ElidedLabel, ShrinkingButton, fit, label, set_role

UNMADE = (LineState.QUEUED, LineState.RENDERING)
KEYS = {"Space": "play", "B": "compare", "+": "zoom in", "-": "zoom out", "0": "all of the clip", "S": "spectrogram"}


class TakesView(QFrame):
    """Clips come from a thread of their own; what belongs to a line that is no longer shown is kept, not drawn."""

    pick_wished = pyqtSignal(str, str)  # line, take
    best_wished = pyqtSignal(str)  # line whose best take is to be picked
    back_wished = pyqtSignal(str)  # line that goes back to the take picked before
    lock_wished = pyqtSignal(str, str)  # line, take
    unlock_wished = pyqtSignal(str)
    play_wished = pyqtSignal(str, str, float)  # line, take, gain in dB; it sounds alone
    takes_wished = pyqtSignal(object)  # Cue
    drop_wished = pyqtSignal(str)  # line
    undrop_wished = pyqtSignal(str)  # line whose last drop is to be taken out again
    cancel_wished = pyqtSignal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._theme = theme
        self._line: Line | None = None
        self._clips = ClipReader(self)
        self._clips.came.connect(self._clip_came)
        self._shown: object = None  # key of the clip on the screen
        self._playing = ""  # take whose sound the playhead follows
        self._compared = ""  # take that a comparison let sound last
        self._comparison: tuple[object, str] = (None, "")  # the chosen take's clip, and what is said of it
        self.list = TakeList(theme)
        self.list.currentItemChanged.connect(self._take_chosen)
        self.list.itemActivated.connect(lambda _: self._play())
        self.sound = SoundView(theme)
        self.name, self.facts, self.warning = (ElidedLabel("", role) for role in ("muted", "muted", "warning"))
        self.play_button, self.compare_button = (
            ShrinkingButton(self.tr("Play take")),
            ShrinkingButton(self.tr("Compare")),
        )
        self.pick_button, self.more_button = ShrinkingButton(self.tr("Pick")), ShrinkingButton(self.tr("New takes"))
        self.drop_button, self.cancel_button = (
            ShrinkingButton(self.tr("Into project")),
            ShrinkingButton(self.tr("Cancel")),
        )
        self.spectrum_button = ShrinkingButton(self.tr("Spectrum"))
        self.lock_button, self.menu_button = ShrinkingButton(self.tr("Lock")), QPushButton("…")
        self.best_action = QAction(self.tr("Pick the best"), self)
        self.back_action = QAction(self.tr("Back to the earlier pick"), self)
        self.undrop_action = QAction(self.tr("Out of the project again"), self)
        self.n_more = QSpinBox()
        self._set_up_controls()
        self._lay_out()
        theme.changed.connect(self._paint)
        self._paint()
        self.show_line(None)

    def _set_up_controls(self) -> None:
        tips = {
            self.play_button: self.tr("Play this take (Space)"),
            self.compare_button: self.tr("Hear the picked take and this one in turn, at equal loudness (B)"),
            self.pick_button: self.tr("This take stands for the line from now on"),
            self.more_button: self.tr("Render as many new takes of the line, each with a seed of its own"),
            self.drop_button: self.tr("Put the picked take into the DAW project (Ctrl+D in the table)"),
            self.cancel_button: self.tr("Stop making the takes of this line (Ctrl+Backspace in the table)"),
            self.spectrum_button: self.tr("Spectrogram under the waveform (S)"),
        }
        for button, tip in tips.items():
            button.setToolTip(tip)
        menu = QMenu(self.menu_button)
        menu.addAction(self.best_action)
        menu.addAction(self.back_action)
        menu.addAction(self.undrop_action)
        self.menu_button.setMenu(menu)
        self.menu_button.setProperty("role", "more")
        self.menu_button.setAccessibleName(self.tr("More for the takes of this line"))
        self.menu_button.setToolTip(self.tr("The best take by its scores, the earlier pick, the last drop undone"))
        self.lock_button.setToolTip(
            self.tr("A locked take is final: the line is not rendered, picked or removed any more")
        )
        self.best_action.triggered.connect(lambda: self._wish_line(self.best_wished))
        self.undrop_action.triggered.connect(lambda: self._wish_line(self.undrop_wished))
        self.back_action.triggered.connect(lambda: self._wish_line(self.back_wished))
        self.lock_button.clicked.connect(self._lock)
        self.n_more.setRange(1, 16)
        self.n_more.setValue(3)
        self.n_more.setAccessibleName(self.tr("How many new takes"))
        self.spectrum_button.setCheckable(True)
        self.spectrum_button.toggled.connect(self.sound.show_spectrum)
        self.play_button.clicked.connect(self._play)
        self.compare_button.clicked.connect(self._compare)
        self.pick_button.clicked.connect(self._pick)
        self.more_button.clicked.connect(self._more)
        self.drop_button.clicked.connect(lambda: self._wish_line(self.drop_wished))
        self.cancel_button.clicked.connect(lambda: self._wish_line(self.cancel_wished))
        work = (
            self._play,
            self.compare_button.click,
            lambda: self.sound.zoom(1),
            lambda: self.sound.zoom(-1),
            self.sound.zoom_out,
            self.spectrum_button.toggle,
        )
        for key, do in zip(KEYS, work, strict=True):
            shortcut = QShortcut(QKeySequence(key), self.list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(do)

    def _lay_out(self) -> None:
        self._head = head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(label(self.tr("Takes"), "section"))
        head.addWidget(self.name, 1)
        for control in self.controls()[1:]:
            head.addWidget(control)
        body = QHBoxLayout()
        body.setSpacing(10)
        body.addWidget(self.list, 2)
        body.addWidget(self.sound, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.addLayout(head)
        column.addLayout(body, 1)
        column.addWidget(self.warning)
        column.addWidget(self.facts)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """What is needed least often is the first to be an icon only."""
        buttons = (
            self.play_button,
            self.compare_button,
            self.pick_button,
            self.more_button,
            self.cancel_button,
            self.drop_button,
            self.lock_button,
            self.spectrum_button,
        )
        others = (self._head.itemAt(index) for index in range(self._head.count()))
        widgets = [widget for item in others if item is not None and (widget := item.widget()) is not None]
        taken_px = sum(w.sizeHint().width() for w in widgets if w not in (*buttons, self.name))
        margins = self.contentsMargins()
        room_px = self._head.geometry().width() or self.width() - margins.left() - margins.right()
        fit(buttons, room_px - taken_px - (len(widgets) - 1) * self._head.spacing())

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        first: list[QWidget] = [self.list, self.play_button, self.compare_button, self.pick_button, self.lock_button]
        first.append(self.menu_button)
        more = [self.n_more, self.more_button]
        return [*first, *more, self.drop_button, self.cancel_button, self.spectrum_button]

    def show_line(self, line: Line | None) -> None:
        """Show a line, or what is new of the one that is shown: the take that was chosen stays chosen."""
        same = line is not None and self._line is not None and line.cue.id == self._line.cue.id
        chosen = self._take() if same else None
        self._line = line
        if chosen is None and line is not None:
            chosen = shown_take(line)
        if not same:
            self._compared = ""
        self.list.show_takes(line, self._clips.facts, chosen.id if chosen is not None else "")
        for take in line.takes if line is not None else ():
            self._clips.read(take)
        self._take_chosen()

    @property
    def is_reading(self) -> bool:
        """Clips of the line are still being read."""
        return self._clips.is_reading

    def close_files(self) -> None:
        """Nothing is read any more."""
        self._clips.close()

    # ---- wishes -------------------------------------------------------------------------------------------------

    def _take(self) -> Take | None:
        return self.list.take()

    def _play(self) -> None:
        take = self._take()
        if self._line is not None and take is not None and take.path is not None:
            self._compared, self._comparison = take.id, (None, "")
            self.play_wished.emit(self._line.cue.id, take.id, 0.0)

    def _compare(self) -> None:
        """The picked take and the chosen one by turns: the one of them that did not sound last."""
        pair = self._pair()
        if self._line is None or pair is None:
            return
        gains = equal_gains(*(self._clips.facts[clip_key(take)].loudness for take in pair))
        turn = 1 if self._compared == pair[0].id else 0
        self._compared = pair[turn].id
        self.play_wished.emit(self._line.cue.id, pair[turn].id, gains[turn])
        words = self.tr("compared with {other}: {take} sounds at {gain} dB; B: the other")
        said = words.format(other=pair[1 - turn].id, take=pair[turn].id, gain=f"{gains[turn]:+.1f}")
        self._comparison = clip_key(pair[1]), said
        self._tell_facts(pair[1])

    def _pair(self) -> tuple[Take, Take] | None:
        """Picked and chosen take, where they are two and both are read."""
        picked, chosen = self._line.picked_take if self._line is not None else None, self._take()
        if picked is None or chosen is None or picked.id == chosen.id:
            return None
        return (picked, chosen) if {clip_key(picked), clip_key(chosen)} <= self._clips.facts.keys() else None

    def _pick(self) -> None:
        take = self._take()
        if self._line is not None and take is not None:
            self.pick_wished.emit(self._line.cue.id, take.id)

    def _lock(self) -> None:
        line, take = self._line, self._take()
        if line is not None and line.locked:
            self.unlock_wished.emit(line.cue.id)
        elif line is not None and take is not None:
            self.lock_wished.emit(line.cue.id, take.id)

    def _more(self) -> None:
        if self._line is not None:
            self.takes_wished.emit(replace(self._line.cue, takes=self.n_more.value(), seed=None, drop=False))

    def _wish_line(self, signal: Any) -> None:
        if self._line is not None:
            signal.emit(self._line.cue.id)

    # ---- what is shown ------------------------------------------------------------------------------------------

    def _take_chosen(self) -> None:
        take, line = self._take(), self._line
        made = take is not None and take.path is not None
        self.play_button.setEnabled(made)
        self.compare_button.setEnabled(self._pair() is not None)
        free = line is not None and not line.locked
        self.pick_button.setEnabled(made and free and line is not None and take is not None and line.picked != take.id)
        self.more_button.setEnabled(free)
        self.lock_button.setText(self.tr("Lock") if free or line is None else self.tr("Unlock"))
        self.lock_button.setEnabled(made or not free)
        best = best_take(line)
        self.best_action.setEnabled(free and best is not None and line is not None and best.id != line.picked)
        picked = line.picked_take if line is not None else None
        self.undrop_action.setEnabled(picked is not None and picked.state == LineState.DROPPED)
        self.back_action.setEnabled(free and line is not None and bool(line.earlier_picks))
        self.drop_button.setEnabled(made)
        self.cancel_button.setVisible(line is not None and any(t.state in UNMADE for t in line.takes))
        self._fit()
        self.name.setText(line.cue.id if line is not None else self.tr("Choose a line to see its takes."))
        self._show_sound(take)
        self._tell_facts(take)

    def _show_sound(self, take: Take | None) -> None:
        key = clip_key(take) if take is not None else None
        clip = self._clips.facts.get(key)
        if clip is None or key != self._shown:
            self._shown = key if clip is not None else None
            self._playing = ""
            self.sound.show_clip(clip)
        if take is None or clip is None:
            return
        if take.state == LineState.PLAYING and self._playing != take.id:
            self._playing = take.id
            self.sound.start_playhead()
        elif take.state != LineState.PLAYING and self._playing:
            self._playing = ""
            self.sound.stop_playhead()

    def _tell_facts(self, take: Take | None) -> None:
        """What went wrong, or what was compared, or all that is known."""
        key = clip_key(take) if take is not None else None
        compared, said = self._comparison
        text, role = "", "muted"
        if self._line is not None and take is not None:
            if fault := take.error or self._clips.faults.get(key, ""):
                text, role = fault, "error"
            elif said and compared == key:
                text = said
            else:
                text = all_facts(self._line, take, self._clips.facts.get(key))
        self.facts.setText(text)
        set_role(self.facts, role)
        self.warning.setText(warnings_text(take) if take is not None and role != "error" else "")
        self.warning.setVisible(bool(self.warning.text()))

    def _clip_came(self, key: object) -> None:
        shown = {clip_key(take) for take in self._line.takes} if self._line is not None else set()
        self._clips.forget(shown)
        if key in shown:
            self.show_line(self._line)

    def _paint(self) -> None:
        t = self._theme.tokens
        icons = {
            self.play_button: "play",
            self.compare_button: "compare",
            self.pick_button: "pick",
            self.lock_button: "lock",
            self.more_button: "render",
            self.drop_button: "drop",
            self.cancel_button: "stop",
            self.spectrum_button: "spectrum",
        }
        for button, name in icons.items():
            button.setIcon(icon(name, t.text, t.muted))
        self.list.show_takes(self._line, self._clips.facts, take.id if (take := self._take()) is not None else "")
