"""Speak the measuring lines with the embedded voice and write a manifest for benchmarks/judge.

    python benchmarks/speak_lines.py --out FOLDER [--only neutral,happy] [--flow-steps 6]

Groups: `neutral`, each emotion at weight 0.8, speeds (length against the voice's own), `unseen` timbres where --clips
names a folder of reference clips. FOLDER/manifest.jsonl has a row a clip; FOLDER/speed.json how long it took. No
training stage saw the texts of lines.txt.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.audio import read_clip
from engine.embedded_decoding import EmbeddedOptions
from engine.synthesizer import Synthesizer
from engine.types import EMOTIONS, Emotion, RenderRequest, Timbre

RATE = 48_000
SPEEDS = (0.75, 0.875, 1.0, 1.125, 1.25)
PRESETS = Path(__file__).resolve().parent.parent / "presets" / "timbre"


def emotion_of(name: str, weight: float) -> Emotion:
    return Emotion(tuple(weight * (name == e) for e in EMOTIONS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="a folder as engine.training.export writes it")
    parser.add_argument("--only", help="groups, separated by commas")
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("--clips", type=Path, help="reference clips of timbres that no training stage heard")
    for name, value in vars(EmbeddedOptions()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    lines = (Path(__file__).parent / "lines.txt").read_text("utf-8").splitlines()[: args.lines]
    options = EmbeddedOptions(**{name: getattr(args, name) for name in vars(EmbeddedOptions())})
    voice = Synthesizer.load(args.model, options)
    presets = {p.stem: p for p in sorted(PRESETS.glob("*.flac"))}
    unseen = {p.stem: p for p in sorted(args.clips.iterdir())} if args.clips else {}
    timbres = {name: voice.encode_timbre(*read_clip(p)) for name, p in (presets | unseen).items()}
    groups: dict[str, tuple[list[str], Emotion, float]] = {"neutral": (list(presets), Emotion(), 1.0)}
    groups |= {name: (list(presets), emotion_of(name, 0.8), 1.0) for name in EMOTIONS}
    groups |= {f"length {s:g}": (list(presets), Emotion(), s) for s in SPEEDS}
    if unseen:
        groups["unseen"] = (list(unseen), Emotion(), 1.0)
    wanted = args.only.split(",") if args.only else list(groups)
    rows, spent_s, spoken_s, first_s = [], 0.0, 0.0, []
    for group in wanted:
        names, emotion, stretch = groups[group]
        for i, (text, name) in enumerate(zip(lines, itertools.cycle(names), strict=False)):
            row, took, first = speak(voice, text, timbres[name], emotion, stretch, i, args.out / f"{group}-{i:02d}.wav")
            spent_s, spoken_s = spent_s + took, spoken_s + row["actual"]
            first_s.append(first)
            rows.append(row | {"group": group, "reference": str((presets | unseen)[name].resolve()), "timbre": name})
    (args.out / "manifest.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    figures = {
        "clips": len(rows),
        "real_time_factor": round(spent_s / spoken_s, 3),
        "first_sound_ms_median": round(1000 * float(np.median(first_s))),
        "first_sound_ms_worst": round(1000 * max(first_s)),
    }
    (args.out / "speed.json").write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    print(json.dumps(figures))


def speak(
    voice: Synthesizer, text: str, timbre: Timbre, emotion: Emotion, stretch: float, seed: int, path: Path
) -> tuple[dict, float, float]:
    """-> manifest row, seconds it took, seconds until the first block."""
    request = RenderRequest(text, timbre, emotion, seed, RATE)
    n_samples = round(voice.render(request).plan.natural_samples * stretch)
    began = time.perf_counter()
    rendering = voice.render(replace(request, n_samples=n_samples))
    blocks = [next(rendering.blocks)]
    first = time.perf_counter() - began
    audio = np.concatenate([*blocks, *rendering.blocks])
    took = time.perf_counter() - began
    assert len(audio) == n_samples
    soundfile.write(path, audio, RATE, subtype="PCM_24")
    row = {"wav": str(path.resolve()), "text": text, "seconds": n_samples / RATE, "actual": len(audio) / RATE}
    return row, took, first


if __name__ == "__main__":
    main()
