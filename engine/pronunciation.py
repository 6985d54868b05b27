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
# The voice's alphabet -> letters that a reader of English takes for the sound, for a model that reads letters only.
_LETTERS = (
    ("ɜɹ", "ur"), ("əɹ", "er"), ("ɑɹ", "ar"), ("ɔɹ", "or"), ("A", "ay"), ("I", "igh"), ("O", "oh"), ("W", "ow"),
    ("Y", "oy"), ("T", "t"), ("i", "ee"), ("j", "y"), ("u", "oo"), ("æ", "a"), ("ð", "th"), ("ŋ", "ng"), ("ɑ", "ah"),
    ("ɔ", "aw"), ("ə", "uh"), ("ɛ", "e"), ("ɜ", "u"), ("ɡ", "g"), ("ɪ", "i"), ("ɹ", "r"), ("ʃ", "sh"), ("ʊ", "oo"),
    ("ʌ", "u"), ("ʒ", "zh"), ("ʤ", "j"), ("ʧ", "ch"), ("ˈ", ""), ("ˌ", ""), ("̩", ""), ("θ", "th"), ("ᵊ", "u"),
    ("ᵻ", "i"),
)  # fmt: skip
BRACES = re.compile(r"\{[^{}\n]*\}")
_CHINESE = "\u2e80-\ua4cf\uf900-\ufaff"  # written without spaces, so a word is found anywhere among it
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


def respelled(ipa: str) -> str:
    """What stands between braces -> about the same in letters: kjˈuvɑks -> kyoovahks. Raises BadTextError."""
    letters = dict(_LETTERS)
    return re.sub("|".join(sound for sound, _ in _LETTERS), lambda match: letters[match[0]], phonemes_of(ipa))


@dataclass(frozen=True)
class Pronunciations:
    """Words or short phrases, in any case -> {phonemes} in braces, or how they would be written to be read right."""

    said: Mapping[str, str] = field(default_factory=dict)

    def pattern(self) -> re.Pattern[str] | None:
        """What finds them in a text, longest first; None without any."""
        if not self.said:
            return None
        words = sorted(self.said, key=len, reverse=True)
        chinese = [re.escape(word) for word in words if re.match(f"[{_CHINESE}]", word)]
        others = "|".join(re.escape(word) for word in words if not re.match(f"[{_CHINESE}]", word)) or "(?!)"
        apart = rf"(?<![^\W{_CHINESE}])(?<!')(?:{others})(?![^\W_{_CHINESE}])"
        return re.compile("|".join([apart, *chinese]), re.IGNORECASE)

    def of(self, word: str) -> str:
        """How a word that the pattern found is said."""
        return self.said[word.lower()]

    def written_into(self, text: str) -> tuple[str, tuple[str, ...]]:
        """A text with its words and its {phonemes} as a model that reads letters is to read them, and what to tell of
        it. Raises BadTextError for braces that hold no pronunciation."""
        own, told = self.pattern(), []

        def said(match: re.Match[str]) -> str:
            saying = match[0] if match[0].startswith("{") else self.of(match[0])
            if not saying.startswith("{"):
                return saying
            letters = respelled(saying[1:-1])
            told.append(
                f"this voice reads letters, not phonemes: {saying} is read as {letters!r}; if it sounds wrong, write "
                "the word as it sounds"
            )
            return letters

        found = re.compile("|".join([BRACES.pattern, *([own.pattern] if own else [])]), re.IGNORECASE)
        return found.sub(said, text), tuple(dict.fromkeys(told))


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
