"""The official model in miniature through the daemon: a line with a timbre clip and an emotion clip becomes a clip."""

from __future__ import annotations

import json
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


def test_text_timbre_clip_and_emotion_clip_become_a_clip_of_exactly_its_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official_config, "SPEECH_LAYERS", tiny_official.SPEECH_LAYERS)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
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
    assert not np.array_equal(takes["neutral"], takes["angry=0.7"])
    assert not np.array_equal(takes["neutral"], takes["clip:shout.wav"])
