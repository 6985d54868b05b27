"""Audacity's pair of pipes (its module mod-script-pipe): a command a line, answered by lines up to an empty one.

Audacity takes both pipes away when a client has gone and makes them anew; until then nobody can connect. While it shows
a dialogue it answers nothing, and with no project open it answers without doing anything. So nothing here waits longer
than it is told to.
"""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from bridge.drops.base import DropError

FOLDER = Path("/tmp")  # fixed in Audacity
POLL_S = 0.02
RENEWED_S = 1.0  # for Audacity to notice that a client has gone
ADVICE = (
    "start Audacity with a project open and its module mod-script-pipe on (Preferences > Modules, then start it again)"
)


class AudacityPipe:
    """One connection, as a context manager. Raises DropError for all that goes wrong."""

    def __init__(
        self,
        folder: Path = FOLDER,
        *,
        timeout_s: float = 5.0,
        answer_s: float = 5.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """timeout_s: for the connection. answer_s: for each answer."""
        self._folder = folder
        self._timeout_s, self._answer_s = timeout_s, answer_s
        self._sleep = sleep
        self._open = ExitStack()

    def __enter__(self) -> Self:
        if not hasattr(os, "mkfifo"):
            raise DropError("Audacity's pipes are used on Linux and macOS only; use watch_folder here")
        uid = os.getuid()
        deadline_s = time.monotonic() + self._timeout_s
        while True:
            try:
                # Without waiting: to write is refused while nobody reads, which is between two clients.
                self._to = os.open(self._folder / f"audacity_script_pipe.to.{uid}", os.O_WRONLY | os.O_NONBLOCK)
                break
            except OSError as error:
                if time.monotonic() > deadline_s:
                    raise DropError(f"Audacity cannot be reached; {ADVICE}") from error
                self._sleep(POLL_S)
        with ExitStack() as stack:
            stack.enter_context(self._renewed_afterwards())
            stack.callback(os.close, self._to)
            try:
                path = self._folder / f"audacity_script_pipe.from.{uid}"
                self._from = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            except OSError as error:
                raise DropError(f"Audacity's pipe {path} cannot be read: {error.strerror}") from error
            stack.callback(os.close, self._from)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._open.close()

    def do(self, command: str, **values: str | int) -> str:
        """Run a command with its parameters. -> what it said, without the line that tells how it ended."""
        words = [f"{key}={value if isinstance(value, int) else _quoted(value)}" for key, value in values.items()]
        line = f"{command}: {' '.join(words)}".rstrip()
        try:
            os.write(self._to, f"{line}\n".encode())
        except OSError as error:
            raise DropError(f"Audacity went away ({error.strerror}); {ADVICE}") from error
        said, _, ending = self._answer(line).rstrip("\n").rpartition("\n")
        if ending.strip() != "BatchCommand finished: OK":
            raise DropError(f"Audacity did not do {line[:200]}: {ending or 'no reason given'}; look at its window")
        return said.strip()

    def info(self, kind: str) -> Any:
        """A list that Audacity gives of its `Tracks`, `Clips` or `Labels`."""
        try:
            return json.loads(self.do("GetInfo", Type=kind, Format="JSON"))
        except ValueError as error:
            raise DropError(f"Audacity's list of {kind} cannot be read: {error}") from error

    @contextmanager
    def _renewed_afterwards(self) -> Iterator[None]:
        """Once both ends are closed, wait until Audacity has noticed: the next client must not get a pipe that goes."""
        path = self._folder / f"audacity_script_pipe.to.{os.getuid()}"
        # A handle that neither reads nor writes, or the new pipe could get the old one's number. Linux only.
        kept = os.open(path, os.O_PATH) if hasattr(os, "O_PATH") else None
        try:
            yield
            deadline_s = time.monotonic() + RENEWED_S
            while kept is not None and time.monotonic() < deadline_s and _is_at(path, kept):
                self._sleep(POLL_S)
        finally:
            if kept is not None:
                os.close(kept)

    def _answer(self, line: str) -> str:
        """All up to the empty line behind `BatchCommand finished`."""
        deadline_s = time.monotonic() + self._answer_s
        said = b""
        while not (said.endswith(b"\n\n") and b"BatchCommand finished" in said):
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                what = "has no project window open" if said else "shows a dialogue, or is at work"
                raise DropError(
                    f"Audacity did not answer {line[:200]} within {self._answer_s:g} s; it {what}. Look at its window"
                )
            if not select.select([self._from], [], [], left_s)[0]:
                continue
            try:
                block = os.read(self._from, 1 << 16)
            except BlockingIOError:
                continue
            except OSError as error:
                raise DropError(f"Audacity went away ({error.strerror}); {ADVICE}") from error
            if not block:  # its end is not open yet, or it has gone
                self._sleep(POLL_S)
            said += block
        return said.decode("utf-8", "replace")


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except OSError:
        return False


def _quoted(text: str) -> str:
    """Audacity has no way to write a quote inside of quotes, and a line ends the command."""
    plain = "".join(" " if ord(c) < 32 or c == "\x7f" else c for c in text)
    return '"' + plain.replace("\\", "/").replace('"', "'") + '"'
