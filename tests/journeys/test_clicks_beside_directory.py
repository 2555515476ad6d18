"""Clicks keep their place while TalentLMS follows a directory that was pushed at once, as far as its limit lets it."""

import pytest

from tests.journeys.test_directory import push, pushed  # noqa: F401
from tests.patience import wait_until

LIMIT = 20
"""Calls within five seconds, of which a fifth is kept for clicks."""
PEOPLE, CLICKS = 2 * LIMIT, 3


@pytest.fixture
def slow(pushed):  # noqa: F811
    pushed.end()
    return pushed.start(TALENTLMS_CALLS_PER_5_SECONDS=str(LIMIT))


@pytest.fixture
def visitor(slow, visit, practising_provider, numbers):
    login = f"fay{next(numbers)}"
    claims = {"sub": f"sub-{login}", "given_name": "Fay", "family_name": "Ray", "email": f"{login}@acme.example"}
    practising_provider.control.add_person(login, **claims, email_verified=True)
    return visit(slow.url, login)


def test_clicks_are_served_while_everybody_else_is_still_being_signed_up(visitor, push, portal):  # noqa: F811
    assert visitor.go("/go/course/12").url == f"{portal.url}/learner/course/id:12"
    portal.control.clear_calls()
    for number in range(PEOPLE):
        email = f"pushed{number}@acme.example"
        push("POST", "/Users", userName=email, externalId=f"pushed-{number}", emails=[{"value": email}])
    wait_until(lambda: portal.operations().count("usersignup") > LIMIT // 4)
    for _ in range(CLICKS):
        assert visitor.go("/go/course/12").url == f"{portal.url}/learner/course/id:12"
    operations = portal.operations()
    assert operations.count("gotocourse") == CLICKS
    assert LIMIT // 4 < operations.count("usersignup") < PEOPLE
