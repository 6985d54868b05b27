"""Memory over many renderings: it has to stay flat once everything has been used.

    python benchmarks/memory.py [--renders 500] [--model FOLDER | --miniature]

Lines of many lengths, timbres and emotions in turn, by the embedded voice, by a model in FOLDER, or by the official
model in miniature (random weights, all its stages). Prints resident memory every tenth of the way.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import voices
from engine.types import EMOTIONS, Emotion, RenderRequest

LINES = ("No.", "Who goes there?", "Get away from that door, right now!", "I have waited for this day all my life.")
RATE = 48_000


def resident_mb() -> float:
    """Of this process (Linux)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renders", type=int, default=500)
    voices.add_arguments(parser)
    args = parser.parse_args()
    voice = voices.voice_of(args)
    timbres = [voice.encode_timbre(*clip) for clip in voices.clips()]
    rng = np.random.default_rng(0)
    print("| renders | resident MB |\n|---|---|")
    for i in range(args.renders):
        emotion = Emotion(tuple(float(i % len(EMOTIONS) == k) for k in range(len(EMOTIONS))))
        n_samples = None if i % 3 else int(rng.integers(RATE // 2, 4 * RATE))
        request = RenderRequest(LINES[i % len(LINES)], timbres[i % len(timbres)], emotion, i, RATE, n_samples)
        for _ in voice.render(request).blocks:
            pass
        if not (i + 1) % max(1, args.renders // 10):
            gc.collect()
            print(f"| {i + 1} | {resident_mb():.0f} |", flush=True)


if __name__ == "__main__":
    main()
