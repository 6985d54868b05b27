"""Loudness against the standard's own numbers, and against ffmpeg's meter on speech-like noise."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.errors import BadArgumentError
from bridge.loudness import CEILING_DBTP, k_weighted, levelled, measure, true_peak_dbtp
from bridge.settings import Settings
from engine.types import Audio
from tests.bridge.osc_desk import Desk, open_studio

RATE = 48_000
RATES = [44_100, 48_000, 96_000, 192_000]


def tone(rate: int, seconds: float, hz: float = 997.0, amplitude: float = 1.0) -> Audio:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def phrase(rate: int = RATE) -> Audio:
    """Bursts of noise of several levels with pauses between, 8 s."""
    rng = np.random.default_rng(3)
    bursts = [
        rng.normal(0, level, rate) * (i % 4 != 3) for i, level in enumerate((0.05, 0.12, 0.02, 0, 0.2, 0.1, 0, 0.03))
    ]
    return np.concatenate(bursts).astype(np.float32)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_has_the_loudness_that_the_standard_names(rate: int) -> None:
    found = measure(tone(rate, 5), rate)
    assert found.integrated_lufs == pytest.approx(-3.01, abs=0.05)
    assert found.max_momentary_lufs == pytest.approx(-3.01, abs=0.05)
    assert found.max_short_term_lufs == pytest.approx(-3.01, abs=0.05)
    assert found.range_lu == pytest.approx(0, abs=0.05)
    assert measure(tone(rate, 5, amplitude=0.1), rate).integrated_lufs == pytest.approx(-23.01, abs=0.05)


def test_the_filters_are_those_of_the_standards_table() -> None:
    # BS.1770-4, tables 1 and 2, at 48 kHz, as an impulse response sample by sample.
    impulse = np.zeros(RATE, np.float32)
    impulse[0] = 1
    shelf = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585))
    high_pass = ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))
    expected = impulse[:2000].astype(float)
    for (b0, b1, b2), (a1, a2) in (shelf, high_pass):
        out = np.zeros_like(expected)
        for n in range(len(out)):
            past = [(expected[n - k], out[n - k]) if n >= k else (0.0, 0.0) for k in (1, 2)]
            out[n] = b0 * expected[n] + b1 * past[0][0] + b2 * past[1][0] - a1 * past[0][1] - a2 * past[1][1]
        expected = out
    np.testing.assert_allclose(k_weighted(impulse, RATE)[:2000], expected, atol=1e-6)


def test_quiet_parts_do_not_count() -> None:
    loud = tone(RATE, 4, amplitude=0.1)
    with_pause = np.concatenate([np.zeros(4 * RATE, np.float32), loud, 0.01 * tone(RATE, 4)]).astype(np.float32)
    whole, alone = measure(with_pause, RATE).integrated_lufs, measure(loud, RATE).integrated_lufs
    assert whole is not None and alone is not None and whole == pytest.approx(alone, abs=0.5)


def test_silence_and_short_clips() -> None:
    silence = measure(np.zeros(RATE, np.float32), RATE)
    assert set(vars(silence).values()) == {None}
    short = measure(tone(RATE, 0.1), RATE)
    assert short.integrated_lufs is not None and short.max_momentary_lufs is not None
    assert (short.max_short_term_lufs, short.range_lu) == (None, None)
    assert measure(np.zeros(0, np.float32), RATE).true_peak_dbtp is None


def test_a_peak_between_two_samples_is_found() -> None:
    # A quarter of the rate, sampled 45 degrees off: no sample lies higher than 0.707.
    n = np.arange(RATE)
    wave = np.sin(np.pi / 2 * n + np.pi / 4).astype(np.float32)
    assert np.abs(wave).max() == pytest.approx(0.7071, abs=1e-4)
    found = true_peak_dbtp(wave[100:-100] * np.hanning(len(wave) - 200).astype(np.float32), RATE)
    assert found == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_ffmpeg_measures_the_same(rate: int, tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed (Debian: ffmpeg)")
    audio = phrase(rate)
    soundfile.write(tmp_path / "phrase.wav", audio, rate, subtype="FLOAT")
    command = ["ffmpeg", "-nostats", "-i", str(tmp_path / "phrase.wav"), "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL).stderr
    summary = said[said.rindex("Summary:") :]
    values = {key: float(value) for key, value in re.findall(r"(I|LRA|Peak): +(-?[\d.]+) ", summary)}
    found = measure(audio, rate)
    assert found.integrated_lufs == pytest.approx(values["I"], abs=0.11)  # ffmpeg rounds to a tenth
    assert found.range_lu == pytest.approx(values["LRA"], abs=0.3)
    assert found.true_peak_dbtp == pytest.approx(values["Peak"], abs=0.3)


def test_a_clip_is_brought_to_its_loudness_but_never_over_the_ceiling() -> None:
    audio = phrase()
    assert measure(levelled(audio, RATE, -23), RATE).integrated_lufs == pytest.approx(-23, abs=0.1)
    loudest = measure(levelled(audio, RATE, -5), RATE)
    assert loudest.true_peak_dbtp == pytest.approx(CEILING_DBTP, abs=0.01)
    assert loudest.integrated_lufs is not None and loudest.integrated_lufs < -5
    silence = np.zeros(RATE, np.float32)
    np.testing.assert_array_equal(levelled(silence, RATE, -23), silence)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(BadArgumentError, match="not numbers"):
        measure(np.full(RATE, np.nan, np.float32), RATE)


def test_the_daemon_brings_its_clips_to_the_loudness_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0, clip_loudness="-30", clip_name="{line}_{take}")
    with open_studio(tmp_path, settings=settings) as studio, Desk(studio.port) as desk:
        done = desk.ask("/cuevox/line/render", "gate", "Who goes there?", "seconds", 0.9)
    path, n_samples, rate = done.data[2:5]
    audio, _ = soundfile.read(path, dtype="float32")
    assert (Path(path).name, len(audio), n_samples) == ("gate_gate_t01.wav", 43_200, 43_200)
    assert measure(audio, rate).integrated_lufs == pytest.approx(-30, abs=0.1)
