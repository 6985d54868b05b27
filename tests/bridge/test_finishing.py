"""What is done to a clip after the voice has made it, and what stays exact all the same."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import events
from bridge.cue import Cue, Finish, Length, Position
from bridge.errors import RefusedError
from bridge.finishing import KEPT_S, finished
from bridge.loudness import line_loudness, measure, true_peak_dbtp
from bridge.settings import Settings
from bridge.wav import read_info
from engine.types import Audio, PhonemeTime, Plan, WordTime
from tests.bridge.osc_desk import Desk, open_studio
from tests.bridge.studio import Studio

RATE = 48_000
OWN = Cue("gate", "Who goes there?", "Mara")  # at the voice's own length
GIVEN = replace(OWN, length=Length(12, 10))


def spoken(rate: int = RATE, lead_s: float = 0.3, speech_s: float = 0.6, tail_s: float = 0.3) -> Audio:
    time_s = np.arange(round(speech_s * rate)) / rate
    speech = 0.2 * np.sin(2 * np.pi * 997 * time_s)
    return np.pad(speech, (round(lead_s * rate), round(tail_s * rate))).astype(np.float32)


def plan_of(audio: Audio, rate: int = RATE) -> Plan:
    words = (WordTime("Who", 0.3, 0.6), WordTime("there", 0.6, 0.9))
    phonemes = (PhonemeTime("h", 0.3, 0.6), PhonemeTime("ð", 0.6, 0.9))
    return Plan(len(audio), rate, len(audio), 1.0, words, (), phonemes)


@settings(max_examples=50, deadline=None)
@given(
    rate=st.sampled_from([44_100, 48_000, 96_000, 192_000]),
    handles_ms=st.tuples(st.integers(0, 600), st.integers(0, 600)),
    fades_ms=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    trim=st.booleans(),
    at_ms=st.none() | st.integers(0, 1000),
)
def test_the_speech_part_of_a_given_length_is_exact_whatever_is_done_to_it(
    rate: int, handles_ms: tuple[int, int], fades_ms: tuple[int, int], trim: bool, at_ms: int | None
) -> None:
    audio = spoken(rate)
    cue = replace(GIVEN, at=None if at_ms is None else Position(at_ms, 1000))
    clip = finished(cue, plan_of(audio, rate), audio, Finish(None, None, trim, fades_ms, handles_ms))
    assert clip.plan.n_samples == len(clip.audio) == clip.lead + len(audio) + clip.tail
    speech = clip.audio[clip.lead : len(clip.audio) - clip.tail]
    assert not clip.audio[: clip.lead].any() and not clip.audio[len(clip.audio) - clip.tail :].any()
    np.testing.assert_array_equal(speech[rate // 10 : -rate // 10], audio[rate // 10 : -rate // 10])
    assert clip.lead <= handles_ms[0] * rate / 1000 + 0.5
    if at_ms is not None:
        assert clip.lead <= at_ms * rate / 1000 + 1, "nothing sticks out before the start of the timeline"
    assert clip.plan.words[0].start_s == pytest.approx(0.3 + clip.lead / rate)


def test_a_line_of_its_own_length_is_trimmed_to_its_words() -> None:
    audio = spoken()
    clip = finished(OWN, plan_of(audio), audio, Finish(trim=True))
    assert len(clip.audio) == pytest.approx((0.6 + 2 * KEPT_S) * RATE, abs=2 * RATE / 100)
    np.testing.assert_allclose([w.start_s for w in clip.plan.words], [KEPT_S, 0.3 + KEPT_S], atol=0.011)
    assert [p.start_s for p in clip.plan.phonemes] == [w.start_s for w in clip.plan.words]
    silence = np.zeros(RATE, np.float32)
    assert len(finished(OWN, plan_of(silence), silence, Finish(trim=True)).audio) == RATE


def test_fades_begin_and_end_in_silence() -> None:
    audio = np.full(RATE, 0.5, np.float32)
    faded = finished(GIVEN, plan_of(audio), audio, Finish(fades_ms=(10, 20))).audio
    assert faded[0] < 1e-4 and faded[-1] < 1e-4
    assert (np.diff(faded[:480]) > 0).all() and (np.diff(faded[-960:]) < 0).all()
    np.testing.assert_array_equal(faded[480:-960], audio[480:-960])
    assert len(finished(GIVEN, plan_of(audio[:3]), audio[:3], Finish(fades_ms=(10, 10))).audio) == 3


def test_a_short_line_is_as_loud_as_a_long_one_of_the_same_level() -> None:
    long = finished(OWN, plan_of(spoken(speech_s=8)), spoken(speech_s=8), Finish(-23.0)).audio
    for speech_s in (0.12, 0.3, 1.0, 2.9):
        audio = spoken(speech_s=speech_s)
        short = finished(OWN, plan_of(audio), audio, Finish(-23.0)).audio
        assert np.abs(short).max() == pytest.approx(np.abs(long).max(), rel=0.03)
    # The standard's own measure finds a short one too quiet for the silence around it, and would make it too loud.
    found = measure(spoken(speech_s=0.12), RATE).integrated_lufs
    assert found is not None and found < (line_loudness(spoken(speech_s=0.12), RATE) or 0) - 3


def test_no_true_peak_lies_over_the_limit() -> None:
    audio = 4 * spoken()
    for finish in (Finish(peak_dbtp=-6.0), Finish(-5.0, -6.0)):
        clip = finished(GIVEN, plan_of(audio), audio, finish)
        assert true_peak_dbtp(clip.audio, RATE) == pytest.approx(-6, abs=0.05)
    quiet = finished(GIVEN, plan_of(spoken()), spoken(), Finish(peak_dbtp=-6.0)).audio
    np.testing.assert_array_equal(quiet, spoken())  # what lies below it is left alone


def test_the_pairs_of_a_line_say_how_its_clip_is_finished(tmp_path: Path) -> None:
    chosen = Settings(
        tmp_path, osc_port=0, clip_handle_after_ms=50, clip_name="{line_number:03}_{take_number:02}_{line}"
    )
    with open_studio(tmp_path, settings=chosen) as studio, Desk(studio.port) as desk:
        pairs = ("seconds", 0.9, "at", "sec:10", "handles", "0.25,0.5", "loudness", -30, "fades", 0.01)
        done = desk.ask("/cuevox/line/render", "gate", "Who goes there?", *pairs)
        near = desk.ask(
            "/cuevox/line/render", "near", "Who goes there?", "seconds", 0.9, "at", "smp:4800", "handles", 1
        )
        plain = desk.ask("/cuevox/line/render", "plain", "Who goes there?", "seconds", 0.9)
        wrong = desk.ask("/cuevox/line/render", "wrong", "Who goes there?", "handles", "1,2,3")
    path = Path(str(done.data[2]))
    assert (path.name, done.data[3]) == ("001_01_gate.wav", 43_200 + 12_000 + 24_000)
    info = read_info(path)
    assert (info.n_samples, info.metadata.time_reference) == (79_200, 480_000 - 12_000)
    assert info.metadata.markers[0].sample == 12_000
    assert json.loads(path.with_suffix(".json").read_text())["length"]["handles"] == [12_000, 24_000]
    audio, _ = soundfile.read(path, dtype="float32")
    assert line_loudness(audio[12_000:-24_000], RATE) == pytest.approx(-30, abs=0.3)
    assert read_info(Path(str(near.data[2]))).metadata.time_reference == 0
    assert near.data[3] == 43_200 + 4_800 + 48_000
    assert plain.data[3] == 43_200 + 2_400  # the setting
    assert wrong.code == "bad_argument" and "handles is '1,2,3'" in wrong.text


def test_a_drop_puts_the_speech_and_not_the_handle_at_its_place(tmp_path: Path) -> None:
    chosen = Settings(tmp_path / "data", osc_port=0, drop_targets=("watch_folder",))
    with ExitStack() as stack:
        daemon, log = Studio(tmp_path / "data", stack).start(settings=chosen)
        cue = replace(GIVEN, at=Position(480_000, RATE), drop=True, finish=Finish(handles_ms=(250, 0)))
        daemon.submit(cue)
        dropped = log.wait_for(events.DropEnded)
        assert (dropped.ok, dropped.where) == (True, "smp:468000@48000")
        with pytest.raises(RefusedError, match="cannot begin before the start"):
            daemon.drop("gate", at=Position(100, RATE))
        daemon.play("gate")
        heard = log.wait_for(events.PlayEnded)
        assert heard.n_samples == 57_600, "what sounds is what was asked for, without the silence before"
