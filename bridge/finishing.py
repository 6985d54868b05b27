"""What is done to a clip after the voice has made it: trim, loudness, fades, handles.

The length that was asked for is the length of the speech part and stays exact: only handles make a file longer, and a
line of a given length is not trimmed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from bridge.cue import Cue, Finish
from bridge.drops.base import resample_position
from bridge.loudness import levelled
from bridge.speech_span import find_speech
from engine.types import Audio, PhonemeTime, Plan, WordTime

Timed = TypeVar("Timed", WordTime, PhonemeTime)
KEPT_S = 0.02  # that a trim leaves before and after the words, so that no breath or ending is cut


@dataclass(frozen=True)
class Finished:
    """A clip as it goes to the disk. `plan` is of the whole file: its length, and its words counted from its start."""

    audio: Audio  # (plan.n_samples,) at plan.rate
    plan: Plan
    lead: int = 0  # samples of silence before the speech part (the handle)
    tail: int = 0  # and after it


def finished(cue: Cue, plan: Plan, audio: Audio, finish: Finish) -> Finished:
    """Audio (plan.n_samples,) at plan.rate, as the voice made it -> the clip."""
    if finish.trim and cue.length is None:
        plan, audio = _trimmed(plan, audio)
    audio = levelled(audio, plan.rate, finish.loudness_lufs, finish.peak_dbtp)
    audio = _faded(audio, *(_samples(ms, plan.rate) for ms in finish.fades_ms))
    lead, tail = (_samples(ms, plan.rate) for ms in finish.handles_ms)
    if cue.at is not None:  # nothing can stick out before the start of a timeline
        lead = min(lead, resample_position(cue.at.sample, cue.at.rate, plan.rate))
    if lead or tail:
        audio = np.pad(audio, (lead, tail))
        plan = _shifted(plan, lead, len(audio))
    return Finished(audio, plan, lead, tail)


def _samples(ms: int, rate: int) -> int:
    return (2 * ms * rate + 1000) // 2000


def _trimmed(plan: Plan, audio: Audio) -> tuple[Plan, Audio]:
    speech = find_speech(audio, plan.rate)
    if speech is None:
        return plan, audio
    kept = round(KEPT_S * plan.rate)
    start, end = max(0, speech.start - kept), min(len(audio), speech.end + kept)
    return _shifted(plan, -start, end - start), audio[start:end]


def _faded(audio: Audio, n_in: int, n_out: int) -> Audio:
    """With the rise and fall of half a cosine, each at most half of the clip."""
    faded = audio.copy()
    for n, part in ((n_in, slice(None, None, 1)), (n_out, slice(None, None, -1))):
        n = min(n, len(audio) // 2)
        view = faded[part][:n]
        view *= (0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / max(1, n))).astype(np.float32)
    return faded


def _shifted(plan: Plan, n_samples_later: int, n_samples: int) -> Plan:
    shift_s, end_s = n_samples_later / plan.rate, n_samples / plan.rate

    def later(time: Timed) -> Timed:
        start_s, stop_s = (min(max(0.0, s + shift_s), end_s) for s in (time.start_s, time.end_s))
        return replace(time, start_s=start_s, end_s=stop_s)

    return replace(
        plan,
        n_samples=n_samples,
        words=tuple(later(word) for word in plan.words),
        phonemes=tuple(later(phoneme) for phoneme in plan.phonemes),
    )
