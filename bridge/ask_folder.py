"""Lines that a script inside a DAW asks for: it cannot send OSC, but it can put a file into the spool folder.

A request is NAME.ask, lines of key=value: `line`, `text`, and the pairs of /cuevox/line/render. NAME.answer is written
beside it at once; the clip itself comes as a drop, by the same spool folder.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from bridge.cue import Cue, Take
from bridge.errors import BadArgumentError, BridgeError, RefusedError
from bridge.files import write_atomic
from bridge.osc_arguments import as_name
from bridge.osc_cue import LINE_KEYS, parse_line
from bridge.osc_packet import Arg
from bridge.settings import Settings

LOOK_S = 0.2
MAX_BYTES = 100_000  # of one request: a text has 10,000 characters at most

_log = logging.getLogger(__name__)


class AskFolder:
    """A context manager with a thread that looks into one spool folder."""

    def __init__(
        self, folder: Path, target: str, settings: Settings, submit: Callable[[Cue], tuple[Take, ...]]
    ) -> None:
        """`target`: the drop target that puts the clips where they were asked for. `submit`: takes a line on."""
        self._folder, self._target, self._settings, self._submit = folder, target, settings, submit
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ask-folder")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(LOOK_S):
            try:
                for path in sorted(self._folder.glob("*.ask")):
                    self._take_on(path)
            except Exception:  # whatever one file holds, the others are to be read
                _log.exception("a request in %s could not be read", self._folder)

    def _take_on(self, path: Path) -> None:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
        path.unlink()  # first of all: a request is taken on once, whatever comes of it
        try:
            takes = self._submit(self._cue(text))
        except BridgeError as error:
            answer = {"ok": "0", "code": error.code, "text": str(error)}
        else:
            answer = {"ok": "1", "text": f"{', '.join(take.id for take in takes)} is queued"}
        lines = "".join(f"{key}={' '.join(value.split())}\n" for key, value in answer.items())
        write_atomic(path.with_suffix(".answer"), lines.encode())

    def _cue(self, request: bytes) -> Cue:
        """Raises BridgeError."""
        if len(request) > MAX_BYTES:
            raise BadArgumentError(f"the request has more than {MAX_BYTES} bytes; ask for fewer words at a time")
        if self._target not in self._settings.drop_targets:
            raise RefusedError(f"Cuevox does not drop into this project; add {self._target} to its drop_targets")
        try:
            fields = dict(line.split("=", 1) for line in request.decode().splitlines() if "=" in line)
        except UnicodeDecodeError as error:
            raise BadArgumentError(f"the request is not UTF-8 (byte {error.start}); write the text anew") from error
        line = as_name(Arg("s", fields.pop("line", "")), "line")
        text = fields.pop("text", "")
        return parse_line(line, text, _pairs(fields), self._settings).cue


def _pairs(fields: Mapping[str, str]) -> dict[str, Arg]:
    """As they would have come over OSC; into the project unless they say otherwise."""
    if unknown := sorted(set(fields) - set(LINE_KEYS)):
        raise BadArgumentError(f"no key {unknown[0][:60]!r}; the keys are: {', '.join(LINE_KEYS)}")
    return {key: Arg("s", value) for key, value in ({"drop": "yes"} | dict(fields)).items()}
