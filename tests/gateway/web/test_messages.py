"""The message catalogue: what is compiled is what is written, every sentence once, and none that nobody reads."""

import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from gateway.errors import CouponRefused
from gateway.web import messages
from gateway.web.problem_pages import PAGES, page_for
from tests.docs.documents import ROOT

FOLDER = ROOT / "gateway" / "translations"
SOURCES = sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))
MODULES = sorted((ROOT / "gateway" / "web").glob("*.py"))
TEMPLATES = sorted((ROOT / "gateway" / "web" / "templates").glob("*.html"))
INTERNAL = ("redis", "api", "http", "oidc", "token", "talentlms", "exception", "none")


def catalogue(path=FOLDER / "en" / "LC_MESSAGES" / "messages.po"):
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name, abort_invalid=True)


def sentences():
    """Return the English sentences by message id."""
    return {message.id: message.string for message in catalogue() if message.id}


def ids_in_pages():
    by_name = page_for(CouponRefused(coupon="GONE10"))
    return {message_id for page in (*PAGES.values(), by_name) for message_id in page.message_ids}


def ids_in_code():
    """Return the message ids that modules and templates of the web package name literally."""
    code = "".join(path.read_text(encoding="utf-8") for path in (*MODULES, *TEMPLATES))
    return set(re.findall(r'"(button\.[a-z-]+)"', code)) | set(re.findall(r'\btext\("([^"]+)"', code))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.parents[1].name)
def test_what_is_compiled_is_what_is_written(source):
    with source.with_suffix(".mo").open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}
    assert compiled == {message.id: message.string for message in catalogue(source) if message.id}, "run: make messages"
    assert [message.id for message in catalogue(source) if message.fuzzy] == []


def test_there_is_an_english_catalogue_and_every_other_has_the_same_messages():
    assert "en" in {path.parents[1].name for path in SOURCES}
    for source in SOURCES:
        assert {message.id for message in catalogue(source) if message.string} == {"", *sentences()}, source


def test_no_sentence_stands_there_twice():
    told = list(sentences().values())
    assert sorted(told) == sorted(set(told))


def test_every_message_that_is_shown_is_there_and_every_one_that_is_there_is_shown():
    assert set(sentences()) == ids_in_pages() | ids_in_code()


@pytest.mark.parametrize(("message_id", "sentence"), sentences().items())
def test_a_sentence_names_nothing_internal_and_a_heading_or_button_is_none(message_id, sentence):
    assert [word for word in INTERNAL if re.search(rf"\b{word}\b", sentence.lower())] == []
    assert sentence.endswith(".") == message_id.endswith((".happened", ".advice"))


def test_a_sentence_names_what_it_is_given_and_takes_nothing_in_it_for_a_name():
    given = "100 % of %(coupon)s %s"
    assert messages.text("coupon-refused-by-name.happened", coupon=given) == (
        f"The training site does not accept the coupon “{given}”."
    )
    assert messages.text("button.other-sign-in", provider="Acme") == "Sign in with Acme"


def test_a_sentence_in_a_template_keeps_its_markup_and_escapes_what_it_names():
    assert messages.html("waiting-moment.advice", subject="<b>K'im</b> %s") == (
        "This page goes on to <bdi>&lt;b&gt;K&#39;im&lt;/b&gt; %s</bdi> by itself in a moment."
    )


def test_the_catalogue_is_found_wherever_the_process_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert messages.text("page-not-found.title") == "Page not found"
    assert Path(messages.__file__).parents[1] == ROOT / "gateway"
