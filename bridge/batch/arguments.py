"""The arguments of `launcher.py batch`. Read before any package is installed, so only the standard library is used."""

from __future__ import annotations

import argparse

BATCH_LUFS = -23.0  # EBU R 128
DEFAULT_NAME = "{character}/{line}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of `launcher.py batch`."""
    parser.add_argument("sheet", help="CSV, TSV, XLSX, SRT or WebVTT")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where the clips go; the same one goes on")
    parser.add_argument("--dry-run", action="store_true", help="every problem, and what would be rendered; no more")
    parser.add_argument("--takes", type=int, default=1, metavar="N", help="takes a line, the best is kept (1)")
    parser.add_argument("--keep-takes", action="store_true", help="the other takes go to the folder alternates")
    parser.add_argument("--name", default=DEFAULT_NAME, metavar="T", help=f"template of a clip ({DEFAULT_NAME})")
    parser.add_argument("--timbre", default="", metavar="NAME", help="of lines that name none (the first preset)")
    parser.add_argument("--cast", action="append", default=[], metavar="CHARACTER=TIMBRE", help="may come many times")
    parser.add_argument("--column", action="append", default=[], metavar="FIELD=HEADING", help="what a column is")
    parser.add_argument("--worksheet", default="", metavar="NAME", help="of a workbook (the first)")
    parser.add_argument("--encoding", default="", help="of a text file (found out)")
    parser.add_argument("--fps", default="", metavar="RATE", help="of timecode, such as 25 or 29.97df")
    parser.add_argument("--direction-as-emotion", action="store_true", help="how to act it, in words, is the emotion")
    parser.add_argument("--lufs", default=f"{BATCH_LUFS:g}", help=f"loudness ({BATCH_LUFS:g}); off: as it is made")
    parser.add_argument("--peak", type=float, metavar="DBTP", help="highest true peak (-1)")
    parser.add_argument("--trim", action="store_true", help="silence at the ends away, of lines without a length")
    parser.add_argument("--fades", default="0,0", metavar="IN,OUT", help="milliseconds")
    parser.add_argument("--handles", default="0,0", metavar="BEFORE,AFTER", help="silence in milliseconds")
    parser.add_argument("--guides", metavar="FOLDER", help="scratch takes that length and pauses are taken from")
    parser.add_argument("--guide-emotion", action="store_true", help="and the emotion, where the row names none")
    parser.add_argument("--no-subtitles", action="store_true", help="no SRT beside the clips")
    parser.add_argument("--no-visemes", action="store_true", help="no phonemes and visemes beside the clips")
    parser.add_argument("--asr", metavar="FOLDER", help="a Whisper model for faster-whisper, to judge takes by")
