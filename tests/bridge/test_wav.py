"""WAV files read back by independent readers (soundfile, wavinfo) and by our own."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from wavinfo import WavInfoReader

from bridge.errors import BadArgumentError
from bridge.wav import ClipMetadata, Marker, copy_wav, read_info, read_metadata, write_wav

CLIP = ClipMetadata(
    line="guard_012",
    take="guard_012_t02",
    text="Halt! Qui va là? <&> 日本",
    description="Guard: Halt! Qui va la?",
    project="Castle",
    character="Guard",
    timbre="mira",
    emotion="angry",
    intensity=0.75,
    language="en",
    seed=1234,
    model="cuevox-mini-1",
    created="2026-01-31T14:05:09",
    time_reference=172_800_001,
    frame_rate="30000/1001",
    drop_frame=True,
    loudness_lufs=-23.04,
    loudness_range_lu=4.5,
    true_peak_dbtp=-1.5,
    max_momentary_lufs=-18.25,
    max_short_term_lufs=-20.0,
    markers=(Marker(0, "Halt"), Marker(4800, "là")),
)


def noise(n_samples: int, n_channels: int = 1) -> np.ndarray:
    audio = np.random.default_rng(n_samples).uniform(-1, 1, (n_samples, n_channels)).astype(np.float32)
    return audio[:, 0] if n_channels == 1 else audio


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.wav"
    write_wav(path, noise(9601), 48000, 24, CLIP)
    return path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    n_samples=st.integers(0, 5000) | st.sampled_from([65535, 65536, 65537]),
    n_channels=st.integers(1, 3),
    depth=st.sampled_from([16, 24, 32]),
    rate=st.sampled_from([22050, 24000, 44100, 48000, 96000, 192000]),
    wide=st.booleans(),
)
def test_soundfile_reads_every_length_depth_and_rate(
    tmp_path: Path, n_samples: int, n_channels: int, depth: int, rate: int, wide: bool
) -> None:
    path, audio = tmp_path / "a.wav", noise(n_samples, n_channels)
    assert write_wav(path, audio, rate, depth, CLIP, rf64_above=0 if wide else 2**32) == 0
    head = path.read_bytes()
    assert head[:4] == (b"RF64" if wide else b"RIFF")
    assert struct.unpack_from("<I", head, 4)[0] == (0xFFFFFFFF if wide else len(head) - 8)
    back, back_rate = soundfile.read(path, dtype="float64", always_2d=True)
    assert back.shape == (n_samples, n_channels) and back_rate == rate
    step = 0 if depth == 32 else 2.0 ** (1 - depth)
    assert np.abs(back - audio.reshape(n_samples, n_channels)).max(initial=0) <= step
    info = read_info(path)
    assert (info.n_samples, info.n_channels, info.rate, info.depth) == (n_samples, n_channels, rate, depth)
    assert soundfile.info(path).subtype == {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}[depth]


def test_wavinfo_reads_the_broadcast_extension(clip: Path) -> None:
    bext = WavInfoReader(clip).bext
    assert bext.description == "Guard: Halt! Qui va la?"
    assert (bext.originator, bext.originator_ref) == ("Cuevox", "guard_012_t02")
    assert (bext.originator_date, bext.originator_time) == ("2026-01-31", "14:05:09")
    assert (bext.time_reference, bext.version) == (172_800_001, 2)
    assert (bext.loudness_value, bext.loudness_range, bext.max_true_peak) == (-23.04, 4.5, -1.5)
    assert (bext.max_momentary_loudness, bext.max_shortterm_loudness) == (-18.25, -20.0)
    assert bext.coding_history.startswith("A=PCM,F=48000,W=24,M=mono")


def test_wavinfo_reads_ixml_and_its_position_agrees_with_bext(tmp_path: Path) -> None:
    path = tmp_path / "far.wav"
    write_wav(path, noise(10), 192000, 24, replace(CLIP, time_reference=2**32 + 77))
    reader = WavInfoReader(path)
    root = reader.ixml.parsed
    assert reader.bext.time_reference == 2**32 + 77
    assert root.findtext("SPEED/TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI") == "1"
    assert root.findtext("SPEED/TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO") == "77"
    assert root.findtext("SPEED/TIMECODE_RATE") == "30000/1001" and root.findtext("SPEED/TIMECODE_FLAG") == "DF"
    assert (reader.ixml.project, reader.ixml.scene, reader.ixml.take) == ("Castle", "guard_012", "guard_012_t02")
    assert root.findtext("ASWG/characterName") == "Guard" and root.findtext("ASWG/text") == CLIP.text
    assert root.findtext("ASWG/emotion") == "angry" and root.findtext("ASWG/isGenerated") == "true"
    assert [t.name for t in reader.ixml.track_list] == ["Guard"]


def test_wavinfo_reads_the_markers(clip: Path) -> None:
    cues = WavInfoReader(clip, info_encoding="utf-8").cues
    assert [(c.position, c.sample_offset, c.chunk_id) for c in cues.cues] == [(0, 0, b"data"), (4800, 4800, b"data")]
    assert [label.text for label in cues.labels] == ["Halt", "là"]


def test_what_was_written_is_read_back(clip: Path) -> None:
    assert read_metadata(clip) == CLIP


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300), sample=st.integers(0, 2**64 - 1))
def test_any_text_and_position_survive(tmp_path: Path, text: str, sample: int) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, noise(3), 48000, 24, ClipMetadata(text=text, character=text, time_reference=sample))
    back = read_metadata(path)
    allowed = "".join(c for c in text if c in "\t\n\r" or "\x20" <= c < "\ud800" or c > "\udfff")
    assert back.text == allowed.replace("\ufffe", "").replace("\uffff", "")
    assert back.time_reference == sample
    assert etree.fromstring(WavInfoReader(path).ixml.source).tag == "BWFXML"


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        write_wav(tmp_path / name, noise(501), 48000, 24, CLIP)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_full_scale_is_kept_and_more_is_counted_as_clipped(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    audio = np.array([1.0, -1.0, 1.5, -2.0], np.float32)
    assert write_wav(path, audio, 48000, 16, ClipMetadata()) == 2
    assert soundfile.read(path, dtype="int16")[0].tolist() == [32767, -32768, 32767, -32768]
    assert write_wav(path, audio, 48000, 32, ClipMetadata()) == 0
    assert soundfile.read(path, dtype="float32")[0].tolist() == audio.tolist()


def test_a_copy_under_another_stamp_has_the_same_sample_bytes(clip: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved.wav"
    copy_wav(clip, moved, replace(CLIP, time_reference=7))
    before, after = read_info(clip), read_info(moved)
    assert after == replace(before, metadata=replace(CLIP, time_reference=7))
    n_bytes = 9601 * 3
    assert clip.read_bytes()[before.data_offset :][:n_bytes] == moved.read_bytes()[after.data_offset :][:n_bytes]


@pytest.mark.parametrize(
    ("audio", "rate", "depth", "named"),
    [
        (np.zeros(4, np.float32), 48000, 20, "20 bits"),
        (np.zeros(4, np.float32), 0, 24, "rate of 0"),
        (np.zeros((2, 2, 2), np.float32), 48000, 24, "shape"),
        (np.array([0, np.nan], np.float32), 48000, 24, "not numbers"),
    ],
)
def test_what_cannot_be_written_is_named_and_leaves_no_file(
    tmp_path: Path, audio: np.ndarray, rate: int, depth: int, named: str
) -> None:
    with pytest.raises(BadArgumentError, match=named):
        write_wav(tmp_path / "a.wav", audio, rate, depth, CLIP)
    assert not list(tmp_path.iterdir())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 3000), flips=st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 255)), max_size=8))
def test_a_damaged_file_gives_an_answer_or_a_named_error(
    tmp_path: Path, cut: int, flips: list[tuple[int, int]]
) -> None:
    path = tmp_path / "damaged.wav"
    write_wav(path, noise(100), 48000, 24, CLIP)
    data = bytearray(path.read_bytes())
    for place, value in flips:
        if place < len(data):
            data[place] = value
    path.write_bytes(data[: max(0, len(data) - cut)] if cut < 2000 else data)
    try:
        assert read_info(path).n_samples >= 0
    except BadArgumentError as error:
        assert str(path) in str(error) or "iXML" in str(error)
