"""Drops on a thread of their own, so that rendering goes on while a project is rewritten."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from bridge import events
from bridge.drops import (
    AbletonLive,
    ArdourLive,
    ArdourSession,
    Audacity,
    DawProject,
    DropError,
    DropJob,
    DropReceipt,
    DropTarget,
    Exchange,
    FmodScript,
    ReaperLive,
    ReaperProject,
    ReaperWeb,
    WatchFolder,
    WwiseTable,
)
from bridge.journal import DropWish
from bridge.line_book import LineBook
from bridge.settings import Settings
from bridge.timeline import write_position
from bridge.version import VERSION

JOIN_S = 10.0
MAX_AT_ONCE = 200  # so that the first of many do not wait for the last

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
        self._put_back: DropOrder | None = None  # taken out of the queue too early
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
        while not self._closing.is_set():
            orders = self._waiting()
            results: dict[str, list[events.DropEnded]] = {order.take_id: [] for order in orders}
            for name, target in self._targets.items():
                for event in self._drop_all(name, target, [order for order in orders if name in order.wish.targets]):
                    results[event.take_id].append(event)
            for order in orders:
                ended = results[order.take_id] or [_nowhere(order)]
                self._book.dropped(order.take_id, ok=all(event.ok for event in ended))
                for event in ended:
                    self._publish(event)

    def _waiting(self) -> list[DropOrder]:
        """All orders that wait, but of each take only one; waits for the first. Empty: the worker is to end."""
        orders: dict[str, DropOrder] = {}
        while len(orders) < MAX_AT_ONCE:
            try:
                order = self._put_back or self._orders.get(block=not orders)
            except queue.Empty:
                break
            self._put_back = None
            if order is None:
                return []
            if order.take_id in orders:
                self._put_back = order
                break
            orders[order.take_id] = order
        return list(orders.values())

    def _drop_all(self, name: str, target: DropTarget, orders: list[DropOrder]) -> list[events.DropEnded]:
        """Into one project. Files that are rewritten as a whole take many at one stroke."""
        if isinstance(target, DawProject | Exchange) and len(orders) > 1:
            try:
                receipts = target.drop_all([order.job for order in orders])
                return [_ended(order, receipt) for order, receipt in zip(orders, receipts, strict=True)]
            except Exception as error:  # one of them does not go in: each by itself then, so that the others do
                _log.info("dropping %d takes into %s one by one: %s", len(orders), name, error)
        return [self._drop(name, target, order) for order in orders]

    def _drop(self, name: str, target: DropTarget, order: DropOrder) -> events.DropEnded:
        try:
            receipt = target.drop(order.job)
        except DropError as error:
            return events.DropEnded(order.line_id, order.take_id, name, "", "", False, str(error))
        except Exception as error:  # a broken project or disk ends this drop, not the daemon
            _log.exception("dropping %s into %s failed", order.take_id, name)
            text = f"{order.take_id} could not be dropped into {name}: {error or type(error).__name__}"
            return events.DropEnded(order.line_id, order.take_id, name, "", "", False, text)
        return _ended(order, receipt)


def targets_of(settings: Settings) -> dict[str, DropTarget]:
    """The drop targets of the settings, by name."""
    known: dict[str, DropTarget] = {
        "reaper_live": ReaperLive(settings.reaper_spool),
        "reaper_web": ReaperWeb(
            settings.reaper_spool, port=settings.reaper_web_port, command=settings.reaper_web_command
        ),
        "reaper_project": ReaperProject(settings.reaper_project, rate=settings.rate),
        "ardour_live": ArdourLive(
            settings.ardour_spool, osc_port=settings.ardour_osc_port, action=settings.ardour_action
        ),
        "ardour_session": ArdourSession(settings.ardour_session),
        "audacity": Audacity(),
        "ableton_live": AbletonLive(settings.ableton_port),
        "dawproject": DawProject(settings.dawproject, title=settings.project, version=VERSION),
        "exchange": Exchange(settings.exchange, title=settings.project, frames_at=settings.exchange_frame_rate),
        "wwise_table": WwiseTable(settings.data_folder / "projects" / "cuevox-wwise.txt", root=settings.wwise_root),
        "fmod_script": FmodScript(settings.data_folder / "projects" / "cuevox-fmod.js"),
        "watch_folder": WatchFolder(settings.watch_folder or settings.data_folder / "watch"),
    }
    return {name: known[name] for name in settings.drop_targets}


def _nowhere(order: DropOrder) -> events.DropEnded:
    text = (
        f"{order.take_id} goes into no project, since no drop target is set; name one as drop_targets in the settings"
    )
    return events.DropEnded(order.line_id, order.take_id, "", "", "", False, text)


def _ended(order: DropOrder, receipt: DropReceipt) -> events.DropEnded:
    where = write_position(receipt.where)
    text = f"on track {receipt.track} at {where}"
    return events.DropEnded(order.line_id, order.take_id, receipt.target, where, receipt.verified, True, text)
