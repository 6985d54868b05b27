"""The official model in miniature, written and loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.official_model import OfficialModel
from engine.synthesizer import Synthesizer
from engine.types import Emotion, RenderRequest, Timbre
from tests.engine import tiny_official
from tests.engine.official.spoken import LINE, OPTIONS, PROMPT_RATE, RATE, clip


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("official")
    tiny_official.write(folder)
    return folder


@pytest.fixture(scope="session")
def model(folder: Path) -> OfficialModel:
    return tiny_official.load(folder, OPTIONS)


@pytest.fixture(scope="session")
def voice(model: OfficialModel) -> Synthesizer:
    return Synthesizer(model)


@pytest.fixture(scope="session")
def timbre(voice: Synthesizer) -> Timbre:
    return voice.encode_timbre(clip(1), PROMPT_RATE)


@pytest.fixture
def request_(timbre: Timbre) -> RenderRequest:
    return RenderRequest(LINE, timbre, Emotion(), 7, RATE)
