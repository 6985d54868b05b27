"""Finished jobs in a folder that all machines see: what a job is made of names its file, and a rename commits it.

So a job that was made once is not made again, neither when its worker dies before it has told, nor when the one that
asked for it has died.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from bridge.batch.job import SpeakJob, Spoken
from bridge.farm.fleet import About
from engine.types import Emotion, PhonemeTime, Phrase, Plan, WordTime

FORMAT = 1


def key_of(job: SpeakJob, about: About) -> str:
    """Hash of all that makes the samples of a job whose clips are named by content (bridge/farm/clip_shelf.py)."""
    values = [FORMAT, about.model_id, about.weights, about.device, asdict(replace(job, id=""))]
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


class ResultFolder:
    """Used by the workers, which write, and by the one that asked, which reads and clears away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, spoken: Spoken) -> None:
        """Keep a result that has audio. Raises OSError."""
        assert spoken.audio is not None
        path = self._path(key)
        path.parent.mkdir(exist_ok=True)
        values = asdict(replace(spoken, id="", audio=None, emotion=Emotion(spoken.emotion.weights)))
        unfinished = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
        try:
            with unfinished.open("wb") as file:
                np.savez(file, audio=spoken.audio, values=np.frombuffer(json.dumps(values).encode(), np.uint8))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def has(self, key: str) -> bool:
        return self._path(key).is_file()

    def get(self, key: str, job_id: str) -> Spoken | None:
        """None: it is not there, or damaged."""
        try:
            with self._path(key).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                values, audio = json.loads(stored["values"].tobytes()), stored["audio"]
            plan = dict(values["plan"])
            for name, kind in (("words", WordTime), ("phonemes", PhonemeTime), ("phrases", Phrase)):
                plan[name] = tuple(kind(**each) for each in plan[name])
            plan["warnings"] = tuple(plan["warnings"])
            emotion = Emotion(tuple(values["emotion"]["weights"]))
            return Spoken(**{**values, "id": job_id, "plan": Plan(**plan), "audio": audio, "emotion": emotion})
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
            self.forget(key)
            return None

    def forget(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.npz"
