"""The message catalogue: what is compiled is what is written, every sentence once, none that nobody reads, none outside."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from gateway.errors import CouponRefused
from gateway.web import message_catalog
from gateway.web.error_pages import PAGES, page_for
from tests.docs.documents import ROOT

FOLDER = ROOT / "gateway" / "translations"
SOURCES = sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))
MODULES = sorted((ROOT / "gateway" / "web").glob("*.py"))
TEMPLATES = sorted((ROOT / "gateway" / "web" / "templates").glob("*.html"))
SHOWS = ("page", "shown", "offer", "Action", "OtherSignIn", "ErrorPage")
"""What makes a page, or a part of one."""
MARKUP = {"a", "bdi", "code", "span"}
"""The elements that a sentence may have."""
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


class VisibleText(HTMLParser):
    """What a template, without its expressions and statements, would show or read out."""

    SHOWN = frozenset({"alt", "aria-label", "aria-description", "placeholder", "title", "value"})

    def __init__(self, template):
        super().__init__()
        self.found = []
        self.feed(re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", template, flags=re.DOTALL))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in self.SHOWN and value]

    def handle_data(self, data):
        self.found += re.findall(r"\w+", data)


def words_in(template):
    """Return words that stand in a template, in its markup or as a constant of an expression or statement."""
    code = re.findall(r"{%.*?%}|{{.*?}}", template, flags=re.DOTALL)
    constants = [constant for part in code for _, constant in re.findall(r"([\"'])(.*?)\1", part)]
    return VisibleText(template).found + [constant for constant in constants if re.search(r"[A-Z ]", constant)]


def words_of(module):
    """Return the constants with a blank or a capital that a module returns, or hands to what shows them to a person."""
    nodes = list(ast.walk(ast.parse(module)))
    returned = [node.value for node in nodes if isinstance(node, ast.Return)]
    chosen = [part for value in returned if isinstance(value, ast.IfExp) for part in (value.body, value.orelse)]
    parts = [part for part in (*returned, *chosen) if isinstance(part, ast.Constant)]
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        if ast.unparse(call.func).rpartition(".")[2] in SHOWS:
            parts += [*call.args, *(keyword.value for keyword in call.keywords)]
    constants = [node.value for part in parts for node in ast.walk(part) if isinstance(node, ast.Constant)]
    return [value for value in constants if isinstance(value, str) and re.search(r"[A-Z ]", value)]


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
    words = re.sub(r"<[^>]*>", "", sentence)
    assert [word for word in INTERNAL if re.search(rf"\b{word}\b", words.lower())] == []
    assert sentence.endswith(".") == message_id.endswith((".happened", ".advice"))


@pytest.mark.parametrize("message_id", sentences())
def test_a_sentence_with_markup_has_few_elements_and_closes_them(message_id):
    sentence = sentences()[message_id]
    opened, closed = re.findall(r"<([a-z]+)[ >]", sentence), re.findall(r"</([a-z]+)>", sentence)
    assert sorted(opened) == sorted(closed)
    assert set(opened) <= MARKUP
    assert sentence.count("<") == len(opened + closed)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_text_of_its_own(path):
    assert words_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_hands_no_text_of_its_own_to_a_page(path):
    assert words_of(path.read_text(encoding="utf-8")) == []


def test_text_of_its_own_is_found_wherever_it_stands():
    assert words_in('<p class="lead">Hello {{ name }}</p>') == ["Hello"]
    assert words_in('<img alt="A cat" src="x">') == ["A cat"]
    assert words_in("""{% set verb = 'Go' %}<b>{{ "to it" if x else text("y.title") }}</b>""") == ["Go", "to it"]
    assert words_of('page("a.html", title="Not found", happened=text("a.b"))') == ["Not found"]
    assert words_of('error_handlers.offer(href, "Go on" if x else y)') == ["Go on"]
    assert words_of('def f(): return "the way" if x else text("y.z")') == ["the way"]


def test_a_sentence_names_what_it_is_given_and_takes_nothing_in_it_for_a_name():
    given = "100 % of %(coupon)s %s"
    assert message_catalog.text("coupon-refused-by-name.happened", coupon=given) == (
        f"The training site does not accept the coupon “{given}”."
    )
    assert message_catalog.text("button.other-sign-in", provider="Acme") == "Sign in with Acme"


def test_a_sentence_in_a_template_keeps_its_markup_and_escapes_what_it_names():
    assert message_catalog.html("sign-out.happened", person="<b>K'im</b> %s") == (
        "You are signed in as <bdi>&lt;b&gt;K&#39;im&lt;/b&gt; %s</bdi>."
    )
    assert message_catalog.html("training.progress", percentage=45) == "45% done"


def test_the_catalogue_is_found_wherever_the_process_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert message_catalog.text("page-not-found.title") == "Page not found"
    assert Path(message_catalog.__file__).parents[1] == ROOT / "gateway"
