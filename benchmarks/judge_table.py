"""Every row of the voice's table: spoken, judged, put side by side. A row is kept: what was stopped goes on.

    python benchmarks/judge_table.py speak --out FOLDER [--rows neutral,happy] [--lines 25] [--clips CLIPS]
    python benchmarks/judge_table.py judge --out FOLDER --python JUDGE/bin/python
    python benchmarks/judge_table.py table --out FOLDER

Rows: `neutral`, each emotion at weight 0.8, `length 0.75` and so on (against the voice's own), `short`, `long`,
`unseen` (the clips in CLIPS speak the lines in turn) and `from clip happy` and so on, where CLIPS/emotions has clips
named `happy-*.wav`. --lines is the most of a row. The texts (benchmarks/judge_lines) are in no corpus, and nothing was
chosen by them: settings were tuned on benchmarks/lines.txt.

`judge` runs benchmarks/judge/judge.py in an environment of its own (benchmarks/judge/requirements.txt). `table` prints
Markdown: words misheard, sound quality and likeness of every row, how the emotions move against neutral on the same
lines, and the ten lines that were misheard most.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.audio import read_clip
from engine.synthesizer import Synthesizer
from engine.training.rule import RULE
from engine.types import EMOTIONS, Emotion, Rendering, RenderRequest

ROOT = Path(__file__).resolve().parent.parent
RATE = 24_000
WEIGHT = 0.8
STRETCHES = (0.75, 0.875, 1.125, 1.25)
LINES = Path(__file__).parent / "judge_lines"
TOGETHER = 8  # lines that are rendered in one go
MOVES = ("semitones", "range", "rate", "dB")


@dataclass(frozen=True)
class Row:
    """What is spoken for a row of the table."""

    name: str
    texts: list[str]
    timbres: list[Path]
    emotion: str = ""
    stretch: float = 1.0
    clips: tuple[Path, ...] = ()  # that the emotion is heard in


def rows_of(clips: Path | None) -> Iterator[Row]:
    neutral, short, long = (
        (LINES / f"{name}.txt").read_text("utf-8").splitlines() for name in ("neutral", "short", "long")
    )
    presets = sorted((ROOT / "presets" / "timbre").glob("*.flac"))
    yield Row("neutral", neutral, presets)
    for name in EMOTIONS:
        yield Row(name, neutral[:25], presets, emotion=name)
    for stretch in STRETCHES:
        yield Row(f"length {stretch:g}", neutral[:25], presets, stretch=stretch)
    yield Row("short", short, presets)
    yield Row("long", long, presets)
    if clips is not None:
        unseen = sorted(clips.glob("*.wav"))
        yield Row("unseen", neutral[: 4 * len(unseen)], unseen)
        for name in EMOTIONS:
            heard = tuple(sorted((clips / "emotions").glob(f"{name}-*.wav")))
            if heard:
                yield Row(f"from clip {name}", neutral[:25], presets, clips=heard)


def folder_of(out: Path, row: str) -> Path:
    return out / row.replace(" ", "_")


def speak(voice: Synthesizer, row: Row, folder: Path, most: int) -> None:
    """Write the row's clips and then its manifest, whose presence says that the row is done."""
    folder.mkdir(parents=True, exist_ok=True)
    timbres = {clip: voice.encode_timbre(*read_clip(clip)) for clip in row.timbres}
    heard = [voice.encode_emotion(*read_clip(clip)) for clip in row.clips]
    emotion = Emotion(tuple(WEIGHT * (row.emotion == e) for e in EMOTIONS))
    requests, manifest = [], []
    for i, (text, clip) in enumerate(zip(row.texts[:most], cycle(row.timbres), strict=False)):
        asked = heard[i % len(heard)] if heard else emotion
        request = RenderRequest(text, timbres[clip], asked, i, RATE, speed=1 / row.stretch)
        requests.append(request)
        wav = folder / f"{i:03d}.wav"
        manifest.append({"wav": str(wav.resolve()), "text": text, "reference": str(clip.resolve()), "group": row.name})
    for first in range(0, len(requests), TOGETHER):
        made = voice.render_many(requests[first : first + TOGETHER])
        for i, rendering in enumerate(made, first):
            assert isinstance(rendering, Rendering), rendering
            audio = np.concatenate(list(rendering.blocks))
            soundfile.write(manifest[i]["wav"], audio, RATE, subtype="PCM_24")
            manifest[i] |= {"seconds": rendering.plan.n_samples / RATE, "emotion": list(requests[i].emotion.weights)}
    (folder / "manifest.jsonl").write_text("".join(json.dumps(r) + "\n" for r in manifest), "utf-8")
    print(f"{row.name}: {len(manifest)} clips", flush=True)


def judge(out: Path, python: Path) -> None:
    for manifest in sorted(out.glob("*/manifest.jsonl"), key=lambda path: path.stat().st_mtime):
        judged = manifest.with_name("judged.json")
        if not judged.exists():
            script = Path(__file__).parent / "judge" / "judge.py"
            subprocess.run([python, script, manifest, "--json", judged], check=True, stdout=subprocess.DEVNULL)
            print(manifest.parent.name, flush=True)


def judged_rows(out: Path) -> dict[str, list[dict]]:
    found = {}
    for path in sorted(out.glob("*/judged.json")):
        clips = json.loads(path.read_text("utf-8"))["clips"]
        found[clips[0]["group"]] = clips
    return found


def mean(clips: list[dict], key: str) -> float:
    values = [clip[key] for clip in clips if np.isfinite(clip.get(key, np.nan))]
    return float(np.mean(values)) if values else float("nan")


def wer(clips: list[dict]) -> float:
    return 100 * sum(c["wer"] * c["words"] for c in clips) / sum(c["words"] for c in clips)


def moves(clips: list[dict], neutral: list[dict]) -> tuple[float, float, float, float]:
    """Semitones, factor on the range, factor on the rate, dB of clips against neutral on the same texts."""
    by_text = {clip["text"]: clip for clip in neutral}
    pairs = [(clip, by_text[clip["text"]]) for clip in clips if clip["text"] in by_text]
    pairs = [(a, b) for a, b in pairs if np.isfinite(a["f0_hz"]) and np.isfinite(b["f0_hz"])]
    semitones = float(np.mean([12 * np.log2(a["f0_hz"] / b["f0_hz"]) for a, b in pairs]))
    spread = float(np.mean([a["f0_st"] for a, _ in pairs]) / np.mean([b["f0_st"] for _, b in pairs]))
    rate = float(np.exp(np.mean([np.log(b["seconds"] / a["seconds"]) for a, b in pairs])))
    return semitones, spread, rate, float(np.mean([a["level_db"] - b["level_db"] for a, b in pairs]))


def print_table(out: Path) -> None:
    rows = judged_rows(out)
    print("| row | clips | WER % | MOS | SIM | not finite or over full scale |\n|---|---|---|---|---|---|")
    for name, clips in rows.items():
        bad = sum(not c["finite"] or c["peak"] > 1 for c in clips)
        shown = f"{wer(clips):.1f} | {mean(clips, 'mos'):.2f} | {mean(clips, 'sim'):.2f}"
        print(f"| {name} | {len(clips)} | {shown} | {bad} |")
    if short := rows.get("short"):
        print(f"\nShort lines heard right: {sum(c['wer'] == 0 for c in short)} of {len(short)}")
    if "neutral" not in rows:
        return
    print(f"\n| against neutral (asked) | {' | '.join(MOVES)} | within 35 % |\n|---|---|---|---|---|---|")
    total = right = signs = 0
    for name in (*EMOTIONS, *(f"from clip {e}" for e in EMOTIONS)):
        if name not in rows:
            continue
        rule = RULE[name.removeprefix("from clip ")].scaled(WEIGHT)
        asked = np.array([12 * rule.octaves, rule.spread, rule.pace, rule.level_db])
        semitones, spread, rate, level_db = moves(rows[name], rows["neutral"])
        found = np.array([semitones, np.log(spread), np.log(rate), level_db])
        near = np.abs(found / asked - 1) <= 0.35
        total, right, signs = total + 4, right + int(near.sum()), signs + int((found * asked > 0).sum())
        shown = [
            f"{semitones:+.1f} ({asked[0]:+.1f})",
            f"{spread:.2f} ({np.exp(asked[1]):.2f})",
            f"{rate:.2f} ({np.exp(asked[2]):.2f})",
            f"{level_db:+.1f} ({asked[3]:+.1f})",
        ]
        print(f"| {name} | {' | '.join(shown)} | {int(near.sum())} of 4 |")
    print(f"\nMovements: {right} of {total} within 35 %, {signs} with the right sign.\n\nMisheard most:\n")
    worst = sorted((c for clips in rows.values() for c in clips), key=lambda c: -c["wer"] * c["words"])[:10]
    for clip in worst:
        print(f'- {clip["group"]}: "{clip["text"][:90]}" heard as "{clip["heard"][:90]}"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speak", "judge", "table"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", help="separated by commas; all by default")
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--clips", type=Path, help="clips of timbres that no training stage heard")
    parser.add_argument("--model", type=Path, help="a folder as engine.training.export writes it")
    parser.add_argument("--python", type=Path, help="of the judge's environment")
    args = parser.parse_args()
    if args.what == "speak":
        voice, wanted = Synthesizer.load(args.model), args.rows.split(",") if args.rows else None
        for row in rows_of(args.clips):
            folder = folder_of(args.out, row.name)
            if (wanted is None or row.name in wanted) and not (folder / "manifest.jsonl").exists():
                speak(voice, row, folder, args.lines)
    elif args.what == "judge":
        if args.python is None:
            parser.error("--python: name the judge's environment, see benchmarks/judge/requirements.txt")
        judge(args.out, args.python)
    else:
        print_table(args.out)


if __name__ == "__main__":
    main()
