"""The whole path with the real voice: OSC over UDP, a clip, both projects, the sound at a sound server.

What is written is opened by readers that are not ours: soundfile, wavinfo, rpp, and the ZIP's own XML.
"""

from __future__ import annotations

import itertools
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import rpp
import soundfile
import wavinfo

from bridge.daemon import Daemon
from bridge.player import Player
from bridge.settings import Settings
from engine.synthesizer import Synthesizer
from tests.bridge.osc_desk import Desk
from tests.pulse import PulseServer, Recorder, pulse_server, undisturbed

RATE = 48_000


@pytest.fixture(scope="module")
def pulse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PulseServer]:
    with pulse_server(tmp_path_factory.mktemp("pulse")) as server:
        yield server


def ask(daemon: Daemon, address: str, *args: object) -> tuple:
    """The data of a command's ending, which has to be a good one."""
    with Desk(daemon.osc_port) as desk:
        ending = desk.ask(address, *args)
    assert ending.status == "done", ending
    return ending.data


def test_a_message_becomes_a_clip_in_both_projects(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, osc_port=0)
    with Daemon(settings, Synthesizer.load) as daemon:
        line, take, path, n_samples, rate, stretch, seed = ask(
            daemon, "/cuevox/line/render", "gate_02", "Get away from that door, right now, or I will open fire!",
            "timbre", "Brand", "emotion", "angry=0.7,disgusted=0.2", "seconds", "2.4", "at", "tc:00:01:12:12@25",
            "character", "Guard", "seed", 7, "drop", "no",
        )  # fmt: skip
        assert (line, take, n_samples, rate, seed) == ("gate_02", "gate_02_t01", 115_200, RATE, 7)
        assert 0.75 < stretch < 1.25
        where = ask(daemon, "/cuevox/line/drop", "gate_02")[3]
        assert where == f"smp:{72 * RATE + 12 * RATE // 25}@{RATE}"

    clip, clip_rate = soundfile.read(path, dtype="float32")
    assert (clip.shape, clip_rate, soundfile.info(path).subtype) == ((115_200,), RATE, "PCM_24")
    assert 0.02 < np.sqrt(np.mean(np.square(clip))) < 0.5
    bext = wavinfo.WavInfoReader(str(path)).bext
    assert bext.time_reference == 72 * RATE + 12 * RATE // 25
    made = json.loads(Path(path).with_suffix(".json").read_text("utf-8"))
    assert "open fire" in json.dumps(made)

    project = rpp.loads((tmp_path / "projects" / "cuevox.RPP").read_text("utf-8"))
    item = project.find(".//ITEM")
    assert float(item.find("POSITION")[1]) == 72.48
    assert float(item.find("LENGTH")[1]) == 2.4
    with zipfile.ZipFile(tmp_path / "projects" / "cuevox.dawproject") as archive:
        clips = ElementTree.fromstring(archive.read("project.xml")).findall(".//Clip")
        assert [(float(c.get("time", "0")), float(c.get("duration", "0"))) for c in clips][-1] == (72.48, 2.4)


def test_a_live_line_is_heard_as_the_clip_that_it_becomes(tmp_path: Path, pulse: PulseServer) -> None:
    settings = Settings(data_folder=tmp_path, osc_port=0, depth=32)
    names = (f"live_{n}" for n in itertools.count(1))
    with Daemon(settings, Synthesizer.load, player=Player("", RATE)) as daemon:
        ask(daemon, "/cuevox/line/render", "warm_up", "Ready.", "timbre", "Ines", "drop", "no")
        undisturbed(lambda: check_that_a_live_line_is_heard(daemon, pulse, next(names)))


def check_that_a_live_line_is_heard(daemon: Daemon, pulse: PulseServer, name: str) -> None:
    text = "The sky is full of light, and nobody saw it coming."
    wishes = ("timbre", "Ines", "emotion", "happy", "seconds", "3.1", "seed", "7")
    with Recorder(pulse) as ear:
        _, _, n_samples, first_sound_ms = ask(daemon, "/cuevox/line/play", name, text, *wishes)
        assert n_samples == round(3.1 * RATE)
        (clip_path,) = daemon.settings.clips_folder.rglob(f"{name}_t01.wav")
        clip, _ = soundfile.read(clip_path, dtype="float32")
        heard = ear.sounding(int(np.count_nonzero(clip)))
    np.testing.assert_array_equal(heard, clip[clip != 0])
    assert 0 < first_sound_ms < 3_100  # it began before all of it could have been said
