"""What runs on a worker's machine: it holds the voice, takes batches, and hands back one result at a time."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import tempfile
import weakref
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from bridge.batch.job import SpeakJob, Spoken
from bridge.batch.many import speak_many
from bridge.batch.speak import failed
from bridge.farm.clip_shelf import unpacked
from bridge.farm.fleet import About
from bridge.farm.results import ResultFolder, key_of
from bridge.prompt_cache import PromptCache
from engine import load_voice
from engine.checkpoint import EMBEDDED
from engine.device import device_class, use_threads
from engine.errors import EngineError
from engine.types import SynthesizerLike

CLIPS = "cuevox-worker-"  # folders of clips in the folder for temporary things, by process


class Worker:
    """One process, one thread, one voice. An actor of Ray, though nothing here knows it."""

    def __init__(self, model_folder: str | None = None, shared: str | None = None, threads: int = 1) -> None:
        self._model_folder, self._threads = model_folder, threads
        self._results = None if shared is None else ResultFolder(Path(shared))
        _clear_after_the_dead()
        self._clips = Path(tempfile.mkdtemp(prefix=f"{CLIPS}{os.getpid()}-"))
        weakref.finalize(self, shutil.rmtree, self._clips, ignore_errors=True)
        self._prompts: PromptCache | None = None
        self._batches: deque[Iterator[Spoken]] = deque()
        self._about: About | None = None

    def about(self) -> About:
        """Loads the voice."""
        host = f"{socket.gethostname()} (process {os.getpid()})"
        try:
            use_threads(self._threads)
            voice = self._load()
        except Exception as error:  # whoever started it is to know
            return About("", "", "", host, problem=f"{host}: {error or type(error).__name__}")
        self._prompts = PromptCache(voice)
        self._about = About(voice.model_id, self._weights(), device_class(), host)
        return self._about

    def begin(self, jobs: Sequence[SpeakJob], clips: Mapping[str, bytes]) -> None:
        """A batch behind those that it has. clips: content by name, of those it has not had yet."""
        for name, content in clips.items():
            (self._clips / name).write_bytes(content)
        self._batches.append(self._made([unpacked(job, self._clips) for job in jobs]))

    def take(self) -> Spoken:
        """The next result. With a shared folder its audio lies there."""
        while self._batches:
            result = next(self._batches[0], None)
            if result is not None:
                return result
            self._batches.popleft()
        raise EngineError("a result was asked for that no batch has")

    def _made(self, jobs: Sequence[SpeakJob]) -> Iterator[Spoken]:
        """Exactly one result a job."""
        assert self._prompts is not None, "about() comes first"
        left = {job.id: job for job in jobs}
        for spoken in self._found(jobs):
            del left[spoken.id]
            yield spoken
        for spoken in speak_many(list(left.values()), self._prompts):
            yield self._kept(left.pop(spoken.id), spoken)
        for job in left.values():
            yield failed(job, EngineError(f"the voice gave nothing for {job.id}"))

    def _found(self, jobs: Sequence[SpeakJob]) -> Iterator[Spoken]:
        """What another worker has made already, and died before it could tell."""
        for job in jobs if self._results is not None else ():
            if self._results is not None and self._results.has(self._key(job)):
                yield Spoken(job.id)

    def _kept(self, job: SpeakJob, spoken: Spoken) -> Spoken:
        if self._results is None or spoken.error:
            return spoken
        try:
            self._results.put(self._key(job), spoken)
        except OSError as error:
            text = f"{spoken.id} could not be written to {self._results.folder}: {error.strerror or error}"
            return Spoken(spoken.id, error_code="disk_failed", error=text)
        return Spoken(spoken.id)

    def _key(self, job: SpeakJob) -> str:
        assert self._about is not None
        return key_of(unpacked(job, Path()), self._about)

    def _load(self) -> SynthesizerLike:
        return load_voice.load(None if self._model_folder is None else Path(self._model_folder))

    def _weights(self) -> str:
        """Hash of the voice's files, so that two machines with different ones are seen."""
        digest = hashlib.sha256()
        root = EMBEDDED if self._model_folder is None else Path(self._model_folder)
        for path in sorted(each for each in root.rglob("*") if each.is_file()):
            digest.update(path.relative_to(root).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]


def _clear_after_the_dead() -> None:
    """Workers that are not needed any more are killed, and cannot clear away their clips themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{CLIPS}*-*"):
        pid = folder.name.removeprefix(CLIPS).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
