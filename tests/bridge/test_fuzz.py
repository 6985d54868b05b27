"""The fuzzing in its short form. The long one: `python benchmarks/fuzz_osc.py --packets 1000000 --live 100000`."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.fuzz_osc import bundle, decode, fuzz, mutated, seeds
from bridge.osc_packet import PacketError


def test_mutated_packets_are_read_or_refused_and_the_daemon_goes_on(tmp_path: Path) -> None:
    findings = fuzz(tmp_path, n_packets=3000, n_live=800, seed=7)
    assert findings.is_clean, findings
    assert findings.kept > 20 and findings.pings >= 10
    before_mb, after_mb = findings.memory_mb
    assert after_mb < before_mb + 50


def test_the_packets_go_deep_enough_to_find_something() -> None:
    """Most of the seeds are read, and some of what is made of them is still well-formed."""
    chance, corpus = random.Random(1), seeds()
    n_read = 0
    for _ in range(500):
        try:
            n_read += bool(decode(mutated(chance.choice(corpus), corpus, chance)))
        except PacketError:
            pass
    assert n_read > 40
    assert decode(bundle(corpus[0]))
