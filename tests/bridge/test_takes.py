"""Takes of a line: picked, locked, ranked, gone back to, and where each comes from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.cue import Cue, Length, Line, LineState, Score, Take
from bridge.daemon import Daemon
from bridge.errors import LockedError, NotFoundError, RefusedError
from bridge.lineage import Ancestor, Change
from bridge.render_worker import RenderWorker
from bridge.speech_span import find_speech
from bridge.take_score import MAX_PENALTY, free_scores
from engine.types import Audio, Plan
from tests.bridge.studio import CUE, Studio
from tests.event_log import EventLog

RATE = 48_000


def rendered(daemon: Daemon, log: EventLog, cue: Cue, *, parent: str = "") -> Line:
    takes = daemon.submit(cue, parent=parent)
    return [log.ending(take.id) for take in takes][-1].line


# ---- lock -----------------------------------------------------------------------------------------------------------


def test_a_locked_take_stays_picked_and_its_line_is_not_rendered_or_removed(studio: Studio) -> None:
    daemon, log = studio.start()
    rendered(daemon, log, replace(CUE, takes=3))
    assert daemon.lock("gate_01", "gate_01_t02") == "gate_01_t02"
    line = daemon.lines()[0]
    assert (line.picked, line.locked) == ("gate_01_t02", True)
    for refused in (
        lambda: daemon.submit(CUE),
        lambda: daemon.check(CUE),
        lambda: daemon.play("gate_01", CUE),
        lambda: daemon.pick("gate_01", "gate_01_t01"),
        lambda: daemon.pick_earlier("gate_01"),
        lambda: daemon.lock("gate_01", "gate_01_t01"),
        lambda: daemon.remove("gate_01"),
    ):
        with pytest.raises(LockedError, match="locked at take 'gate_01_t02'"):
            refused()
    daemon.pick("gate_01", "gate_01_t02")  # it is picked already: nothing changes
    assert daemon.lines()[0] == line
    daemon.unlock("gate_01")
    assert rendered(daemon, log, CUE).picked == "gate_01_t04"


def test_a_take_that_was_on_its_way_does_not_replace_the_locked_one(studio: Studio) -> None:
    daemon, log = studio.start()
    rendered(daemon, log, CUE)
    gate = studio.hold()
    daemon.submit(CUE)
    daemon.lock("gate_01")
    gate.set()
    line = log.ending("gate_01_t02").line
    assert (line.picked, line.locked, len(line.ranked)) == ("gate_01_t01", True, 2)


def test_a_lock_outlives_the_daemon(studio: Studio) -> None:
    daemon, log = studio.start()
    rendered(daemon, log, CUE)
    daemon.lock("gate_01")
    studio.end()
    daemon, _ = studio.start()
    assert daemon.lines()[0].locked
    with pytest.raises(LockedError):
        daemon.submit(CUE)


def test_only_a_take_with_a_clip_can_be_locked(studio: Studio) -> None:
    daemon, _ = studio.start()
    gate = studio.hold()
    daemon.submit(CUE)
    with pytest.raises(RefusedError, match="no take that is picked"):
        daemon.lock("gate_01")
    with pytest.raises(RefusedError, match="only a take that has a clip"):
        daemon.lock("gate_01", "gate_01_t01")
    with pytest.raises(NotFoundError):
        daemon.lock("nobody")
    gate.set()


# ---- back to an earlier pick ----------------------------------------------------------------------------------------


def test_picks_are_gone_back_one_by_one_also_after_a_restart(studio: Studio) -> None:
    daemon, log = studio.start()
    rendered(daemon, log, replace(CUE, takes=2))
    daemon.pick("gate_01", "gate_01_t02")
    assert rendered(daemon, log, CUE).picked == "gate_01_t03"  # a new take takes its place by itself
    assert daemon.pick_earlier("gate_01") == "gate_01_t02"
    studio.end()
    daemon, _ = studio.start()
    assert daemon.lines()[0].earlier_picks == ("gate_01_t01",)
    assert daemon.pick_earlier("gate_01") == "gate_01_t01"
    with pytest.raises(RefusedError, match="no other take"):
        daemon.pick_earlier("gate_01")
    assert daemon.lines()[0].picked == "gate_01_t01"
    assert len(list(studio.settings.clips_folder.rglob("*.wav"))) == 3  # no clip is ever given up for another


# ---- lineage --------------------------------------------------------------------------------------------------------


def test_a_take_knows_what_it_was_made_from_and_what_was_changed(studio: Studio) -> None:
    daemon, log = studio.start()
    rendered(daemon, log, CUE)
    rendered(daemon, log, replace(CUE, text="Who goes?", length=Length(900, 1000)))
    rendered(daemon, log, replace(CUE, seed=None), parent="gate_01_t01")
    drawn = daemon.settings_of("gate_01_t03").seed
    assert daemon.lineage("gate_01_t01") == ()
    assert daemon.lineage("gate_01_t02") == (
        Ancestor(
            "gate_01_t01",
            (Change("text", "Who goes there?", "Who goes?"), Change("length", "1.2", "0.9")),
        ),
    )
    assert daemon.lineage("gate_01_t03") == (Ancestor("gate_01_t01", (Change("seed", "7", str(drawn)),)),)
    with pytest.raises(NotFoundError):
        daemon.submit(CUE, parent="no_such_take")
    assert len(daemon.lines()[0].takes) == 3


def test_the_settings_of_a_take_make_it_again(studio: Studio) -> None:
    daemon, log = studio.start()
    rendered(daemon, log, replace(CUE, seed=None, takes=2))
    again = rendered(daemon, log, replace(daemon.settings_of("gate_01_t02"), id="again")).takes[0]
    first = daemon.lines()[0].takes[1]
    assert first.path is not None and again.path is not None
    assert again.seed == first.seed
    assert studio.voice.rendered[-1] == studio.voice.rendered[-2]


# ---- scores ---------------------------------------------------------------------------------------------------------


def clip(lead_s: float = 0.1, speech_s: float = 1.0, tail_s: float = 0.2, level: float = 0.2) -> Audio:
    speech = level * np.sin(2 * np.pi * 220 / RATE * np.arange(round(speech_s * RATE)))
    return np.pad(speech, (round(lead_s * RATE), round(tail_s * RATE))).astype(np.float32)


def penalties(audio: Audio, stretch: float = 1.0) -> dict[str, float]:
    plan = Plan(len(audio), RATE, round(len(audio) / stretch), stretch, (), ())
    return {score.name: score.penalty for score in free_scores(CUE, plan, audio)}


def test_a_good_take_has_nothing_against_it() -> None:
    assert penalties(clip()) == {"length": 0, "level": 0, "clipping": 0, "lead": 0, "tail": 0}


@pytest.mark.parametrize(
    ("name", "worse", "stretch"),
    [
        ("length", clip(), 1.3),
        ("length", clip(), 1 / 1.3),
        ("level", clip(level=0.005), 1.0),
        ("level", np.sign(clip(level=0.9)) * np.float32(0.9), 1.0),
        ("clipping", np.clip(4 * clip(level=0.3), -1, 1), 1.0),
        ("lead", clip(lead_s=0.8), 1.0),
        ("tail", clip(tail_s=1.5), 1.0),
    ],
)
def test_each_fault_has_its_penalty(name: str, worse: Audio, stretch: float) -> None:
    assert penalties(worse, stretch)[name] > 0.3


def test_a_silent_take_is_the_worst_of_all() -> None:
    assert penalties(np.zeros(RATE, np.float32)) == {"level": MAX_PENALTY}
    assert penalties(np.zeros(0, np.float32)) == {"level": MAX_PENALTY}


def test_speech_is_found_to_a_frame() -> None:
    speech = find_speech(clip(0.123, 1.0, 0.3), RATE)
    assert speech is not None
    assert abs(speech.start - 0.123 * RATE) <= 480 and abs(speech.end - 1.123 * RATE) <= 480
    assert speech.level_dbfs == pytest.approx(20 * np.log10(0.2 / np.sqrt(2)), abs=0.3)


def test_scores_of_others_rank_the_takes_and_are_kept(studio: Studio) -> None:
    daemon, log = studio.start()
    line = rendered(daemon, log, replace(CUE, takes=3))
    assert [take.id for take in line.ranked] == ["gate_01_t01", "gate_01_t02", "gate_01_t03"]
    assert all(take.scores for take in line.takes)
    daemon.add_scores("gate_01_t01", [Score("words", 8.0, "2 words wrong")])
    daemon.add_scores("gate_01_t01", [Score("words", 6.0, "1 word wrong")])
    daemon.add_scores("gate_01_t02", [Score("words", 3.0)])
    assert daemon.pick_best("gate_01") == "gate_01_t03"
    studio.end()
    daemon, _ = studio.start()
    found = daemon.lines()[0]
    assert [take.id for take in found.ranked] == ["gate_01_t03", "gate_01_t02", "gate_01_t01"]
    assert found.takes[0].scores[-1] == Score("words", 6.0, "1 word wrong")
    assert found.picked == "gate_01_t03"


def test_a_take_whose_scoring_fails_is_a_take_all_the_same(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(cue: Cue, plan: Plan, audio: Audio) -> tuple[Score, ...]:
        raise ZeroDivisionError

    monkeypatch.setitem(RenderWorker.__init__.__kwdefaults__, "scorer", broken)
    daemon, log = studio.start()
    take = rendered(daemon, log, CUE).takes[0]
    assert (take.state, take.scores) == (LineState.READY, ())


def test_a_line_without_a_clip_has_no_best_take(studio: Studio) -> None:
    daemon, _ = studio.start()
    gate = studio.hold()
    daemon.submit(CUE)
    with pytest.raises(RefusedError, match="no take with a clip"):
        daemon.pick_best("gate_01")
    gate.set()


def test_a_take_without_a_clip_is_not_ranked() -> None:
    line = Line(CUE, LineState.READY, (Take("a", "gate_01", 1, LineState.FAILED),))
    assert line.ranked == ()
