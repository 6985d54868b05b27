from __future__ import annotations

import pytest

from bridge.errors import BusyError
from bridge.osc_schedule import MAX_WAITING, OscSchedule, TimeTagError


def test_jobs_come_at_their_time_in_order() -> None:
    schedule: OscSchedule[str] = OscSchedule()
    for job, due_s in (("late", 90.0), ("at 102", 102.0), ("now", None), ("at 101", 101.0), ("also 101", 101.0)):
        schedule.add(job, due_s, now_s=100.0)
    assert schedule.take_due(100.0) == ["late", "now"]
    assert schedule.next_in_s(100.25) == 0.75
    assert schedule.take_due(100.999) == []
    assert schedule.take_due(101.0) == ["at 101", "also 101"]
    assert schedule.next_in_s(103.0) == 0.0
    assert schedule.take_due(103.0) == ["at 102"]
    assert schedule.next_in_s(103.0) is None


def test_ten_seconds_ahead_are_held_and_more_are_refused() -> None:
    schedule: OscSchedule[str] = OscSchedule()
    schedule.add("edge", 110.0, now_s=100.0)
    with pytest.raises(TimeTagError, match=r"10\.500 s ahead"):
        schedule.add("far", 110.5, now_s=100.0)
    assert schedule.take_due(1000.0) == ["edge"]


def test_what_waits_is_bounded() -> None:
    schedule: OscSchedule[int] = OscSchedule()
    for n in range(MAX_WAITING):
        schedule.add(n, 105.0, now_s=100.0)
    with pytest.raises(BusyError):
        schedule.add(0, 105.0, now_s=100.0)
