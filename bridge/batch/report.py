"""What came of a batch, as a table, as JSON, and as text for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.batch.diff import Change, ChangeKind
from bridge.batch.run import LineResult
from bridge.batch.state import Made
from bridge.files import write_atomic
from bridge.sheets import Problem, told
from bridge.sheets.cells import guarded

CSV_NAME, JSON_NAME, TEXT_NAME = "batch-report.csv", "batch-report.json", "batch-report.txt"
HEADINGS = (
    "row", "id", "status", "clip", "seconds", "stretch", "take", "seed", "penalty", "lufs", "peak_db",
    "guide_mean_ms", "guide_worst_ms", "changed", "warnings", "error",
)  # fmt: skip
WORST_SHOWN = 10  # takes that are to be heard again


@dataclass(frozen=True)
class Report:
    """A run from its start to its end."""

    sheet: str
    model_id: str
    changes: tuple[Change, ...]  # as they stood before
    results: tuple[LineResult, ...]  # of this run
    made: Mapping[str, Made]  # every clip that there is now
    problems: tuple[Problem, ...]
    elapsed_s: float
    cancelled: bool = False

    @property
    def n_failed(self) -> int:
        return sum(1 for result in self.results if result.error)

    @property
    def n_left(self) -> int:
        """Lines that were stale and were not done."""
        stale = sum(1 for change in self.changes if change.kind in (ChangeKind.NEW, ChangeKind.CHANGED))
        return stale - len(self.results)


def write_report(report: Report, out: Path) -> str:
    """Writes the three files. -> the text. Raises OSError."""
    rows = _rows(report)
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, HEADINGS)
    writer.writeheader()
    writer.writerows({heading: guarded(_cell(value)) for heading, value in row.items()} for row in rows)
    text = _text(report)
    content = {
        "format": 1,
        "sheet": report.sheet,
        "model": report.model_id,
        "cancelled": report.cancelled,
        "elapsed_s": round(report.elapsed_s, 1),
        "lines": [{**row, **_facts(report, str(row["id"]))} for row in rows],
        "problems": [{"row": p.row, "column": p.column, "error": p.is_error, "text": p.text} for p in report.problems],
    }
    write_atomic(out / CSV_NAME, table.getvalue().encode("utf-8-sig", "replace"))
    write_atomic(out / JSON_NAME, (json.dumps(content, indent=1) + "\n").encode())
    write_atomic(out / TEXT_NAME, f"{text}\n".encode(errors="replace"))
    return text


def _rows(report: Report) -> list[dict[str, Any]]:
    results = {result.line_id: result for result in report.results}
    rows = []
    for change in report.changes:
        result = results.get(change.line_id)
        facts = _facts(report, change.line_id)
        guide = facts.get("guide") or {}
        rows.append(
            {
                "row": change.row or "",
                "id": change.line_id,
                "status": _status(change, result),
                "clip": (result.clip if result is not None else "") or change.clip,
                **{name: facts.get(name, "") for name in HEADINGS[4:11]},
                "guide_mean_ms": guide.get("mean_ms", ""),
                "guide_worst_ms": guide.get("worst_ms", ""),
                "changed": ", ".join(change.what),
                "warnings": "; ".join(facts.get("warnings", ())),
                "error": "" if result is None else result.error,
            }
        )
    return rows


def _facts(report: Report, line_id: str) -> Mapping[str, Any]:
    made = report.made.get(line_id)
    return {} if made is None else made.facts


def _status(change: Change, result: LineResult | None) -> str:
    if result is not None:
        return "failed" if result.error else "made"
    return "not done" if change.kind in (ChangeKind.NEW, ChangeKind.CHANGED) else str(change.kind)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _text(report: Report) -> str:
    made = [result for result in report.results if not result.error]
    seconds = sum((result.facts or {}).get("seconds", 0.0) for result in made)
    lines = [
        f"{len(made)} lines made ({seconds:.1f} s of sound) in {report.elapsed_s:.1f} s, {report.n_failed} failed"
        + (f", {report.n_left} not done" if report.n_left else "")
    ]
    if report.elapsed_s > 0 and made:
        lines[0] += f"; {60 * len(made) / report.elapsed_s:.1f} lines a minute"
    lines += [
        f"  failed  {result.line_id} (row {result.row}): {result.error}" for result in report.results if result.error
    ]
    suspects = sorted(made, key=lambda result: -(result.facts or {}).get("penalty", 0.0))[:WORST_SHOWN]
    suspects = [result for result in suspects if (result.facts or {}).get("penalty", 0.0) >= 1]
    if suspects:
        lines.append("To be heard again, the worst first:")
        for result in suspects:
            facts = result.facts or {}
            found = [score for score in facts.get("scores", ()) if score["penalty"] > 0]
            why = ", ".join(f"{score['name']}: {score['text']}" for score in found)
            lines.append(f"  {facts['penalty']:6.2f}  {result.clip}  {why}")
    if report.problems:
        lines += ["The sheet:", told(report.problems)]
    return "\n".join(lines)
