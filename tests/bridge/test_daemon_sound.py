"""Lines that sound: takes that are there, and lines that are still being made."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from bridge import events
from bridge.cue import LineState
from bridge.errors import DeviceError, NotFoundError, RefusedError
from bridge.settings import Settings
from tests.bridge.studio import CUE, Studio
from tests.fakes import WAIT_S, FakeSynthesizer, tone


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


def test_a_line_that_waited_while_the_machine_slept_tells_how_late_it_is(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    nights = iter([0.0])  # none so far when it is asked for; one when it sounds
    monkeypatch.setattr("bridge.playback.slept_s", lambda: next(nights, 3600.0))
    daemon.play(CUE.id, at_ns=time.time_ns() + 50_000_000, play_id="overnight")
    late = log.wait_for(events.PlayLate, lambda event: event.play_id == "overnight")
    assert 3_600_000 <= late.late_ms < 3_700_000


def test_another_device_is_chosen_for_good(studio: Studio) -> None:
    daemon, log = studio.start()
    assert daemon.setup.sound_device().name == "system"
    with pytest.raises(DeviceError, match="Headphones"):
        daemon.setup.choose_device("Moon Speakers")
    assert daemon.settings.audio_device == ""
    assert daemon.setup.choose_device("Headphones").name == "Headphones"
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


def test_a_stop_that_lies_ahead_ends_what_begins_before_it_and_nothing_else(studio: Studio) -> None:
    daemon, log = studio.start()
    for line in ("gate_01", "gate_02"):
        (take,) = daemon.submit(replace(CUE, id=line))
        log.ending(take.id)
    studio.player.hold.clear()
    noon_ns = time.time_ns() + 3600 * 10**9

    def play(line: str, after_ns: int | None) -> None:
        daemon.play(line, at_ns=None if after_ns is None else noon_ns + after_ns)

    play("gate_01", None)
    play("gate_01", 1)
    daemon.stop("gate_01", at_ns=noon_ns)
    play("gate_01", -1)  # asked for after the stop, but due before it
    play("gate_02", -1)
    play("gate_01", 0)  # due when the others fall silent
    assert [sound.stops_ns for sound in studio.player.sounds] == [[noon_ns], [], [noon_ns], [], []]
    daemon.stop(at_ns=noon_ns - 1)  # everything, and sooner
    assert [sound.stops_ns[-1:] for sound in studio.player.sounds] == [[noon_ns - 1], [], [noon_ns], [], []]
    daemon.stop()
    assert all(sound.over.wait(WAIT_S) for sound in studio.player.sounds)
    with pytest.raises(NotFoundError):
        daemon.stop("nobody", at_ns=noon_ns)
