"""The table ``brand``: what pages look like, and in which languages they may be."""

import zlib

import pytest

from gateway.colours import Colour
from gateway.config import BrandSettings, describe
from gateway.config.brand import LARGEST_LOGO, PNG, language
from gateway.languages import PRESENT

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'


@pytest.fixture
def fault(faults, file):
    """Return what is said of the table's one faulty key."""

    def said(text):
        found = faults(GATEWAY_CONFIG=file(f"[brand]\n{text}"))
        [(name, says)] = found.items()
        assert name == f"brand.{text.partition(' ')[0]}"
        return says

    return said


@pytest.fixture
def brand(settings, file):
    return lambda text: settings(GATEWAY_CONFIG=file(f"[brand]\n{text}")).brand


def test_without_the_table_pages_are_the_gateways_own_in_every_language(settings):
    assert (
        settings().brand == BrandSettings() == BrandSettings(name=None, logo_file=None, colour=None, languages=PRESENT)
    )


def test_a_brand_is_read(brand, tmp_path):
    (tmp_path / "logo.svg").write_text(SVG)

    read = brand('name = "Acme Academy"\nlogo_file = "logo.svg"\ncolour = "#0a5"\nlanguages = ["en"]')

    assert (read.name, read.colour, read.languages) == ("Acme Academy", Colour(0, 170, 85), ("en",))
    assert (read.logo_file.media_type, read.logo_file.content) == ("image/svg+xml", SVG.encode())


def test_what_is_in_force_is_described(settings, file, tmp_path):
    (tmp_path / "logo.svg").write_text(SVG)
    path = file('[brand]\nname = "Acme"\nlogo_file = "logo.svg"\ncolour = "#0a5"\nlanguages = ["en"]')

    lines = dict(line.split(maxsplit=1) for line in describe(settings(GATEWAY_CONFIG=path)).splitlines())

    assert lines["brand.name"] == "Acme"
    assert lines["brand.logo_file"] == str(tmp_path / "logo.svg")
    assert lines["brand.colour"] == "#00aa55"
    assert lines["brand.languages"] == "en"


@pytest.mark.parametrize("text", ["x" * 61, " ", "a\\nb", "\\u0000"])
def test_a_name_that_fits_no_page_is_refused(fault, text):
    assert fault(f'name = "{text}"').endswith("is no name for a page; write 1 to 60 printable characters")


@pytest.mark.parametrize("text", ["green", "#0a", "0a5", "#00aa5g"])
def test_what_is_no_colour_is_refused(fault, text):
    assert fault(f'colour = "{text}"') == (
        f'"{text}" is not a colour; write # and 3 or 6 hexadecimal digits, such as "#0d5c52"'
    )


@pytest.mark.parametrize(("text", "better"), [("#ff0", "#999900"), ("#ffffff", "#949494"), ("#7fd3c0", "#61a092")])
def test_a_colour_that_is_not_seen_on_a_light_page_is_refused_and_one_that_is_told(fault, brand, text, better):
    said = fault(f'colour = "{text}"')

    assert said.startswith(f'"{text}" is too pale: on a light page it has less contrast than 3:1; write a darker one')
    suggested = said.rpartition(" ")[2]
    assert suggested == better
    assert str(brand(f'colour = "{suggested}"').colour) == suggested


@pytest.mark.parametrize("text", ["#0d5c52", "#000", "#003366", "#d96b00", "#e4002b"])
def test_usual_brand_colours_are_taken(brand, text):
    assert brand(f'colour = "{text}"').colour is not None


@pytest.mark.parametrize(
    ("content", "media_type", "dark"),
    [
        (SVG.encode(), "image/svg+xml", False),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- made by hand -->\n" + SVG.encode(), "image/svg+xml", False),
        (
            SVG.replace("<path", "<style>@media (prefers-color-scheme: dark){}</style><path").encode(),
            "image/svg+xml",
            True,
        ),
        (PNG + zlib.compress(b"pixels"), "image/png", False),
    ],
)
def test_a_logo_is_known_by_its_content(brand, tmp_path, content, media_type, dark):
    (tmp_path / "logo").write_bytes(content)

    logo = brand('logo_file = "logo"').logo_file

    assert (logo.media_type, logo.content, logo.is_for_dark_pages_too) == (media_type, content, dark)
    assert content.decode("latin-1") not in repr(logo)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is neither PNG nor SVG; save the picture as one of these"),
        (b"\xff\xd8\xff\xe0 JPEG", "is neither PNG nor SVG; save the picture as one of these"),
        (b"<html><svg/></html>", "is neither PNG nor SVG; save the picture as one of these"),
        (b"<svg/>", "is neither PNG nor SVG; save the picture as one of these"),
        (SVG[:-3].encode(), "is neither PNG nor SVG; save the picture as one of these"),
        (
            b"<?xml version='1.0' encoding='nonsense'?>" + SVG.encode(),
            "is neither PNG nor SVG; save the picture as one of these",
        ),
        (PNG + bytes(LARGEST_LOGO), "is larger than 64 KiB; make the picture smaller, or use SVG"),
        (None, "cannot be read (No such file or directory); check the path and its permissions"),
    ],
    ids=["empty", "jpeg", "html", "no-namespace", "cut", "encoding", "large", "missing"],
)
def test_a_logo_that_cannot_be_shown_is_refused(fault, tmp_path, content, says):
    if content is not None:
        (tmp_path / "logo.svg").write_bytes(content)

    assert fault('logo_file = "logo.svg"') == f'"logo.svg" {says}'


def test_a_folder_is_no_logo(fault, tmp_path):
    assert fault(f'logo_file = "{tmp_path}"').endswith(
        "cannot be read (Is a directory); check the path and its permissions"
    )


@pytest.mark.parametrize("text", ["EN", "en"])
def test_a_language_is_spelled_as_its_catalogue_is(brand, text):
    assert brand(f'languages = ["{text}"]').languages == ("en",)


@pytest.mark.parametrize("text", ["english", "English", "en-GB", "en_US", "Englisch"])
def test_a_language_that_is_nearly_one_is_a_fault_with_a_suggestion(fault, text):
    assert fault(f'languages = ["{text}"]') == (f'"{text}" is no language that pages can be in; did you mean en?')


def test_of_a_language_that_nobody_knows_those_that_there_are_are_told(fault):
    assert fault('languages = ["xx"]') == (f'"xx" is no language that pages can be in; there are {", ".join(PRESENT)}')


def test_an_empty_list_of_languages_is_refused(fault):
    assert fault("languages = []") == "is an empty list; name one at least, or remove the key"


@pytest.mark.parametrize("tag", PRESENT)
def test_every_language_that_there_is_can_be_named(tag):
    assert language(tag) == tag


def test_all_faults_of_the_table_are_told_at_once(faults, file):
    found = faults(
        GATEWAY_CONFIG=file('[brand]\nname = ""\nlogo_file = "x"\ncolour = "red"\nlanguages = ["xx"]\ncolor = 1')
    )

    assert set(found) == {f"brand.{key}" for key in ("name", "logo_file", "colour", "languages", "color")}
    assert found["brand.color"] == "is unknown; did you mean colour?"
