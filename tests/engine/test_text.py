"""Text to phonemes: as the corpus made them, every word accounted for, any input answered."""

from __future__ import annotations

import shutil
import string
from pathlib import Path

import espeakng_loader
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import BadTextError
from engine.normalise import read
from engine.text import Phonemiser, SpokenText, normalise
from engine.training.data import ALPHABET

# Texts and phonemes of the teacher corpus's labels, made by its own phonemiser.
CORPUS = [
    (
        "I sought him but I did not find him, I called him but he did not answer.",
        "I sˈɔt hˌɪm bˌʌt I dɪdnˌɑt fˈInd hˌɪm, I kˈɔld hˌɪm bˌʌt hi dɪdnˌɑt ˈænsəɹ.",
    ),
    ("The alae of a maple seed.", "ðɪ əlˈi əvə mˈApᵊl sˈid."),
    ("She turned up HIV positive.", "ʃi tˈɜɹnd ˌʌp ˌAʧˌIvˈi pˈɑzᵻtˌɪv."),
    (
        "Eyes...of that baffling protean grey which is never twice the same.",
        "ˈIz...ʌv ðæt bˈæflɪŋ pɹOtˈiən ɡɹˈA wˌɪʧ ɪz nˈɛvəɹ twˈIs ðə sˈAm.",
    ),
    ("For east or west all woods must fail ...", "fɔɹ ˈist ɔɹ wˈɛst ˈɔl wˈʊdz mˈʌst fˈAl ..."),
    (
        "Pour my black old coffee longer, While that smell is gettin' stronger A semi-meal ain't nuthin' much to want.",
        "pˈɔɹ mI blˈæk ˈOld kˈɔfi lˈɔŋɡəɹ, wˌIl ðæt smˈɛl ɪz ɡˈɛtᵊn stɹˈɔŋɡəɹɹ ə sˈɛmImˈil ˈAnt nˈʌθɪn mˈʌʧ tə wˈɔnt.",
    ),
    ("Your run-of-the-mine college graduate.", "jʊɹ ɹˈʌnʌvðəmˈIn kˈɑlɪʤ ɡɹˈæʤuət."),
    ("Objective updated: follow me.", "ɑbʤˈɛktɪv ʌpdˈATᵻd: fˈɑlO mˌi."),
    ("There was a writer in 'Life' magazine ...", "ðɛɹwˌʌz ə ɹˈITəɹɹ ɪn lˈIf mˌæɡəzˈin ..."),
    ("Gold's Law: If the shoe fits, it's ugly.", "ɡˈOldz lˈɔ: ɪf ðə ʃˈu fˈɪts, ɪts ˈʌɡli."),
    ("Who's there?", "hˌuz ðˈɛɹ?"),
]


@pytest.fixture(scope="module")
def phonemise() -> Phonemiser:
    return Phonemiser(ALPHABET)


@pytest.mark.parametrize(("text", "phonemes"), CORPUS)
def test_phonemes_are_those_of_the_corpus(phonemise: Phonemiser, text: str, phonemes: str) -> None:
    assert phonemise(text).phonemes == phonemes


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        (
            "I have 42 apples and 1,234 pears.",
            "I have forty two apples and one thousand two hundred thirty four pears.",
        ),
        ("The 1st, 22nd and 100th", "The first, twenty second and one hundredth"),
        ("3.5 is not .5", "three point five is not point five"),
        ("In 1999, 1905 and 2024", "In nineteen ninety nine, nineteen oh five and twenty twenty four"),
        ("the 1990s, the '90s", "the nineteen nineties, the nineties"),
        ("-5 or 10-20", "minus five or ten to twenty"),
        ("10–20", "ten to twenty"),
        ("007", "zero zero seven"),
        ("99999999999999999999", " ".join(["nine"] * 20)),
        ("Call 555-867-5309.", "Call five five five eight six seven five three zero nine."),
        ("version 1.2.3", "version one point two point three"),
        ("3/4, ½ and 24/7", "three quarters, one half and twenty four seven"),
        ("$5.20, £1, €7 and $3m", "five dollars and twenty cents, one pound, seven euros and three million dollars"),
        ("$0.01", "one cent"),
        ("$1.5 million", "one point five million dollars"),
        ("50% of -3 dB", "fifty percent of minus three decibels"),
        ("48 kHz, 250ms, 1 km", "forty eight kilohertz, two hundred fifty milliseconds, one kilometer"),
        ("20°C", "twenty degrees Celsius"),
        ("At 10:30, 9:00 and 5 p.m. today", "At ten thirty, nine o'clock and five P-M today"),
        ("At 5 p.m. He left.", "At five P-M. He left."),
        ("May 3rd, 2024", "May third twenty twenty four"),
        ("3 May 2024", "the third of May twenty twenty four"),
        ("2024-05-03 and 5/3/2024", "May third twenty twenty four and May third twenty twenty four"),
        ("Dr. Smith vs. Mr Jones, etc.", "Doctor Smith versus Mister Jones, et cetera."),
        ("St. James lives on Main St. today", "Saint James lives on Main Street today"),
        ("e.g. this, i.e. that", "for example this, that is that"),
        ("No. 5", "Number five"),
        ("No. Wait.", "No. Wait."),
        ("J. R. R. Tolkien", "J R R Tolkien"),
        ("Plan B. Go!", "Plan B. Go!"),
        ("It was I. He said so.", "It was I. He said so."),
        ("The U.S. Army", "The US Army"),
        ("Henry VIII, Act IV, World War II", "Henry the eighth, Act four, World War two"),
        ("I MIX it", "I MIX it"),
        ("An OSC message for two VIPs", "An O-S-C message for two V-I-pees"),
        ("R2-D2 and C3PO fly an F-16", "R two D two and C three P-O fly an F sixteen"),
        ("MP3, 3D, AK-47", "M-P three, three D, A-K forty seven"),
        ("me@x.org or https://www.x.org/a", "me at x dot org or x dot org slash a"),
        ("R&D, 1 + 1 = 2, #1", "R and D, one plus one equals two, number one"),
        ("and/or", "and or"),
        ("TELL US WHO IT IS", "TELL us WHO it IS"),
        ("Nooooo! Whaaat? Hmm. Shhh!", "no! What? hmm. shush!"),
        ("W-w-what? I-I know.", "Wuh-wuh-what? I-I know."),
        ("“Hello,” she said — ‘hi’ …", "Hello, she said, hi ..."),
        ("*No* (not _that_) one", "No, not that, one"),
        ("Stop!!! What?!", "Stop! What?"),
        ("one\ntwo\n\nthree", "one two. three"),
        ("I was going to—", "I was going to,"),
        ("wait😀 there👍🏽!", "wait there!"),
        ("ｆｕｌｌ ﬁt", "full fit"),
        ("café naïve Łódź", "café naïve Łódź"),
        ("cafe\u0301", "café"),
        ("5µs at Ω", "five microseconds at omega"),
    ],
)
def test_written_forms_are_read_as_meant(text: str, spoken: str) -> None:
    assert normalise(text) == spoken


def test_a_deep_folder_does_not_stop_espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("deep" * 40) / "espeak-ng-data"
    shutil.copytree(espeakng_loader.get_data_path(), deep)
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(deep))
    assert Phonemiser(ALPHABET)("Who's there?").phonemes == "hˌuz ðˈɛɹ?"


def words_of(spoken: SpokenText) -> list[tuple[str, str]]:
    return [(word.written, spoken.phonemes[word.first : word.end]) for word in spoken.words]


def test_words_keep_their_spelling_and_know_their_phonemes(phonemise: Phonemiser) -> None:
    assert words_of(phonemise("Only $42, Dr. Smith?")) == [
        ("Only", "ˈOnli"),
        ("$42", "fˈɔɹTi tˈu dˈɑləɹz"),
        ("Dr.", "dˈɑktəɹ"),
        ("Smith", "smˈɪθ"),
    ]


def test_words_that_are_spoken_as_one_share_their_phonemes(phonemise: Phonemiser) -> None:
    assert words_of(phonemise("I did not reach the end of the road.")) == [
        ("I", "I"),
        ("did", "dɪdnˌɑt"),
        ("not", "dɪdnˌɑt"),
        ("reach", "ɹˈiʧ"),
        ("the", "ðɪ"),
        ("end", "ˈɛnd"),
        ("of", "ʌvðə"),
        ("the", "ʌvðə"),
        ("road", "ɹˈOd"),
    ]


def test_a_long_text_splits_behind_sentences(phonemise: Phonemiser) -> None:
    spoken = phonemise("Dr. Who paid 3.5 dollars. Then he left, at 5 p.m. today, for good! Did he come back?")
    assert [[word.written for word in part.words] for part in spoken.split(60)] == [
        ["Dr.", "Who", "paid", "3.5", "dollars"],
        ["Then", "he", "left", "at", "5 p.m.", "today", "for", "good"],
        ["Did", "he", "come", "back"],
    ]


def test_a_long_sentence_splits_behind_a_clause_then_between_words(phonemise: Phonemiser) -> None:
    spoken = phonemise("The north gate fell before dawn, so nobody saw the riders come down from the hills")
    first, *rest = spoken.split(50)
    assert first.phonemes.endswith(",")
    assert all(part.words for part in rest)
    assert all(len(part.phonemes) <= 20 for part in phonemise("north " * 50).split(20))


def test_ten_thousand_characters_are_spoken(phonemise: Phonemiser) -> None:
    text = "The end of the line, and 42 more words. " * 250
    parts = phonemise(text).split(200)
    assert sum(len(part.words) for part in parts) == 250 * 9
    assert all(len(part.phonemes) <= 200 for part in parts)


@pytest.mark.parametrize("text", ["", " \n", "...", "?!", "😀", "—", "\u200b\x00", "'", "---"])
def test_nothing_to_speak_is_an_error(text: str) -> None:
    with pytest.raises(BadTextError, match="nothing to speak"):
        normalise(text)


@pytest.mark.parametrize(
    ("text", "script"), [("привет", "Cyrillic"), ("he said 你好", "Chinese"), ("שלום", "Hebrew"), ("καλημέρα", "Greek")]
)
def test_another_script_is_an_error_that_names_it(text: str, script: str) -> None:
    with pytest.raises(BadTextError, match=f"{script} letters; the voice reads English"):
        normalise(text)


lines = st.one_of(
    st.text(max_size=60),
    st.text(string.printable, max_size=60),
    st.lists(
        st.sampled_from(
            "Dr. St. the of did not 5 1,234.5 -3 $4.20 10:30 p.m. No. 1999 x@y.org Henry VIII U.S. A. etc. “hi” — … 😀 "
            ", ! ? ( ) - -- / & 3/4 50% 5km WHO IT'S F-16 noooo w-what I \n".split(" ")
        )
    ).map(" ".join),
)


@settings(deadline=None)
@given(lines)
@example("a." * 2000)
@example("a-" * 2000)
@example("9" * 5000)
@example("1," * 2000)
@example("((((" * 1000 + "x")
def test_any_text_is_spoken_or_refused(phonemise: Phonemiser, text: str) -> None:
    try:
        spoken = phonemise(text)
    except BadTextError:
        return
    assert spoken.phonemes and set(spoken.phonemes) <= set(ALPHABET)
    assert spoken.phonemes == spoken.phonemes.strip() and "  " not in spoken.phonemes
    assert spoken.words
    written = "".join(text.split())
    at = end = 0
    for word in spoken.words:
        assert 0 <= word.first < word.end <= len(spoken.phonemes)
        assert word.first >= at and word.end >= end  # in order; words may share a span
        at, end = word.first, word.end
        first = written.find("".join(word.written.split()))
        assert first >= 0
        written = written[first:]
    heard = {i for word in spoken.words for i in range(word.first, word.end)}
    assert all(p in " ,.:;!?" for i, p in enumerate(spoken.phonemes) if i not in heard)


@settings(deadline=None)
@given(lines, st.integers(1, 80))
def test_segments_hold_every_phoneme_and_word_once(phonemise: Phonemiser, text: str, most: int) -> None:
    try:
        spoken = phonemise(text)
    except BadTextError:
        return
    parts = spoken.split(most)
    assert all(0 < len(part.phonemes) <= most for part in parts)
    assert "".join(part.phonemes for part in parts).replace(" ", "") == spoken.phonemes.replace(" ", "")
    longest = max(len(token) for token in spoken.phonemes.split())
    if longest <= most and all(" " not in spoken.phonemes[w.first : w.end] for w in spoken.words):
        assert [word for part in parts for word in words_of(part)] == words_of(spoken)


@settings(deadline=None)
@given(lines)
def test_normalised_text_holds_words_and_pauses_only(text: str) -> None:
    try:
        pieces = read(text)
    except BadTextError:
        return
    for piece in pieces:
        if piece.written:
            assert all(c.isalpha() or c in " '-" for c in piece.spoken)
        else:
            assert piece.spoken.strip() in {"", "...", *"?!.;:,"}
