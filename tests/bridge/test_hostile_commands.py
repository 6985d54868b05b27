"""Well-formed packets that mean harm: every argument of a line with every absurd value. An answer each, and no harm."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message_builder import build_msg

from bridge.cue import Cue
from bridge.errors import BridgeError
from bridge.osc_peer import OscPeer
from tests.bridge.osc_desk import Desk, Studio, open_studio
from tests.fakes import WAIT_S

RENDER, STATUS = "/cuevox/line/render", "/cuevox/line/status"
ABSURD: dict[str, object] = {
    "not a number": float("nan"),
    "infinite": float("inf"),
    "minus infinite": float("-inf"),
    "NaN as text": "nan",
    "1e38": 1e38,
    "1e999 as text": "1e999",
    "-2^31": -(2**31),
    "400 digits": "9" * 400,
    "bidi marks": "\u202e\u2066gnp.exe\u2069",
    "control characters": "\x1b[2J\x07\r\n\x7f",
    "10,001 emoji": "\U0001f600" * 10_001,
    "a path upwards": "../../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a device of Windows": "C:\\NUL",
    "a template": "{line}{take}%s${HOME}`id`;rm -rf /",
    "surrogates' replacement": "\ufffd" * 50,
    "an empty text": "",
    "a blob": b"\xff" * 16,
    "true": True,
}
KEYS = ("timbre", "emotion", "weight", "seconds", "speed", "at", "seed", "takes", "character", "drop")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with open_studio(tmp_path_factory.mktemp("hostile") / "data") as studio:
        yield studio


@pytest.mark.parametrize("value", ABSURD.values(), ids=ABSURD.keys())
def test_every_key_with_every_absurd_value_is_answered(studio: Studio, desk: Desk, value: object) -> None:
    for key in KEYS:
        desk.send(RENDER, f"x_{key}", "Halt!", key, value, "request", key)
    for key in KEYS:
        answer = desk.hear(lambda heard, key=key: heard.request == key and heard.status in ("accepted", "error"))  # type: ignore[misc]
        assert answer.status == "accepted" or answer.code not in ("internal_error", "engine_failed"), answer
    for args in ((value, "Halt!"), ("x_text", value)):
        desk.send(RENDER, *args, "request", "plain")
        answer = desk.hear(lambda heard: heard.request == "plain" and heard.status in ("accepted", "error"))
        assert answer.status == "accepted" or answer.code not in ("internal_error", "engine_failed"), answer
    assert desk.ask("/cuevox/server/ping", 1).data == (1,)


def test_a_hundred_thousand_emoji_are_refused_over_tcp_and_in_the_program(studio: Studio, desk: Desk) -> None:
    text = "\U0001f600" * 100_000
    with OscPeer("127.0.0.1", studio.port, by_tcp=True) as peer:
        peer.send(RENDER, "l", text)
        refused = peer.wait_for(lambda reply: reply.status == "error", WAIT_S)
        assert refused is not None and "is the most" in refused.text
    with pytest.raises(BridgeError, match="no words"):
        studio.daemon.submit(Cue("l", text, "Mara"))
    assert desk.ask("/cuevox/server/ping", 1).data == (1,)


def test_nothing_was_written_outside_of_the_data_folder(studio: Studio, desk: Desk) -> None:
    folder = studio.daemon.settings.data_folder
    desk.ask(RENDER, "../../outside", "Halt!", "character", "../../../elsewhere")
    desk.ask(RENDER, "CON", "Halt!", "character", "NUL")
    clips = [path.resolve() for path in studio.daemon.settings.clips_folder.rglob("*.wav")]
    assert clips and all(folder.resolve() in clip.parents for clip in clips)
    assert {path.name for path in folder.parent.iterdir()} == {folder.name}
    reserved = {part.split(".")[0].lower() for clip in clips for part in clip.relative_to(folder.resolve()).parts}
    assert not reserved & {"con", "nul", "prn", "aux"}


@pytest.mark.parametrize("in_s", [-4e9, -1e6, 1e6])
def test_a_time_tag_of_another_age_is_answered(desk: Desk, in_s: float) -> None:
    bundle = OscBundleBuilder(max(1.0, time.time() + in_s))  # type: ignore[arg-type]
    bundle.add_content(build_msg(RENDER, ["late", "Halt!", "request", "t"]))  # type: ignore[arg-type]
    desk.send_packet(bundle.build().dgram)
    assert desk.hear(lambda heard: heard.request == "t").status in ("accepted", "error")


def test_a_pattern_that_matches_everything_changes_nothing(studio: Studio, desk: Desk, tmp_path: Path) -> None:
    before = len(studio.daemon.lines())
    for address in ("/*", "/cuevox/*/*", "/cuevox/line/*/*", "/cuevox/{line,server}/*", "/" + "*" * 150):
        desk.send(address, "request", address[:50])
        desk.hear(lambda heard, wanted=address[:50]: heard.request == wanted)  # type: ignore[misc]
    assert len(studio.daemon.lines()) == before
    assert desk.ask("/cuevox/server/ping", 1).data == (1,)
