"""Any Unicode text -> Latin letters and the characters of a keyboard, which is all that the reading rules know."""

from __future__ import annotations

import re
import unicodedata

from engine.errors import BadTextError
from engine.spellings import CURRENCIES, SYMBOLS, UNITS

SPELLED = "\ue000"  # a private character: here the text spells a pronunciation

# What typography has more than the keyboard. Dashes between numbers stay dashes (_plain_character).
_TYPOGRAPHY = {
    **dict.fromkeys("‘’ʼ′", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("—–―•→", " -- "),
    **dict.fromkeys("‐‑−", "-"),
    **dict.fromkeys("™®©¿¡", ""),
    "⁄": "/",
    "²": " squared",
    "³": " cubed",
}


def plain_characters(text: str) -> tuple[str, list[int]]:
    """The text in letters and keyboard characters, and the place in `text` that each of them came from."""
    out: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        plain = char if char.isascii() and (char.isprintable() or char == "\n") else _plain_character(text, at)
        out += plain
        origin += [at] * len(plain)
    return "".join(out), origin


def _plain_character(text: str, at: int) -> str:
    char = text[at]
    category = unicodedata.category(char)
    if char == SPELLED:
        return char
    if char in "–—" and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit():
        return "-"
    if char in _TYPOGRAPHY:
        return _TYPOGRAPHY[char]
    if char in SYMBOLS or char in CURRENCIES or char in UNITS:
        return char
    if char.isspace():
        return "\n" if char in "\r\x85\u2028\u2029" else " "
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if not char.isalpha() and category not in ("No", "Nl", "Po", "Pd", "Ps", "Pe"):
        return ""  # emoji, control and private characters, marks that no letter took up
    compatible = unicodedata.normalize("NFKC", char)
    if category == "No" and "⁄" in compatible:
        return " " + compatible.replace("⁄", "/")
    if char.isalpha() and not all(unicodedata.name(c, "").startswith("LATIN") for c in compatible if c.isalpha()):
        return _foreign(text, at)
    return "".join(_TYPOGRAPHY.get(c, c) for c in compatible)


def _foreign(text: str, at: int) -> str:
    """A lone Greek letter is read by its name. A word in another script is an error: its loss would go unnoticed."""
    if text[at] in "µμ" and re.match(r"[smg]\b", text[at + 1 : at + 3]):
        return "u"  # microseconds, as typed where there is no µ
    script, *_, name = unicodedata.name(text[at], "UNKNOWN LETTER").split()
    if script in ("GREEK", "MICRO", "OHM") and not text[at + 1 : at + 2].isalpha() and not text[at - 1 : at].isalpha():
        return {"MICRO": " micro ", "OHM": " ohms "}.get(script, f" {name.lower()} ")
    word = re.match(r"\w{1,40}", text[at:])
    script = {"CJK": "Chinese"}.get(script, script.capitalize())
    raise BadTextError(
        f"{word.group() if word else text[at]!r} is in {script} letters; the voice reads English: "
        "write it in Latin letters, as it sounds"
    )
