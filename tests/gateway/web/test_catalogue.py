"""Which course or category an address asks for."""

import pytest

from gateway.errors import CategoryNotFound, CourseNotFound
from gateway.web.catalogue import Catalogue, Item

CATALOGUE = Catalogue({"gdpr-2026": 34}, {"compliance": 3})
COURSE, CATEGORY = Item("course:34", CourseNotFound), Item("category:3", CategoryNotFound)


@pytest.mark.parametrize(
    ("path", "item"),
    [
        ("/go/course/34", COURSE),
        ("/go/course/34/", COURSE),
        ("/go/course/gdpr-2026", COURSE),
        ("/buy/course/34", COURSE),
        ("/buy/category/compliance", CATEGORY),
        ("/buy/category/3", CATEGORY),
        ("/", None),
        ("/go", None),
        ("/go/course/", None),
        ("/go/course/compliance", None),
        ("/go/course/034", None),
        ("/go/course/34/56", None),
        ("/go/course/" + "9" * 11, None),
        ("/completed/34", None),
    ],
)
def test_an_address_names_one_course_or_category_or_nothing(path, item):
    assert CATALOGUE.item(path) == item
