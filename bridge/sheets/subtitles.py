"""SRT and WebVTT: cues with a slot each -> lines that fit into it, and lines with a place -> cues."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.cue import Cue, Length, Position
from bridge.cue_check import LENGTHS_S
from bridge.files import safe_name, write_atomic
from bridge.sheets.cells import clean
from bridge.sheets.line import ReadOptions, Sheet, SheetLine
from bridge.sheets.problem import MAX_PROBLEMS, TOO_MANY, Problem, SheetError
from bridge.sheets.text_table import encoding_of

MAX_BYTES = 20_000_000
MAX_CUES = 100_000
MAX_CHARACTERS = 5_000  # of a cue: more than a person speaks in the longest line

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_ARROW = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?", re.ASCII)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")  # HTML, times of karaoke, places of ASS
_SOUND = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|[♪♫#*]++[^♪♫]*+[♪♫]|[♪♫]")  # what is heard, not spoken
_SPEAKER = re.compile(r"(?:[-–—]\s*)?([A-Z][A-Z0-9 .'-]{0,38}[A-Z0-9]|[A-Z]):\s+(?=\S)")
_DASH = re.compile(r"^[-–—]\s+", re.MULTILINE)


@dataclass(frozen=True)
class _Caption:
    line: int  # in the file, from 1
    start_ms: int
    end_ms: int
    text: str  # with its tags


def read_subtitles(path: Path, options: ReadOptions) -> Sheet:
    """A line for each cue with words, `slot` as long as the cue is shown. Raises SheetError, OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise SheetError(f"{path} is larger than {MAX_BYTES // 10**6} MB; split it")
    encoding = options.encoding or encoding_of(path)
    try:
        text = path.read_text(encoding=encoding)
    except (LookupError, UnicodeError) as error:
        raise SheetError(f"{path} is no text in {encoding} ({error}); save it as UTF-8") from error
    kind = "vtt" if path.suffix.lower() == ".vtt" else "srt"
    if kind == "vtt" and not text.lstrip("\ufeff").startswith("WEBVTT"):
        raise SheetError(f"{path} does not begin with WEBVTT; save it as WebVTT, or name it .srt")
    problems: list[Problem] = []
    lines: list[SheetLine] = []
    cast = {name.strip().casefold(): timbre for name, timbre in options.cast.items()}
    stem = safe_name(path.stem, fallback="line")[:60]
    for n, caption in enumerate(_captions(text, problems), start=1):
        if n > MAX_CUES:
            raise SheetError(f"{path} has more than {MAX_CUES} cues; split it")
        if len(caption.text) > MAX_CHARACTERS:
            problems.append(Problem(caption.line, "", f"a cue of {len(caption.text)} characters; {MAX_CHARACTERS} are "
                                    "the most. Look for an empty line that is missing behind it"))  # fmt: skip
            continue
        character, words = spoken(caption.text)
        if not any(letter.isalnum() for letter in words):
            problems.append(Problem(caption.line, "", "nothing is spoken in this cue; it is left out", is_error=False))
            continue
        slot = Length(caption.end_ms - caption.start_ms, 1000)
        if not LENGTHS_S[0] <= slot.seconds <= LENGTHS_S[1]:
            problems.append(Problem(caption.line, "", f"a slot of {slot.seconds:g} s is none for a line"))
            continue
        at = Position((2 * caption.start_ms * options.time.rate + 1000) // 2000, options.time.rate)
        timbre = cast.get(character.casefold(), options.timbre)
        cue = Cue(f"{stem}_{n:04}", words, timbre, at=at, character=character)
        lines.append(SheetLine(caption.line, cue, slot=slot))
    if not lines and not problems:
        raise SheetError(f"{path} has no cues; each begins with a line such as 00:01:12,500 --> 00:01:14,900")
    return Sheet(path, tuple(lines), tuple(problems), kind=kind, encoding=encoding)


def spoken(text: str) -> tuple[str, str]:
    """The text of a cue -> who speaks, empty where it does not say, and the words without tags and sounds."""
    voice = _VOICE.search(text)
    plain = html.unescape(_TAG.sub("", text)).replace("\u200b", "")
    character = clean(html.unescape(voice[1])) if voice else ""
    named = _SPEAKER.match(plain.lstrip())
    if named:
        character = character or named[1].title()
        plain = plain.lstrip()[named.end() :]
    plain = _DASH.sub("", _SOUND.sub(" ", plain).strip())
    return character, " ".join(plain.split())


def write_subtitles(path: Path, cues: Sequence[tuple[float, float, str, str]]) -> None:
    """Cues (start_s, end_s, character, text) by their start, as .srt or .vtt. Raises SheetError, OSError."""
    kind = path.suffix.lower()
    if kind not in (".srt", ".vtt"):
        raise SheetError(f"{path} is no name for subtitles; end it in .srt or .vtt")
    write_atomic(path, subtitle_text(cues, kind[1:]).encode())


def subtitle_text(cues: Sequence[tuple[float, float, str, str]], kind: str) -> str:
    """Cues (start_s, end_s, character, text) as `srt` or `vtt`."""
    blocks = []
    for n, (start_s, end_s, character, text) in enumerate(sorted(cues), start=1):
        # An empty line would end the cue.
        words = "\n".join(filter(str.strip, text.splitlines())).replace("-->", "->")
        if kind == "vtt":
            words = html.escape(words, quote=False)
            words = f"<v {html.escape(character, quote=False)}>{words}" if character else words
        elif character:
            words = f"{character.upper()}: {words}"
        start_ms, end_ms = round(start_s * 1000), max(round(end_s * 1000), round(start_s * 1000) + 1)
        blocks.append(f"{n}\n{_stamp(start_ms, kind)} --> {_stamp(end_ms, kind)}\n{words}\n")
    return ("WEBVTT\n\n" if kind == "vtt" else "") + "\n".join(blocks)


def _stamp(ms: int, kind: str) -> str:
    mark = "." if kind == "vtt" else ","
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{mark}{ms % 1000:03}"


def _captions(text: str, problems: list[Problem]) -> Iterator[_Caption]:
    """The cues of a file; notes, styles and everything else without an arrow is passed over."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(lines):
        if len(problems) > MAX_PROBLEMS:
            problems.append(Problem(at + 1, "", TOO_MANY))
            return
        if "-->" not in lines[at]:
            at += 1
            continue
        found, number = _ARROW.fullmatch(lines[at]), at + 1
        at += 1
        words = []
        while at < len(lines) and lines[at].strip() and "-->" not in lines[at]:
            words.append(lines[at])
            at += 1
        if at < len(lines) and "-->" in lines[at] and words and words[-1].strip().isdecimal():
            words.pop()  # the number of a cue that no empty line sets off
        if found is None:
            problems.append(Problem(number, "", f"{lines[number - 1].strip()[:60]!r} is no pair of times; "
                                    "write 00:01:12,500 --> 00:01:14,900"))  # fmt: skip
            continue
        start_ms, end_ms = _ms(found.groups()[:4]), _ms(found.groups()[4:])
        if end_ms <= start_ms:
            problems.append(Problem(number, "", "the cue ends where it begins, or before; mend one of its times"))
            continue
        yield _Caption(number, start_ms, end_ms, "\n".join(words))


def _ms(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, decimals = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((decimals or "0").ljust(3, "0"))
