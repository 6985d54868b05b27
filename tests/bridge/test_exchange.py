"""Exchange timelines read back by OpenTimelineIO's own adapters, and rendered by MLT, which is none of ours."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.drops.base import DropError, DropJob
from bridge.drops.exchange import Exchange
from bridge.ixml import ClipMetadata, Marker
from bridge.timeline import Position, parse_frame_rate
from bridge.wav import read_info, write_wav

otio = pytest.importorskip("opentimelineio", reason="needs OpenTimelineIO: pip install opentimelineio")

RATE = 48_000
Make = Callable[..., DropJob]


@pytest.fixture
def job(tmp_path: Path) -> Make:
    def make(name: str, at: int | None, n_samples: int = 24_001) -> DropJob:
        path = tmp_path / "clips" / f"{name}.wav"
        ramp = np.linspace(0.1, 0.5, n_samples, dtype=np.float32)
        write_wav(path, ramp, RATE, 24, ClipMetadata(take=name, markers=(Marker(100, "Who"),)))
        place = None if at is None else Position(at, RATE)
        return DropJob(name, path, n_samples, RATE, "Guard", place, text="Who goes there?")

    return make


def exchange(folder: Path, frames: str = "25") -> Exchange:
    return Exchange(folder / "show.otio", frames_at=parse_frame_rate(frames))


@pytest.mark.parametrize("frames", ["25", "29.97df"])
def test_clips_lie_on_whole_frames_and_their_sound_on_its_sample(tmp_path: Path, job: Make, frames: str) -> None:
    target = exchange(tmp_path, frames)
    asked = [job("a", 960_001), job("b", 970_000), job("c", 2_000_003, 33_333)]
    receipts = target.drop_all(asked)
    assert [receipt.where for receipt in receipts] == [each.at for each in asked]
    assert [receipt.track for receipt in receipts] == ["Guard", "Guard 2", "Guard"]
    assert target.drop_all(asked) == receipts and target.verify(asked[0]) == receipts[0]
    assert ".otio, show.xml, show.aaf" in receipts[0].verified
    behind = target.drop(job("d", None))
    assert behind.track == "Guard" and behind.where.sample >= 2_000_003 + 33_333 + RATE
    (sound,) = (tmp_path / "show").glob("a-*.wav")
    info = read_info(sound)
    lead = 960_001 - info.metadata.time_reference
    assert 0 <= lead <= RATE / 23 and info.metadata.markers == (Marker(100 + lead, "Who"),)
    audio, _ = soundfile.read(sound, dtype="int32")
    original, _ = soundfile.read(asked[0].clip, dtype="int32")
    np.testing.assert_array_equal(audio[lead : lead + 24_001], original)
    assert not audio[:lead].any() and not audio[lead + 24_001 :].any()


def test_undo_takes_out_that_clip_and_its_sound_only(tmp_path: Path, job: Make) -> None:
    target = exchange(tmp_path)
    _, kept = target.drop_all([job("a", 960_001), job("b", 2_000_003)])
    target.undo(job("a", 960_001))
    assert target.verify(job("b", 2_000_003)) == kept
    assert [path.name[:2] for path in (tmp_path / "show").iterdir()] == ["b-"]
    with pytest.raises(DropError, match="nothing to undo"):
        target.undo(job("a", 960_001))
    target.undo(job("b", 2_000_003))
    assert {path.suffix for path in tmp_path.glob("show.*")} == {".otio", ".cuevox-bak"}
    assert "0 clips" in target.probe().text


def test_files_of_others_and_damaged_ones_are_left_alone(tmp_path: Path, job: Make) -> None:
    target = exchange(tmp_path)
    otio.adapters.write_to_file(otio.schema.Timeline("mine"), str(target.path))
    theirs = target.path.read_bytes()
    with pytest.raises(DropError, match="another program"):
        target.drop(job("a", 0))
    target.path.write_bytes(theirs[:100])
    with pytest.raises(DropError, match="is damaged"):
        target.drop(job("a", 0))
    assert target.path.read_bytes() == theirs[:100] and not (tmp_path / "show").exists()


def test_another_frame_rate_or_a_clip_that_is_gone_is_refused(tmp_path: Path, job: Make) -> None:
    exchange(tmp_path).drop(job("a", 0))
    with pytest.raises(DropError, match="counts 25 frames"):
        exchange(tmp_path, "24").drop(job("b", 0))
    gone = job("c", 0)
    with pytest.raises(DropError, match="not 99"):
        exchange(tmp_path).drop(replace(gone, n_samples=99))
    gone.clip.unlink()
    with pytest.raises(DropError, match="render the line again"):
        exchange(tmp_path).drop(gone)
    (sound,) = (tmp_path / "show").glob("*.wav")
    sound.unlink()
    with pytest.raises(DropError, match="is gone"):
        exchange(tmp_path).verify(job("a", 0))


@pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed (Debian: melt)")
@pytest.mark.parametrize("suffix", [".xml", ".aaf"])
def test_a_renderer_of_frames_puts_the_sound_on_its_sample(tmp_path: Path, job: Make, suffix: str) -> None:
    target = exchange(tmp_path)
    target.drop_all([job("a", 96_001), job("b", 200_003, 33_333)])
    from tests import melt

    spans = melt.played_out(tmp_path / f"show{suffix}", tmp_path, "Guard")
    assert spans == [(96_001, 96_001 + 24_001), (200_003, 200_003 + 33_333)]
