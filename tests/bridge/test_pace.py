"""How long what waits will take, and what the machine says of itself."""

from __future__ import annotations

import pytest

from bridge.machine import MachineMeter
from bridge.pace import Pace


def test_nothing_is_promised_before_the_first_take_and_nothing_waits_for_no_time() -> None:
    assert Pace().left_s(100) is None
    assert Pace().left_s(0) == 0.0


def test_it_goes_by_what_the_takes_took_the_last_ones_most() -> None:
    pace = Pace()
    pace.took(100, 10.0)
    assert pace.left_s(300) == 30.0
    for _ in range(30):
        pace.took(100, 20.0)
    assert pace.left_s(300) == pytest.approx(60.0, abs=2)
    assert (pace.left_s(3000) or 0.0) % 5 == 0


def test_the_machine_tells_of_itself() -> None:
    machine = MachineMeter().read()
    assert 0 <= machine.cpu <= 1
    assert 0 < machine.own_bytes < machine.used_bytes <= machine.total_bytes
