"""A page to listen to: a line in neutral and eight emotions for each timbre, and a line at five lengths.

    python benchmarks/listening_page.py --out FOLDER [--timbres mara,dorn] [--text "..."] [--spectrograms IMAGES]

Opens in any browser: FOLDER/index.html beside its clips. With --spectrograms, also one PNG a timbre: the mels of what
was spoken, on one scale, with the pitch drawn in.
"""

from __future__ import annotations

import argparse
import html
import sys
from pathlib import Path

import numpy as np
import soundfile
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.audio import MINI_MEL, log_mel, read_clip
from engine.prompt import pitch
from engine.synthesizer import Synthesizer
from engine.types import EMOTIONS, Audio, Emotion, Rendering, RenderRequest

RATE = MINI_MEL.rate
WEIGHT = 0.8
STRETCHES = (0.75, 0.875, 1.0, 1.125, 1.25)
PRESETS = Path(__file__).resolve().parent.parent / "presets" / "timbre"
TEXT = "The bridge will not hold if we wait until morning."
HEIGHT, PIXELS_A_SECOND, GAP = 120, 90, 6  # of a spectrogram
QUIETEST, LOUDEST = -9.0, 0.0  # natural log of a mel, as black and white


def spoken(voice: Synthesizer, requests: list[RenderRequest]) -> list[Audio]:
    made = voice.render_many(requests)
    assert all(isinstance(rendering, Rendering) for rendering in made), made
    return [np.concatenate(list(r.blocks)) for r in made if isinstance(r, Rendering)]


def picture(audio: Audio, width: int) -> np.ndarray:
    """(HEIGHT, width, 3) bytes: mel from black over red to white, pitch in green on the same scale of bands."""
    audio = audio[: len(audio) // MINI_MEL.hop * MINI_MEL.hop]
    mel = log_mel(torch.from_numpy(audio)[None])[0].numpy()
    n = min(width, round(len(audio) / RATE * PIXELS_A_SECOND))
    columns = np.linspace(0, mel.shape[1] - 1, n).astype(int)
    rows = np.linspace(mel.shape[0] - 1, 0, HEIGHT).astype(int)
    shade = ((mel[rows][:, columns] - QUIETEST) / (LOUDEST - QUIETEST)).clip(0, 1)
    image = np.full((HEIGHT, width, 3), 255, np.uint8)
    image[:, :n] = (255 * np.stack([np.sqrt(shade), shade**1.5, shade**4 * 0.9 + shade * 0.1], -1)).astype(np.uint8)
    f0 = pitch(audio, mel.shape[1])[columns]
    for x in np.flatnonzero(f0 > 0):
        y = HEIGHT - 1 - int(np.log2(f0[x] / 60) / np.log2(700 / 60) * (HEIGHT - 1))
        image[max(0, y - 1) : y + 1, x] = (80, 255, 120)
    return image


def spectrogram_page(clips: dict[str, Audio], path: Path) -> None:
    """One clip below the other, with its name."""
    from PyQt6.QtCore import Qt
    from PyQt6.QtGui import QColor, QGuiApplication, QImage, QPainter

    _app = QGuiApplication.instance() or QGuiApplication(["listening_page", "-platform", "offscreen"])
    label = 100
    width = max(round(len(a) / RATE * PIXELS_A_SECOND) for a in clips.values())
    page = QImage(label + width, len(clips) * (HEIGHT + GAP), QImage.Format.Format_RGB32)
    page.fill(QColor("white"))
    painter = QPainter(page)
    for i, (name, audio) in enumerate(clips.items()):
        top = i * (HEIGHT + GAP)
        image = np.ascontiguousarray(picture(audio, width))
        painter.drawImage(label, top, QImage(image.data, width, HEIGHT, 3 * width, QImage.Format.Format_RGB888))
        painter.drawText(0, top, label - 8, HEIGHT, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, name)
    painter.end()
    page.convertToFormat(QImage.Format.Format_Indexed8).save(str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--timbres", help="presets, separated by commas; all by default")
    parser.add_argument("--text", default=TEXT)
    parser.add_argument("--spectrograms", type=Path, metavar="IMAGES")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    voice = Synthesizer.load()
    names = args.timbres.split(",") if args.timbres else [p.stem for p in sorted(PRESETS.glob("*.flac"))]
    sections = []
    for name in names:
        timbre = voice.encode_timbre(*read_clip(PRESETS / f"{name}.flac"))
        manners = ["neutral", *EMOTIONS]
        requests = [
            RenderRequest(args.text, timbre, Emotion(tuple(WEIGHT * (e == m) for e in EMOTIONS)), 1, RATE)
            for m in manners
        ] + [RenderRequest(args.text, timbre, Emotion(), 1, RATE, speed=1 / s) for s in STRETCHES]
        titles = [*manners, *(f"length x {s:g}" for s in STRETCHES)]
        clips = dict(zip(titles, spoken(voice, requests), strict=True))
        rows = []
        for title, audio in clips.items():
            file = f"{name}-{title.replace(' ', '_')}.wav"
            soundfile.write(args.out / file, audio, RATE, subtype="PCM_16")
            player = f'<audio controls preload="none" src="{file}"></audio>'
            rows.append(f"<tr><td>{html.escape(title)}</td><td>{player}</td><td>{len(audio) / RATE:.2f} s</td></tr>")
        sections.append(f"<h2>{html.escape(name)}</h2><table>{''.join(rows)}</table>")
        if args.spectrograms:
            shown = {m: clips[m] for m in manners}
            spectrogram_page(shown, args.spectrograms / f"emotions-{name}.png")
        print(name, flush=True)
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Cuevox: listen</title>"
        "<style>body{font:16px sans-serif;margin:2em;max-width:50em}td{padding:.1em .8em}</style>"
        f"<h1>{html.escape(voice.model_id)}</h1><p>{html.escape(args.text)}</p>{''.join(sections)}</html>"
    )
    (args.out / "index.html").write_text(page, "utf-8")


if __name__ == "__main__":
    main()
