"""A farm as a batch sees it: a LineRenderer."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from bridge.batch.job import SpeakJob, Spoken
from bridge.batch.many import TOGETHER, of_like_length
from bridge.batch.speak import failed
from bridge.farm.clip_shelf import ClipShelf
from bridge.farm.dispatch import Dispatcher
from bridge.farm.fleet import About, Fleet
from bridge.farm.results import ResultFolder, key_of
from engine.errors import EngineError


class FarmRenderer:
    """A context manager, which ends the workers."""

    def __init__(
        self,
        fleet: Fleet,
        shelf: ClipShelf,
        *,
        least: int = 1,
        most: int | None = None,
        shared: Path | None = None,
        n_together: int = TOGETHER,
    ) -> None:
        """shelf: of the clips, from which the fleet takes them, too. least, most: workers, see Dispatcher.

        shared: a folder that all workers see, for the results. n_together: jobs of a batch.
        """
        self.dispatcher = Dispatcher(fleet, least=least, most=most)
        self._shelf = shelf
        self._results = None if shared is None else ResultFolder(shared)
        self._n_together = n_together
        self._keys: dict[str, str] = {}  # job id -> key in the shared folder
        self.n_found = 0  # results that lay in the shared folder from before

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.dispatcher.close()

    @property
    def model_id(self) -> str:
        return self.dispatcher.about().model_id

    def render(self, jobs: Iterable[SpeakJob], cancelled: threading.Event) -> Iterator[Spoken]:
        """As LineRenderer. A result leaves the shared folder when the next one is asked for: then it is kept."""
        about = self.dispatcher.about()
        known: list[Spoken] = []  # results that no worker is needed for
        batches = self._to_do(jobs, about, known)
        for spoken in self.dispatcher.run(batches, cancelled):
            yield from self._handed_on(known)
            yield from self._handed_on([self._fetched(spoken)])
        yield from self._handed_on(known)

    def _to_do(self, jobs: Iterable[SpeakJob], about: About, known: list[Spoken]) -> Iterator[list[SpeakJob]]:
        """Batches for the workers; what is known without them goes to `known`."""
        for batch in of_like_length(jobs, self._n_together):
            left: list[SpeakJob] = []
            for job in batch:
                try:
                    packed = self._shelf.packed(job)
                except EngineError as error:
                    known.append(failed(job, error))
                    continue
                found = None
                if self._results is not None:
                    self._keys[job.id] = key_of(packed, about)
                    found = self._results.get(self._keys[job.id], job.id)
                if found is None:
                    left.append(packed)
                else:
                    self.n_found += 1
                    known.append(found)
            yield left

    def _fetched(self, spoken: Spoken) -> Spoken:
        """A result with its audio."""
        if self._results is None or spoken.error or spoken.audio is not None:
            return spoken
        found = self._results.get(self._keys[spoken.id], spoken.id)
        if found is not None:
            return found
        text = (
            f"the result of {spoken.id} is not in {self._results.folder}; give --shared a folder that all machines see"
        )
        return Spoken(spoken.id, error_code="farm_failed", error=text)

    def _handed_on(self, several: list[Spoken]) -> Iterator[Spoken]:
        while several:
            spoken = several.pop(0)
            yield spoken
            key = self._keys.pop(spoken.id, "")
            if key and self._results is not None:
                self._results.forget(key)
