"""Lays out the panel and connects its pages to the link. Views show and wish; only the link asks the daemon."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from bridge import events
from bridge.cue import Line
from gui.announcer import Announcer
from gui.clip_inbox import ClipInbox
from gui.help_page import HelpPage
from gui.keys import KEYS
from gui.lines_page import LinesPage
from gui.link import DaemonLink
from gui.live_page import LivePage
from gui.log_page import LogPage
from gui.osc_page import OscPage, reachable
from gui.page_rail import HELP_PAGE, LINES_PAGE, LIVE_PAGE, LOG_PAGE, PAGES, SETTINGS_PAGE, PageRail
from gui.preview import is_preview
from gui.settings_page import VOICE_SETTINGS, SettingsPage
from gui.theme import Theme
from gui.timbre_page import TimbrePage
from gui.transport_bar import TransportBar
from gui.widgets import chain_tabs
from gui.window_state import WindowState

LOOK_MS = 2000  # how often the machine's load is asked for, while the window is shown


class MainWindow(QMainWindow):
    """One window for one link; when it ends it lets go of the daemon, which works on."""

    closed = pyqtSignal()  # for good
    stays_changed = pyqtSignal(bool)

    def __init__(self, link: DaemonLink, theme: Theme, settings: Any = None) -> None:
        super().__init__()
        self.link, self._theme, self._settings = link, theme, settings
        self.stays = bool(getattr(settings, "panel_stays", False))  # closing only hides the window
        self._is_ended = False
        self.setWindowTitle("Cuevox")
        self.setObjectName("panel")
        self.resize(1280, 820)
        self._osc_host = getattr(settings, "osc_host", "127.0.0.1")
        self.lines = LinesPage(link, theme, settings, f"{reachable(self._osc_host)}:{link.machine.osc_port}")
        self.voices = TimbrePage(theme)
        self.live = LivePage(theme, getattr(settings, "audio_device", ""))
        self.osc = OscPage(theme, self._osc_host, link.machine.osc_port)
        self.log = LogPage(theme)
        self.settings_page = SettingsPage(settings, theme.appearance)
        self.help = HelpPage(KEYS)
        self.bar = TransportBar(theme)
        self.rail = PageRail(theme)
        # The parts of the page of lines, for those that look from outside.
        lines = self.lines
        self.model, self.table, self.search, self.takes = lines.model, lines.table, lines.filters.search, lines.takes
        self.edits, self.composer, self.presets = lines.edits, lines.composer, lines.presets
        self.first_steps, self.preview = lines.first_steps, lines.preview
        lines.table_actions.sheets.tell(self.log)
        self._announcer = Announcer(link, self.log, self.bar, self.rail)
        self._inbox = ClipInbox(self.presets, link, self.log, theme, getattr(settings, "data_folder", None))
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._lay_out()
        self._connect()
        self._shortcuts()
        folder = getattr(settings, "data_folder", None)
        self._state = WindowState(folder, self, self.lines.splitter, self.table) if isinstance(folder, Path) else None
        if self._state is not None:
            self._state.restore()
        self.composer.text.setFocus()

    def show_page(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self.rail.show_page(index)
        if index == LOG_PAGE:
            self._announcer.seen()
        elif index == LIVE_PAGE:
            self.live.panic.setFocus()  # in a field, the numbers would be text
        if index in (LIVE_PAGE, SETTINGS_PAGE):  # only now: it may wake sound servers
            self.link.machine.ask_devices(self._offer_devices)
            self.link.machine.ask_device()

        if index == SETTINGS_PAGE:
            self.link.machine.ask_compute_devices(self.settings_page.offer_compute_devices)

    def _device_changed(self, device: events.SoundDevice) -> None:
        self.live.show_sound_device(device)
        self.settings_page.show_value("audio_device", device.wanted)

    def _offer_devices(self, names: tuple[str, ...]) -> None:
        self.live.offer_devices(names)
        self.settings_page.offer_devices(names)

    def render_line(self) -> None:
        """Ask for the line in the composer."""
        self.lines.render_line()

    def play_text(self) -> None:
        """Speak the text in the composer at once."""
        self.lines.play_text()

    def show_fault(self, what: str, trace: str) -> None:
        """A fault of the panel itself."""
        self._announcer.show_error(what, trace)

    def show_again(self) -> None:
        """To the front, also when it was closed and stayed."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def end(self) -> None:
        """Close for good."""
        self.stays = False
        self.close()
        self._let_go()  # a window that is closed already hears nothing of being closed

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if self._state is not None:
            self._state.keep()
        # Never refused, even where it stays: that would keep the program from ending, and people from logging off.
        super().closeEvent(event)
        if not self.stays:
            self._let_go()

    def _let_go(self) -> None:
        if not self._is_ended:
            self._is_ended = True
            self.link.close()
            self.takes.close_files()
            self.closed.emit()

    # ---- construction -----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        pages = (self.lines, self.voices, self.live, self.osc, self.log, self.settings_page, self.help)
        for page in pages:
            self._stack.addWidget(page)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.rail)
        body.addWidget(self._stack, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(self.bar)
        self.setCentralWidget(whole)
        chain_tabs(widget for part in (*pages, self.bar, self.rail) for widget in part.controls())
        self.show_page(LINES_PAGE)

    def _connect(self) -> None:
        link = self.link
        link.lines_changed.connect(self._lines_changed)
        link.lines_removed.connect(self.live.remove_lines)
        link.status.connect(self.bar.show_status)
        link.level.connect(self.bar.meter.show_level)
        link.device.connect(self._device_changed)
        link.level.connect(self.live.meter.show_level)
        link.traffic.connect(self.osc.add_traffic)
        link.play_ended.connect(self.live.play_ended)
        self._look.timeout.connect(self._look_at_machine)
        self.rail.page_wished.connect(self.show_page)
        voices = self.voices
        link.presets.connect(voices.set_presets)
        voices.clip_dropped.connect(self._inbox.add_timbre)
        voices.clip_wished.connect(link.voices.play_timbre)
        voices.line_wished.connect(self.preview.speak_as)
        voices.use_wished.connect(self._use_voice)
        voices.rename_wished.connect(self._rename_voice)
        voices.remove_wished.connect(lambda name: link.voices.remove("timbre", name, lambda: voices.show_removed(name)))
        voices.back_wished.connect(lambda name: link.voices.bring_back("timbre", name))
        voices.stop_wished.connect(lambda: link.stop())
        voices.morph_wished.connect(self._inbox.add_morph)
        self.table.chosen.connect(self.osc.show_line)
        self.bar.stop_wished.connect(lambda: link.stop())
        self.bar.cancel_wished.connect(lambda: link.cancel_all(self.model.waiting()))
        self.bar.error_clicked.connect(lambda: self.show_page(LOG_PAGE))
        self.live.play_wished.connect(lambda line_id: link.play(line_id))
        self.live.speak_wished.connect(lambda line: link.play(line.cue.id, replace(line.cue, seed=None, drop=False)))
        self.live.say_wished.connect(self.lines.say)
        self.live.device_wished.connect(link.machine.choose_device)
        self.live.panic_wished.connect(lambda: link.stop())
        self.presets.changed.connect(self._show_voice)
        self.osc.send_wished.connect(
            lambda address, args: link.machine.send_osc(reachable(self._osc_host), address, args, self.osc.show_answer)
        )
        self.settings_page.appearance_wished.connect(self._change_appearance)
        self.osc.move_wished.connect(lambda host, port: self._change_osc({"osc_host": host, "osc_port": port}))
        link.failed.connect(self.osc.show_failure)
        link.failed.connect(self.settings_page.show_failure)
        self.settings_page.save_wished.connect(self._save_settings)

    def _shortcuts(self) -> None:
        keys = {
            "Ctrl+Return": self.render_line,
            "Ctrl+Enter": self.render_line,  # of the number pad
            "Ctrl+P": self.play_text,
            "Esc": lambda: self.link.stop(),
            "Ctrl+F": lambda: self._go_to(self.search),
            "Ctrl+L": lambda: self._go_to(self.composer.text),
            "Ctrl+T": lambda: self._go_to(self.table),
            "F1": lambda: self.show_page(HELP_PAGE),
            "Ctrl+Q": self.close,
        }
        for key, action in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(action)
        for page in range(len(PAGES)):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{page + 1}"), self)
            shortcut.activated.connect(lambda page=page: self.show_page(page))

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._look_at_machine()
        self._look.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._look.stop()

    def _look_at_machine(self) -> None:
        self.link.machine.ask_machine(self.bar.show_machine)

    def _use_voice(self, name: str) -> None:
        self.presets.set_timbre(name)
        self._go_to(self.composer.text)

    def _rename_voice(self, name: str, new: str) -> None:
        if self.presets.timbre == name:
            self.presets.expect("timbre", new)
        self.link.voices.rename("timbre", name, new)

    def _go_to(self, widget: QWidget) -> None:
        self.show_page(LINES_PAGE)
        widget.setFocus()

    def _lines_changed(self, lines: list[Line]) -> None:
        self.live.update_lines([line for line in lines if not is_preview(line.cue.id)])

    def _show_voice(self) -> None:
        self.live.show_voice(self.presets.timbre, self.presets.emotion)

    def _save_settings(self, changes: dict[str, Any]) -> None:
        of_osc = {name: value for name, value in changes.items() if name.startswith("osc_")}
        of_voice = {name: value for name, value in changes.items() if name in VOICE_SETTINGS}
        others = {name: value for name, value in changes.items() if name not in of_osc | of_voice}
        if of_osc:
            self._change_osc(of_osc)
        if of_voice:
            self.settings_page.show_loading()
            self.link.machine.change_voice(of_voice, lambda voice: self._voice_loaded(of_voice, voice))
        if others:
            self.link.machine.save_settings(others, lambda: self._settings_saved(others))

    def _change_osc(self, changes: dict[str, Any]) -> None:
        def done(port: int) -> None:
            self._osc_host = changes.get("osc_host", self._osc_host)
            self.osc.show_place(self._osc_host, port)
            self.first_steps.show_place(f"{reachable(self._osc_host)}:{port}")
            for name, value in changes.items():
                self.settings_page.show_value(name, value)
            self.settings_page.show_saved(changes)

        self.link.machine.change_osc(changes, done)

    def _voice_loaded(self, changes: dict[str, Any], voice: str) -> None:
        self.settings_page.show_saved(changes)
        self.settings_page.show_voice(voice)

    def _settings_saved(self, changes: dict[str, Any]) -> None:
        self.settings_page.show_saved(changes)
        if "panel_stays" in changes:
            self.stays = bool(changes["panel_stays"])
            self.stays_changed.emit(self.stays)

    def _change_appearance(self, appearance: str) -> None:
        self._theme.set_appearance(appearance)
        if hasattr(self._settings, "appearance"):
            self.link.machine.save_settings({"appearance": appearance}, lambda: None)
