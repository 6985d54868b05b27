"""What came in and went out over OSC, a message to send by hand, and what another program needs to ask for a line."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from bridge.cue import Line
from bridge.events import OscTraffic
from gui.asking import Failure
from gui.machine_link import CHANGE_OSC
from gui.osc_forms import FORMS
from gui.osc_text import Answer, UnreadableMessageError, read_message, write_message
from gui.row_mark import RowMark
from gui.theme import Theme
from gui.traffic_model import COLUMNS, KEPT, TrafficFilter, TrafficModel, Way
from gui.widgets import ElidedLabel, label, set_role

COMMANDS = ("play", "render", "drop", "stop", "cancel")  # under /cuevox/line, of the chosen line
WIDTHS = (9, 5, 18, 30)  # of all columns but the last, in digits
HOSTS = ("127.0.0.1", "0.0.0.0")  # this machine only; all interfaces
PORTS = (1, 65_535)


class OscPage(QWidget):
    """Emits what is to be sent; shows what it is told of."""

    send_wished = pyqtSignal(str, tuple)  # address, arguments
    move_wished = pyqtSignal(str, int)  # host, port to listen at from now on

    def __init__(self, theme: Theme, host: str, port: int, parent: QWidget | None = None) -> None:
        """host, port: where the daemon listens."""
        super().__init__(parent)
        self._at = (reachable(host), port)
        self._line: Line | None = None
        self._held: list[OscTraffic] = []  # while the list stands still
        self.model = TrafficModel(self)
        self.filter = TrafficFilter(self)
        self.filter.setSourceModel(self.model)
        self.search = QLineEdit()
        self.way = QComboBox()
        self.pause, self.copy = QPushButton(self.tr("Pause")), QPushButton(self.tr("Copy"))
        self.clear = QPushButton(self.tr("Clear"))
        self.table = QTableView()
        self.table.setItemDelegateForColumn(0, RowMark(theme, self.table))
        self.message = QLineEdit("/cuevox/server/status")
        self.send = QPushButton(self.tr("Send"))
        self.complaint = ElidedLabel("", "muted")
        self.host, self.port = QComboBox(), QSpinBox()
        self.move_socket = QPushButton(self.tr("Listen there"))
        self.where = QLineEdit()
        self.command, self.form = QComboBox(), QComboBox()
        self.learned = QLineEdit()
        self.copy_where, self.copy_learned = QPushButton(self.tr("Copy")), QPushButton(self.tr("Copy"))
        self._set_up_list()
        self._set_up_fields()
        self._lay_out()
        self.show_place(host, port)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        head: list[QWidget] = [self.search, self.way, self.pause, self.copy, self.clear, self.table]
        socket = [self.host, self.port, self.move_socket, self.where, self.copy_where]
        return [
            *head, self.message, self.send, *socket, self.command, self.form, self.learned, self.copy_learned,
        ]  # fmt: skip

    def add_traffic(self, messages: list[OscTraffic]) -> None:
        if self.pause.isChecked():
            self._held = [*self._held, *messages][-KEPT:]
            self.pause.setText(self.tr("Go on ({n})").format(n=len(self._held)))
            return
        bar = self.table.verticalScrollBar()
        follow = bar is None or bar.value() == bar.maximum()
        self.model.add(messages)
        if follow:
            self.table.scrollToBottom()

    def show_place(self, host: str, port: int) -> None:
        """Where the daemon listens now."""
        if self.host.findText(host) < 0:
            self.host.addItem(host)
        self.host.setCurrentText(host)
        self.port.setValue(port)
        self._at = (reachable(host), port)
        self.where.setText(f"{self._at[0]}:{port}")
        self.show_line(self._line)

    def show_failure(self, failure: Failure) -> None:
        """That the daemon does not listen where it was asked to."""
        if failure.what == CHANGE_OSC:
            self._say(failure.text, "error")

    def show_line(self, line: Line | None) -> None:
        """The line that the message to paste is for."""
        self._line = line
        command = self.command.currentText()
        args: tuple[object, ...] = (line.cue.id if line is not None else "LINE",)
        if command == "render":
            cue = line.cue if line is not None else None
            args = (
                (*args, cue.text, "timbre", cue.timbre, "emotion", cue.emotion) if cue else (*args, "Who goes there?")
            )
            if cue is not None and cue.length is not None:
                args = (*args, "seconds", round(cue.length.seconds, 6))
        form = FORMS[self.form.currentText()]
        self.learned.setText(form(*self._at, f"/cuevox/line/{command}", args))
        self.learned.setCursorPosition(0)

    def show_answer(self, answer: Answer | None) -> None:
        """The first answer to the message that was sent; the others stand in the list."""
        if answer is None:
            self._say(self.tr("no reply came; look at the address: docs/osc.md lists them all"), "error")
        else:
            words = self.tr("reply to {command}: {words}").format(command=answer.command, words=answer.words)
            self._say(words, "muted" if answer.ok else "error")

    # ---- construction -----------------------------------------------------------------------------------------------

    def _set_up_list(self) -> None:
        self.search.setPlaceholderText(self.tr("Filter messages"))
        self.search.setAccessibleName(self.tr("Filter messages"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.way.setAccessibleName(self.tr("Which messages"))
        for words, way in (
            (self.tr("In and out"), Way.ALL),
            (self.tr("In only"), Way.IN),
            (self.tr("Out only"), Way.OUT),
            (self.tr("Errors only"), Way.ERRORS),
        ):
            self.way.addItem(words, way)
        self.way.currentIndexChanged.connect(self._narrow)
        self.pause.setCheckable(True)
        self.pause.setToolTip(self.tr("Let the list stand still; what comes meanwhile is shown afterwards"))
        self.pause.toggled.connect(self._pause)
        self.copy.setToolTip(self.tr("The chosen messages as text; all that are shown where none is chosen"))
        self.copy.clicked.connect(self._copy)
        self.clear.clicked.connect(self.model.clear)
        table = self.table
        table.setModel(self.filter)
        table.setAccessibleName(self.tr("OSC messages"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        rows, head = table.verticalHeader(), table.horizontalHeader()
        assert rows is not None and head is not None
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 8)
        digit = self.fontMetrics().horizontalAdvance("0")
        for column, width in enumerate(WIDTHS):
            table.setColumnWidth(column, width * digit)
        head.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        head.setHighlightSections(False)

    def _set_up_fields(self) -> None:
        self.message.setAccessibleName(self.tr("OSC message to send: address, then arguments"))
        self.message.setToolTip(self.tr("Words with spaces stand in quotes; 2 is an integer, 2.0 a float, '2' a word"))
        self.message.returnPressed.connect(self._send)
        self.send.clicked.connect(self._send)
        self.host.setEditable(True)
        self.host.addItems(HOSTS)
        self.host.setAccessibleName(self.tr("Interface to listen on"))
        self.host.setToolTip(self.tr("127.0.0.1: this machine only; 0.0.0.0: all, with a passcode in the settings"))
        self.port.setRange(*PORTS)
        self.port.setAccessibleName(self.tr("Port to listen on"))
        self.move_socket.setToolTip(self.tr("Close the socket and open it there; lines and sounds go on"))
        self.move_socket.clicked.connect(
            lambda: self.move_wished.emit(self.host.currentText().strip(), self.port.value())
        )
        for field, button, name in (
            (self.where, self.copy_where, self.tr("Address of the daemon, for a DAW or QLab")),
            (self.learned, self.copy_learned, self.tr("Message for the chosen line, to paste into another program")),
        ):
            field.setReadOnly(True)
            field.setAccessibleName(name)
            button.setAccessibleName(self.tr("Copy: {what}").format(what=name))
            button.clicked.connect(lambda _, field=field: _to_clipboard(field.text()))
        self.command.addItems(COMMANDS)
        self.command.setAccessibleName(self.tr("What the message is to do with the line"))
        self.form.addItems(list(FORMS))
        self.form.setAccessibleName(self.tr("For which program"))
        for box in (self.command, self.form):
            box.currentTextChanged.connect(lambda: self.show_line(self._line))

    def _lay_out(self) -> None:
        head, send, where, learned = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (head, send, where, learned):
            row.setSpacing(8)
        head.addWidget(label(self.tr("OSC"), "title"))
        head.addWidget(self.search, 1)
        head.addWidget(self.way)
        for button in (self.pause, self.copy, self.clear):
            head.addWidget(button)
        send.addWidget(self.message, 1)
        send.addWidget(self.send)
        where.addWidget(self.host)
        where.addWidget(self.port)
        where.addWidget(self.move_socket)
        where.addWidget(self.where, 1)
        where.addWidget(self.copy_where)
        learned.addWidget(self.command)
        learned.addWidget(self.form)
        learned.addWidget(self.learned, 1)
        learned.addWidget(self.copy_learned)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for name, row in (
            (self.tr("Send a test message"), send),
            (self.tr("Listens at (UDP, TCP)"), where),
            (self.tr("For the chosen line"), learned),
        ):
            title = label(name, "field")
            title.setMinimumHeight(self.send.sizeHint().height())  # its words stand beside those of the field
            form.addRow(title, row)
        form.insertRow(1, "", self.complaint)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addLayout(form)

    # ---- what is done here ------------------------------------------------------------------------------------------

    def _narrow(self) -> None:
        self.filter.narrow(self.search.text(), self.way.currentData())

    def _pause(self, standing_still: bool) -> None:
        if not standing_still:
            self.pause.setText(self.tr("Pause"))
            held, self._held = self._held, []
            self.add_traffic(held)

    def _copy(self) -> None:
        selection = self.table.selectionModel()
        chosen = selection.selectedRows() if selection is not None else []
        rows = sorted(index.row() for index in chosen) or range(self.filter.rowCount())
        found = [self.filter.mapToSource(self.filter.index(row, 0)).row() for row in rows]
        _to_clipboard("\n".join(self.model.row(row).text for row in found))

    def _send(self) -> None:
        try:
            address, args = read_message(self.message.text())
        except UnreadableMessageError as error:
            self._say(str(error), "error")
            return
        self._say(self.tr("sent {message}").format(message=write_message(address, args)), "muted")
        self.send_wished.emit(address, args)

    def _say(self, text: str, role: str) -> None:
        self.complaint.setText(text)
        set_role(self.complaint, role)


def reachable(host: str) -> str:
    """Where a daemon that listens on `host` is spoken to from this machine."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host


def _to_clipboard(text: str) -> None:
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(text)
