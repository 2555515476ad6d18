"""What four products do with the people and groups of a company, from the first test to a leaver.

Their requests have the shapes and the order of recorded ones (``scim_products``): N7. Numbers are those of
docs/scim-conformance.md.
"""

import pytest

from tests.gateway.web.scim_client import ENTERPRISE, FILE, USER, is_error, user
from tests.gateway.web.scim_products import Entra, JumpCloud, Okta, OneLogin

KIM, LOU, MAX = "kim@acme.example", "lou@acme.example", "max@acme.example"


@pytest.fixture
def app(gateway):
    return gateway(file=FILE)


def members(group):
    return sorted(one["value"] for one in group["members"])


# --- Okta -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_put", [False, True], ids=["patch", "put"])
def test_okta_a_person_from_the_first_day_to_the_last(app, by_put):
    """Statements: C1, C4, C5, D1, D2, D3, D11, E2, F1, F3, G1, G2, R1, R2, R3, R5, R6, R7, R8, R9."""
    okta = Okta(app, by_put=by_put)
    assert okta.test_connection()["totalResults"] == 0
    made = okta.assign(KIM)
    assert (made["userName"], made["active"], made["name"]) == (KIM, True, {"givenName": "Test", "familyName": "User"})
    [first] = okta.done(okta.get("/Users?count=1&startIndex=1"))["Resources"]  # R1
    assert (first["id"], first["emails"][0]["value"]) == (made["id"], KIM)
    assert okta.done(okta.get(okta.path(KIM))) == made
    [found] = okta.find(KIM.upper())
    assert (found["id"], found["emails"][0]["value"], found["name"]["givenName"]) == (made["id"], KIM, "Test")
    assert okta.find("absent@acme.example") == []
    is_error(okta.post("/Users", {"schemas": [USER], "userName": KIM}), 409, "uniqueness")
    assert okta.update(KIM, name={"givenName": "Tess", "familyName": "User"})["name"]["givenName"] == "Tess"
    assert "password" not in okta.sync_password(KIM)
    for active in (False, True, False, False):  # the last is an unassignment of somebody who is deactivated
        assert okta.set_active(KIM, active=active)["active"] is active
        read = okta.done(okta.get(okta.path(KIM)))
        assert (read["active"], read["name"]["givenName"]) == (active, "Tess")
    again = okta.assign(KIM)
    assert (again["id"], again["active"]) == (made["id"], True)


def test_okta_pushes_a_group(app):
    """Statements: E19, H4, H5, H7, H9, N7."""
    okta = Okta(app)
    for name in (KIM, LOU, MAX):
        okta.assign(name)
    ids = {name: okta.ids[name] for name in (KIM, LOU, MAX)}
    assert members(okta.push_group("Sales", KIM)) == [ids[KIM]]
    assert members(okta.change_members("Sales", add=[LOU, MAX])) == sorted(ids.values())
    assert members(okta.change_members("Sales", remove=[KIM, LOU])) == [ids[MAX]]
    assert members(okta.change_members("Sales", members=[KIM, LOU])) == sorted([ids[KIM], ids[LOU]])
    renamed = okta.rename_group("Sales", "Sales EMEA")
    assert (renamed["displayName"], members(renamed)) == ("Sales EMEA", sorted([ids[KIM], ids[LOU]]))
    assert okta.done(okta.get(okta.path(KIM)))["groups"][0]["display"] == "Sales EMEA"
    okta.delete_group("Sales EMEA")
    assert okta.import_all("Groups") == []
    assert "groups" not in okta.done(okta.get(okta.path(KIM)))


def test_okta_pushes_a_group_by_put(app):
    okta = Okta(app, by_put=True)
    for name in (KIM, LOU):
        okta.assign(name)
    okta.push_group("Sales")
    for names in ([KIM], [KIM, LOU], [LOU], []):
        assert members(okta.change_members("Sales", members=names)) == sorted(okta.ids[name] for name in names)


def test_okta_imports_people_and_groups_part_by_part(app):
    """Statements: D11, D12, R10, N7."""
    okta = Okta(app)
    assert okta.import_all("Groups") == []  # R10
    made = [okta.create(f"user{number:03}@acme.example")["id"] for number in range(7)]
    groups = [okta.group(f"Group {number}", made[number])["id"] for number in range(3)]
    assert [one["id"] for one in okta.import_all("Users", count=3)] == made
    assert [one["id"] for one in okta.import_all("Groups", count=2)] == groups


def test_okta_and_what_it_may_not(app):
    """Statements: R4, R11, R12."""
    okta = Okta(app)
    is_error(okta.get("/Users/00000000"), 404)
    okta.token = "wrong" * 10
    is_error(okta.get("/Users?startIndex=1&count=2"), 401)


# --- Entra ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_compliant", [True, False], ids=["flag", "no flag"])
def test_entra_cycles_of_a_person(app, is_compliant):
    """Statements: A17, A18, C11, D7, D17, E1, E3, E5, E6, E8, E10, E11, G3, G5, K2, K3."""
    entra = Entra(app, is_compliant=is_compliant)
    assert entra.test_connection()["Resources"] == []
    person = {
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "displayName": "Kim Lee",
        "name.givenName": "Kim",
        "name.familyName": "Lee",
        "title": "Dr.",
        f"{ENTERPRISE}:department": "Sales",
    }
    entra.cycle({KIM: person})
    made = entra.done(entra.get(entra.path(KIM)))
    assert made[ENTERPRISE] == {"department": "Sales"}
    assert made["addresses"] == [{"type": "work", "primary": True}]
    person |= {
        "name.familyName": "Moe",
        "displayName": "Kim Moe",
        f"{ENTERPRISE}:department": "Support",
        "title": "",
        'phoneNumbers[type eq "mobile"].value': "+1 201 5550123",
        'emails[type eq "work"].value': "kim.moe@acme.example",
    }
    entra.cycle({KIM: person})
    changed = entra.done(entra.get(entra.path(KIM)))
    assert changed["name"] == {"givenName": "Kim", "familyName": "Moe"}
    assert (changed["displayName"], changed[ENTERPRISE]) == ("Kim Moe", {"department": "Support"})
    assert changed["phoneNumbers"] == [{"type": "mobile", "value": "+1 201 5550123"}]
    assert changed["emails"] == [{"primary": True, "type": "work", "value": "kim.moe@acme.example"}]
    assert "title" not in changed
    entra.cycle({KIM: person})  # nothing changed, and nothing is written
    assert entra.done(entra.get(entra.path(KIM)))["meta"] == changed["meta"]
    entra.cycle({KIM: person | {"active": False}})
    [off] = entra.filtered("Users", f'userName eq "{KIM}"')
    assert off["active"] is False
    entra.cycle({KIM: person | {"active": True}})
    assert entra.done(entra.get(entra.path(KIM)))["active"] is True
    entra.cycle({KIM: None})
    assert entra.filtered("Users", f'userName eq "{KIM}"') == []
    entra.cycle({KIM: person})
    restored = entra.done(entra.get(entra.path(KIM)))
    assert (restored["id"], restored["active"], restored["displayName"]) == (made["id"], True, "Kim Moe")


def test_entra_matches_who_is_there_already(app):
    """Statements: D4, D5."""
    there = Okta(app).assign(KIM)
    entra = Entra(app)
    entra.cycle({KIM: {"externalId": "0a21f0f2", "displayName": "Kim Lee"}})
    assert entra.ids[KIM] == there["id"]
    assert [one["id"] for one in entra.filtered("Users", 'externalId eq "0a21f0f2"')] == [there["id"]]
    by_mail = entra.filtered("Users", f'emails[type eq "work"].value eq "{KIM}"')
    assert [one["displayName"] for one in by_mail] == ["Kim Lee"]


def test_entra_d4_e9_asks_for_a_manager_before_it_writes_one(app):
    """Statements: D4, D8, E9."""
    entra = Entra(app)
    entra.cycle({KIM: {}, LOU: {}, MAX: {}})
    for manager in (LOU, MAX, MAX):
        [found] = entra.set_manager(KIM, manager)
        assert (found["id"], found.keys()) == (entra.ids[KIM], {"schemas", "id"})
    read = entra.done(entra.get(entra.path(KIM)))
    assert read[ENTERPRISE]["manager"] == {"value": entra.ids[MAX]}
    clears = {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": ""}
    assert ENTERPRISE not in entra.done(entra.patch(entra.path(KIM), clears))


def test_entra_pushes_a_group(app):
    """Statements: H1, H2, H3, H4, H5, H7, H11, K2, N7."""
    entra = Entra(app)
    entra.cycle({KIM: {}, LOU: {}, MAX: {}})
    made = entra.push_group("Sales")
    assert made["members"] == []
    assert entra.push_group("Sales")["id"] == made["id"]
    entra.change_members("Sales", add=[KIM, LOU, MAX])
    assert [entra.is_member("Sales", one) for one in (KIM, LOU, MAX)] == [True, True, True]
    entra.change_members("Sales", add=[KIM], remove=[LOU])
    assert [entra.is_member("Sales", one) for one in (KIM, LOU, MAX)] == [True, False, True]
    entra.rename_group("Sales", "Sales EMEA")
    [renamed] = entra.filtered("Groups", 'displayName eq "Sales EMEA"', "&excludedAttributes=members")
    assert (renamed["id"], "members" in renamed) == (made["id"], False)
    entra.done(entra.delete(entra.path("Sales EMEA", "Groups")), 204)
    is_error(entra.get(entra.path("Sales EMEA", "Groups")), 404)


def test_entra_sends_a_token_of_its_own_where_none_is_registered(app, logged):
    """Statements: A9."""
    lines = logged()
    entra = Entra(app)
    entra.token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3N0cy53aW5kb3dzLm5ldC8ifQ." + "c2lnbmF0dXJl" * 20
    is_error(entra.get("/Users"), 401)
    assert "eyJ" not in str(lines())


# --- OneLogin -------------------------------------------------------------------------------------------------------


def test_onelogin_a_person_from_the_first_day_to_the_last(app):
    """Statements: C4, C6, C8, D16, F1, G8, M1, M2, M3."""
    onelogin = OneLogin(app)
    made = onelogin.provision(KIM)
    assert made["emails"] == [{"value": KIM, "type": "work", "primary": True}]
    assert not made.keys() & {ENTERPRISE, "title", "groups"}
    changed = onelogin.update(KIM, given="Kimberly", department="Sales")
    assert (changed["id"], changed["name"]["formatted"]) == (made["id"], "Kimberly Lee")
    assert changed[ENTERPRISE] == {"department": "Sales"}
    assert onelogin.update(KIM, active="false")["active"] is False  # Suspend
    assert onelogin.provision(KIM)["active"] is True
    onelogin.done(onelogin.delete(onelogin.path(KIM)), 204)  # Delete
    del onelogin.ids[KIM]
    assert onelogin.provision(KIM)["id"] == made["id"]


def test_onelogin_roles_become_groups(app):
    """Statements: M4, N7."""
    onelogin = OneLogin(app)
    onelogin.provision(KIM)
    for name in ("Sales", "Support", "Staff"):
        onelogin.group(name)
    for roles in (["Sales", "Staff"], ["Staff", "Support"], []):
        onelogin.set_groups(KIM, *roles)
        read = onelogin.done(onelogin.get(onelogin.path(KIM)))
        assert sorted(one["display"] for one in read.get("groups", ())) == roles


@pytest.mark.parametrize(
    "schemas",
    [
        ["urn:scim:schemas:core:1.0"],
        ["urn:scim:schemas:core:1.0", "urn:scim:schemas:extension:enterprise:1.0"],
        "urn:scim:schemas:core:1.0",
        ["URN:SCIM:schemas:core:1.0"],
    ],
    ids=str,
)
def test_onelogin_c14_a_template_of_scim_1_is_told_what_to_change(app, schemas):
    answer = OneLogin(app).post("/Users", user() | {"schemas": schemas})
    is_error(answer, 400, "invalidValue")
    assert USER in answer.json["detail"]


# --- JumpCloud ------------------------------------------------------------------------------------------------------


def test_jumpcloud_tests_the_connection_and_leaves_nothing(app):
    """Statements: D19, G7, L1, L2, L4."""
    jumpcloud = JumpCloud(app)
    assert jumpcloud.done(jumpcloud.get("/Users")) == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }
    jumpcloud.test_connection("test@acme.example")
    assert [jumpcloud.done(jumpcloud.get(path))["totalResults"] for path in ("/Users", "/Groups")] == [0, 0]
    jumpcloud.test_connection("test@acme.example")  # the address is unused again


def test_jumpcloud_l4_an_address_in_use_fails_the_test(app):
    JumpCloud(app).assign(KIM)
    is_error(JumpCloud(app).post("/Users", user(KIM)), 409, "uniqueness")
    with pytest.raises(AssertionError, match="uniqueness"):
        JumpCloud(app).test_connection(KIM)


def test_jumpcloud_a_person_and_their_groups(app):
    """Statements: H6, L3, N7."""
    jumpcloud = JumpCloud(app)
    made = jumpcloud.assign(KIM)
    read = jumpcloud.update(KIM, {"name.givenName": "Kim", "name.familyName": "Lee", "displayName": "Kim Lee"})
    assert (read["name"], read["displayName"]) == ({"givenName": "Kim", "familyName": "Lee"}, "Kim Lee")
    group = jumpcloud.group("Sales")
    path = f"/Groups/{group['id']}"
    jumpcloud.done(jumpcloud.patch(path, jumpcloud.member("add", KIM)), 204)
    assert members(jumpcloud.done(jumpcloud.get(path))) == [made["id"]]
    jumpcloud.done(jumpcloud.patch(path, jumpcloud.member("remove", KIM)), 204)
    assert members(jumpcloud.done(jumpcloud.get(path))) == []
    assert jumpcloud.update(KIM, {"active": False})["active"] is False
    assert jumpcloud.assign(KIM)["active"] is True
    jumpcloud.assign(LOU)
    for name, people in (("Sales EMEA", [KIM, LOU]), ("Sales EMEA", [LOU]), ("Sales", [])):
        replaced = jumpcloud.replace_group(group["id"], name, *people)
        assert (replaced["displayName"], members(replaced)) == (name, sorted(jumpcloud.ids[one] for one in people))
    jumpcloud.done(jumpcloud.delete(path), 204)
    jumpcloud.done(jumpcloud.delete(jumpcloud.path(KIM)), 204)
    assert [one["userName"] for one in jumpcloud.done(jumpcloud.get("/Users"))["Resources"]] == [LOU]
