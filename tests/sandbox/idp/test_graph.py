"""The sandbox's Microsoft Graph, and an issuer with a path."""

import re

import pytest
import requests

from sandbox.idp import running_idp
from sandbox.idp.control_client import ControlError
from tests.patience import PATIENT_SECONDS
from tests.sandbox.idp.relying_party import CALLBACK, SignIn, discovery

SCOPE = "https://graph.example/.default"


def token(idp, scope=SCOPE):
    form = {"grant_type": "client_credentials", "scope": scope}
    return requests.post(
        discovery(idp).json()["token_endpoint"], form, auth=(idp.client_id, idp.client_secret), timeout=PATIENT_SECONDS
    )


def groups(idp, shown, oid="o-1", body=None):
    root = re.match(r"http://[^/]+", idp.issuer)[0]
    headers = {"Authorization": f"Bearer {shown}"}
    url = f"{root}/v1.0/users/{oid}/getMemberGroups"
    return requests.post(url, json=body or {"securityEnabledOnly": True}, headers=headers, timeout=PATIENT_SECONDS)


@pytest.fixture
def person(idp):
    return idp.control.add_person("greta", oid="o-1", groups=["Sales", "Staff"])


def test_an_application_is_told_the_groups_that_a_token_leaves_out(idp, person):
    shown = token(idp).json()["access_token"]
    assert groups(idp, shown).json()["value"] == ["Sales", "Staff"]
    assert [entry["endpoint"] for entry in idp.control.requests("graph")] == ["graph"]


def test_nobody_else_is(idp, person):
    assert groups(idp, "made-up").status_code == 401
    assert token(idp, "openid").status_code == 400
    idp.control.settings(access_token_seconds=0)
    assert groups(idp, token(idp).json()["access_token"]).status_code == 401


def test_it_refuses_what_graph_refuses(idp, person):
    shown = token(idp).json()["access_token"]
    assert groups(idp, shown, oid="o-2").status_code == 404
    assert groups(idp, shown, body={"securityEnabledOnly": "yes"}).status_code == 400
    idp.control.settings(graph="forbidden")
    assert (groups(idp, shown).status_code, groups(idp, shown).json()["error"]["code"]) == (
        403,
        "Authorization_RequestDenied",
    )
    with pytest.raises(ControlError, match="graph is one of"):
        idp.control.settings(graph="odd")


def test_an_issuer_with_a_path_has_everything_but_graph_below_it():
    with running_idp(path="/tenant/v2.0", redirect_uris=[CALLBACK]) as idp:
        assert idp.issuer.endswith("/tenant/v2.0")
        idp.control.add_person("greta", oid="o-1", groups=["Sales"])
        sign_in = SignIn(idp)
        page = sign_in.authorize(login_hint=None)
        pending = re.search(r'name="request" value="([^"]+)"', page.text)
        assert 'action="/tenant/v2.0/authorize/pick"' in page.text
        chosen = {"request": pending[1], "person": "greta"}
        answer = sign_in.browser.post(
            f"{idp.issuer}/authorize/pick", data=chosen, allow_redirects=False, timeout=PATIENT_SECONDS
        )
        assert answer.headers["Location"].startswith(f"{CALLBACK}?")
        assert groups(idp, token(idp).json()["access_token"]).json()["value"] == ["Sales"]
