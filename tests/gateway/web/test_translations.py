"""The languages of the pages: each says all that English says, names what it names, and has no markup of its own."""

import re
from collections import Counter
from io import BytesIO

import pytest
from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.docs.documents import ROOT

FOLDER = ROOT / "gateway" / "translations"
LANGUAGES = ("ar", "de", "el", "es", "fr", "it")
"""Those that are translated from English."""
SAME_AS_ENGLISH = {
    ("es", "problem.status"),
    ("fr", "api-docs.messages"),
    ("fr", "catalog.pages"),
    ("it", "password.password"),
}
"""Messages that are the same word in both languages."""
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%.")
TAG = re.compile(r"<[^>]*>")
UNTRANSLATED = ("Authorization", "Bearer", "Idempotency-Key", "errors")
"""Names that stand in sentences as they stand in a protocol."""
NAMES_OF_BUTTONS = {"interrupted.advice": "button.continue", "signing-out.advice": "button.continue"}
"""Sentences that name a button, and the button."""


def catalogue(language):
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


CATALOGUES = {language: catalogue(language) for language in ("en", *LANGUAGES)}
SENTENCES = {
    language: {message.id: message.string for message in of if message.id} for language, of in CATALOGUES.items()
}
ENGLISH = SENTENCES["en"]


def differing(language, found):
    """Return the ids of the messages in which something is not what it is in English."""
    return [key for key, english in ENGLISH.items() if found(SENTENCES[language][key]) != found(english)]


def test_there_are_the_languages_that_are_promised():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(("en", *LANGUAGES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_there_in_the_order_of_english_and_says_something(language):
    assert list(SENTENCES[language]) == list(ENGLISH)
    assert [key for key, sentence in SENTENCES[language].items() if sentence != sentence.strip() or not sentence] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_exactly_what_english_names(language):
    assert differing(language, lambda sentence: Counter(PLACEHOLDER.findall(sentence))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_markup_of_english_and_no_other(language):
    assert differing(language, lambda sentence: Counter(TAG.findall(sentence))) == []
    rest = {key: TAG.sub("", sentence) for key, sentence in SENTENCES[language].items()}
    assert [key for key, sentence in rest.items() if re.search(r"[<>&\"']", sentence)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_name_stands_in_is_what_it_stands_in_in_english(language):
    assert differing(language, lambda sentence: Counter(re.findall(r"<(\w+)[^>]*>(%\(\w+\)s)</\1>", sentence))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_one(language):
    same = {(language, key) for key, sentence in SENTENCES[language].items() if sentence == ENGLISH[key]}
    assert same == {pair for pair in SAME_AS_ENGLISH if pair[0] == language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_ends_and_a_heading_or_a_button_does_not(language):
    assert differing(language, lambda sentence: sentence.endswith(".")) == []
    questions = [key for key, english in ENGLISH.items() if english.endswith("?")]
    assert [key for key in questions if not SENTENCES[language][key].endswith(("?", "؟", ";"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_protocol_names_keeps_its_name(language):
    assert differing(language, lambda sentence: [name for name in UNTRANSLATED if name in sentence]) == []


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_a_sentence_calls_a_button_by_what_stands_on_it(language):
    told = SENTENCES[language]
    assert [key for key, button in NAMES_OF_BUTTONS.items() if told[button] not in told[key]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_names_the_language_and_its_plurals(language):
    headers = dict(CATALOGUES[language].mime_headers)
    assert headers["Language"] == language
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    source = (FOLDER / language / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    forms = re.search(r'^"Plural-Forms: nplurals=(\d); plural=(.*);\\n"$', source, re.MULTILINE)
    assert int(forms[1]) == CATALOGUES[language].num_plurals
    assert forms[2] == CATALOGUES[language].plural_expr
    assert Locale.parse(language).text_direction == ("rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_what_is_compiled_is_byte_for_byte_what_is_written_and_nothing_is_unsure(language):
    compiled = BytesIO()
    write_mo(compiled, CATALOGUES[language])
    assert (FOLDER / language / "LC_MESSAGES" / "messages.mo").read_bytes() == compiled.getvalue(), "run: make messages"
    assert [message.id for message in CATALOGUES[language] if message.fuzzy] == []
    assert CATALOGUES[language].obsolete == {}
