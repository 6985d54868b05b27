"""Drops on a thread of their own, so that rendering goes on while a project is rewritten."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from bridge import events
from bridge.drops import DropError, DropJob, DropReceipt, DropTarget
from bridge.journal import DropWish
from bridge.line_book import LineBook
from bridge.timeline import write_position

JOIN_S = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DropOrder:
    """A take that is to go into one or more projects."""

    line_id: str
    take_id: str
    job: DropJob
    wish: DropWish


class DropWorker:
    """A context manager; owns the drop targets."""

    def __init__(
        self, targets: Mapping[str, DropTarget], book: LineBook, publish: Callable[[events.Event], None]
    ) -> None:
        self._targets, self._book, self._publish = targets, book, publish
        self._orders: queue.SimpleQueue[DropOrder | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drop", daemon=True)

    def put(self, order: DropOrder) -> None:
        """Each target's DropEnded follows; then the take is dropped, or ready again when one of them failed."""
        self._book.dropping(order.take_id, order.wish)
        self._orders.put(order)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """The drop that is going on ends; those that wait are done after the next start."""
        self._closing.set()
        self._orders.put(None)
        self._thread.join(JOIN_S)

    def _run(self) -> None:
        while (order := self._orders.get()) is not None and not self._closing.is_set():
            results = [self._drop(order, name) for name in order.wish.targets] or [_nowhere(order)]
            self._book.dropped(order.take_id, ok=all(event.ok for event in results))
            for event in results:
                self._publish(event)

    def _drop(self, order: DropOrder, name: str) -> events.DropEnded:
        try:
            receipt = self._targets[name].drop(order.job)
        except DropError as error:
            return events.DropEnded(order.line_id, order.take_id, name, "", "", False, str(error))
        except Exception as error:  # a broken project or disk ends this drop, not the daemon
            _log.exception("dropping %s into %s failed", order.take_id, name)
            text = f"{order.take_id} could not be dropped into {name}: {error or type(error).__name__}"
            return events.DropEnded(order.line_id, order.take_id, name, "", "", False, text)
        return _ended(order, receipt)


def _nowhere(order: DropOrder) -> events.DropEnded:
    text = (
        f"{order.take_id} goes into no project, since no drop target is set; name one as drop_targets in the settings"
    )
    return events.DropEnded(order.line_id, order.take_id, "", "", "", False, text)


def _ended(order: DropOrder, receipt: DropReceipt) -> events.DropEnded:
    where = write_position(receipt.where)
    text = f"on track {receipt.track} at {where}"
    return events.DropEnded(order.line_id, order.take_id, receipt.target, where, receipt.verified, True, text)
