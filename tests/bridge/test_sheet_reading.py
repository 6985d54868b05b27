"""CSV and TSV sheets as the common tools write them: encodings, delimiters, headings, and every problem at its cell."""

from __future__ import annotations

import codecs
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bridge.cue import Length, Position
from bridge.preset_store import PresetStore
from bridge.sheets import ReadOptions, Sheet, SheetError, TimeFormat, check_sheet, read_sheet
from bridge.sheets.cells import MAX_CELL_CHARACTERS
from bridge.tempo import steady
from bridge.timeline import FrameRate

GATE = "id,character,text,seconds\ngate_01,Guard,Who goes there?,1.2\ngate_02,Guard,“Hold” – señor!,\n"


def read(tmp_path: Path, content: str | bytes, name: str = "lines.csv", **options: Any) -> Sheet:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_sheet(path, ReadOptions(**options))


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("cp1252", b""),
    ],
)
def test_every_encoding_that_spreadsheets_write(tmp_path: Path, encoding: str, mark: bytes) -> None:
    sheet = read(tmp_path, mark + GATE.encode(encoding))
    assert [line.cue.text for line in sheet.lines] == ["Who goes there?", "“Hold” – señor!"]
    assert not sheet.errors
    assert bool(sheet.problems) == (encoding == "cp1252")  # which is a guess, and said to be one


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "text", "length"], ["a", "One, two; three.", "2,4" if delimiter != "," else "2.4"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    (line,) = read(tmp_path, text).lines
    assert (line.cue.id, line.cue.text, line.cue.length) == ("a", "One, two; three.", Length(12, 5))


def test_excel_says_its_delimiter(tmp_path: Path) -> None:
    sheet = read(tmp_path, "sep=;\nid;text\na;Hello, you\n")
    assert sheet.lines[0].cue.text == "Hello, you" and sheet.lines[0].row == 3


def test_cells_with_breaks_and_quotation_marks(tmp_path: Path) -> None:
    sheet = read(tmp_path, 'id,text\r\na,"He said ""go"".\r\nThen he went."\r\nb,Next\r\n')
    assert sheet.lines[0].cue.text == 'He said "go".\nThen he went.'
    assert sheet.lines[1].row == 4  # as an editor counts


UNREAL = (
    "SpeakingVoice,TargetVoices,SpokenDialogue,VoiceActorDirection,AudioFileName,DialogueAsset,IsRecorded\n"
    "Guard,Thief,Who goes there?,shouting,Gate_01_Guard,/Game/Dialogue/Gate_01.Gate_01,False\n"
)
ADR = (
    "ADR CUE SHEET;;;;;;\nFilm: The Gate;;;;;;\n;;;;;;\n"
    "Cue #;Character;TC In;TC Out;Line;Reason;Reel\nG101;GUARD;01:00:10:00;01:00:12:12;Who goes there?;noise;2\n"
)
ELEVEN = "speaker,start_time,end_time,transcription,translation\nGuard,0.5,2.0,Wer da?,Who goes there?\n"
WWISE = (
    "Audio File\tObject Path\tDialogue\tNotes\n"
    "vo\\gate_01.wav\t\\Actor-Mixer Hierarchy\\VO\\<Sound Voice>gate_01\tWho goes there?\tloud\n"
)


def test_headings_of_unreal(tmp_path: Path) -> None:
    (line,) = read(tmp_path, UNREAL).lines
    assert (line.cue.id, line.cue.character, line.cue.text) == ("Gate_01.Gate_01", "Guard", "Who goes there?")
    assert (line.direction, line.file) == ("shouting", "Gate_01_Guard")
    assert line.extra == (("TargetVoices", "Thief"), ("IsRecorded", "False"))
    (line,) = read(tmp_path, UNREAL, direction_as_emotion=True).lines
    assert line.cue.emotion == "text:shouting"


def test_headings_of_an_adr_cue_sheet_below_its_title(tmp_path: Path) -> None:
    form = TimeFormat(frames_at=FrameRate(Fraction(25)))
    (line,) = read(tmp_path, ADR, time=form, cast={"Guard": "Brand"}).lines
    assert (line.row, line.cue.id, line.cue.timbre, line.notes) == (5, "G101", "Brand", "noise")
    assert line.cue.at == Position(3610 * 48_000, 48_000)
    assert line.cue.length == Length(2 * 48_000 + 12 * 1920, 48_000)


def test_headings_of_a_dubbing_sheet(tmp_path: Path) -> None:
    (line,) = read(tmp_path, ELEVEN).lines
    assert (line.cue.character, line.cue.text) == ("Guard", "Who goes there?")
    assert line.cue.at == Position(24_000, 48_000) and line.cue.length == Length(72_000, 48_000)
    assert line.cue.id.startswith("guard_")  # made, and told


def test_headings_of_wwise(tmp_path: Path) -> None:
    (line,) = read(tmp_path, WWISE, "import.txt").lines
    assert (line.cue.id, line.file, line.notes) == ("gate_01", "vo\\gate_01.wav", "loud")


def test_a_column_that_the_user_names(tmp_path: Path) -> None:
    sheet = read(tmp_path, "ID,EN,DE (final)\na,Hello,Hallo\n", columns={"text": "DE (final)"})
    assert sheet.lines[0].cue.text == "Hallo" and sheet.lines[0].extra == (("EN", "Hello"),)
    with pytest.raises(SheetError, match="no column 'FRA'; there are: ID, text"):
        read(tmp_path, "ID,text,FR?\na,x,y\n", columns={"text": "text", "notes": "FRA"})
    with pytest.raises(SheetError, match="no column with the words"):
        read(tmp_path, "ID,DE\na,Hallo\n")


@pytest.mark.parametrize(
    ("heading", "cell", "seconds"),
    [
        ("length", "2.4", Fraction(12, 5)),
        ("Length (ms)", "2400", Fraction(12, 5)),
        ("Duration [samples]", "115200", Fraction(12, 5)),
        ("length (frames)", "60", Fraction(60 * 1001, 24000)),
        ("length", "60f", Fraction(60 * 1001, 24000)),
        ("length", "frames:57@25", Fraction(57, 25)),
        ("length", "2400 ms", Fraction(12, 5)),
        ("length", "0:02.4", Fraction(12, 5)),
        ("length", "00:00:02,400", Fraction(12, 5)),
        ("length", "00:00:02:12", Fraction(60 * 1001, 24000)),
        ("length", "smp:115200@48000", Fraction(12, 5)),
    ],
)
def test_lengths(tmp_path: Path, heading: str, cell: str, seconds: Fraction) -> None:
    form = TimeFormat(rate=48_000, frames_at=FrameRate(Fraction(24_000, 1001)))
    (line,) = read(tmp_path, f'text,{heading}\nHello,"{cell}"\n', time=form).lines
    assert line.cue.length is not None
    assert line.cue.length.samples(48_000) == round(seconds * 48_000)


@pytest.mark.parametrize(
    ("heading", "cell", "sample"),
    [
        ("start", "72.5", 72.5 * 48_000),
        ("start", "1:12.5", 72.5 * 48_000),
        ("start (bars)", "3.3.0", 10 * 24_000),
        ("start", "bar:3.3.0", 10 * 24_000),
        ("start (samples)", "3480000", 72.5 * 48_000),
        ("start", "smp:7680000@96000", 80 * 48_000),
        ("TC In", "01:00:00;00", 107892 * 1601.6),  # drop-frame by its mark
        ("TC In", "01:00:00:00", 108000 * 1601.6),
    ],
)
def test_places(tmp_path: Path, heading: str, cell: str, sample: float) -> None:
    form = TimeFormat(frames_at=FrameRate(Fraction(30_000, 1001)), tempo=steady(Fraction(120)))
    (line,) = read(tmp_path, f"text,{heading}\nHello,{cell}\n", time=form).lines
    at = line.cue.at
    assert at is not None and at.sample * 48_000 // at.rate == round(sample)


def test_a_frame_rate_of_its_own_for_each_row(tmp_path: Path) -> None:
    sheet = read(tmp_path, "text,tc,fps\nHello,00:00:01:12,24\nHello you,00:00:01:12,25 fps\nHm,00:00:01:12,\n")
    assert [line.cue.at.sample for line in sheet.lines if line.cue.at] == [72_000, 71_040]
    assert ["row 4, column 'tc'" in str(problem) for problem in sheet.errors] == [True]


BAD = """id,text,timbre,emotion,weight,start,end,speed,seed,takes,locked
a,Hello,,,,,,,,,
a,Again,,,,,,,,,
b,...,,,,,,,,,
c,Hello,,,7,01:00:00:00,,,x,99,maybe
d,Hello,,,50%,5,4,9,,,
e,#N/A,,,,,,,,,
f,Hello,Nobody,furious,,,,,,,yes
g,Hello,,,,0,900,,,,
"""


def test_every_problem_is_told_with_its_row_and_column(tmp_path: Path) -> None:
    sheet = read(tmp_path, BAD)
    places = [(problem.row, problem.column, problem.is_error) for problem in sheet.problems]
    assert places == [
        (3, "id", True),
        (4, "text", False),
        (5, "weight", True),
        (5, "seed", True),
        (5, "takes", True),
        (5, "start", True),
        (5, "locked", True),
        (6, "speed", True),
        (6, "end", True),
        (7, "text", True),
        (7, "text", False),
        (9, "end", True),
    ]
    assert [line.cue.id for line in sheet.lines] == ["a", "f"]
    presets = PresetStore(tmp_path / "presets", tmp_path / "inbox")
    named = check_sheet(sheet, presets)
    assert [(problem.row, problem.column) for problem in named] == [(8, "timbre"), (8, "emotion")]
    assert "Nobody" in str(named[0]) and "Brand" in str(named[0])


def test_an_id_of_who_says_what_stays_when_rows_move(tmp_path: Path) -> None:
    first = read(tmp_path, "character,text\nGuard,Halt!\nThief,Never!\nGuard,Halt!\n")
    later = read(tmp_path, "character,text\nThief,Never!\nGuard,Halt!\nGuard,New one.\nGuard,Halt!\n")
    ids = [line.cue.id for line in first.lines]
    assert len(set(ids)) == 3 and set(ids) < {line.cue.id for line in later.lines}


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('id,text\na,"never closed\nb,Hello\n', "never closed"),
        ('id,text\na,"one"two\n', "behind a closing quotation mark"),
        (f"id,text\na,{'x' * (MAX_CELL_CHARACTERS + 1)}\n", "longer than 32767 characters"),
        ("", "it is empty"),
        ("foo,bar\n1,2\n", "first rows have: foo, bar"),
        (b"\xff\xfei\x00d\x00,\x00t\x00e\x00x\x00t\x00\n", "utf-16"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(tmp_path: Path, content: str | bytes, what: str) -> None:
    with pytest.raises(SheetError, match=what):
        read(tmp_path, content)


def test_a_million_empty_rows_are_nothing(tmp_path: Path) -> None:
    sheet = read(tmp_path, "id,text\na,Hello\n" + ",\n" * 200_000 + "b,Bye\n")
    assert [(line.cue.id, line.row) for line in sheet.lines] == [("a", 2), ("b", 200_003)]
