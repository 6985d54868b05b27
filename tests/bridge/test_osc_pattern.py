"""Address patterns after OSC 1.0: what they mean, and that none takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.osc_pattern import BadPatternError, is_pattern, matching

LINES = [f"/cuevox/line/{name}/status" for name in ("gate_01", "gate_02", "gate_11", "wall_01")]


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("/cuevox/line/*/status", "0123"),
        ("/cuevox/line/gate_*/status", "012"),
        ("/cuevox/line/gate_0?/status", "01"),
        ("/cuevox/line/gate_0[2-9]/status", "1"),
        ("/cuevox/line/gate_0[!2-9]/status", "0"),
        ("/cuevox/line/{gate,wall}_01/status", "03"),
        ("/cuevox/line/*_*1/*", "023"),
        ("/cuevox/*/status", ""),
        ("/cuevox/line/gate_01/status", "0"),
        ("*", ""),
    ],
)
def test_a_pattern_means(pattern: str, meant: str) -> None:
    assert matching(pattern, LINES) == [LINES[int(n)] for n in meant]


@pytest.mark.parametrize("pattern", ["/a[b", "/a]b", "/a{b", "/{a{b}}", "/[]", "/" + "[" * 150])
def test_a_bracket_without_its_other_half_is_refused(pattern: str) -> None:
    assert is_pattern(pattern)
    with pytest.raises(BadPatternError):
        matching(pattern, LINES)


def test_no_pattern_takes_long() -> None:
    begun_s = time.process_time()
    assert matching("/" + "*a" * 90 + "b", ["/" + "a" * 190]) == []
    assert time.process_time() - begun_s < 1


@given(st.text(st.sampled_from("ab1_-. "), min_size=1))
def test_an_address_without_pattern_characters_means_itself(name: str) -> None:
    assert matching(f"/{name}", [f"/{name}", f"/{name}x"]) == [f"/{name}"]
    assert matching("/" + "?" * len(name), [f"/{name}", f"/{name}x"]) == [f"/{name}"]
