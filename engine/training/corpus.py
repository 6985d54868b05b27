"""Have the teacher speak the corpus, or go on with one.

    python -m engine.training.corpus --teacher TEACHER --python ENV/bin/python --graphs GRAPHS --voices VOICES \\
        --out CORPUS [--shards 2] [--hours 3]

TEACHER holds make_corpus.py; GRAPHS, VOICES and ENV, an environment with the teacher's packages, are made as its
README says. Every shard is a process with one thread. A row depends on its number alone, so a corpus that was stopped
goes on where it stood, and one that is to grow is copied to CORPUS first.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from pathlib import Path


def speak(
    script: Path, python: Path, graphs: Path, voices: Path, out: Path, *, shards: int, hours: float
) -> list[subprocess.Popen[bytes]]:
    """Start one process a shard."""
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    places = ("--graphs", graphs, "--voices", voices, "--out", out, "--hours", f"{hours:g}")
    return [
        subprocess.Popen([python, script, *places, "--shard", f"{shard}/{shards}"], env=one_thread)
        for shard in range(shards)
    ]


def n_rows(out: Path) -> int:
    """Lines that the corpus has."""
    return sum(len(labels.read_text("utf-8").splitlines()) for labels in out.glob("labels-*.jsonl"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("teacher", "python", "graphs", "voices", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=max(1, (os.cpu_count() or 2)))
    parser.add_argument("--hours", type=float, default=3.0, help="by the clock")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    running = speak(
        args.teacher / "make_corpus.py", args.python, args.graphs, args.voices, args.out,
        shards=args.shards, hours=args.hours,
    )  # fmt: skip
    failed = [process.wait() for process in running]
    print(f"{n_rows(args.out)} lines in {args.out}")
    raise SystemExit(max(failed))


if __name__ == "__main__":
    main()
