"""How much too late the blocks of live lines come: what a listener hears as a gap.

    python benchmarks/live_gap.py [--lines 10]

Prints for each line when the first block was there, and by how much the latest of the others came after all before it
had sounded (negative: in time). The embedded voice, with nothing between it and the ear.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.audio import read_clip
from engine.synthesizer import Synthesizer
from engine.types import Emotion, RenderRequest

ROOT = Path(__file__).resolve().parent.parent
RATE = 48_000
LEAST_LETTERS = 30  # of a line that has several blocks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10)
    args = parser.parse_args()
    voice = Synthesizer.load()
    timbre = voice.encode_timbre(*read_clip(ROOT / "presets" / "timbre" / "mara.flac"))
    texts = (ROOT / "benchmarks" / "lines.txt").read_text("utf-8").splitlines()
    texts = [text for text in texts if len(text) > LEAST_LETTERS][: args.lines]
    list(voice.render(RenderRequest(texts[0], timbre, Emotion(), 0, RATE)).blocks)  # the first is slower
    print("| line | first block, ms | latest of the others, ms too late |\n|---|---|---|")
    for i, text in enumerate(texts):
        begun_s, sounded_s, late_s = time.perf_counter(), 0.0, float("-inf")
        first_s = None
        for block in voice.render(RenderRequest(text, timbre, Emotion(), i, RATE)).blocks:
            came_s = time.perf_counter() - begun_s
            if first_s is None:
                first_s = came_s
            else:
                late_s = max(late_s, came_s - first_s - sounded_s)
            sounded_s += len(block) / RATE
        assert first_s is not None
        print(f"| {i} | {1000 * first_s:.0f} | {1000 * late_s:.0f} |", flush=True)


if __name__ == "__main__":
    main()
