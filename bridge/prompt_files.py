"""Encoded prompts kept on disk by the content of their clips, so that a voice is encoded once and not at each start.

A file is safetensors: named arrays, and in its metadata the value's own key and the model that encoded it. A file that
cannot be read counts as none: the clip is encoded again.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from bridge.files import write_atomic
from engine.types import Emotion, EmotionPrompt, Timbre

MAX_BYTES = 500_000_000  # of all files; the official model's timbres have up to 4 MB each

_log = logging.getLogger(__name__)

Arrays = dict[str, NDArray[np.float32]]


class PromptFiles:
    """What one model made of clips. The files used longest ago go first when there are too many."""

    def __init__(self, folder: Path | None, model_id: str, *, max_bytes: int = MAX_BYTES) -> None:
        """folder: None for one that keeps nothing."""
        self._folder, self._model_id, self._max_bytes = folder, model_id, max_bytes

    def timbre(self, sha256: str) -> Timbre | None:
        """The timbre of the clip with that content, if it was kept."""
        found = self._read("timbre", sha256)
        return None if found is None else Timbre(found[1], found[0])

    def emotion(self, sha256: str) -> Emotion | None:
        """The emotion of the clip with that content, if it was kept."""
        found = self._read("emotion", sha256)
        if found is None or "weights" not in found[0]:
            return None
        arrays, key = found
        prompt = EmotionPrompt(key, arrays["embedding"]) if "embedding" in arrays else None
        return Emotion(tuple(float(weight) for weight in arrays["weights"]), prompt)

    def keep_timbre(self, sha256: str, timbre: Timbre) -> None:
        self._write("timbre", sha256, dict(timbre.tensors), timbre.key)

    def keep_emotion(self, sha256: str, emotion: Emotion) -> None:
        arrays: Mapping[str, NDArray[np.generic]] = {"weights": np.array(emotion.weights, np.float64)}
        if emotion.prompt is not None:
            arrays = {**arrays, "embedding": emotion.prompt.embedding}
        self._write("emotion", sha256, arrays, emotion.prompt.key if emotion.prompt else "")

    def _path(self, folder: Path, kind: str, sha256: str) -> Path:
        name = hashlib.sha256(f"{kind} {sha256} {self._model_id}".encode()).hexdigest()[:32]
        return folder / f"{name}.safetensors"

    def _read(self, kind: str, sha256: str) -> tuple[Arrays, str] | None:
        if self._folder is None:
            return None
        path = self._path(self._folder, kind, sha256)
        try:
            with safe_open(path, "np") as file:
                told = file.metadata() or {}
                if told.get("model") != self._model_id:
                    return None
                arrays = {name: file.get_tensor(name) for name in file.keys()}
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, SafetensorError) as error:
            _log.warning("%s cannot be read (%s); the clip is encoded again", path.name, error)
            return None
        return arrays, told.get("key", "")

    def _write(self, kind: str, sha256: str, arrays: Mapping[str, NDArray[np.generic]], key: str) -> None:
        if self._folder is None:
            return
        content = save({n: np.ascontiguousarray(a) for n, a in arrays.items()}, {"model": self._model_id, "key": key})
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomic(self._path(self._folder, kind, sha256), content)
            self._make_room(self._folder)
        except OSError as error:  # a full disk costs the next start some time, not this line
            _log.warning("an encoded prompt cannot be kept: %s", error)

    def _make_room(self, folder: Path) -> None:
        files = sorted(((p.stat(), p) for p in folder.glob("*.safetensors")), key=lambda f: -f[0].st_mtime_ns)
        used = 0
        for stat, path in files:
            used += stat.st_size
            if used > self._max_bytes:
                path.unlink(missing_ok=True)
