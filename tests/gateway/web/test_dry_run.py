"""The gateway with ``mode = "dry-run"``: pages say that nothing is changed yet, and nothing is."""

import pytest

from gateway.database.audit_trail import AuditTrail
from tests.gateway.web.browser import Browser

DRY_RUN = '[mapping]\nmode = "dry-run"\n[talentlms]\nself_enrol_courses = [34]\n'


@pytest.fixture
def trying(gateway, provider, asked):
    """A browser at a gateway that is being tried out, in which Kim is signed in."""
    browser = Browser(gateway(file=DRY_RUN), provider)
    browser.sign_in()
    assert asked() == []
    return browser


@pytest.fixture
def withheld(trying):
    """Return the entries of changes that were not made, the oldest first."""
    trail = AuditTrail(trying.app.extensions["talentlms-database"])
    return lambda: [one for one in reversed(trail.listed()) if one.event == "would_change"]


def test_somebody_without_an_account_is_told_so_and_signed_up_once_it_is_over(
    trying, withheld, asked, gateway, provider, portal
):
    users = portal.control.state()["users"]
    for path in ("/go", "/", "/go/course/34"):
        answer = trying.get(path)
        assert (answer.status_code, "<h1>Not open yet</h1>" in answer.text) == (503, True)
    assert "usersignup" not in asked()
    assert portal.control.state()["users"] == users
    (entry,) = withheld()
    assert (entry.outcome, entry.facts["operation"], bool(entry.person)) == ("nothing", "usersignup", True)
    after = Browser(gateway(), provider)
    after.sign_in()
    asked()
    assert after.get("/go").status_code in (200, 302)
    assert "usersignup" in asked()


def test_whoever_has_an_account_gets_in_and_is_enrolled_in_nothing(trying, withheld, asked, gateway, provider, portal):
    made = Browser(gateway(), provider)
    made.sign_in()
    made.get("/go")
    asked()
    assert trying.get("/go").status_code in (200, 302)
    assert asked() == ["users/email", "users/id"]  # it is found by its address, and opened
    before = portal.control.state()["enrolments"]
    answers = [trying.get("/go/course/34") for _ in range(2)]
    assert [(answer.status_code, "<h1>Not open yet</h1>" in answer.text) for answer in answers] == [(503, True)] * 2
    assert asked() == ["gotocourse", "gotocourse"]
    assert portal.control.state()["enrolments"] == before
    assert [one.facts["operation"] for one in withheld()] == ["addusertocourse"]
