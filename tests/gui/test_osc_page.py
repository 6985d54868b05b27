"""The OSC page: messages as text and back, filter, pause, copying, sending, and the address to paste."""

from __future__ import annotations

import ast
import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from bridge.cue import Length
from bridge.events import OscTraffic
from gui.osc_forms import FORMS
from gui.osc_page import OscPage
from gui.osc_text import Answer, UnreadableMessageError, read_message, write_message
from gui.theme import Theme
from gui.traffic_model import KEPT, SLACK
from tests.gui.stand_in import make_line

words = st.text(st.characters(codec="ascii", exclude_characters="\"'\\", min_codepoint=32), max_size=20)
values = st.one_of(words, st.integers(-(2**31), 2**31 - 1), st.floats(-1e6, 1e6).map(lambda x: round(x, 3) + 0.0))


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> OscPage:
    page = OscPage(theme, "127.0.0.1", 27183)
    qtbot.addWidget(page)
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    page.tester = QAbstractItemModelTester(page.model, mode)  # type: ignore[attr-defined]  # lives as long
    page.resize(900, 500)
    page.show()
    return page


def message(address: str, *args: object, incoming: bool = True) -> OscTraffic:
    return OscTraffic(incoming, "127.0.0.1:5000", address, args)


def copied() -> str:
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    return clipboard.text()


@given(st.lists(values, max_size=5))
def test_a_message_comes_back_from_its_text(args: list[str | int | float]) -> None:
    assert read_message(write_message("/cuevox/line/play", args)) == ("/cuevox/line/play", tuple(args))


def test_numbers_are_typed_and_quoted_ones_are_words() -> None:
    assert read_message("/a 2 2.0 '2' -1e3 -.5 gate_01 \"who goes\"") == (
        "/a", (2, 2.0, "2", "-1e3", -0.5, "gate_01", "who goes"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "word"), [("", "address"), ("cuevox", "address"), ("/a 'x", "quote"), ("/a 9999999999", "large")]
)
def test_what_cannot_be_sent_says_why(page: OscPage, text: str, word: str) -> None:
    with pytest.raises(UnreadableMessageError, match=word):
        read_message(text)
    sent: list[str] = []
    page.send_wished.connect(lambda address, args: sent.append(address))
    page.message.setText(text)
    page.send.click()
    assert word in page.complaint.text() and not sent


def test_a_written_message_is_sent_and_its_reply_shown(qtbot: QtBot, page: OscPage) -> None:
    sent: list[tuple[object, ...]] = []
    page.send_wished.connect(lambda address, args: sent.append((address, *args)))
    page.message.clear()
    qtbot.keyClicks(page.message, '/cuevox/line/play "gate 1"')
    qtbot.keyClick(page.message, Qt.Key.Key_Return)
    assert sent == [("/cuevox/line/play", "gate 1")]
    page.show_answer(Answer("/cuevox/line/play", False, "error not_found there is no line 'gate 1'"))
    assert "error not_found there is no line 'gate 1'" in page.complaint.text()
    page.show_answer(None)
    assert "no reply" in page.complaint.text()


def test_messages_are_listed_filtered_and_copied(page: OscPage) -> None:
    page.add_traffic([message("/cuevox/line/render", "a", "Hi there", 2.4), message("/reply/x", "ok", incoming=False)])
    assert page.filter.rowCount() == 2
    page.search.setText("HI render")
    assert page.filter.rowCount() == 1
    page.copy.click()
    assert copied().endswith('in  127.0.0.1:5000  /cuevox/line/render  a "Hi there" 2.4')
    page.search.clear()
    page.table.selectRow(1)
    page.copy.click()
    assert "/reply/x" in copied() and "\n" not in copied()
    page.clear.click()
    assert page.filter.rowCount() == 0


def test_a_paused_list_stands_still_and_loses_nothing(page: OscPage) -> None:
    page.pause.click()
    page.add_traffic([message("/a"), message("/b")])
    assert page.filter.rowCount() == 0 and page.pause.text() == "Go on (2)"
    page.pause.click()
    assert page.filter.rowCount() == 2 and page.pause.text() == "Pause"


def test_the_oldest_messages_fall_off(page: OscPage) -> None:
    for start in range(0, KEPT + 2 * SLACK, 500):
        page.add_traffic([message(f"/n/{n}") for n in range(start, start + 500)])
    assert KEPT <= page.model.rowCount() <= KEPT + SLACK
    assert page.model.row(page.model.rowCount() - 1).message.address == f"/n/{KEPT + 2 * SLACK - 1}"


def test_the_address_to_paste_follows_the_chosen_line(page: OscPage) -> None:
    assert page.where.text() == "127.0.0.1:27183"
    assert page.learned.text() == "/cuevox/line/play LINE"
    line = make_line("gate_01")
    page.show_line(replace(line, cue=replace(line.cue, length=Length(2400, 1000))))
    page.command.setCurrentText("render")
    page.copy_learned.click()
    assert copied() == '/cuevox/line/render gate_01 "text of gate_01" timbre Mara emotion neutral seconds 2.4'
    page.copy_where.click()
    assert copied() == "127.0.0.1:27183"


def test_only_what_came_what_went_or_what_failed(page: OscPage) -> None:
    failed = message("/reply/cuevox/line/play", "", "error", "not_found", "there is no line", incoming=False)
    page.add_traffic([message("/cuevox/line/play", "error"), failed, message("/reply/x", "", "done", incoming=False)])
    shown = {}
    for row in range(page.way.count()):
        page.way.setCurrentIndex(row)
        shown[page.way.currentText()] = page.filter.rowCount()
    assert shown == {"In and out": 3, "In only": 1, "Out only": 2, "Errors only": 1}


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("OSC, QLab", "/cuevox/line/play gate_01"),
        ("Companion", 'Path: /cuevox/line/play  Arguments: "gate_01"'),
        ("TouchOSC", 'sendOSC("/cuevox/line/play", "gate_01")'),
        ("oscsend", "oscsend 127.0.0.1 27183 /cuevox/line/play s gate_01"),
        ("Python", "SimpleUDPClient('127.0.0.1', 27183).send_message('/cuevox/line/play', ['gate_01'])"),
    ],
)
def test_the_message_to_paste_is_written_as_each_program_wants_it(page: OscPage, form: str, text: str) -> None:
    page.show_line(make_line("gate_01"))
    page.form.setCurrentText(form)
    assert page.learned.text() == text


def test_what_oscsend_and_python_would_send_is_the_message(page: OscPage) -> None:
    args = ["gate 1", 'He said "no".', "seconds", 2.4, 3]
    words = shlex.split(FORMS["oscsend"]("127.0.0.1", 9, "/a", args))
    assert words == ["oscsend", "127.0.0.1", "9", "/a", "sssfi", "gate 1", 'He said "no".', "seconds", "2.4", "3"]
    call = ast.parse(FORMS["Python"]("127.0.0.1", 9, "/a", args), mode="eval").body
    assert isinstance(call, ast.Call) and [ast.literal_eval(arg) for arg in call.args] == ["/a", args]


def test_another_place_is_wished_and_shown_where_it_is_pasted_from(page: OscPage) -> None:
    wished: list[tuple[str, int]] = []
    page.move_wished.connect(lambda host, port: wished.append((host, port)))
    page.host.setCurrentText("0.0.0.0")
    page.port.setValue(9000)
    page.move_socket.click()
    assert wished == [("0.0.0.0", 9000)] and page.where.text() == "127.0.0.1:27183"
    page.show_place("0.0.0.0", 9000)
    assert page.where.text() == "127.0.0.1:9000"
