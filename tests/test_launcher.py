"""The launcher's commands as a person runs them: real processes, sockets and files; only the voice is of tones."""

from __future__ import annotations

import itertools
import json
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import rpp
import soundfile

import launcher
from bridge import demo
from bridge.demo_lines import LINES, LIVE, DemoLine
from bridge.extras import EXTRAS
from bridge.osc_peer import OscPeer
from bridge.setup_env import Environment
from bridge.wav import read_info
from engine.official_checkpoint import CLASSIFIER_FILES, FILES, find
from tests.fakes import WAIT_S
from tests.hub import hub
from tests.pulse import PulseServer, Recorder, pulse_server, undisturbed

ROOT = Path(__file__).parent.parent

# launcher.py with a voice of tones, in an environment that is complete already.
PROGRAM = [
    sys.executable,
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "import launcher; from tests.fakes import FakeSynthesizer\n"
    "sys.exit(launcher.run(launcher.parse(sys.argv[1:]), FakeSynthesizer))",
]


class Running:
    """A daemon in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        first = self.lines.get(timeout=WAIT_S)
        assert first.startswith("ready osc=127.0.0.1:"), first
        self.port = int(first.rpartition(":")[2])

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            for line in stdout:
                self.lines.put(line.strip())
        self.lines.put("")

    def ended(self) -> int:
        """-> the exit status."""
        status = self.process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        return status


@contextmanager
def running(data: Path, *options: str) -> Iterator[Running]:
    command = [*PROGRAM, "--osc-port", "0", "--data", str(data), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        yield Running(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=110)


# ---- the daemon -----------------------------------------------------------------------------------------------------


def test_headless_is_ready_and_ends_at_quit(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, "--headless") as daemon, OscPeer("127.0.0.1", daemon.port) as daw:
        version = daw.ask("/cuevox/server/version", timeout_s=WAIT_S)
        assert (version.status, version.data[1]) == ("done", 1)
        with socket.create_connection(("127.0.0.1", daemon.port), WAIT_S):  # TCP has the same number
            pass
        assert daw.ask("/cuevox/server/quit", timeout_s=WAIT_S).status == "done"
        assert daemon.ended() == 0
        assert daemon.lines.get_nowait() == ""  # nothing but the one line was said
    assert (data / "cuevox.log").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a program could hear")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path, "--headless") as daemon:
        daemon.process.send_signal(number)
        assert daemon.ended() == 0


def test_send_asks_the_daemon_that_runs(tmp_path: Path) -> None:
    with running(tmp_path, "--headless") as daemon:
        sent = run("--osc-port", str(daemon.port), "--data", str(tmp_path), "send", "/cuevox/server/ping", "hello")
    assert sent.returncode == 0 and re.fullmatch(r"done ok: pong; .*  \[hello\]\n", sent.stdout)


@pytest.mark.parametrize("how", ["quit", "SIGTERM"])
def test_the_panel_ends_with_the_daemon(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    with running(tmp_path) as daemon, OscPeer("127.0.0.1", daemon.port) as daw:
        if how == "quit":
            daw.ask("/cuevox/server/quit", timeout_s=WAIT_S)
        else:
            daemon.process.terminate()
        assert daemon.ended() == 0


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        done = run("--headless", "--osc-port", str(port), "--data", str(tmp_path))
    assert done.returncode == 1
    assert str(port) in done.stderr and "Traceback" not in done.stderr


def test_a_voice_that_is_not_there_is_told_and_the_daemon_lives(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"model_folder": str(tmp_path / "no voice")}))
    program = PROGRAM[2].replace(", FakeSynthesizer))", "))")
    command = [sys.executable, "-c", program, "--headless", "--osc-port", "0", "--data", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        daemon = Running(process)
        with OscPeer("127.0.0.1", daemon.port) as daw:
            daw.send("/cuevox/line/render", "line_01", "Hello.")
            ending = daw.wait_for(lambda r: r.is_ending, WAIT_S)
            assert ending is not None and (ending.status, ending.code) == ("error", "bad_checkpoint")
            daw.send("/cuevox/server/quit")
        assert daemon.ended() == 0
        assert process.stderr is not None
        (told,) = process.stderr.read().splitlines()  # one line; the traceback is in the log
        assert "no voice" in told and "Traceback" in (tmp_path / "cuevox.log").read_text("utf-8")
    finally:
        process.kill()
        process.communicate()


def test_a_broken_settings_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"colour": 1}')
    done = run("--headless", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "unknown settings: colour" in done.stderr and "Traceback" not in done.stderr


# ---- say ------------------------------------------------------------------------------------------------------------


def test_say_writes_one_file_of_the_asked_length(tmp_path: Path) -> None:
    out, data = tmp_path / "new folder" / "x.wav", tmp_path / "data"
    options = ["--timbre", "Brand", "--emotion", "happy=0.6", "--seconds", "2.4", "--seed", "7", "--out", str(out)]
    done = run("--data", str(data), "say", "Who goes there, at this time of night?", *options)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out}: 115200 samples at 48000 Hz, seed 7\n"
    info = read_info(out)
    assert (info.n_samples, info.rate, info.depth) == (115_200, 48_000, 24)
    assert "Who goes there, at this time of night?" in (info.metadata.text, info.metadata.description)
    assert not data.exists()  # nothing is left but the file


def test_say_names_what_is_wrong(tmp_path: Path) -> None:
    out = tmp_path / "x.wav"
    for options, told in (
        (["--timbre", "nobody"], "no timbre preset 'nobody'"),
        (["--emotion", "happy=2"], "happy is 2"),
        (["--seconds", "soon"], "soon"),
    ):
        done = run("--data", str(tmp_path / "data"), "say", "Hello.", "--out", str(out), *options)
        assert done.returncode == 1
        assert told in done.stderr and "Traceback" not in done.stderr
    assert not out.exists()


# ---- demo -----------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.n_pictures = 0
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.n_pictures += tag == "img"

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_demo_leaves_clips_projects_and_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "demo"
    demo.run(out, PROGRAM)
    said = capsys.readouterr().out
    assert str(out / "report.html") in said and "12/12" in said

    project = rpp.loads((out / "projects" / "cuevox.RPP").read_text())
    places = {}
    for item in project.findall(".//ITEM"):
        values = {child[0]: child[1] for child in item if isinstance(child, list)}
        places[values["NAME"].rpartition("_t")[0]] = (float(values["POSITION"]), float(values["LENGTH"]))
    assert places.keys() == {line.id for line in LINES}
    for line in LINES:
        (clip,) = (out / "clips" / line.character).glob(f"{line.id}_t*.wav")
        assert soundfile.info(clip).frames == line.n_samples
        assert places[line.id] == pytest.approx((line.position.sample / 48_000, line.n_samples / 48_000), abs=1e-9)

    page = Page()
    page.feed((out / "report.html").read_text("utf-8"))
    assert page.n_pictures == 2 * len(LINES)
    assert all(line.text in page.text for line in LINES)


def test_the_demo_asks_for_all_that_there_is() -> None:
    emotions = [line.emotion for line in LINES]
    assert {"happy", "angry", "sad", "afraid", "disgusted", "melancholic", "surprised", "calm"} <= set(emotions)
    assert any("," in e for e in emotions)  # a blend
    assert len({line.timbre for line in LINES}) >= 4
    assert len({line.id for line in LINES}) == len(LINES) == 12


def test_the_demo_is_heard_live(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = (tmp_path / f"demo_{n}" for n in itertools.count(1))
    with pulse_server(tmp_path) as server:
        undisturbed(lambda: check_that_the_demo_is_heard(next(folders), server))
    assert "played live, first sound after" in capsys.readouterr().out


def check_that_the_demo_is_heard(folder: Path, server: PulseServer) -> None:
    with Recorder(server) as recorder:
        demo.run(folder, PROGRAM, [LIVE])
        heard = recorder.sounding(LIVE.n_samples - 1)  # a tone begins with one zero, and has no other
    (live, rendered) = sorted((folder / "clips" / LIVE.character).glob("*.wav"))
    clip, _ = soundfile.read(live, dtype="float32")
    np.testing.assert_allclose(heard, clip[1:], rtol=0, atol=2**-23)  # the clip has 24 bits
    np.testing.assert_array_equal(soundfile.read(rendered, dtype="float32")[0], clip)


def test_the_demo_empties_only_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(demo.DemoError, match="was not made by the demo"):
        demo.run(tmp_path, PROGRAM)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    (tmp_path / "thesis.txt").rename(tmp_path / demo.MARK)
    (tmp_path / "old.wav").touch()
    with pytest.raises(demo.DemoError, match="ended before it was ready"):
        demo.run(tmp_path, [sys.executable, "-c", "import sys; sys.exit(3)"])
    assert not (tmp_path / "old.wav").exists()


def test_the_demo_fails_when_a_line_fails(tmp_path: Path) -> None:
    broken = [DemoLine("line_01", "Nobody", "no such voice", "calm", "2", "sec:1", "Hello.")]
    with pytest.raises(demo.DemoError, match="line_01 was not taken on: no timbre preset 'no such voice'"):
        demo.run(tmp_path / "demo", PROGRAM, broken)


# ---- the launcher itself --------------------------------------------------------------------------------------------


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    assert launcher.main(["--headless"]) == 1
    assert capsys.readouterr().err == "Cuevox needs Python 3.11 or newer; this is Python 3.9\n"


def test_launcher_can_be_read_by_an_old_python() -> None:
    """Else it would fail with a SyntaxError before it could say what is wrong."""
    import ast

    ast.parse((ROOT / "launcher.py").read_text("utf-8"), feature_version=(3, 7))


def test_pytest_gets_its_own_arguments() -> None:
    assert launcher.parse(["test", "-q", "-k", "wav", "--headless"]).pytest == ["-q", "-k", "wav", "--headless"]


def test_other_arguments_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        launcher.parse(["--headles", "--loud"])
    assert "unrecognized arguments: --loud" in capsys.readouterr().err


def test_the_voice_is_loaded_where_it_is_used(tmp_path: Path) -> None:
    """A start must not wait for torch: it comes with the voice, on the render worker's thread."""
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import launcher, bridge.daemon, bridge.player, bridge.say, bridge.demo\n"
        "print([n for n in ('torch', 'torchaudio', 'sounddevice', 'PyQt6') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=110)
    assert done.stdout.strip() == "[]", done.stderr


# ---- the official model ---------------------------------------------------------------------------------------------


def test_the_model_is_downloaded_after_a_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, folder = tmp_path / "hub", tmp_path / "model"
    with hub() as server:
        for number, file in enumerate((*FILES, *CLASSIFIER_FILES)):
            path = server.files[f"{file.repository}/{file.path}"] = source / str(number)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(bytes([number]) * 1500 * (number + 1))
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        refused = run("model", "get", str(folder))  # nobody is there to say yes
        assert (refused.returncode, folder.exists(), server.starts) == (1, False, [])
        assert "bilibili Model Use License" in refused.stdout and "Nothing was downloaded" in refused.stdout
        done = run("model", "get", str(folder), "--yes")
    assert done.returncode == 0, done.stderr
    for number, file in enumerate((*FILES, *CLASSIFIER_FILES)):
        path = find(folder, file)
        assert path is not None and path.read_bytes() == (source / str(number)).read_bytes()
    assert f"--model {folder}" in done.stdout


def test_the_command_line_names_the_model(tmp_path: Path) -> None:
    options = launcher.parse(["--model", str(tmp_path / "m"), "--data", str(tmp_path), "--headless"])
    assert launcher.settings_of(options).model_folder == tmp_path / "m"
    assert launcher.extras_of(options) == ["full"]
    plain = launcher.parse(["--data", str(tmp_path)])
    assert launcher.settings_of(plain).model_folder is None
    assert [launcher.extras_of(launcher.parse(a)) for a in ([], ["test"], ["model", "get"])] == [[], ["test"], ["full"]]


def test_what_is_left_out_at_first_is_installed_by_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert launcher.extras_of(launcher.parse(["extras", "exchange", "protools"])) == ["exchange", "protools"]
    optional = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert set(EXTRAS) == set(optional) - {"test"}
    environment = Environment(tmp_path)
    environment.folder.mkdir()
    environment.stamp.write_text('{"extras": ["farm", "test"]}', "utf-8")
    monkeypatch.setattr("bridge.setup_env.Environment", lambda: environment)
    assert launcher.run(launcher.parse(["extras"])) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in EXTRAS) and re.findall(r"(\w+)  .* - installed", told) == ["farm"]
    assert launcher.run(launcher.parse(["extras", "exchange"])) == 0
    assert capsys.readouterr().out == "exchange: installed\n"
    with pytest.raises(SystemExit):
        launcher.parse(["extras", "exchnge"])
    assert "there are: exchange" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["soon", "-1", "11", "nan", "inf"])
def test_a_time_tag_that_no_message_can_have_is_told(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        launcher.parse(["send", f"--in={given}", "/cuevox/line/stop"])
    assert f"'{given}' is no time ahead; give seconds from 0 to 10" in capsys.readouterr().err
