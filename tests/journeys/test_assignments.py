"""Somebody signs in with a group, and what a rule gives them is there a moment later; without it, it is gone again."""

import signal

import pytest

from tests.journeys.gateway_process import gateway_at
from tests.journeys.prepared import COMMAND
from tests.journeys.process import Process
from tests.patience import wait_until

RULES = """
[[mapping.rules]]
name = "sales"
when = { group = "Sales" }
on_lost = "remove"
assign = { courses = [34, 56], branch = "emea" }
"""


@pytest.fixture
def assigning(tmp_path, addresses, portal, practising_provider, redis_server):
    """A gateway with a rule and no storefront that has not been started yet."""
    gateway = gateway_at(addresses["assigning"], tmp_path, portal, practising_provider, redis_server.url(14))
    with (tmp_path / "gateway.toml").open("a") as file:
        file.write(RULES)
    yield gateway
    gateway.end()


@pytest.fixture
def person(practising_provider, numbers):
    """Say in which groups somebody is from now on; their login."""
    number = next(numbers)
    names = {"given_name": "Greta", "family_name": f"Ek{number}", "email": f"greta{number}@acme.example"}

    def with_groups(*groups):
        claims = {**names, "email_verified": True, "groups": list(groups)}
        return practising_provider.control.add_person(f"greta{number}", **claims)

    with_groups.email = names["email"]
    return with_groups


def changes(portal):
    """Return the calls that changed something, in order."""
    return [one for one in portal.operations() if one.startswith(("add", "remove", "edit", "usersign"))]


def test_what_a_rule_gives_comes_with_the_group_and_goes_with_it(assigning, portal, person, visit):
    assigning.start()
    visit(assigning.url, person("Sales")).sign_in("/")
    wait_until(lambda: sorted(portal.enrolments(person.email)) == [34, 56])
    assert changes(portal) == ["usersignup", "addusertobranch", "addusertocourse", "addusertocourse"]
    portal.control.clear_calls()
    visit(assigning.url, person("Sales")).sign_in("/go")
    visit(assigning.url, person()).sign_in("/go")
    wait_until(lambda: not portal.enrolments(person.email))
    assert changes(portal) == ["removeuserfrombranch", "removeuserfromcourse", "removeuserfromcourse"]
    assigning.stop()
    assert "Traceback" not in assigning.text()


def test_the_course_of_the_first_click_is_there_at_once_and_the_rest_by_the_worker_apart(
    assigning, portal, person, visit, tmp_path
):
    assigning.start(GATEWAY_WORKER="apart")
    arrived = visit(assigning.url, person("Sales")).go("/go/course/34")
    assert arrived.url == f"{portal.url}/learner/course/id:34"
    assert sorted(portal.enrolments(person.email)) == [34]
    worker = Process([COMMAND, "worker"], tmp_path / "worker.log", assigning.settings)
    wait_until(lambda: sorted(portal.enrolments(person.email)) == [34, 56])
    worker.signal(signal.SIGTERM)
    assert worker.ended() == 0
