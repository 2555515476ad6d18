"""Which language a page is in, and how it writes sentences, names, numbers and days."""

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, render_template_string

from gateway.config import HelpContact
from gateway.errors import PageNotFound, PersonQueued, Queued
from gateway.languages import ENGLISH, PRESENT, TRANSLATIONS, present
from gateway.web import error_handlers, languages, message_catalog, pages
from gateway.web.brand import Brand
from gateway.web.languages import LONGEST, Languages
from gateway.web.waiting import WaitingPages
from schemas.price import PriceField
from tests.docs.documents import ROOT
from tests.gateway.web.browser import MACHINE, PAGE
from tests.gateway.web.test_message_catalog import FOLDER, catalogue

OFFERED = ("en", "ar", "de", "pt-BR")
SOME = {
    "de": {
        "page-not-found.title": "Seite nicht gefunden",
        "button.other-sign-in": "Mit %(provider)s anmelden",
        "catalog.found": "Gefunden für <bdi>%(query)s</bdi>: %(number)s",
        "layout.help": 'Hilfe? <a href="%(href)s">%(contact)s</a>',
    },
    "ar": {
        "page-not-found.title": "الصفحة غير موجودة",
        "button.other-sign-in": "تسجيل الدخول عبر %(provider)s",
        "problem.reference": "الرمز المرجعي <code>%(reference)s</code>",
        "layout.help": 'هل تحتاج إلى مساعدة؟ <a href="%(href)s">%(contact)s</a>',
    },
    "pt_BR": {"page-not-found.title": "Página não encontrada"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Catalogues in which most messages are missing."""
    folder = tmp_path_factory.mktemp("translations")
    for locale, messages in SOME.items():
        catalog = Catalog(locale=locale, fuzzy=False)
        for message_id, sentence in messages.items():
            catalog.add(message_id, sentence)
        (folder / locale / "LC_MESSAGES").mkdir(parents=True)
        with (folder / locale / "LC_MESSAGES" / "messages.mo").open("wb") as file:
            write_mo(file, catalog)
    return folder


@pytest.fixture(scope="module")
def app(folder):
    web = ROOT / "gateway" / "web"
    app = Flask("gateway", template_folder=str(web / "templates"), static_folder=str(web / "static"))
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)
    pages.install(app, HelpContact("help@acme.example"), Languages(OFFERED), Brand())
    error_handlers.install(app, {})
    return app


@pytest.fixture
def speaking(app):
    """Return a request of somebody who speaks a language."""
    return lambda header: app.test_request_context("/go", headers={"Accept-Language": header})


@pytest.fixture
def get(app):
    return lambda language, accept=PAGE: app.test_client().get("/none", headers={**accept, "Accept-Language": language})


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"),
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("ja, ar-EG;q=0.3, de;q=0.2", "ar"),
        ("en;q=0.2, de;q=0.7", "de"),
        ("de, en", "de"),
        ("en, de", "en"),
        ("de;q=0, ar", "ar"),
        ("de;q=0", "en"),
        ("pt-br", "pt-BR"),
        ("pt", "en"),
        ("ja", "en"),
        ("*", "en"),
        ("ja, *;q=0.1", "en"),
        ("de, *", "de"),
        (",;q=,;;de;q=x,\x00é,-,--", "en"),
        ("../../etc/passwd", "en"),
    ],
)
def test_a_visitor_gets_the_first_language_that_there_is_of_those_the_browser_asks_for(header, tag):
    assert Languages(OFFERED).best(header) == tag


def test_whoever_understands_none_gets_the_first_on_offer():
    assert Languages(("de", "ar")).best("") == Languages(("de", "ar")).best("fr, en") == "de"
    assert Languages(("de", "ar")).best("fr, *;q=0.5") == "de"


def test_of_a_long_header_the_beginning_is_read(monkeypatch):
    read = []
    parse = languages.parse_accept_header
    monkeypatch.setattr(
        languages, "parse_accept_header", lambda header, kind: read.append(header) or parse(header, kind)
    )

    assert Languages(OFFERED).best("ja," * 4000 + "de") == "en"
    assert Languages(OFFERED).best("de," + "x" * 8000) == "de"
    assert Languages(OFFERED).best("x" * 8000) == "en"
    assert [len(header) <= LONGEST for header in read] == [True] * 3
    assert read[1:] == ["de", ""]


def test_all_compiled_catalogues_are_on_offer_english_first(folder):
    assert present(folder) == ("en", "ar", "de", "pt-BR")
    assert set(PRESENT) == {path.name.replace("_", "-") for path in TRANSLATIONS.iterdir()}
    assert (PRESENT[0], Languages().offered) == (ENGLISH, PRESENT)


@pytest.mark.parametrize(
    ("asked", "title", "tag", "direction"),
    [
        ("de-CH, en", "Seite nicht gefunden", "de", "ltr"),
        ("ar", "الصفحة غير موجودة", "ar", "rtl"),
        ("pt-BR", "Página não encontrada", "pt-BR", "ltr"),
        ("en-US", "Page not found", "en", "ltr"),
        ("ja", "Page not found", "en", "ltr"),
    ],
)
def test_a_page_says_in_which_language_it_is(get, asked, title, tag, direction):
    answer = get(asked)

    assert f"<h1>{title}</h1>" in answer.text
    assert f'<html lang="{tag}" dir="{direction}">' in answer.text
    assert answer.headers["Content-Language"] == tag
    assert answer.headers["Vary"] == "Accept-Language"


def test_a_program_is_answered_in_english(get):
    answer = get("de", MACHINE)

    assert answer.json["title"] == "Page not found"
    assert answer.content_type == "application/problem+json"


def test_what_a_language_lacks_is_said_in_english(get):
    assert "There is nothing at this address." in get("de").text


def test_numbers_and_days_are_written_as_the_language_writes_them(speaking):
    moment = datetime(2026, 3, 3, 23, 59, tzinfo=UTC)
    with speaking("de"):
        assert languages.day(moment) == "3. März 2026"
        assert message_catalog.html("catalog.found", query="<x>", number=1250) == (
            "Gefunden für <bdi>&lt;x&gt;</bdi>: 1.250"
        )
    with speaking("en"):
        assert languages.day(moment) == "3 March 2026"
        assert message_catalog.text("seats.used", used=1, all=1250) == "Used: 1 of 1,250"
    with speaking("ar"):
        assert languages.day(moment) == "3 مارس 2026"
    assert languages.day(moment) == "3 March 2026"


@pytest.mark.parametrize(
    ("told", "english", "german", "arabic"),
    [
        ("$1,250.00", "$1,250.00", "1.250,00\u00a0$", "\u200f1,250.00\u00a0$"),
        ("1.250,00 €", "€1,250.00", "1.250,00\u00a0€", "\u200f1,250.00\u00a0€"),
        ("¥5000", "¥5,000", "5.000\u00a0¥", "\u200f5,000\u00a0¥"),
        ("USD 49.5", "USD\u00a049.5", "49,5\u00a0USD", "\u200f49.5\u00a0USD"),
        ("A$49.00", "A$49.00", "49,00\u00a0A$", "\u200f49.00\u00a0A$"),
        ("49.00 zł", "zł\u00a049.00", "49,00\u00a0zł", "\u200f49.00\u00a0zł"),
        *(
            (text, text, text, text)
            for text in ("49.00", "$49.00 a month", "on request", "$49 + $5", "", "<b>49", "x" * 50)
        ),
    ],
)
def test_a_price_is_written_as_the_language_writes_it_with_its_own_sign(speaking, told, english, german, arabic):
    read = PriceField().deserialize(told)
    for tag, written in (("en", english), ("de", german), ("ar", arabic)):
        with speaking(tag):
            assert languages.price(read.text, read.symbol, read.amount) == written


def test_a_name_among_words_from_right_to_left_runs_its_own_way(speaking):
    with speaking("ar"):
        assert message_catalog.text("button.other-sign-in", provider="Acme (EU)") == (
            "تسجيل الدخول عبر \u2068Acme (EU)\u2069"
        )
    with speaking("de"):
        assert message_catalog.text("button.other-sign-in", provider="Acme (EU)") == "Mit Acme (EU) anmelden"


def test_nothing_stands_around_what_is_followed_or_copied(speaking):
    with speaking("ar"):
        shown = message_catalog.html("layout.help", href="mailto:a@b.example", contact="a@b.example")
        assert 'href="mailto:a@b.example"' in shown
        assert ">\u2068a@b.example\u2069<" in shown
        assert "<code>7K2M-9QXD</code>" in message_catalog.html("problem.reference", reference="7K2M-9QXD")


def test_markup_inside_markup_stays_what_it_is(speaking):
    with speaking("ar"):
        title = message_catalog.html("sign-out.happened", person="<b>")
        assert message_catalog.html("password.title-again", title=title).count("<bdi>\u2068&lt;b&gt;\u2069</bdi>") == 1


def test_a_kept_waiting_page_is_kept_for_its_language_alone(app):
    made = []

    def flask(environ, start_response):
        made.append(environ["HTTP_ACCEPT_LANGUAGE"])
        start_response("503 SERVICE UNAVAILABLE", [("Content-Language", made[-1]), ("Refresh", "5")])
        return [made[-1].encode()]

    waiting = WaitingPages(flask, Languages(OFFERED))

    def answer(language, error):
        said = []
        environ = {"PATH_INFO": "/go", "HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": language}
        [body] = waiting.answer(error, environ, lambda status, headers: said.append(dict(headers)))
        return body.decode(), said[0]["Content-Language"]

    error = Queued(12, 12)
    asked = ["de", "ar", "de-AT, en", "ar", "ja", "en", "de"]
    assert [answer(language, error) for language in asked] == [
        ("de", "de"),
        ("ar", "ar"),
        ("de", "de"),
        ("ar", "ar"),
        ("ja", "ja"),
        ("ja", "ja"),
        ("de", "de"),
    ]
    assert made == ["de", "ar", "ja"]
    assert answer("de", PersonQueued(12, 12)) == ("de", "de")
    assert made == ["de", "ar", "ja", "de"]


def test_a_template_outside_of_a_request_is_english(app):
    with app.app_context():
        assert render_template_string("{{ language() }} {{ direction() }} {{ text('button.again') }}") == (
            "en ltr Try again"
        )
    assert message_catalog.text("button.again") == "Try again"


def words(message):
    """Return what a sentence names, and its markup."""
    return Counter(re.findall(r"%\(\w+\)s|%%|</?[a-z]+(?: [^>]*)?>", message))


@pytest.mark.parametrize("language", [tag for tag in PRESENT if tag != ENGLISH] or [ENGLISH])
def test_a_translation_names_what_the_english_sentence_names_and_has_its_markup(language):
    english = {message.id: message.string for message in catalogue() if message.id}
    translated = catalogue(FOLDER / language.replace("-", "_") / "LC_MESSAGES" / "messages.po")
    sentences = {message.id: message.string for message in translated if message.id}

    assert {name for name, sentence in english.items() if words(sentence) != words(sentences[name])} == set()
    assert {name for name, sentence in sentences.items() if sentence != " ".join(sentence.split(" ")).strip()} == set()


@pytest.fixture(scope="module")
def titles():
    return {
        tag: {
            message.id: message.string
            for message in catalogue(FOLDER / tag.replace("-", "_") / "LC_MESSAGES" / "messages.po")
        }
        for tag in PRESENT
    }


def test_every_page_of_the_gateway_is_in_the_visitors_language(gateway, browser_at, titles):
    browser = browser_at(gateway(TALENTLMS_CALLS_PER_PERSON="1,0.01,1%"))
    assert PRESENT

    def heading(path, tag):
        answer = browser.get(path, **{"Accept-Language": f"{tag};q=0.9, ja;q=0.3"})
        assert f'<html lang="{tag}" dir="{"rtl" if tag == "ar" else "ltr"}">' in answer.text
        assert answer.headers["Content-Language"] == tag
        return re.search("<h1>(.*)</h1>", answer.text)[1]

    for tag in PRESENT:
        assert heading("/", tag) == titles[tag]["welcome.heading"]
        assert heading("/none", tag) == titles[tag]["page-not-found.title"]
        assert heading("/redeem/x", tag) == titles[tag]["redeem-code-unknown.title"]
    browser.sign_in()
    while browser.get("/go").status_code != 503:
        pass
    for tag in PRESENT * 2:  # once made, once kept
        assert heading("/go", tag) == titles[tag]["queued.title"]


def test_the_description_of_the_machine_interface_is_english_as_the_document_is(gateway):
    answer = gateway().test_client().get("/api/v1/docs", headers={**PAGE, "Accept-Language": "de"})

    assert '<html lang="en" dir="ltr">' in answer.text
    assert answer.headers["Content-Language"] == "en"
    assert "What comes back" in answer.text


def test_an_error_is_named_in_its_visitors_language(app, speaking):
    with speaking("de"):
        assert error_handlers.page_for(PageNotFound()).title == "Seite nicht gefunden"
