"""The official model's text front end: normalised text, pieces, ids and segments as upstream has them.

Compared are the cases on which all versions of WeTextProcessing agree, with its English reader in the place of
Cuevox's. Where upstream's own rules do harm, Cuevox does not follow; those places are told apart by rules, not by case.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from wetext import Normalizer

from engine.official_text import OfficialText, is_chinese
from engine.text_pieces import Tokeniser, segments, spaced
from tests.engine import parity

Case = dict[str, Any]
QUOTES = ("'", "▁'")


@cache
def reference() -> Any:
    path = parity.FOLDER / "text.json"
    if not path.is_file():
        pytest.skip(f"no parity fixture {path}; name their folder with CUEVOX_PARITY")
    return json.loads(path.read_text("utf-8"))


@cache
def tokeniser() -> Tokeniser:
    return Tokeniser(parity.FOLDER / reference()["tokenizer_model"].split()[0])


def cases() -> list[Case]:
    return reference()["cases"]


@cache
def front_end() -> OfficialText:
    return OfficialText(english=Normalizer(lang="en", operator="tn").normalize)


def is_one_character(case: Case) -> bool:
    """Upstream leaves it as it is: a small letter is then an unknown piece, a digit is not spoken in words."""
    return len(case["text"].strip()) == 1


def has_a_part_number(case: Case) -> bool:
    """Upstream takes BA2490 in an English line for a syllable of pinyin, and reads the line's numbers in Chinese."""
    chinese = re.search(r"[\u4e00-\u9fff]", case["text"])
    return not chinese and bool(re.search(r"[A-Za-z][1-5]", case["text"])) and case["use_chinese"]


def test_language() -> None:
    for case in cases():
        if not has_a_part_number(case):
            assert is_chinese(case["text"].strip()) == case["use_chinese"], case["text"]


def test_normalised_text() -> None:
    compared = [case for case in cases() if case["engine_free"] and not has_a_part_number(case)]
    for case in compared:
        assert front_end().normalise(case["text"]) == case["normalized"], case["text"]
    assert len(compared) > len(cases()) / 2


def test_normalised_text_of_the_same_reader() -> None:
    """Cases on which versions differ: some are of the version that we use."""
    for case in cases():
        other = case.get("normalized_wetext_0_1_8")
        if other and case["use_chinese"]:
            assert front_end().normalise(case["text"]) == other, case["text"]


def test_glossary() -> None:
    glossary = reference()["glossary"]
    for text in (
        OfficialText(glossary=glossary["terms"]),
        OfficialText(front_end().english, glossary=glossary["terms"]),
    ):
        for case in glossary["cases"]:
            assert text.normalise(case["text"]) == case["normalized"]


def test_spacing_and_pieces_and_ids() -> None:
    for case in cases():
        assert spaced(case["normalized"]) == case["spaced"]
        pieces = tokeniser().pieces(case["normalized"])
        if is_one_character(case):
            assert tokeniser().unknown not in tokeniser().ids(pieces)
        else:
            assert pieces == case["pieces"], case["text"]
            assert tokeniser().ids(pieces) == case["ids"]
    assert tokeniser().n_pieces == reference()["ids"]["vocab_size"]
    assert tokeniser().unknown == reference()["ids"]["unk"]


def test_segments_of_texts() -> None:
    for case in cases():
        assert [len(s) for s in segments(case["pieces"], 120)] == case["segments_120"]
        limit = reference()["small_max"]
        assert segments(case["pieces"], limit) == expected(case["pieces"], case[f"segments_{limit}"])


def test_segments_of_pieces() -> None:
    for case in reference()["segmentation_cases"]["cases"]:
        quick_start = case.get("quick_streaming_tokens", 0)
        got = segments(case["pieces"], case["max_tokens"], quick_start=quick_start)
        assert got == expected(case["pieces"], case["segments"]), case["pieces"]


def expected(pieces: list[str], theirs: list[list[str]]) -> list[list[str]]:
    """Upstream says a quote after a sentence end twice; without the second one."""
    repaired, rest = [], list(pieces)
    for segment in theirs:
        kept = []
        for piece in segment:
            if rest and piece == rest[0]:
                kept.append(rest.pop(0))
            else:
                assert piece in QUOTES
        repaired.append(kept)
    assert not rest
    return [segment for segment in repaired if segment]
