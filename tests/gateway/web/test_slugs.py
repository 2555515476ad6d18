"""Which course or category a name in an address means."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import CategoryNotFound, CourseNotFound
from gateway.web.slugs import Slugs

SLUGS = {"gdpr-2026": 34, "intro": 12}
WITH_CATEGORIES = Slugs(SLUGS, {"compliance": 3})


@pytest.mark.parametrize(
    ("kind", "name", "item"),
    [
        ("course", "1", "course:1"),
        ("course", "34", "course:34"),
        ("course", "9999999999", "course:9999999999"),
        ("course", "gdpr-2026", "course:34"),
        ("category", "3", "category:3"),
        ("category", "compliance", "category:3"),
    ],
)
def test_a_name_means_an_id_or_the_id_of_a_slug(kind, name, item):
    assert str(WITH_CATEGORIES.item(kind, name)) == item


@pytest.mark.parametrize(("kind", "missing"), [("course", CourseNotFound), ("category", CategoryNotFound)])
@pytest.mark.parametrize(
    "name",
    [
        "", "0", "00", "034", "+1", "-1", "1.0", "1e3", "1_0", " 1", "1\n", "٣", "²", "GDPR-2026", "nosuch", "9" * 11,
    ],
)  # fmt: skip
def test_everything_else_is_missing(kind, missing, name):
    with pytest.raises(missing):
        WITH_CATEGORIES.item(kind, name)


def test_a_slug_of_one_kind_is_none_of_the_other():
    with pytest.raises(CourseNotFound):
        WITH_CATEGORIES.item("course", "compliance")
    assert WITH_CATEGORIES.item("course", "1").missing is CourseNotFound
    assert WITH_CATEGORIES.item("category", "1").missing is CategoryNotFound


@given(st.text(max_size=30))
def test_no_name_becomes_a_number_that_it_does_not_say(name):
    with suppress(CourseNotFound):
        number = WITH_CATEGORIES.item("course", name).id
        assert SLUGS.get(name) == number or str(number) == name
