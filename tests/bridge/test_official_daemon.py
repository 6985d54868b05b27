"""The official model in miniature through the daemon: a line with a timbre clip and an emotion clip becomes a clip."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from bridge.cue import Cue, Length
from bridge.daemon import Daemon
from bridge.settings import Settings
from engine import load_voice, official_config
from tests.engine import tiny_official
from tests.event_log import EventLog
from tests.fakes import FakePlayer


def test_text_and_clips_become_a_clip_of_exactly_its_length_also_when_the_model_s_files_are_cut_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official_config, "SPEECH_LAYERS", tiny_official.SPEECH_LAYERS)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("bridge.model_watch.LOOK_S", 0.0)
    model = tmp_path / "IndexTTS-2"
    tiny_official.write(model)
    settings = Settings(tmp_path / "data", osc_port=0, model_folder=model)
    settings.inbox_folder.mkdir(parents=True)
    time = np.arange(36_000) / 24_000
    soundfile.write(settings.inbox_folder / "shout.wav", 0.3 * np.sin(2 * np.pi * (200 + 50 * time) * time), 24_000)

    log = EventLog()
    with Daemon(settings, lambda: load_voice.load(settings.model_folder), player=FakePlayer()) as daemon:
        daemon.subscribe(log)
        takes = {}
        for emotion in ("neutral", "angry=0.7", "clip:shout.wav"):
            cue = Cue("gate", "Who jumps?", "Mara", emotion, length=Length(300, 1000), seed=3)
            (take,) = daemon.submit(cue)
            ending = log.ending(take.id)
            assert ending.ok, ending
            done = ending.line.takes[-1]
            assert done.path is not None
            audio, rate = soundfile.read(done.path)
            assert len(audio) == 0.3 * rate == done.n_samples
            takes[emotion] = audio
            made = json.loads(done.path.with_suffix(".json").read_text("utf-8"))
            assert made["model"].startswith("indextts-2-")
            assert bool(made["emotion"]["clip_sha256"]) == emotion.startswith("clip:")
        for path in model.rglob("*"):
            if path.is_file():
                os.truncate(path, 0)
        (take,) = daemon.submit(replace(cue, emotion="angry=0.7"))
        ending = log.ending(take.id)
        done = ending.line.takes[-1]
        assert ending.ok and done.path is not None
        assert any("changed while the voice was loaded" in warning for warning in done.warnings)
        np.testing.assert_array_equal(soundfile.read(done.path)[0], takes["angry=0.7"])
    assert not np.array_equal(takes["neutral"], takes["angry=0.7"])
    assert not np.array_equal(takes["neutral"], takes["clip:shout.wav"])
