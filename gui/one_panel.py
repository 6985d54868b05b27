"""One panel for one data folder: a second start of the program shows the window of the one that runs."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtNetwork import QLocalServer, QLocalSocket

SHOW, SHOWN = b"show\n", b"shown\n"
WAIT_MS = 2000  # for an answer of a panel that is there


def name_of(data_folder: Path) -> str:
    """The socket's name: short, since some systems allow a hundred characters for its whole path."""
    return f"cuevox-{hashlib.sha256(str(data_folder.resolve()).encode('utf-8', 'replace')).hexdigest()[:16]}"


def show_running(data_folder: Path) -> bool:
    """Have the panel that runs on this folder come to the front. False where there is none that answers."""
    socket = QLocalSocket()
    socket.connectToServer(name_of(data_folder))
    if not socket.waitForConnected(WAIT_MS):
        return False
    socket.write(SHOW)
    shown = socket.waitForReadyRead(WAIT_MS) and socket.readAll().data() == SHOWN
    socket.disconnectFromServer()
    return shown


class OnePanel(QObject):
    """Listens for a second start. Only this user may connect."""

    show_wished = pyqtSignal()

    def __init__(self, data_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        name = name_of(data_folder)
        # Whoever has the data folder is the one Cuevox on it, so a socket that is there is a dead one's.
        QLocalServer.removeServer(name)
        self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    def _greet(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is None:
            return
        socket.readyRead.connect(lambda: self._answer(socket))
        socket.disconnected.connect(socket.deleteLater)
        self._answer(socket)  # it may have spoken already

    def _answer(self, socket: QLocalSocket) -> None:
        with contextlib.suppress(RuntimeError):  # gone meanwhile
            if socket.canReadLine() and socket.readLine().data() == SHOW:
                socket.write(SHOWN)
                self.show_wished.emit()
