"""An identity provider pushes people: whoever it tells of has an account before the first click, and a leaver no way in."""

import pytest
import requests

from tests.journeys.gateway_process import gateway_at
from tests.journeys.visitor import title
from tests.patience import PATIENT_SECONDS, wait_until

TOKEN = "token-of-the-provisioner-in-journeys"
SETTINGS = f"""
[scim]
tokens = [{{ provider = "default", token = "{TOKEN}" }}]

[[mapping.rules]]
name = "sales"
when = {{ group = "Sales" }}
on_lost = "remove"
assign = {{ courses = [34] }}
"""


@pytest.fixture
def pushed(tmp_path, addresses, portal, practising_provider, redis_server):
    """A gateway to which the provider pushes people; it runs."""
    gateway = gateway_at(addresses["directory"], tmp_path, portal, practising_provider, redis_server.url(8))
    with (tmp_path / "gateway.toml").open("a") as file:
        file.write(SETTINGS)
    yield gateway.start()
    gateway.end()


@pytest.fixture
def push(pushed):
    """Send a request of a provisioner; return the resource."""

    def sent(method, path, **body):
        answer = requests.request(
            method,
            f"{pushed.url}/scim/v2{path}",
            json=body,
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"},
            timeout=PATIENT_SECONDS,
        )
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    return sent


@pytest.fixture
def hired(push, practising_provider, numbers):
    """Have the provider tell of a new colleague; return their id, login and address."""
    number = next(numbers)
    login, email = f"piet{number}", f"piet{number}@acme.example"
    claims = {"sub": f"sub-{number}", "given_name": "Piet", "family_name": f"Post{number}", "email": email}
    practising_provider.control.add_person(login, **claims, email_verified=True)
    made = push(
        "POST",
        "/Users",
        userName=email,
        externalId=f"sub-{number}",
        name={"givenName": "Piet", "familyName": f"Post{number}"},
        emails=[{"value": email, "primary": True}],
    )
    return made["id"], login, email


def active(push, own_id, *, is_active):
    push("PATCH", f"/Users/{own_id}", Operations=[{"op": "replace", "path": "active", "value": is_active}])


def test_a_colleague_who_is_pushed_finds_their_account_and_courses(pushed, push, hired, portal, visit):
    own_id, login, email = hired
    wait_until(lambda: portal.users(email))
    push("POST", "/Groups", displayName="Sales", members=[{"value": own_id}])
    wait_until(lambda: sorted(portal.enrolments(email)) == [34])
    portal.control.clear_calls()
    arrived = visit(pushed.url, login).go("/go/course/34")
    assert arrived.url == f"{portal.url}/learner/course/id:34"
    assert portal.operations() == ["gotocourse"]


def test_g6_a_leaver_with_three_open_tabs_has_no_way_in_from_the_next_click_on(pushed, push, hired, portal, visit):
    own_id, login, email = hired
    visitor = visit(pushed.url, login)
    for address in ("/go", "/", "/go/course/12"):
        assert visitor.go(address).ok
    active(push, own_id, is_active=False)
    portal.control.clear_calls()
    assert title(visitor.go("/")) == "Welcome to your training"  # of somebody who is signed out
    for address in ("/go", "/go/course/12", "/login/default"):
        refused = visitor.go(address)
        assert (refused.status_code, title(refused)) == (403, "You were not signed in")
        assert "deactivated your account" in refused.text
    wait_until(lambda: portal.user(email)["status"] == "inactive")
    assert not {"userlogin", "gotocourse", "usersignup"} & set(portal.operations())
    active(push, own_id, is_active=True)
    assert visitor.go("/go/course/12").url == f"{portal.url}/learner/course/id:12"
    assert portal.user(email)["status"] == "active"
    pushed.stop()
    assert "Traceback" not in pushed.text()
