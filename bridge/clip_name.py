"""How clips are named: a template such as `{character}/{line}_{emotion}_{take}`, filled in with safe names."""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath

from bridge.files import safe_name

NUMBERS = ("line_number", "take_number")
FIELDS = ("project", "character", "line", "take", "timbre", "emotion", "seed", "date", *NUMBERS)
DEFAULT = "{character}/{take}"
RULE = (
    f"folders and a name of the fields {', '.join('{' + field + '}' for field in FIELDS)}, with {{take}} in the name "
    f"or with {{line}} and {{seed}} or {{take_number}}, such as {DEFAULT}; numbers may have leading zeros, such as "
    "{take_number:02}"
)
MAX_LENGTH = 200
EXAMPLE: Mapping[str, str | int] = {  # of a take, to show what a template comes to
    "project": "Act 2",
    "character": "Guard",
    "line": "gate_01",
    "take": "gate_01_t02",
    "timbre": "Cole",
    "emotion": "angry",
    "seed": "4711",
    "date": "2026-11-30",
    "line_number": 1,
    "take_number": 2,
}
_ZEROS = re.compile("0[1-9]")  # so many digits at least
_OWN_NAMES = (  # what tells a take from all others
    {"take"},
    *({line, take} for line in ("line", "line_number") for take in ("seed", "take_number")),
)


def is_template(
    text: str, fields: Collection[str] = FIELDS, own_names: Iterable[AbstractSet[str]] = _OWN_NAMES
) -> bool:
    """Whether it names only `fields`, and in the file's own name all of one of `own_names`."""
    if not 0 < len(text) <= MAX_LENGTH or not all(text.split("/")):
        return False
    try:
        parts = [list(string.Formatter().parse(part)) for part in text.split("/")]
    except ValueError:  # a brace without its other half
        return False
    # Plain fields only: {line.upper} or {line!r:>99} would reach into things that a template has no business with.
    plain = all(
        conversion is None and (not spec or (field in NUMBERS and _ZEROS.fullmatch(spec)))
        for part in parts
        for _, field, spec, conversion in part
    )
    named = {field for _, field, _, _ in parts[-1] if field is not None}
    used = {field for part in parts for _, field, _, _ in part if field is not None}
    return plain and used <= set(fields) and any(each <= named for each in own_names)


def fill(template: str, values: Mapping[str, str | int]) -> PurePosixPath:
    """The relative path, without its suffix. What a value holds never makes a folder of its own."""
    return PurePosixPath(*(safe_name(part.format_map(values), fallback="take") for part in template.split("/")))
