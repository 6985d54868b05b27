"""Hands events to subscribers on one thread, in the order in which they were published."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Self

from bridge.events import Event

_log = logging.getLogger(__name__)


class EventHub:
    """Publishing never waits for a subscriber: a slow or broken one delays the others, but no render and no reply."""

    def __init__(self, on_tick: Callable[[], None], *, tick_s: float = 0.5) -> None:
        """`on_tick` is called on the hub's thread every `tick_s` seconds."""
        self._on_tick = on_tick
        self._tick_s = tick_s
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._callbacks: tuple[Callable[[Event], None], ...] = ()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback` with every event from now on. -> a function that ends it."""
        entry = _Entry(callback)
        with self._lock:
            self._callbacks = (*self._callbacks, entry)

        def unsubscribe() -> None:
            with self._lock:
                self._callbacks = tuple(c for c in self._callbacks if c is not entry)

        return unsubscribe

    def publish(self, event: Event) -> None:
        self._events.put(event)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """What was published until now is still handed out."""
        self._events.put(None)
        self._thread.join(5.0)

    def _run(self) -> None:
        next_tick = time.monotonic() + self._tick_s
        while True:
            try:
                event = self._events.get(timeout=max(0.0, next_tick - time.monotonic()))
            except queue.Empty:
                next_tick = time.monotonic() + self._tick_s
                self._on_tick()
                continue
            if event is None:
                return
            for callback in self._callbacks:
                try:
                    callback(event)
                except Exception:  # a subscriber's fault must not silence the others
                    _log.exception("a subscriber failed at %s", type(event).__name__)


class _Entry:
    """One subscription; the same callback may subscribe twice."""

    def __init__(self, callback: Callable[[Event], None]) -> None:
        self._callback = callback

    def __call__(self, event: Event) -> None:
        self._callback(event)
