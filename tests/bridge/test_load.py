"""The load trial in its short form. The long one: `python benchmarks/load_osc.py --seconds 60 --rate 10000`."""

from __future__ import annotations

from pathlib import Path

from benchmarks.load_osc import measure


def test_a_client_that_says_too_much_is_shed_with_a_word_and_the_others_are_answered(tmp_path: Path) -> None:
    load = measure(tmp_path / "data", rate=3000, seconds=1.5, n_clients=1)
    assert load.sent > 2500 and load.done > 1000
    assert load.shed > 0
    # What the system's own buffer drops while the machine is busy elsewhere cannot be told; it is next to nothing.
    assert load.without_a_word <= load.sent // 50
    assert load.status_asked > 0 and load.status_unanswered == 0
    assert load.handles[0] == load.handles[1]
