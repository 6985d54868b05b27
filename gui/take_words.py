"""A take in words: one row of the list, and all that is known of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt6.QtCore import QCoreApplication

from bridge.cue import Line, LineState, Take
from gui.clip_facts import ClipFacts
from gui.cue_model import actual_seconds
from gui.wording import score_word, setting_word, state_word

translate = QCoreApplication.translate
SEPARATOR = "  ·  "


def best_take(line: Line | None) -> Take | None:
    """The take with the best scores; None where there is nothing to choose from, or all are alike."""
    ranked = line.ranked if line is not None else ()
    return ranked[0] if len(ranked) > 1 and ranked[0].penalty < ranked[-1].penalty else None


def row_text(line: Line, take: Take, clip: ClipFacts | None, different: Sequence[str]) -> str:
    """Two lines, and a third for `different`: the settings in which the takes of the line are not alike."""
    best, seconds = best_take(line), actual_seconds(take)
    marks = ["▶"] if take.state == LineState.PLAYING else []
    marks += ["✓"] if take.id == line.picked else []
    marks += [translate("takes", "locked")] if take.id == line.picked and line.locked else []
    marks += [translate("takes", "best")] if best is not None and take.id == best.id else []
    if take.state == LineState.RENDERING:
        length = f"{state_word(take.state)} {take.progress:.0%}"
    else:
        length = f"{seconds:.3f} s" if seconds is not None else state_word(take.state)
    name = take.id.rsplit("_", 1)[-1]
    text = translate("takes", "{take}   {length}   seed {seed}").format(
        take=" ".join([*marks, name]), length=length, seed=take.seed
    )
    if clip is None:
        return text
    facts = [f"{clip.loudness:.1f} LUFS"] if np.isfinite(clip.loudness) else [translate("takes", "silent")]
    facts += [translate("takes", "{n} clipped").format(n=clip.n_clipped)] if clip.n_clipped else []
    facts += [translate("takes", "{n} samples").format(n=f"{clip.length_error:+d}")] if clip.length_error else []
    facts.append(translate("takes", "{ms} ms lead").format(ms=f"{1000 * clip.leading_s:.0f}"))
    settings = [f"{setting_word(name)} {clip.settings.get(name, '?')}" for name in different if name != "text"]
    settings += [translate("takes", "other words")] if "text" in different else []
    return "\n".join(filter(None, (text, SEPARATOR.join(facts), SEPARATOR.join(settings))))


def settings_text(clip: ClipFacts) -> str:
    """What the take was made with, a line each."""
    return "\n".join(f"{setting_word(name)}: {value}" for name, value in clip.settings.items())


def all_facts(line: Line, take: Take, clip: ClipFacts | None) -> str:
    """In one line; what it is warned of is not among them."""
    facts = []
    if take.n_samples:
        facts.append(translate("takes", "{n} samples at {rate} Hz").format(n=take.n_samples, rate=take.rate))
    if clip is not None and clip.length_error:
        facts.append(translate("takes", "length error {n} samples").format(n=clip.length_error))
    elif clip is not None and clip.length_error is not None:
        facts.append(translate("takes", "exactly as long as asked"))
    if take.n_samples:
        how = translate("takes", "stretched x {n}") if line.cue.length else translate("takes", "length x {n}")
        facts.append(how.format(n=f"{take.stretch:.2f}"))
    if best_take(line) is not None and take in line.ranked:
        rank = translate("takes", "rank {n} of {all}").format(n=line.ranked.index(take) + 1, all=len(line.ranked))
        blamed = ", ".join(f"{score_word(score.name)} {score.text}" for score in take.scores if score.penalty)
        facts.append(f"{rank} ({blamed})" if blamed else rank)
    if clip is not None:
        facts.append(translate("takes", "peak {db} dB").format(db=f"{clip.peak_db:.1f}"))
        facts.append(
            translate("takes", "{n} samples clipped").format(n=clip.n_clipped)
            if clip.n_clipped
            else translate("takes", "nothing clipped")
        )
        facts.append(translate("takes", "{ms} ms before the voice").format(ms=f"{1000 * clip.leading_s:.0f}"))
    elif take.peak_db > float("-inf"):
        facts.append(translate("takes", "peak {db} dB").format(db=f"{take.peak_db:.1f}"))
    return SEPARATOR.join(facts)


def warnings_text(take: Take) -> str:
    """All that a take is warned of, in one line; empty where it is nothing."""
    return f"⚠ {SEPARATOR.join(take.warnings)}" if take.warnings else ""
