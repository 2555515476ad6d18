"""How claims are read for TalentLMS's fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.mapping import FIELDS
from gateway.mapping.readings import _ZONES, LONGEST_VALUE, Unreadable, read, text_of
from gateway.talentlms.vocabulary import TIME_ZONES, checked

NON_JOINER = "\u200c"


@pytest.mark.parametrize(
    ("field", "told", "becomes"),
    [
        ("first_name", "Ju\u0308rgen", "J\u00fcrgen"),
        ("first_name", f"می{NON_JOINER}خواهم", f"می{NON_JOINER}خواهم"),
        ("first_name", f"Ki{NON_JOINER}m", "Ki m"),
        ("last_name", "  van   der\tBerg ", "van der Berg"),
        ("email", "Kim@Acme.example", "kim@acme.example"),
        ("language", "pt_BR", "pt-BR"),
        ("timezone", "Europe/Berlin", "Berlin, Germany"),
        ("timezone", "Asia/Calcutta", "Mumbai, Kolkata, Madras, New Delhi"),
        ("timezone", "Europe/Kyiv", "Kiev, Ukraine"),
        ("timezone", "52", "Berlin, Germany"),
        ("timezone", "Berlin, Germany", "Berlin, Germany"),
        ("bio", "Likes\nbirds", "Likes birds"),
        ("restrict_email", "True", "on"),
        ("restrict_email", "off", "off"),
        ("deactivation_date", "2026-12-31", "2026-12-31"),
        ("deactivation_date", "2026-12-31T23:00:00Z", "2026-12-31"),
        ("deactivation_date", "never", "never"),
        ("custom_field_1", "R&D", "R&D"),
        ("custom_field_20", "x" * LONGEST_VALUE, "x" * LONGEST_VALUE),
    ],
)
def test_a_value_is_normalised(field, told, becomes):
    assert read(field, told) == becomes


@pytest.mark.parametrize(
    ("field", "told", "says"),
    [
        ("first_name", "\u202e", "holds nothing that can be shown"),
        ("last_name", "x" * 101, "is longer than 100 characters"),
        ("email", "kim@corp", "is not one whole e-mail address"),
        ("email", "kim@acme.example, lee@acme.example", "is not one whole e-mail address"),
        ("language", "German", "is no language tag such as de or pt-BR"),
        ("timezone", "Mars/Olympus", "is no time zone that TalentLMS has"),
        ("timezone", "Pacific/Chatham", "is no time zone that TalentLMS has"),
        ("restrict_email", "maybe", "is neither true nor false"),
        ("restrict_email", "1", "is neither true nor false"),
        ("deactivation_date", "31/12/2026", "is no day such as 2026-12-31, nor never"),
        ("deactivation_date", "2026-02-30", "is no day such as 2026-12-31, nor never"),
        ("deactivation_date", "1798675200", "is no day such as 2026-12-31, nor never"),
        ("custom_field_1", "x" * (LONGEST_VALUE + 1), f"is longer than {LONGEST_VALUE} characters"),
    ],
)
def test_what_a_field_does_not_take_is_refused_without_telling_it(field, told, says):
    with pytest.raises(Unreadable) as caught:
        read(field, told)
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("R&D", "R&D"),
        (4711, "4711"),
        (True, "true"),
        (False, "false"),
        (["R&D"], "R&D"),
        ([], ""),
        (None, ""),
        ("", ""),
    ],
)
def test_a_claim_is_a_text(told, text):
    assert text_of(told) == text


@pytest.mark.parametrize("told", [1.5, {"a": 1}, ["a", "b"], [["a"]], [{"a": 1}]])
def test_a_claim_that_is_no_text_is_refused(told):
    with pytest.raises(Unreadable):
        text_of(told)


def test_every_zone_leads_to_one_that_talentlms_has_and_nearly_every_one_of_these_is_led_to():
    assert set(_ZONES.values()) <= set(TIME_ZONES)
    assert set(TIME_ZONES) - set(_ZONES.values()) == {"-44"}  # Santiago, Chile stands twice in the appendix
    for zone, key in _ZONES.items():
        assert checked("timezone", read("timezone", zone)) == ("-4" if key == "-44" else key)


@given(st.sampled_from(FIELDS), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=3))
def test_whatever_is_told_is_printable_or_refused(field, told):
    try:
        value = read(field, text_of(told))
    except Unreadable:
        return
    assert value
    assert all(letter.isprintable() or letter in "\u200c\u200d" for letter in value)
