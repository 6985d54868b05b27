"""SRT and WebVTT in and out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.cue import Length, Position
from bridge.sheets import ReadOptions, SheetError, read_sheet, write_sheet
from bridge.sheets.subtitles import spoken, subtitle_text

SRT = """\ufeff1
00:00:01,000 --> 00:00:02,500
<i>GUARD: Who goes
there?</i>

2
00:00:03,000 --> 00:00:04,000
[door slams]

3
0:00:05,250 --> 0:00:06,750 X1:100
{\\an8}- Halt! (sighs) - Never!
4
00:00:09,000 --> 00:00:08,000
Backwards.

5
00:00:10 --> 00:00:11,000
No decimals.
"""
VTT = """WEBVTT - The gate

NOTE a note --
of two lines

STYLE
::cue { color: red }

gate-1
01:12.500 --> 01:14.000 align:start
<v.loud Old Guard>Who <c.x>goes</c> there &amp; why?</v>

00:02:00.000 --> 00:02:01.000
<00:02:00.500>♪ la la ♪
"""


def test_srt(tmp_path: Path) -> None:
    (tmp_path / "reel 1.srt").write_text(SRT, encoding="utf-8")
    sheet = read_sheet(tmp_path / "reel 1.srt", ReadOptions(cast={"guard": "Brand"}))
    first, second = sheet.lines
    assert (first.cue.id, first.cue.character, first.cue.timbre) == ("reel_1_0001", "Guard", "Brand")
    assert first.cue.text == "Who goes there?"
    assert first.cue.at == Position(48_000, 48_000) and first.slot == Length(1500, 1000)
    assert (second.cue.id, second.cue.text) == ("reel_1_0003", "Halt! - Never!")
    assert [(problem.row, problem.is_error) for problem in sheet.problems] == [(7, False), (14, True), (18, True)]


def test_webvtt(tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text(VTT, encoding="utf-8")
    (line,) = read_sheet(tmp_path / "a.vtt").lines
    assert (line.cue.character, line.cue.text) == ("Old Guard", "Who goes there & why?")
    assert line.cue.at == Position(72 * 48_000 + 24_000, 48_000) and line.slot == Length(1500, 1000)
    (tmp_path / "b.vtt").write_text(SRT, encoding="utf-8")
    with pytest.raises(SheetError, match="does not begin with WEBVTT"):
        read_sheet(tmp_path / "b.vtt")
    (tmp_path / "c.srt").write_text("Hello\n", encoding="utf-8")
    with pytest.raises(SheetError, match="has no cues"):
        read_sheet(tmp_path / "c.srt")


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_what_is_written_is_read_again(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.srt").write_text(SRT, encoding="utf-8")
    sheet = read_sheet(tmp_path / "a.srt")
    write_sheet(tmp_path / f"b.{kind}", sheet.lines)
    again = read_sheet(tmp_path / f"b.{kind}")
    assert [(line.cue.character, line.cue.text, line.cue.at, line.slot) for line in again.lines] == [
        (line.cue.character, line.cue.text, line.cue.at, line.slot) for line in sheet.lines
    ]


def test_words_cannot_break_out_of_their_cue() -> None:
    text = subtitle_text([(0.0, 1.0, "A & <b>", "One\n\n00:00 --> 2 & <c>\n")], "vtt")
    assert text == (
        "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.000\n<v A &amp; &lt;b&gt;>One\n00:00 -&gt; 2 &amp; &lt;c&gt;\n"
    )
    assert spoken("<v A &amp; B>x &lt;c&gt;") == ("A & B", "x <c>")


def test_lines_without_a_place_are_no_subtitles(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\na,Hello\n")
    with pytest.raises(SheetError, match="line 'a' has no place, which subtitles need"):
        write_sheet(tmp_path / "a.srt", read_sheet(tmp_path / "a.csv").lines)
    assert not (tmp_path / "a.srt").exists()
