"""``/scim/v2/Groups``: groups and who is in them. Numbers are those of docs/scim.md."""

import pytest

from tests.gateway.web.scim_client import FILE, GROUP, OTHER_TOKEN, Provisioner, is_error

NOBODY = "0" * 32


@pytest.fixture
def app(gateway):
    return gateway(file=FILE)


@pytest.fixture
def entra(app):
    return Provisioner(app)


@pytest.fixture
def people(entra):
    return [entra.create(f"{name}@acme.example")["id"] for name in ("kim", "lou", "max")]


@pytest.fixture
def sales(entra, people):
    return entra.group("Sales", people[0], people[1])


@pytest.fixture
def patched(entra, sales):
    """Return a function that changes the group, and returns the ids of its members afterwards."""

    def patch(*operations):
        answer = entra.patch(f"/Groups/{sales['id']}", *operations)
        assert (answer.status_code, answer.data) == (204, b""), answer.text  # H7
        return members(entra.get(f"/Groups/{sales['id']}").json)

    return patch


def members(group):
    return {one["value"] for one in group["members"]}


def test_h1_a_group_without_members_and_with_a_foreign_schema(entra):
    foreign = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
    sent = {"schemas": [GROUP, foreign], "displayName": "Sales", "externalId": "g-1", "members": [], foreign: {"x": 1}}
    answer = entra.post("/Groups", sent)
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/scim/v2/Groups/{answer.json['id']}")
    assert answer.json["members"] == []
    assert answer.json["schemas"] == [GROUP]
    assert entra.get(f"/Groups/{answer.json['id']}").json == answer.json


def test_h2_names_are_unique_within_a_connection_and_found_in_any_case(app, entra, sales):
    is_error(entra.post("/Groups", {"displayName": "SALES"}), 409, "uniqueness")
    Provisioner(app, OTHER_TOKEN).group("Sales")
    found = entra.found('displayName eq "sales"', "Groups", excludedAttributes="members")
    assert [one["id"] for one in found["Resources"]] == [sales["id"]]
    assert "members" not in found["Resources"][0]
    is_error(entra.post("/Groups", {"externalId": "x"}), 400, "invalidValue")


def test_h3_members_are_left_out_where_they_are_not_wanted(entra, sales):
    assert "members" not in entra.get(f"/Groups/{sales['id']}?excludedAttributes=members").json
    assert entra.get(f"/Groups/{sales['id']}?attributes=displayName").json.keys() == {"schemas", "id", "displayName"}


def test_h4_members_join_once(patched, people):
    new = {"op": "Add", "path": "members", "value": [{"$ref": None, "value": one} for one in people[1:]]}
    assert patched(new) == set(people)
    assert patched(new) == set(people)


def test_h5_members_leave_one_by_one_in_both_shapes(patched, people):
    assert patched({"op": "remove", "path": f'members[value eq "{people[0]}"]'}) == {people[1]}
    assert patched({"op": "Add", "path": "members", "value": [{"value": people[0]}]}) == set(people[:2])
    assert patched({"op": "Remove", "path": "members", "value": [{"value": people[0]}]}) == {people[1]}
    assert patched({"op": "Remove", "path": "members", "value": [{"value": NOBODY}]}) == {people[1]}
    assert patched({"op": "Remove", "path": "members", "value": []}) == {people[1]}
    assert patched({"op": "remove", "path": "members"}) == set()


@pytest.mark.parametrize(
    "shape", [lambda one: {"value": one}, lambda one: [one], lambda one: one, lambda one: [{"Value": one}]]
)
def test_h6_one_member_in_any_shape(patched, people, shape):
    assert patched({"op": "add", "path": "members", "value": shape(people[2])}) == set(people)
    assert patched({"op": "remove", "path": "members", "value": shape(people[2])}) == set(people[:2])


def test_h7_a_group_is_renamed_and_its_people_say_so(entra, sales, patched, people):
    assert patched({"op": "Replace", "path": "displayName", "value": "Sales EMEA"}) == set(people[:2])
    assert patched({"op": "replace", "value": {"id": sales["id"], "displayName": "EMEA"}}) == set(people[:2])  # E19
    [group] = entra.get(f"/Users/{people[0]}").json["groups"]
    assert (group["value"], group["display"]) == (sales["id"], "EMEA")


def test_members_are_replaced_by_operation_and_by_put(entra, sales, patched, people):
    assert patched({"op": "replace", "path": "members", "value": [{"value": people[2]}]}) == {people[2]}
    assert patched({"op": "replace", "value": {"members": [{"value": people[0]}]}}) == {people[0]}
    put = entra.put(f"/Groups/{sales['id']}", {"displayName": "Sales", "members": [{"value": people[1]}]})
    assert (put.status_code, members(put.json)) == (200, {people[1]})
    assert members(entra.put(f"/Groups/{sales['id']}", {"displayName": "Sales"}).json) == set()


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        ({"op": "add", "path": "members", "value": [{"value": NOBODY}]}, "invalidValue"),  # H8
        ({"op": "add", "path": "members", "value": [{"display": "x"}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [7]}, "invalidValue"),
        ({"op": "remove", "path": 'members[display eq "x"]'}, "invalidFilter"),
        ({"op": "replace", "path": 'members[value eq "x"]', "value": "y"}, "mutability"),
        ({"op": "replace", "path": "members.display", "value": "y"}, "mutability"),
    ],
    ids=str,
)
def test_h8_what_cannot_be_done_leaves_all_as_it_was(entra, sales, people, operation, problem):
    good = {"op": "add", "path": "members", "value": [{"value": people[2]}]}
    renamed = {"op": "replace", "path": "displayName", "value": "Renamed"}
    is_error(entra.patch(f"/Groups/{sales['id']}", good, renamed, operation), 400, problem)
    assert entra.get(f"/Groups/{sales['id']}").json == sales


def test_h8_somebody_of_another_connection_is_nobody(app, entra):
    other = Provisioner(app, OTHER_TOKEN).create("lou@acme.example")
    is_error(entra.post("/Groups", {"displayName": "x", "members": [{"value": other["id"]}]}), 400, "invalidValue")
    assert entra.get("/Groups").json["totalResults"] == 0


def test_h9_a_deleted_group_leaves_its_people(entra, sales, people):
    assert entra.delete(f"/Groups/{sales['id']}").status_code == 204
    is_error(entra.get(f"/Groups/{sales['id']}"), 404)
    assert "groups" not in entra.get(f"/Users/{people[0]}").json
    assert entra.get("/Users").json["totalResults"] == 3


def test_h10_without_groups_their_list_is_empty(entra):
    answer = entra.get("/Groups")
    assert (answer.status_code, answer.json["totalResults"], answer.json["Resources"]) == (200, 0, [])


def test_who_is_in_which_group_is_found_both_ways(entra, sales, people):
    text = f'id eq "{sales["id"]}" and members eq "{people[0]}"'
    assert entra.found(text, "Groups")["totalResults"] == 1
    assert entra.found(f'members[value eq "{people[2]}"]', "Groups")["totalResults"] == 0
    assert {one["id"] for one in entra.found(f'groups.value eq "{sales["id"]}"')["Resources"]} == set(people[:2])


def test_the_deleted_are_in_no_group(entra, sales, people):
    entra.delete(f"/Users/{people[0]}")
    assert members(entra.get(f"/Groups/{sales['id']}").json) == {people[1]}
