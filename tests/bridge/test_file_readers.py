"""Clips as programs of four other hands read them, at every rate and depth that the settings allow in practice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.wav import Marker, write_wav
from tests.bridge.test_wav import CLIP
from tests.file_readers import READERS

TIME_S = 3600  # on the timeline; one sample behind it, so that seconds alone would not do
TOLD = replace(CLIP, markers=(Marker(0, "Halt"), Marker(4801, "va")))


@pytest.mark.parametrize("program", READERS)
def test_another_program_reads_a_clip_at_every_rate_and_depth(program: str, tmp_path: Path) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    for rate in (44_100, 48_000, 96_000, 192_000):
        for depth in (16, 24, 32):
            time = TIME_S * rate + 1
            path = tmp_path / f"{rate}_{depth}.wav"
            sound = np.random.default_rng(depth).uniform(-0.5, 0.5, 9601).astype(np.float32)  # odd: a byte of padding
            write_wav(path, sound, rate, depth, replace(TOLD, time_reference=time))
            expected = {
                "rate": rate,
                "bits": depth,
                "is float": depth == 32,
                "samples": 9601,
                "description": TOLD.description,
                "reference": TOLD.take,
                "time": time,
                "iXML time": time,
                "begins at s": float(TIME_S),
                "markers": [(0, "Halt"), (4801, "va")],
                "loudness": -23.04,
                "range": 4.5,
                "true peak": -1.5,
                "momentary": -18.25,
                "short-term": -20.0,
                "AswgContentType": "dialog",
                "AswgProject": "Castle",
                "AswgOriginator": TOLD.originator,
                "AswgCharacterName": "Guard",
                "AswgText": TOLD.text,
                "AswgLanguage": "en",
                "AswgEmotion": "angry",
                "AswgIntensity": 0.75,
                "AswgIsGenerated": True,
            }
            found = READERS[program](path)
            assert {"rate", "bits", "is float"} < found.keys()
            assert {name: int(value) if name == "bits" else value for name, value in found.items()} == {
                name: expected[name] for name in found
            }
