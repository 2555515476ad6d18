import pytest

from gateway.mapping.claims import claim_at, is_equal

CLAIMS = {
    "department": "R&D",
    "https://acme.com/groups": ["Sales"],
    "resource_access": {"training.v2": {"roles": ["trainer"]}, "training": {"v2": {"roles": ["other"]}}},
    "acme.com": {"level": 3},
    "acme": {"com": {"level": 4}, "team": None},
    "flat.name": 1,
    "flat": {"name": 2},
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("department", "R&D"),
        ("https://acme.com/groups", ["Sales"]),
        ("resource_access.training.v2.roles", ["trainer"]),
        ("acme.com.level", 3),
        ("flat.name", 1),
        ("acme.team", None),
        ("department.x", None),
        ("absent", None),
        (".", None),
        ("department.", None),
    ],
)
def test_a_claim_is_found_by_its_name_or_by_the_way_to_it(name, value):
    assert claim_at(CLAIMS, name) == value


@pytest.mark.parametrize(
    ("told", "wanted", "equal"),
    [
        ("R&D", "R&D", True),
        ("r&d", "R&D", False),
        ("R&D ", "R&D", False),
        ("Mu\u0308ller", "M\u00fcller", True),
        (True, True, True),
        (True, 1, False),
        (1, True, False),
        ("true", True, False),
        (3, 3, True),
        (3.0, 3, False),
        ("3", 3, False),
        (None, "None", False),
        (["R&D"], "R&D", False),
    ],
)
def test_only_what_is_exactly_the_same_is_equal(told, wanted, equal):
    assert is_equal(told, wanted) is equal
