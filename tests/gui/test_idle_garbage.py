"""Garbage is collected while the mouse rests, and Python's own full passes stay away."""

from __future__ import annotations

import gc
import weakref

from pytestqt.qtbot import QtBot

from bridge.events import Status
from gui.idle_garbage import FULL_EVERY, NEVER, IdleGarbage
from gui.link import DaemonLink
from tests.gui.stand_in import StandInDaemon


class Knot:
    """Garbage that only a pass finds: it holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_a_knot_is_untied_at_an_idle_look_and_all_is_as_before_afterwards(qtbot: QtBot, daemon: StandInDaemon) -> None:
    link, before = DaemonLink(daemon), gc.get_threshold()
    try:
        with IdleGarbage(link) as garbage:
            assert gc.get_threshold()[2] == NEVER
            knot = weakref.ref(Knot())
            gc.disable()  # or a young pass might come first
            for _ in range(FULL_EVERY):
                assert knot() is not None
                garbage.look()
            assert knot() is None
    finally:
        gc.enable()
        link.close()
    assert gc.get_threshold() == before and gc.get_freeze_count() == 0


def test_the_loaded_voice_is_left_out_of_later_passes(qtbot: QtBot, daemon: StandInDaemon) -> None:
    link = DaemonLink(daemon)
    with IdleGarbage(link):
        kept, frozen = [[number] for number in range(1000)], gc.get_freeze_count()
        link.status.emit(Status(0, 0, 0, "ready", "cuevox-mini-1", 0.0))
        assert gc.get_freeze_count() >= frozen + len(kept)
        kept += [[number] for number in range(1000)]
        frozen = gc.get_freeze_count()
        link.status.emit(Status(0, 0, 0, "ready", "cuevox-mini-1", 0.5))
        assert gc.get_freeze_count() <= frozen  # once is enough
    link.close()
