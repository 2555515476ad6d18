import unicodedata
from itertools import permutations

import pytest

from gateway.flows.natural_order import LENGTH, folded, has_words, natural_key


@pytest.mark.parametrize(
    "names",
    [
        ["Part 2", "Part 10", "Part 100"],
        ["1.9 Basics", "1.10 Basics", "2 Basics"],
        ["chapter 1", "Chapter 2", "chapter 3"],
        ["Ecology", "Éthique", "Ethnology", "Fire safety"],
        ["Arbeit 7", "Arbeit 12", "Ärger vermeiden"],
        ["Unit \N{ARABIC-INDIC DIGIT TWO}", "Unit 10"],
        ["", "7", "A"],
        ["A", "Z", "\N{GREEK CAPITAL LETTER ALPHA WITH TONOS}λφα", "Ωμέγα"],
    ],
    ids=str,
)
def test_numbers_count_by_their_value_and_letters_whatever_their_case_and_accents(names):
    for shuffled in permutations(names):
        assert sorted(shuffled, key=natural_key) == names


def test_names_that_are_alike_always_have_the_same_order():
    names = ["Resume", "Résumé", "resume"]
    assert {tuple(sorted(shuffled, key=natural_key)) for shuffled in permutations(names)} == {
        ("Resume", "Résumé", "resume")
    }


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("  Éthique   des\N{NO-BREAK SPACE}affaires ", "ethique des affaires"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{FULLWIDTH DIGIT ONE}", "a1"),
        ("Ἀσφάλεια", "ασφαλεια"),
        ("हिन्दी"[:2], "हि"),
    ],
)
def test_a_text_is_folded(text, bare):
    assert folded(text) == bare


@pytest.mark.parametrize(
    ("query", "is_found"),
    [("", True), ("ethique", True), ("ÉTHIQUE 2", True), ("2 ethi", True), ("ethique 3", False), ("ethiqüe", True)],
)
def test_every_word_has_to_stand_in_the_text(query, is_found):
    assert has_words("Cours 2 : l\N{RIGHT SINGLE QUOTATION MARK}éthique", query) is is_found


def test_no_more_than_the_beginning_of_a_long_text_counts(monkeypatch):
    asked = []
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: asked.append(len(text)) or text)
    natural_key("\N{COMBINING ACUTE ACCENT}" * 100_000)
    assert asked == [LENGTH]
    assert natural_key("a" * 100_000)[1] == "a" * LENGTH
