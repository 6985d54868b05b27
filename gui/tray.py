"""The icon in the system's tray, while the panel may be closed and Cuevox works on."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QMenu, QSystemTrayIcon

from bridge.events import Status
from gui.icons import app_icon


class Tray(QObject):
    """A click shows the panel; the menu stops all sound and ends the program."""

    show_wished = pyqtSignal()
    stop_wished = pyqtSignal()
    quit_wished = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.menu = QMenu()
        for text, wish in (
            (self.tr("Show Cuevox"), self.show_wished),
            (self.tr("Stop all sound"), self.stop_wished),
            (self.tr("Quit Cuevox"), self.quit_wished),
        ):
            action = self.menu.addAction(text)
            assert action is not None
            action.triggered.connect(wish)
        self.icon = QSystemTrayIcon(app_icon(), self)
        self.icon.setContextMenu(self.menu)
        self.icon.setToolTip("Cuevox")
        self.icon.activated.connect(self._activated)

    def set_wanted(self, wanted: bool) -> None:
        """Also where there is no tray yet: after logging in it may come later than the program."""
        self.icon.setVisible(wanted)

    def show_status(self, status: Status) -> None:
        waits = status.queued + status.rendering
        self.icon.setToolTip(self.tr("Cuevox: {n} to be made").format(n=waits) if waits else "Cuevox")

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason != QSystemTrayIcon.ActivationReason.Context:
            self.show_wished.emit()
