"""The official model at full size beside the PyPI package `indextts2-inference`, part by part, on one machine.

    python benchmarks/official_speed.py --work FOLDER [--tokens 250] [--steps 25] [--fixtures FOLDER]

The weights are random, so what is heard is noise; the sums are the real ones. FOLDER gets the package, in an
environment of its own, and the release (7 GB, removed at the end; the environment stays for the next run). The sides
take turns, one process at a time, and both say the same text with upstream's sampling (three beams) for as many tokens:
250 are 5 s. What counts as which part says the docstring of the side's script in benchmarks/full_size.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.full_size import release
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=250)
    parser.add_argument("--steps", type=int, default=25, help="how many of the solver's 25 are timed")
    parser.add_argument("--fixtures", type=Path, default=parity.FOLDER, help="with the manifests of the release")
    args = parser.parse_args()
    folder = args.work.resolve() / "release"
    python = environment(args.work.resolve() / "upstream")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        release.write(folder, args.fixtures)
        options = [str(folder), str(CLIP), TEXT, "--tokens", str(args.tokens), "--steps", str(args.steps)]
        upstream = side(python, "upstream.py", options)
        cuevox = side(Path(sys.executable), "cuevox.py", options)
    finally:
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


def side(python: Path, script: str, options: list[str]) -> dict[str, Any]:
    """What a side's script measured."""
    start = time.perf_counter()
    path = ROOT / "benchmarks" / "full_size" / script
    done = subprocess.run(
        [python, path, *options], capture_output=True, text=True, cwd=python.parent, env=os.environ | {"PYTHONPATH": ""}
    )
    if done.returncode:
        sys.exit(f"{script} ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
    print(f"{script}: {time.perf_counter() - start:.0f} s in all", file=sys.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def table(upstream: dict[str, Any], cuevox: dict[str, Any]) -> str:
    """In Markdown."""
    assert upstream["n_tokens"] == cuevox["n_tokens"], (upstream, cuevox)
    n_tokens, theirs, ours = cuevox["n_tokens"], upstream["seconds"], cuevox["seconds"]
    line = ("gpt", "s2m", "vocoder")
    audio_s = cuevox["n_frames"] * 256 / 22_050
    rows = [
        ("conditioning, s a prompt", theirs["conditioning"], ours["conditioning"]),
        ("GPT, ms a token, with its latents", *(1000 * s["gpt"] / n_tokens for s in (theirs, ours))),
        (f"S2M, s for {audio_s:.1f} s", theirs["s2m"], ours["s2m"]),
        (f"vocoder, s for {audio_s:.1f} s", theirs["vocoder"], ours["vocoder"]),
        ("a line with a known prompt, s", *(sum(s[part] for part in line) for s in (theirs, ours))),
        ("a line with a new prompt, s", *(s["conditioning"] + sum(s[part] for part in line) for s in (theirs, ours))),
        ("peak memory, GB", upstream["peak_mb"] / 1000, cuevox["peak_mb"] / 1000),
    ]
    head = "| | indextts2-inference | Cuevox | times faster |\n|---|---|---|---|\n"
    return head + "\n".join(f"| {name} | {a:.3g} | {b:.3g} | {a / b:.2f} |" for name, a, b in rows)


if __name__ == "__main__":
    main()
