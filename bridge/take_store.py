"""Takes on disk: a Broadcast WAV clip, and beside it a JSON with all that is needed to make the clip again."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bridge import clip_name
from bridge.cue import Cue
from bridge.drops.base import resample_position
from bridge.emotion_source import weights_of
from bridge.errors import BridgeError
from bridge.files import resolve_inside, safe_name, write_atomic
from bridge.ixml import ClipMetadata, Marker
from bridge.journal import cue_values
from bridge.loudness import Loudness, measure
from bridge.timeline import write_length, write_position
from bridge.version import VERSION
from bridge.wav import read_metadata, write_wav
from engine.types import Audio, Emotion, Plan

LANGUAGE = "en"  # all that the voices speak


class DiskError(BridgeError):
    """A clip that could not be written."""

    code = "disk_failed"


@dataclass(frozen=True)
class Provenance:
    """How a take was made, beside what its cue and its plan say."""

    take_id: str
    seed: int
    model_id: str
    timbre_name: str
    timbre_sha256: str  # of the clip the timbre was learnt from
    emotion: Emotion  # as it was used, the cue's weight already in it
    emotion_sha256: str = ""  # of the emotion clip, where one was given
    consent: str = ""  # of the timbre's speaker, as its preset has it
    parent: str = ""  # id of the take that this one is a change of
    numbers: tuple[int, int] = (1, 1)  # of the line, and of the take within it


class TakeStore:
    """Writes FOLDER/CHARACTER/TAKE.wav, or as the template says, and a .json beside. Never over another take's file."""

    def __init__(self, folder: Path, *, depth: int, project: str, name: str = clip_name.DEFAULT) -> None:
        """`depth`: bits a sample, 16, 24 or 32 (float). `name`: template of a clip's name, without `.wav`."""
        self.folder = folder
        self._name = name
        self._depth = depth
        self._project = project

    def write(self, cue: Cue, plan: Plan, audio: Audio, made: Provenance, *, handles: tuple[int, int] = (0, 0)) -> Path:
        """Audio (plan.n_samples,) at plan.rate -> the clip's path. `handles`: samples of silence before and after.

        The stamp moves with the handle before: the speech part lies where it was asked for.

        Raises DiskError, BadArgumentError, and RefusedError when a link leads out of the folder. Both files are there
        afterwards or neither is.
        """
        created = time.strftime("%Y-%m-%dT%H:%M:%S")
        try:
            path = self._place(cue, made, created)
            resolve_inside(self.folder, path.parent.relative_to(self.folder))
            level = measure(audio, plan.rate)
            metadata = self._metadata(cue, plan, made, created, level, handles[0])
            n_clipped = write_wav(path, audio, plan.rate, self._depth, metadata)
            values = self._values(cue, plan, made, created, handles)
            values["sound"] = {"peak_db": peak_db(audio), "clipped_samples": n_clipped, **asdict(level)}
            try:
                write_atomic(
                    path.with_suffix(".json"), (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode()
                )
            except OSError:
                path.unlink(missing_ok=True)  # a clip that does not say how it was made belongs to nobody
                raise
        except OSError as error:
            raise DiskError(
                f"{made.take_id} could not be written to {self.folder}: {error.strerror or error}; "
                "look for space on the disk and for its rights, then render the line again"
            ) from error
        return path

    def _place(self, cue: Cue, made: Provenance, created: str) -> Path:
        take_id = made.take_id
        values: dict[str, str | int] = {
            "project": self._project,
            "character": cue.character or "Cuevox",
            "line": cue.id,
            "take": take_id,
            "timbre": made.timbre_name,
            "emotion": cue.emotion,
            "seed": str(made.seed),
            "date": created.partition("T")[0],
            "line_number": made.numbers[0],
            "take_number": made.numbers[1],
        }
        place = self.folder / clip_name.fill(self._name, values)
        path = place.with_name(f"{place.name}.wav")
        # Two ids may give one file name, and on some disks names that differ only in case are one.
        if safe_name(take_id) == take_id and (not path.exists() or _take_in(path) == take_id):
            return path
        return place.with_name(f"{place.name}-{hashlib.sha256(take_id.encode('utf-8', 'replace')).hexdigest()[:8]}.wav")

    def _metadata(
        self, cue: Cue, plan: Plan, made: Provenance, created: str, level: Loudness, lead: int
    ) -> ClipMetadata:
        place = 0 if cue.at is None else resample_position(cue.at.sample, cue.at.rate, plan.rate) - lead
        return ClipMetadata(
            line=cue.id,
            take=made.take_id,
            text=cue.text,
            originator=f"Cuevox {VERSION}",
            project=self._project,
            character=cue.character,
            timbre=made.timbre_name,
            emotion=cue.emotion,
            intensity=cue.weight,
            language=LANGUAGE,
            seed=made.seed,
            model=made.model_id,
            created=created,
            time_reference=place,
            loudness_lufs=level.integrated_lufs,
            loudness_range_lu=level.range_lu,
            true_peak_dbtp=level.true_peak_dbtp,
            max_momentary_lufs=level.max_momentary_lufs,
            max_short_term_lufs=level.max_short_term_lufs,
            markers=tuple(Marker(round(word.start_s * plan.rate), word.word) for word in plan.words),
        )

    def _values(self, cue: Cue, plan: Plan, made: Provenance, created: str, handles: tuple[int, int]) -> dict[str, Any]:
        return {
            "format": 1,
            "program": f"Cuevox {VERSION}",
            "model": made.model_id,
            "generated": True,
            "created": created,
            "line": cue.id,
            "take": made.take_id,
            "parent": made.parent,
            "text": cue.text,
            "character": cue.character,
            "timbre": {"name": made.timbre_name, "clip_sha256": made.timbre_sha256, "consent": made.consent},
            "emotion": {
                "given": cue.emotion,
                "weight": cue.weight,
                "weights": weights_of(made.emotion),
                "clip_sha256": made.emotion_sha256,
            },
            "seed": made.seed,
            "at": None if cue.at is None else write_position(cue.at),
            "length": {
                "asked": None if cue.length is None else write_length(cue.length),
                "speed": cue.speed,
                "samples": plan.n_samples,
                "handles": list(handles),
                "natural_samples": plan.natural_samples,
                "stretch": plan.stretch,
            },
            "rate": plan.rate,
            "depth": self._depth,
            "words_are_estimated": plan.words_are_estimated,
            "words": [{"word": w.word, "start_s": w.start_s, "end_s": w.end_s} for w in plan.words],
            "phonemes": [{"phoneme": p.phoneme, "start_s": p.start_s, "end_s": p.end_s} for p in plan.phonemes],
            "warnings": list(plan.warnings),
            "cue": cue_values(cue),
        }


def peak_db(audio: Audio) -> float | None:
    """Of full scale; None: silence."""
    peak = float(np.abs(audio).max(initial=0.0))
    return 20 * float(np.log10(peak)) if peak > 0 else None


def _take_in(path: Path) -> str:
    """Which take a clip is of; empty when it cannot be told."""
    try:
        return read_metadata(path).take
    except (BridgeError, OSError):
        return ""
