"""What a daemon keeps in memory as long as it runs. The long form: `python benchmarks/day_trial.py --minutes 60`."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.day_trial import weight_of_a_take
from bridge.cue import Cue
from bridge.errors import NotFoundError
from bridge.journal import Journal
from bridge.line_book import LineBook

MAX_BYTES = 1500  # of a take that is done; about 1000 on CPython 3.11


def book_of(folder: Path) -> LineBook:
    return LineBook(Journal(folder / "cuevox.sqlite"), lambda event: None)


def test_a_take_weighs_little(tmp_path: Path) -> None:
    assert 0 < weight_of_a_take(tmp_path, 100) < MAX_BYTES


def test_takes_that_were_asked_for_in_the_same_words_share_them_also_after_a_restart(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "cuevox.sqlite")
    book = LineBook(journal, lambda event: None)
    for text in ("Halt!", "Halt!", "Stop!"):
        book.add(Cue("l", text, "Mara"), [1])
    journal.close()
    after = book_of(tmp_path)
    after.restore()
    for each in (book, after):
        first, second, third = (each.cue_of(f"l_t0{n}") for n in (1, 2, 3))
        assert first is second and third.text == "Stop!" and first.text == "Halt!"


def test_of_many_removed_lines_the_last_can_be_brought_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.line_book.MAX_TAKEN_OUT", 2)
    book = book_of(tmp_path)
    for name in "abc":
        (take,) = book.add(Cue(name, "Halt!", "Mara"), [1])
        book.cancel(take.id)
        book.remove(name)
    with pytest.raises(NotFoundError, match="last 2 removed"):
        book.bring_back("a")
    book.bring_back("b")
    book.bring_back("c")
    assert [line.cue.id for line in book.lines()] == ["b", "c"]
    assert book.add(Cue("a", "Halt!", "Mara"), [1])[0].id == "a_t02"  # a name is never given twice
