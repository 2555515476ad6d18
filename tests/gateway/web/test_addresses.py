"""Addresses that people open: the same for the routes and for the middleware in front of them."""

import pytest

from gateway.web import addresses
from gateway.web.addresses import Place, place_of, to, without_slash

PEOPLES = {
    "catalog",
    "checkout",
    "completion",
    "handoff",
    "launch",
    "launches",
    "password",
    "redeem",
    "sign_in",
    "sign_out",
    "training",
}
"""Families of routes for people; of sign-ins one address is the provider's."""
CALLBACK = "/callback/<provider>"


def test_the_table_has_all_that_people_open_and_nothing_else(gateway):
    rules = gateway(GATEWAY_PASSWORD_SIGN_IN="on").url_map.iter_rules()
    opened = {rule.rule for rule in rules if rule.endpoint.partition(".")[0] in PEOPLES}
    assert opened - {CALLBACK} == set(addresses.ALL)


def test_what_calls_talentlms_is_all_that_needs_an_account(browser, asked):
    browser.sign_in()
    for rule in addresses.ALL:
        browser.get(rule.partition("<")[0] + "34" if "<" in rule else rule)
        assert bool(asked()) == (rule in addresses.CALLS_TALENTLMS), rule


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", Place("/")),
        ("/go", Place("/go")),
        ("/go/course/34", Place("/go/course/<course>", "course", "34")),
        ("/go/course/gdpr-2026", Place("/go/course/<course>", "course", "gdpr-2026")),
        ("/buy/course/34", Place("/buy/course/<course>", "course", "34")),
        ("/buy/category/3", Place("/buy/category/<category>", "category", "3")),
        ("/completed/34", Place("/completed/<course>", "course", "34")),
        ("/login/initiate", Place("/login/initiate")),
        ("/login/acme", Place("/login/<provider>", "provider", "acme")),
        ("", None),
        ("//", None),
        ("/go/", None),
        ("/go/course", None),
        ("/go/course/", None),
        ("/go/course/34/", None),
        ("/go/course/34/56", None),
        ("/buy/34", None),
        ("/callback/acme", None),
        ("/livez", None),
    ],
)
def test_a_path_is_one_address_of_ours_or_none(path, place):
    assert place_of(path) == place


@pytest.mark.parametrize(
    ("path", "bare"),
    [
        ("/go/", "/go"),
        ("/go/course/34/", "/go/course/34"),
        ("/logout/", "/logout"),
        ("/", "/"),
        ("//", "//"),
        ("/go//", "/go//"),
        ("//go/", "//go/"),
        ("/go/course/34//", "/go/course/34//"),
        ("/callback/acme/", "/callback/acme/"),
        ("/readyz/", "/readyz/"),
        ("/nosuch/", "/nosuch/"),
    ],
)
def test_one_slash_at_the_end_is_forgiven_where_people_open_an_address(path, bare):
    assert without_slash(path) == bare


def test_a_rule_names_something():
    assert to(addresses.COURSE, 34) == "/go/course/34"
