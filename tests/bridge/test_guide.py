"""Guide takes: phrases found by level, and takes of the real voice that pause where their guides do."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.batch.guide import GuideError, GuideFolder, find_phrases, read_guide
from bridge.batch.guide_error import phrase_errors
from bridge.batch.many import TogetherRenderer
from bridge.batch.options import BatchOptions
from bridge.batch.run import Batch
from bridge.batch.state import BatchState
from bridge.batch.work import WorkPlanner
from bridge.cue import Cue
from bridge.preset_store import PresetStore
from bridge.sheets import SheetLine
from engine.audio import read_clip
from engine.synthesizer import Synthesizer
from engine.types import Audio, Emotion, Phrase, RenderRequest

RATE = 16_000


def bursts(*phrases: tuple[float, float], seconds: float, rate: int = RATE) -> Audio:
    """Noise where the phrases are, and a room's noise far below it elsewhere."""
    noise = np.random.default_rng(0).standard_normal(round(seconds * rate)).astype(np.float32)
    level = np.full(len(noise), 0.0005, np.float32)
    for start_s, end_s in phrases:
        level[round(start_s * rate) : round(end_s * rate)] = 0.1
    return noise * level


def edges(phrases: Sequence[Phrase]) -> list[float]:
    return [round(edge, 2) for phrase in phrases for edge in (phrase.start_s, phrase.end_s)]


def test_phrases_are_found_by_level() -> None:
    audio = bursts((0.3, 1.0), (1.06, 1.5), (2.0, 2.4), (3.0, 3.02), seconds=3.5)
    found = edges(find_phrases(audio, RATE))
    # A closure of 60 ms is no pause, and what lasts 20 ms no phrase.
    assert found == pytest.approx([0.3, 1.5, 2.0, 2.4], abs=0.021)
    assert find_phrases(np.zeros(RATE, np.float32), RATE) == ()


def test_a_guide_begins_with_its_first_sound(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", bursts((0.5, 1.5), (2.0, 3.0), seconds=4), RATE)
    guide = read_guide(tmp_path / "a.wav")
    assert guide.length.seconds == pytest.approx(2.5, abs=0.03)
    assert edges(guide.phrases) == pytest.approx([0, 1, 1.5, 2.5], abs=0.03)
    assert edges(guide.phrases_over(5 * guide.length.seconds / 2.5)) == pytest.approx([0, 2, 3, 5], abs=0.06)
    soundfile.write(tmp_path / "b.wav", np.zeros(RATE), RATE)
    with pytest.raises(GuideError, match="is silent"):
        read_guide(tmp_path / "b.wav")


def test_guides_are_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "day 1").mkdir()
    for name in ("gate_01.wav", "day 1/Gate_02.FLAC", "vo_3.wav"):
        (tmp_path / name).touch()
    folder = GuideFolder(tmp_path)

    def found(line: SheetLine) -> str:
        path = folder.find(line)
        return "" if path is None else path.name

    assert found(SheetLine(2, Cue("GATE_01", "Hello", ""))) == "gate_01.wav"
    assert found(SheetLine(2, Cue("gate_02", "Hello", ""))) == "Gate_02.FLAC"
    assert found(SheetLine(2, Cue("gate_03", "Hello", ""), file="vo\\vo_3.wav")) == "vo_3.wav"
    assert found(SheetLine(2, Cue("gate_04", "Hello", ""), guide="vo_3")) == "vo_3.wav"
    assert found(SheetLine(2, Cue("gate_05", "Hello", ""))) == ""
    with pytest.raises(GuideError, match="'gate_9' is not in"):
        folder.find(SheetLine(2, Cue("gate_01", "Hello", ""), guide="gate_9"))
    with pytest.raises(GuideError, match="is no folder"):
        GuideFolder(tmp_path / "nowhere")


def test_a_line_lasts_as_long_as_its_guide(tmp_path: Path) -> None:
    (tmp_path / "guides").mkdir()
    soundfile.write(tmp_path / "guides" / "a.wav", bursts((0.5, 1.5), (2.0, 3.0), seconds=4), RATE)
    soundfile.write(tmp_path / "guides" / "b.wav", np.zeros(RATE), RATE)
    options = BatchOptions(tmp_path / "out", rate=8000, guides=tmp_path / "guides", guide_emotion=True)
    planner = WorkPlanner(PresetStore(tmp_path, tmp_path), options, "fake")
    works = planner.plan([SheetLine(i, Cue(name, "Hello there.", "Brand")) for i, name in enumerate("abc", start=2)])
    assert [work.cue.id for work in works] == ["a", "c"]
    assert "silent" in str(planner.problems[0]) and planner.problems[0].row == 3
    (job,) = works[0].jobs(options)
    assert job.n_samples == pytest.approx(2.5 * 8000, abs=250) and len(job.phrases) == 2
    assert job.emotion.clip == tmp_path / "guides" / "a.wav"
    assert not works[1].jobs(options)[0].phrases
    before = works[0].parts["guide"]
    soundfile.write(tmp_path / "guides" / "a.wav", bursts((0.5, 1.5), (2.2, 3.0), seconds=4), RATE)
    again = WorkPlanner(PresetStore(tmp_path, tmp_path), options, "fake")
    assert again.plan([SheetLine(2, Cue("a", "Hello there.", "Brand"))])[0].parts["guide"] != before


def test_the_error_of_each_phrase() -> None:
    wanted = (Phrase(0.3, 1.0), Phrase(1.5, 2.0))
    errors = phrase_errors(wanted, bursts((0.35, 1.0), (1.45, 2.1), seconds=2.5), RATE)
    assert errors.start_ms == pytest.approx((50, -50), abs=20)
    assert errors.end_ms == pytest.approx((0, 100), abs=20)
    assert errors.worst_ms == pytest.approx(100, abs=20) and errors.mean_ms == pytest.approx(50, abs=20)


@pytest.fixture(scope="module")
def voice() -> Iterator[Synthesizer]:
    yield Synthesizer.load()


@pytest.fixture(scope="module")
def request_(voice: Synthesizer) -> RenderRequest:
    timbre = voice.encode_timbre(*read_clip(Path(__file__).parents[2] / "presets" / "timbre" / "brand.flac"))
    return RenderRequest("", timbre, Emotion(), 1, 48_000)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Who goes there? Speak up.", (Phrase(0, 0.9), Phrase(1.6, 2.4))),
        ("I have seen the city burn and I would see it again.", (Phrase(0, 1.3), Phrase(1.8, 3.6))),  # no mark there
    ],
)
def test_the_voice_pauses_where_its_guide_does(
    voice: Synthesizer, request_: RenderRequest, text: str, wanted: tuple[Phrase, ...]
) -> None:
    n_samples = round(wanted[-1].end_s * 48_000)
    rendering = voice.render(replace(request_, text=text, n_samples=n_samples, phrases=wanted))
    audio = np.concatenate(list(rendering.blocks))
    assert len(audio) == n_samples
    assert phrase_errors(wanted, audio, 48_000).worst_ms < 150
    # Phonemes follow each other without a gap, and no sound is planned for the middle of the pause.
    phonemes = rendering.plan.phonemes
    assert all(a.end_s == pytest.approx(b.start_s) for a, b in itertools.pairwise(phonemes))
    middle_s = (wanted[0].end_s + wanted[1].start_s) / 2
    assert next(p for p in phonemes if p.end_s > middle_s).phoneme == ""


def test_a_guide_with_more_phrases_than_words_gives_its_length(voice: Synthesizer, request_: RenderRequest) -> None:
    phrases = tuple(Phrase(i, i + 0.5) for i in range(3))
    plan = voice.render(replace(request_, text="Hello you.", n_samples=120_000, phrases=phrases)).plan
    assert len(plan.phrases) == 2 and plan.n_samples == 120_000


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng speaks the scratch take; it is not installed")
def test_a_batch_follows_scratch_takes(tmp_path: Path, voice: Synthesizer) -> None:
    (tmp_path / "guides").mkdir()
    ssml = 'Get away from that door <break time="500ms"/> right now.'
    subprocess.run(["espeak-ng", "-m", "-w", str(tmp_path / "guides" / "a.wav"), ssml], check=True)
    options = BatchOptions(tmp_path / "out", guides=tmp_path / "guides")
    lines = [SheetLine(2, Cue("a", "Get away from that door, right now.", "Brand"))]
    works = WorkPlanner(PresetStore(tmp_path, tmp_path), options, "mini").plan(lines)
    with BatchState(options.out) as state:
        batch = Batch(options, TogetherRenderer(lambda: voice), state)
        (result,) = batch.run(works, threading.Event(), lambda progress: None)
    assert result.facts is not None
    assert len(result.facts["guide"]["start_ms"]) == 2
    assert result.facts["guide"]["mean_ms"] < 100
    assert (tmp_path / "out" / "Brand" / "a.visemes.json").is_file()
