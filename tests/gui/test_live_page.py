"""The soundboard: which lines are on it, keys, search, what plays, the end of all sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from bridge.cue import Line, LineState
from bridge.events import Level, PlayEnded, SoundDevice
from gui.live_pad import in_lines
from gui.live_page import MOST, LivePage
from gui.theme import Theme
from tests.gui.stand_in import RATE, make_line


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> LivePage:
    page = LivePage(theme, "")
    qtbot.addWidget(page)
    page.resize(900, 500)
    page.show()
    return page


def ready(line_id: str, order: int, state: LineState = LineState.READY) -> Line:
    line = make_line(line_id, state, n_samples=RATE)
    return replace(line, takes=(replace(line.takes[0], path=Path("clip.wav")),), order=order)


def test_lines_with_a_take_are_buttons_in_their_order(page: LivePage) -> None:
    page.update_lines([ready("b", 2), ready("a", 1), make_line("waits")])
    assert list(page.pads) != [] and page._order == ["a", "b"]
    assert page.pads["a"].accessibleName() == "Play a: text of a"
    page.update_lines([replace(ready("waits", 0))])
    assert page._order == ["waits", "a", "b"]
    page.remove_lines(["a"])
    assert page._order == ["waits", "b"] and set(page.pads) == {"waits", "b"}


def test_a_click_and_a_number_play_a_line(qtbot: QtBot, page: LivePage) -> None:
    played: list[str] = []
    page.play_wished.connect(played.append)
    page.update_lines([ready("a", 1), ready("b", 2)])
    qtbot.mouseClick(page.pads["a"], Qt.MouseButton.LeftButton)
    page.activateWindow()
    page.panic.setFocus()
    qtbot.waitUntil(page.panic.hasFocus, timeout=20_000)
    for key in (Qt.Key.Key_2, Qt.Key.Key_9):
        qtbot.keyClick(page.panic, key)
    assert played == ["a", "b"]
    page.search.setFocus()
    qtbot.keyClick(page.search, Qt.Key.Key_1)
    assert played == ["a", "b"] and page.search.text() == "1"


def test_what_plays_says_so_in_words(page: LivePage) -> None:
    page.update_lines([ready("a", 1)])
    pad = page.pads["a"]
    page.update_lines([ready("a", 1, LineState.PLAYING)])
    assert page.pads["a"] is pad
    assert "playing" in pad.head.text() and pad.accessibleName().endswith("playing")
    page.update_lines([ready("a", 1)])
    assert "playing" not in pad.head.text()
    page.play_ended(PlayEnded("a", "a_t01", RATE, 41.6, False))
    assert page.latency.text() == "first sound after 42 ms"


def test_the_search_finds_lines_beyond_those_that_fit(page: LivePage) -> None:
    page.update_lines([ready(f"line_{n:03d}", n) for n in range(MOST + 20)])
    assert len(page.pads) == MOST and page.more.text().startswith("20 more")
    page.search.setText("line_110")
    assert list(page.pads) == ["line_110"] and not page.more.text()


def test_one_button_ends_all_sound(qtbot: QtBot, page: LivePage) -> None:
    with qtbot.waitSignal(page.panic_wished, timeout=20_000):
        qtbot.mouseClick(page.panic, Qt.MouseButton.LeftButton)


def test_spoken_anew_every_line_is_on_the_board_and_a_press_asks_for_its_words(qtbot: QtBot, page: LivePage) -> None:
    played: list[str] = []
    spoken: list[Line] = []
    page.play_wished.connect(played.append)
    page.speak_wished.connect(spoken.append)
    page.update_lines([ready("a", 1), replace(make_line("waits"), order=2)])
    assert page._order == ["a"]
    page.anew.setChecked(True)
    assert page._order == ["a", "waits"] and "speaks live" in page.pads["waits"].foot.text()
    page.pads["waits"].click()
    assert [line.cue.id for line in spoken] == ["waits"] and not played


def test_typed_words_are_spoken_and_the_arrow_keys_bring_them_back(qtbot: QtBot, page: LivePage) -> None:
    said: list[str] = []
    page.say_wished.connect(said.append)
    page.activateWindow()
    page.words.setFocus()
    qtbot.waitUntil(page.words.hasFocus, timeout=20_000)
    for words in ("Halt!", " 2 steps back. ", "  "):
        qtbot.keyClicks(page.words, words)
        qtbot.keyClick(page.words, Qt.Key.Key_Return)
    assert said == ["Halt!", "2 steps back."] and not page.words.text().strip()
    page.words.clear()
    for _ in range(3):
        qtbot.keyClick(page.words, Qt.Key.Key_Up)
    assert page.words.text() == "Halt!"
    qtbot.keyClick(page.words, Qt.Key.Key_Down)
    assert page.words.text() == "2 steps back."


def test_the_chosen_device_stays_chosen_when_it_is_not_there(page: LivePage) -> None:
    wished: list[str] = []
    page.device_wished.connect(wished.append)
    assert page.device.currentData() == ""
    page.offer_devices(("Monitors", "Headphones"))
    page.device.setCurrentText("Headphones")
    page.device.activated.emit(page.device.currentIndex())
    page.show_device("Headphones")
    page.offer_devices(("Monitors",))
    assert wished == ["Headphones"] and page.device.currentText() == "Headphones"


def test_the_meter_falls_without_news_and_says_in_a_word_that_something_was_cut_off(
    qtbot: QtBot, page: LivePage
) -> None:
    page.meter.show_level(Level(-12.0, -20.0))
    assert (page.meter.bar.value(), page.meter.text.text()) == (-12, "-12.0 dB")
    page.meter.show_level(Level(0.0, -3.0))
    page.meter.show_level(Level(-12.0, -20.0))
    assert page.meter.text.text() == "clipped"
    qtbot.waitUntil(lambda: page.meter.text.text() == "-inf dB" and page.meter.bar.value() == -60, timeout=20_000)


def test_what_is_wrong_with_the_device_stands_beside_it(page: LivePage) -> None:
    page.show_sound_device(SoundDevice("", "Monitors", RATE, 10.7, 0, ""))
    assert page.device_fact.text() == "Monitors: 11 ms in the device"
    page.show_sound_device(SoundDevice("Headphones", "Monitors", RATE, 10.7, 2, "Headphones are not there"))
    assert page.device.currentText() == "Headphones" and page.device_fact.text() == "Headphones are not there"
    assert page.device_fact.property("role") == "error"


def test_words_of_a_pad_are_broken_into_two_lines_and_cut_in_the_last(qtbot: QtBot, page: LivePage) -> None:
    font = page.font()
    width = QFontMetrics(font).horizontalAdvance("They are inside")
    assert in_lines("They are inside", font, 2 * width, 2) == "They are inside"
    assert in_lines("They are inside the walls!", font, width + 4, 2) == "They are inside\nthe walls!"
    first, last = in_lines("They are inside the walls of the town already", font, width + 4, 2).splitlines()
    assert first == "They are inside" and last.startswith("the ") and last.endswith("…")
