"""Every command of the contract, over a real UDP socket, against a real daemon with a stand-in for the voice."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder, build_msg

from bridge.settings import Settings
from bridge.version import VERSION
from engine.errors import EngineError
from tests.bridge.osc_desk import Desk, Studio, open_studio
from tests.fakes import FakePlayer

RENDER, PLAY, DROP = "/cuevox/line/render", "/cuevox/line/play", "/cuevox/line/drop"
TEXT = "Who goes there?"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path) as studio:
        yield studio


@pytest.fixture
def desk(studio: Studio) -> Iterator[Desk]:
    with Desk(studio.port) as desk:
        yield desk


def typed(address: str, *args: tuple[object, str]) -> bytes:
    builder = OscMessageBuilder(address)
    for value, kind in args:
        builder.add_arg(value, kind)  # type: ignore[arg-type]
    return builder.build().dgram


# ---- server ---------------------------------------------------------------------------------------------------------


def test_version_status_and_ping(desk: Desk) -> None:
    version = desk.ask("/cuevox/server/version", "request", "r1")
    assert version.args[:3] == ("r1", "done", "ok")
    assert version.data == (VERSION, 1, "fake-1")
    status = desk.ask("/cuevox/server/status")
    assert status.data[:4] == (0, 0, 0, "ready") and 0 <= status.data[4] <= 1
    echo = (1, 2.5, "three", True, None, b"four", [1, ["x"]], 2**40)
    assert desk.ask("/cuevox/server/ping", *echo).data == echo


def test_a_ping_too_long_to_come_back_is_told(desk: Desk) -> None:
    answer = desk.ask("/cuevox/server/ping", "x" * 2000)
    assert (answer.status, answer.code) == ("error", "bad_argument")
    assert "1400" in answer.text


def test_replies_go_to_the_port_that_was_chosen(studio: Studio, desk: Desk) -> None:
    with Desk(studio.port) as ear:
        desk.send("/cuevox/server/reply_port", ear.port)
        assert ear.hear().status == "done"
        desk.send("/cuevox/server/ping", "there")
        assert ear.hear().data == ("there",)
        desk.send("/cuevox/server/version", "reply_port", desk.port)
        assert desk.hear().data[0] == VERSION
    assert desk.kept == []


def test_errors_go_to_the_reply_port_as_well(studio: Studio, desk: Desk) -> None:
    with Desk(studio.port) as sender:
        for wrong in (("l", "", "reply_port", desk.port, "request", 1), ("l", TEXT, "reply_port", desk.port, "zzz", 1)):
            sender.send(RENDER, *wrong)
            assert desk.hear().status == "error"
        sender.send(RENDER, "l", "", "reply_port", "x")
        assert sender.hear().status == "error"


def test_quit_is_answered_and_then_asked_of_the_daemon(studio: Studio, desk: Desk) -> None:
    assert desk.ask("/cuevox/server/quit").status == "done"
    studio.daemon.wait_for_quit(threading.Event())


# ---- presets --------------------------------------------------------------------------------------------------------


def test_presets_are_listed_in_pages(studio: Studio, desk: Desk) -> None:
    for kind in ("timbre", "emotion"):
        names = [preset.name for preset in studio.daemon.voices.presets(kind)]
        answer = desk.ask("/cuevox/preset/list", kind)
        assert answer.data == (len(names), *names)
        assert desk.ask("/cuevox/preset/list", kind, 3.0, "request", f"list {kind}").data == (len(names), *names[3:])
    for n in range(60):
        studio.daemon.voices.save_emotion(f"a blend with quite a long name, number {n:02}", {"happy": 0.5})
    names, got = [preset.name for preset in studio.daemon.voices.presets("emotion")], []
    while len(got) < len(names):
        total, *page = desk.ask("/cuevox/preset/list", "emotion", len(got)).data
        assert total == len(names) and page
        got += page
    assert got == names


def test_a_clip_of_the_inbox_becomes_a_timbre(studio: Studio, desk: Desk) -> None:
    voice, rate = soundfile.read(studio.daemon.voices.presets("timbre")[0].clip)
    soundfile.write(studio.daemon.settings.inbox_folder / "aunt.wav", voice, rate)
    desk.send("/cuevox/preset/add", "timbre", "Aunt", "aunt.wav", "request", "a")
    assert desk.hear().status == "accepted"
    warning, done = desk.hear(), desk.hear()
    assert (warning.status, warning.code, warning.data) == ("warning", "no_consent", ("Aunt",))
    assert done.args[:3] == ("a", "done", "ok")
    assert done.data == ("Aunt", pytest.approx(len(voice) / rate, abs=1))
    assert desk.ask(RENDER, "l1", TEXT, "timbre", "aunt").status == "done"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("timbre", "Aunt", "nobody.wav"), "not_found"),
        (("timbre", "Aunt", "../settings.json"), "refused"),
        (("emotion", "Aunt", "aunt.wav"), "bad_argument"),
        (("timbre", "", "aunt.wav"), "bad_argument"),
        (("timbre",), "bad_argument"),
    ],
)
def test_what_cannot_be_learnt(desk: Desk, args: tuple[str, ...], code: str) -> None:
    assert desk.ask("/cuevox/preset/add", *args).code == code


# ---- render ---------------------------------------------------------------------------------------------------------


def test_a_render_is_accepted_and_ends_once_at_the_exact_length(studio: Studio, desk: Desk) -> None:
    desk.send(RENDER, "line_1", TEXT, "seconds", 0.9, "seed", 5, "request", "r1", "timbre", "mara")
    accepted = desk.hear()
    assert accepted.args[:3] == ("r1", "accepted", "ok") and accepted.data == ("line_1", "line_1_t01")
    done = desk.status("done")
    line, take, path, n_samples, rate, stretch, seed = done.data
    assert (line, take, n_samples, rate, seed) == ("line_1", "line_1_t01", 43_200, 48_000, 5)
    assert stretch == pytest.approx(1.0)
    assert soundfile.info(path).frames == 43_200
    for progress in [h for h in desk.rest() if h.status == "progress"]:
        assert progress.data[:2] == ("line_1", "line_1_t01") and 0 <= progress.data[2] <= 1
    assert desk.ask("/cuevox/line/status", "line_1").data == ("line_1", "ready", "line_1_t01", path)


def test_each_take_is_accepted_and_has_its_own_ending(desk: Desk) -> None:
    desk.send(RENDER, "l", TEXT, "takes", "3", "seed", 10)
    accepted = [desk.status("accepted").data[1] for _ in range(3)]
    done = [desk.status("done").data for _ in range(3)]
    assert accepted == [d[1] for d in done] == ["l_t01", "l_t02", "l_t03"]
    assert [d[6] for d in done] == [10, 11, 12]
    assert not [h for h in desk.rest() if h.status != "progress"]
    assert desk.ask("/cuevox/line/pick", "l", "l_t02").status == "done"
    assert desk.ask("/cuevox/line/status", "l").data[2] == "l_t02"


def test_progress_is_told(studio: Studio, desk: Desk) -> None:
    class Slow(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            time.sleep(0.05)
            return True

    studio.voice.gate = Slow()
    desk.send(RENDER, "l", "one two three four five", "seconds", 20)
    progress = desk.status("progress")
    assert progress.data[:2] == ("l", "l_t01") and 0 < progress.data[2] <= 1
    desk.status("done")


def test_a_stretch_out_of_range_is_made_and_told_with_its_factor(desk: Desk) -> None:
    desk.send(RENDER, "l", TEXT, "seconds", 1.8)
    warning, done = desk.status("warning"), desk.status("done")
    assert warning.code == "stretch_out_of_range" and "2.00" in warning.text
    assert warning.data == ("l", "l_t01", pytest.approx(2.0))
    assert done.data[3] == 86_400
    assert not [h for h in desk.rest() if h.status == "warning"]


def test_a_failing_render_ends_with_an_error_and_the_next_one_is_made(studio: Studio, desk: Desk) -> None:
    studio.voice.failure = EngineError("the voice broke down")
    desk.send(RENDER, "l", TEXT, "request", 1)
    error = desk.status("error")
    assert (error.request, error.code, error.data) == ("1", "engine_failed", ("l", "l_t01"))
    assert "broke down" in error.text
    assert desk.ask(RENDER, "l", TEXT).data[1] == "l_t02"


def test_a_cancelled_line_ends_with_an_error(studio: Studio, desk: Desk) -> None:
    studio.gate.clear()
    desk.send(RENDER, "l", TEXT, "request", "mine")
    desk.status("accepted")
    cancelled = desk.ask("/cuevox/line/cancel", "l")
    assert cancelled.status == "done" and cancelled.data[0] == "l" and cancelled.data[1] in ("queued", "rendering")
    studio.gate.set()
    ending = desk.status("error", RENDER)
    assert (ending.request, ending.code) == ("mine", "cancelled")


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        ((), "bad_argument", "line is missing"),
        (("l",), "bad_argument", "text is missing"),
        (("l", ""), "text_empty", "text is empty"),
        (("l", "..."), "text_empty", "words"),
        (("l", "x" * 10_001), "bad_argument", "10000 is the most"),
        (("l" * 101, TEXT), "bad_argument", "line has 101"),
        (("l\n", TEXT, "x"), "bad_argument", "no key 'x'"),
        (("a\nb", TEXT), "bad_argument", "line break"),
        (("l", TEXT, "timbre", "nobody"), "unknown_timbre", "Mara"),
        (("l", TEXT, "emotion", "hangry"), "unknown_emotion", "angry"),
        (("l", TEXT, "emotion", "happy=2"), "bad_argument", "happy"),
        (("l", TEXT, "tibmre", "Mara"), "bad_argument", "did you mean timbre?"),
        (("l", TEXT, "zzz", 1), "bad_argument", "timbre, emotion, weight"),
        (("l", TEXT, "seconds"), "bad_argument", "seconds has no value"),
        (("l", TEXT, 5, "seconds"), "bad_argument", "where a key is due"),
        (("l", TEXT, "seconds", 1, "seconds", 2), "bad_argument", "twice"),
        (("l", TEXT, "seconds", 1, "speed", 1), "bad_argument", "seconds and speed"),
        (("l", TEXT, "seconds", -1.0), "seconds_out_of_range", "above 0"),
        (("l", TEXT, "seconds", 0), "seconds_out_of_range", "above 0"),
        (("l", TEXT, "seconds", 4000), "seconds_out_of_range", "300"),
        (("l", TEXT, "seconds", "soon"), "bad_argument", "soon"),
        (("l", TEXT, "seconds", float("nan")), "bad_argument", "NaN"),
        (("l", TEXT, "seconds", float("inf")), "bad_argument", "infinite"),
        (("l", TEXT, "seconds", b"\1"), "bad_argument", "a blob"),
        (("l", TEXT, "weight", 1.5), "bad_argument", "weight is 1.5; give a number from 0 to 1"),
        (("l", TEXT, "weight", float("nan")), "bad_argument", "weight is nan"),
        (("l", TEXT, "speed", 3), "bad_argument", "0.5 to 2"),
        (("l", TEXT, "takes", 17), "bad_argument", "takes is 17; give a whole number from 1 to 16"),
        (("l", TEXT, "takes", 1.5), "bad_argument", "takes is 1.5"),
        (("l", TEXT, "seed", -1), "bad_argument", "seed is -1"),
        (("l", TEXT, "seed", 2**31), "bad_argument", "2147483647"),
        (("l", TEXT, "at", "72.5"), "bad_argument", "no unit"),
        (("l", TEXT, "at", -1), "bad_argument", "at: "),
        (("l", TEXT, "at", float("nan")), "bad_argument", "at is nan"),
        (("l", TEXT, "at", "tc:01:00:00:30@25"), "bad_argument", "at: "),
        (("l", TEXT, "seconds", "frames:57@7"), "bad_argument", "seconds: "),
        (("l", TEXT, "drop", "maybe"), "bad_argument", "yes or no"),
        (("l", TEXT, "reply_port", 0), "bad_argument", "reply_port is 0"),
        (("l", TEXT, "request", ""), "bad_argument", "request is empty"),
        (("l", True), "bad_argument", "text is true"),
        ((["l"], TEXT), "bad_argument", "line is an array"),
        ((None, TEXT), "bad_argument", "line is nil"),
    ],
)
def test_a_wrong_argument_is_named_with_its_rule(desk: Desk, args: tuple[object, ...], code: str, says: str) -> None:
    answer = desk.ask(RENDER, *args)
    assert (answer.status, answer.code) == ("error", code), answer.text
    assert says in answer.text
    assert desk.rest() == []


def test_numbers_come_in_any_type_or_as_text(studio: Studio, desk: Desk) -> None:
    for n, (value, kind) in enumerate([(2, "i"), (2, "h"), (2.0, "f"), (2.0, "d"), ("2", "s"), ("2.0", "s")]):
        desk.send_packet(
            typed(RENDER, (n, "i"), (TEXT, "s"), ("seconds", "s"), (value, kind), ("seed", "s"), (value, kind))
        )
        assert desk.status("done").data[3:] == (96_000, 48_000, pytest.approx(2 / 0.9), 2)
    desk.send_packet(typed(RENDER, ("f", "s"), (TEXT, "s"), ("seconds", "s"), (2.4, "f")))
    assert desk.status("done").data[3] == 115_200
    desk.send_packet(typed(RENDER, ("t", "s"), (TEXT, "s"), ("takes", "s"), (True, "T"), ("drop", "s"), (False, "F")))
    assert desk.status("done").data[1] == "t_t01"
    desk.send(RENDER, "frames", TEXT, "seconds", "frames:57@23.976")
    assert desk.status("done").data[3] == 114_114


def at_of(studio: Studio, line: str) -> object:
    return next(each.cue.at for each in studio.daemon.lines() if each.cue.id == line)


def test_a_bare_float_position_is_taken_as_seconds_with_a_warning_that_names_the_sample(
    studio: Studio, desk: Desk
) -> None:
    desk.send_packet(typed(RENDER, ("l", "s"), (TEXT, "s"), ("at", "s"), (3600.1, "f")))
    warning = desk.status("warning")
    sample = round(struct.unpack(">f", struct.pack(">f", 3600.1))[0] * 48_000)
    assert warning.code == "position_is_float" and f"smp:{sample}@48000" in warning.text
    assert at_of(studio, "l").sample == sample  # type: ignore[attr-defined]
    desk.status("done")


@pytest.mark.parametrize(
    ("value", "kind"),
    [(172_804_800, "i"), (172_804_800, "h"), (3600.1, "d"), ("sec:3600.1", "s"), ("smp:172804800", "s")],
)
def test_exact_positions_are_taken_without_a_word(studio: Studio, desk: Desk, value: object, kind: str) -> None:
    desk.send_packet(typed(RENDER, ("l", "s"), (TEXT, "s"), ("at", "s"), (value, kind)))
    desk.status("done")
    assert at_of(studio, "l").sample == 172_804_800  # type: ignore[attr-defined]
    assert not [h for h in desk.rest() if h.status == "warning"]


def test_text_of_any_kind_is_safe(studio: Studio, desk: Desk) -> None:
    for n, text in enumerate(['Say "hi"; `rm`\n$HOME \U0001f642', "Grüße, 世界", "word " * 2000]):
        assert desk.ask(RENDER, f"l{n}", text, "seconds", 1).status == "done"
        assert studio.voice.rendered[-1].text == text


# ---- play, stop, drop -----------------------------------------------------------------------------------------------


def test_a_line_is_played_live_and_ends_when_the_sound_does(studio: Studio, desk: Desk) -> None:
    desk.send(PLAY, "l", TEXT, "seconds", 0.5, "request", "p")
    accepted = desk.hear()
    assert accepted.args[:3] == ("p", "accepted", "ok") and accepted.data == ("l", "l_t01")
    assert desk.status("done").data == ("l", "l_t01", 24_000, 1.0)
    while desk.ask("/cuevox/line/status", "l").data[1] != "ready":
        time.sleep(0.01)
    again = desk.ask(PLAY, "l", "request", "q")
    assert (again.request, again.data[:3]) == ("q", ("l", "l_t01", 24_000))
    assert len(studio.player.sounds) == 2


def test_a_stopped_sound_ends_as_stopped(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "l", TEXT)
    studio.player.hold.clear()
    desk.send(PLAY, "l", "request", "p")
    desk.status("accepted", PLAY)
    assert desk.ask("/cuevox/line/stop").status == "done"
    ending = desk.status("done", PLAY)
    assert (ending.request, ending.code) == ("p", "stopped")


def test_a_live_line_that_fails_has_one_ending(studio: Studio, desk: Desk) -> None:
    studio.voice.failure = EngineError("the voice broke down")
    answer = desk.ask(PLAY, "l", TEXT)
    assert (answer.status, answer.code) == ("error", "engine_failed")
    assert [h for h in desk.rest() if h.status in ("done", "error")] == []


def test_no_sound_device_is_an_error_and_rendering_goes_on(tmp_path: Path) -> None:
    with open_studio(tmp_path, player=FakePlayer(missing=True)) as studio, Desk(studio.port) as desk:
        assert desk.ask(PLAY, "l", TEXT).code == "device_failed"
        assert desk.ask(RENDER, "l", TEXT).status == "done"


def test_a_drop_has_one_ending_for_all_its_targets(studio: Studio, desk: Desk) -> None:
    assert desk.ask(DROP, "nobody").code == "not_found"
    desk.ask(RENDER, "l", TEXT, "at", "sec:2", "character", "Guard")
    assert desk.ask(DROP, "l", "target", "cubase").code == "bad_argument"
    desk.send(DROP, "l", "request", 4)
    assert desk.status("accepted", DROP).args[4:] == ("l", "l_t01")
    done = desk.status("done", DROP)
    assert done.args[:3] == ("4", "done", "ok")
    line, take, target, where, verified = done.data
    assert (line, take, target, where) == ("l", "l_t01", "reaper_project,dawproject", "smp:96000@48000")
    assert "reaper_project: " in verified
    one = desk.ask(DROP, "l", "target", "dawproject", "at", "smp:480000")
    assert one.data[:4] == ("l", "l_t01", "dawproject", "smp:480000@48000")


def test_a_line_with_drop_tells_what_became_of_it(studio: Studio, desk: Desk) -> None:
    desk.send(RENDER, "l", TEXT, "drop", "yes", "at", 48_000, "request", "r")
    assert desk.status("done", RENDER).request == "r"
    dropped = desk.status("done", DROP)
    assert dropped.request == "r" and dropped.data[3] == "smp:48000@48000"
    assert desk.ask("/cuevox/line/status", "l").data[1] == "dropped"


def test_a_drop_without_any_target_has_its_ending(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0, drop_targets=())
    with open_studio(tmp_path, settings=settings) as studio, Desk(studio.port) as desk:
        assert desk.ask(RENDER, "l", TEXT, "drop", "yes", "request", "r").status == "done"
        nowhere = desk.status("error", DROP)
        assert (nowhere.request, nowhere.code, nowhere.data[:2]) == ("r", "drop_failed", ("l", "l_t01"))
        assert "drop_targets" in nowhere.text
        assert desk.ask(DROP, "l").code == "refused"


def test_a_drop_that_fails_says_why(studio: Studio, desk: Desk) -> None:
    studio.daemon.settings.reaper_project.parent.mkdir(parents=True)
    studio.daemon.settings.reaper_project.write_text("no project at all")
    desk.ask(RENDER, "l", TEXT)
    failed = desk.ask(DROP, "l", "target", "reaper_project")
    assert (failed.status, failed.code, failed.data[:2]) == ("error", "drop_failed", ("l", "l_t01"))


@pytest.mark.parametrize("verb", ["play", "cancel", "status", "drop", "stop"])
def test_a_line_that_is_not_there(desk: Desk, verb: str) -> None:
    answer = desk.ask(f"/cuevox/line/{verb}", "nobody")
    assert (answer.code, "nobody" in answer.text) == ("not_found", True)


def test_a_button_sends_its_line_in_the_address_and_its_release_does_nothing(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "l", TEXT)
    released = desk.ask("/cuevox/line/l/play", 0.0)
    assert (released.status, released.data) == ("done", ()) and studio.player.sounds == []
    assert desk.ask("/cuevox/line/l/play", 1.0).data[:2] == ("l", "l_t01")
    assert desk.ask("/cuevox/line/l/status").data[1] == "ready"


# ---- addresses, requests, bundles, subscribers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "code", "says"),
    [
        ("/cuevox/line/rendr", "unknown_address", "did you mean /cuevox/line/render?"),
        ("/zzz", "unknown_address", "/cuevox/server/version"),
        ("/", "unknown_address", "/cuevox/"),
        ("/cuevox/line/*", "refused", "pattern"),
        ("/cuevox/line/{play,stop}", "refused", "patterns may only read"),
        ("/cuevox/line/*/drop", "refused", "patterns may only read"),
        ("/cuevox/line/gate[/status", "bad_argument", "bracket"),
        ("/cuevox/wall/*", "not_found", "means no command"),
        ("/cuevox/line/nothing_*/status", "not_found", "none of the"),
        ("/cuevox/line/play,stop", None, ""),
    ],
)
def test_an_unknown_address_is_told_with_the_nearest(desk: Desk, address: str, code: str | None, says: str) -> None:
    desk.send(address, *([] if "status" in address else ["l"]))
    answer = desk.hear()
    if code is None:  # a comma is no part of an address: the packet is refused as such
        assert (answer.address, answer.code) == ("/cuevox/error", "bad_packet")
    else:
        assert (answer.address, answer.code) == (f"/reply{address}", code)
        assert says in answer.text


def test_a_pattern_reads_each_that_it_means(studio: Studio, desk: Desk) -> None:
    for line in ("pattern_1", "pattern_2", "other_1"):
        desk.ask("/cuevox/line/render", line, "Who goes there?")
    desk.send("/cuevox/line/pattern_[1-9]/status", "request", "p1")
    heard = [desk.status("done", "/cuevox/line/status", "p1") for _ in range(2)]
    assert [h.data[:2] for h in heard] == [("pattern_1", "ready"), ("pattern_2", "ready")]
    desk.send("/cuevox/line/pattern_[1-9]/status", "request", "p1")  # the same again: the same answers again
    assert [desk.status("done", "/cuevox/line/status", "p1") for _ in range(2)] == heard
    desk.send("/cuevox/server/{version,status}")
    assert desk.status("done", "/cuevox/server/version").data[1] == 1
    assert desk.status("done", "/cuevox/server/status").data[3] == "ready"


def test_time_is_told_so_that_clocks_can_be_compared(desk: Desk) -> None:
    before_s = time.time()
    told = desk.ask("/cuevox/server/time", "mine", 7)
    assert before_s - 1e-3 <= told.data[0] <= time.time() + 1e-3 and told.data[1:] == ("mine", 7)


def test_each_client_hears_the_end_of_its_own_sound(studio: Studio, desk: Desk) -> None:
    desk.ask(RENDER, "shared", TEXT)
    studio.player.hold.clear()
    with Desk(studio.port) as other:
        desk.send(PLAY, "shared")
        desk.status("accepted", PLAY)
        other.send(PLAY, "shared")
        other.status("accepted", PLAY)
        studio.player.sounds[-1].stop()  # that of the other, which began later and ends sooner
        assert other.status("done", PLAY).code == "stopped"
        assert not [heard for heard in desk.rest() if heard.address == f"/reply{PLAY}"]
        studio.player.hold.set()
        assert desk.status("done", PLAY).code == "ok"


def test_answers_are_never_answered(desk: Desk) -> None:
    desk.send("/reply/cuevox/server/ping", "", "error", "x", "y")
    desk.send("/cuevox/error", "", "error", "x", "y")
    assert desk.rest() == []


def test_the_same_request_is_answered_again_and_made_once(studio: Studio, desk: Desk) -> None:
    line = (RENDER, "l", TEXT, "seconds", 1.8, "request", 12)
    desk.ask(*line)
    first = [h for h in desk.rest() if h.status != "progress"]
    desk.send(*line)
    assert desk.status("done").data[1] == "l_t01"
    assert [h for h in desk.rest() if h.status != "progress"] == first
    assert {h.status for h in first} == {"accepted", "warning"}
    assert len(studio.voice.rendered) == 1
    other = desk.ask(RENDER, "l", "Another text.", "request", "12")
    assert (other.status, other.code) == ("error", "bad_argument") and "new id" in other.text
    with Desk(studio.port) as second:
        assert second.ask(*line).data[1] == "l_t02"  # another client's 12 is another request


def test_a_request_that_was_refused_may_try_again(studio: Studio, desk: Desk) -> None:
    line = (RENDER, "l", TEXT, "timbre", "New", "request", "r")
    assert desk.ask(*line).code == "unknown_timbre"
    noise = np.random.default_rng(1).normal(0, 0.1, 72_000).astype(np.float32)
    soundfile.write(studio.daemon.settings.inbox_folder / "New.wav", noise, 24_000)
    assert desk.ask(*line).status == "done"


def test_requests_of_a_client_with_a_reply_port_are_its_own(studio: Studio, desk: Desk) -> None:
    """oscsend has another port each time; who names a reply port is known by that."""
    line = (RENDER, "l", TEXT, "request", "1", "reply_port", desk.port)
    for _ in range(2):
        with Desk(studio.port) as sender:
            sender.send(*line)
        desk.status("accepted")
        assert desk.status("done").data[1] == "l_t01"
    assert len(studio.voice.rendered) == 1


def bundled(in_s: float | None, *messages: tuple[object, ...]) -> bytes:
    builder = OscBundleBuilder(1 if in_s is None else time.time() + in_s)  # type: ignore[arg-type]
    if in_s is None:
        from pythonosc.osc_bundle_builder import IMMEDIATELY

        builder = OscBundleBuilder(IMMEDIATELY)
    for address, *args in messages:
        builder.add_content(build_msg(str(address), args))
    return builder.build().dgram


def test_a_bundle_is_carried_out_together_and_late_ones_at_once(desk: Desk) -> None:
    for in_s in (None, -5.0):
        desk.send_packet(bundled(in_s, ("/cuevox/server/ping", 1), ("/cuevox/server/ping", 2)))
        assert [desk.hear().data for _ in range(2)] == [(1,), (2,)]


def test_a_bundle_waits_for_its_time_and_nothing_else_does(desk: Desk) -> None:
    start = time.time()
    desk.send_packet(bundled(0.5, ("/cuevox/server/ping", "later")))
    assert desk.ask("/cuevox/server/ping", "now").data == ("now",)
    assert desk.hear().data == ("later",)
    assert time.time() - start >= 0.5


def test_time_tags_can_be_left_out_of_account(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0, osc_time_tags=False)
    with open_studio(tmp_path, settings=settings) as studio, Desk(studio.port) as desk:
        desk.send_packet(bundled(3600, ("/cuevox/server/ping", "an hour ahead")))
        assert desk.hear().data == ("an hour ahead",)


def test_a_line_that_comes_after_its_time_tag_sounds_at_once_and_is_told_to_be_late(desk: Desk) -> None:
    desk.ask("/cuevox/line/render", "late_line", "Halt!", "seconds", "0.3")
    desk.send_packet(bundled(-0.5, ("/cuevox/line/play", "late_line"), ("/cuevox/line/status", "late_line")))
    desk.status("done", "/cuevox/line/play")
    (late,) = [heard for heard in desk.rest() if heard.code == "late"]
    assert (late.status, late.address) == ("warning", "/reply/cuevox/line/play") and late.data[0] >= 500


def test_a_line_with_a_time_tag_is_answered_at_once_and_handed_over_with_its_moment(studio: Studio, desk: Desk) -> None:
    desk.ask("/cuevox/line/render", "gate_01", "Halt!", "seconds", "0.3")
    at_s = time.time() + 9
    builder = OscBundleBuilder(at_s)  # type: ignore[arg-type]
    for words in (["gate_01"], ["gate_02", "Live, and in time."]):
        builder.add_content(build_msg(PLAY, words))
    desk.send_packet(builder.build().dgram)
    for line in ("gate_01", "gate_02"):
        accepted = desk.status("accepted", PLAY)
        assert accepted.data[0] == line and accepted.data[2] == pytest.approx(at_s, abs=1e-6)
    first, second = studio.player.sounds
    assert first.at_ns is not None and first.at_ns == second.at_ns  # the same sample, since the same moment
    assert abs(first.at_ns - round(at_s * 1e9)) < 1000
    desk.ask("/cuevox/line/stop")
    assert {desk.status("done", PLAY).code for _ in range(2)} == {"stopped"}
    assert not [heard for heard in desk.rest() if heard.code == "late"]


def test_gaps_in_a_live_line_are_told(studio: Studio, desk: Desk) -> None:
    studio.player.underruns = 3
    assert desk.ask(PLAY, "gate_01", "Live, and too slowly made.").status == "done"
    (warning,) = [heard for heard in desk.rest() if heard.code == "underrun"]
    assert (warning.status, warning.data) == ("warning", (3,))


def test_a_time_tag_too_far_ahead_is_an_error(desk: Desk) -> None:
    desk.send_packet(bundled(60, ("/cuevox/server/ping", 1), (PLAY, "l", "request", 5)))
    for request in ("", "5"):
        answer = desk.hear()
        assert (answer.status, answer.code, answer.request) == ("error", "time_out_of_range", request)
        assert "10 s is the most" in answer.text
    assert desk.rest() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((RENDER, "b", TEXT, "takes", 99), "bad_argument"),  # wrong in itself
        ((RENDER, "b", TEXT, "timbre", "nobody"), "unknown_timbre"),  # wrong for what there is
    ],
)
def test_a_bundle_with_one_wrong_message_is_not_carried_out(
    studio: Studio, desk: Desk, wrong: tuple[object, ...], code: str
) -> None:
    desk.send_packet(bundled(None, (RENDER, "a", TEXT, "request", "r"), wrong))
    first, second = desk.hear(), desk.hear()
    assert (first.status, first.code, first.request) == ("error", "refused", "r")
    assert "another message of its bundle is wrong" in first.text
    assert (second.status, second.code) == ("error", code)
    assert studio.daemon.lines() == ()


def test_errors_are_told_to_subscribers(studio: Studio, desk: Desk) -> None:
    assert desk.ask("/cuevox/server/subscribe", "errors").status == "done"
    assert desk.ask("/cuevox/server/subscribe", "weather").code == "bad_argument"
    own = desk.hear(lambda h: h.address == "/cuevox/error")
    assert own.args[1:3] == ("error", "bad_argument") and own.data == ("/cuevox/server/subscribe",)
    with Desk(studio.port) as other:
        other.ask(RENDER, "l", "", "request", "x")
    told = desk.hear(lambda h: h.address == "/cuevox/error")
    assert told.args[:3] == ("x", "error", "text_empty") and told.data == (RENDER,)


def test_lines_meters_and_a_heartbeat_are_told_to_subscribers(desk: Desk) -> None:
    desk.ask(RENDER, "l", TEXT)
    desk.ask("/cuevox/server/subscribe", "all")
    present = desk.hear(lambda h: h.address == "/cuevox/line/changed")
    assert present.args[:3] == ("l", "ready", "l_t01")
    desk.ask(PLAY, "m", TEXT)
    assert desk.hear(lambda h: h.address == "/cuevox/meter/level").args == (-6.0, -9.0)
    assert desk.hear(lambda h: h.address == "/cuevox/line/changed" and h.args[:2] == ("m", "ready"))
    assert desk.hear(lambda h: h.address == "/cuevox/server/heartbeat").args[3] == "ready"


def test_what_is_open_when_the_daemon_ends_gets_an_ending(tmp_path: Path) -> None:
    with open_studio(tmp_path) as studio:
        desk = Desk(studio.port)
        studio.gate.clear()
        desk.send(RENDER, "l", TEXT, "request", "r")
        desk.status("accepted")
    with desk:
        ending = desk.status("error")
        assert (ending.request, ending.code) == ("r", "closing")


def test_replies_stay_small_and_whole_characters(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0)
    with open_studio(tmp_path, settings=settings) as studio, Desk(studio.port) as desk:
        desk.send(RENDER, "l", TEXT, "emotion", "hangry " + "ü" * 3000)
        desk.socket.settimeout(60)
        packet = desk.socket.recv(65_536)
        assert len(packet) <= 1400
        packet.decode("utf-8")


def test_a_timbre_that_is_to_be_learnt_at_the_end_is_told_so(tmp_path: Path) -> None:
    with open_studio(tmp_path) as studio, Desk(studio.port) as desk:
        studio.daemon._server._api._pool.shutdown()  # type: ignore[attr-defined]  # as when the end has just begun
        answer = desk.ask("/cuevox/preset/add", "timbre", "Aunt", "aunt.wav")
        assert (answer.status, answer.code) == ("error", "closing")
