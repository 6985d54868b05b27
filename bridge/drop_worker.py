"""Drops on a thread of their own, so that rendering goes on while a project is rewritten."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Self, TypeVar

from bridge import events
from bridge.cue import LineState
from bridge.drop_order import DropOrder, order_of
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
    Probe,
    ProToolsLive,
    ReaperLive,
    ReaperProject,
    ReaperWeb,
    WatchFolder,
    WwiseTable,
)
from bridge.journal import Drop, DropWish
from bridge.line_book import LineBook
from bridge.settings import Settings
from bridge.timeline import write_position
from bridge.version import VERSION

JOIN_S = 10.0
MAX_AT_ONCE = 200  # so that the first of many do not wait for the last

_log = logging.getLogger(__name__)


Answer = TypeVar("Answer")


@dataclass(frozen=True)
class _Question:
    """Something else that only the owner of the targets may do. Sets the result itself."""

    ask: Callable[[], None]


class DropWorker:
    """A context manager; owns the drop targets."""

    def __init__(
        self, targets: Mapping[str, DropTarget], book: LineBook, publish: Callable[[events.Event], None]
    ) -> None:
        self._targets, self._book, self._publish = targets, book, publish
        self._orders: queue.SimpleQueue[DropOrder | _Question | None] = queue.SimpleQueue()
        self._put_back: DropOrder | _Question | None = None  # taken out of the queue too early
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drop", daemon=True)

    def put(self, order: DropOrder) -> None:
        """Each target's DropEnded follows; then the take is dropped, or ready again when one of them failed."""
        self._book.dropping(order.take_id, order.wish)
        self._orders.put(order)

    def probe(self) -> Future[dict[str, Probe]]:
        """Whether each target is ready, and for people why (not). The answer comes from the worker's thread."""
        return self._ask(lambda: {name: target.probe() for name, target in self._targets.items()})

    def undo(self, line_id: str, target: str | None) -> Future[tuple[str, tuple[str, ...]]]:
        """Take the last drop of a line out again, wherever it went; the last one into `target` when that is named.

        -> the take, and the targets it is out of. The answer is a DropError when it is not out of all of them.
        """
        return self._ask(lambda: self._undo(line_id, target))

    def _ask(self, work: Callable[[], Answer]) -> Future[Answer]:
        answer: Future[Answer] = Future()

        def ask() -> None:
            try:
                answer.set_result(work())
            except Exception as error:  # the asker's to tell
                answer.set_exception(error)

        self._orders.put(_Question(ask))
        return answer

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
            if isinstance(orders, _Question):
                orders.ask()
                continue
            orders = [order for order in orders if not self._keep_out(order)]
            results: dict[str, list[events.DropEnded]] = {order.take_id: [] for order in orders}
            for name, target in self._targets.items():
                for event in self._drop_all(name, target, [order for order in orders if name in order.wish.targets]):
                    results[event.take_id].append(event)
            for order in orders:
                ended = results[order.take_id] or [_nowhere(order)]
                good = [event.target for event in ended if event.ok]
                self._book.dropped(order.take_id, ok=len(good) == len(ended), into=good)
                for event in ended:
                    self._publish(event)

    def _keep_out(self, order: DropOrder) -> bool:
        """What is locked stays as it is in the projects too: a take that came after its final one does not go there."""
        final = self._book.final_instead(order.take_id)
        if final:
            text = (
                f"line {order.line_id!r} is locked at take {final!r}, so {order.take_id} did not go into the project; "
                "unlock the line, pick the take and drop it"
            )
            self._book.dropped(order.take_id, ok=False)
            for name in order.wish.targets or ("",):
                self._publish(events.DropEnded(order.line_id, order.take_id, name, "", "", False, text))
        return bool(final)

    def _undo(self, line_id: str, target: str | None) -> tuple[str, tuple[str, ...]]:
        drops = [drop for drop in self._drops_of(line_id) if drop.target in self._targets]
        last = max((drop.number for drop in drops), default=0)
        drops = [drop for drop in drops if (drop.number == last if target is None else drop.target == target)]
        if not drops:
            raise DropError(f"line {line_id!r} is not in {target or ', '.join(self._targets)}; drop it first")
        failures, undone = [], []
        for drop in drops:
            try:
                self._targets[drop.target].undo(self._job_of(drop))
                undone.append(drop.target)
            except Exception as error:  # a broken project ends this, not the daemon
                failures.append(f"{drop.target}: {error or type(error).__name__}")
        self._book.taken_out(line_id, undone)
        if failures:
            raise DropError(f"{drops[-1].take} was not taken out: {'; '.join(failures)}")
        return drops[-1].take, tuple(undone)

    def _drops_of(self, line_id: str) -> tuple[Drop, ...]:
        """What is known to lie in projects; a line of an older journal is looked for at its own place."""
        line, drops = self._book.line(line_id), self._book.drops_of(line_id)
        take = line.picked_take
        if drops or take is None or take.state is not LineState.DROPPED:
            return drops
        return tuple(Drop(name, take.id, line.cue.at, 0) for name in self._targets)

    def _job_of(self, drop: Drop) -> DropJob:
        take = self._book.take(drop.take)
        if take.path is None:
            raise DropError(f"the clip of {take.id} is gone; bring it back and start again")
        return order_of(take, self._book.cue_of(take.id), DropWish((drop.target,), drop.at)).job

    def _waiting(self) -> list[DropOrder] | _Question:
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
            if isinstance(order, _Question):
                if not orders:
                    return order
                self._put_back = order
                break
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
        "pro_tools": ProToolsLive(settings.pro_tools_port),
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
