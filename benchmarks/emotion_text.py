"""How often engine.emotion_text finds the emotion of a sentence.

    python benchmarks/emotion_text.py [--list]

Sentences: emotion_sentences.json beside this, [text, emotions that would do]; none means neutral. One is `right` where
its strongest weight is one of those, or where all weights are zero for a neutral one; `silent` where all are zero and
should not be; else `wrong`. The lexicon was made and mended with `tuned`; `held_out_*` were written after that by the
same hand, and nothing was changed for them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.emotion_text import emotion_from_text
from engine.types import EMOTIONS

SENTENCES = Path(__file__).with_name("emotion_sentences.json")


def heard(sentence: str) -> str:
    """The strongest emotion, or `neutral`."""
    weights = emotion_from_text(sentence).weights
    return EMOTIONS[weights.index(max(weights))] if any(weights) else "neutral"


def judge(sentence: str, wanted: list[str]) -> str:
    """`right`, `silent` or `wrong`."""
    answer = heard(sentence)
    if answer in (wanted or ["neutral"]):
        return "right"
    return "silent" if answer == "neutral" else "wrong"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print every sentence that was not heard right")
    list_them = parser.parse_args().list
    for part, rows in json.loads(SENTENCES.read_text("utf-8")).items():
        counts: Counter[str] = Counter()
        of_emotion: dict[str, Counter[str]] = {name: Counter() for name in (*EMOTIONS, "neutral")}
        for text, wanted in rows:
            verdict = judge(text, wanted)
            counts[verdict] += 1
            of_emotion[wanted[0] if wanted else "neutral"][verdict] += 1
            if list_them and verdict != "right":
                print(f"  {verdict:6} {heard(text):12} instead of {' or '.join(wanted) or 'neutral':26} {text}")
        share = f"{100 * counts['right'] / len(rows):.0f} %"
        print(
            f"{part}: {counts['right']}/{len(rows)} right ({share}), {counts['silent']} silent, {counts['wrong']} wrong"
        )
        print("  " + ", ".join(f"{name} {of['right']}/{of.total()}" for name, of in of_emotion.items()))


if __name__ == "__main__":
    main()
