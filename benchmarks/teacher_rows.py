"""The teacher says the judge's lines: the ceiling of the voice's table, as far as training on its speech goes.

    ENV/bin/python benchmarks/teacher_rows.py --teacher TEACHER --graphs GRAPHS --voices VOICES --out FOLDER [--lines N]

ENV, GRAPHS and VOICES are made as TEACHER's README says (docs/training.md). FOLDER is the one of
benchmarks/judge_table.py, which judges and prints these rows beside the voice's: `teacher` and, with the rule of the
corpus at weight 0.8, `teacher happy` and so on. The clips end in as much silence as the voice's own (10 ms pieces 40 dB
below the loudest are cut off).
"""

import argparse
import json
import sys
from itertools import cycle
from pathlib import Path

import numpy as np
import soundfile

RATE = 24_000
WEIGHT = 0.8
PIECE = RATE // 100
PRESETS = Path(__file__).resolve().parent.parent / "presets" / "timbre"
# Whose voice a preset's clip is: of the teacher's 54 the one most like it (Resemblyzer 0.91 to 0.95, the next 0.85).
VOICES = {
    "alistair": "bm_george", "brand": "am_fenrir", "celeste": "af_aoede", "cole": "am_michael", "dorn": "am_echo",
    "edith": "bf_emma", "ines": "af_bella", "jory": "am_puck", "mara": "af_heart", "rowan": "bm_fable",
    "vale": "bm_lewis", "wisp": "af_nicole",
}  # fmt: skip


def trimmed(wav: np.ndarray) -> np.ndarray:
    """The samples between the first and the last piece that is not quiet."""
    n = len(wav) // PIECE * PIECE
    level = np.sqrt((wav[:n].reshape(-1, PIECE) ** 2).mean(1))
    loud = np.flatnonzero(level > level.max() * 0.01)
    return wav[loud[0] * PIECE : (loud[-1] + 1) * PIECE]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("teacher", "graphs", "voices", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=200, help="of the neutral row; an emotion has 25 at most")
    args = parser.parse_args()
    sys.path.insert(0, str(args.teacher))
    from teacher import EMOTIONS, Manner, Phonemiser, Teacher

    teacher, phonemise = Teacher(args.graphs, args.voices), Phonemiser()
    lines = (Path(__file__).parent / "judge_lines" / "neutral.txt").read_text("utf-8").splitlines()[: args.lines]
    phonemes = phonemise(lines)
    rows = {"teacher": Manner()} | {f"teacher {name}": manner.scaled(WEIGHT) for name, manner in EMOTIONS.items()}
    for row, manner in rows.items():
        folder = args.out / row.replace(" ", "_")
        if (folder / "manifest.jsonl").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        manifest = []
        count = len(lines) if row == "teacher" else 25
        for i, (text, said, preset) in enumerate(zip(lines[:count], phonemes, cycle(sorted(VOICES)), strict=False)):
            wav = trimmed(teacher.speak(said, {VOICES[preset]: 1.0}, manner=manner)[0])
            path = (folder / f"{i:03d}.wav").resolve()
            soundfile.write(path, wav, RATE, subtype="PCM_24")
            manifest.append(
                {"wav": str(path), "text": text, "reference": str(PRESETS / f"{preset}.flac"), "group": row,
                 "seconds": len(wav) / RATE}
            )  # fmt: skip
        (folder / "manifest.jsonl").write_text("".join(json.dumps(r) + "\n" for r in manifest), "utf-8")
        print(f"{row}: {len(manifest)} clips", flush=True)


if __name__ == "__main__":
    main()
