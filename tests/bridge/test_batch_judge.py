"""Which of several takes of a line is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.batch.job import SpeakJob, Spoken
from bridge.batch.judge import best, judge, word_error_rate
from bridge.batch.many import TogetherRenderer
from bridge.batch.work import seed_of
from tests.bridge.sheet_studio import SheetStudio


@pytest.fixture
def studio(tmp_path: Path) -> SheetStudio:
    return SheetStudio(tmp_path)


def test_the_best_of_several_takes_is_kept(studio: SheetStudio) -> None:
    studio.options = replace(studio.options, takes=3, keep_takes=True)
    works = studio.works("id,text,timbre\na,Hello there.,Brand\n")

    class Clipping(TogetherRenderer):
        """Its first take is spoilt."""

        def render(self, jobs: Iterable[SpeakJob], cancelled: threading.Event) -> Iterator[Spoken]:
            for i, spoken in enumerate(super().render(jobs, cancelled)):
                assert spoken.audio is not None
                yield replace(spoken, audio=np.sign(spoken.audio) if i == 0 else spoken.audio)

    (result,) = studio.run(works, Clipping(lambda: studio.voice))
    assert result.facts is not None
    assert result.facts["take"] == 2 and len(result.facts["takes"]) == 3
    assert result.facts["takes"][0]["penalty"] > 2
    assert {path.name for path in studio.out.rglob("*.wav")} == {"a.wav", "a_t01.wav", "a_t03.wav"}
    seeds = [request.seed for request in studio.voice.rendered]
    assert seeds == [seed_of("a") + i for i in range(3)]


def test_word_errors() -> None:
    assert word_error_rate("Hold the gate, 2 men!", "hold the gate two men") == 0
    assert word_error_rate("Hold the gate", "hold a gate now") == pytest.approx(2 / 3)
    assert word_error_rate("Hold", "") == 1 and word_error_rate("Hold", "a b c d") == 1


def test_recognition_and_likeness_count(studio: SheetStudio) -> None:
    (work,) = studio.works("id,text,timbre,takes\na,Hello there.,Brand,2\n")
    jobs = work.jobs(studio.options)
    assert all(job.measure_likeness for job in jobs)
    spoken = list(TogetherRenderer(lambda: studio.voice).render(jobs, threading.Event()))

    class Listener:
        def hear(self, audio: object, rate: int) -> str:
            return "hello bear"

    first = judge(work.cue, 1, 1, replace(spoken[0], likeness=0.9), Listener())
    second = judge(work.cue, 2, 2, replace(spoken[1], likeness=0.95), None)
    assert {s.name: s.penalty for s in first.scores}["words"] == 10
    assert {s.name: s.penalty for s in first.scores}["likeness"] == pytest.approx(1)
    assert best([first, second]) is second
