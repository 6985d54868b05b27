"""Are lengths exact, and does speech fill them?

    python benchmarks/lengths.py [--lines 24] [--model FOLDER]

Speaks the measuring lines at five stretches of the voice's own length, and lines of 0.6 s to 20 s, and prints for
each how many samples it is off and how much silence lies at its ends: 10 ms pieces that are 40 dB below the loudest
one.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine import load_voice
from engine.audio import read_clip, speech_bounds
from engine.types import Audio, Emotion, RenderRequest

RATE = 48_000
STRETCHES = (0.75, 0.875, 1.0, 1.125, 1.25)
SECONDS = {"Wait.": 0.6, "Nobody leaves this station.": 1.7, "We will leave as soon as the weather lets us. " * 8: 20.0}
PRESETS = Path(__file__).resolve().parent.parent / "presets" / "timbre"


def silence_ms(audio: Audio) -> float:
    """At both ends together."""
    first, end = speech_bounds(audio, RATE)
    return 1000 * (first + len(audio) - end) / RATE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=24)
    parser.add_argument("--model", type=Path)
    args = parser.parse_args()
    voice = load_voice.load(args.model)
    lines = (Path(__file__).parent / "lines.txt").read_text("utf-8").splitlines()[: args.lines]
    timbres = [voice.encode_timbre(*read_clip(p)) for p in sorted(PRESETS.glob("*.flac"))]
    print("stretch | clips | samples off, worst | silence ms: mean | worst | clips over 80 ms")
    for stretch in STRETCHES:
        off, quiet = [], []
        for i, (text, timbre) in enumerate(zip(lines, itertools.cycle(timbres), strict=False)):
            request = RenderRequest(text, timbre, Emotion(), i, RATE)
            n_samples = round(voice.render(request).plan.natural_samples * stretch)
            audio = np.concatenate(list(voice.render(replace(request, n_samples=n_samples)).blocks))
            off.append(abs(len(audio) - n_samples))
            quiet.append(silence_ms(audio))
        over = sum(q >= 80 for q in quiet)
        print(f"{stretch} | {len(off)} | {max(off)} | {np.mean(quiet):.0f} | {max(quiet):.0f} | {over}")
    for text, seconds in SECONDS.items():
        n_samples = round(seconds * RATE)
        rendering = voice.render(RenderRequest(text, timbres[0], Emotion(), 1, RATE, n_samples))
        audio = np.concatenate(list(rendering.blocks))
        off_by, stretch = len(audio) - n_samples, rendering.plan.stretch
        print(f"{seconds} s: {off_by} samples off, stretch {stretch:.2f}, silence {silence_ms(audio):.0f} ms")


if __name__ == "__main__":
    main()
