"""Drops into the import of a game tool: a table of lines that Wwise reads, or a script that FMOD Studio runs.

A game knows a line and not its takes: another take of the same line takes its row. The rest of the table stays.
"""

from __future__ import annotations

import csv
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ClassVar

from bridge.drops.base import DropError, DropJob, DropReceipt, Probe, check_clip, resample_position
from bridge.files import keep_previous, safe_name, write_atomic
from bridge.timeline import Position


@dataclass(frozen=True)
class Row:
    """One line as the game tool is to know it; names of ASCII letters, digits and `_ - .` only."""

    line: str
    character: str
    file: str  # absolute
    text: str = ""


class GameTable(ABC):
    """One file, rewritten at every drop; the file before is kept as .cuevox-bak."""

    name: ClassVar[str]

    def __init__(self, path: Path) -> None:
        self.path = path

    @abstractmethod
    def parse(self, text: str) -> list[Row]:
        """Raises ValueError, KeyError when the file is none of ours."""

    @abstractmethod
    def write(self, rows: Sequence[Row]) -> str: ...

    def probe(self) -> Probe:
        try:
            return Probe(True, f"{self.path} has {len(self._rows())} lines; import it again after each drop")
        except DropError as error:
            return Probe(False, str(error))

    def drop(self, job: DropJob) -> DropReceipt:
        check_clip(job)
        rows, row = self._rows(), _row(job)
        if row not in rows:
            self._save([*(each for each in rows if _key(each) != _key(row)), row])
        return self.verify(job)

    def verify(self, job: DropJob) -> DropReceipt:
        row = _row(job)
        found = next((each for each in self._rows() if _key(each) == _key(row)), None)
        if found is None:
            raise DropError(f"{self.path} has no line {row.line} of {row.character}; drop it first")
        if found.file != row.file:
            raise DropError(f"{self.path} has {Path(found.file).name} for the line {row.line}, not {job.clip.name}")
        sample = 0 if job.at is None else resample_position(job.at.sample, job.at.rate, job.rate)
        text = f"read back from {self.path.name}: {row.character}/{row.line} is {job.clip.name}"
        return DropReceipt(self.name, row.character, Position(sample, job.rate), job.n_samples, text)

    def undo(self, job: DropJob) -> None:
        self.verify(job)
        self._save([each for each in self._rows() if each.file != _row(job).file])

    def _rows(self) -> list[Row]:
        try:
            return self.parse(self.path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DropError(
                f"{self.path} cannot be read as a table of ours ({error}); nothing was written - choose another file"
            ) from error

    def _save(self, rows: Sequence[Row]) -> None:
        try:
            keep_previous(self.path)
            write_atomic(self.path, self.write(sorted(rows, key=_key)).encode())
        except OSError as error:
            raise DropError(f"{self.path} cannot be written: {error.strerror or error}") from error


class WwiseTable(GameTable):
    """The drop target `wwise_table`: tab-delimited, for Wwise's *Audio File Importer* or `importTabDelimited`."""

    name = "wwise_table"
    # Those of Audiokinetic's page on such files that are the same in all versions since 2015.
    COLUMNS: ClassVar = ("Audio File", "Object Path", "Notes")
    CONTAINERS: ClassVar = "\\Containers"  # the hierarchy's name since 2025.1; before, it was one of Actor-Mixers

    def __init__(self, path: Path, *, root: str = r"\Actor-Mixer Hierarchy\Default Work Unit") -> None:
        """`root`: of the objects; with a type in front of a name, as in the table itself, where it is to be made."""
        super().__init__(path)
        self._root = root
        self._kind = "Property Container" if root.startswith(self.CONTAINERS) else "Actor-Mixer"

    def parse(self, text: str) -> list[Row]:
        table = csv.DictReader(io.StringIO(text), delimiter="\t")
        rows = []
        for values in table:
            character, line = values["Object Path"].split("\\")[-2:]
            rows.append(
                Row(
                    line.removeprefix("<Sound Voice>"),
                    re.sub("^<[^>]*>", "", character),
                    values["Audio File"],
                    values["Notes"],
                )
            )
        return rows

    def write(self, rows: Sequence[Row]) -> str:
        out = io.StringIO()
        table = csv.writer(out, delimiter="\t", lineterminator="\r\n")
        table.writerow(self.COLUMNS)
        for row in rows:
            place = rf"{self._root}\<{self._kind}>{row.character}\<Sound Voice>{row.line}"
            table.writerow((row.file, place, row.text))
        return out.getvalue()


class FmodScript(GameTable):
    """The drop target `fmod_script`: a script for FMOD Studio's Scripts folder, with the lines inside."""

    name = "fmod_script"
    _BEGIN: ClassVar = "var LINES = "
    _END: ClassVar = ";  // end of lines\n"

    def parse(self, text: str) -> list[Row]:
        begin = text.index(self._BEGIN) + len(self._BEGIN)
        rows = [Row(**values) for values in json.loads(text[begin : text.index(self._END, begin)])]
        return [replace(row, file=str(Path(row.file))) for row in rows]

    def write(self, rows: Sequence[Row]) -> str:
        # ASCII, so no line end can hide in a text; slashes, which FMOD takes on Windows as well.
        rows = [replace(row, file=Path(row.file).as_posix()) for row in rows]
        lines = json.dumps([asdict(row) for row in rows], indent=2)
        script = (Path(__file__).parents[1] / "companions" / "fmod_cuevox.js").read_text(encoding="utf-8")
        begin, end = script.index(self._BEGIN) + len(self._BEGIN), script.index(self._END)
        return script[:begin] + lines + script[end:]


def _key(row: Row) -> tuple[str, str]:
    return row.character, row.line


def _row(job: DropJob) -> Row:
    text = " ".join(job.text.split())
    character = safe_name(job.character, fallback="Cuevox")
    return Row(safe_name(job.line or job.id, fallback="line"), character, str(job.clip.resolve()), text)
