"""Every command of the contract, over a real UDP socket, against a real daemon with a stand-in for the voice."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from bridge.version import VERSION
from engine.errors import EngineError
from tests.bridge.osc_desk import RENDER, TEXT, Desk, Studio, open_studio, typed


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path) as studio:
        yield studio


def test_version_status_and_ping(desk: Desk) -> None:
    version = desk.ask("/cuevox/server/version", "request", "r1")
    assert version.args[:3] == ("r1", "done", "ok")
    assert version.data[:3] == (VERSION, 1, "fake-1")
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
        (("l", TEXT, "emotion", "hangry"), "unknown_emotion", "did you mean angry? There are: afraid"),
        (("l", TEXT, "emotion", "happy=2"), "bad_argument", "happy"),
        (("l", TEXT, "tibmre", "Mara"), "bad_argument", "did you mean timbre?"),
        (("l", TEXT, "zzz", 1), "bad_argument", "timbre, emotion, weight"),
        (("l", TEXT, "seconds"), "bad_argument", "seconds has no value"),
        (("l", TEXT, 5, "seconds"), "bad_argument", "where a key is due"),
        (("l", TEXT, "seconds", 1, "seconds", 2), "bad_argument", "twice"),
        (("l", TEXT, "seconds", 1, "speed", 1), "bad_argument", "seconds and speed"),
        (("l", TEXT, "seconds", -1.0), "seconds_out_of_range", "above 0"),
        (("l", TEXT, "seconds", 0), "seconds_out_of_range", "above 0"),
        (("l", TEXT, "seconds", "-1"), "seconds_out_of_range", "seconds is -1; give a length above 0"),
        (("l", TEXT, "seconds", "0.0"), "seconds_out_of_range", "above 0"),
        (("l", TEXT, "seconds", 4000), "seconds_out_of_range", "300"),
        (
            ("l", TEXT, "seconds", "soon"),
            "bad_argument",
            "seconds: 'soon' is no plain number of seconds; write e.g. 2.4",
        ),
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
