"""The lines as a table: what each cell says, and what a column sorts by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QAbstractTableModel, QCoreApplication, QModelIndex, QObject, Qt

from bridge.cue import Line, LineState, Take
from gui.widgets import plain_tip
from gui.wording import state_word

COLUMNS = (
    QT_TRANSLATE_NOOP("lines", "State"),
    QT_TRANSLATE_NOOP("lines", "Line"),
    QT_TRANSLATE_NOOP("lines", "Character"),
    QT_TRANSLATE_NOOP("lines", "Text"),
    QT_TRANSLATE_NOOP("lines", "Timbre"),
    QT_TRANSLATE_NOOP("lines", "Emotion"),
    QT_TRANSLATE_NOOP("lines", "At"),
    QT_TRANSLATE_NOOP("lines", "Asked"),
    QT_TRANSLATE_NOOP("lines", "Actual"),
    QT_TRANSLATE_NOOP("lines", "Takes"),
)
STATE, LINE, CHARACTER, TEXT, TIMBRE, EMOTION, AT, ASKED, ACTUAL, TAKES = range(len(COLUMNS))
LINE_ROLE = Qt.ItemDataRole.UserRole
SPAN_ABOVE_RUNS = 8  # changes in more places than this are told as one span: every signal costs the views a pass


def actual_seconds(take: Take | None) -> float | None:
    return take.n_samples / take.rate if take is not None and take.n_samples and take.rate else None


def shown_take(line: Line) -> Take | None:
    """The picked take, or else the newest one."""
    return line.picked_take or (line.takes[-1] if line.takes else None)


def progress(line: Line) -> float:
    """How far the takes that are being made have come, 0..1."""
    made = [take.progress for take in line.takes if take.state in (LineState.QUEUED, LineState.RENDERING)]
    return sum(made) / len(made) if made else 0.0


class CueModel(QAbstractTableModel):
    """Lines in the order they were asked for. Changes come in batches; each run of rows is told in one signal."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._rows: dict[str, int] = {}
        self._states = {state: state_word(state) for state in LineState}  # once: a table asks for thousands
        self._natural = QCoreApplication.translate("lines", "natural")

    def line(self, line_id: str) -> Line | None:
        row = self._rows.get(line_id)
        return None if row is None else self._lines[row]

    def line_at(self, row: int) -> Line:
        return self._lines[row]

    def characters(self) -> set[str]:
        """All that speak."""
        return {line.cue.character for line in self._lines}

    def waiting(self) -> list[str]:
        """Ids of the lines of which a take waits or is being made, the newest first: so no next one is begun."""
        return [line.cue.id for line in reversed(self._lines) if line.state in (LineState.QUEUED, LineState.RENDERING)]

    def index_of(self, line_id: str) -> QModelIndex:
        """The first cell of a line; an invalid index where there is no such line."""
        row = self._rows.get(line_id)
        return QModelIndex() if row is None else self.index(row, 0)

    def update_lines(self, lines: Sequence[Line]) -> None:
        new: dict[str, Line] = {}
        touched: list[int] = []
        for line in lines:
            row = self._rows.get(line.cue.id)
            if row is None:
                new[line.cue.id] = line
            else:
                self._lines[row] = line
                touched.append(row)
        for first, last in spans(touched):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))
        if new:
            start = len(self._lines)
            self.beginInsertRows(QModelIndex(), start, start + len(new) - 1)
            for line in sorted(new.values(), key=lambda line: line.order):
                self._rows[line.cue.id] = len(self._lines)
                self._lines.append(line)
            self.endInsertRows()

    def remove_lines(self, line_ids: Sequence[str]) -> None:
        rows = [self._rows[line_id] for line_id in line_ids if line_id in self._rows]
        for first, last in reversed(runs(rows)):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._lines[first : last + 1]
            self.endRemoveRows()
        self._rows = {line.cue.id: row for row, line in enumerate(self._lines)}

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's name and default)
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("lines", COLUMNS[section])
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tool_tip(line)
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == STATE:
            return f"{line.cue.id}: {self._text(line, STATE)}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return None

    def _text(self, line: Line, column: int) -> str:
        cue, take = line.cue, shown_take(line)
        if column == STATE:
            return self._state_text(line)
        if column == LINE:
            return cue.id
        if column == CHARACTER:
            return cue.character
        if column == TEXT:
            return " ".join(cue.text.split())
        if column == TIMBRE:
            return cue.timbre
        if column == EMOTION:
            return cue.emotion if cue.weight == 1.0 else f"{cue.emotion} x {cue.weight:.2f}"
        if column == AT:
            return "" if cue.at is None else _clock(cue.at.sample, cue.at.rate)
        if column == ASKED:
            return f"{cue.length.seconds:.3f} s" if cue.length else self._natural
        if column == ACTUAL:
            seconds = actual_seconds(take)
            return "" if seconds is None else f"{seconds:.3f} s"
        return str(len(line.takes) or "")

    def _state_text(self, line: Line) -> str:
        take, word = shown_take(line), self._states[line.state]
        if line.state == LineState.RENDERING:
            return f"{word} {progress(line):.0%}"
        # The warnings themselves are in the tool tip and, for the chosen line, above the waveform.
        return f"{word} ⚠" if take is not None and take.warnings else word

    def sort_key(self, line: Line, column: int) -> float | str:
        """What a column sorts by: numbers by their value, words whatever their case."""
        if column == STATE:
            return line.state.value
        if column == AT:
            return line.cue.at.sample / line.cue.at.rate if line.cue.at else -1.0
        if column == ASKED:
            return line.cue.length.seconds if line.cue.length else -1.0
        if column == ACTUAL:
            return actual_seconds(shown_take(line)) or -1.0
        return len(line.takes) if column == TAKES else self._text(line, column).casefold()


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (AT, ASKED, ACTUAL, TAKES) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _clock(sample: int, rate: int) -> str:
    """`H:MM:SS.mmm`, cut to the millisecond."""
    seconds, rest = divmod(sample, rate)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest * 1000 // rate:03d}"


def _tool_tip(line: Line) -> str:
    """All of a line, so that a narrow window hides nothing for good."""
    cue, take = line.cue, shown_take(line)
    facts = [cue.text, f"{cue.character} · {cue.timbre} · {cue.emotion}"]
    if take is not None:
        seed = QCoreApplication.translate("lines", "seed {seed}").format(seed=take.seed)
        facts += [seed, take.error, *take.warnings]
    return plain_tip("\n".join(filter(None, facts)))


def runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rows as runs (first, last), rising."""
    found: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found


def spans(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rows as the runs in which a change is told: one over all of them where there would be many."""
    found = runs(rows)
    return [(found[0][0], found[-1][1])] if len(found) > SPAN_ABOVE_RUNS else found
