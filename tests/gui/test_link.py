"""The panel's door: nothing waits, nothing floods, nothing is lost between the first look and the events."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from bridge import events
from bridge.cue import Cue, Line, LineState
from gui.asking import Failure
from gui.daemon_like import DaemonLike
from gui.link import DaemonLink
from tests.gui.stand_in import Refusal, StandInDaemon, make_line

WAIT_MS = 20_000


@pytest.fixture
def open_link(qtbot: QtBot) -> Iterator[Callable[[DaemonLike], DaemonLink]]:
    links: list[DaemonLink] = []

    def open_(daemon: DaemonLike) -> DaemonLink:
        links.append(DaemonLink(daemon))
        return links[-1]

    yield open_
    for link in links:
        link.close()


@pytest.fixture
def link(qtbot: QtBot, daemon: StandInDaemon, open_link: Callable[[DaemonLike], DaemonLink]) -> DaemonLink:
    made = open_link(daemon)
    qtbot.waitSignal(made.synced, timeout=WAIT_MS).wait()
    return made


def test_the_first_look_tells_lines_presets_and_status(
    qtbot: QtBot, open_link: Callable[[DaemonLike], DaemonLink]
) -> None:
    link = open_link(StandInDaemon((make_line("a"), make_line("b"))))
    lines: list[Line] = []
    kinds: list[str] = []
    statuses: list[events.Status] = []
    link.lines_changed.connect(lines.extend)  # connected after the link was made, as the panel does
    link.presets.connect(lambda kind, _: kinds.append(kind))
    link.status.connect(statuses.append)
    qtbot.waitUntil(lambda: len(lines) == 2 and sorted(kinds) == ["emotion", "timbre"], timeout=WAIT_MS)
    assert [line.cue.id for line in lines] == ["a", "b"]
    assert statuses[0].model_id == "stand-in"


def test_an_event_that_comes_during_the_first_look_is_newer_than_it(
    qtbot: QtBot, open_link: Callable[[DaemonLike], DaemonLink]
) -> None:
    class Slow(StandInDaemon):
        def lines(self) -> tuple[Line, ...]:
            old = super().lines()
            self.tell(events.LineChanged(make_line("a", LineState.READY)))
            self.tell(events.LineRemoved("b"))
            return old

    link = open_link(Slow((make_line("a"), make_line("b"))))
    lines: list[Line] = []
    link.lines_changed.connect(lines.extend)
    qtbot.waitSignal(link.synced, timeout=WAIT_MS).wait()
    assert [(line.cue.id, line.state) for line in lines] == [("a", LineState.READY)]


def test_a_daemon_that_fails_at_the_first_look_is_told(
    qtbot: QtBot, open_link: Callable[[DaemonLike], DaemonLink]
) -> None:
    class Broken(StandInDaemon):
        def lines(self) -> tuple[Line, ...]:
            raise OSError("the disk is gone")

    link = open_link(Broken())
    with qtbot.waitSignal(link.failed, timeout=WAIT_MS) as told:
        pass
    assert told.args is not None and "the disk is gone" in told.args[0].text


@pytest.mark.parametrize(
    ("error", "code"), [(Refusal("10 takes wait already"), "busy"), (ValueError("odd"), "engine_failed")]
)
def test_a_request_that_fails_says_why_word_for_word(
    qtbot: QtBot, daemon: StandInDaemon, link: DaemonLink, error: Exception, code: str
) -> None:
    daemon.refuse_with = error
    with qtbot.waitSignal(link.failed, timeout=WAIT_MS) as told:
        link.submit(Cue("x", "Hello.", "Mara"))
    assert told.args == [Failure("render x", code, str(error))]


def test_stop_and_cancel_overtake_requests_that_wait(qtbot: QtBot, daemon: StandInDaemon, link: DaemonLink) -> None:
    daemon.hold.clear()
    link.drop("a")
    link.stop()
    qtbot.waitUntil(lambda: ("stop", None) in daemon.calls, timeout=WAIT_MS)
    assert [call[0] for call in daemon.calls] == ["stop"]
    daemon.refuse_with = Refusal("no")
    daemon.hold.set()
    qtbot.waitUntil(lambda: len(daemon.calls) == 2, timeout=WAIT_MS)


def test_only_the_newest_state_of_a_line_is_handed_on(qtbot: QtBot, daemon: StandInDaemon, link: DaemonLink) -> None:
    batches: list[list[Line]] = []
    link.lines_changed.connect(batches.append)
    for step in range(1000):
        daemon.tell(events.LineChanged(make_line("a", LineState.RENDERING, progress=step / 1000)))
    daemon.tell(events.LineChanged(make_line("a", LineState.READY)))
    qtbot.waitUntil(lambda: bool(batches) and batches[-1][-1].state == LineState.READY, timeout=WAIT_MS)
    assert sum(map(len, batches)) < 20


def test_events_from_many_threads_all_arrive(qtbot: QtBot, daemon: StandInDaemon, link: DaemonLink) -> None:
    warnings: list[str] = []
    link.warned.connect(lambda event: warnings.append(event.text))

    def tell(thread: int) -> None:
        for number in range(300):
            daemon.tell(events.Warned("test", f"{thread}/{number}"))

    threads = [threading.Thread(target=tell, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: len(warnings) == 1200, timeout=WAIT_MS)
    for thread in range(4):
        assert [w for w in warnings if w.startswith(f"{thread}/")] == [f"{thread}/{n}" for n in range(300)]


def test_a_closed_link_lets_go_and_stays_silent(qtbot: QtBot, daemon: StandInDaemon, link: DaemonLink) -> None:
    told: list[object] = []
    link.lines_changed.connect(told.append)
    kept = daemon._callbacks[0]
    daemon.tell(events.LineChanged(make_line("a")))  # on its way when the link is closed
    link.close()
    link.close()
    kept(events.LineChanged(make_line("b")))  # a thread of the daemon that was about to tell
    link.submit(Cue("x", "Hello.", "Mara"))
    qtbot.wait(100)
    assert daemon.n_subscribers == 0
    assert not told
    assert not daemon.calls
