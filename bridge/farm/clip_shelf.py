"""Clips that jobs name, under names that say their content: on another machine there is no file of that path."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from bridge.batch.job import SpeakJob
from engine.errors import BadPromptError


class ClipShelf:
    """Keeps where each content is, and reads a file once to know it."""

    def __init__(self) -> None:
        self._names: dict[Path, str] = {}
        self._files: dict[str, Path] = {}

    def packed(self, job: SpeakJob) -> SpeakJob:
        """The job with its clips named by content. Raises BadPromptError."""
        emotion = job.emotion
        if emotion.clip is not None:
            emotion = replace(emotion, clip=Path(self._name(emotion.clip)))
        return replace(job, timbre=Path(self._name(job.timbre)), emotion=emotion)

    def content(self, name: str) -> bytes:
        """Raises BadPromptError."""
        path = self._files[name]
        try:
            return path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from error

    def _name(self, clip: Path) -> str:
        if clip not in self._names:
            try:
                with clip.open("rb") as file:
                    name = f"{hashlib.file_digest(file, 'sha256').hexdigest()}{clip.suffix.lower()}"
            except OSError as error:
                raise _unreadable(clip, error) from error
            self._names[clip] = name
            self._files[name] = clip
        return self._names[clip]


def names_in(job: SpeakJob) -> list[str]:
    """Of the clips of a packed job."""
    clips = [job.timbre] if job.emotion.clip is None else [job.timbre, job.emotion.clip]
    return [clip.name for clip in clips]


def unpacked(job: SpeakJob, folder: Path) -> SpeakJob:
    """A packed job whose clips lie in `folder`."""
    emotion = job.emotion
    if emotion.clip is not None:
        emotion = replace(emotion, clip=folder / emotion.clip.name)
    return replace(job, timbre=folder / job.timbre.name, emotion=emotion)


def _unreadable(path: Path, error: OSError) -> BadPromptError:
    return BadPromptError(f"the clip {path} cannot be read: {error.strerror or error}")
