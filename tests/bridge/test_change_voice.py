"""Another voice, or another device to compute on, while the daemon runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.cue import Cue, Length
from bridge.daemon import Daemon
from bridge.errors import BadArgumentError
from bridge.settings import COMPUTE_DEVICES, BadSettingsError, Settings
from engine.device import devices, torch_device
from engine.errors import BadCheckpointError, EngineError, NoDeviceError
from engine.types import SynthesizerLike
from tests.event_log import EventLog
from tests.fakes import FakeSynthesizer

WAIT_S = 60
MISSING = next(name for name in COMPUTE_DEVICES if name not in devices())  # no machine has cards of both makers


def test_the_voice_is_loaded_anew_for_the_next_line(tmp_path: Path) -> None:
    asked: list[str] = []

    def make_voice() -> SynthesizerLike:
        asked.append(daemon.settings.compute_device)
        return FakeSynthesizer()

    daemon = Daemon(Settings(tmp_path, osc_port=0), make_voice)
    with daemon:
        log = EventLog()
        daemon.subscribe(log)
        (first,) = daemon.submit(Cue("a", "Halt!", "Mara", length=Length(1, 4)))
        assert log.ending(first.id).ok
        assert daemon.setup.change_voice({"compute_device": "cpu"}).result(WAIT_S) == daemon.status().model_id
        (second,) = daemon.submit(Cue("b", "Halt!", "Mara", length=Length(1, 4)))
        assert log.ending(second.id).ok
    assert asked == ["auto", "cpu"]
    assert Settings.load(tmp_path).compute_device == "cpu"


def test_what_cannot_be_is_refused_and_all_stays(tmp_path: Path) -> None:
    with Daemon(Settings(tmp_path, osc_port=0), FakeSynthesizer) as daemon:
        assert {"auto", "cpu"} <= set(daemon.setup.compute_devices()) <= set(COMPUTE_DEVICES)
        with pytest.raises(NoDeviceError, match="it has: auto, cpu"):
            daemon.setup.change_voice({"compute_device": MISSING})
        with pytest.raises(BadSettingsError, match="one of auto, cpu"):
            daemon.setup.change_voice({"compute_device": "abacus"})
        with pytest.raises(BadCheckpointError, match="holds no voice"):
            daemon.setup.change_voice({"model_folder": str(tmp_path)})
        with pytest.raises(BadArgumentError, match="no setting of the voice"):
            daemon.setup.change_voice({"rate": 96_000})
        assert daemon.settings == Settings(tmp_path, osc_port=0) and Settings.load(tmp_path) == Settings(tmp_path)


def test_a_voice_that_fails_to_load_says_why_and_the_next_change_mends_it(tmp_path: Path) -> None:
    voices: list[SynthesizerLike | EngineError] = [
        FakeSynthesizer(),
        EngineError("the card is on fire"),
        FakeSynthesizer(),
    ]

    def make_voice() -> SynthesizerLike:
        voice = voices.pop(0)
        if isinstance(voice, EngineError):
            raise voice
        return voice

    with Daemon(Settings(tmp_path, osc_port=0), make_voice) as daemon:
        with pytest.raises(EngineError, match="on fire"):
            daemon.setup.change_voice({"compute_device": "cpu"}).result(WAIT_S)
        assert daemon.status().model_state == "failed"
        daemon.setup.change_voice({"compute_device": "auto"}).result(WAIT_S)
        assert daemon.status().model_state == "ready"


def test_the_settings_name_every_device_that_torch_may_find() -> None:
    assert set(devices()) <= set(COMPUTE_DEVICES)
    assert torch_device("cpu").type == "cpu"
