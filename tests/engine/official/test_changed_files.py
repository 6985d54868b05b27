"""Files that change under a loaded model, as when a release is copied over another: it speaks on all the same."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadCheckpointError
from engine.official_checkpoint import OfficialCheckpoint
from engine.synthesizer import Synthesizer
from engine.types import Emotion, RenderRequest
from tests.engine import tiny_official
from tests.engine.official.spoken import LINE, OPTIONS, PROMPT_RATE, RATE, clip, spoken


@pytest.mark.skipif(sys.platform != "linux", reason="what is mapped into memory is seen in /proc")
def test_a_release_that_is_cut_to_nothing_while_it_is_loaded_speaks_on(tmp_path: Path) -> None:
    tiny_official.write(tmp_path)
    voice = Synthesizer(tiny_official.load(tmp_path, OPTIONS))
    # A mapped file that is cut ends the whole process, so it is looked for first.
    assert str(tmp_path) not in Path("/proc/self/maps").read_text()
    timbre, angry = voice.encode_timbre(clip(1), PROMPT_RATE), Emotion((0.0, 0.8) + (0.0,) * 6)
    request = replace(RenderRequest(LINE, timbre, angry, 7, RATE), n_samples=20_000)
    before = spoken(voice, request)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in files:
        os.truncate(path, 0)
    np.testing.assert_array_equal(spoken(voice, request), before)
    assert voice.encode_timbre(clip(1), PROMPT_RATE).key == timbre.key
    for path in files:
        path.write_bytes(b"other weights")
    np.testing.assert_array_equal(spoken(voice, request), before)
    with pytest.raises(BadCheckpointError):
        OfficialCheckpoint(tmp_path).gpt()
