"""Numbers as English words, the way an American reader says them: "one hundred five", "nineteen oh five".

espeak-ng reads plain cardinals itself, but stumbles over what a script holds beside them ("100th", "1,250", "3.5"),
and the official model's text pieces want words. num2words would do this and brings docopt along (a source archive of
2014); inflect takes over a second to import.
"""

from __future__ import annotations

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ["", " thousand", " million", " billion", " trillion", " quadrillion"]
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
LARGEST = 1000 ** len(_SCALES) - 1  # what lies beyond is read digit by digit


def cardinal(n: int) -> str:
    """42 -> "forty two"; -3 -> "minus three"."""
    if n < 0:
        return f"minus {cardinal(-n)}"
    if n > LARGEST:
        return digits(str(n))
    if n < 1000:
        return _below_thousand(n)
    groups = []
    for scale in _SCALES:
        n, group = divmod(n, 1000)
        if group:
            groups.append(_below_thousand(group) + scale)
    return " ".join(reversed(groups))


def _below_thousand(n: int) -> str:
    if n < 20:
        return _ONES[n]
    if n < 100:
        tens, ones = divmod(n, 10)
        return _TENS[tens] + (f" {_ONES[ones]}" if ones else "")
    hundreds, rest = divmod(n, 100)
    return f"{_ONES[hundreds]} hundred" + (f" {_below_thousand(rest)}" if rest else "")


def ordinal(n: int) -> str:
    """42 -> "forty second"."""
    *before, last = cardinal(n).split()
    if last in _ORDINALS:
        last = _ORDINALS[last]
    else:
        last = (last[:-1] + "ie" if last.endswith("y") else last) + "th"
    return " ".join([*before, last])


def year(n: int) -> str:
    """1999 -> "nineteen ninety nine", 1905 -> "nineteen oh five", 2005 -> "two thousand five"."""
    century, rest = divmod(n, 100)
    if not 1000 <= n <= 9999 or (century % 10 == 0 and rest < 10):
        return cardinal(n)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {two_digits(rest)}"


def two_digits(n: int) -> str:
    """The second half of a year or the minutes of a time: 5 -> "oh five", 30 -> "thirty"."""
    return f"oh {_ONES[n]}" if n < 10 else cardinal(n)


def digits(text: str) -> str:
    """ "007" -> "zero zero seven"."""
    return " ".join(_ONES[int(digit)] for digit in text)


def number(text: str) -> str:
    """A number as typed, with or without thousands separators and decimals: "1,250.5" -> "one thousand ... point five".

    A leading zero means that the digits matter, not the value ("007").
    """
    whole, point, decimals = text.replace(",", "").partition(".")
    by_digits = (len(whole) > 1 and whole.startswith("0")) or len(whole) > len(str(LARGEST))
    words = digits(whole) if by_digits else cardinal(int(whole)) if whole else ""
    return f"{words} point {digits(decimals)}".strip() if point and decimals else words


def plural(word: str) -> str:
    """Of a number word or a year: "ninety" -> "nineties", "six" -> "sixes"."""
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith("x") else "s")
