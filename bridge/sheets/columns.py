"""Which column of a sheet is what: by our own names, by those of the common tools, or as the user says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.sheets.problem import Problem, SheetError

MAX_HEADINGS = 1000

# Field -> headings that mean it, the surest first, in lower case without spaces and marks. The first of each is ours.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id", "lineid", "cueid", "dialogueid", "stringid", "void", "key", "linekey", "stringkey", "cue", "cuenumber",
        "cueno", "cuenr", "linenumber", "lineno", "dialogueasset", "assetname", "objectpath", "eventname", "voline",
        "recordid", "number", "no", "nr", "index",
    ),
    "text": (
        "text", "dialogue", "dialog", "spokendialogue", "spokentext", "linetext", "dialoguetext", "translation",
        "transcription", "script", "spoken", "words", "subtitle", "subtitles", "caption", "copy", "sourcestring",
        "source", "english", "en", "enus", "engb", "adrline", "lines",
    ),
    "character": (
        "character", "char", "charactername", "speaker", "speakername", "speakingvoice", "role", "part", "who",
        "actor", "track",
    ),
    "timbre": ("timbre", "voice", "voicepreset", "voicename", "ttsvoice", "voiceid"),
    "emotion": ("emotion", "mood", "feeling", "delivery", "style"),
    "weight": ("weight", "intensity", "emotionweight", "strength"),
    "length": ("length", "seconds", "duration", "dur", "targetlength", "targetduration", "len", "slot"),
    "speed": ("speed", "pace"),
    "at": (
        "at", "start", "starttime", "tcin", "timecodein", "in", "intime", "timein", "intc", "starttc", "starttimecode",
        "timecode", "tc", "position", "begin",
    ),
    "end": (
        "end", "endtime", "tcout", "timecodeout", "out", "outtime", "timeout", "outtc", "endtc", "endtimecode",
    ),
    "fps": ("fps", "framerate", "tcrate", "timebase"),
    "seed": ("seed",),
    "takes": ("takes", "ntakes", "alts"),
    "file": ("file", "filename", "audiofile", "audiofilename", "clip", "clipname", "wav", "wavname", "outputfile"),
    "guide": ("guide", "guidetake", "guidefile", "scratch", "scratchtake", "scratchfile"),
    "direction": ("direction", "voiceactordirection", "actordirection", "voicedirection", "performance"),
    "notes": ("notes", "note", "comments", "comment", "context", "reason", "remarks", "description"),
    "locked": ("locked", "lock"),
}  # fmt: skip
FIELDS = tuple(ALIASES)
NEITHER = "line"  # in a cue sheet the words, beside a column of words the name
UNITS = {  # what a heading may have in brackets -> the unit of its plain numbers
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("ms", "msec", "milliseconds"), "ms"),
    **dict.fromkeys(("smp", "samples", "sample"), "smp"),
    **dict.fromkeys(("f", "frames", "frame", "ff"), "frames"),
    **dict.fromkeys(("bars", "bar", "barsbeats"), "bar"),
    **dict.fromkeys(("tc", "timecode", "hmsf", "hhmmssff", "smpte"), "tc"),
}
MERGED_DOWN = ("character", "timbre", "emotion", "weight", "fps")  # where a cell merged over rows is meant for each

_KNOWN = {alias: field for field, aliases in ALIASES.items() for alias in aliases}
_UNIT = re.compile(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*$")


@dataclass(frozen=True)
class Column:
    """A column of a sheet."""

    index: int  # from 0
    heading: str  # as it stands there
    field: str = ""  # one of FIELDS; empty: kept, and written out again, but of no meaning here
    unit: str = ""  # of plain numbers in it: s, ms, smp, frames, bar or tc; empty: seconds


def plain(heading: str) -> str:
    """A heading as it is looked up: lower case, no brackets, spaces and marks."""
    return re.sub(r"[\W_]+", "", _UNIT.sub("", heading).replace("#", "number").lower())


def n_known(headings: Sequence[object]) -> int:
    """How many headings of a row are known: what tells a row of headings from others, and the right delimiter."""
    names = {plain(heading) for heading in headings if isinstance(heading, str)}
    return len({_KNOWN.get(name, name) for name in names if name in _KNOWN or name == NEITHER})


def is_heading_row(headings: Sequence[object], chosen: Mapping[str, str]) -> bool:
    """Whether a row can be the one with the headings: one for the words is among them."""
    names = {plain(heading) for heading in headings if isinstance(heading, str)}
    given = chosen.get("text")
    if given is not None:
        return plain(given) in names
    return any(_KNOWN.get(name) == "text" for name in names) or (NEITHER in names and n_known(headings) > 1)


def map_columns(
    headings: Sequence[str], chosen: Mapping[str, str], row: int
) -> tuple[tuple[Column, ...], tuple[Problem, ...]]:
    """What each column of the row of headings is.

    chosen: field -> heading, before all others. Raises SheetError when one of them is not there.
    """
    if len(headings) > MAX_HEADINGS:
        raise SheetError(f"the sheet has {len(headings)} columns, more than {MAX_HEADINGS}; delete those without lines")
    names = [plain(heading) for heading in headings]
    field_of: dict[int, str] = {}
    for field, heading in chosen.items():
        if field not in FIELDS:
            raise SheetError(f"there is no field {field[:40]!r}; there are: {', '.join(FIELDS)}")
        # As it is written if there is one, else as it is looked up.
        exact = [i for i, each in enumerate(headings) if each.strip() == heading.strip()]
        near = exact or [i for i, name in enumerate(names) if name == plain(heading)]
        if not near:
            raise SheetError(f"there is no column {heading[:80]!r}; there are: {', '.join(filter(None, headings))}")
        field_of[near[0]] = field
    problems = []
    for field, aliases in ALIASES.items():
        if field in field_of.values():
            continue
        found = [i for alias in aliases for i, name in enumerate(names) if name == alias and i not in field_of]
        if found:
            field_of[found[0]] = field
        for other in found[1:]:
            problems.append(
                Problem(row, headings[other], f"left aside: {headings[found[0]]!r} is taken as {field}", is_error=False)
            )
    for index, name in enumerate(names):
        if name == NEITHER and index not in field_of:
            free = next((field for field in ("text", "id") if field not in field_of.values()), None)
            if free is not None:
                field_of[index] = free
    columns = tuple(
        Column(index, heading.strip(), field_of.get(index, ""), _unit(heading))
        for index, heading in enumerate(headings)
    )
    return columns, tuple(problems)


def _unit(heading: str) -> str:
    found = _UNIT.search(heading)
    return UNITS.get(re.sub(r"[\W_]+", "", found[1].lower()), "") if found else ""
