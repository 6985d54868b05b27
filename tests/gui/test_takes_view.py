"""Takes: what their clips tell, comparing at equal loudness, new takes, dragging out, waveform, zoom and playhead."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from bridge.cue import Cue, Length, Line, LineState, Score
from gui.clip_facts import UnreadableClipError, differing, read_facts
from gui.clip_reader import clip_key
from gui.loudness import equal_gains, loudness
from gui.sound_view import ROOM
from gui.takes_view import TakesView
from gui.theme import Theme
from tests.gui.clips import line_with_clips, write_clip
from tests.gui.stand_in import RATE

WAIT_MS = 20_000
CUE = Cue("gate_01", "Who goes there?", "Mara", "angry", length=Length(1))


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TakesView:
    view = TakesView(theme)
    qtbot.addWidget(view, before_close_func=lambda view: view.close_files())
    view.resize(1000, 260)
    view.show()
    return view


@pytest.fixture
def shown(qtbot: QtBot, view: TakesView, tmp_path: Path) -> Callable[..., Line]:
    def show(*levels: float, emotions: tuple[str, ...] = ()) -> Line:
        line = line_with_clips(tmp_path, CUE, levels, emotions)
        view.show_line(line)
        qtbot.waitUntil(lambda: all(clip_key(take) in view._clips.facts for take in line.takes), timeout=WAIT_MS)
        return line

    return show


# ---- measuring ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [24_000, 44_100, 48_000])
def test_a_tone_of_997_hz_has_the_loudness_of_the_standard(rate: int) -> None:
    tone = np.sin(2 * np.pi * 997 / rate * np.arange(5 * rate)).astype(np.float32)
    assert loudness(tone, rate) == pytest.approx(-3.01, abs=0.05)  # BS.1770-4, one channel at full scale
    assert loudness(tone / 10, rate) == pytest.approx(-23.01, abs=0.05)


def test_silence_before_a_sound_does_not_make_it_softer() -> None:
    tone = 0.1 * np.sin(2 * np.pi * 997 / RATE * np.arange(2 * RATE)).astype(np.float32)
    assert loudness(np.concatenate([np.zeros(4 * RATE, np.float32), tone]), RATE) == pytest.approx(
        loudness(tone, RATE), abs=0.5
    )
    assert loudness(np.zeros(RATE, np.float32), RATE) == float("-inf")
    assert np.isfinite(loudness(tone[:1000], RATE))  # shorter than a block


def test_the_louder_one_is_turned_down() -> None:
    assert equal_gains(-20.0, -26.0) == (-6.0, 0.0)
    assert equal_gains(-20.0, float("-inf")) == (0.0, 0.0)


def test_a_clip_tells_level_silence_words_and_its_length_error(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.wav", CUE, level=0.5, silence_s=0.25)
    facts = read_facts(tmp_path / "a.wav")
    assert facts.peak_db == pytest.approx(-6.02, abs=0.05)
    assert facts.leading_s == pytest.approx(0.25, abs=0.001)
    assert (facts.n_clipped, facts.length_error, facts.duration_s) == (0, 0, 1.0)
    assert [word.word for word in facts.words] == ["Who", "goes", "there?"]
    assert facts.settings["emotion"] == "angry" and facts.settings["length"] == "1.000 s"
    loudest_bin = int(facts.spectrogram[len(facts.spectrogram) // 2].argmax())
    assert loudest_bin * facts.spectrogram_hz / facts.spectrogram.shape[1] == pytest.approx(440, abs=50)


def test_clipping_and_a_wrong_length_are_counted(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.wav", CUE, level=1.2, seconds=1.01)
    facts = read_facts(tmp_path / "a.wav")
    assert facts.n_clipped > 1000 and facts.length_error == RATE // 100


def test_a_clip_without_its_json_can_be_shown(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(100), RATE)
    facts = read_facts(tmp_path / "a.wav")
    assert (facts.words, facts.length_error, facts.peak_db) == ((), None, float("-inf"))
    (tmp_path / "b.wav").write_bytes(b"no audio")
    with pytest.raises(UnreadableClipError, match=r"b\.wav cannot be read"):
        read_facts(tmp_path / "b.wav")


def test_only_settings_that_differ_are_named() -> None:
    first = {"text": "Halt!", "emotion": "angry", "weight": "1"}
    assert differing([first, {**first, "emotion": "sad"}]) == ["emotion"]
    assert differing([first, first]) == [] and differing([]) == []


# ---- the view -------------------------------------------------------------------------------------------------------


def test_rows_name_what_differs_and_the_facts_stand_below(view: TakesView, shown: Callable[..., Line]) -> None:
    shown(0.25, 0.5, emotions=("angry", "sad=0.40"))
    first, second = view.list.item(0), view.list.item(1)
    assert first is not None and second is not None
    assert first.text().startswith("✓ t01   1.000 s   seed 1\n") and "emotion angry" in first.text()
    assert "emotion sad=0.40" in second.text() and "LUFS" in second.text()
    assert not first.icon().isNull()
    assert first.text().splitlines()[2] == "emotion angry", "on a line of its own: it is seen in a narrow list, too"
    for words in ("exactly as long as asked", "nothing clipped", "100 ms before the voice", "peak -12.0 dB"):
        assert words in view.facts.text()


def test_two_takes_sound_in_turn_at_equal_loudness(qtbot: QtBot, view: TakesView, shown: Callable[..., Line]) -> None:
    shown(0.5, 0.25, 0.125)
    played: list[tuple[str, float]] = []
    view.play_wished.connect(lambda line, take, gain: played.append((take, round(gain, 1))))
    assert not view.compare_button.isEnabled()  # the picked take with itself
    view.list.setCurrentRow(1)
    view.list.setFocus()
    for _ in range(3):
        qtbot.keyClick(view.list, Qt.Key.Key_B)
    assert played == [("gate_01_t01", -6.0), ("gate_01_t02", 0.0), ("gate_01_t01", -6.0)]
    view.list.setCurrentRow(2)
    view.play_button.click()
    assert played[-1] == ("gate_01_t03", 0.0)
    qtbot.keyClick(view.list, Qt.Key.Key_Space)
    assert len(played) == 5 and played[-1] == ("gate_01_t03", 0.0)
    view.compare_button.click()
    assert played[-1] == ("gate_01_t01", -12.0)


def test_what_is_compared_stays_told_while_it_sounds(view: TakesView, shown: Callable[..., Line]) -> None:
    line = shown(0.5, 0.25)
    view.list.setCurrentRow(1)
    view.compare_button.click()
    playing = replace(line.takes[0], state=LineState.PLAYING)
    view.show_line(replace(line, takes=(playing, line.takes[1])))
    assert view.facts.text() == "compared with gate_01_t02: gate_01_t01 sounds at -6.0 dB; B: the other"
    item = view.list.item(0)
    assert item is not None and item.text().startswith("▶ ✓ t01")
    view.list.setCurrentRow(0)
    assert "exactly as long as asked" in view.facts.text()


def test_warnings_have_a_line_of_their_own_and_hide_no_fact(view: TakesView, shown: Callable[..., Line]) -> None:
    line = shown(0.5)
    assert not view.warning.isVisible()
    warned = replace(line.takes[0], warnings=("much longer than it would be said", "quiet"))
    view.show_line(replace(line, takes=(warned,)))
    assert view.warning.isVisible() and view.warning.text() == "⚠ much longer than it would be said  ·  quiet"
    assert "exactly as long as asked" in view.facts.text()


def test_new_takes_have_seeds_of_their_own(view: TakesView, shown: Callable[..., Line]) -> None:
    wished: list[Cue] = []
    view.takes_wished.connect(wished.append)
    shown(0.5)
    view.n_more.setValue(5)
    view.more_button.click()
    assert wished == [replace(CUE, takes=5, seed=None)]


def test_a_take_is_locked_the_best_is_picked_and_the_earlier_pick_comes_back(
    view: TakesView, shown: Callable[..., Line]
) -> None:
    line = shown(0.5, 0.25)
    scored = (
        replace(line.takes[0], scores=(Score("level", 2.0, "-40.0 dB"),)),
        replace(line.takes[1], scores=(Score("level", 0.0, "-20.0 dB"),)),
    )
    wished: list[tuple[str, ...]] = []
    view.best_wished.connect(lambda line_id: wished.append(("best", line_id)))
    view.back_wished.connect(lambda line_id: wished.append(("back", line_id)))
    view.lock_wished.connect(lambda line_id, take_id: wished.append(("lock", line_id, take_id)))
    view.unlock_wished.connect(lambda line_id: wished.append(("unlock", line_id)))
    assert not view.best_action.isEnabled() and not view.back_action.isEnabled()
    view.show_line(replace(line, takes=scored, earlier_picks=("gate_01_t02",)))
    texts = [item.text().split()[:2] for row in range(2) if (item := view.list.item(row)) is not None]
    assert texts == [["✓", "t01"], ["best", "t02"]]
    assert "rank 2 of 2 (level -40.0 dB)" in view.facts.text()
    view.best_action.trigger()
    view.back_action.trigger()
    view.lock_button.click()
    view.show_line(replace(line, takes=scored, locked=True))
    for control in (view.pick_button, view.more_button, view.best_action, view.back_action):
        assert not control.isEnabled()
    item = view.list.item(0)
    assert item is not None and item.text().startswith("✓ locked t01")
    view.lock_button.click()
    assert wished == [
        ("best", "gate_01"),
        ("back", "gate_01"),
        ("lock", "gate_01", "gate_01_t01"),
        ("unlock", "gate_01"),
    ]


def test_a_take_is_dragged_out_as_a_file(view: TakesView, shown: Callable[..., Line]) -> None:
    line = shown(0.5, 0.25)
    items = [item for row in range(2) if (item := view.list.item(row)) is not None]
    data = view.list.mimeData(items)
    assert data is not None and data.hasUrls()
    assert [Path(url.toLocalFile()) for url in data.urls()] == [take.path for take in line.takes]
    assert view.list.supportedDropActions() == Qt.DropAction.CopyAction and view.list.dragEnabled()
    for take in line.takes:
        assert take.path is not None
        take.path.unlink()
    assert view.list.mimeData(items) is None


def test_a_file_manager_gets_the_clip_itself(
    qtbot: QtBot, view: TakesView, shown: Callable[..., Line], tmp_path: Path
) -> None:
    """What is dragged, dropped on a target that copies the files it is given, as a file manager does."""
    line = shown(0.5)

    class Folder(QWidget):
        def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
            assert event is not None
            data = event.mimeData()
            if data is not None and data.hasUrls() and event.possibleActions() & Qt.DropAction.CopyAction:
                event.acceptProposedAction()

        def dropEvent(self, event: QDropEvent | None) -> None:
            data = event.mimeData() if event is not None else None
            assert data is not None
            for url in data.urls():
                shutil.copy(url.toLocalFile(), tmp_path / "copy.wav")

    folder = Folder()
    folder.setAcceptDrops(True)
    qtbot.addWidget(folder)
    item = view.list.item(0)
    assert item is not None
    data = view.list.mimeData([item])
    assert data is not None
    action, none, keys = view.list.supportedDropActions(), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), action, data, none, keys)
    QApplication.sendEvent(folder, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(folder, QDropEvent(QPointF(5, 5), action, data, none, keys))
    path = line.takes[0].path
    assert path is not None and (tmp_path / "copy.wav").read_bytes() == path.read_bytes()
    assert path.is_file(), "it is a copy: the clip stays"


def test_waveform_words_and_spectrogram_are_drawn_and_zoomed(
    qtbot: QtBot, view: TakesView, shown: Callable[..., Line]
) -> None:
    shown(0.5)
    assert [item.toPlainText() for item in view.sound._words if hasattr(item, "toPlainText")] == CUE.text.split()
    assert not view.sound.spectrum.isVisible()
    view.list.setFocus()
    qtbot.keyClick(view.list, Qt.Key.Key_S)
    assert view.sound.spectrum.isVisible() and view.sound.image.image.shape[1] > 200

    def width() -> float:
        (low, high), _ = view.sound.wave.viewRange()
        return high - low

    whole = width()
    qtbot.keyClick(view.list, Qt.Key.Key_Plus)
    assert width() == pytest.approx(whole / 2, rel=0.05)
    qtbot.keyClick(view.list, Qt.Key.Key_Minus)
    assert width() == pytest.approx(whole, rel=0.05)
    qtbot.keyClick(view.list, Qt.Key.Key_Plus)
    qtbot.keyClick(view.list, Qt.Key.Key_0)
    assert width() == pytest.approx(whole, rel=0.05)


def test_phonemes_are_shown_where_they_can_be_read(qtbot: QtBot, view: TakesView, shown: Callable[..., Line]) -> None:
    shown(0.5)
    view.sound.resize(150, 100)
    view.sound.zoom_out()
    assert not any(item.isVisible() for item in view.sound._phonemes)
    for _ in range(3):
        view.sound.zoom(1)
    letters = [item.toPlainText() for item in view.sound._phonemes if hasattr(item, "toPlainText")]
    assert "".join(letters) == "Whogoesthere" and all(item.isVisible() for item in view.sound._phonemes)
    view.sound.zoom_out()
    assert not any(item.isVisible() for item in view.sound._phonemes)
    view.show_line(None)
    assert not view.sound._phonemes


def test_each_take_of_the_same_length_shows_its_phonemes(view: TakesView, shown: Callable[..., Line]) -> None:
    shown(0.5, 0.25)
    for row in (1, 0):
        view.list.setCurrentRow(row)
        assert view.sound._phonemes and all(item.isVisible() for item in view.sound._phonemes)


def test_words_that_would_stand_on_each_other_are_left_out_until_one_comes_closer(
    qtbot: QtBot, view: TakesView, tmp_path: Path
) -> None:
    cue = replace(CUE, text="Nevertheless everybody understands")
    view.show_line(line_with_clips(tmp_path, cue, (0.5,)))
    qtbot.waitUntil(lambda: not view.is_reading, timeout=WAIT_MS)

    def words() -> list[str]:
        return [item.toPlainText() for item in view.sound._words if hasattr(item, "toPlainText") and item.isVisible()]

    view.sound.resize(150, 100)
    assert words() == ["Nevertheless", "understands"]
    view.sound.zoom(2)
    assert words() == cue.text.split()


def test_a_soft_take_fills_the_view_as_a_loud_one_does(view: TakesView, shown: Callable[..., Line]) -> None:
    shown(0.5, 0.05)
    for row, level in ((0, 0.5), (1, 0.05)):
        view.list.setCurrentRow(row)
        _, (low, high) = view.sound.wave.viewRange()
        assert high == -low == pytest.approx(ROOM * level, rel=0.01)


def test_the_playhead_runs_while_the_take_sounds(qtbot: QtBot, view: TakesView, shown: Callable[..., Line]) -> None:
    line = shown(0.5)
    playing = replace(line.takes[0], state=LineState.PLAYING)
    view.show_line(replace(line, state=LineState.PLAYING, takes=(playing,)))
    head = view.sound.playheads[0]
    assert head.isVisible()
    qtbot.waitUntil(lambda: head.value() > 0, timeout=WAIT_MS)
    view.show_line(line)
    assert not head.isVisible()
    view.show_line(replace(line, state=LineState.PLAYING, takes=(playing,)))
    qtbot.waitUntil(lambda: not head.isVisible(), timeout=WAIT_MS)  # at the clip's end by itself
