"""What a stranger, or a careless provisioner, sends to ``/scim/v2``: never a 5xx, and each error says what to change."""

import base64
import itertools
import json

import pytest

from gateway.database import directory_groups
from gateway.scim import search
from gateway.scim.definitions import USER as USER_TYPE
from tests.gateway.web.scim_client import ENTERPRISE, FILE, GROUP, LIST, TOKEN, USER, Provisioner, is_error, user

NUL, SURROGATE = "\\u0000", "\\ud800"


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request, gateway):
    """A provisioner at a gateway with each of the databases."""
    changes = {}
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        changes["GATEWAY_DATABASE_URL"] = server.new_database_with_tables().reveal()
    app = gateway(file=FILE, **changes)
    yield Provisioner(app)
    app.extensions["talentlms-database"].close()


@pytest.fixture
def app(gateway):
    return gateway(file=FILE)


@pytest.fixture
def client(app):
    return Provisioner(app)


def refused(answer, *problems):
    """Check that an answer is a SCIM error of a client's making, of one of these kinds where any are named."""
    assert 400 <= answer.status_code < 500, answer.text
    is_error(answer, answer.status_code, answer.json.get("scimType"))
    assert len(answer.json["detail"]) > 10
    assert not problems or answer.json.get("scimType") in problems, answer.json


# --- texts that a database does not keep ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_an_id_with_a_nul_is_nobodys(either, kind, method):
    bodies = {"PUT": {"userName": "x", "displayName": "x"}, "PATCH": {"Operations": []}}
    is_error(either.ask(method, f"/{kind}/%00", bodies.get(method)), 404)


@pytest.mark.parametrize("sign", [NUL, SURROGATE], ids=["NUL", "surrogate"])
def test_no_text_has_what_cannot_be_stored(either, sign):
    def send(method, path, body):
        return either.ask(method, path, body.replace("~", sign).encode())

    kim = either.create()
    group = either.group("Sales", kim["id"])
    for body in (
        '{"userName": "a~"}',
        '{"userName": "a", "externalId": "~"}',
        '{"userName": "a", "emails": [{"value": "a@acme.example", "type": "~"}]}',
    ):
        refused(send("POST", "/Users", body), "invalidValue")
    for body in ('{"displayName": "~"}', '{"displayName": "a", "members": [{"value": "~"}]}'):
        refused(send("POST", "/Groups", body), "invalidValue")
    for path in ("title", 'emails[type eq \\"~\\"].value', 'roles[value eq \\"~\\"].display'):
        body = f'{{"Operations": [{{"op": "add", "path": "{path}", "value": "~"}}]}}'
        refused(send("PATCH", f"/Users/{kim['id']}", body), "invalidValue")
    refused(
        send("PATCH", f"/Users/{kim['id']}", '{"Operations": [{"op": "~", "path": "title", "value": "x"}]}'),
        "invalidSyntax",
    )
    for op in ("add", "remove", "replace"):
        body = f'{{"Operations": [{{"op": "{op}", "path": "members", "value": [{{"value": "~"}}]}}]}}'
        refused(send("PATCH", f"/Groups/{group['id']}", body), "invalidValue")
    body = '{"Operations": [{"op": "remove", "path": "members[value eq \\"~\\"]"}]}'
    refused(send("PATCH", f"/Groups/{group['id']}", body), "invalidValue")
    assert either.get(f"/Users/{kim['id']}").json["name"] == kim["name"]
    assert either.get(f"/Groups/{group['id']}").json == group


def test_no_filter_asks_for_what_cannot_be_stored(either):
    texts = (
        'userName eq "~"',
        'id eq "~"',
        'groups.value eq "~"',
        'emails[value eq "~"]',
        'emails[type eq "~" and value eq "a"]',
        'displayName sw "~"',
        'id eq "a" and manager eq "~"',
    )
    for text, sign in itertools.product(texts, (NUL, SURROGATE, "\x00")):
        refused(either.post("/Users/.search", {"filter": text.replace("~", sign)}), "invalidFilter")


@pytest.mark.parametrize(
    "name", ["\u0130\u0130", "ZO\u00cb", "\u202etxt", "\U0001f600", "e\u0301", "\U0010ffff", " ", "\u200c", "\u00df"]
)
def test_whatever_else_is_unicode_is_kept_and_found_again(either, name):
    name = f"{name}@acme.example"
    kim = either.create(name, displayName=name)
    assert (kim["userName"], kim["displayName"]) == (name, name)
    for text in ("userName eq ~", "userName sw ~", "displayName ge ~", "emails.value eq ~"):
        found = either.found(text.replace("~", json.dumps(name)))["Resources"]
        assert [one["id"] for one in found] == [kim["id"]], text


def test_a_manager_is_compared_in_both_databases(either):
    """D4: Entra asks so before it writes a manager."""
    kim, lou = (either.create(f"{name}@acme.example")["id"] for name in ("kim", "lou"))
    either.patch(f"/Users/{kim}", {"op": "add", "path": f"{ENTERPRISE}:manager", "value": lou})
    for name in ("manager", "manager.value", f"{ENTERPRISE}:manager"):
        assert either.found(f'id eq "{kim}" and {name} eq "{lou}"')["totalResults"] == 1
        assert either.found(f'{name} eq "{kim}" and id eq "{kim}"')["totalResults"] == 0
        assert either.found(f"id eq {lou} and {name} eq {kim}")["totalResults"] == 0


# --- documents ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"userName": "a", "userName": "b"}',
        b'{"userName": "a", "USERNAME": "b"}',
        b'{"userName": "a", "name": {"givenName": "x", "givenname": "y"}}',
        b'{"userName": "a", "active": true, "active": false}',
    ],
)
def test_a_name_that_is_there_twice_is_refused(client, body):
    refused(client.post("/Users", body), "invalidSyntax")
    assert client.get("/Users").json["totalResults"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b'{"userName": Infinity}',
        b'{"userName": -Infinity}',
        b'{"userName": ' + b"9" * 5000 + b"}",
        b'{"userName": "a"} {}',
        '{"userName": "a"}'.encode("utf-16"),
        b"\x1f\x8b\x08\x00",
        b'{"userName": "\xed\xa0\x80"}',
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"userName=a&active=true",
        b"null",
        b"1",
    ],
    ids=ascii,
)
def test_what_is_no_object_is_invalid_syntax(client, body):
    refused(client.post("/Users", body), "invalidSyntax")
    refused(client.ask("PATCH", "/Users/x", body), "invalidSyntax")
    refused(client.post("/Users/.search", body), "invalidSyntax")


@pytest.mark.parametrize("number", ["1e400", "1.10", "-0", "12345678901234567890123", "1E5"])
def test_a_number_for_a_text_is_kept_as_it_was_written(client, number):
    body = f'{{"userName": "a", "{ENTERPRISE}": {{"employeeNumber": {number}}}}}'
    made = client.post("/Users", body.encode()).json
    assert made[ENTERPRISE]["employeeNumber"] == ("0" if number == "-0" else number)


def test_a_byte_order_mark_is_passed_over(client):
    assert client.post("/Users", b'\xef\xbb\xbf{"userName": "a"}').status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "x", ""])
def test_whatever_a_body_is_called_it_is_read_as_json(client, kind):
    assert client.post("/Users", json.dumps(user()).encode(), Content_Type=kind).status_code == 201


def test_a_body_of_more_than_a_megabyte_is_refused_wherever_one_is_read(client):
    kim = client.create()
    large = b'{"x": "' + b"a" * 1024 * 1024 + b'"}'
    for method, path in (
        ("POST", "/Users"),
        ("POST", "/Groups"),
        ("PUT", f"/Users/{kim['id']}"),
        ("PATCH", f"/Users/{kim['id']}"),
        ("POST", "/.search"),
    ):
        answer = client.ask(method, path, large)
        is_error(answer, 413, "tooMany")


# --- numbers of things ----------------------------------------------------------------------------------------------


def test_thousands_of_operations_are_refused_and_a_thousand_are_not(client):
    kim = client.create()
    one = {"op": "replace", "path": "title", "value": "x"}
    refused(client.patch(f"/Users/{kim['id']}", *[one] * 1001), "tooMany")
    every = {"op": "replace", "value": {f"urn:x:{number}": 1 for number in range(1001)}}
    refused(client.patch(f"/Users/{kim['id']}", every), "tooMany")
    assert client.patch(f"/Users/{kim['id']}", *[one] * 1000).json["title"] == "x"


def test_a_filter_that_is_tried_on_every_value_is_short(client):
    kim = client.create()
    path = "emails[{}].display".format(" or ".join(['type eq "work"'] * 6))
    refused(client.patch(f"/Users/{kim['id']}", {"op": "replace", "path": path, "value": "x"}), "invalidFilter")


def test_a_person_is_at_most_as_large_as_a_list_of_them_allows(client):
    kim = client.create()
    texts = [{"value": f"{number}", "display": "x" * 900} for number in range(100)]
    refused(client.patch(f"/Users/{kim['id']}", {"op": "add", "path": "roles", "value": texts}), "tooMany")
    refused(client.post("/Users", user("lou", roles=texts)), "tooMany")
    assert client.patch(f"/Users/{kim['id']}", {"op": "add", "path": "roles", "value": texts[:50]}).status_code == 200


def test_many_values_are_added_and_removed_in_any_order(client):
    kim = client.create()
    path = f"/Users/{kim['id']}"
    values = [{"value": f"r{number}", "type": "x"} for number in range(100)]
    added = client.patch(path, *[{"op": "add", "path": "roles", "value": values}] * 50).json
    assert [one["value"] for one in added["roles"]] == [one["value"] for one in values]
    removed = client.patch(path, *[{"op": "remove", "path": "roles", "value": values[1:]}] * 50).json
    assert removed["roles"] == values[:1]


def test_addresses_are_removed_by_all_that_they_are(client):
    kim = client.create(addresses=[{"type": "work", "locality": "Athens"}, {"type": "home", "locality": "Volos"}])
    path = f"/Users/{kim['id']}"
    other = {"op": "remove", "path": "addresses", "value": [{"type": "work", "locality": "Patras"}]}
    assert client.patch(path, other).json["addresses"] == kim["addresses"]
    same = {"op": "remove", "path": "addresses", "value": [{"locality": "Athens", "type": "work"}]}
    assert client.patch(path, same).json["addresses"] == kim["addresses"][1:]


def test_thousands_of_members_join_at_once_and_leave_in_parts(app, client):
    kim = client.create()
    unknown = [{"value": f"{number:032}"} for number in range(8000)]
    group = client.group("Sales", kim["id"])
    path = f"/Groups/{group['id']}"
    refused(client.patch(path, {"op": "add", "path": "members", "value": unknown}), "invalidValue")
    assert client.get(path).json == group
    assert client.patch(path, {"op": "remove", "path": "members", "value": unknown}).status_code == 204
    assert client.get(path).json == group
    assert client.patch(path, {"op": "remove", "path": "members", "value": unknown + group["members"]}).data == b""
    assert client.get(path).json["members"] == []


@pytest.mark.parametrize("query", ["", "&sortBy=displayName&sortOrder=descending"])
def test_a_list_of_groups_ends_before_they_have_too_many_members(client, monkeypatch, query):
    monkeypatch.setattr(directory_groups, "MOST_MEMBERS", 3)
    people = [client.create(f"user{number}@acme.example")["id"] for number in range(4)]
    sizes = [1, 1, 4, 0, 2, 1, 1]
    made = [client.group(f"Group {number}", *people[:size])["id"] for number, size in enumerate(sizes)]
    seen, parts = [], []
    while len(seen) < len(made):
        answer = client.get(f"/Groups?startIndex={len(seen) + 1}&count=4{query}").json
        seen += [one["id"] for one in answer["Resources"]]
        parts.append(answer["itemsPerPage"])
    assert (seen, parts) == ((made, [2, 1, 3, 1]) if not query else (made[::-1], [2, 2, 1, 2]))
    cursor, seen = "", []
    while cursor is not None:
        answer = client.get(f"/Groups?count=4&cursor={cursor}{query}").json
        seen += [one["id"] for one in answer["Resources"]]
        cursor = answer.get("nextCursor")
    assert seen == (made[::-1] if query else made)
    assert client.get("/Groups?excludedAttributes=members").json["itemsPerPage"] == 7


def test_at_most_a_hundred_attributes_are_named(client):
    refused(client.post("/Users/.search", {"attributes": ["userName"] * 101}), "tooMany")
    refused(client.get(f"/Users?excludedAttributes={'x,' * 101}"), "tooMany")


# --- queries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["filter=id%20eq%20%22x%22&filter=id%20eq%20%22y%22", "count=1&COUNT=2", "attributes=id&attributes=userName"],
)
def test_a_parameter_that_is_there_twice_is_refused(client, query):
    refused(client.get(f"/Users?{query}"), "invalidFilter", "invalidValue")


@pytest.mark.parametrize("path", ["/Users/.search", "/Groups/.search", "/.search"])
def test_what_is_searched_for_is_of_its_type(client, path):
    for member in (
        {"filter": 7},
        {"filter": ["x"]},
        {"filter": {"x": 1}},
        {"sortBy": {}},
        {"sortBy": 7},
        {"sortOrder": True},
        {"cursor": 1},
        {"startIndex": True},
        {"startIndex": [1]},
        {"count": {}},
        {"attributes": 7},
        {"attributes": [["userName"]]},
        {"excludedAttributes": {"x": 1}},
    ):
        refused(client.post(path, member), "invalidFilter", "invalidValue")


def test_people_and_groups_in_one_list_have_no_order_and_no_cursor(client):
    refused(client.post("/.search", {"sortBy": "id"}), "invalidPath")
    refused(client.post("/.search", {"cursor": ""}), "invalidCursor")


def test_numbers_of_any_size_are_answered_or_refused(either):
    numbers = ("-9" * 9, "9" * 18, "9" * 19, "1e3", "0x10", " 1", "\u0661", "+")
    answers = [either.post("/Users/.search", {name: number}) for name in ("startIndex", "count") for number in numbers]
    assert [answer.json["totalResults"] for answer in answers if answer.status_code == 200] == [0, 0]
    for answer in answers:
        if answer.status_code != 200:
            refused(answer, "invalidCount", "invalidValue")


def forged(value, last_id="0" * 32, **given):
    return search.cursor(USER_TYPE, given, (value, last_id))


@pytest.mark.parametrize(
    ("cursor", "sort_by"),
    [
        (forged("x" * 3000), ""),
        (forged(1), ""),
        (forged("x", sortBy="meta.created"), "meta.created"),
        (forged(2**62, sortBy="meta.created"), "meta.created"),
        (forged(None, sortBy="meta.created"), "meta.created"),
        (forged("\x00"), ""),
        (forged("\ud800", sortBy="userName"), "userName"),
        (forged("a", "\x00", sortBy="name.familyName"), "name.familyName"),
        (base64.urlsafe_b64encode(b"[" * 1500).decode(), ""),
        (base64.urlsafe_b64encode(b'["x", 1e400, "y"]').decode(), ""),
        ("=" * 50, ""),
        ("\u00e9", ""),
    ],
    ids=ascii,
)
def test_a_forged_cursor_leads_nowhere(either, cursor, sort_by):
    either.create()
    answer = either.post("/Users/.search", {"cursor": cursor} | ({"sortBy": sort_by} if sort_by else {}))
    if answer.status_code == 200:
        assert answer.json["Resources"] == []
    else:
        refused(answer, "invalidCursor")


@pytest.mark.parametrize("text", ["(" * 1999, '"' * 1999, "\\" * 1999, " " * 1999, 'a eq "' + "\\" * 1990, "a." * 999])
def test_long_filters_are_refused(client, text):
    refused(client.post("/Users/.search", {"filter": text}), "invalidFilter")


# --- methods and tokens ---------------------------------------------------------------------------------------------


def test_head_is_a_get_without_its_body(client):
    kim = client.create()
    for path, status in ((f"/Users/{kim['id']}", 200), ("/Users/nobody", 404), ("/Schemas", 200)):
        answer = client.ask("HEAD", path)
        assert (answer.status_code, answer.data) == (status, b"")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/Users", "GET, POST"), ("/Groups/x", "GET, PUT, PATCH, DELETE"), ("/Schemas", "GET"), ("/.search", "POST")],
)
def test_options_say_what_can_be_sent_to_whoever_has_a_token(client, path, allowed):
    answer = client.ask("OPTIONS", path)
    assert (answer.status_code, answer.headers["Allow"], answer.data) == (204, allowed, b"")
    is_error(client.ask("OPTIONS", path, Authorization=""), 401)
    is_error(client.ask("OPTIONS", "/nothing"), 404)


@pytest.mark.parametrize("accept", ["text/html", "application/scim+json"])
def test_what_no_route_takes_is_a_scim_error_too(client, accept):
    """Statements: A1, B6."""
    for method in ("TRACE", "PROPFIND", "SOMETHING"):
        is_error(client.ask(method, "/Users", Accept=accept), 405)
    is_error(client.get("///Users", Accept=accept), 404)
    is_error(client.get("//", Accept=accept), 404)


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
def test_what_no_list_takes_is_405(client, path):
    for method in ("PUT", "PATCH", "DELETE"):
        answer = client.ask(method, path, {})
        is_error(answer, 405)
        assert answer.headers["Allow"] == "GET, POST"
    kim = client.create()
    is_error(client.post(f"/Users/{kim['id']}", {}), 405)


def test_a_token_in_the_address_is_none_and_stands_in_no_log(client, logged):
    lines = logged()
    for query in (f"access_token={TOKEN}", f"token={TOKEN}", f"Authorization=Bearer%20{TOKEN}"):
        is_error(client.get(f"/Users?{query}", Authorization=""), 401)
    assert lines()
    assert TOKEN not in json.dumps(lines())


# --- whatever else --------------------------------------------------------------------------------------------------


def test_writes_answer_the_attributes_that_are_asked_for(client):
    """D14: also where something is written (RFC 7644, 3.9), and a group's change then has an answer (3.5.2)."""
    made = client.post("/Users?attributes=userName", user())
    assert made.json == {"schemas": [USER], "id": made.json["id"], "userName": "kim@acme.example"}
    assert made.headers["Location"].endswith(f"/Users/{made.json['id']}")
    path = f"/Users/{made.json['id']}"
    assert client.put(f"{path}?excludedAttributes=name,emails,meta", user()).json.keys() == {
        *made.json.keys(),
        "active",
    }
    title = {"Operations": [{"op": "replace", "path": "title", "value": "Dr."}]}
    assert client.ask("PATCH", f"{path}?attributes=title", title).json == {
        "schemas": [USER],
        "id": made.json["id"],
        "title": "Dr.",
    }
    group = client.group()
    renamed = {"Operations": [{"op": "replace", "path": "displayName", "value": "EMEA"}]}
    answer = client.ask("PATCH", f"/Groups/{group['id']}?attributes=displayName", renamed)
    assert (answer.status_code, answer.json) == (
        200,
        {"schemas": [GROUP], "id": group["id"], "displayName": "EMEA"},
    )
    refused(client.post("/Users?attributes=id&excludedAttributes=name", user("lou@acme.example")), "invalidValue")
    assert client.get("/Users").json["totalResults"] == 1


def test_two_slashes_behind_the_base_are_one(client):
    """A17: an address that was registered with a slash at its end."""
    kim = client.create()
    for path in ("//Users", f"//Users/{kim['id']}", f"/Users//{kim['id']}", "//Schemas/", "//users//"):
        assert client.get(path).status_code == 200, path
    assert client.get("//Users").json["schemas"] == [LIST]
