"""docs/osc.md tells the truth: each of its examples is sent to a real daemon, and what comes back is compared."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
import soundfile
from pythonosc.osc_message_builder import OscMessageBuilder

import bridge
from bridge.osc_commands import Commands, reference
from bridge.version import VERSION
from tests.bridge.hostile import padded
from tests.bridge.osc_desk import Desk, Heard, Studio, open_studio
from tests.fakes import WAIT_S

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "osc.md").read_text("utf-8")
PORT, REPLY_PORT = "27183", "9001"
ANY = "..."
HEARTBEAT = "/cuevox/server/heartbeat"  # comes each second, also between the lines of an example


@dataclass(frozen=True)
class Example:
    """A block of the document."""

    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}"


def examples(*kinds: str) -> list[Example]:
    found = []
    for block in re.finditer(r"^```(\w+)\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL):
        if block[1] in kinds:
            found.append(Example(DOCUMENT[: block.start()].count("\n") + 1, block[1], block[2]))
    return found


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One daemon for all examples, in their order: later ones speak of lines that earlier ones made."""
    with open_studio(tmp_path_factory.mktemp("studio")) as studio:
        voice, rate = soundfile.read(studio.daemon.voices.presets("timbre")[0].clip)
        soundfile.write(studio.daemon.settings.inbox_folder / "aunt.wav", voice, rate)
        with Desk(studio.port) as desk:
            for line in ("gate_01", "gate_04"):  # in case that one example is tried alone
                desk.ask("/cuevox/line/render", f"{line}_before", "Ready.")
        yield studio


def packet_of(words: list[str]) -> bytes:
    """A message in oscsend's notation: address, types, arguments."""
    address, *rest = words
    types, values = (rest[0], rest[1:]) if rest else ("", [])
    assert len(types) == len(values), f"{address} has {len(types)} types and {len(values)} arguments"
    if "c" in types:  # python-osc does not write those
        return padded(address.encode()) + padded(b"," + types.encode()) + struct.pack(">I", ord(values[0]))
    builder = OscMessageBuilder(address)
    for kind, value in zip(types, values, strict=True):
        builder.add_arg({"i": int, "h": int, "f": float, "d": float}.get(kind, str)(value), kind)
    return builder.build().dgram


def matches(word: str, value: object) -> bool:
    """Whether a value is as the document shows it. Numbers and texts for people differ from day to day."""
    if word == ANY:
        return True
    if isinstance(value, float | int):
        return bool(re.fullmatch(r"-?\d+(\.\d+)?", word))
    if word.startswith(ANY) and word.endswith(".wav"):
        return str(value).endswith(word.removeprefix(ANY))
    return word == value or word == str(value)


def check(heard: Heard, words: list[str]) -> None:
    address, *args = words
    assert heard.address == address
    if args[-1] == ANY:
        args = args[: len(heard.args)] + [ANY] * (len(heard.args) - len(args))
    is_reply = address.startswith("/reply/") or address == "/cuevox/error"
    for place, (word, value) in enumerate(zip(args, heard.args, strict=True)):
        if not (is_reply and place == 3):  # the text for people
            assert matches(word, value), f"{words} is documented, {heard} came"


@pytest.mark.parametrize("example", examples("osc"), ids=str)
def test_an_example_is_answered_as_documented(studio: Studio, example: Example) -> None:
    with Desk(studio.port) as desk, Desk(studio.port) as ear:
        where = desk
        for line in example.text.splitlines():
            words = shlex.split(line[1:])
            if line.startswith(">"):
                if words[0] == "/cuevox/server/reply_port":
                    words[-1], where = str(ear.port), ear
                desk.send_packet(packet_of(words))
            elif words[2] != "progress":
                check(heard_next(where, HEARTBEAT in words), words)


def heard_next(desk: Desk, may_be_heartbeat: bool) -> Heard:
    return desk.hear(lambda h: h.status != "progress" and (may_be_heartbeat or h.address != HEARTBEAT))


@pytest.mark.parametrize("example", examples("sh"), ids=str)
def test_oscsend_as_documented(studio: Studio, example: Example) -> None:
    if shutil.which("oscsend") is None:
        pytest.skip("oscsend is not installed (Debian: liblo-tools)")
    for line in example.text.splitlines():
        with Desk(studio.port) as ear:
            command = line.replace(PORT, str(studio.port)).replace(REPLY_PORT, str(ear.port))
            subprocess.run(shlex.split(command), check=True, timeout=WAIT_S)
            request = re.search(r"request (\w+)", line)
            assert ear.status("accepted").request == (request[1] if request else "")
            assert ear.status("done").data[3] == 43_200


@pytest.mark.parametrize("example", examples("python"), ids=str)
def test_python_as_documented(studio: Studio, example: Example) -> None:
    program = example.text.replace(PORT, str(studio.port))
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=WAIT_S)
    assert ran.returncode == 0, ran.stderr
    assert "accepted" in ran.stdout and "done" in ran.stdout


@pytest.mark.parametrize("example", examples("qlab"), ids=str)
def test_what_qlab_sends_as_documented(studio: Studio, example: Example) -> None:
    with Desk(studio.port) as desk:
        for line in example.text.splitlines():
            address, *rest = re.findall(r'"[^"]*"|\S+', line)
            desk.send(address, *(w.strip('"') if w.startswith('"') else float(w) for w in rest))
            assert desk.status("accepted", address).code == "ok"
            assert desk.status("done", address).code == "ok"


def run_until_done(command: list[str], tmp_path: Path) -> str:
    """Run a program until it has told of an ending. -> what it said."""
    said: list[str] = []
    over = threading.Event()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ
        | {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
        | {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
        | {"QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox"},
    )

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if " done " in line or "done," in line:
                over.set()
        over.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert over.wait(WAIT_S), said
    finally:
        process.kill()
        process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()
    return "".join(said)


@pytest.mark.parametrize("example", examples("pd"), ids=str)
def test_pure_data_as_documented(studio: Studio, example: Example, tmp_path: Path) -> None:
    if shutil.which("pd") is None:
        pytest.skip("Pure Data is not installed (Debian: puredata-core)")
    patch = tmp_path / "cuevox.pd"
    patch.write_text(example.text.replace(PORT, str(studio.port)))
    said = run_until_done(["pd", "-nogui", "-noaudio", "-nomidi", "-stderr", "-open", str(patch)], tmp_path)
    assert "accepted" in said and "gate_15_t01.wav" in said
    assert studio.voice.rendered[-1].text == "Who goes there?"


@pytest.mark.parametrize("example", examples("supercollider"), ids=str)
def test_supercollider_as_documented(studio: Studio, example: Example, tmp_path: Path) -> None:
    if shutil.which("sclang") is None:
        pytest.skip("SuperCollider is not installed (Debian: supercollider-language)")
    program = tmp_path / "cuevox.scd"
    program.write_text(example.text.replace(PORT, str(studio.port)))
    said = run_until_done(["sclang", str(program)], tmp_path)
    assert "accepted" in said and "gate_16_t01.wav" in said


NODE_OSC = """
const osc = require("node-osc");
if (!osc.Client || !osc.Server) process.exit(1);
"""


@pytest.mark.parametrize("example", examples("js"), ids=str)
def test_node_osc_as_documented(studio: Studio, example: Example, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed (Debian: nodejs)")
    if subprocess.run(["node", "-e", NODE_OSC], capture_output=True, timeout=WAIT_S).returncode:
        pytest.skip("node-osc is not there (npm install node-osc, then NODE_PATH=its node_modules)")
    with Desk(studio.port) as ear:  # for a port that is free; it is let go before the program takes it
        reply_port = ear.port
    program = example.text.replace(REPLY_PORT, str(reply_port)).replace(PORT, str(studio.port))
    said = run_until_done(["node", "-e", program], tmp_path)
    assert "accepted" in said and "gate_17_t01.wav" in said


def touch_messages(layout: Path) -> list[tuple[str, list[str], str]]:
    """The OSC messages of a TouchOSC layout: address, what its arguments are, when it is sent."""
    tree = ElementTree.fromstring(zlib.decompress(layout.read_bytes()))
    found = []
    for message in tree.iter("osc"):
        assert {part.findtext("type") for part in message.iterfind("path/partial")} == {"CONSTANT"}
        address = "".join(part.findtext("value") or "" for part in message.iterfind("path/partial"))
        kinds = [part.findtext("conversion") or "" for part in message.iterfind("arguments/partial")]
        found.append((address, kinds, message.findtext("triggers/trigger/condition") or ""))
    return found


def test_the_buttons_of_touchosc_play_and_stop(studio: Studio) -> None:
    messages = touch_messages(Path(bridge.__file__).parent / "companions" / "cuevox.tosc")
    assert len(messages) == 9
    with Desk(studio.port) as desk:
        for address, kinds, condition in messages[:8]:
            assert (kinds, condition) == (["FLOAT"], "ANY")  # both, a press and its release, are sent
            line = address.split("/")[3]
            desk.ask("/cuevox/line/render", line, "Who goes there?", "seconds", "0.3")
            assert desk.ask(address, 1.0).data[0] == line
            assert desk.ask(address, 0.0).data == ()
        assert messages[8] == ("/cuevox/line/stop", [], "RISE")
        assert desk.ask(messages[8][0]).status == "done"


def test_every_command_has_an_example(studio: Studio) -> None:
    # `quit` is told of in words: an example of it would end the daemon that the others are sent to.
    sent = {shlex.split(line[1:])[0] for e in examples("osc") for line in e.text.splitlines() if line.startswith(">")}
    table = Commands(studio.daemon, *[None] * 6).table  # type: ignore[arg-type]
    assert set(table) - sent == {"/cuevox/server/quit"}
    assert "/cuevox/server/quit" in DOCUMENT


def test_the_list_of_commands_is_that_of_the_program(studio: Studio) -> None:
    table = Commands(studio.daemon, *[None] * 6).table  # type: ignore[arg-type]
    assert reference(table) in DOCUMENT, f"docs/osc.md has to hold:\n{reference(table)}"


def test_every_code_is_documented() -> None:
    root = Path(__file__).parent.parent.parent
    sources = [p.read_text("utf-8") for folder in ("bridge", "engine") for p in (root / folder).glob("*.py")]
    codes = {code for source in sources for code in re.findall(r"^ +code = \"(\w+)\"$", source, re.MULTILINE)}
    unseen = {"bad_settings", "port_taken", "download_failed"}  # of the start: nobody can ask yet
    assert {c for c in codes - unseen if f"`{c}`" not in DOCUMENT} == set()
    assert VERSION in DOCUMENT
