"""The blocks of a line that is still being rendered, from the render worker to the player."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Self

from engine.types import Audio


class LiveFeed(Iterator[Audio]):
    """One side puts blocks and ends the feed, the other takes them and waits for the next.

    It holds the whole sound at most, a few megabytes, so that a slow listener never slows the render down.
    """

    def __init__(self) -> None:
        self._blocks: queue.SimpleQueue[Audio | None] = queue.SimpleQueue()
        self._closed = False
        self._hold_s = 0.0
        self._is_whole = threading.Event()  # nobody has to wait any more

    def hold(self, seconds: float) -> None:
        """Give the first block out so much later than it comes, or when the sound is whole. Called before any comes."""
        self._hold_s = seconds

    def put(self, block: Audio) -> None:
        if not self._closed:
            self._blocks.put(block)

    def end(self) -> None:
        """No more blocks come."""
        self._is_whole.set()
        self._blocks.put(None)

    def close(self) -> None:
        """Nobody listens any more. Called by the player."""
        self._closed = True
        self._is_whole.set()
        self._blocks.put(None)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Audio:
        block = None if self._closed else self._blocks.get()
        if block is None:
            self._closed = True
            raise StopIteration
        if self._hold_s > 0:
            self._is_whole.wait(self._hold_s)
            self._hold_s = 0.0
        return block
