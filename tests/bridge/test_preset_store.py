"""Presets that come with the program, the user's own, and what a cue's emotion text means."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from bridge.emotion_source import emotion_of, parse_weights, weights_of
from bridge.errors import BadArgumentError, EmptyTextError, NotFoundError, RefusedError, UnknownPresetError
from bridge.inbox import BadClipError
from bridge.preset_store import SHIPPED, PresetStore
from engine.audio import speech_bounds
from engine.types import EMOTIONS, Emotion


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    (tmp_path / "inbox").mkdir()
    return PresetStore(tmp_path / "presets", tmp_path / "inbox")


def write_speech(path: Path, seconds: float = 3.0, level: float = 1.0) -> None:
    """The first seconds of a voice that comes with the program, between two half seconds of silence."""
    voice, rate = soundfile.read(SHIPPED / "timbre" / "mara.flac")
    first, end = speech_bounds(voice.astype(np.float32), rate)
    assert end - first > seconds * rate
    silence = np.zeros(rate // 2)
    soundfile.write(path, np.concatenate([silence, level * voice[first:][: round(seconds * rate)], silence]), rate)


def test_the_program_comes_with_voices_and_with_emotions_for_game_and_film(store: PresetStore) -> None:
    assert store.problems == ()
    assert len(store.timbres) >= 8
    assert [preset.name for preset in store.emotions[:9]] == ["neutral", *EMOTIONS]
    assert len(store.emotions) >= 9 + 6
    for preset in (*store.timbres, *store.emotions):
        assert preset.note and preset.origin == "cuevox" and len(preset.colour) == 7
    for timbre in store.timbres:
        assert timbre.clip.is_file()
    for name in EMOTIONS:
        weights = store.emotion(name).weights
        assert max(weights, key=lambda key: weights[key]) == name


def test_names_are_found_whatever_their_case(store: PresetStore) -> None:
    assert store.timbre(" mARA ").name == "Mara"
    assert store.emotion("Battle Cry").weights == store.emotion("battle cry").weights
    assert store.timbre("") == store.timbres[0]


def test_an_unknown_name_is_answered_with_those_there_are(store: PresetStore) -> None:
    with pytest.raises(UnknownPresetError, match="Mara") as caught:
        store.timbre("nobody")
    assert caught.value.code == "unknown_timbre"
    with pytest.raises(UnknownPresetError, match="battle cry") as caught:
        store.emotion_source("furious", "")
    assert caught.value.code == "unknown_emotion"


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg"])
def test_a_clip_of_the_inbox_is_learnt_and_stays(store: PresetStore, tmp_path: Path, suffix: str) -> None:
    write_speech(tmp_path / "inbox" / f"take one{suffix}")
    seconds = store.add_timbre("Old Tom", f"take one{suffix}", "the miller", "Tom agreed to games, 2026-05-01")
    assert store.timbre("old tom").consent == "Tom agreed to games, 2026-05-01"
    assert store.timbre("Mara").consent == ""
    assert seconds == pytest.approx(3.0, abs=0.5)  # the cut may fall into a pause
    learnt = store.timbre("old tom")
    assert (learnt.origin, learnt.note) == ("yours", "the miller")
    assert learnt.clip.parent == tmp_path / "presets" / "timbre"
    again = PresetStore(tmp_path / "presets", tmp_path / "inbox")
    assert again.timbre("Old Tom") == learnt and again.problems == ()


def test_a_timbre_learnt_again_has_the_new_clip_and_the_old_one_stays_for_lines_that_wait(
    store: PresetStore, tmp_path: Path
) -> None:
    write_speech(tmp_path / "inbox" / "a.wav", 2)
    write_speech(tmp_path / "inbox" / "b.flac", 3)
    store.add_timbre("Tom", "a.wav")
    before = store.timbre("Tom")
    store.add_timbre("TOM", "b.flac")
    assert [preset.name for preset in store.timbres if preset.origin == "yours"] == ["TOM"]
    assert store.timbre("tom").clip != before.clip and before.clip.is_file()


def test_two_names_that_give_one_file_name_are_two_presets(store: PresetStore, tmp_path: Path) -> None:
    store.save_emotion("a b", {"happy": 0.5})
    store.save_emotion("a_b", {"sad": 0.5})
    again = PresetStore(tmp_path / "presets", tmp_path / "inbox")
    assert (again.emotion("a b").weights, again.emotion("a_b").weights) == ({"happy": 0.5}, {"sad": 0.5})


@pytest.mark.parametrize(
    ("file", "error"),
    [
        ("missing.wav", NotFoundError),
        ("../outside.wav", RefusedError),
        ("notes.txt", BadArgumentError),
        ("short.wav", BadClipError),
        ("silent.wav", BadClipError),
        ("broken.wav", BadClipError),
        ("noise.wav", BadClipError),
        ("", RefusedError),
    ],
)
def test_what_no_voice_can_be_learnt_from_is_refused(
    store: PresetStore, tmp_path: Path, file: str, error: type[Exception]
) -> None:
    inbox = tmp_path / "inbox"
    for path in (tmp_path / "outside.wav", inbox / "notes.txt"):
        path.write_bytes(b"hello")
    write_speech(inbox / "short.wav", 0.4)
    write_speech(inbox / "silent.wav", 3, level=0)
    soundfile.write(inbox / "noise.wav", np.random.default_rng(1).uniform(-0.3, 0.3, 48_000), 16_000)
    (inbox / "broken.wav").write_bytes(b"RIFF and then nothing that makes sense")
    with pytest.raises(error):
        store.add_timbre("Tom", file)
    assert not (tmp_path / "presets").exists()


def test_what_comes_with_the_program_is_not_replaced(store: PresetStore, tmp_path: Path) -> None:
    write_speech(tmp_path / "inbox" / "a.wav")
    with pytest.raises(RefusedError, match="Mara"):
        store.add_timbre("mara", "a.wav")
    with pytest.raises(RefusedError, match="battle cry"):
        store.save_emotion("Battle cry", {"happy": 1})


def test_an_emotion_of_ones_own_is_kept_and_can_be_changed(store: PresetStore, tmp_path: Path) -> None:
    store.save_emotion("Giddy", {"happy": 0.7, "surprised": 0.4, "sad": 0}, "after the win")
    store.save_emotion("giddy", {"happy": 0.9})
    again = PresetStore(tmp_path / "presets", tmp_path / "inbox")
    assert again.emotion("GIDDY").weights == {"happy": 0.9}
    assert sum(preset.origin == "yours" for preset in again.emotions) == 1


@pytest.mark.parametrize(
    "weights",
    [{"joyful": 0.5}, {"happy": 1.01}, {"happy": -0.1}, {"happy": float("nan")}, {"happy": 0.1, "HAPPY ": 0.2}],
)
def test_weights_that_break_a_rule_are_refused(store: PresetStore, weights: dict[str, float]) -> None:
    with pytest.raises((BadArgumentError, UnknownPresetError)):
        store.save_emotion("mine", weights)


def test_a_colour_is_kept_as_given(store: PresetStore) -> None:
    store.save_emotion("mine", {"happy": 0.5}, colour="#10aaFF")
    assert store.emotion("mine").colour == "#10aaFF"
    with pytest.raises(BadArgumentError, match="#rrggbb"):
        store.save_emotion("mine", {"happy": 0.5}, colour="red")


@pytest.mark.parametrize("name", ["", "a=b", "clip:x", "auto", "Context", "x" * 81, "a\nb"])
def test_a_name_that_would_be_read_as_something_else_is_refused(store: PresetStore, name: str) -> None:
    with pytest.raises(BadArgumentError):
        store.save_emotion(name, {"happy": 0.5})


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"name": "X"}',
        '{"name": "X", "weights": {"happy": true}}',
        '{"name": "X", "weights": {"glee": 1}}',
        '{"name": "X", "weights": {}, "wieghts": {}}',
        '{"name": "battle cry", "weights": {}}',
        "[" * 50_000,
    ],
)
def test_a_broken_preset_file_is_left_out_and_told(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "presets" / "emotion"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text(content)
    (folder / "good.json").write_text(json.dumps({"name": "Good", "weights": {"calm": 1}}))
    store = PresetStore(tmp_path / "presets", tmp_path / "inbox")
    assert len(store.problems) == 1 and "mine.json" in store.problems[0]
    assert store.emotion("good").weights == {"calm": 1.0}


def test_a_preset_never_reaches_out_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "presets" / "timbre"
    folder.mkdir(parents=True)
    write_speech(tmp_path / "secret.wav")
    (folder / "x.json").write_text(json.dumps({"name": "X", "clip": "../../secret.wav"}))
    assert "outside" in PresetStore(tmp_path / "presets", tmp_path / "inbox").problems[0]


# ---- what a cue's emotion means -------------------------------------------------------------------------------------


def test_every_form_of_an_emotion(store: PresetStore, tmp_path: Path) -> None:
    write_speech(tmp_path / "inbox" / "sobbing.wav")
    assert store.emotion_source("neutral", "").weights == Emotion()
    assert store.emotion_source("", "").weights == Emotion()
    assert store.emotion_source("happy=0.6, Calm = .2", "").weights == emotion_of({"happy": 0.6, "calm": 0.2})
    assert store.emotion_source("clip:sobbing", "").clip == tmp_path / "inbox" / "sobbing.wav"
    assert store.emotion_source("clip: sobbing.wav", "").clip == tmp_path / "inbox" / "sobbing.wav"
    assert store.emotion_source("clip:mara", "").clip == store.timbre("Mara").clip
    assert store.emotion_source("text: he weeps: truly", "").sentence == "he weeps: truly"
    assert store.emotion_source("auto", "Get out!").sentence == "Get out!"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("happy=", BadArgumentError),
        ("happy=2", BadArgumentError),
        ("happy=nan", BadArgumentError),
        ("happy=0.1,happy=0.2", BadArgumentError),
        ("happy=0.5,glee=0.5", UnknownPresetError),
        ("clip:nothing", NotFoundError),
        ("clip:../../etc/passwd", NotFoundError),
        ("clip:" + "x" * 5000, NotFoundError),
        ("text:  ", EmptyTextError),
        ("\0", UnknownPresetError),
    ],
)
def test_an_emotion_that_means_nothing_is_refused(store: PresetStore, text: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        store.emotion_source(text, "line")
    assert str(caught.value)


def test_a_clip_of_the_inbox_is_a_timbre_by_its_file_name(store: PresetStore, tmp_path: Path) -> None:
    write_speech(tmp_path / "inbox" / "guide.wav")
    assert store.timbre("guide").clip == store.timbre("guide.wav").clip == tmp_path / "inbox" / "guide.wav"


@given(weights=st.dictionaries(st.sampled_from(EMOTIONS), st.integers(1, 100).map(lambda n: n / 100), min_size=1))
def test_weights_written_as_text_come_back(weights: dict[str, float]) -> None:
    text = ",".join(f"{name}={weight}" for name, weight in weights.items())
    assert weights_of(parse_weights(text)) == weights
