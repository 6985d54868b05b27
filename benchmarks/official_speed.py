"""The official model at full size beside the PyPI package `indextts2-inference`, part by part, on one machine.

    python benchmarks/official_speed.py --work FOLDER [--tokens 24] [--repeats 5] [--fixtures FOLDER] [--keep]

The weights are random, so what is heard is noise; the sums are the real ones. FOLDER gets the package, in an
environment of its own, and the release (7 GB, removed at the end but for --keep; the environment stays for the next
run). The sides take turns, one process at a time, with upstream's sampling (three beams) and the same prompt.

Every part is done several times: each token of the GPT is one, the others are repeated. From their minimum (and their
median) a line of 250 tokens, 5 s, is put together: as many tokens, 25 steps of the solver with guidance, the vocoder.
Times are shown and added to FOLDER/official_speed.jsonl as they come. The table has the minimum / the median.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.full_size import release
from benchmarks.full_size.parts import LINE_TOKENS, N_STEPS
from tests.engine import parity

ROOT = Path(__file__).resolve().parent.parent
CLIP = ROOT / "presets" / "timbre" / "mara.flac"
TEXT = "The harbour was empty when we came back in the morning."
# In this order: torchaudio and the package themselves would bring another torch
INSTALLS = (
    ["torch==2.13.0"],
    ["--no-deps", "torchaudio==2.11.0", "indextts2-inference==2.1.1"],
    ["-r", str(ROOT / "benchmarks" / "full_size" / "requirements.txt")],
)

Parts = dict[str, list[float]]  # seconds of every repetition


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=24, help="that the GPT says")
    parser.add_argument("--repeats", type=int, default=5, help="of each part but the GPT")
    parser.add_argument("--fixtures", type=Path, default=parity.FOLDER, help="with the manifests of the release")
    parser.add_argument("--keep", action="store_true", help="the release, for the next run")
    args = parser.parse_args()
    work = args.work.resolve()
    folder, complete = work / "release", work / "release" / "complete"
    python = environment(work / "upstream")
    try:
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            release.write(folder, args.fixtures)
            complete.touch()
        options = [str(folder), str(CLIP), TEXT, "--tokens", str(args.tokens), "--repeats", str(args.repeats)]
        results = work / "official_speed.jsonl"
        cuevox = side(Path(sys.executable), "cuevox.py", options, results)
        upstream = side(python, "upstream.py", options, results)
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(table(upstream, cuevox))


def environment(folder: Path) -> Path:
    """The Python of an environment with the package; made where it is not there."""
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        for packages in INSTALLS:
            subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        (folder / "complete").touch()
    return python


def side(python: Path, script: str, options: list[str], results: Path) -> Parts:
    """What a side's script measured; `peak_gb` among it."""
    start, parts = time.perf_counter(), Parts()
    path = ROOT / "benchmarks" / "full_size" / script
    log = results.with_name(f"{path.stem}.log")
    with (
        log.open("wb") as errors,
        results.open("a", encoding="utf-8") as kept,
        subprocess.Popen(
            [python, path, *options], stdout=subprocess.PIPE, stderr=errors, text=True, cwd=results.parent,
            env=os.environ | {"PYTHONPATH": ""},
        ) as process,
    ):  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            parts[told["part"]], parts["peak_gb"] = told["seconds"], [told["peak_mb"] / 1000]
            kept.write(json.dumps({"side": path.stem, **told}) + "\n")
            kept.flush()
            at = time.perf_counter() - start
            print(f"{at:4.0f} s  {path.stem} {told['part']}: {min(told['seconds']):.4g} s", file=sys.stderr, flush=True)
    if process.returncode:
        sys.exit(f"{script} ended with {process.returncode}; {log} ends: {log.read_text('utf-8').splitlines()[-1:]}")
    return parts


def table(upstream: Parts, cuevox: Parts) -> str:
    """In Markdown."""
    ends = ("gpt_prefix", "gpt_latents")

    def line(seconds: Callable[[str], float]) -> float:
        gpt = LINE_TOKENS * seconds("gpt_step") + sum(map(seconds, ends))
        return gpt + N_STEPS * seconds("s2m_step") + seconds("vocoder")

    rows: list[tuple[str, Callable[[Callable[[str], float]], float]]] = [
        ("conditioning, s a prompt", lambda s: s("conditioning")),
        ("GPT, ms a token", lambda s: 1000 * s("gpt_step")),
        ("GPT, s before and after its tokens", lambda s: sum(map(s, ends))),
        ("S2M, s for 5 s", lambda s: N_STEPS * s("s2m_step")),
        ("vocoder, s for 5 s", lambda s: s("vocoder")),
        ("a line of 5 s with a known prompt, s", line),
        ("a line of 5 s with a new prompt, s", lambda s: s("conditioning") + line(s)),
        ("peak memory, GB", lambda s: s("peak_gb")),
    ]
    text = "| | indextts2-inference | Cuevox | times faster |\n|---|---|---|---|\n"
    for name, value in rows:
        least, median = (
            [value(lambda part: of(side[part])) for side in (upstream, cuevox)]  # noqa: B023
            for of in (min, statistics.median)
        )
        cells = [f"{a:.3g} / {b:.3g}" for a, b in zip(least, median, strict=True)]
        text += f"| {name} | {cells[0]} | {cells[1]} | {least[0] / least[1]:.2f} / {median[0] / median[1]:.2f} |\n"
    return text


if __name__ == "__main__":
    main()
