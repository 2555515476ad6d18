"""``/scim/v2``: who may ask, what is said of the service, and lists. Numbers are those of the list of statements that
the provisioners of Okta, Entra, OneLogin and JumpCloud rely on (docs/scim.md)."""

import base64
import json
from urllib.parse import quote

import pytest

from gateway.database.account_links import AccountLinks
from gateway.database.directory_store import DirectoryStore
from gateway.scim.people import draft_of_user
from tests.gateway.web.scim_client import (
    ENTERPRISE,
    FILE,
    GROUP,
    LIST,
    OLD_TOKEN,
    ONE_PROVIDER,
    OTHER_TOKEN,
    TOKEN,
    USER,
    Provisioner,
    is_error,
    user,
)


@pytest.fixture
def app(gateway):
    return gateway(file=FILE)


@pytest.fixture
def okta(app):
    return Provisioner(app)


@pytest.fixture
def other(app):
    return Provisioner(app, OTHER_TOKEN)


@pytest.fixture
def eleven(okta):
    """Eleven people; ids in the order in which they were created."""
    return [okta.create(f"user{number:02}@acme.example")["id"] for number in range(11)]


def names(answer):
    return [one["userName"] for one in answer["Resources"]]


# --- A: transport, tokens, errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["application/scim+json", "application/scim+json; charset=utf-8", "application/json"], ids=str
)
def test_a2_a3_both_kinds_of_content_are_taken_and_accepted(app, kind):
    provisioner = Provisioner(app)
    assert provisioner.post("/Users", user(), Content_Type=kind).status_code == 201
    assert provisioner.get("/Users", Accept=kind).status_code == 200


def test_a1_every_answer_is_called_what_it_is(okta):
    """The client of these tests looks at every answer; these are one of each status."""
    kim = okta.create()
    statuses = [
        okta.get("/Users").status_code,
        okta.post("/Users", user("lou@acme.example")).status_code,
        okta.delete(f"/Users/{kim['id']}").status_code,
        okta.post("/Users", b"{").status_code,
        okta.get("/Users", Authorization="").status_code,
        okta.get("/Schemas?filter=x").status_code,
        okta.get("/nothing").status_code,
        okta.post("/Schemas", {}).status_code,
        okta.post("/Users", user("lou@acme.example")).status_code,
        okta.post("/Users", b"x" * 1024 * 1025).status_code,
    ]
    assert statuses == [200, 201, 204, 400, 401, 403, 404, 405, 409, 413]


def test_a3_anything_may_be_accepted(okta):
    assert okta.get("/Users", Accept="*/*").status_code == 200
    assert okta.get("/Users", Accept="text/html").status_code == 200


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Basic a2ltOmtpbQ=="],
    ids=["none", "no token", "blank", "longer", "shorter", "basic token", "basic"],
)
@pytest.mark.parametrize("path", ["/Users", "/ServiceProviderConfig", "/Schemas", "/nothing"])
def test_a4_a5_a6_without_a_token_in_force_nothing_is_told(okta, header, path):
    answer = okta.get(path, Authorization=header)
    is_error(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a7_d18_two_tokens_are_in_force_and_each_is_of_one_connection(app, okta, other):
    kim = okta.create()
    assert Provisioner(app, OLD_TOKEN).get(f"/Users/{kim['id']}").status_code == 200
    is_error(other.get(f"/Users/{kim['id']}"), 404)  # D18
    assert other.get("/Users").json["totalResults"] == 0
    assert other.create()["id"] != kim["id"]  # the same user name, another connection


def test_a7_refusals_of_wrong_tokens_are_told_once_with_a_count(app, logged):
    lines = logged()
    stranger = Provisioner(app, "x" * 40)
    for _ in range(5):
        stranger.get("/Users")
    [line] = [line for line in lines() if line["event"] == "scim.refused"]
    assert (line["problem"], line["count"]) == ("api-key-refused", 1)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_a10_an_unknown_id_is_404(okta, method, kind):
    bodies = {
        "PUT": user() if kind == "Users" else {"schemas": [GROUP], "displayName": "x"},
        "PATCH": {"Operations": []},
    }
    is_error(okta.ask(method, f"/{kind}/00000000000000000000000000000000", bodies.get(method)), 404)


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'"x"', b"\xff", b'{"userName": NaN}', b"[" * 50_000], ids=range(7))
def test_a11_what_is_no_object_in_json_is_invalid_syntax(okta, body):
    is_error(okta.post("/Users", body), 400, "invalidSyntax")


def test_a12_operations_count_all_or_none(okta):
    kim = okta.create()
    operations = [
        {"op": "replace", "path": "displayName", "value": "Changed"},
        {"op": "replace", "path": "userName", "value": ""},
    ]
    is_error(okta.patch(f"/Users/{kim['id']}", *operations), 400, "invalidValue")
    assert okta.get(f"/Users/{kim['id']}").json == kim


def test_a14_five_hundred_requests_ask_talentlms_nothing_themselves(okta, asked):
    """Twenty-five in a second for twenty seconds; how fast they are answered is measured by the benchmark."""
    people = [okta.create(f"user{number:02}@acme.example")["id"] for number in range(100)]
    group = okta.group("Sales", *people[:50])
    for number, one in enumerate(people):
        okta.patch(f"/Users/{one}", {"op": "replace", "path": "title", "value": f"{number}"})
        okta.get(f"/Users/{one}")
        okta.found(f'userName eq "user{number:02}@acme.example"')
        okta.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": one}]})
    assert len(okta.get(f"/Groups/{group['id']}").json["members"]) == 100
    assert asked() == []


def test_a13_nothing_asks_talentlms(okta, asked):
    kim = okta.create()
    okta.get("/Users")
    okta.patch(f"/Users/{kim['id']}", {"op": "replace", "path": "active", "value": False})
    okta.delete(f"/Users/{kim['id']}")
    assert asked() == []


def test_a16_neither_people_nor_tokens_nor_passwords_are_logged(app, logged):
    lines = logged()
    okta = Provisioner(app)
    kim = okta.create("secret.name@acme.example", password="pa55w0rd-of-kim", externalId="ext-of-kim")
    okta.found('userName eq "secret.name@acme.example"')
    is_error(okta.post("/Users", user("secret.name@acme.example")), 409, "uniqueness")
    okta.get('/Users?filter=userName%20xx%20"secret.name@acme.example"')
    okta.delete(f"/Users/{kim['id']}")
    text = json.dumps(lines())
    assert len(lines()) >= 4
    for secret in ("secret.name", "pa55w0rd", "ext-of-kim", TOKEN, "Bearer"):
        assert secret not in text
    problems = [line for line in lines() if line["event"] == "scim.problem"]
    assert [(one["provider"], one["method"], one["status"], one["scim_type"]) for one in problems] == [
        ("default", "POST", 409, "uniqueness"),
        ("default", "GET", 400, "invalidFilter"),
    ]


def test_a17_a18_paths_count_in_any_case_with_a_slash_and_with_foreign_parameters(okta):
    kim = okta.create()
    for path in ("/users", "/USERS/", f"/users/{kim['id']}/", "/Users?aadOptscim062020", "/serviceproviderconfig"):
        assert okta.get(path).status_code == 200, path


def test_a_body_is_at_most_a_megabyte(okta):
    answer = okta.post("/Users", user(displayName="x" * 1024 * 1024))
    is_error(answer, 413, "tooMany")


def test_without_tokens_nobody_is_let_in(gateway):
    is_error(Provisioner(gateway()).get("/Users"), 401)


# --- B: discovery ---------------------------------------------------------------------------------------------------


def test_b1_the_service_says_what_it_can(okta):
    config = okta.get("/ServiceProviderConfig").json
    supported = {name: config[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag")}
    assert supported == {"patch": True, "bulk": False, "filter": True, "sort": True, "etag": False}
    assert config["filter"]["maxResults"] == 200
    assert config["pagination"]["cursor"] is config["pagination"]["index"] is True
    assert [one["type"] for one in config["authenticationSchemes"]] == ["oauthbearertoken"]


@pytest.mark.parametrize(("path", "number"), [("/Schemas", 3), ("/ResourceTypes", 2)])
def test_b2_descriptions_are_lists_without_null(okta, path, number):
    answer = okta.get(path)
    assert (answer.json["schemas"], answer.json["totalResults"]) == ([LIST], number)
    assert len(answer.json["Resources"]) == number
    assert "null" not in answer.text
    assert "readWrite" in okta.get("/Schemas").text


@pytest.mark.parametrize("path", [f"/Schemas/{USER}", f"/Schemas/{ENTERPRISE}", "/ResourceTypes/User"])
def test_b3_each_description_has_an_address(okta, path):
    answer = okta.get(path)
    assert answer.json["meta"]["location"].endswith(path)
    is_error(okta.get(f"{path}x"), 404)


@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig", f"/Schemas/{USER}"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_b4_descriptions_are_only_read(okta, path, method):
    answer = okta.ask(method, path, {})
    is_error(answer, 405)
    assert answer.headers["Allow"] == "GET"


def test_b5_every_attribute_that_is_mapped_is_described(okta):
    described = {
        f"{schema['id']}:{one['name']}"
        for schema in okta.get("/Schemas").json["Resources"]
        for one in schema["attributes"]
    }
    of_user = "userName externalId active displayName title emails preferredLanguage name addresses phoneNumbers"
    of_work = "employeeNumber department manager costCenter organization division"
    wanted = {f"{USER}:{name}" for name in of_user.split()} | {f"{ENTERPRISE}:{name}" for name in of_work.split()}
    assert wanted | {f"{GROUP}:displayName", f"{GROUP}:members", f"{GROUP}:externalId"} <= described


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/Users/1/2", "/Schemas/x/y", "/Me", "/Bulk"])
def test_b6_any_other_address_is_a_scim_404(okta, path):
    is_error(okta.get(path), 404)


def test_b5_every_part_of_an_attribute_that_is_mapped_is_described(okta):
    """The paths of Entra's and Okta's usual mappings, each of which their tests look for in the description."""
    described = {
        f"{one['name']}.{part['name']}"
        for schema in okta.get("/Schemas").json["Resources"]
        for one in schema["attributes"]
        for part in one.get("subAttributes", ())
    }
    names = "givenName familyName formatted middleName honorificPrefix honorificSuffix"
    address = "streetAddress locality region postalCode country formatted type primary"
    wanted = {f"name.{part}" for part in names.split()} | {f"addresses.{part}" for part in address.split()}
    for several in ("emails", "phoneNumbers", "ims", "photos", "roles", "entitlements"):
        wanted |= {f"{several}.{part}" for part in ("value", "type", "primary", "display")}
    assert wanted | {"manager.value", "members.value", "groups.value"} <= described


def test_b7_descriptions_are_not_filtered(okta):
    for path in ("/Schemas", "/ResourceTypes", "/ServiceProviderConfig", f"/Schemas/{USER}", "/ResourceTypes/User"):
        is_error(okta.get(f"{path}?filter=id%20pr"), 403)


# --- D: reading, filters, lists -------------------------------------------------------------------------------------


def test_d2_d3_d17_people_are_found_by_user_name_in_any_case(okta):
    kim = okta.create(active=False)
    assert okta.found('userName eq "nobody@acme.example"') == {
        "schemas": [LIST],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }
    [found] = okta.found('userName eq "KIM@ACME.example"')["Resources"]
    assert (found["id"], found["active"]) == (kim["id"], False)


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "kim@acme.example"',
        'USERNAME EQ "kim@acme.example"',
        'externalId eq "00u-Kim"',
        "externalId eq 00u-Kim",
        "userName eq kim@acme.example",
        'emails eq "KIM@acme.example"',
        'emails.value eq "kim@acme.example"',
        'emails[type eq "work"].value eq "kim@acme.example"',
        'emails[type eq "work" and value eq "kim@acme.example"]',
        'displayName eq "kim \\"K\\" lee\\\\"',
        "active eq true",
        'active eq "True"',
        'name.familyName eq "lee"',
        'userName sw "kim@"',
        'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "kim@acme.example"',
        'userName eq "kim@acme.example" and active eq true',
        'userName eq "nobody" or externalId eq "00u-Kim"',
        '(userName eq "nobody" or emails eq "kim@acme.example") and active eq true',
        'meta.lastModified ge "2020-01-01T00:00:00Z" and displayName sw "kim"',
    ],
)
def test_d4_to_d8_filters_that_provisioners_send(okta, text):
    kim = okta.create(externalId="00u-Kim", displayName='Kim "K" Lee\\')
    okta.create("lou@acme.example", active=False, name={"familyName": "Moe"}, displayName="Lou")
    assert [one["id"] for one in okta.found(text)["Resources"]] == [kim["id"]]


def test_d4_by_id(okta):
    kim = okta.create()
    assert names(okta.found(f'id eq "{kim["id"]}"')) == ["kim@acme.example"]


def test_d5_d7_letters_in_addresses_count_as_they_are_encoded(okta):
    kim = okta.create("kim+x@acme.example", externalId="CasE")
    for query in (
        "filter=userName+eq+%22kim%2Bx%40acme.example%22",
        "FILTER=userName%20eq%20%22kim%2Bx@acme.example%22",
    ):
        assert [one["id"] for one in okta.get(f"/Users?{query}").json["Resources"]] == [kim["id"]]
    assert okta.found('externalId eq "case"')["totalResults"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "userName",
        "userName eq",
        'userName xx "a"',
        'userName eq "a',
        'userName eq "a" and',
        'userName eq "a" externalId eq "b"',
        '(userName eq "a"',
        'userName eq "a")',
        'password eq "a"',
        'userName co "a"',
        "userName pr",
        'not (userName eq "a")',
        'emails[type eq "work"]',
        'emails[primary eq true and value eq "a"]',
        'name[familyName eq "a"]',
        "active eq maybe",
        "userName eq true",
        'meta.created gt "yesterday"',
        'manager eq "a"',
        'id eq "a" or manager eq "b"',
        '(id eq "a" or active eq true) and manager eq "b"',
        "userName eq kim lee",
        'userName eq "\\u0000"',
        "(" * 1000,
        " or ".join(['userName eq "a"'] * 60),
        'userName eq "' + "a" * 3000 + '"',
    ],
)
def test_d9_what_cannot_be_searched_is_refused_and_never_ignored(okta, text):
    """Statements: A11."""
    okta.create()
    answer = okta.client.get(
        "/scim/v2/Users", query_string={"filter": text}, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    is_error(answer, 400, "invalidFilter")


def test_d18_n3_who_signs_in_or_buys_is_not_in_the_directory(gateway, browser_at):
    app = gateway(file=ONE_PROVIDER)
    okta = Provisioner(app)
    browser = browser_at(app)
    browser.sign_in()
    browser.get("/go")
    [account] = AccountLinks(app.extensions["talentlms-database"]).listed()
    assert account.link.subject
    assert okta.get("/Users").json["totalResults"] == 0
    assert okta.found(f'externalId eq "{account.link.subject}"')["Resources"] == []


def test_d10_d16_numbers_are_numbers(okta):
    okta.create()
    answer = okta.get("/Users?count=1&startIndex=1").json
    assert [answer[name] for name in ("itemsPerPage", "startIndex", "totalResults")] == [1, 1, 1]
    [kim] = answer["Resources"]
    assert {"id", "userName", "name", "active", "emails", "meta", "schemas"} == kim.keys()  # D16: nothing empty


def test_d11_d12_pages_have_neither_gaps_nor_overlaps(okta, eleven):
    seen = []
    for start in (1, 6, 11):
        answer = okta.get(f"/Users?startIndex={start}&count=5").json
        assert (answer["startIndex"], answer["totalResults"]) == (start, 11)
        seen += [one["id"] for one in answer["Resources"]]
    assert sorted(seen) == sorted(eleven)
    assert len(set(seen)) == 11


@pytest.mark.parametrize(
    ("query", "start", "items"),
    [
        ("startIndex=0", 1, 11),
        ("startIndex=-5&count=2", 1, 2),
        ("count=-1", 1, 0),
        ("count=0", 1, 0),
        ("count=9999", 1, 11),
        ("startIndex=12", 12, 0),
        ("startIndex=999999999999999999", 10**9, 0),
    ],
)
def test_d13_places_and_counts_are_kept_within_bounds(okta, eleven, query, start, items):
    answer = okta.get(f"/Users?{query}").json
    assert (answer["totalResults"], answer["startIndex"], answer["itemsPerPage"]) == (11, start, items)
    assert len(answer["Resources"]) == items


def test_d13_no_more_than_200_at_once(okta, app):
    fill(app.extensions["talentlms-database"], 230)
    answer = okta.get("/Users?count=1000").json
    assert (answer["totalResults"], answer["itemsPerPage"]) == (230, 200)


def fill(database, number):
    users = DirectoryStore(database).users
    for one in range(number):
        users.create("default", draft_of_user({"userName": f"user{one:05}@acme.example"}, ""))


@pytest.mark.parametrize(("query", "problem"), [("count=x", "invalidCount"), ("startIndex=1.5", "invalidValue")])
def test_d13_what_is_no_number_is_told(okta, query, problem):
    is_error(okta.get(f"/Users?{query}"), 400, problem)


def test_d14_attributes_are_chosen(okta):
    kim = okta.create(title="Dr.", displayName="Kim")
    path = f"/Users/{kim['id']}"
    assert okta.get(f"{path}?attributes=userName,name.givenName").json == {
        "schemas": [USER],
        "id": kim["id"],
        "userName": "kim@acme.example",
        "name": {"givenName": "Kim"},
    }
    left = okta.get(f"{path}?excludedAttributes=emails,NAME.familyName,id,meta").json
    assert left.keys() == kim.keys() - {"emails", "meta"}
    assert left["name"] == {"givenName": "Kim"}
    [one] = okta.get("/Users?attributes=emails.value").json["Resources"]
    assert one["emails"] == [{"value": "kim@acme.example"}]
    is_error(okta.get(f"{path}?attributes=id&excludedAttributes=name"), 400, "invalidValue")


def test_d15_a_search_is_as_a_query(okta, eleven):
    request = {"filter": 'userName sw "user0"', "startIndex": 2, "count": 3, "attributes": ["userName"]}
    query = "filter=userName%20sw%20%22user0%22&startIndex=2&count=3&attributes=userName"
    assert okta.post("/Users/.search", request).json == okta.get(f"/Users?{query}").json
    assert okta.post("/Users/.search", request).json["totalResults"] == 10


def test_d15_people_and_groups_are_searched_at_once(okta, eleven):
    okta.group("Sales")
    answer = okta.post("/.search", {"startIndex": 10, "count": 5}).json
    assert (answer["totalResults"], answer["startIndex"], answer["itemsPerPage"]) == (12, 10, 3)
    assert [one["meta"]["resourceType"] for one in answer["Resources"]] == ["User", "User", "Group"]
    assert okta.post("/.search", {"filter": 'userName eq "user03@acme.example"'}).json["totalResults"] == 1
    is_error(okta.post("/.search", {"filter": "x"}), 400, "invalidFilter")


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("sortBy=userName", ["a", "b", "c"]),
        ("sortBy=userName&sortOrder=descending", ["c", "b", "a"]),
        ("sortBy=name.familyName", ["b", "c", "a"]),
        ("sortBy=meta.created&sortOrder=descending", ["a", "b", "c"]),
    ],
)
def test_lists_are_sorted(okta, query, order):
    for name, family in (("c", "m"), ("b", "L"), ("a", "n")):
        okta.create(name, name={"familyName": family}, emails=[])
    assert names(okta.get(f"/Users?{query}").json) == order
    is_error(okta.get("/Users?sortBy=title"), 400, "invalidPath")
    is_error(okta.get("/Users?sortBy=userName&sortOrder=up"), 400, "invalidValue")


@pytest.mark.parametrize("query", ["", "&sortBy=userName", "&sortBy=name.familyName&sortOrder=descending"])
def test_cursors_lead_through_all_of_a_list(okta, eleven, query):
    cursor, seen, lengths = "", [], []
    while cursor is not None:
        answer = okta.get(f"/Users?count=4&cursor={quote(cursor)}{query}").json
        assert "startIndex" not in answer
        seen += [one["id"] for one in answer["Resources"]]
        lengths.append(answer["itemsPerPage"])
        cursor = answer.get("nextCursor")
    assert lengths == [4, 4, 3]
    assert sorted(seen) == sorted(eleven)
    assert okta.get("/Users?count=4").json.keys() & {"nextCursor", "previousCursor"} == set()


def test_a_cursor_is_of_one_list_alone(okta, eleven):
    cursor = okta.get("/Users?count=4&cursor=").json["nextCursor"]
    strange = base64.urlsafe_b64encode(b'["x", 1, []]').decode()
    of_nothing = base64.urlsafe_b64encode(b"7").decode()
    for other in ("x", strange, of_nothing, "%00", f"{cursor}&sortBy=userName", f"{cursor}&startIndex=1", cursor * 100):
        is_error(okta.get(f"/Users?count=4&cursor={other}"), 400, "invalidCursor")


def test_an_inserted_person_is_no_reason_to_see_another_twice(okta, eleven):
    first = okta.get("/Users?count=4&cursor=&sortBy=userName").json
    okta.create("aaa@acme.example")
    second = okta.get(f"/Users?count=4&sortBy=userName&cursor={first['nextCursor']}").json
    assert names(second) == [f"user{number:02}@acme.example" for number in (4, 5, 6, 7)]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_i1_versions_are_neither_promised_nor_asked_for(okta, method):
    kim = okta.create()
    body = {"PUT": user(), "PATCH": {"Operations": []}}.get(method)
    answer = okta.ask(method, f"/Users/{kim['id']}", body, If_None_Match="*", If_Match='"x"')
    assert answer.status_code in (200, 204)
    assert ("ETag" in answer.headers, "version" in kim["meta"]) == (False, False)
    assert okta.get("/ServiceProviderConfig").json["etag"]["supported"] is False
