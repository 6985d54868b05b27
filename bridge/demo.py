"""The demo: a tour through the whole path. It starts a daemon and asks it for lines over OSC, as a DAW would."""

from __future__ import annotations

import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bridge.demo_lines import LINES, LIVE, RATE, DemoLine
from bridge.drops.base import DropError, DropJob
from bridge.drops.dawproject import DawProject
from bridge.drops.reaper_project import ReaperProject
from bridge.osc_peer import NoReplyError, OscPeer, OscValue, Reply
from bridge.report import ReportClip, write_report
from bridge.wav import read_info

READY_S = 120.0  # the first start on a slow disk
ANSWER_S = 20.0
SILENCE_S = 300.0  # without any news of a line that is being made
DROP_S = 60.0
QUIT_S = 30.0
MARK = ".cuevox-demo"  # lies in a folder that the demo made, and may therefore clear


class DemoError(Exception):
    """The tour could not be finished; the text says why."""


@dataclass(frozen=True)
class _Made:
    """A finished line, from the reply that told it."""

    line: DemoLine
    take: str
    path: Path
    n_samples: int
    rate: int
    stretch: float
    seed: int
    render_s: float
    warnings: tuple[str, ...]


def run(out: Path, daemon: Sequence[str], lines: Sequence[DemoLine] = LINES) -> None:
    """The whole tour, into folder `out`. `daemon`: the command that starts one; its options are added here.

    Raises DemoError.
    """
    _clear(out)
    try:
        with _daemon([*daemon, "--headless", "--osc-port", "0", "--data", str(out)]) as port:
            with OscPeer("127.0.0.1", port) as client:
                tour = _Tour(client, lines)
                made = tour.go()
    except NoReplyError as error:
        raise DemoError(str(error)) from error
    _check(out, made)
    page = out / "report.html"
    clips = [
        ReportClip(
            path=m.path,
            line=m.line.id,
            text=m.line.text,
            timbre=m.line.timbre,
            emotion=m.line.emotion,
            asked_samples=m.line.n_samples,
            character=m.line.character,
            at=m.line.position,
            natural_samples=round(m.n_samples / m.stretch),
            stretch=m.stretch,
            seed=m.seed,
            render_s=m.render_s,
            warnings=m.warnings,
        )
        for m in made
    ]
    write_report(page, clips, title="Cuevox demo", note=tour.note)
    print(f"\nEvery clip has exactly the asked length, and lies at its place in both projects. Look here:\n"
          f"  {page}\n  {out / 'clips'}\n  {reaper_project(out)}\n  {dawproject(out)}", flush=True)  # fmt: skip


def reaper_project(out: Path) -> Path:
    return out / "projects" / "cuevox.RPP"


def dawproject(out: Path) -> Path:
    return out / "projects" / "cuevox.dawproject"


def _clear(out: Path) -> None:
    """An empty folder. What an earlier demo left there goes; anything else is nobody's to remove."""
    if out.exists() and not (out / MARK).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise DemoError(f"{out} exists and was not made by the demo; name another folder with --out")
    try:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True, exist_ok=True)
        (out / MARK).write_text("Made by `launcher.py demo`, which empties this folder when it runs again.\n")
    except OSError as error:
        raise DemoError(f"{out} cannot be made: {error}; name another folder with --out") from error


@contextmanager
def _daemon(command: list[str]) -> Iterator[int]:
    """A daemon in a process of its own. -> its OSC port. It is ended over OSC, and must end well."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put("")  # it has ended

    reader = threading.Thread(target=read, name="demo-daemon-output", daemon=True)
    reader.start()
    try:
        port = _ready_port(lines)
        yield port
        with OscPeer("127.0.0.1", port) as client:
            client.send("/cuevox/server/quit")
        if process.wait(QUIT_S):
            raise DemoError(f"the daemon ended with status {process.returncode}; what it said stands above")
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"the daemon did not end within {QUIT_S:g} s of being asked to") from error
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()


def _ready_port(lines: queue.Queue[str]) -> int:
    deadline_s = time.monotonic() + READY_S
    while True:
        try:
            line = lines.get(timeout=max(0.0, deadline_s - time.monotonic()))
        except queue.Empty as error:
            raise DemoError(f"the daemon was not ready within {READY_S:g} s") from error
        if not line:
            raise DemoError("the daemon ended before it was ready; what it said stands above")
        if line.startswith("ready osc="):
            return int(line.rpartition(":")[2])


class _Tour:
    """What a DAW says to the daemon, and what it hears."""

    def __init__(self, client: OscPeer, lines: Sequence[DemoLine]) -> None:
        self._client = client
        self._lines = {line.id: line for line in lines}
        self._asked_s: dict[str, float] = {}
        self._warnings: dict[str, list[str]] = {}
        self._made: dict[str, _Made] = {}
        self._last_done_s = 0.0
        self._is_terminal = sys.stdout.isatty()
        self.note = ""

    def go(self) -> list[_Made]:
        self._greet()
        rendered = [line for line in self._lines.values() if line != LIVE]
        for line in rendered:
            self._ask_for(line)
        while len(self._made) < len(rendered):
            self._take_in(self._next_reply())
        if LIVE.id in self._lines:
            self._play(LIVE)
        for line in self._lines.values():
            self._wait_until_dropped(line)
        return [self._made[line_id] for line_id in self._lines]

    def _greet(self) -> None:
        version = self._done(self._client.ask("/cuevox/server/version", timeout_s=ANSWER_S))
        host, port = self._client.peer
        print(f"Cuevox {version[0]} listens at {host}:{port}; the voice is being loaded ...", flush=True)
        deadline_s = time.monotonic() + SILENCE_S
        while (state := self._status()) == "loading":
            if time.monotonic() > deadline_s:
                raise DemoError(f"the voice was not loaded within {SILENCE_S:g} s")
            time.sleep(0.25)
        if state != "ready":
            raise DemoError(f"the voice is not there: its state is {state!r}; see the daemon's log")
        version = self._done(self._client.ask("/cuevox/server/version", timeout_s=ANSWER_S))
        self.note = f"Cuevox {version[0]}, voice {version[2]}; asked for over OSC, one line after another."
        known = {kind: self._presets(kind) for kind in ("timbre", "emotion")}
        print(f"Voice {version[2]}; timbres: {', '.join(known['timbre'])}; emotions: {', '.join(known['emotion'])}")
        print(f"Asking for {len(self._lines)} lines:", flush=True)

    def _status(self) -> str:
        return str(self._done(self._client.ask("/cuevox/server/status", timeout_s=ANSWER_S))[3])

    def _presets(self, kind: str) -> list[str]:
        names: list[str] = []
        while True:
            total, *page = self._done(self._client.ask("/cuevox/preset/list", kind, len(names), timeout_s=ANSWER_S))
            names += [str(name) for name in page]
            if not page or len(names) >= int(total):
                return names

    def _ask_for(self, line: DemoLine) -> None:
        self._asked_s[line.id] = time.monotonic()
        self._client.send("/cuevox/line/render", line.id, line.text, *line.pairs, "drop", "yes", "request", line.id)
        answer = self._client.wait_for(lambda r: r.request == line.id and r.status in ("accepted", "error"), ANSWER_S)
        if answer is None:
            raise NoReplyError(f"/cuevox/line/render {line.id} was not answered within {ANSWER_S:g} s")
        if answer.status == "error":
            raise DemoError(f"{line.id} was not taken on: {answer.text} ({answer.code})")

    def _next_reply(self) -> Reply:
        reply = self._client.next_reply(SILENCE_S)
        if reply is None:
            raise NoReplyError(f"no news of any line for {SILENCE_S:g} s")
        return reply

    def _take_in(self, reply: Reply) -> None:
        """One reply about a line that is being made."""
        line = self._lines.get(reply.request)
        if line is None:
            return
        match reply.status:
            case "progress":
                self._show(line, f"{float(reply.data[2]):4.0%}", final=False)
            case "warning":
                self._warnings.setdefault(line.id, []).append(reply.text)
            case "error":
                raise DemoError(f"{line.id} ({line.timbre}, {line.emotion}) failed: {reply.text} ({reply.code})")
            case "done" if reply.command == "/cuevox/line/render":
                _, take, path, n_samples, rate, stretch, seed = reply.data
                # One is rendered after the other: this one began when the one before it was done.
                now_s = time.monotonic()
                took_s = now_s - max(self._asked_s[line.id], self._last_done_s)
                self._last_done_s = now_s
                warnings = tuple(self._warnings.get(line.id, ()))
                self._made[line.id] = _Made(
                    line, str(take), Path(str(path)), int(n_samples), int(rate), float(stretch), int(seed), took_s,
                    warnings,
                )  # fmt: skip
                self._show(line, f"{int(n_samples)} samples, stretch {float(stretch):.2f}, made in {took_s:.1f} s")
                for warning in warnings:
                    print(f"       note: {warning}", flush=True)

    def _show(self, line: DemoLine, news: str, *, final: bool = True) -> None:
        text = f"{len(self._made):2}/{len(self._lines)}  {line.id}  {line.timbre:9} {line.emotion:24} {news}"
        if self._is_terminal:
            print(f"\r\x1b[K{text}", end="\n" if final else "", flush=True)
        elif final:
            print(text, flush=True)

    def _play(self, line: DemoLine) -> None:
        """Ask for a line live, and then for its clip. Without a sound device it is only rendered."""
        self._client.send("/cuevox/line/play", line.id, line.text, *line.pairs, "request", f"{line.id}-live")
        ending = self._client.wait_for(lambda r: r.request == f"{line.id}-live" and r.is_ending, SILENCE_S)
        if ending is None:
            raise NoReplyError(f"/cuevox/line/play {line.id} came to no end within {SILENCE_S:g} s")
        if ending.status == "done":
            self._show(line, f"played live, first sound after {float(ending.data[3]):.0f} ms")
        elif ending.code == "device_failed":
            print(f"       {line.id} was to be heard live, but: {ending.text}", flush=True)
        else:
            raise DemoError(f"{line.id} could not be played: {ending.text} ({ending.code})")
        self._ask_for(line)
        while line.id not in self._made:
            self._take_in(self._next_reply())

    def _wait_until_dropped(self, line: DemoLine) -> None:
        """A drop follows the end of a render; it is told as the state of the line."""
        deadline_s = time.monotonic() + DROP_S
        while (state := self._state_of(line)) != "dropped":
            if state in ("failed", "cancelled") or time.monotonic() > deadline_s:
                raise DemoError(f"{line.id} did not get into the projects, it is {state!r}; see the daemon's log")
            time.sleep(0.1)

    def _state_of(self, line: DemoLine) -> str:
        return str(self._done(self._client.ask("/cuevox/line/status", line.id, timeout_s=ANSWER_S))[1])

    @staticmethod
    def _done(reply: Reply) -> tuple[OscValue, ...]:
        """The data of a reply that has to be a good one."""
        if reply.status == "error":
            raise DemoError(f"{reply.command}: {reply.text} ({reply.code})")
        return reply.data


def _check(out: Path, made: Sequence[_Made]) -> None:
    """Read everything back: each clip's length, and its place in both projects. Raises DemoError."""
    for m in made:
        found = read_info(m.path)
        if (found.n_samples, found.rate) != (m.line.n_samples, RATE):
            raise DemoError(
                f"{m.path} has {found.n_samples} samples at {found.rate} Hz, not the asked {m.line.n_samples} at {RATE}"
            )
    for target in (ReaperProject(reaper_project(out)), DawProject(dawproject(out))):
        for m in made:
            job = DropJob(m.take, m.path, m.n_samples, m.rate, m.line.character, m.line.position)
            try:
                target.verify(job)
            except DropError as error:
                raise DemoError(f"{m.line.id} is not in its place: {error}") from error
