"""How long a sheet takes to be read and a batch to be made, and how much memory both need.

    python benchmarks/sheets.py read [--rows 50000]
    python benchmarks/sheets.py batch [--lines 2000] [--voice tones]

`read` writes a CSV and a workbook with that many rows and reads each in a process of its own. `batch` makes a clip for
every line of a sheet, with the embedded voice or with one of tones (which shows what the batch itself costs), stops it
in the middle and lets it go on, changes a line in a hundred and runs it again. Linux only.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bridge.batch.diff import ChangeKind, compare
from bridge.batch.many import TogetherRenderer
from bridge.batch.options import BatchOptions
from bridge.batch.run import Batch, Progress
from bridge.batch.state import BatchState
from bridge.batch.work import Work, WorkPlanner
from bridge.cue import Cue
from bridge.preset_store import PresetStore
from bridge.sheets import SheetLine, read_sheet, write_sheet

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [line for line in (ROOT / "benchmarks" / "lines.txt").read_text("utf-8").splitlines() if line.strip()]
READ = """
import re, sys, time
from pathlib import Path
from bridge.sheets import read_sheet

def most_mb():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

before, began_s, began_cpu_s = most_mb(), time.perf_counter(), time.process_time()
sheet = read_sheet(Path(sys.argv[1]))
seconds, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
print(f"{len(sheet.lines)} lines in {seconds:.2f} s ({cpu_s:.2f} s of a core)", end="; ")
print(f"memory {before:.0f} MB before, {most_mb():.0f} MB at most")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("read", "batch"))
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--voice", choices=("embedded", "tones"), default="embedded")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.what == "read":
            read(Path(folder), options.rows)
        else:
            batch(Path(folder), options.lines, options.voice)


def lines_of(n: int) -> list[SheetLine]:
    timbres = [preset.name for preset in PresetStore(Path("none"), Path("none")).timbres]
    made = []
    for i in range(n):
        name = timbres[i % len(timbres)]
        cue = Cue(f"line_{i:05}", TEXTS[i % len(TEXTS)], name, "angry" if i % 3 == 0 else "neutral", character=name)
        made.append(SheetLine(i + 2, cue, notes="as in the last scene"))
    return made


def read(folder: Path, n_rows: int) -> None:
    for kind in ("csv", "xlsx"):
        path = folder / f"lines.{kind}"
        began_s = time.perf_counter()
        write_sheet(path, lines_of(n_rows))
        print(f"{kind}: {path.stat().st_size / 1e6:.1f} MB, written in {time.perf_counter() - began_s:.2f} s")
        said = subprocess.run(
            [sys.executable, "-c", READ, str(path)], cwd=ROOT, check=True, capture_output=True, text=True
        )
        print(f"{kind}: {said.stdout.strip()}", flush=True)


def batch(folder: Path, n_lines: int, voice: str) -> None:
    options = BatchOptions(folder / "out")
    if voice == "tones":
        from tests.fakes import FakeSynthesizer

        renderer = TogetherRenderer(lambda: FakeSynthesizer(n_blocks=2))
    else:
        from engine.synthesizer import Synthesizer

        renderer = TogetherRenderer(Synthesizer.load)
    lines = lines_of(n_lines)
    half = run(folder, options, renderer, lines, stop_after=n_lines // 2)
    run(folder, options, renderer, lines)
    memory = [half[len(half) // 2], half[-1]]
    print(f"memory after a quarter {memory[0]:.0f} MB, after a half {memory[1]:.0f} MB, at the end {rss_mb():.0f} MB")
    changed = [
        SheetLine(line.row, Cue(line.cue.id, line.cue.text + " Now.", line.cue.timbre, character=line.cue.character))
        if i % 100 == 0
        else line
        for i, line in enumerate(lines)
    ]
    run(folder, options, renderer, changed)


def run(
    folder: Path, options: BatchOptions, renderer: TogetherRenderer, lines: list[SheetLine], stop_after: int = 0
) -> list[float]:
    """One run over what is stale. -> memory after each line, in MB."""
    write_sheet(folder / "lines.csv", lines)
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    works = works_of(read_sheet(folder / "lines.csv").lines, options)
    cancelled, memory = threading.Event(), []

    def tell(progress: Progress) -> None:
        memory.append(rss_mb())
        if progress.n_done == stop_after:
            cancelled.set()

    with BatchState(options.out) as state:
        changes = compare(works, state.made(), options.out)
        stale = {each.line_id for each in changes if each.kind in (ChangeKind.NEW, ChangeKind.CHANGED)}
        compared_s = time.perf_counter() - began_s
        results = Batch(options, renderer, state).run([w for w in works if w.cue.id in stale], cancelled, tell)
    seconds, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    print(
        f"{len(stale)} stale of {len(works)}, known after {compared_s:.1f} s; {len(results)} made in {seconds:.1f} s "
        f"({cpu_s / max(1, len(results)):.2f} s of a core each), "
        f"{60 * len(results) / seconds:.0f} lines a minute, {sum(1 for r in results if r.error)} failed",
        flush=True,
    )
    return memory


def works_of(lines: tuple[SheetLine, ...], options: BatchOptions) -> tuple[Work, ...]:
    return WorkPlanner(PresetStore(Path("none"), Path("none")), options, "benchmark").plan(lines)


def rss_mb() -> float:
    """Of this process at this moment."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
