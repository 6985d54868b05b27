"""Pronunciations that a text or the user's dictionary gives: read as told, or refused with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import BadTextError
from engine.normalise import normalise
from engine.pronunciation import BadDictionaryError, Pronunciations, phonemes_of, read_pronunciations, respelled
from engine.text import Phonemiser
from engine.training.data import ALPHABET


@pytest.fixture(scope="module")
def phonemise() -> Phonemiser:
    return Phonemiser(ALPHABET)


def test_braces_spell_a_word(phonemise: Phonemiser) -> None:
    spoken = phonemise("Say {kjˈuvɑks} twice.")
    assert spoken.phonemes == "sˈA kjˈuvɑks twˈIs."
    assert [w.written for w in spoken.words] == ["Say", "{kjˈuvɑks}", "twice"]


@pytest.mark.parametrize(
    ("ipa", "phonemes"),
    [
        ("tʃɛk", "ʧɛk"),
        ("t͡ʃɛk", "ʧɛk"),
        ("'haʊs", "ˈhWs"),
        ("ˈɡoʊ", "ˈɡO"),
        ("gɪr", "ɡɪɹ"),
        ("riːd", "ɹid"),
        ("nˈɜːɹs  tˈu", "nˈɜɹs tˈu"),
    ],
)
def test_ipa_as_people_write_it_becomes_the_voices_alphabet(ipa: str, phonemes: str) -> None:
    assert phonemes_of(ipa) == phonemes
    assert set(phonemes) <= set(ALPHABET)


@pytest.mark.parametrize(
    ("text", "wrong"), [("{h3llo}", "'3'"), ("{}", "no sound"), ("{ˈ}", "no sound"), ("{qu}", "'q'")]
)
def test_what_is_no_pronunciation_is_refused(phonemise: Phonemiser, text: str, wrong: str) -> None:
    with pytest.raises(BadTextError, match=wrong):
        phonemise(text)


def test_the_dictionary_says_its_words_and_no_others(phonemise: Phonemiser) -> None:
    own = Pronunciations({"gif": "jiff", "cuevox": "{kjˈuvɑks}", "new gate": "newgate"})
    assert phonemise("A GIF of Cuevox.", own).phonemes == phonemise("A jiff of {kjˈuvɑks}.").phonemes
    assert phonemise("Gifs, a gift.", own).phonemes == phonemise("Gifs, a gift.").phonemes
    assert [w.written for w in phonemise("the New Gate!", own).words] == ["the", "New Gate"]


@pytest.mark.parametrize(
    ("ipa", "letters"), [("kjˈuvɑks", "kyoovahks"), ("dʒˈɪf", "jif"), ("nˈɜːɹs tˈu", "nurs too"), ("ˈbʌtᵊn", "butun")]
)
def test_phonemes_are_respelled_for_a_voice_that_reads_letters(ipa: str, letters: str) -> None:
    assert respelled(ipa) == letters


def test_a_text_takes_its_words_as_they_are_said() -> None:
    own = Pronunciations({"gif": "jiff", "cuevox": "{kjˈuvɑks}", "重庆": "chong2 qing4"})
    text, told = own.written_into("A GIF of Cuevox and {nˈoʊm}, a gift. 我在重庆看GIF。")
    assert text == "A jiff of kyoovahks and nohm, a gift. 我在chong2 qing4看jiff。"
    assert len(told) == 2 and "'nohm'" in told[1] and "letters" in told[0]
    assert Pronunciations().written_into("A GIF.") == ("A GIF.", ())
    with pytest.raises(BadTextError, match="'3'"):
        own.written_into("{h3llo}")


def test_a_voice_without_phonemes_refuses_a_pronunciation() -> None:
    with pytest.raises(BadTextError, match="as it sounds"):
        normalise("Say {kjˈuvɑks}.")


def test_a_dictionary_is_read_from_json(tmp_path: Path) -> None:
    path = tmp_path / "pronunciations.json"
    assert read_pronunciations(path) == Pronunciations()
    path.write_text(json.dumps({"GIF": "jiff", "Cuevox": "{kjˈuvɑks}"}, ensure_ascii=False), "utf-8")
    assert read_pronunciations(path).said == {"gif": "jiff", "cuevox": "{kjˈuvɑks}"}


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("{", "cannot be read"),
        ("[1]", "no object"),
        ('{"GIF": 3}', "'GIF' is said as 3"),
        ('{"GIF": " "}', "'GIF' is said as"),
        ('{" GIF": "jiff"}', "no word"),
        ('{"GIF": "{j9}"}', "'9' is no sound"),
        ('{"GIF": "a {ʤ}"}', "all of it between braces"),
    ],
)
def test_a_bad_dictionary_is_refused_with_its_path_and_the_entry(tmp_path: Path, content: str, wrong: str) -> None:
    path = tmp_path / "pronunciations.json"
    path.write_text(content, "utf-8")
    with pytest.raises(BadDictionaryError, match=wrong) as raised:
        read_pronunciations(path)
    assert str(path) in str(raised.value)
