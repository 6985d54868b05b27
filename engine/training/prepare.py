"""Corpus -> arrays that every training stage reads.

    python -m engine.training.prepare --corpus CORPUS --vocab VOCAB.json --out DATA [--shard 0/2]
    python -m engine.training.prepare --out DATA --join

A shard writes DATA/part-<shard>-*; --join writes them together. Edges are trimmed to the speech, so that a model that
learns from these clips fills the time it is given. All lines lie behind one another on one time axis of 10 ms frames:

    mel.npy      (N, 100) float16   log-mel
    f0.npy       (N,)     float32   Hz, 0 where unvoiced
    phoneme.npy  (N,)     int16     position of the frame's phoneme in its line (0 and last: the pauses at both ends)
    audio.npy    (N, 240) int16     the samples of each frame
    lines.json   one row a line: first frame, frames, phoneme ids, phoneme seconds, timbre, emotion, rate, base pitch
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray

from engine.audio import MINI_MEL, log_mel, speech_bounds
from engine.prompt import pitch
from engine.training.rule import RULE
from engine.types import EMOTIONS

FRAME_S = 0.025  # the corpus labels' duration frame
LEAD_S, TAIL_S = 0.010, 0.020  # silence kept before and after the speech
HOP, RATE = MINI_MEL.hop, MINI_MEL.rate

EMOTION_OCTAVES = np.array([RULE[name].octaves for name in EMOTIONS])


def prepare_line(row: dict, audio: NDArray[np.float32], known: set[str]) -> tuple[dict, dict] | None:
    """One corpus row -> (arrays by name, label), or None where labels and audio do not fit."""
    phonemes = [p for p in row["phonemes"] if p in known]
    if len(row["durations"]) != len(phonemes) + 2:
        return None
    first, end = speech_bounds(audio, RATE)
    first = max(0, first - int(LEAD_S * RATE))
    n = min(len(audio), end + int(TAIL_S * RATE)) - first
    n_frames = n // HOP
    if n_frames < 20:
        return None
    clip = audio[first : first + n_frames * HOP]
    edges = np.concatenate([[0], np.cumsum(row["durations"])]) * FRAME_S - first / RATE
    edges = edges.clip(0, n_frames * HOP / RATE)
    centres = (np.arange(n_frames) + 0.5) * HOP / RATE
    arrays = {
        "mel": log_mel(torch.from_numpy(clip)[None])[0].T.numpy().astype(np.float16),
        "f0": pitch(clip, n_frames),
        "phoneme": np.searchsorted(edges[1:-1], centres, side="right").astype(np.int16),
        "audio": (clip * 32767).round().clip(-32768, 32767).astype(np.int16).reshape(n_frames, HOP),
    }
    label = {k: row[k] for k in ("id", "text", "timbre", "emotion", "rate")}
    label |= {"n_frames": n_frames, "phonemes": "".join(phonemes), "seconds": np.diff(edges).round(4).tolist()}
    return arrays, label


def prepare(corpus: Path, vocab: Path, out: Path, shard: int, shards: int) -> None:
    """Write this shard's part of the arrays."""
    torch.set_num_threads(1)
    known = set(json.loads(vocab.read_text(encoding="utf-8"))["vocab"])
    rows = [json.loads(r) for f in sorted(corpus.glob("labels-*.jsonl")) for r in f.read_text("utf-8").splitlines()]
    parts: dict[str, list] = {"mel": [], "f0": [], "phoneme": [], "audio": []}
    labels = []
    for row in sorted(rows, key=lambda r: r["id"])[shard::shards]:
        path = corpus / "audio" / f"{row['id']}.opus"
        if not path.exists():
            continue
        audio, _ = soundfile.read(path, dtype="float32")
        made = prepare_line(row, audio, known)
        if made is None:
            continue
        for name, array in made[0].items():
            parts[name].append(array)
        labels.append(made[1])
    for name, arrays in parts.items():
        np.save(out / f"part-{shard}-{name}.npy", np.concatenate(arrays))
    (out / f"part-{shard}-lines.json").write_text(json.dumps(labels, ensure_ascii=False), "utf-8")
    print(f"shard {shard}: {len(labels)} lines", flush=True)


def join(out: Path) -> None:
    """Put the parts together; give every line its place, its timbre's base pitch and its part of the split."""
    files = sorted(out.glob("part-*-lines.json"))
    lines, at = [], 0
    for file in files:
        for line in json.loads(file.read_text("utf-8")):
            lines.append(line | {"start": at})
            at += line["n_frames"]
    for name in ("mel", "f0", "phoneme", "audio"):
        parts = [np.load(str(f).replace("lines.json", f"{name}.npy"), mmap_mode="r") for f in files]
        np.save(out / f"{name}.npy", np.concatenate(parts))
    f0 = np.load(out / "f0.npy")
    octaves: dict[int, list[float]] = {}
    for line in lines:
        voiced = f0[line["start"] : line["start"] + line["n_frames"]]
        voiced = voiced[voiced > 0]
        if voiced.size > 20:
            neutral = np.log2(voiced).mean() - np.dot(line["emotion"], EMOTION_OCTAVES)
            octaves.setdefault(line["timbre"], []).append(float(neutral))
    base = {timbre: float(np.median(values)) for timbre, values in octaves.items()}
    lines = [line | {"base_octave": base[line["timbre"]]} for line in lines if line["timbre"] in base]
    # By timbre and by text: a development line's timbre and words are in no training line.
    for line in lines:
        line["dev"] = line["timbre"] % 20 == 7
    dev_texts = {line["text"] for line in lines if line["dev"]}
    lines = [line for line in lines if line["dev"] or line["text"] not in dev_texts]
    (out / "lines.json").write_text(json.dumps(lines, ensure_ascii=False), "utf-8")
    frames = sum(line["n_frames"] for line in lines)
    print(f"{len(lines)} lines, {frames / 360_000:.2f} h, {len(base)} timbres, {len(dev_texts)} development texts")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--vocab", type=Path, help="the teacher's vocab.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shard", default="0/1")
    parser.add_argument("--join", action="store_true")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.join:
        join(args.out)
    else:
        shard, shards = map(int, args.shard.split("/"))
        prepare(args.corpus, args.vocab, args.out, shard, shards)


if __name__ == "__main__":
    main()
