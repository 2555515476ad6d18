from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import CategoryNotFound, CourseNotFound
from gateway.web.slugs import id_of

SLUGS = {"gdpr-2026": 34, "intro": 12}


@pytest.mark.parametrize(("name", "number"), [("1", 1), ("34", 34), ("9999999999", 9_999_999_999), ("gdpr-2026", 34)])
def test_an_address_means_an_id_or_the_id_of_a_slug(name, number):
    assert id_of(name, SLUGS, CourseNotFound) == number


@pytest.mark.parametrize("missing", [CourseNotFound, CategoryNotFound])
@pytest.mark.parametrize(
    "name", ["", "0", "00", "034", "+1", "-1", "1.0", "1e3", "1_0", " 1", "1\n", "٣", "²", "GDPR-2026", "nosuch"]
)
def test_everything_else_is_missing(name, missing):
    with pytest.raises(missing):
        id_of(name, SLUGS, missing)


@given(st.text(max_size=30))
def test_no_name_becomes_a_number_that_it_does_not_say(name):
    with suppress(CourseNotFound):
        number = id_of(name, SLUGS, CourseNotFound)
        assert SLUGS.get(name) == number or str(number) == name
