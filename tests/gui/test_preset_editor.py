"""Emotions as text and as sliders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from engine.types import EMOTIONS
from gui.preset_dialog import PresetTexts
from gui.preset_editor import PresetEditor, preset_weights, read_emotion, write_emotion
from gui.theme import Theme
from tests.gui.stand_in import Preset

hundredths = st.integers(0, 100).map(lambda n: n / 100)


@pytest.fixture
def editor(qtbot: QtBot, theme: Theme) -> PresetEditor:
    editor = PresetEditor(theme)
    qtbot.addWidget(editor)
    editor.set_presets("timbre", [Preset("Mara", "warm"), Preset("Cole")])
    editor.set_presets("emotion", [Preset("battle cry", "loud", weights={"angry": 0.8, "happy": 0.2})])
    return editor


@given(st.fixed_dictionaries(dict.fromkeys(EMOTIONS, hundredths)))
def test_weights_come_back_from_their_text(weights: dict[str, float]) -> None:
    back = read_emotion(write_emotion(weights))
    assert (back or dict.fromkeys(EMOTIONS, 0.0)) == weights


def test_all_zero_is_neutral_and_other_forms_are_no_weights() -> None:
    assert write_emotion({}) == "neutral"
    assert read_emotion("battle cry") is None
    assert read_emotion("joyful=1") is None
    assert read_emotion("text:happy=1 he said") is None


def test_weights_of_a_preset_may_be_a_mapping_or_eight_numbers() -> None:
    assert preset_weights(Preset("x", weights={"sad": 0.5}))["sad"] == 0.5
    eight = type("Eight", (), {"weights": tuple(n / 10 for n in range(8))})()
    assert list(preset_weights(eight).values()) == pytest.approx([n / 10 for n in range(8)])
    assert set(preset_weights(object()).values()) == {0.0}


def test_a_preset_moves_the_sliders_and_a_moved_slider_leaves_the_preset(editor: PresetEditor) -> None:
    editor.set_emotion("battle cry")
    assert editor.emotion == "battle cry"
    assert (editor.weights()["angry"], editor.weights()["happy"]) == (0.8, 0.2)
    assert editor.emotion_note.text() == "loud"
    editor.sliders["happy"].setValue(0)
    assert editor.emotion == "angry=0.80"
    editor.reset.click()
    assert editor.emotion == "neutral" and not any(editor.weights().values())


@pytest.mark.parametrize("emotion", ["auto", "clip:sobbing", "text:he is furious", "happy=0.25,calm=1.00"])
def test_every_form_of_the_contract_is_kept_as_it_is(editor: PresetEditor, emotion: str) -> None:
    editor.set_emotion(emotion)
    assert editor.emotion == emotion


def test_new_lists_keep_what_is_chosen(editor: PresetEditor) -> None:
    editor.set_timbre("Cole")
    editor.set_emotion("sad=0.30")
    editor.set_presets("timbre", [Preset("Abel"), Preset("Cole")])
    editor.set_presets("emotion", [Preset("grim hope", weights={"sad": 0.3})])
    assert (editor.timbre, editor.emotion) == ("Cole", "sad=0.30")
    editor.set_presets("timbre", [Preset("Abel")])
    assert editor.timbre == "Abel"


def test_a_preset_just_made_is_chosen_when_it_is_listed(editor: PresetEditor) -> None:
    editor.expect("timbre", "Old Man")
    editor.set_presets("timbre", [Preset("Mara")])
    assert editor.timbre == "Mara"
    editor.set_presets("timbre", [Preset("Mara"), Preset("Old Man")])
    assert editor.timbre == "Old Man"


def test_a_preset_of_the_program_is_duplicated_and_own_ones_are_exported(
    editor: PresetEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Preset("grim hope", "for the end", "#102030", "yours", {"sad": 0.3})
    editor.set_presets("emotion", [Preset("battle cry", "loud", weights={"angry": 0.8}), own])
    editor.set_emotion("battle cry")
    asked: list[PresetTexts] = []
    monkeypatch.setattr("gui.preset_editor.ask_texts", lambda _, first: asked.append(first) or first)
    saved: list[tuple[PresetTexts, dict[str, float]]] = []
    editor.save_wished.connect(lambda texts, weights: saved.append((texts, weights)))
    more = editor.more
    more.duplicate.trigger()
    assert asked == [PresetTexts("battle cry copy", "loud", "#aabbcc")] and saved[0][1]["angry"] == 0.8
    files = {"getSaveFileName": "out.json", "getOpenFileName": "in.json"}
    for name, file in files.items():
        monkeypatch.setattr(f"gui.preset_menu.QFileDialog.{name}", lambda *_, file=file: (file, ""))
    wished: list[object] = []
    more.export_wished.connect(lambda names, file: wished.append((names, file)))
    more.import_wished.connect(wished.append)
    for action in (more.export, more.export_all, more.import_):
        assert action.isEnabled()
        action.trigger()
    assert wished == [(["battle cry"], "out.json"), (["grim hope"], "out.json"), "in.json"]
    editor.set_weights({"sad": 0.1})
    assert not more.duplicate.isEnabled() and not more.export.isEnabled()


def test_own_presets_are_renamed_and_removed_and_those_of_the_program_are_not(
    editor: PresetEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Preset("grim hope", origin="yours", weights={"sad": 0.3})
    editor.set_presets("emotion", [Preset("battle cry", weights={"angry": 0.8}), own])
    more, wished = editor.more, list[object]()
    more.rename_wished.connect(lambda name, new: wished.append((name, new)))
    more.remove_wished.connect(wished.append)
    more.back_wished.connect(wished.append)
    monkeypatch.setattr("gui.preset_menu.ask_name", lambda _, name: f"{name} anew")
    editor.set_emotion("battle cry")
    assert not more.rename.isEnabled() and not more.remove.isEnabled() and not more.back.isVisible()
    editor.set_emotion("grim hope")
    more.rename.trigger()
    more.remove.trigger()
    assert wished == [("grim hope", "grim hope anew"), "grim hope"]
    more.show_removed("grim hope")
    editor.set_presets("emotion", [Preset("battle cry", weights={"angry": 0.8})])
    assert editor.emotion == "neutral" and more.back.isVisible() and "grim hope" in more.back.text()
    more.back.trigger()
    assert wished[-1] == "grim hope"
    editor.set_presets("emotion", [own])
    assert not more.back.isVisible()  # there it is
