"""Somebody in more groups than Entra ID puts into a token: Microsoft Graph tells them, or nothing changes."""

import pytest

from tests.journeys.backing_services import start_practising_provider
from tests.journeys.conftest import CLIENT_SECRET
from tests.journeys.gateway_process import gateway_at
from tests.journeys.test_assignments import changes
from tests.journeys.visitor import title
from tests.patience import wait_until
from tests.ports import HOST, free_port

TENANT = "6f1d2c3b-0000-4000-8000-000000000000"
SALES, LAW = "5a1e5000-0000-4000-8000-000000000001", "1a300000-0000-4000-8000-000000000002"
RULES = f"""
[mapping]
default = "deny"
[[mapping.rules]]
name = "sales"
when = {{ group = "{SALES}" }}
on_lost = "remove"
assign = {{ courses = [34] }}
[[mapping.rules]]
name = "law"
when = {{ group = "{LAW}" }}
on_lost = "remove"
assign = {{ courses = [56] }}
"""
REMEDY = (
    "status 403, Authorization_RequestDenied; give the application the application permissions GroupMember.Read.All and "
    "User.ReadBasic.All of Microsoft Graph, with admin consent"
)


@pytest.fixture
def tenant(tmp_path, addresses):
    """Entra ID with one tenant, and Microsoft Graph at the root of the same server."""
    port = free_port()
    issuer = f"http://{HOST}:{port}/{TENANT}/v2.0"
    started = start_practising_provider(
        tmp_path, CLIENT_SECRET, [addresses["fetching-groups"]], port=port, issuer=issuer
    )
    started.control.misbehave("groups-overage")
    yield started
    started.process.stop()


@pytest.fixture
def fetching(tmp_path, addresses, portal, tenant, redis_server):
    """A gateway that fetches groups, for whose people nobody but rules opens anything."""
    gateway = gateway_at(addresses["fetching-groups"], tmp_path, portal, tenant, redis_server.url(15))
    with (tmp_path / "gateway.toml").open("a") as file:
        file.write(RULES)
    graph = tenant.issuer.removesuffix(f"/{TENANT}/v2.0")
    yield gateway.start(OIDC_PRESET="entra", OIDC_FETCH_GROUPS="security", OIDC_GRAPH_URL=graph)
    gateway.end()


@pytest.fixture
def person(tenant, numbers):
    """Say in which groups somebody is from now on, besides two hundred others; their login."""
    number = next(numbers)
    names = {"given_name": "Greta", "family_name": f"Ek{number}", "email": f"greta{number}@acme.example"}
    ids = {"oid": f"0f00c4d1-0000-4000-8000-{number:012}", "tid": TENANT}

    def with_groups(*groups):
        many = [f"{other:08}-0000-4000-8000-000000000000" for other in range(200)]
        return tenant.control.add_person(f"greta{number}", **names, **ids, groups=[*many, *groups])

    with_groups.email = names["email"]
    return with_groups


def test_what_a_rule_gives_is_there_by_a_group_that_was_fetched_and_stays_while_none_can_be(
    fetching, tenant, portal, person, visit
):
    arrived = visit(fetching.url, person(SALES)).go("/go/course/34")
    assert arrived.url == f"{portal.url}/learner/course/id:34"
    assert sorted(portal.enrolments(person.email)) == [34]
    assert len(tenant.control.requests("graph")) == 1

    portal.control.clear_calls()
    tenant.control.settings(graph="forbidden")
    refused = visit(fetching.url, person(LAW)).sign_in("/")
    assert (refused.status_code, title(refused)) == (403, "You were not signed in")
    [line] = [one for one in fetching.events() if one["event"] == "mapping" and one["outcome"] == "refused"]
    assert line["note"].endswith(REMEDY)
    assert REMEDY in next(
        one["note"] for one in fetching.events() if one["event"] == "sign_in" and one.get("reason") == "groups-left-out"
    )

    tenant.control.settings(graph="on")
    visit(fetching.url, person(SALES)).sign_in("/")
    assert (changes(portal), sorted(portal.enrolments(person.email))) == ([], [34])

    visit(fetching.url, person(LAW)).sign_in("/")
    wait_until(lambda: sorted(portal.enrolments(person.email)) == [56])
    assert changes(portal) == ["removeuserfromcourse", "addusertocourse"]
    fetching.stop()
    assert "Traceback" not in fetching.text()
