import pytest

from gateway.expressions import BadExpression, Expression

CLAIMS = {"groups": ["Sales", "staff"], "title": "notadmin", "level": 3, "external": False, "realm": {"roles": ["a"]}}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("contains(groups, 'Sales')", True),
        ("contains(groups, 'Sale')", False),
        ("contains(realm.roles, 'a') && level >= `3`", True),
        ("contains(groups, `1`)", False),
        ("!external", True),
        ("title == 'notadmin'", True),
        ("starts_with(title, 'not')", True),
        ("department == 'R&D'", False),
    ],
)
def test_an_expression_is_true_or_false(text, holds):
    assert Expression(text).holds(CLAIMS) is holds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("contains(title, 'admin')", "contains() does not take string"),
        ("contains('notadmin', 'admin')", "contains() does not take string"),
        ("contains(missing, 'admin')", "contains() does not take null"),
        ("groups[?@ == 'Sales']", "its value is neither true nor false"),
        ("title", "its value is neither true nor false"),
        ("missing", "its value is neither true nor false"),
        ("level", "its value is neither true nor false"),
        ("contains(groups)", "ArityError"),
    ],
)
def test_what_is_neither_true_nor_false_is_an_error_that_tells_no_claim(text, says):
    with pytest.raises(BadExpression, match="^" + says.replace("(", r"\(").replace(")", r"\)") + "$"):
        Expression(text).holds(CLAIMS)


def test_one_is_not_true():
    assert not Expression("contains(values, `true`)").holds({"values": [1, "true"]})


@pytest.mark.parametrize("text", ["", "groups[", "a b", "nothing(groups)", "a && nothing(groups)", "(" * 5000])
def test_what_cannot_be_compiled_is_refused(text):
    with pytest.raises(BadExpression):
        Expression(text)
