"""Everything that a daemon told, and a way to wait for what a test needs without sleeping."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from bridge.events import Event, TakeEnded
from tests.fakes import WAIT_S

Kind = TypeVar("Kind", bound=Event)


class EventLog:
    """A subscriber: `daemon.subscribe(log)`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._events: list[Event] = []

    def __call__(self, event: Event) -> None:
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    def all(self, kind: type[Kind]) -> list[Kind]:
        with self._changed:
            return [event for event in self._events if isinstance(event, kind)]

    def wait_for(self, kind: type[Kind], is_it: Callable[[Kind], bool] = lambda event: True) -> Kind:
        """The first event of that kind that is it, past or to come."""
        found: list[Kind] = []

        def look() -> bool:
            found[:] = [event for event in self._events if isinstance(event, kind) and is_it(event)]
            return bool(found)

        with self._changed:
            if not self._changed.wait_for(look, WAIT_S):
                raise TimeoutError(f"no such {kind.__name__}; there were: {self._events}")
            return found[0]

    def ending(self, take_id: str) -> TakeEnded:
        return self.wait_for(TakeEnded, lambda event: event.take_id == take_id)
