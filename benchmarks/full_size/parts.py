"""What both sides of benchmarks/official_speed.py have in common: how a part is timed, and how its times are told.

Standard library and torch only, since upstream's environment runs it too.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

N_STEPS = 25  # of the solver, fixed upstream
FRAMES_PER_TOKEN = 1.72  # upstream's
LINE_TOKENS, LINE_FRAMES = 250, int(250 * FRAMES_PER_TOKEN)


def arguments() -> argparse.Namespace:
    """Of a side's script."""
    parser = argparse.ArgumentParser()
    parser.add_argument("release", type=Path)
    parser.add_argument("clip", type=Path)
    parser.add_argument("text")
    parser.add_argument("--tokens", type=int, required=True, help="that the GPT says")
    parser.add_argument("--repeats", type=int, required=True, help="of each other part")
    return parser.parse_args()


def tell(part: str, seconds: list[float]) -> None:
    """One JSON line, as soon as it is known: an interruption loses what comes behind it."""
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"part": part, "seconds": seconds, "peak_mb": peak_mb}), flush=True)


def timed(call: Callable[[], object], repeats: int) -> list[float]:
    """Seconds of each call."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return seconds
