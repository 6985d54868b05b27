from __future__ import annotations

import time

from bridge.sleeping import slept_s, steady_s


def test_a_machine_that_is_awake_has_not_slept() -> None:
    assert abs(slept_s() - slept_s()) < 0.5
    began_s, steady_began_s = time.monotonic(), steady_s()
    assert abs((steady_s() - steady_began_s) - (time.monotonic() - began_s)) < 0.5
