"""What is made of an accent colour can be read, on light pages and on dark ones, whatever the colour."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.colours import BLACK, DARK, LIGHT, WHITE, Colour, colour, contrast, palette, too_pale
from tests.docs.documents import ROOT

CSS = (ROOT / "gateway" / "web" / "static" / "gateway.css").read_text(encoding="utf-8")
PARTS = st.integers(0, 255)
COLOURS = st.builds(Colour, PARTS, PARTS, PARTS)
VARIABLES = {"accent", "accent-strong", "fill", "fill-strong", "on-fill", "tint"}


def variables(css):
    return {name: colour(text) for name, text in re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", css)}


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000", "#fff", 21.0),
        ("#fff", "#000", 21.0),
        ("#777777", "#ffffff", 4.478),
        ("#767676", "#ffffff", 4.542),
        ("#0000ff", "#ffffff", 8.592),
        ("#010101", "#000000", 1.006),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert contrast(colour(one), colour(other)) == pytest.approx(ratio, abs=0.001)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("#0a5", (0, 170, 85)), ("#00AA55", (0, 170, 85)), ("#FFF", (255, 255, 255)), ("#012345", (1, 35, 69))],
)
def test_a_colour_has_three_or_six_digits(text, parts):
    assert colour(text) == Colour(*parts)
    assert colour(str(colour(text))) == colour(text)


@pytest.mark.parametrize(
    "text",
    ["", "#", "0a5", "#0a", "#0a5f", "#00aa5", "#00aa55ff", "green", "#0g5", " #0a5", "#0a5\n", "#\u0660\u0660\u0660"],
)
def test_nothing_else_is_a_colour(text):
    assert colour(text) is None


@settings(deadline=None)
@given(COLOURS)
def test_an_accent_is_too_pale_exactly_where_it_is_not_seen_on_white_and_a_seen_shade_is_told(accent):
    better = too_pale(accent)

    assert (better is None) == (contrast(accent, WHITE) >= 3)
    assert better is None or (contrast(better, WHITE) >= 3 and too_pale(better) is None)


@settings(deadline=None)
@given(COLOURS)
def test_whatever_the_accent_every_text_can_be_read_and_every_button_is_seen(accent):
    accent = too_pale(accent) or accent
    for scheme in (LIGHT, DARK):
        made = palette(accent, scheme)
        assert set(made) == VARIABLES
        grounds = (scheme.paper, scheme.surface, made["tint"])
        for ground in grounds:
            assert contrast(made["accent"], ground) >= 4.5
            assert contrast(made["accent-strong"], ground) >= 4.5
        assert contrast(made["fill"], scheme.surface) >= 3
        for fill in ("fill", "fill-strong"):
            assert contrast(made["on-fill"], made[fill]) >= 4.5


@settings(deadline=None)
@given(COLOURS)
def test_what_is_written_on_a_tint_stays_readable(accent):
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")[:2]
    accent = too_pale(accent) or accent
    for scheme, css in ((LIGHT, light), (DARK, dark)):
        assert contrast(variables(css)["ink"], palette(accent, scheme)["tint"]) >= 4.5


@settings(deadline=None)
@given(COLOURS)
def test_on_light_pages_buttons_have_the_very_accent(accent):
    accent = too_pale(accent) or accent
    assert palette(accent, LIGHT)["fill"] == accent


def test_a_dark_accent_is_made_lighter_on_dark_pages_and_a_light_one_is_left_alone():
    navy, orange = Colour(0, 0x33, 0x66), Colour(0xD9, 0x6B, 0)
    assert palette(navy, DARK)["fill"].luminance > navy.luminance
    assert palette(orange, DARK)["fill"] == orange
    assert palette(BLACK, DARK)["on-fill"] in (BLACK, WHITE)


def test_the_style_sheet_has_the_grounds_that_accents_are_measured_against_and_every_variable():
    light, dark = (variables(part) for part in CSS.split("@media (prefers-color-scheme: dark)")[:2])
    for scheme, css in ((LIGHT, light), (DARK, dark)):
        assert (css["paper"], css["surface"]) == (scheme.paper, scheme.surface)
        assert set(css) >= VARIABLES
    used = set(re.findall(r"var\(--([a-z-]+)\)", CSS))
    assert used == set(light)
