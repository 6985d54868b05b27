"""What the daemon tells, and what goes wrong here: into the log, the bar and the count beside the word Log."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from bridge import events
from gui.asking import Failure
from gui.link import DaemonLink
from gui.log_page import LogPage
from gui.page_rail import PageRail
from gui.transport_bar import TransportBar

CANCELLED = "cancelled"  # code of the ending of a take that nobody wants any more: no error


class Announcer(QObject):
    """An error counts as unseen until the log was shown."""

    def __init__(self, link: DaemonLink, log: LogPage, bar: TransportBar, rail: PageRail) -> None:
        super().__init__(log)
        self._log, self._bar, self._rail = log, bar, rail
        self._n_unseen = 0
        link.problem.connect(self._problem)
        link.failed.connect(self._failed)
        link.warned.connect(lambda e: log.add("warning", f"{e.source}: {e.text}"))
        link.take_ended.connect(self._take_ended)
        link.drop_ended.connect(self._drop_ended)
        link.play_ended.connect(self._play_ended)

    def show_error(self, text: str, for_log: str) -> None:
        """text: for people, in one line as far as it goes. for_log: all that is known."""
        self._log.add("error", for_log)
        self._bar.show_error(text)
        if not self._log.isVisible():
            self._n_unseen += 1
            self._rail.show_unseen(self._n_unseen)

    def seen(self) -> None:
        """The log is shown."""
        self._n_unseen = 0
        self._rail.show_unseen(0)
        self._bar.clear_error()

    def _problem(self, error: events.ErrorRaised) -> None:
        self.show_error(error.text, f"{error.source} {error.code}: {error.text}")

    def _failed(self, failure: Failure) -> None:
        self.show_error(failure.text, f"{failure.what} {failure.code}: {failure.text}")

    def _take_ended(self, event: events.TakeEnded) -> None:
        text = f"{event.take_id} {event.code}: {event.text}"
        if event.ok or event.code == CANCELLED:
            self._log.add("take", text)
        else:
            self.show_error(event.text, text)

    def _drop_ended(self, event: events.DropEnded) -> None:
        text = f"{event.take_id} -> {event.target} {event.where}: {event.text}"
        if event.ok:
            self._log.add("drop", text)
        else:
            self.show_error(event.text, text)

    def _play_ended(self, event: events.PlayEnded) -> None:
        how = "stopped" if event.stopped else "to the end"
        self._log.add(
            "play", f"{event.take_id} {how}: {event.n_samples} samples, first after {event.first_sound_ms:.0f} ms"
        )
