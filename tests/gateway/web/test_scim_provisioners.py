"""Requests in the shapes and the order in which provisioners send them, from the first test to a leaver."""

import pytest

from tests.gateway.web.scim_client import ENTERPRISE, FILE, GROUP, PATCH, USER, Provisioner, is_error


@pytest.fixture
def client(gateway):
    return Provisioner(gateway(file=FILE))


def test_okta(client):
    assert client.get("/Users?startIndex=1&count=2").json["totalResults"] == 0
    name = "test.user@acme.example"
    assert client.get(f"/Users?filter=userName%20eq%20%22{name}%22&startIndex=1&count=100").json["Resources"] == []
    made = client.ask(
        "POST",
        "/Users",
        {
            "schemas": [USER],
            "userName": name,
            "name": {"givenName": "Test", "familyName": "User"},
            "emails": [{"primary": True, "value": name, "type": "work"}],
            "displayName": "Test User",
            "locale": "en-US",
            "externalId": "00ujl29u0le5T6Aj10h7",
            "groups": [],
            "password": "1mz050nq",
            "active": True,
        },
        Content_Type="application/json",
    )
    assert made.status_code == 201
    path = f"/Users/{made.json['id']}"
    [found] = client.get(f"/Users?filter=userName%20eq%20%22{name.upper()}%22&startIndex=1&count=100").json["Resources"]
    assert (found["id"], found["emails"][0]["value"]) == (made.json["id"], name)
    read = client.get(path).json
    read["name"]["givenName"] = "Tess"
    assert client.put(path, read).json["name"]["givenName"] == "Tess"
    for active in (False, True, False):
        answer = client.ask(
            "PATCH", path, {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": active}}]}
        )
        assert answer.json["active"] is active
        assert client.get(path).json["active"] is active
    group = client.post(
        "/Groups", {"schemas": [GROUP], "displayName": "Sales", "members": [{"value": read["id"], "display": name}]}
    ).json
    renamed = {"op": "replace", "value": {"id": group["id"], "displayName": "Sales Team"}}
    assert client.patch(f"/Groups/{group['id']}", renamed).status_code == 204
    out = {"op": "remove", "path": f'members[value eq "{read["id"]}"]'}
    assert client.patch(f"/Groups/{group['id']}", out).status_code == 204
    again = client.get(f"/Groups/{group['id']}").json
    assert (again["displayName"], again["members"]) == ("Sales Team", [])
    is_error(client.post("/Users", {"schemas": [USER], "userName": name}), 409, "uniqueness")


def test_entra(client):
    probe = "/Users?filter=userName+eq+%22non-existent-7e5a%22"
    assert (client.get(probe).status_code, client.get(probe).json["totalResults"]) == (200, 0)
    made = client.post(
        "/Users",
        {
            "schemas": [USER, ENTERPRISE],
            "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
            "userName": "Test_User_ab6490ee@acme.example",
            "active": True,
            "emails": [{"primary": True, "type": "work", "value": "test_user@acme.example"}],
            "addresses": [{"formatted": None, "type": "work", "primary": True}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName"},
            "roles": [],
            ENTERPRISE: {"department": "Sales", "manager": "boss-1"},
        },
    )
    assert made.status_code == 201
    path = f"/Users/{made.json['id']}"
    assert made.json[ENTERPRISE]["manager"] == {"value": "boss-1"}
    for text in (
        'userName eq "test_user_AB6490EE@acme.example"',
        'externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"',
        'emails[type eq "work"].value eq "test_user@acme.example"',
    ):
        assert [one["id"] for one in client.found(text)["Resources"]] == [made.json["id"]]
    changed = client.patch(
        path,
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "updated@acme.example"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "555"},
        {"op": "Replace", "path": "name.familyName", "value": "updatedFamilyName"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Support"},
        {"op": "Remove", "path": f"{ENTERPRISE}:manager"},
        {"op": "Replace", "value": {"displayName": "x", "name.givenName": "y"}},
    ).json
    assert changed["emails"] == [{"primary": True, "type": "work", "value": "updated@acme.example"}]
    assert (changed["name"]["familyName"], changed["name"]["givenName"]) == ("updatedFamilyName", "y")
    assert changed[ENTERPRISE] == {"department": "Support"}
    group = client.post(
        "/Groups",
        {"schemas": [GROUP], "externalId": "8aa1a0c0", "displayName": "displayName", "meta": {"resourceType": "Group"}},
    ).json
    gpath = f"/Groups/{group['id']}"
    joins = {"op": "Add", "path": "members", "value": [{"$ref": None, "value": made.json["id"]}]}
    assert client.patch(gpath, joins).status_code == 204
    is_member = f'id eq "{group["id"]}" and members eq "{made.json["id"]}"'
    assert client.found(is_member, "Groups", excludedAttributes="members")["totalResults"] == 1
    leaves = {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": made.json["id"]}]}
    assert client.patch(gpath, leaves).status_code == 204
    assert client.found(is_member, "Groups")["totalResults"] == 0
    off = client.patch(path, {"op": "Replace", "path": "active", "value": "False"})
    assert off.json["active"] is False
    assert client.found('userName eq "test_user_ab6490ee@acme.example"')["Resources"][0]["active"] is False
    assert (client.delete(path).status_code, client.delete(gpath).status_code) == (204, 204)
    is_error(client.get(path), 404)


def test_onelogin(client):
    name = "kim@acme.example"
    made = client.post(
        "/Users",
        {
            "schemas": [USER, ENTERPRISE],
            "id": None,
            "userName": name,
            "name": {"givenName": "Kim", "familyName": "Lee", "formatted": "Kim Lee"},
            "emails": {"value": name, "type": "work", "primary": "true"},
            "active": "true",
            ENTERPRISE: {"department": "", "manager": ""},
        },
    )
    assert made.status_code == 201
    assert made.json["emails"] == [{"value": name, "type": "work", "primary": True}]
    assert ENTERPRISE not in made.json
    path = f"/Users/{made.json['id']}"
    off = client.put(path, {"schemas": [USER], "userName": name, "active": "false"})
    assert off.json["active"] is False
    assert client.put(path, {"schemas": [USER], "userName": name, "active": "true"}).json["active"] is True
    is_error(client.post("/Users", {"schemas": ["urn:scim:schemas:core:1.0"], "userName": "x"}), 400, "invalidValue")
    assert client.delete(path).status_code == 204


def test_jumpcloud(client):
    assert client.get("/Users").json["Resources"] == []
    made = client.post(
        "/Users",
        {"schemas": [USER], "userName": "test@acme.example", "active": True, "emails": [{"value": "t@acme.example"}]},
    ).json
    path = f"/Users/{made['id']}"
    for attribute, value in (("name.givenName", "Test"), ("name.familyName", "User"), ("displayName", "Test User")):
        client.patch(path, {"op": "replace", "path": attribute, "value": value})
    assert client.get(path).json["name"] == {"givenName": "Test", "familyName": "User"}
    group = client.group("test group")
    joins = {"op": "add", "path": "members", "value": {"value": made["id"]}}
    assert client.patch(f"/Groups/{group['id']}", joins).status_code == 204
    assert client.get(path).json["groups"][0]["display"] == "test group"
    assert client.delete(f"/Groups/{group['id']}").status_code == 204
    assert client.delete(path).status_code == 204
    again = client.post("/Users", {"schemas": [USER], "userName": "test@acme.example"})
    assert again.status_code == 201
