"""Text normalisation before counting word errors: case, punctuation, numbers, spellings, hyphens."""

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SAME = {
    "ok": "okay",
    "mr": "mister",
    "mrs": "missus",
    "dr": "doctor",
    "gray": "grey",
    "harbor": "harbour",
    "artifact": "artefact",
    "anymore": "any more",
    "it's": "it is",
    "that's": "that is",
    "i'm": "i am",
    "don't": "do not",
    "can't": "can not",
    "cannot": "can not",
    "there's": "there is",
    "what's": "what is",
    "he's": "he is",
    "she's": "she is",
    "let's": "let us",
    "we're": "we are",
    "they're": "they are",
    "you're": "you are",
    "i'll": "i will",
    "i've": "i have",
    "who's": "who is",
    "doesn't": "does not",
}


def number(n: int) -> str:
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (" " + _ONES[n % 10] if n % 10 else "")
    if n < 1000:
        return _ONES[n // 100] + " hundred" + (" " + number(n % 100) if n % 100 else "")
    return number(n // 1000) + " thousand" + (" " + number(n % 1000) if n % 1000 else "")


def normalise(text: str) -> str:
    text = re.sub(r"(\d),(\d)", r"\1\2", text.lower().replace("’", "'").replace("-", " "))
    text = re.sub(r"\d+", lambda m: number(int(m[0])) if len(m[0]) < 7 else m[0], text)
    words = re.sub(r"[^a-z' ]", " ", text).split()
    return " ".join(_SAME.get(w.strip("'"), w.strip("'")) for w in words if w.strip("'"))
