"""Drops into a real Ardour that runs without a screen, and what is said where none runs or nothing answers."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pythonosc.osc_message import OscMessage

from bridge.drops.ardour_live import ArdourLive
from bridge.drops.base import DropError, DropJob
from bridge.ixml import ClipMetadata
from bridge.timeline import Position
from bridge.wav import write_wav
from tests import ardour
from tests.ardour import Ardour

COMPANIONS = Path(__file__).parents[2] / "bridge" / "companions"
RATE = 48_000


def clip(folder: Path, name: str, n_samples: int) -> Path:
    path = folder / f"{name}.wav"
    ramp = np.linspace(0.1, 0.5, n_samples, dtype=np.float32)
    write_wav(path, ramp, RATE, 24, ClipMetadata(line="gate", take=name, text="Who goes there?"))
    return path


def job(folder: Path, name: str, at: int | None, n_samples: int = 24_001) -> DropJob:
    place = None if at is None else Position(at, RATE)
    return DropJob(name, clip(folder, name, n_samples), n_samples, RATE, "Guard", place, text="Who goes there?")


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="module")
def cuevox() -> Iterator[socket.socket]:
    """Stands for Cuevox's OSC port, where the asking script sends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        port.settimeout(0.5)
        yield port


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, spool: Path, cuevox: socket.socket) -> Iterator[Ardour]:
    actions = [
        (COMPANIONS / "ardour_cuevox.lua", {"spool": str(spool)}),
        (COMPANIONS / "ardour_cuevox_ask.lua", {"port": str(cuevox.getsockname()[1])}),
    ]
    with ardour.running(tmp_path_factory.mktemp("ardour"), actions=actions) as program:
        yield program


@pytest.fixture
def target(program: Ardour, spool: Path) -> ArdourLive:
    return ArdourLive(spool, osc_port=program.osc_port, timeout_s=ardour.WAIT_S)


def test_probe_names_the_session(target: ArdourLive) -> None:
    assert target.probe().text == "Ardour has the session show open"


def test_a_clip_lies_where_it_was_asked_for_and_is_saved_so(
    target: ArdourLive, program: Ardour, tmp_path: Path
) -> None:
    asked = job(tmp_path, "gate_01_t01", 172_801)
    receipt = target.drop(asked)
    assert (receipt.track, receipt.where, receipt.n_samples) == ("Guard", asked.at, 24_001)
    assert target.drop(asked) == target.verify(asked) == receipt, "the same drop again is answered, not done twice"
    saved = program.saved(lambda text: "gate_01_t01" in text)
    playlist = re.search(r'<Playlist [^>]*name="Guard[^>]*>.*?</Playlist>', saved, re.DOTALL)
    assert playlist is not None and playlist[0].count("<Region ") == 1
    # Ardour counts in superclocks, 282,240,000 a second: 5880 a sample at 48 kHz.
    assert f'length="a{24_001 * 5880}@a{172_801 * 5880}"' in playlist[0]


def test_nothing_is_covered_and_without_a_place_clips_follow(target: ArdourLive, tmp_path: Path) -> None:
    first = target.drop(job(tmp_path, "gate_02_t01", 480_000))
    second = target.drop(job(tmp_path, "gate_03_t01", 490_000))
    assert (first.track, second.track) == ("Guard", "Guard 2")
    behind = target.drop(job(tmp_path, "gate_04_t01", None))
    assert behind.where.sample == 490_000 + 24_001 + RATE


def test_undo_takes_out_that_clip_only_here_or_there(target: ArdourLive, program: Ardour, tmp_path: Path) -> None:
    mine, other = job(tmp_path, "gate_05_t01", 960_000), job(tmp_path, "gate_06_t01", 1_200_000)
    target.drop(mine)
    target.drop(other)
    target.undo(mine)
    with pytest.raises(DropError, match="gate_05_t01 is not in the open session"):
        target.verify(mine)
    assert target.verify(other).where == other.at
    program.osc("/undo")  # Ctrl+Z brings it back: each drop is a step of its own
    ardour.wait_for(lambda: _is_there(target, mine), "the undo")


def _is_there(target: ArdourLive, wanted: DropJob) -> bool:
    try:
        return target.verify(wanted).where == wanted.at
    except DropError:
        return False


def test_another_rate_is_refused_and_nothing_is_changed(target: ArdourLive, tmp_path: Path) -> None:
    wrong = replace(job(tmp_path, "gate_07_t01", 0), rate=44_100)
    with pytest.raises(DropError, match="the session runs at 48000 Hz"):
        target.drop(wrong)


def test_a_file_that_is_no_sound_is_told(target: ArdourLive, tmp_path: Path) -> None:
    path = tmp_path / "noise.wav"
    path.write_bytes(b"no sound at all")
    with pytest.raises(DropError, match=r"the clip .* cannot be dropped"):
        target.drop(DropJob("noise", path, 10, RATE, "Guard"))


def test_a_selected_region_asks_for_its_line(
    target: ArdourLive, program: Ardour, cuevox: socket.socket, tmp_path: Path
) -> None:
    target.drop(job(tmp_path, "Hold the gate!", 2_400_000))
    asked: dict[str, OscMessage] = {}

    def is_asked_for() -> bool:
        # The region is drawn, and can be selected, a moment after it is in the session.
        program.osc("/access_action", "Editor/select-all-objects")
        program.osc("/access_action", "LuaAction/script-2")
        try:
            while True:  # one message for each region
                message = OscMessage(cuevox.recv(2000))
                asked[message.params[1]] = message
        except TimeoutError:
            return "Hold the gate!" in asked

    ardour.wait_for(is_asked_for, "the region to be asked for")
    message = asked["Hold the gate!"]
    line, _, *pairs = message.params
    assert message.address == "/cuevox/line/render" and line.startswith("show_")
    wanted = {"at": "smp:2400000@48000", "drop": "yes", "seconds": "smp:24001@48000", "character": "Guard"}
    assert dict(zip(pairs[::2], pairs[1::2], strict=True)) == wanted


def test_without_ardour_what_to_turn_on_is_named(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    target = ArdourLive(tmp_path, osc_port=port)
    with pytest.raises(DropError, match="Control Surfaces"):
        target.drop(job(tmp_path, "gate_01_t01", 0))
    assert not target.probe().ready
    assert not list(tmp_path.glob("*.job")), "nothing is left to be done when nobody waits for it any more"


def test_without_the_script_it_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        target = ArdourLive(tmp_path, osc_port=deaf.getsockname()[1], timeout_s=0.1)
        with pytest.raises(DropError, match=r"Ardour did not answer.*ardour_cuevox\.lua"):
            target.drop(job(tmp_path, "gate_01_t01", 0))
    assert not list(tmp_path.glob("*.job"))
