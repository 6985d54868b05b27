"""The daemon with a voice of tones: lines become clips on real threads and files."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from bridge import events
from bridge.cue import Length, LineState, Position
from bridge.errors import BadArgumentError, BridgeError, NotFoundError
from bridge.settings import Settings
from bridge.wav import read_info
from engine.errors import BadCheckpointError, BadTextError
from engine.types import EMOTIONS, SynthesizerLike
from tests.bridge.studio import CUE, Studio
from tests.event_log import EventLog
from tests.fakes import WAIT_S, tone


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
    daemon.setup.save_settings({"depth": 16})
    kept = Settings.load(studio.settings.data_folder)
    assert (kept.depth, kept.rate, daemon.settings.depth) == (16, 48_000, 24)
    with pytest.raises(BridgeError, match="depth is 12"):
        daemon.setup.save_settings({"depth": 12})
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
