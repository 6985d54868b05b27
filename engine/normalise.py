"""Text as people type it -> words that espeak-ng and the official model's text pieces read as meant.

At every word the first rule that fits says what is spoken for what is written. Only what espeak-ng gets wrong is here:
it reads plain words, names, contractions, accents and most acronyms well by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine import number_words as say
from engine import spellings as spell
from engine.characters import SPELLED, plain_characters
from engine.errors import BadTextError
from engine.pronunciation import BRACES, Pronunciations, phonemes_of

NO_PRONUNCIATIONS = Pronunciations()


@dataclass(frozen=True)
class Piece:
    """A stretch of text. `written` is empty for what lies between words: a space, or a pause mark and a space.

    Where the text says how a word is pronounced, `phonemes` holds that, and `spoken` is empty.
    """

    spoken: str
    written: str
    phonemes: str = ""


def normalise(text: str) -> str:
    """English text -> words of letters, apostrophes and inner hyphens, single spaces, and the marks `. , ! ? ; :`.

    Raises BadTextError where nothing is left to speak, for words in a script that the voice cannot read, and for
    pronunciations, which have no letters.
    """
    pieces = read(text)
    for piece in pieces:
        if piece.phonemes:
            raise BadTextError(
                f"{piece.written} is a pronunciation, which this voice cannot read; write it as it sounds"
            )
    return "".join(piece.spoken for piece in pieces)


def read(text: str, pronunciations: Pronunciations = NO_PRONUNCIATIONS) -> tuple[Piece, ...]:
    """As normalise(), keeping what was written for each word: "Only $5!" -> "Only", " ", "five dollars" ("$5"), "!"."""
    text = unicodedata.normalize("NFC", text).replace(SPELLED, " ")
    spelled = iter(BRACES.findall(text))
    text = BRACES.sub(SPELLED, text)
    plain, origin = plain_characters(text)
    own = pronunciations.pattern()
    pieces: list[Piece] = []
    at = between = 0  # `between` is where the last word ended
    while at < len(plain):
        piece = None
        if plain[at] == SPELLED:
            braces = next(spelled)
            piece, end = Piece("", braces, phonemes_of(braces[1:-1])), at + 1
        elif own and (match := own.match(plain, at)):
            end = match.end()
            piece = _said(pronunciations.of(match[0]), text[origin[at] : origin[end - 1] + 1])
        else:
            spoken, end = _next_word(plain, at)
            if spoken:
                piece = Piece(spoken, text[origin[at] : origin[end - 1] + 1])
        if piece:
            if pieces:
                pieces.append(Piece(_pause(plain[between:at]) or " ", ""))
            pieces.append(piece)
            between = end
        at = end
    if not pieces:
        raise BadTextError(f"nothing to speak in {text.strip()[:40]!r}: a line needs a word or a number")
    if mark := _pause(plain[between:] + " ").rstrip():
        pieces.append(Piece(mark, ""))
    return tuple(pieces)


def _said(saying: str, written: str) -> Piece:
    """A word of the user's dictionary."""
    if saying.startswith("{"):
        return Piece("", written, phonemes_of(saying[1:-1]))
    return Piece(re.sub(r"[.,!?;:]", "", normalise(saying)), written)


_MARKS = "?!.;:,"  # strongest first
_MARK_OF = str.maketrans({**dict.fromkeys("()[]{}|", ","), **dict.fromkeys("\"'`*_~^<>\\/#", " ")})


def _pause(between: str) -> str:
    """What lies between two words -> "", " " or one pause mark, with a space behind it."""
    between = re.sub(r"\n\s*\n", " . ", between)  # a paragraph ends its sentence
    between = re.sub(r"--+|(?<=\s)-|-(?=\s)", ",", between).replace("-", " ").translate(_MARK_OF)
    between = re.sub(r"\s+", " ", between)
    if re.fullmatch(r" ?\.\.\. ?|[?!.;:,]? ", between):
        return between
    for mark in _MARKS:
        if mark in between:
            return "... " if mark == "." and ".." in between else f"{mark} "
    return " "


def _next_word(plain: str, at: int) -> tuple[str, int]:
    """What is spoken for the word that starts at `at`, and where it ends; ("", at + 1) where none does."""
    for pattern, spoken_for in _RULES:
        if (match := pattern.match(plain, at)) and (spoken := spoken_for(match)) is not None:
            return spoken, match.end()
    return "", at + 1


# ------------------------------------------------------------------------------------------------ numbers and signs
_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,5}(?!\d)|\d+)(?:\.\d+)?|\.\d+"
_END = r"(?![^\W_])"  # no letter or digit follows
_SIGN = r"(?:(?<![^\s(\[{/,:=])-)?"  # a minus stands free on its left


def _address(match: re.Match[str]) -> str:
    """A link, mail address or file name, every sign by its name."""
    address = re.sub(r"^(https?://)?(www\.)?", "", match[0])
    names = {".": "dot", "/": "slash", "-": "dash", "_": "underscore", "@": "at", ":": "colon", "?": "question mark"}
    parts = re.findall(r"[^\W\d_]+|\d+|[./_@:?-]", address.rstrip("/"))
    return _join(names.get(p) or (say.number(p) if p.isdigit() else _letters_or_word(p)) for p in parts)


def _clock(match: re.Match[str]) -> str | None:
    """10:30 -> ten thirty; 9:00 p.m. -> nine P-M; 01:02:03 -> one oh two oh three."""
    hour, *rest = (int(part) for part in match["time"].split(":"))
    half = (match["half"] or "").lower()
    suffix = f" {half[0].upper()}-M" if half else ""
    if not half and rest == [0] and 1 <= hour <= 12:
        return f"{say.cardinal(hour)} o'clock"
    if half and not any(rest):
        return say.cardinal(hour) + suffix
    return _join([say.cardinal(hour), *(say.two_digits(part) for part in rest)]) + suffix


def _numeric_date(match: re.Match[str]) -> str | None:
    """2024-05-03 and, the American way round, 5/3/2024."""
    first, second, third = (int(part) for part in re.split("[-/.]", match[0]))
    year, month, day = (first, second, third) if first > 31 else (third, first, second)
    if month > 12:
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{spell.MONTH_NAMES[month - 1]} {say.ordinal(day)}, {say.year(year)}".replace(",", "")


def _month_day(match: re.Match[str]) -> str | None:
    """May 3rd, 2024 -> May third twenty twenty four."""
    if int(match["day"]) > 31:
        return None
    year = f" {say.year(int(match['year']))}" if match["year"] else ""
    return f"{spell.MONTHS[match['month']]} {say.ordinal(int(match['day']))}{year}"


def _day_month(match: re.Match[str]) -> str | None:
    """3 May 2024 -> the third of May twenty twenty four."""
    if int(match["day"]) > 31:
        return None
    year = f" {say.year(int(match['year']))}" if match["year"] else ""
    return f"the {say.ordinal(int(match['day']))} of {spell.MONTHS[match['month']]}{year}"


def _money(match: re.Match[str]) -> str:
    """$1.5m -> one point five million dollars; £5.20 -> five pounds and twenty pence."""
    one, many, cent, cents = spell.CURRENCIES[match["sign"]]
    amount, magnitude = match["amount"], match["magnitude"]
    minus = "minus " if "-" in match[0] else ""
    if magnitude:
        return f"{minus}{say.number(amount)} {spell.MAGNITUDES.get(magnitude, magnitude)} {many}"
    whole, _, fraction = amount.replace(",", "").partition(".")
    if len(fraction) != 2:
        return f"{minus}{say.number(amount)} {one if amount == '1' else many}"
    parts = []
    if int(whole or 0):
        parts.append(f"{say.number(whole)} {one if int(whole) == 1 else many}")
    if int(fraction) or not parts:
        parts.append(f"{say.cardinal(int(fraction))} {cent if int(fraction) == 1 else cents}")
    return minus + " and ".join(parts)


def _measure(match: re.Match[str]) -> str:
    """5 km -> five kilometers; -1 dB -> minus one decibel; 10-20% -> ten to twenty percent."""
    one, many = spell.UNITS[match["unit"]]
    first = ("minus " if match[0].startswith("-") else "") + say.number(match["first"])
    if match["second"]:
        return f"{first} to {say.number(match['second'])} {many}"
    return f"{first} {one if match['first'] == '1' else many}"


def _feet_inches(match: re.Match[str]) -> str:
    return f"{say.number(match['feet'])} foot {say.number(match['inches'])}"


def _decade(match: re.Match[str]) -> str:
    """1990s -> nineteen nineties; '90s -> nineties; but 90s are seconds."""
    return say.plural(say.year(int(match["year"])))


def _fraction(match: re.Match[str]) -> str | None:
    """1/2 -> one half; 3 3/4 -> three and three quarters; 24/7 -> twenty four seven."""
    whole = f"{say.number(match['whole'])} and " if match["whole"] else ""
    above, below = int(match["above"]), int(match["below"])
    if not (0 < above < below and (below <= 10 or below in (16, 32, 64, 100, 1000))):
        return None if whole else f"{say.cardinal(above)} {say.cardinal(below)}"
    name = {2: "half", 4: "quarter"}.get(below) or say.ordinal(below)
    return f"{whole}{say.cardinal(above)} {name if above == 1 else say.plural(name).replace('halfs', 'halves')}"


def _range(match: re.Match[str]) -> str:
    """10-20 -> ten to twenty; 1990-95 -> nineteen ninety to ninety five; 555-0123 by its digits."""
    first, second = match["first"], match["second"]
    if (len(first) == 3 and len(second) == 4) or first.startswith("0"):
        return f"{say.digits(first)} {say.digits(second)}"
    return f"{_count(first)} to {_count(second)}"


def _digit_groups(match: re.Match[str]) -> str:
    """Telephone and serial numbers, 555-867-5309, and versions, 1.2.3."""
    parts = re.split(r"([-.])", match[0])
    if "." in parts:
        return _join("point" if p == "." else say.number(p) for p in parts)
    return _join(say.digits(p) for p in parts if p != "-")


def _bare_number(match: re.Match[str]) -> str:
    minus = "minus " if match[0].startswith("-") else ""
    return minus + (f"{say.number(match['number'])} thousand" if match["thousand"] else _count(match["number"]))


def _count(number: str) -> str:
    """Four digits without a separator are read like a year: 1999 and 1500 alike."""
    if re.fullmatch(r"1[1-9]\d\d|20[1-9]\d", number):
        return say.year(int(number))
    return say.number(number)


# ------------------------------------------------------------------------------------------------ words and letters
def _title(match: re.Match[str]) -> str | None:
    """Dr. Smith, St James; but the "St." behind a name is a street."""
    if match[1] == "St" and re.search(r"[A-Z][a-z]+ $", match.string[max(0, match.start() - 40) : match.start()]):
        return None
    return spell.TITLES[match[1]]


def _initial(match: re.Match[str]) -> str | None:
    """The full stop of "J. Smith" or "Norman J. Colman" is no pause; that of "Plan B. Go" is."""
    before = re.search(r"([^\W\d_]+)[\s.]*$", match.string[max(0, match.start() - 40) : match.start()])
    follows_name = before is None or (before[1][0].isupper() and before[1].lower() not in spell.NUMBERED)
    return match["letter"] if follows_name and match["letter"] not in "IA" else None


def _roman(match: re.Match[str]) -> str | None:
    """Henry VIII -> Henry the eighth; Act IV, World War II -> act four, World War two; MIX stays a word."""
    value = _roman_value(match["roman"])
    if value is None:
        return None
    if match["name"] in spell.MONARCHS and len(match["roman"]) > 1:
        return f"{match['name']} the {say.ordinal(value)}"
    if len(match["roman"]) > 1 or match["name"].lower() in spell.NUMBERED:
        return f"{match['name']} {say.cardinal(value)}"
    return None


def _roman_value(roman: str) -> int | None:
    """Of a numeral below forty; larger ones look too much like words and acronyms (MIX, CD, DIM, XL)."""
    tens_ones = re.fullmatch(r"(X{0,3})(IX|IV|V?I{0,3})", roman)
    if not tens_ones:
        return None
    tens, ones = tens_ones.groups()
    return 10 * len(tens) + ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"].index(ones)


def _letters_and_digits(match: re.Match[str]) -> str:
    """MP3 -> M-P three; R2-D2 -> R two D two; F-16 -> F sixteen; level3 -> level three."""
    parts = re.findall(r"[^\W\d_]+|\d+", match[0])
    return _join(
        say.number(p) if p.isdigit() else "-".join(p) if p.isupper() and len(p) < 4 else _letters_or_word(p)
        for p in parts
    )


def _word(match: re.Match[str]) -> str:
    return _letters_or_word(match[0], shouted=_is_shouted(match))


def _is_shouted(match: re.Match[str]) -> bool:
    """A neighbour is in capitals too."""
    before = re.search(r"([^\W\d_']+)\W*$", match.string[max(0, match.start() - 40) : match.start()])
    after = re.match(r"\W*([^\W\d_']+)", match.string[match.end() : match.end() + 40])
    return any(m is not None and len(m.group(1)) > 1 and m.group(1).isupper() for m in (before, after))


def _letters_or_word(word: str, shouted: bool = False) -> str:
    """A word as espeak-ng reads it well: acronyms, sounds, stretched vowels and stutters respelled."""
    if shouted and word in spell.SHOUTED:
        return word.lower()
    if word in spell.SPELLED and not shouted:
        return "-".join(word)
    if re.fullmatch(r"[A-Z]{2,5}s", word):
        return "-".join([*word[:-2], spell.LETTER_PLURALS[word[-2]]])
    for pattern, sound in spell.INTERJECTIONS.items():
        if match := re.fullmatch(pattern, word, re.IGNORECASE):
            return match.expand(sound).lower()
    word = re.sub(r"([Ee])\1{2,}", "ee", word)
    word = re.sub(r"([^\W\d_])\1{2,}", r"\1", word)
    return re.sub(r"\b([^\W\d_aeiouAEIOU]|[CSTcst]h)-(?=\1)", lambda m: f"{m[1]}uh-", word, flags=re.IGNORECASE)


def _join(words: Iterable[str]) -> str:
    return " ".join(words)


_TOP_LEVEL = "com|org|net|io|edu|gov|dev|app|uk|wav|mp3|flac|ogg|txt|json|rpp|exe|py|lua"
_CLIPPED = "tis|twas|em|n|til|till|cause|cuz|bout|round|ere|kay|nuff"  # they start with an apostrophe
_STARTERS = "The|A|I|He|She|It|We|You|They|This|That|There|But|And|So|If|When|In|No|What|My|Our|His|Her"
_CAPITAL = r"[^\W\da-z_]"
# The full stop of an abbreviation, unless it ends the sentence too.
_STOP = rf"(?:\.(?!\s*$|\s+{_CAPITAL}))?"
_STOP_IN_NAMES = rf"(?:\.(?!\s*$|\s+(?:{_STARTERS})\b))?"


def _any(written: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(written, key=len, reverse=True))


def _spoken_in(table: dict[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda match: table[match[1]]


_MONTH = _any(spell.MONTHS)
_YEAR = r"(?:,? (?P<year>[12]\d{3})(?!\d))?"
_MAGNITUDE = rf"(?: ?(?P<magnitude>thousand|million|billion|trillion|{_any(spell.MAGNITUDES)}){_END})?"

_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]] = [
    (re.compile(pattern), spoken_for)
    for pattern, spoken_for in [
        (r"\d{19,}", lambda m: say.digits(m[0])),
        (r"https?://[^\s\"'<>)]*[^\s\"'<>).,!?;:]", _address),
        (r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+){1,8}", _address),
        (rf"[\w-]{{1,64}}(?:\.[\w-]{{1,64}}){{0,8}}\.(?:{_TOP_LEVEL})\b(?:/[\w/-]*)?", _address),
        (r"\d{4}-\d{1,2}-\d{1,2}(?!\d)|\d{1,2}/\d{1,2}/\d{4}(?!\d)", _numeric_date),
        (rf"(?P<time>\d{{1,2}}(?::\d{{2}}){{1,3}})(?: ?(?P<half>[apAP]\.?[mM]\b){_STOP})?(?!\d)", _clock),
        (rf"(?P<time>\d{{1,2}}) ?(?P<half>[apAP]\.?[mM]\b){_STOP}", _clock),
        (rf"(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]){_YEAR}", _month_day),
        (rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?P<month>{_MONTH})\b{_YEAR}", _day_month),
        (rf"{_SIGN}(?P<sign>[{''.join(spell.CURRENCIES)}])-?(?P<amount>{_NUMBER}){_MAGNITUDE}", _money),
        (r"(?P<year>(?<=')\d0|\d{3}0)'?s\b", _decade),
        (r"(?P<feet>\d)'(?P<inches>\d{1,2})\"", _feet_inches),
        (rf"(?:(?P<whole>\d{{1,6}}) )?(?P<above>\d{{1,4}})/(?P<below>\d{{1,4}}){_END}", _fraction),
        (rf"{_SIGN}(?P<first>{_NUMBER})(?:-(?P<second>{_NUMBER}))? ?(?P<unit>{_any(spell.UNITS)}){_END}", _measure),
        (r"(\d{1,3}(?:,\d{3}){1,5}|\d{1,18})(?:st|nd|rd|th)\b", lambda m: say.ordinal(int(m[1].replace(",", "")))),
        (r"\d+(?:-\d+){2,}|\d+(?:\.\d+){2,}", _digit_groups),
        (rf"(?P<first>\d+)-(?P<second>\d+){_END}", _range),
        (r"#(\d{1,18})\b", lambda m: f"number {say.cardinal(int(m[1]))}"),
        (r"#(?=\w)", lambda m: "hashtag"),
        (r"~(?=\d)", lambda m: "about"),
        (r"\*(?=\s*\d)(?<=\d\*|\s\*)", lambda m: "times"),
        (r"[^\W\d_]+-?\d+[^\W_]*(?:-[^\W_]*\d[^\W_]*)*", _letters_and_digits),
        (rf"\d+[^\W\d_]+\d[^\W_]*|\d+[A-Z]{{1,3}}{_END}", _letters_and_digits),
        (rf"{_SIGN}(?P<number>{_NUMBER})(?P<thousand>k{_END})?", _bare_number),
        (rf"({_any(spell.NUMBERED_ABBREVIATIONS)})\.(?= ?\d)", _spoken_in(spell.NUMBERED_ABBREVIATIONS)),
        (rf"({_any(spell.TITLES)})\.(?=\s+{_CAPITAL})", _title),
        (rf"({_any(spell.TITLES_WITHOUT_STOP)})(?=\s+{_CAPITAL})", _title),
        (rf"({_any(spell.ABBREVIATIONS)})\.", _spoken_in(spell.ABBREVIATIONS)),
        (rf"({_any(spell.CLOSING_ABBREVIATIONS)})(?=\.){_STOP}", _spoken_in(spell.CLOSING_ABBREVIATIONS)),
        (rf"(?:[A-Z]\.)+[A-Z](?=\.){_STOP_IN_NAMES}", lambda m: m[0].replace(".", "")),
        (r"(?P<letter>[A-Z])\.(?=\s+[A-Z])", _initial),
        (rf"(?P<name>[A-Z][a-z]+) (?P<roman>[IVX]+){_END}(?!')", _roman),
        (rf"([{''.join(spell.SYMBOLS)}])", _spoken_in(spell.SYMBOLS)),
        (rf"(?:'(?=(?:{_CLIPPED})\b))?[^\W\d_]+(?:['-][^\W\d_]+)*(?:(?<=[sn])')?", _word),
    ]
]
