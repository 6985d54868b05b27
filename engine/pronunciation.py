"""How words are said when the reading rules would get them wrong: phonemes in braces, and a dictionary of one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import BadTextError, EngineError

# IPA as people write it -> the voice's alphabet, in this order: diphthongs and affricates are one symbol there.
_IPA = (
    ("͡", ""), ("‿", ""), ("ː", ""), (":", ""), (".", ""), ("'", "ˈ"), ("’", "ˈ"), ("g", "ɡ"), ("aɪ", "I"), ("aʊ", "W"),
    ("dʒ", "ʤ"), ("eɪ", "A"), ("tʃ", "ʧ"), ("ɔɪ", "Y"), ("oʊ", "O"), ("əʊ", "O"), ("ɚ", "əɹ"), ("ɝ", "ɜɹ"), ("r", "ɹ"),
    ("ɒ", "ɑ"), ("a", "ɑ"), ("ɐ", "ə"), ("e", "ɛ"), ("o", "O"), ("x", "k"), ("ç", "k"), ("ɫ", "l"), ("ɬ", "l"),
    ("ʔ", "t"), ("ɾ", "T"), ("ʍ", "w"), ("ɱ", "m"),
)  # fmt: skip
SOUNDS = frozenset("AIOTWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌ̩θᵊᵻ ")
_MOST = 1_000_000  # bytes of a dictionary: some 40,000 words


class BadDictionaryError(EngineError):
    """A pronunciation dictionary that cannot be used."""

    code = "bad_argument"


def phonemes_of(ipa: str) -> str:
    """What stands between braces -> the voice's alphabet. Raises BadTextError."""
    spelled = ipa.strip()
    for old, new in _IPA:
        spelled = spelled.replace(old, new)
    unknown = sorted(set(spelled) - SOUNDS)
    if unknown or not set(spelled) - set(" ˈˌ̩"):
        wrong = f"{unknown[0]!r} is no sound that the voice knows" if unknown else "there is no sound in it"
        raise BadTextError(
            f"{{{ipa}}} is to be a pronunciation, but {wrong}; write it in IPA, such as {{kjˈuvɑks}}, or without braces"
        )
    return " ".join(spelled.split())


@dataclass(frozen=True)
class Pronunciations:
    """Words or short phrases, in any case -> {phonemes} in braces, or how they would be written to be read right."""

    said: Mapping[str, str] = field(default_factory=dict)

    def pattern(self) -> re.Pattern[str] | None:
        """What finds them in a text, longest first; None without any."""
        if not self.said:
            return None
        words = sorted(self.said, key=len, reverse=True)
        return re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, words))})(?![^\W_])", re.IGNORECASE)

    def of(self, word: str) -> str:
        """How a word that the pattern found is said."""
        return self.said[word.lower()]


def read_pronunciations(path: Path) -> Pronunciations:
    """A JSON file {"Cuevox": "{kjˈuvɑks}", "GIF": "jiff"}. Without the file, none. Raises BadDictionaryError."""
    try:
        if path.stat().st_size > _MOST:
            raise BadDictionaryError(f"{path} is larger than {_MOST // 1_000_000} MB; keep the words that are needed")
        entries = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Pronunciations()
    except (OSError, ValueError, RecursionError) as error:
        raise BadDictionaryError(
            f'{path} cannot be read ({error}); write it as JSON in UTF-8, such as {{"GIF": "jiff"}}'
        ) from error
    if not isinstance(entries, dict):
        raise BadDictionaryError(f'{path} holds no object; write {{"word": "how it is said"}}')
    return Pronunciations({word.lower(): _saying(path, word, said) for word, said in entries.items()})


def _saying(path: Path, word: str, said: object) -> str:
    if not word.strip() or word != word.strip() or not any(c.isalnum() for c in word):
        raise BadDictionaryError(
            f"{path}: {word!r} is no word; write it as it stands in the lines, without spaces around"
        )
    if not isinstance(said, str) or not said.strip():
        raise BadDictionaryError(f'{path}: {word!r} is said as {said!r}; give a text, such as "jiff" or "{{ʤˈɪf}}"')
    if said.startswith("{") and said.endswith("}"):
        try:
            phonemes_of(said[1:-1])
        except BadTextError as error:
            raise BadDictionaryError(f"{path}: {word!r}: {error}") from error
    elif set("{}[]") & set(said):
        raise BadDictionaryError(
            f"{path}: {word!r} is said as {said!r}; put all of it between braces as phonemes, or write plain words"
        )
    return said.strip()
