"""The daemon with a voice of tones: real threads, files, projects and restarts."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rpp
import soundfile

from bridge import events
from bridge.cue import Cue, Length, LineState, Position
from bridge.errors import (
    BadArgumentError,
    BridgeError,
    BusyError,
    DeviceError,
    NotFoundError,
    RefusedError,
)
from bridge.journal import DropWish, Journal, JournalError
from bridge.settings import Settings
from bridge.wav import read_info
from engine.errors import BadCheckpointError, BadTextError
from engine.types import EMOTIONS, SynthesizerLike
from tests.bridge.studio import Studio
from tests.event_log import EventLog
from tests.fakes import WAIT_S, FakeSynthesizer, tone

CUE = Cue("gate_01", "Who goes there?", "Mara", "angry=0.5", length=Length(1200, 1000), seed=7)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with ExitStack() as stack:
        yield Studio(tmp_path / "data", stack)


def as_after_a_crash(studio: Studio, folder: Path) -> Settings:
    """Settings of a copy of the data folder as it lies on the disk at this moment, while the daemon is at work."""
    shutil.copytree(studio.settings.data_folder, folder)
    return replace(studio.settings, data_folder=folder)


# ---- rendering ------------------------------------------------------------------------------------------------------


def test_a_line_becomes_a_clip_of_exactly_its_length(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    assert (take.id, take.line, take.state, take.seed) == ("gate_01_t01", "gate_01", LineState.QUEUED, 7)
    ending = log.ending(take.id)
    assert (ending.ok, ending.code, ending.line.state) == (True, "ok", LineState.READY)
    done = ending.line.picked_take
    assert done is not None and done.path is not None
    assert (done.n_samples, done.rate, done.progress) == (57_600, 48_000, 1.0)
    audio, rate = soundfile.read(done.path, dtype="float32")
    assert (len(audio), rate) == (57_600, 48_000)
    request = studio.voice.rendered[0]
    assert request.emotion.weights[1] == 0.5
    np.testing.assert_allclose(audio, tone(request, 57_600), atol=2**-23)
    assert done.peak_db == pytest.approx(20 * np.log10(np.abs(audio).max()), abs=0.01)
    assert done.path == studio.settings.clips_folder / "Mara" / "gate_01_t01.wav"


@pytest.mark.parametrize(("count", "per_second"), [(2400, 1000), (1, 3), (57 * 1001, 24_000), (110_251, 44_100)])
def test_any_length_at_any_rate_is_exact(studio: Studio, count: int, per_second: int) -> None:
    daemon, log = studio.start(settings=replace(studio.settings, rate=44_100))
    (take,) = daemon.submit(replace(CUE, length=Length(count, per_second)))
    done = log.ending(take.id).line.picked_take
    assert done is not None and done.path is not None
    assert read_info(done.path).n_samples == round(count * 44_100 / per_second)


def test_the_clip_knows_its_place_on_the_timeline(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(replace(CUE, at=Position(7_680_000, 96_000)))
    done = log.ending(take.id).line.picked_take
    assert done is not None and done.path is not None
    assert read_info(done.path).metadata.time_reference == 3_840_000


def test_the_same_request_and_seed_give_the_same_samples(studio: Studio) -> None:
    daemon, log = studio.start()
    clips = []
    for line in ("a", "b"):
        (take,) = daemon.submit(replace(CUE, id=line))
        clips.append(log.ending(take.id).line.takes[0].path)
    first, second = (soundfile.read(path, dtype="int32")[0] for path in clips if path is not None)
    np.testing.assert_array_equal(first, second)


def test_several_takes_have_seeds_of_their_own_and_the_first_is_picked(studio: Studio) -> None:
    daemon, log = studio.start()
    takes = daemon.submit(replace(CUE, takes=4, seed=2**31 - 2))
    assert [take.seed for take in takes] == [2**31 - 2, 2**31 - 1, 0, 1]
    line = [log.ending(take.id) for take in takes][-1].line
    assert line.picked == "gate_01_t01"
    assert len({take.path for take in line.takes}) == 4
    daemon.pick("gate_01", "gate_01_t03")
    assert daemon.lines()[0].picked == "gate_01_t03"


def test_a_drawn_seed_is_reported_and_makes_the_take_again(studio: Studio) -> None:
    daemon, log = studio.start()
    (drawn,) = daemon.submit(replace(CUE, seed=None))
    (again,) = daemon.submit(replace(CUE, seed=drawn.seed))
    assert log.ending(drawn.id).ok and log.ending(again.id).ok
    assert studio.voice.rendered[0] == studio.voice.rendered[1]


def test_a_line_asked_for_again_keeps_its_takes_and_picks_the_new_one(studio: Studio) -> None:
    daemon, log = studio.start()
    (first,) = daemon.submit(CUE)
    log.ending(first.id)
    (second,) = daemon.submit(replace(CUE, text="Who goes there, I say?"))
    line = log.ending(second.id).line
    assert [take.id for take in line.takes] == ["gate_01_t01", "gate_01_t02"]
    assert line.picked == "gate_01_t02" and line.cue.text == "Who goes there, I say?"
    assert daemon.lines() == (line,)


def test_a_stretch_beyond_the_natural_is_made_with_a_warning_that_says_the_factor(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(replace(CUE, length=Length(3)))
    line = log.ending(take.id).line
    assert line.takes[0].stretch == pytest.approx(3.33, abs=0.01)
    assert any("3.33" in warning for warning in line.takes[0].warnings)
    told = log.wait_for(events.Warned)
    assert "gate_01_t01" in told.text and "3.33" in told.text


def test_every_form_of_an_emotion_reaches_the_voice(studio: Studio) -> None:
    daemon, log = studio.start()
    forms = {
        "battle cry": (0.25, 0.75, 0, 0, 0, 0, 0.15, 0),
        "happy=0.4,sad=0.2": (0.4, 0, 0.2, 0, 0, 0, 0, 0),
        "text:angry and afraid": (0, 1, 0, 1, 0, 0, 0, 0),
        "auto": (0, 0, 0, 0, 0, 0, 0, 1),
        "neutral": (0,) * 8,
    }
    for emotion, weights in forms.items():
        (take,) = daemon.submit(replace(CUE, emotion=emotion, text="Stay calm.", weight=0.5))
        assert log.ending(take.id).ok
        assert studio.voice.rendered[-1].emotion.weights == pytest.approx([weight / 2 for weight in weights])
    (take,) = daemon.submit(replace(CUE, emotion="clip:Vale"))
    ending = log.ending(take.id)
    assert ending.ok and max(studio.voice.rendered[-1].emotion.weights) > 0
    path = ending.line.takes[-1].path
    assert path is not None
    made = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert len(made["emotion"]["clip_sha256"]) == 64


def test_an_emotion_is_heard_before_what_waits_is_rendered(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    takes = [daemon.submit(replace(CUE, id=f"gate_{n}"))[0] for n in range(2)]
    log.wait_for(events.LineChanged, lambda e: e.line.state == LineState.RENDERING)
    answer = daemon.voices.hear_emotion("text:angry, and a little sad")
    assert not answer.done()
    gate.set()
    assert answer.result(WAIT_S).weights[EMOTIONS.index("angry")] == 1.0
    for take in takes:
        log.ending(take.id)
    with pytest.raises(NotFoundError):
        daemon.voices.hear_emotion("clip:nobody")


def test_a_question_to_a_voice_that_failed_or_is_gone_has_an_end(studio: Studio) -> None:
    def fail() -> SynthesizerLike:
        raise BadCheckpointError("the weights are broken")

    daemon, _ = studio.start(fail)
    with pytest.raises(BadCheckpointError, match="broken"):
        daemon.voices.hear_emotion("text:angry").result(WAIT_S)
    studio.end()
    assert daemon.voices.hear_emotion("text:angry").cancelled()


def test_a_timbre_is_encoded_once_for_each_content(studio: Studio) -> None:
    daemon, log = studio.start()
    studio.settings.inbox_folder.joinpath("copy.flac").write_bytes(daemon.voices.presets("timbre")[0].clip.read_bytes())
    first = daemon.voices.presets("timbre")[0].name
    for timbre in (first, first.upper(), "copy"):
        (take,) = daemon.submit(replace(CUE, timbre=timbre))
        assert log.ending(take.id).ok
    assert studio.voice.n_encoded == 1


def test_the_voice_is_used_by_one_thread_only(studio: Studio) -> None:
    daemon, log = studio.start()
    askers = [
        threading.Thread(target=daemon.submit, args=(replace(CUE, id=f"line_{i}", length=Length(1, 10)),))
        for i in range(8)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(WAIT_S)
    for i in range(8):
        assert log.ending(f"line_{i}_t01").ok
    assert len(studio.voice.threads) == 1 and threading.get_ident() not in studio.voice.threads


def test_lines_are_taken_on_while_the_voice_loads(studio: Studio) -> None:
    loaded = threading.Event()

    def load() -> SynthesizerLike:
        assert loaded.wait(WAIT_S)
        return studio.voice

    daemon, log = studio.start(load)
    (take,) = daemon.submit(CUE)
    assert daemon.status().model_state == "loading" and daemon.status().queued == 1
    loaded.set()
    assert log.ending(take.id).ok
    assert (daemon.status().model_state, daemon.status().model_id) == ("ready", "fake-1")


def test_a_voice_that_cannot_be_loaded_ends_every_line_with_the_reason(studio: Studio) -> None:
    def load() -> SynthesizerLike:
        raise BadCheckpointError("the weights are not there")

    daemon, log = studio.start(load)
    (take,) = daemon.submit(CUE)
    ending = log.ending(take.id)
    assert (ending.ok, ending.code, ending.line.state) == (False, "bad_checkpoint", LineState.FAILED)
    assert "not there" in ending.text and daemon.status().model_state == "failed"


@pytest.mark.parametrize(
    ("failure", "code"),
    [(BadTextError("nothing to speak"), "text_empty"), (RuntimeError("a bug"), "engine_failed")],
)
def test_a_render_that_fails_ends_its_take_and_nothing_else(studio: Studio, failure: Exception, code: str) -> None:
    daemon, log = studio.start()
    studio.voice.failure = failure
    first, second = daemon.submit(replace(CUE, takes=2))
    ending = log.ending(first.id)
    assert (ending.ok, ending.code) == (False, code) and str(failure) in ending.text
    line = log.ending(second.id).line
    assert line.picked == second.id and line.state is LineState.READY
    assert line.takes[0].state is LineState.FAILED and line.takes[0].path is None


def test_a_clip_that_cannot_be_written_ends_its_take(studio: Studio) -> None:
    daemon, log = studio.start()
    studio.settings.clips_folder.write_text("in the way")
    (take,) = daemon.submit(CUE)
    assert log.ending(take.id).code == "disk_failed"


# ---- what is refused at once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"timbre": "nobody"}, "unknown_timbre"),
        ({"emotion": "furious"}, "unknown_emotion"),
        ({"emotion": "happy=2"}, "bad_argument"),
        ({"emotion": "clip:nothing"}, "not_found"),
        ({"text": " ... "}, "text_empty"),
        ({"text": "a" * 10_001}, "bad_argument"),
        ({"text": "half \ud800"}, "bad_argument"),
        ({"id": ""}, "bad_argument"),
        ({"id": "a\nb"}, "bad_argument"),
        ({"weight": float("nan")}, "bad_argument"),
        ({"weight": 1.1}, "bad_argument"),
        ({"length": None, "speed": 3.0}, "bad_argument"),
        ({"speed": 1.5}, "bad_argument"),
        ({"length": Length(1, 100)}, "seconds_out_of_range"),
        ({"length": Length(301)}, "seconds_out_of_range"),
        ({"seed": -1}, "bad_argument"),
        ({"seed": 2**31}, "bad_argument"),
        ({"takes": 0}, "bad_argument"),
        ({"takes": 17}, "bad_argument"),
    ],
)
def test_a_cue_that_breaks_a_rule_is_refused_at_once(studio: Studio, change: dict[str, object], code: str) -> None:
    daemon, _ = studio.start()
    cue = replace(CUE, **change)  # type: ignore[arg-type]
    for ask in (daemon.submit, daemon.check, lambda cue: daemon.play(cue.id, cue)):
        if ask == daemon.submit or "takes" not in change:  # a live line is one take
            with pytest.raises(BridgeError) as caught:
                ask(cue)
            assert caught.value.code == code
    assert daemon.lines() == () and studio.player.sounds == []


def test_more_than_the_queue_may_hold_is_refused_whole(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start(settings=replace(studio.settings, max_queued=3))
    daemon.submit(replace(CUE, id="running"))
    log.wait_for(events.LineChanged, lambda event: event.line.state is LineState.RENDERING)
    daemon.submit(replace(CUE, takes=2))
    with pytest.raises(BusyError, match="3 are the most"):
        daemon.submit(replace(CUE, id="more", takes=2))
    assert {line.cue.id for line in daemon.lines()} == {"running", "gate_01"}
    gate.set()


# ---- cancel, pick, remove -------------------------------------------------------------------------------------------


def test_what_waits_and_what_is_rendered_can_be_cancelled(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    running, waiting = daemon.submit(replace(CUE, takes=2))
    (other,) = daemon.submit(replace(CUE, id="other"))
    log.wait_for(events.LineChanged, lambda event: event.line.takes[0].state is LineState.RENDERING)
    assert daemon.cancel("gate_01") is LineState.RENDERING
    assert log.ending(waiting.id).code == "cancelled"
    gate.set()
    line = log.ending(running.id).line
    assert (log.ending(running.id).code, line.state) == ("cancelled", LineState.CANCELLED)
    assert log.ending(other.id).ok
    assert daemon.cancel("other") is LineState.READY
    assert [path.name for path in studio.settings.clips_folder.rglob("*.wav")] == ["other_t01.wav"]
    endings = [event.take_id for event in log.all(events.TakeEnded)]
    assert sorted(endings) == sorted({running.id, waiting.id, other.id})


def test_only_a_take_with_a_clip_can_be_picked(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    first, second = daemon.submit(replace(CUE, takes=2))
    with pytest.raises(RefusedError):
        daemon.pick("gate_01", second.id)
    with pytest.raises(NotFoundError):
        daemon.pick("gate_01", "gate_01_t09")
    with pytest.raises(NotFoundError):
        daemon.pick("nothing", first.id)
    gate.set()
    log.ending(second.id)
    daemon.pick("gate_01", second.id)
    assert daemon.lines()[0].picked == second.id


def test_a_removed_line_leaves_its_clips_and_its_names_are_not_given_again(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    (first,) = daemon.submit(CUE)
    with pytest.raises(RefusedError):
        daemon.remove("gate_01")
    gate.set()
    log.ending(first.id)
    daemon.remove("gate_01")
    assert log.wait_for(events.LineRemoved).line_id == "gate_01"
    assert daemon.lines() == ()
    (second,) = daemon.submit(CUE)
    assert second.id == "gate_01_t02"
    log.ending(second.id)
    assert len(list(studio.settings.clips_folder.rglob("*.wav"))) == 2


def test_new_wishes_stay_over_a_start_and_leave_the_takes_alone(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    daemon.edit(replace(CUE, emotion="sad=0.3", character=""))
    (line,) = daemon.lines()
    assert (line.cue.emotion, line.cue.character, line.picked, line.state) == ("sad=0.3", CUE.timbre, take.id, "ready")
    with pytest.raises(NotFoundError, match="nobody"):
        daemon.edit(replace(CUE, id="nobody"))
    with pytest.raises(BridgeError, match="weight"):
        daemon.edit(replace(CUE, weight=2.0))
    studio.end()
    again, _ = studio.start()
    assert again.lines()[0].cue == line.cue


def test_a_removed_line_comes_back_with_its_takes_and_its_pick(studio: Studio) -> None:
    daemon, log = studio.start()
    _first, second = daemon.submit(replace(CUE, takes=2))
    log.ending(second.id)
    daemon.pick(CUE.id, second.id)
    before = daemon.lines()
    daemon.remove(CUE.id)
    daemon.bring_back(CUE.id)
    assert daemon.lines() == before and before[0].picked == second.id
    with pytest.raises(RefusedError, match="in the list"):
        daemon.bring_back(CUE.id)
    with pytest.raises(NotFoundError):
        daemon.bring_back("nobody")
    studio.end()
    daemon, log = studio.start()
    assert daemon.lines() == before  # the journal has it too
    daemon.remove(CUE.id)
    (third,) = daemon.submit(CUE)
    with pytest.raises(RefusedError):
        daemon.bring_back(CUE.id)
    log.ending(third.id)
    assert third.id == "gate_01_t03"


# ---- sound ----------------------------------------------------------------------------------------------------------


def test_a_ready_take_sounds_from_its_file(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    path = log.ending(take.id).line.takes[0].path
    assert path is not None
    studio.player.hold.clear()
    assert daemon.play("gate_01").id == take.id
    log.wait_for(events.LineChanged, lambda event: event.line.state is LineState.PLAYING)
    assert daemon.lines()[0].state is LineState.PLAYING and daemon.status().playing == 1
    studio.player.hold.set()
    ended = log.wait_for(events.PlayEnded)
    assert (ended.line_id, ended.take_id, ended.n_samples, ended.stopped) == ("gate_01", take.id, 57_600, False)
    np.testing.assert_array_equal(studio.player.sounds[0].audio, soundfile.read(path, dtype="float32")[0])
    assert daemon.lines()[0].state is LineState.READY
    assert log.all(events.Level)


def test_a_line_waits_for_its_moment_and_tells_when_it_missed_it(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    at_ns = time.time_ns() + 300_000_000
    daemon.play(CUE.id, at_ns=at_ns)
    assert log.wait_for(events.PlayEnded).n_samples == 57_600
    assert studio.player.sounds[0].at_ns == at_ns and time.time_ns() >= at_ns
    daemon.play(CUE.id, at_ns=time.time_ns() - 1_000_000_000, play_id="too late")
    late = log.wait_for(events.PlayLate, lambda event: event.play_id == "too late")
    assert late.late_ms >= 1000 and late.take_id == take.id


def test_another_device_is_chosen_for_good(studio: Studio) -> None:
    daemon, log = studio.start()
    assert daemon.sound_device().name == "system"
    with pytest.raises(DeviceError, match="Headphones"):
        daemon.choose_device("Moon Speakers")
    assert daemon.settings.audio_device == ""
    assert daemon.choose_device("Headphones").name == "Headphones"
    assert log.wait_for(events.SoundDevice).wanted == daemon.settings.audio_device == "Headphones"
    assert Settings.load(studio.settings.data_folder).audio_device == "Headphones"


def test_another_take_sounds_louder_or_softer_and_the_pick_stays(studio: Studio) -> None:
    daemon, log = studio.start()
    first, second = daemon.submit(replace(CUE, takes=2))
    log.ending(second.id)
    assert daemon.play(CUE.id, take_id=second.id, gain_db=-6.0).id == second.id
    log.wait_for(events.PlayEnded)
    line = daemon.lines()[0]
    clip, _ = soundfile.read(line.takes[1].path, dtype="float32")
    np.testing.assert_allclose(studio.player.sounds[0].audio, clip * 10 ** (-6 / 20), atol=1e-6)
    assert line.picked == first.id
    with pytest.raises(RefusedError, match="no take that is ready"):
        daemon.play(CUE.id, take_id="gate_01_t09")


def test_a_take_of_another_rate_sounds_at_the_players(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    studio.end()
    daemon, log = studio.start(settings=replace(studio.settings, rate=24_000))
    daemon.play("gate_01")
    assert log.wait_for(events.PlayEnded).n_samples == pytest.approx(28_800, abs=2)


def test_a_live_line_sounds_while_it_is_made_and_becomes_the_same_take(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    take = daemon.play("live_1", replace(CUE, id="anything"))
    assert take.id == "live_1_t01" and len(studio.player.sounds) == 1
    log.wait_for(events.LineChanged, lambda event: event.line.state is LineState.RENDERING)
    gate.set()
    ending = log.ending(take.id)
    assert ending.ok and log.wait_for(events.PlayEnded).n_samples == 57_600
    heard = studio.player.sounds[0]
    assert len(heard.heard) == studio.voice.n_blocks
    np.testing.assert_array_equal(heard.audio, tone(studio.voice.rendered[0], 57_600))
    path = ending.line.takes[0].path
    assert path is not None
    np.testing.assert_allclose(soundfile.read(path, dtype="float32")[0], heard.audio, atol=2**-23)


def test_the_first_block_sounds_before_the_rest_is_made(studio: Studio) -> None:
    allowed = threading.Semaphore(0)

    class Slow(FakeSynthesizer):
        def _blocks(self, request, n_samples):  # type: ignore[no-untyped-def]
            for block in super()._blocks(request, n_samples):
                assert allowed.acquire(timeout=WAIT_S)
                yield block

    daemon, log = studio.start(Slow)
    daemon.play("live_1", CUE)
    allowed.release()
    line = log.wait_for(events.LineChanged, lambda event: event.line.state is LineState.PLAYING).line
    assert line.takes[0].path is None
    for _ in range(20):
        allowed.release()
    assert log.ending("live_1_t01").ok


def test_a_live_line_goes_before_all_others_and_what_was_begun_gives_way(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    running, waiting = daemon.submit(replace(CUE, takes=2))
    log.wait_for(events.LineChanged, lambda event: event.line.takes[0].state is LineState.RENDERING)
    live = daemon.play("live_1", CUE)
    gate.set()
    for take in (running, waiting, live):
        assert log.ending(take.id).ok
    assert [event.take_id for event in log.all(events.TakeEnded)] == [live.id, running.id, waiting.id]


def test_a_stopped_live_line_is_silent_and_becomes_a_take_all_the_same(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    take = daemon.play("live_1", CUE)
    daemon.stop()
    gate.set()
    ended = log.wait_for(events.PlayEnded)
    assert (ended.n_samples, ended.stopped) == (0, True)
    line = log.ending(take.id).line
    assert line.takes[0].path is not None and line.takes[0].n_samples == 57_600


def test_a_cancelled_live_line_is_no_take(studio: Studio) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    take = daemon.play("live_1", CUE)
    daemon.cancel("live_1")
    gate.set()
    assert log.ending(take.id).code == "cancelled"
    assert log.wait_for(events.PlayEnded).stopped
    assert daemon.lines()[0].state is LineState.CANCELLED


def test_a_live_line_that_fails_is_stopped(studio: Studio) -> None:
    daemon, log = studio.start()
    studio.voice.failure = RuntimeError("a bug")
    take = daemon.play("live_1", CUE)
    assert log.ending(take.id).code == "engine_failed"
    assert log.wait_for(events.PlayEnded).stopped
    assert daemon.play("live_2", CUE).id == "live_2_t01"
    assert log.ending("live_2_t01").ok


def test_a_stopped_take_rests_as_stopped_and_plays_again(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    studio.player.hold.clear()
    daemon.play("gate_01")
    log.wait_for(events.LineChanged, lambda event: event.line.state is LineState.PLAYING)
    daemon.stop("gate_01")
    assert log.wait_for(events.PlayEnded).stopped
    assert daemon.lines()[0].state is LineState.STOPPED
    studio.player.hold.set()
    daemon.play("gate_01")
    assert not log.wait_for(events.PlayEnded, lambda event: not event.stopped).stopped


def test_what_cannot_sound_is_refused(studio: Studio) -> None:
    gate = studio.hold()
    daemon, _ = studio.start()
    with pytest.raises(NotFoundError):
        daemon.play("nothing")
    with pytest.raises(NotFoundError):
        daemon.stop("nothing")
    daemon.submit(CUE)
    with pytest.raises(RefusedError, match="ask again"):
        daemon.play("gate_01")
    gate.set()


def test_without_a_device_a_live_line_is_refused_and_rendering_works(studio: Studio) -> None:
    studio.player.missing = True
    daemon, log = studio.start()
    with pytest.raises(DeviceError):
        daemon.play("live_1", CUE)
    assert daemon.lines() == ()
    (take,) = daemon.submit(CUE)
    assert log.ending(take.id).ok
    with pytest.raises(DeviceError):
        daemon.play("gate_01")


# ---- drops ----------------------------------------------------------------------------------------------------------


def test_a_line_drops_into_every_project_of_the_settings(studio: Studio) -> None:
    daemon, log = studio.start()
    daemon.submit(replace(CUE, at=Position(3_480_000, 48_000), drop=True))
    for target in ("reaper_project", "dawproject"):
        ended = log.wait_for(events.DropEnded, lambda event, target=target: event.target == target)
        assert (ended.ok, ended.where, ended.take_id) == (True, "smp:3480000@48000", "gate_01_t01")
        assert ended.verified
    assert daemon.lines()[0].state is LineState.DROPPED
    project = rpp.loads(studio.settings.reaper_project.read_text())
    (item,) = project.findall(".//ITEM")
    assert item.find("POSITION")[1] == "72.5"


def test_a_ready_take_can_be_dropped_elsewhere_and_into_one_project_only(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(replace(CUE, at=Position(48_000, 48_000)))
    log.ending(take.id)
    assert daemon.drop("gate_01", target="reaper_project").state is LineState.DROPPING
    assert log.wait_for(events.DropEnded).where == "smp:48000@48000"
    daemon.drop("gate_01", target="reaper_project", at=Position(96_000, 48_000))
    assert log.wait_for(events.DropEnded, lambda event: event.where == "smp:96000@48000").ok
    daemon.drop("gate_01", target="reaper_project")  # the same again is answered, not done twice
    assert len(rpp.loads(studio.settings.reaper_project.read_text()).findall(".//ITEM")) == 2
    with pytest.raises(BadArgumentError, match="reaper_project"):
        daemon.drop("gate_01", target="tape")
    assert not studio.settings.dawproject.exists()


def test_many_lines_all_get_into_every_project(studio: Studio) -> None:
    daemon, log = studio.start()
    lines = [f"line_{i:02}" for i in range(25)]
    for i, line in enumerate(lines):
        daemon.submit(replace(CUE, id=line, length=Length(1, 10), at=Position(i * 48_000, 48_000), drop=True))
    for line in lines:
        for target in ("reaper_project", "dawproject"):
            ended = log.wait_for(
                events.DropEnded, lambda event, is_it=(line, target): (event.line_id, event.target) == is_it
            )
            assert ended.ok and ended.where == f"smp:{lines.index(line) * 48_000}@48000"
    assert len(log.all(events.DropEnded)) == 50
    assert {line.state for line in daemon.lines()} == {LineState.DROPPED}


def test_an_older_take_drops_with_its_own_words(studio: Studio) -> None:
    daemon, log = studio.start()
    for text, character in (("Old words.", "Guard"), ("New words.", "Captain")):
        (take,) = daemon.submit(replace(CUE, text=text, character=character))
        log.ending(take.id)
    daemon.pick("gate_01", "gate_01_t01")
    daemon.drop("gate_01", target="reaper_project")
    assert "track Guard" in log.wait_for(events.DropEnded).text
    assert "Old words." in studio.settings.reaper_project.read_text()


def test_a_drop_that_fails_is_told_and_rendering_goes_on(studio: Studio) -> None:
    daemon, log = studio.start()
    studio.settings.reaper_project.parent.mkdir(parents=True)
    studio.settings.reaper_project.write_text("no project")
    daemon.submit(replace(CUE, drop=True))
    ended = log.wait_for(events.DropEnded, lambda event: event.target == "reaper_project")
    assert not ended.ok and "cuevox.RPP" in ended.text
    assert log.wait_for(events.DropEnded, lambda event: event.target == "dawproject").ok
    assert daemon.lines()[0].state is LineState.READY
    assert studio.settings.reaper_project.read_text() == "no project"
    (take,) = daemon.submit(replace(CUE, id="next"))
    assert log.ending(take.id).ok


def test_a_drop_with_nowhere_to_go_is_told(studio: Studio) -> None:
    settings = replace(studio.settings, drop_targets=())
    daemon, log = studio.start(settings=settings)
    (take,) = daemon.submit(replace(CUE, drop=True))
    assert not log.wait_for(events.DropEnded).ok
    with pytest.raises(RefusedError, match="drop_targets"):
        daemon.drop("gate_01")
    assert log.ending(take.id).ok


# ---- restarts -------------------------------------------------------------------------------------------------------


def test_a_restart_shows_the_lines_with_their_takes(studio: Studio) -> None:
    daemon, log = studio.start()
    for take in (*daemon.submit(replace(CUE, takes=2)), *daemon.submit(replace(CUE, id="b", length=None, at=None))):
        log.ending(take.id)
    daemon.pick("gate_01", "gate_01_t02")
    daemon.remove("b")
    before = daemon.lines()
    studio.end()
    daemon, log = studio.start()
    assert daemon.lines() == before
    daemon.play("gate_01")
    assert log.wait_for(events.PlayEnded).take_id == "gate_01_t02"
    assert daemon.submit(replace(CUE, id="b"))[0].id == "b_t02"


def test_what_was_accepted_and_not_made_is_made_after_a_crash_with_its_seed(studio: Studio, tmp_path: Path) -> None:
    gate = studio.hold()
    daemon, log = studio.start()
    takes = [*daemon.submit(replace(CUE, takes=3, seed=None)), daemon.play("live_1", CUE)]
    log.wait_for(events.LineChanged, lambda event: LineState.RENDERING in {take.state for take in event.line.takes})
    settings = as_after_a_crash(studio, tmp_path / "crashed")
    gate.set()
    n_sounds = len(studio.player.sounds)
    daemon, log = studio.start(FakeSynthesizer, settings=settings)
    for take in takes:
        assert log.ending(take.id).ok
    lines = {line.cue.id: line for line in daemon.lines()}
    assert [(take.id, take.seed) for take in lines["gate_01"].takes] == [(take.id, take.seed) for take in takes[:3]]
    assert len(list(settings.clips_folder.rglob("*.wav"))) == 4
    assert len(studio.player.sounds) == n_sounds  # what was to sound live is made, but its moment has passed


def test_a_daemon_that_is_ended_at_work_leaves_the_rest_for_the_next(studio: Studio) -> None:
    daemon, log = studio.start()
    takes = [take for i in range(30) for take in daemon.submit(replace(CUE, id=f"line_{i:02}"))]
    log.wait_for(events.TakeEnded)
    studio.end()
    made = {event.take_id for event in log.all(events.TakeEnded)}
    daemon, log = studio.start()
    for take in takes:
        if take.id not in made:
            assert log.ending(take.id).ok
    assert {event.take_id for event in log.all(events.TakeEnded)} == {take.id for take in takes} - made
    assert [line.state for line in daemon.lines()] == [LineState.READY] * 30
    assert len(list(studio.settings.clips_folder.rglob("*.wav"))) == 30


def test_a_drop_that_was_under_way_at_a_crash_is_done_once(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    at = Position(96_000, 48_000)
    daemon.drop("gate_01", target="reaper_project", at=at)
    log.wait_for(events.DropEnded)
    studio.end()
    journal = Journal(studio.settings.journal)
    (line,), (kept,) = journal.load()
    wish = DropWish(("reaper_project",), at)
    journal.save(line, [replace(kept, take=replace(kept.take, state=LineState.READY), wish=wish)])
    journal.close()
    daemon, log = studio.start()
    assert log.wait_for(events.DropEnded).where == "smp:96000@48000"
    assert daemon.lines()[0].state is LineState.DROPPED
    assert len(rpp.loads(studio.settings.reaper_project.read_text()).findall(".//ITEM")) == 1


def test_a_line_whose_preset_is_gone_after_a_restart_fails_with_the_reason(studio: Studio, tmp_path: Path) -> None:
    gate = studio.hold()
    daemon, _ = studio.start()
    daemon.voices.save_emotion("mine", {"happy": 1})
    daemon.submit(replace(CUE, emotion="mine"))
    settings = as_after_a_crash(studio, tmp_path / "crashed")
    gate.set()
    (settings.presets_folder / "emotion" / "mine.json").unlink()
    daemon, _ = studio.start(settings=settings)
    (line,) = daemon.lines()
    assert line.state is LineState.FAILED and "mine" in line.takes[0].error


def test_a_take_whose_clip_is_away_is_told_and_comes_back_with_it(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    path = log.ending(take.id).line.takes[0].path
    assert path is not None
    studio.end()
    path.rename(path.with_suffix(".away"))
    daemon, _ = studio.start()
    assert daemon.lines()[0].state is LineState.FAILED and "gone" in daemon.lines()[0].takes[0].error
    studio.end()
    path.with_suffix(".away").rename(path)
    daemon, _ = studio.start()
    assert daemon.lines()[0].state is LineState.READY


def test_a_second_daemon_on_the_same_folder_says_so(studio: Studio) -> None:
    studio.start()
    with pytest.raises(JournalError, match="another Cuevox"):
        studio.start()


# ---- presets and events ---------------------------------------------------------------------------------------------


def test_presets_are_listed_learnt_and_told(studio: Studio) -> None:
    daemon, log = studio.start()
    voice, rate = soundfile.read(daemon.voices.presets("timbre")[0].clip)
    soundfile.write(studio.settings.inbox_folder / "tom.wav", voice, rate)
    assert daemon.voices.add_timbre("Tom", "tom.wav") == pytest.approx(len(voice) / rate, abs=1.0)
    daemon.voices.save_emotion("giddy", {"happy": 0.9})
    assert log.wait_for(events.PresetsChanged, lambda event: event.kind == "timbre")
    assert log.wait_for(events.PresetsChanged, lambda event: event.kind == "emotion")
    (take,) = daemon.submit(replace(CUE, timbre="tom", emotion="giddy"))
    line = log.ending(take.id).line
    assert (line.cue.timbre, line.cue.character) == ("Tom", "Tom")
    with pytest.raises(BadArgumentError):
        daemon.voices.presets("colours")


def test_saved_settings_wait_for_the_next_start_and_keep_the_command_line_out(studio: Studio) -> None:
    daemon, _ = studio.start(settings=replace(studio.settings, rate=24_000))
    daemon.save_settings({"depth": 16})
    kept = Settings.load(studio.settings.data_folder)
    assert (kept.depth, kept.rate, daemon.settings.depth) == (16, 48_000, 24)
    with pytest.raises(BridgeError, match="depth is 12"):
        daemon.save_settings({"depth": 12})
    assert Settings.load(studio.settings.data_folder).depth == 16


def test_a_subscriber_that_fails_does_not_silence_the_others(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    daemon, log = studio.start()

    def broken(event: events.Event) -> None:
        raise ValueError("broken")

    unsubscribe = daemon.subscribe(broken)
    second = EventLog()
    daemon.subscribe(second)
    (take,) = daemon.submit(CUE)
    assert log.ending(take.id).ok and second.ending(take.id).ok
    unsubscribe()
    assert "a subscriber failed" in caplog.text


def test_each_line_is_told_in_the_order_in_which_it_changed(studio: Studio) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    states = [event.line.state for event in log.all(events.LineChanged)]
    order = [LineState.QUEUED, LineState.RENDERING, LineState.READY]
    assert [state for i, state in enumerate(states) if i == 0 or states[i - 1] is not state] == order
