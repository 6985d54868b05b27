"""Text as people type it -> text as the official model was trained on it: English, Chinese, or both in a line.

Numbers, dates and units are read by a reader for each language: Cuevox's own for English, WeTextProcessing's grammars
(`wetext`) for Chinese. What is left is spelled with the few marks that the model knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from engine.normalise import normalise

Reader = Callable[[str], str]

_CHINESE = r"[\u4e00-\u9fff]"
_FINAL = "|".join(
    "iang iong uang üang ian iao ing ang eng ong uai uan üan van uei ai ei ui ao ou iu ie üe ve ue er "
    "an en in un ün vn ia ua uo a o e i u ü v".split()
)
# A syllable in Latin letters with its tone. It stands free, so that no part number ("BA2490") is taken for one.
_PINYIN = rf"(?<![A-Za-z])(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])?(?:{_FINAL})|ng)[1-5](?![A-Za-z0-9])"
_NAME = rf"{_CHINESE}+(?:[-·—]{_CHINESE}+){{1,2}}"  # 列夫·托尔斯泰
_PRODUCT = r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+"  # GPT-5-nano
_MAIL = r"[A-Za-z0-9]+@[A-Za-z0-9]+\.[A-Za-z]+"
_IS = r"(?<![A-Za-z])(what|where|who|which|how|there|here|it|he|she|that|this)['’]s\b(?!\s+(?:been|got|had)\b)"

# Private-use characters stand for what a reader has to leave alone; no reader has a rule for them.
_HYPHEN, _FIRST_KEPT = "\U000f0000", 0xF0001
_PRIVATE = re.compile("[\U000f0000-\U000ffffd]")

_MARKS = {
    **dict.fromkeys(["...", ",,,", "，，，", "……"], "…"),
    **dict.fromkeys("：；;，、:", ","),
    **dict.fromkeys("·—～~", "-"),
    **dict.fromkeys('“”"‘’（）()《》【】[]「」', "'"),
    "。": ".",
    "！": "!",
    "？": "?",
    "\n": " ",
}
_MARK = re.compile("|".join(re.escape(mark) for mark in _MARKS))


def read_english(text: str) -> str:
    """As Cuevox reads English, with spelled letters apart ("P M"), as the model's own lexicon has them."""
    return re.sub(r"(?<![^\W_])([^\W\d_])-(?=[^\W_])", r"\1 ", normalise(text))


def read_chinese(text: str) -> str:
    """As WeTextProcessing reads Chinese, with erhua and interjections kept. Needs the package `wetext`."""
    return _wetext("zh").normalize(text)


@cache
def _wetext(language: str) -> Any:
    from wetext import Normalizer  # its grammars take a while to load: only those who need them wait

    return Normalizer(lang=language, operator="tn")


@dataclass(frozen=True)
class OfficialText:
    """Readers of the two languages, and how terms of the user's own are said.

    A reading in the glossary is one text, or one for each of "en" and "zh".
    """

    english: Reader = read_english
    chinese: Reader = read_chinese
    glossary: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)

    def normalise(self, text: str, *, chinese: bool | None = None) -> str:
        """Text -> words and the marks `. , ! ? - ' …`; "" where there is nothing. chinese=None: as the text looks."""
        text = _PRIVATE.sub("", text).strip()
        if len(text) < 2 and not text.isdigit():
            return text
        if chinese is None:
            chinese = is_chinese(text)
        text = re.sub(_IS, r"\1 is", text, flags=re.IGNORECASE)
        text = self._with_glossary(text, "zh" if chinese else "en")
        if not chinese:
            return _plain_marks(self.english(text))
        text, kept = _hide(text)
        return _plain_marks(_show(self.chinese(text), kept)).replace("$", ".")

    def _with_glossary(self, text: str, language: str) -> str:
        if not self.glossary:
            return text
        readings = {
            term.lower(): said if isinstance(said, str) else said.get(language, term)
            for term, said in self.glossary.items()
        }
        longest_first = sorted(readings, key=len, reverse=True)
        terms = re.compile("|".join(re.escape(term) for term in longest_first), re.IGNORECASE)
        return terms.sub(lambda match: readings[match[0].lower()], text)


def is_chinese(text: str) -> bool:
    """Whether the Chinese reader is the right one: Chinese characters or pinyin, and whatever has no Latin letter.

    A line that is nothing but a mail address counts as Chinese too, as upstream reads it.
    """
    if re.search(_CHINESE, text) or not re.search("[A-Za-z]", text) or re.fullmatch(_MAIL, text):
        return True
    words = re.findall(r"[^\W_]+", text)
    return max(map(len, words)) > 2 and all(re.fullmatch(_PINYIN, word, re.IGNORECASE) for word in words)


def _hide(text: str) -> tuple[str, list[str]]:
    """Hyphens of product names, pinyin, and names in Chinese -> private characters, and what they stand for."""
    kept: list[str] = []

    def hide(match: re.Match[str]) -> str:
        kept.append(match[0])
        return chr(_FIRST_KEPT + len(kept) - 1)

    text = re.sub(_PRODUCT, lambda match: match[0].replace("-", _HYPHEN), text)
    return re.sub(rf"{_NAME}|{_PINYIN}", hide, text, flags=re.IGNORECASE), kept


def _show(text: str, kept: list[str]) -> str:
    def show(match: re.Match[str]) -> str:
        return "-" if match[0] == _HYPHEN else _spelled(kept[ord(match[0]) - _FIRST_KEPT])

    return _PRIVATE.sub(show, text)


def _spelled(kept: str) -> str:
    """ju3 -> JV3: after j, q and x the model's pieces write v for ü, whichever way it was typed."""
    return re.sub(r"^([jqx])[uü](.*)", lambda m: f"{m[1]}v{m[2]}".upper(), kept, flags=re.IGNORECASE)


def _plain_marks(text: str) -> str:
    return _MARK.sub(lambda match: _MARKS[match[0]], text)
