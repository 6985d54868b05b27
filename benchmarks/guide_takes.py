"""How near takes come to the phrases of their guides: scratch takes by eSpeak NG, or recordings with their texts.

    python benchmarks/guide_takes.py [--corpus FOLDER] [--lines N]

Every guide is followed twice: by its length alone, and by its phrases. An edge is the start or the end of a phrase; its
error is how far the nearest edge lies that is heard in the take (bridge/batch/guide_error.py).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bridge.batch.guide import read_guide
from bridge.batch.guide_error import phrase_errors
from bridge.preset_store import PresetStore
from engine.audio import read_clip
from engine.synthesizer import Synthesizer
from engine.types import Emotion, Phrase, RenderRequest

RATE = 48_000
# (text, text with the pauses that the scratch take makes, in milliseconds)
SCRATCH = [
    ("Get away from that door, right now, or I will open fire!",
     "Get away from that door [400] right now [250] or I will open fire!"),
    ("Who goes there? Speak up.", "Who goes there? [700] Speak up."),
    ("I have seen the city burn and I would see it burn again.",
     "I have seen the city [500] burn [300] and I would see it burn again."),
    ("Easy, easy. I only came for the bread.", "Easy [300] easy. [600] I only came for the bread."),
    ("The bridge is down, captain, and there is no other way across.",
     "The bridge is down [350] captain [450] and there is no other way across."),
    ("Nobody leaves this room until I know who did it.", "Nobody [600] leaves this room until I know who did it."),
    ("Come closer. Closer. Now listen.", "Come closer. [500] Closer. [800] Now listen."),
    ("We wait here until the moon is over the tower.", "We wait here [500] until the moon is over the tower."),
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="a folder with labels-0.jsonl (id, text) and audio/ID.opus")
    parser.add_argument("--lines", type=int, default=20, help="of the corpus: the first with a pause inside (20)")
    options = parser.parse_args()
    voice = Synthesizer.load()
    preset = PresetStore(Path("none"), Path("none")).timbre("Brand")
    timbre = voice.encode_timbre(*read_clip(preset.clip))
    with tempfile.TemporaryDirectory() as folder:
        takes = from_corpus(options.corpus, options.lines) if options.corpus else spoken_by_espeak(Path(folder))
        edges: dict[str, list[float]] = {"length alone": [], "phrases": []}
        for text, path in takes:
            guide = read_guide(path)
            n_samples = guide.length.samples(RATE)
            followed = guide.phrases_over(n_samples / RATE)
            row = [f"{len(followed)} phrases"]
            for name, phrases in (("length alone", ()), ("phrases", followed)):
                error = speak(
                    voice, RenderRequest(text, timbre, Emotion(), 1, RATE, n_samples, phrases=phrases), followed
                )
                edges[name] += [abs(ms) for ms in error]
                row.append(f"{name} {np.mean(np.abs(error)):.0f} ms")
            print("  ".join(row), text[:60], flush=True)
    for name, errors in edges.items():
        print(
            f"{name}: {len(errors)} edges, mean {np.mean(errors):.0f} ms, median {np.median(errors):.0f} ms, "
            f"90 % within {np.percentile(errors, 90):.0f} ms, worst {max(errors):.0f} ms"
        )


def speak(voice: Synthesizer, request: RenderRequest, wanted: tuple[Phrase, ...]) -> list[int]:
    audio = np.concatenate(list(voice.render(request).blocks))
    errors = phrase_errors(wanted, audio, request.rate)
    return [*errors.start_ms, *errors.end_ms]


def spoken_by_espeak(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each text in two paces."""
    for i, (text, scratch) in enumerate(SCRATCH):
        for pace in (150, 190):
            path = folder / f"{i}-{pace}.wav"
            ssml = scratch.replace("[", '<break time="').replace("]", 'ms"/>')
            subprocess.run(["espeak-ng", "-v", "en-us", "-s", str(pace), "-m", "-w", str(path), ssml], check=True)
            yield text, path


def from_corpus(folder: Path, n_lines: int) -> Iterator[tuple[str, Path]]:
    """The first lines with a pause inside."""
    found = 0
    for row in (folder / "labels-0.jsonl").read_text("utf-8").splitlines():
        line = json.loads(row)
        path = folder / "audio" / f"{line['id']}.opus"
        if len(read_guide(path).phrases) < 2:
            continue
        yield line["text"], path
        found += 1
        if found == n_lines:
            return


if __name__ == "__main__":
    main()
