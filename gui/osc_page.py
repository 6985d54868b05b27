"""What came in and went out over OSC, a message to send by hand, and the address that a DAW or QLab needs."""

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
    QTableView,
    QVBoxLayout,
    QWidget,
)

from bridge.cue import Line
from bridge.events import OscTraffic
from gui.osc_text import Answer, UnreadableMessageError, read_message, write_message
from gui.traffic_model import COLUMNS, KEPT, TrafficFilter, TrafficModel
from gui.widgets import ElidedLabel, label, set_role

COMMANDS = ("play", "render", "drop", "stop", "cancel")  # under /cuevox/line, of the chosen line
WIDTHS = (9, 5, 18, 30)  # of all columns but the last, in digits


class OscPage(QWidget):
    """Emits what is to be sent; shows what it is told of."""

    send_wished = pyqtSignal(str, tuple)  # address, arguments

    def __init__(self, host: str, port: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: Line | None = None
        self._held: list[OscTraffic] = []  # while the list stands still
        self.model = TrafficModel(self)
        self.filter = TrafficFilter(self)
        self.filter.setSourceModel(self.model)
        self.search = QLineEdit()
        self.pause, self.copy, self.clear = QPushButton("Pause"), QPushButton("Copy"), QPushButton("Clear")
        self.table = QTableView()
        self.message = QLineEdit("/cuevox/status")
        self.send = QPushButton("Send")
        self.complaint = ElidedLabel("", "muted")
        self.where = QLineEdit(f"{host}:{port}")
        self.command = QComboBox()
        self.learned = QLineEdit()
        self.copy_where, self.copy_learned = QPushButton("Copy"), QPushButton("Copy")
        self._set_up_list()
        self._set_up_fields()
        self._lay_out()
        self.show_line(None)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        head: list[QWidget] = [self.search, self.pause, self.copy, self.clear, self.table]
        learn = [self.where, self.copy_where, self.command, self.learned, self.copy_learned]
        return [*head, self.message, self.send, *learn]

    def add_traffic(self, messages: list[OscTraffic]) -> None:
        if self.pause.isChecked():
            self._held = [*self._held, *messages][-KEPT:]
            self.pause.setText(f"Go on ({len(self._held)})")
            return
        bar = self.table.verticalScrollBar()
        follow = bar is None or bar.value() == bar.maximum()
        self.model.add(messages)
        if follow:
            self.table.scrollToBottom()

    def show_line(self, line: Line | None) -> None:
        """The line that the address to paste is for."""
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
        self.learned.setText(write_message(f"/cuevox/line/{command}", args))
        self.learned.setCursorPosition(0)

    def _set_up_list(self) -> None:
        self.search.setPlaceholderText("Filter messages")
        self.search.setAccessibleName("Filter messages")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.filter.search)
        self.pause.setCheckable(True)
        self.pause.setToolTip("Let the list stand still; what comes meanwhile is shown afterwards")
        self.pause.toggled.connect(self._pause)
        self.copy.setToolTip("The chosen messages as text; all that are shown where none is chosen")
        self.copy.clicked.connect(self._copy)
        self.clear.clicked.connect(self.model.clear)
        table = self.table
        table.setModel(self.filter)
        table.setAccessibleName("OSC messages")
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
        self.message.setAccessibleName("OSC message to send: address, then arguments")
        self.message.setToolTip("Words with spaces stand in quotes; 2 is an integer, 2.0 a float, '2' a word")
        self.message.returnPressed.connect(self._send)
        self.send.clicked.connect(self._send)
        for field, button, name in (
            (self.where, self.copy_where, "Address of the daemon, for a DAW or QLab"),
            (self.learned, self.copy_learned, "Message for the chosen line, to paste into a DAW or QLab"),
        ):
            field.setReadOnly(True)
            field.setAccessibleName(name)
            button.setAccessibleName(f"Copy: {name}")
            button.clicked.connect(lambda _, field=field: _to_clipboard(field.text()))
        self.command.addItems(COMMANDS)
        self.command.setAccessibleName("What the message is to do with the line")
        self.command.currentTextChanged.connect(lambda: self.show_line(self._line))

    def _lay_out(self) -> None:
        head, send, where, learned = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (head, send, where, learned):
            row.setSpacing(8)
        head.addWidget(label("OSC", "title"))
        head.addWidget(self.search, 1)
        for button in (self.pause, self.copy, self.clear):
            head.addWidget(button)
        send.addWidget(self.message, 1)
        send.addWidget(self.send)
        where.addWidget(self.where, 1)
        where.addWidget(self.copy_where)
        learned.addWidget(self.command)
        learned.addWidget(self.learned, 1)
        learned.addWidget(self.copy_learned)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for name, row in (
            ("Send a test message", send),
            ("Send to (UDP or TCP)", where),
            ("For the chosen line", learned),
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

    def _pause(self, standing_still: bool) -> None:
        if not standing_still:
            self.pause.setText("Pause")
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
        self._say(f"sent {write_message(address, args)}", "muted")
        self.send_wished.emit(address, args)

    def show_answer(self, answer: Answer | None) -> None:
        """The first answer to the message that was sent; the others stand in the list."""
        if answer is None:
            self._say("no reply came; look at the address: docs/osc.md lists them all", "error")
        else:
            self._say(f"reply to {answer.command}: {answer.words}", "muted" if answer.ok else "error")

    def _say(self, text: str, role: str) -> None:
        self.complaint.setText(text)
        set_role(self.complaint, role)


def _to_clipboard(text: str) -> None:
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(text)
