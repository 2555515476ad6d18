"""The operator's own name, logo and colours on the gateway's pages."""

import re

import pytest

from gateway.colours import DARK, LIGHT, colour, palette
from gateway.config.brand import PNG
from tests.gateway.web.browser import PAGE

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><style>path{fill:red}</style></svg>'
FOR_A_YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def branded(gateway, tmp_path):
    """Return a client of a gateway with a brand, and perhaps more settings."""

    def made(brand, logo=SVG, **changes):
        (tmp_path / "logo").write_bytes(logo)
        client = gateway(file=f"[brand]\n{brand}", **changes).test_client()
        return lambda path, **headers: client.get(path, headers={**PAGE, **headers})

    return made


def test_the_name_stands_in_the_head_and_the_title_of_every_page(branded):
    get = branded('name = "Acme <b>"')

    for path in ("/", "/none", "/login/none"):
        assert "\N{EN DASH} Acme &lt;b&gt;</title>" in get(path).text
        assert "<bdi>Acme &lt;b&gt;</bdi></a>" in get(path).text


def test_without_a_brand_pages_are_the_gateways_own(gateway):
    client = gateway().test_client()
    page = client.get("/", headers=PAGE).text

    assert "\N{EN DASH} Training</title>" in page
    assert "/brand/" not in page
    assert page.count("/static/favicon.svg?v=") == 3
    assert [client.get(path).status_code for path in ("/brand/colours.css", "/brand/logo")] == [404, 404]


def test_the_style_sheet_has_what_is_made_of_the_colour_and_browsers_keep_it(branded):
    get = branded('colour = "#0a5"')
    [href] = re.findall(r'<link rel="stylesheet" href="(/brand/[^"]*)">', get("/").text)

    answer = get(href)

    light, dark = answer.text.split("@media (prefers-color-scheme: dark)")
    for css, scheme in ((light, LIGHT), (dark, DARK)):
        written = {name: colour(text) for name, text in re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css)}
        assert written == palette(colour("#0a5"), scheme)
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == FOR_A_YEAR
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Vary" not in answer.headers
    assert get("/brand/colours.css?v=another").headers["Cache-Control"] == "no-store"
    assert get("/brand/logo").status_code == 404


def test_another_colour_has_another_address(branded):
    hrefs = {
        re.search(r"/brand/colours.css[^\"]*", branded(f'colour = "{text}"')("/").text)[0] for text in ("#0a5", "#00f")
    }
    assert len(hrefs) == 2


def test_the_logo_stands_in_place_of_the_name_which_is_read_out(branded):
    get = branded('name = "Acme Training"\nlogo_file = "logo"')
    page = get("/none").text
    [href] = set(re.findall(r'"(/brand/logo[^"]*)"', page))

    assert f'<img class="logo plate" src="{href}" alt="Acme Training" height="40"></a>' in page
    assert f'<link rel="icon" type="image/svg+xml" href="{href}">' in page
    answer = get(href)
    assert (answer.data, answer.content_type.partition(";")[0]) == (SVG, "image/svg+xml")
    assert answer.headers["Cache-Control"] == FOR_A_YEAR


def test_a_logo_that_is_opened_as_a_page_runs_no_script(branded):
    answer = branded('logo_file = "logo"')("/brand/logo")

    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "frame-ancestors": "'none'",
        "sandbox": "",
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_logo_with_colours_for_the_dark_stands_on_no_plate(branded):
    dark = SVG.replace(b"path{", b"@media (prefers-color-scheme: dark){path{fill:#fff}}path{")
    assert 'class="logo"' in branded('logo_file = "logo"', dark)("/none").text
    assert 'alt="Training"' in branded('logo_file = "logo"', dark)("/none").text


def test_a_png_is_one(branded):
    answer = branded('logo_file = "logo"', PNG + b"pixels")("/brand/logo")
    assert (answer.data, answer.mimetype) == (PNG + b"pixels", "image/png")


def test_a_mail_to_the_help_contact_names_the_reference_code_of_the_page(branded):
    get = branded('name = "Acme & Co"', GATEWAY_HELP_CONTACT="help@acme.example")
    page = get("/none").text
    [reference] = re.findall(r"<code>([^<]+)</code>", page)

    assert f'<a href="mailto:help@acme.example?subject=Acme%20%26%20Co%20{reference}">help@acme.example</a>' in page
    assert '<a href="mailto:help@acme.example">help@acme.example</a>' in get("/").text


def test_a_help_page_is_linked_as_it_is(branded):
    page = branded('name = "Acme"', GATEWAY_HELP_CONTACT="https://help.acme.example/?q=1")("/none").text
    assert '<a href="https://help.acme.example/?q=1">' in page


def test_the_gateway_speaks_the_first_of_its_languages_to_whoever_understands_none(branded):
    answer = branded('languages = ["en"]')("/", **{"Accept-Language": "ja"})
    assert answer.headers["Content-Language"] == "en"
