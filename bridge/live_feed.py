"""The blocks of a line that is still being rendered, from the render worker to the player."""

from __future__ import annotations

import queue
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

    def put(self, block: Audio) -> None:
        if not self._closed:
            self._blocks.put(block)

    def end(self) -> None:
        """No more blocks come."""
        self._blocks.put(None)

    def close(self) -> None:
        """Nobody listens any more. Called by the player."""
        self._closed = True
        self._blocks.put(None)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Audio:
        block = None if self._closed else self._blocks.get()
        if block is None:
            self._closed = True
            raise StopIteration
        return block
