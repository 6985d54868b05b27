"""The pad, the blend and the ways to an emotion: laws of the circle, and the widgets moved as a person moves them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from engine.types import EMOTIONS
from gui.emotion_space import ANGLES_DEG, RIM, blend, place, weights_at
from gui.preset_dialog import PresetDialog, PresetTexts
from gui.preset_editor import PresetEditor
from gui.theme import Theme
from tests.gui.stand_in import Preset

NONE = Qt.MouseButton.NoButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def editor(qtbot: QtBot, theme: Theme) -> PresetEditor:
    editor = PresetEditor(theme)
    qtbot.addWidget(editor)
    presets = [Preset("battle cry", weights={"angry": 0.8, "surprised": 0.2}), Preset("grief", weights={"sad": 0.6})]
    editor.set_presets("emotion", presets)
    editor.show()
    return editor


@given(st.floats(0, 1), st.floats(0, 2 * math.pi))
def test_a_point_comes_back_from_its_weights(radius: float, angle: float) -> None:
    point = (radius * math.cos(angle), radius * math.sin(angle))
    weights = weights_at(*point)
    assert set(weights) == set(EMOTIONS) and all(0 <= weight <= 1 for weight in weights.values())
    assert sum(weight > 0 for weight in weights.values()) <= 2
    assert place(weights) == pytest.approx(point, abs=1e-6)


@given(st.fixed_dictionaries(dict.fromkeys(EMOTIONS, st.floats(0, 1))))
def test_any_weights_have_a_place_inside_the_circle(weights: dict[str, float]) -> None:
    assert math.hypot(*place(weights)) <= 1 + 1e-9


@pytest.mark.parametrize("name", EMOTIONS)
def test_each_emotion_stands_at_its_own_place_on_the_rim(name: str) -> None:
    assert set(ANGLES_DEG) == set(EMOTIONS)
    assert weights_at(*RIM[name]) == pytest.approx(dict.fromkeys(EMOTIONS, 0.0) | {name: 1.0}, abs=1e-9)


def test_a_blend_goes_from_one_to_the_other() -> None:
    first, second = {"happy": 0.8}, {"sad": 0.4}
    assert blend(first, second, 0.0)["happy"] == 0.8
    assert blend(first, second, 1.0) == dict.fromkeys(EMOTIONS, 0.0) | {"sad": 0.4}
    assert blend(first, second, 0.5) == dict.fromkeys(EMOTIONS, 0.0) | {"happy": 0.4, "sad": 0.2}


def test_the_pad_moves_the_sliders(qtbot: QtBot, editor: PresetEditor) -> None:
    pad = editor.tools.pad
    centre = QPoint(pad.width() // 2, pad.height() // 2)
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton, pos=centre + QPoint(500, 0))  # far to the pleasant side
    assert pad.point == pytest.approx((1.0, 0.0), abs=0.02)
    moved = {name for name, weight in editor.weights().items() if weight}
    assert moved == {"calm", "happy"}
    assert editor.emotion.startswith("happy=")
    qtbot.keyClick(pad, Qt.Key.Key_Home)
    assert pad.point == (0, 0) and editor.emotion == "neutral"
    qtbot.keyClick(pad, Qt.Key.Key_Up)
    assert pad.point[1] == pytest.approx(0.05)
    assert "arousal +0.05" in pad.accessibleDescription()


def test_sliders_and_presets_move_the_pad(editor: PresetEditor) -> None:
    editor.sliders["sad"].setValue(100)
    assert editor.tools.pad.point == pytest.approx(RIM["sad"])
    editor.set_emotion("battle cry")
    assert editor.tools.pad.point == pytest.approx(place({"angry": 0.8, "surprised": 0.2}))
    assert editor.emotion == "battle cry"


def test_one_slider_blends_two_presets(qtbot: QtBot, editor: PresetEditor) -> None:
    tools = editor.tools
    tools.setCurrentIndex(1)
    assert (tools.first.currentText(), tools.second.currentText()) == ("battle cry", "grief")
    tools.share.setFocus()
    for _ in range(5):
        qtbot.keyClick(tools.share, Qt.Key.Key_PageUp)
    assert editor.emotion == "angry=0.40,sad=0.30,surprised=0.10"
    editor.set_presets("emotion", [Preset("calm", weights={"calm": 1.0}), Preset("grief", weights={"sad": 0.6})])
    assert tools.second.currentText() == "grief"


def test_a_sentence_is_asked_for_and_an_empty_one_is_not(qtbot: QtBot, editor: PresetEditor) -> None:
    tools = editor.tools
    tools.setCurrentIndex(2)
    sentences: list[str] = []
    tools.sentence_given.connect(sentences.append)
    tools.read.click()
    qtbot.keyClicks(tools.sentence, "close to tears")
    qtbot.keyClick(tools.sentence, Qt.Key.Key_Return)
    assert sentences == ["close to tears"]


@pytest.mark.parametrize(("name", "wanted"), [("sob.wav", True), ("notes.txt", False)])
def test_a_clip_dropped_on_its_target_is_no_new_timbre(
    editor: PresetEditor, tmp_path: Path, name: str, wanted: bool
) -> None:
    clips: list[str] = []
    timbres: list[str] = []
    editor.tools.clip_given.connect(clips.append)
    editor.clip_dropped.connect(timbres.append)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
    target = editor.tools.clip
    enter = QDragEnterEvent(QPoint(4, 4), Qt.DropAction.CopyAction, mime, NONE, NO_KEYS)
    enter.ignore()
    target.dragEnterEvent(enter)
    target.dropEvent(QDropEvent(QPointF(4, 4), Qt.DropAction.CopyAction, mime, NONE, NO_KEYS))
    assert enter.isAccepted() == wanted
    assert [Path(clip).name for clip in clips] == ([name] if wanted else [])
    assert not timbres


def test_a_preset_needs_a_name(qtbot: QtBot) -> None:
    dialog = PresetDialog()
    qtbot.addWidget(dialog)
    box = dialog.findChild(QDialogButtonBox)
    assert box is not None
    ok = box.button(QDialogButtonBox.StandardButton.Ok)
    assert ok is not None and not ok.isEnabled()
    qtbot.keyClicks(dialog.name, " grim hope ")
    qtbot.keyClicks(dialog.note, "for the end")
    dialog.set_colour("#102030")
    assert ok.isEnabled()
    assert dialog.texts == PresetTexts("grim hope", "for the end", "#102030")
