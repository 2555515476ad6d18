from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.scim import filters
from gateway.scim.errors import ScimError
from gateway.scim.filters import Comparison, Logical, Not, ValuePath

PIECES = [
    "userName",
    "emails",
    "eq",
    "pr",
    "and",
    "or",
    "not",
    "(",
    ")",
    "[",
    "]",
    '"a"',
    '"',
    "\\",
    ".value",
    " ",
    "true",
]


def eq(name, value):
    return Comparison(name, "eq", value)


TRUE = Comparison("a", "eq", value=True)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('a eq "x"', eq("a", "x")),
        ('a EQ "x"', eq("a", "x")),
        ("a eq x-1", eq("a", "x-1")),
        ("a eq True", TRUE),
        ("a eq null", eq("a", None)),
        ("a pr", Comparison("a", "pr")),
        ('a eq "say \\"hi\\" \\\\ \\u00e9"', eq("a", 'say "hi" \\ é')),
        ('a eq "c:\\dir"', eq("a", "c:\\dir")),
        ('a eq "x" and b eq "y" or c pr', Logical("or", (Logical("and", (eq("a", "x"), eq("b", "y"))), Comparison("c", "pr")))),
        ('a eq "x" AND (b pr OR not (c pr))', Logical(
            "and", (eq("a", "x"), Logical("or", (Comparison("b", "pr"), Not(Comparison("c", "pr"))))))),
        ('e[type eq "work"]', ValuePath("e", eq("type", "work"))),
        ('e[type eq "work"].value eq "x"', ValuePath("e", Logical("and", (eq("type", "work"), eq("value", "x"))))),
        ("not pr", Comparison("not", "pr")),
    ],
)  # fmt: skip
def test_what_a_filter_means(text, read):
    assert filters.parse(text) == read


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join) | st.text(max_size=100))
def test_any_text_is_read_or_refused(text):
    with suppress(ScimError):
        assert isinstance(filters.parse(text), Comparison | Logical | Not | ValuePath)


@pytest.mark.parametrize("text", ["(" * 11 + "a pr" + ")" * 11, " and ".join(["a pr"] * 51), "a" * 2001, "a eq ("])
def test_depth_number_and_length_are_bounded(text):
    with pytest.raises(ScimError):
        filters.parse(text)


def test_as_much_as_may_be_is_read():
    filters.parse("(" * 9 + "a pr" + ")" * 9)
    filters.parse(" and ".join(["a pr"] * 50))
