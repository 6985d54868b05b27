"""Encoded prompts on disk: what comes back is what was kept, and a damaged file costs an encoding, nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.emotion_source import EmotionSource
from bridge.prompt_cache import PromptCache
from bridge.prompt_files import PromptFiles
from engine.types import EMOTIONS, Emotion, EmotionPrompt, Timbre
from tests.fakes import FakeSynthesizer

TIMBRE = Timbre("key", {"latents": np.arange(6, dtype=np.float32).reshape(2, 3), "one": np.float32([0.1])})


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.wav"
    soundfile.write(path, np.sin(np.arange(48_000) / 20) / 2, 48_000)
    return path


def test_a_timbre_comes_back_as_it_was(tmp_path: Path) -> None:
    PromptFiles(tmp_path, "voice-1").keep_timbre("aa", TIMBRE)
    found = PromptFiles(tmp_path, "voice-1").timbre("aa")
    assert found is not None and found.key == "key" and found.tensors.keys() == TIMBRE.tensors.keys()
    for name, array in TIMBRE.tensors.items():
        np.testing.assert_array_equal(found.tensors[name], array)
        assert found.tensors[name].dtype == array.dtype


def test_an_emotion_comes_back_as_it_was(tmp_path: Path) -> None:
    files = PromptFiles(tmp_path, "voice-1")
    weights = Emotion(tuple(i / 10 + 0.01 for i in range(len(EMOTIONS))))
    prompt = Emotion(prompt=EmotionPrompt("key", np.float32([1, -2])))
    files.keep_emotion("aa", weights)
    files.keep_emotion("bb", prompt)
    assert files.emotion("aa") == weights
    found = files.emotion("bb")
    assert found == prompt and found.prompt is not None and prompt.prompt is not None
    np.testing.assert_array_equal(found.prompt.embedding, prompt.prompt.embedding)


def test_another_model_another_clip_and_another_kind_find_nothing(tmp_path: Path) -> None:
    PromptFiles(tmp_path, "voice-1").keep_timbre("aa", TIMBRE)
    assert PromptFiles(tmp_path, "voice-2").timbre("aa") is None
    assert PromptFiles(tmp_path, "voice-1").timbre("bb") is None
    assert PromptFiles(tmp_path, "voice-1").emotion("aa") is None


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    files = PromptFiles(tmp_path, "voice-1", max_bytes=3000)
    big = Timbre("key", {"latents": np.zeros(300, np.float32)})  # some 1,300 bytes
    for age, name in enumerate(("old", "used", "new")):
        files.keep_timbre(name, big)
        for path in tmp_path.iterdir():
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**9 * (3 - age)))
        if name == "used":
            assert files.timbre("old") is not None  # which is the newest now
    assert [files.timbre(name) is not None for name in ("old", "used", "new")] == [True, False, True]


def test_a_clip_is_encoded_once_over_all_starts(tmp_path: Path, clip: Path) -> None:
    first, second = FakeSynthesizer(), FakeSynthesizer()
    made = [_both(PromptCache(voice, tmp_path / "encoded"), clip) for voice in (first, first, second)]
    assert (first.n_encoded, second.n_encoded) == (2, 0)
    assert made[0][0].key == made[2][0].key and made[0][1] == made[2][1]


@pytest.mark.parametrize("damage", [b"", b"no tensors", b"\xff" * 64])
def test_a_damaged_file_is_encoded_again(tmp_path: Path, clip: Path, damage: bytes) -> None:
    folder = tmp_path / "encoded"
    _both(PromptCache(FakeSynthesizer(), folder), clip)
    for path in folder.iterdir():
        path.write_bytes(damage)
    again = FakeSynthesizer()
    _both(PromptCache(again, folder), clip)
    assert again.n_encoded == 2


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "encoded").write_bytes(b"a file, no folder")
    voice = FakeSynthesizer()
    _both(PromptCache(voice, tmp_path / "encoded"), clip)
    assert voice.n_encoded == 2


def _both(cache: PromptCache, clip: Path) -> tuple[Timbre, Emotion]:
    return cache.timbre(clip)[0], cache.emotion(EmotionSource(clip=clip))[0]
