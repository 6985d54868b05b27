"""docs/sheets.md names every column, every heading that means it, every viseme and every argument."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from bridge.batch.arguments import add_arguments
from bridge.batch.visemes import TABLE
from bridge.sheets import ALIASES

DOCUMENT = (Path(__file__).parents[2] / "docs" / "sheets.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table that begins with this row."""
    table = DOCUMENT[DOCUMENT.index(heading) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def test_every_column_with_its_other_names() -> None:
    told = {cells[0].strip("`"): cells[1] for cells in rows("| field | also found as |")}
    assert told == {field: ", ".join(aliases[1:]) or "-" for field, aliases in ALIASES.items()}


def test_every_viseme() -> None:
    told = {
        phoneme: (cells[1], int(cells[2]))
        for cells in rows("| phonemes | Oculus |")[:-1]
        for phoneme in cells[0].split()
    }
    assert told == TABLE


def options() -> list[str]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return [max(action.option_strings, key=len) for action in parser._actions if action.option_strings]


@pytest.mark.parametrize("option", options())
def test_every_argument(option: str) -> None:
    assert option == "--help" or re.search(rf"{option}\b", DOCUMENT)
