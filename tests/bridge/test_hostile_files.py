"""Clips, presets, settings and model folders that nobody should trust: one clear error each, soon, in little memory."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import time
import tracemalloc
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.errors import BridgeError
from bridge.inbox import BadClipError
from bridge.preset_store import PresetStore
from bridge.settings import BadSettingsError, Settings
from engine import checkpoint
from engine.checkpoint import STAGES
from engine.errors import BadCheckpointError
from tests.engine.tiny import tiny_voice

SOON_S = 1.0
SLACK = 5.0  # a busy test machine; the reliability page has the figures of a quiet one
MEMORY = 300_000_000  # bytes


@contextmanager
def soon_and_small() -> Iterator[None]:
    tracemalloc.start()
    began_s = time.perf_counter()
    try:
        yield
    finally:
        took_s = time.perf_counter() - began_s
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert took_s < SOON_S * SLACK
    assert peak < MEMORY


def wav(
    n_samples: int = 24_000, rate: int = 24_000, n_channels: int = 1, *, says: dict[int, bytes] | None = None
) -> bytes:
    """A WAV of noise; `says`: other bytes at some places of its header."""
    noise = np.random.default_rng(1).integers(-3000, 3000, n_samples * n_channels, np.int16)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(n_channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(noise.tobytes())
    data = bytearray(file.getvalue())
    for at, value in (says or {}).items():
        data[at : at + len(value)] = value
    return bytes(data)


def encoded(format: str, audio: np.ndarray, rate: int = 24_000) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, audio, rate, format=format)
    return file.getvalue()


def u32(value: int) -> bytes:
    return struct.pack("<I", value)


def u16(value: int) -> bytes:
    return struct.pack("<H", value)


NOISE = np.random.default_rng(2).normal(0, 0.1, 48_000).astype(np.float32)
FLAC, OGG, MP3 = encoded("FLAC", NOISE), encoded("OGG", NOISE), encoded("MP3", NOISE)

CLIPS: dict[str, Callable[[], bytes]] = {
    "empty.wav": lambda: b"",
    "text.wav": lambda: b"This is no sound at all.\n" * 100,
    "header only.wav": lambda: wav(0),
    "cut in its header.wav": lambda: wav()[:30],
    "silent.wav": lambda: encoded("WAV", np.zeros(96_000, np.float32)),
    "noise.wav": lambda: wav(96_000),
    "half a second.wav": lambda: wav(12_000),
    "one sample.wav": lambda: wav(1),
    "not numbers.wav": lambda: encoded32(np.full(96_000, np.nan, np.float32)),
    "infinite.wav": lambda: encoded32(np.full(96_000, np.inf, np.float32)),
    "eleven minutes.flac": lambda: encoded("FLAC", np.zeros(660 * 8_000, np.int16), 8_000),
    "says ten hours.flac": lambda: FLAC[:22] + struct.pack(">I", 36_000 * 24_000) + FLAC[26:],
    "32 channels.wav": lambda: wav(24_000, n_channels=32),
    "65,535 channels.wav": lambda: wav(says={22: u16(65_535), 32: u16(65_535 * 2 & 0xFFFF)}),
    "1 Hz.wav": lambda: wav(100, 1),
    "10 MHz.wav": lambda: wav(24_000, 10_000_000),
    "0 Hz.wav": lambda: wav(says={24: u32(0)}),
    "4 GHz.wav": lambda: wav(says={24: u32(2**32 - 1)}),
    "says 4 GB.wav": lambda: wav(says={4: u32(2**32 - 1), 40: u32(2**32 - 1)}),
    "says 0 bits.wav": lambda: wav(says={34: u16(0)}),
    "says 64 bits.wav": lambda: wav(says={34: u16(64)}),
    "unknown codec.wav": lambda: wav(says={20: u16(0x4242)}),
    "cut.flac": lambda: FLAC[: len(FLAC) // 2],
    "says 2^36 samples.flac": lambda: FLAC[:21] + bytes([FLAC[21] | 0x0F, 255, 255, 255, 255]) + FLAC[26:],
    "spoilt.flac": lambda: FLAC[:200] + bytes(b ^ 0x55 for b in FLAC[200:]),
    "cut.ogg": lambda: OGG[: len(OGG) // 2],
    "spoilt.ogg": lambda: OGG[:300] + bytes(b ^ 0x55 for b in OGG[300:]),
    "cut.mp3": lambda: MP3[: len(MP3) // 2],
    "spoilt.mp3": lambda: MP3[:200] + bytes(b ^ 0x55 for b in MP3[200:]),
    "wav.mp3": lambda: wav(96_000),
}


def encoded32(audio: np.ndarray) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, audio, 24_000, format="WAV", subtype="FLOAT")
    return file.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    (tmp_path / "inbox").mkdir()
    return PresetStore(tmp_path / "presets", tmp_path / "inbox")


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_that_no_voice_can_be_learnt_from_is_refused(store: PresetStore, tmp_path: Path, name: str) -> None:
    (tmp_path / "inbox" / name).write_bytes(CLIPS[name]())
    with soon_and_small(), pytest.raises(BadClipError) as caught:
        store.add_timbre("Aunt", name)
    assert name in str(caught.value)
    assert not list((tmp_path / "presets").rglob("*"))


@pytest.mark.parametrize(
    "name",
    [
        "../secret.wav",
        "/etc/passwd",
        "..\\secret.wav",
        "C:\\secret.wav",
        "NUL",
        "CON.wav",
        "a\0.wav",
        "x" * 300 + ".wav",
        ".",
        "",
    ],
)
def test_a_name_never_leads_out_of_the_inbox(store: PresetStore, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.wav").write_bytes(wav())
    with pytest.raises(BridgeError):
        store.add_timbre("Aunt", name)
    with pytest.raises(BridgeError):
        store.timbre(name if name else "nobody")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in the file system are a POSIX matter")
def test_pipes_and_links_are_not_read(store: PresetStore, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "inbox" / "pipe.wav")
    (tmp_path / "secret.wav").write_bytes(wav())
    (tmp_path / "inbox" / "link.wav").symlink_to(tmp_path / "secret.wav")
    for name in ("pipe.wav", "link.wav"):
        with soon_and_small(), pytest.raises(BridgeError):
            store.add_timbre("Aunt", name)
    folder = tmp_path / "presets" / "emotion"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "pipe.json")
    (folder / "endless.json").symlink_to("/dev/zero")
    with soon_and_small():
        store.reload()
    assert len(store.problems) == 2
    os.mkfifo(tmp_path / "settings.json")
    with soon_and_small(), pytest.raises(BadSettingsError, match="not a file"):
        Settings.load(tmp_path)


JSONS = {
    "empty": b"",
    "zeros": bytes(1000),
    "cut": b'{"name": "x"',
    "not an object": b"[1, 2]",
    "a text": b'"name"',
    "bad UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "nested": b"[" * 50_000 + b"]" * 50_000,
    "nested objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a huge number": b'{"name": "x", "weights": {"happy": 1' + b"0" * 60_000 + b"}}",
    "an infinite weight": b'{"name": "x", "weights": {"happy": 1e999}}',
    "NaN": b'{"name": "x", "weights": {"happy": NaN}}',
    "a negative weight": b'{"name": "x", "weights": {"happy": -1}}',
    "unknown keys": b'{"name": "x", "weights": {}, "__class__": "os.system"}',
    "control characters": b'{"name": "x\\u0000\\u001b[2J", "weights": {}}',
    "bidi marks": '{"name": "\u202eemit\u202c", "weights": {}}'.encode(),
    "a hundred thousand emoji": json.dumps({"name": "😀" * 100_000, "weights": {}}).encode(),
    "a consent that is no text": b'{"name": "x", "clip": "x.wav", "weights": {}, "consent": true}',
    "a clip elsewhere": b'{"name": "x", "clip": "../../../etc/passwd"}',
    "large": b'{"name": "' + b"x" * 2_000_000 + b'"}',
}


@pytest.mark.parametrize("name", JSONS)
def test_a_preset_that_cannot_be_used_is_left_out_and_told(store: PresetStore, tmp_path: Path, name: str) -> None:
    n_shipped = len(store.timbres), len(store.emotions)
    for kind in ("timbre", "emotion"):
        folder = tmp_path / "presets" / kind
        folder.mkdir(parents=True)
        (folder / "hostile.json").write_bytes(JSONS[name])
    with soon_and_small():
        store.reload()
    assert (len(store.timbres), len(store.emotions)) == n_shipped
    assert len(store.problems) == 2 and all("hostile.json" in problem for problem in store.problems)


@pytest.mark.parametrize("name", JSONS)
def test_settings_that_cannot_be_used_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "settings.json").write_bytes(JSONS[name])
    with soon_and_small(), pytest.raises(BadSettingsError, match=r"settings\.json"):
        Settings.load(tmp_path)


class Evil:
    """Runs when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("stage", STAGES)
def test_a_model_folder_with_a_pickle_runs_nothing(tmp_path: Path, stage: str) -> None:
    checkpoint.save(tmp_path, *tiny_voice())
    mark = tmp_path / "it ran"
    (tmp_path / f"{stage}.safetensors").write_bytes(pickle.dumps(Evil(mark)))
    with pytest.raises(BadCheckpointError, match=stage):
        checkpoint.load(tmp_path)
    assert not mark.exists()


@pytest.mark.parametrize("config", [b"", b"[]", b"{}", b"[" * 100_000, b'{"t2s": 1}', b"\xff", pickle.dumps({})])
def test_a_model_folder_with_a_bad_config_is_told(tmp_path: Path, config: bytes) -> None:
    (tmp_path / "config.json").write_bytes(config)
    with soon_and_small(), pytest.raises(BadCheckpointError, match=r"config\.json"):
        checkpoint.load(tmp_path)
