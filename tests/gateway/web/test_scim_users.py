"""``/scim/v2/Users``: people are created, changed, deactivated and deleted. Numbers are those of docs/scim.md."""

import pytest

from gateway.database.account_links import AccountLinks
from gateway.flows.directory import may_deactivate
from schemas.directory import Deactivations
from schemas.identity import person_key
from tests.gateway.web.browser import HERE
from tests.gateway.web.scim_client import ENTERPRISE, FILE, ONE_PROVIDER, USER, Provisioner, is_error, user


@pytest.fixture
def app(gateway):
    return gateway(file=FILE)


@pytest.fixture
def okta(app):
    return Provisioner(app)


@pytest.fixture
def kim(okta):
    return okta.create(externalId="kim-1")


@pytest.fixture
def patched(okta, kim):
    """Return a function that changes Kim, and returns them as they are read afterwards."""

    def patch(*operations, status=200):
        answer = okta.patch(f"/Users/{kim['id']}", *operations)
        assert answer.status_code == status, answer.text
        read = okta.get(f"/Users/{kim['id']}").json
        if status == 200:
            assert answer.json == read  # E15
        return read

    return patch


# --- C: creating ----------------------------------------------------------------------------------------------------


def test_c1_a_person_is_answered_as_sent(okta):
    sent = user(externalId="x-1", title="Dr.", **{ENTERPRISE: {"department": "Sales", "manager": {"value": "7"}}})
    answer = okta.post("/Users", sent)
    assert answer.status_code == 201
    made = answer.json
    assert {name: made[name] for name in sent if name != "schemas"} == {
        name: value for name, value in sent.items() if name != "schemas"
    }
    assert made["schemas"] == [USER, ENTERPRISE]
    assert answer.headers["Location"] == made["meta"]["location"] == f"{HERE}/scim/v2/Users/{made['id']}"
    assert made["meta"]["resourceType"] == "User"
    assert made["meta"]["created"] == made["meta"]["lastModified"]
    assert okta.get(f"/Users/{made['id']}").json == made


@pytest.mark.parametrize(
    "again",
    [
        user(emails=[{"value": "elsewhere@acme.example"}]),  # C2
        user("KIM@acme.example", emails=[]),  # C3
        user("other@acme.example", externalId="kim-1"),  # C12
        user("other@acme.example", emails=[{"value": "Kim@acme.example"}]),
    ],
    ids=["user name", "case", "externalId", "e-mail"],
)
def test_c2_c3_c12_nobody_is_there_twice(okta, kim, again):
    """Statements: A11."""
    is_error(okta.post("/Users", again), 409, "uniqueness")
    assert okta.get("/Users").json["totalResults"] == 1


@pytest.mark.parametrize(
    "more",
    [
        {"id": None},  # C4, OneLogin
        {"id": "mine", "meta": {"resourceType": "User"}, "roles": [], "groups": []},  # C4, Okta and Entra
        {"groups": [{"value": "x"}]},
        {"password": "pa55w0rd"},  # C5
        {"locked": True, "urn:acme:custom": {"x": 1}},  # C10
        {"title": None, "name": {"formatted": None}, "addresses": [{"formatted": None, "type": "work"}]},  # C11
        {"displayName": ""},
    ],
    ids=str,
)
def test_c4_c5_c10_c11_what_nobody_needs_is_left_out(okta, more):
    made = okta.create(**more)
    assert made["id"] != "mine"
    assert not made.keys() & {"password", "roles", "groups", "title", "locked", "urn:acme:custom", "displayName"}
    assert "None" not in str(made)


@pytest.mark.parametrize(
    ("sent", "stored"), [("true", True), ("True", True), ("false", False), ("False", False), (False, False)]
)
def test_c6_active_may_be_a_text(okta, sent, stored):
    assert okta.create(active=sent)["active"] is stored


def test_c6_what_is_neither_true_nor_false_is_refused(okta):
    for wrong in ("yes", "1", 1, ["true"], {"value": True}):
        is_error(okta.post("/Users", user(active=wrong)), 400, "invalidValue")


def test_c7_names_count_in_any_case(okta):
    sent = {"UserName": "lou", "ACTIVE": False, "Emails": [{"Value": "lou@acme.example", "Primary": "True"}]}
    answer = okta.post("/Users", sent | {"Name": {"GivenName": "Lou"}, ENTERPRISE.upper(): {"Department": "IT"}}).json
    assert answer["emails"] == [{"value": "lou@acme.example", "primary": True}]
    assert (answer["userName"], answer["active"], answer["name"]) == ("lou", False, {"givenName": "Lou"})
    assert answer[ENTERPRISE] == {"department": "IT"}


def test_c8_emails_may_be_an_object_or_a_text(okta):
    assert okta.create("a", emails={"value": "a@acme.example"})["emails"] == [{"value": "a@acme.example"}]
    assert okta.create("b", emails=["b@acme.example"])["emails"] == [{"value": "b@acme.example"}]


@pytest.mark.parametrize(
    ("emails", "preferred"),
    [
        ([], "k@acme.example"),
        ([{"value": "a@x.example", "type": "home"}, {"value": "b@x.example", "type": "work"}], "b@x.example"),
        ([{"value": "a@x.example"}, {"value": "b@x.example", "type": "home", "primary": True}], "b@x.example"),
        ([{"value": "a@x.example"}, {"value": "b@x.example"}], "a@x.example"),
    ],
)
def test_c9_which_address_is_preferred(okta, emails, preferred):
    okta.create("k@acme.example", emails=emails)
    is_error(okta.post("/Users", user("other", emails=[{"value": preferred}])), 409, "uniqueness")
    assert okta.found(f'emails eq "{preferred}"')["totalResults"] == 1


def test_c13_values_stay_as_they_are(okta):
    odd = {"phoneNumbers": [{"value": "+1 (201) 555-0123 x 4", "type": "Work"}], "displayName": "  Zo\u00eb \u200c  "}
    made = okta.create("Kim@ACME.example", **odd)
    assert {name: made[name] for name in odd} == odd
    assert made["userName"] == "Kim@ACME.example"
    assert okta.create("n", **{ENTERPRISE: {"employeeNumber": 701984}})[ENTERPRISE] == {"employeeNumber": "701984"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"userName": ""},
        {"userName": None},
        {"userName": "x" * 300},
        {"externalId": "x" * 300},
        {"displayName": "x" * 2000},
        {"displayName": "\x00"},
        {"displayName": True},
        {"displayName": ["x"]},
        {"name": "Kim Lee"},
        {"name": [{"givenName": "Kim"}]},
        {"emails": [[1]]},
        {"schemas": ["urn:scim:schemas:core:1.0"]},  # C14
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_c13_c14_what_cannot_be_is_refused_with_what_to_change(okta, wrong):
    answer = okta.post("/Users", user() | wrong)
    is_error(answer, 400, "invalidValue")
    assert len(answer.json["detail"]) > 20
    assert okta.get("/Users").json["totalResults"] == 0


def test_at_most_a_hundred_values(okta):
    is_error(okta.post("/Users", user(roles=[{"value": str(n)} for n in range(101)])), 400, "tooMany")


# --- E: PATCH -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": {"active": False}},  # E2, Okta
        {"op": "Replace", "path": "active", "value": "False"},  # E1, E3, Entra
        {"op": "Add", "path": "active", "value": "False"},  # E4
        {"op": "REPLACE", "path": "Active", "value": False},
        {"op": "replace", "value": {"Active": "false"}},
    ],
    ids=str,
)
def test_e1_to_e4_deactivation_and_back(patched, operation):
    assert patched(operation)["active"] is False
    back = {"op": "Replace", "path": "active", "value": "True"}
    assert patched(back)["active"] is True


def test_e5_names_without_a_path_may_be_dotted_or_qualified(patched):
    value = {
        "displayName": "K",
        "name.givenName": "Kimberly",
        f"{ENTERPRISE}:employeeNumber": "7",
        f"{USER}:title": "Dr",
    }
    kim = patched({"op": "Replace", "value": value})
    assert kim["name"] == {"givenName": "Kimberly", "familyName": "Lee"}
    assert (kim["displayName"], kim["title"], kim[ENTERPRISE]) == ("K", "Dr", {"employeeNumber": "7"})
    assert "name.givenName" not in kim


def test_e6_one_value_of_many_is_changed_in_place_or_made(patched):
    kim = patched(
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@acme.example"},
        {"op": "Add", "path": 'emails[type eq "home"].value', "value": "home@acme.example"},
        {"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "555"},
        {"op": "Add", "path": 'addresses[type eq "work"].formatted', "value": None},
    )
    assert kim["emails"] == [
        {"value": "new@acme.example", "type": "work", "primary": True},
        {"value": "home@acme.example", "type": "home"},
    ]
    assert kim["phoneNumbers"] == [{"value": "555", "type": "mobile"}]
    assert "addresses" not in kim
    assert "emails" not in patched({"op": "remove", "path": "emails"})


def test_e7_at_most_one_value_is_primary(patched):
    kim = patched(
        {"op": "Add", "path": 'roles[primary eq "True"].value', "value": "Learner"},
        {"op": "Add", "path": 'roles[primary eq "True"].value', "value": "Admin"},
        {"op": "Add", "path": "emails", "value": [{"value": "b@acme.example", "primary": True}]},
    )
    assert kim["roles"] == [{"value": "Admin", "primary": True}]
    assert [(one["value"], one["primary"]) for one in kim["emails"]] == [
        ("kim@acme.example", False),
        ("b@acme.example", True),
    ]


def test_k5_a_value_that_is_named_by_its_type_never_becomes_two(patched):
    for value in ("a@acme.example", "b@acme.example"):
        for word in ("Add", "Replace"):
            for kind in ("work", "home", "other"):
                patched({"op": word, "path": f'emails[type eq "{kind}"].value', "value": f"{kind}.{value}"})
    kim = patched({"op": "Add", "path": 'emails[type eq "WORK"].value', "value": "c@acme.example"})
    assert [(one["type"], one["value"]) for one in kim["emails"]] == [
        ("work", "c@acme.example"),
        ("home", "home.b@acme.example"),
        ("other", "other.b@acme.example"),
    ]


def test_e8_e9_e10_e11_qualified_paths_managers_as_texts_and_what_clears(patched):
    manager = f"{ENTERPRISE}:manager"
    kim = patched(
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Sales"},
        {"op": "Add", "path": manager, "value": "boss-1"},
        {"op": "Replace", "path": "title", "value": "Dr."},
    )
    assert kim[ENTERPRISE] == {"department": "Sales", "manager": {"value": "boss-1"}}
    kim = patched(
        {"op": "Replace", "path": manager, "value": "boss-2"}, {"op": "Replace", "path": "title", "value": ""}
    )
    assert kim[ENTERPRISE]["manager"] == {"value": "boss-2"}
    assert "title" not in kim
    kim = patched({"op": "Replace", "path": manager, "value": ""}, {"op": "remove", "path": f"{ENTERPRISE}:department"})
    assert ENTERPRISE not in kim
    assert ENTERPRISE not in kim["schemas"]
    assert "name" not in patched({"op": "Replace", "path": "name", "value": None})


def test_e12_e13_no_operations_and_unknown_attributes_change_nothing(patched, kim):
    assert patched() == kim
    unknown = [
        {"op": "Add", "path": "urn:acme:custom:User:badge", "value": "7"},
        {"op": "Replace", "path": "locked", "value": True},
        {"op": "Replace", "value": {"locked": True, "schemas": ["x"], "meta": {"x": 1}}},
        {"op": "Remove", "path": 'badges[type eq "x"]'},
    ]
    assert patched(*unknown) == kim


def test_c10_e13_unknown_attributes_are_told_once_by_their_names_alone(okta, kim, logged):
    lines = logged()
    unknown = [
        {"op": "Add", "path": 'badges[value eq "secret-of-kim"].value', "value": "secret-of-kim"},
        {"op": "Replace", "value": {"urn:acme:custom:User:badge": "secret-of-kim", "title": "Dr.", "password": "x"}},
        {"op": "Add", "path": "secret+of+kim@acme.example", "value": 1},
    ]
    for _ in range(3):
        assert okta.patch(f"/Users/{kim['id']}", *unknown).status_code == 200
    okta.put(f"/Users/{kim['id']}", user(**{"urn:acme:custom:User": {"badge": "secret-of-kim"}}))
    found = [line for line in lines() if line["event"] == "scim.unknown_attributes"]
    assert [(line["level"], line["provider"], line["attributes"]) for line in found] == [
        ("warning", "default", ["badges", "urn:acme:custom:User:badge"]),
        ("warning", "default", ["urn:acme:custom:User"]),
    ]
    assert "secret" not in str(lines())


def test_e13_the_log_is_told_of_fifty_at_most(okta, kim, logged):
    lines = logged()
    for start in range(0, 200, 4):
        okta.patch(f"/Users/{kim['id']}", {"op": "add", "value": {f"x{start + more}": 1 for more in range(4)}})
    told = [name for line in lines() if line["event"] == "scim.unknown_attributes" for name in line["attributes"]]
    assert len(told) == len(set(told)) == 50


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        ({"op": "remove"}, "noTarget"),  # E14
        ({"op": "destroy", "path": "title"}, "invalidSyntax"),
        ({"op": "replace", "path": "emails[", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": 'name[x eq "y"]', "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "user name", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": 7, "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "emails[type eq]", "value": "x"}, "invalidFilter"),
        ({"op": "replace", "path": 'emails[colour eq "x"]', "value": "x"}, "invalidFilter"),
        ({"op": "replace", "value": "x"}, "invalidValue"),
        ({"op": "remove", "path": "userName"}, "invalidValue"),
        ({"op": "replace", "path": "active", "value": "maybe"}, "invalidValue"),
        ({"op": "replace", "path": "id", "value": "x"}, "mutability"),  # E19
        ({"op": "remove", "path": "id"}, "mutability"),
        ({"op": "replace", "path": "groups", "value": [{"value": "x"}]}, "mutability"),
        ("x", "invalidSyntax"),
    ],
    ids=str,
)
def test_e14_e19_what_cannot_be_done_is_refused(okta, kim, operation, problem):
    """Statements: A11."""
    good = {"op": "replace", "path": "title", "value": "Dr."}
    is_error(okta.patch(f"/Users/{kim['id']}", good, operation), 400, problem)
    assert okta.get(f"/Users/{kim['id']}").json == kim


def test_e16_nobody_gets_what_somebody_else_has(okta, kim):
    okta.create("lou@acme.example", externalId="lou-1")
    for path, value in (
        ("userName", "LOU@acme.example"),
        ("externalId", "lou-1"),
        ('emails[type eq "work"].value', "lou@acme.example"),
    ):
        answer = okta.patch(f"/Users/{kim['id']}", {"op": "replace", "path": path, "value": value})
        is_error(answer, 409, "uniqueness")
    assert okta.get(f"/Users/{kim['id']}").json == kim


def test_e18_the_same_again_changes_nothing(patched):
    operation = {"op": "Add", "path": "emails", "value": [{"value": "b@acme.example", "type": "home"}]}
    first = patched(operation, {"op": "replace", "path": "active", "value": False})
    assert patched(operation, {"op": "replace", "path": "active", "value": False}) == first


def test_e19_what_only_the_server_writes_may_be_repeated(patched, kim):
    kept = {"id": kim["id"], "displayName": "Kim", "groups": []}
    assert patched({"op": "replace", "value": kept})["displayName"] == "Kim"


def test_e20_a_new_name_and_a_deactivation_at_once(patched):
    kim = patched(
        {"op": "replace", "path": "userName", "value": "former@acme.example"},
        {"op": "replace", "path": "active", "value": False},
    )
    assert (kim["userName"], kim["active"]) == ("former@acme.example", False)


def test_removing_active_activates_nobody(patched):
    assert patched({"op": "replace", "path": "active", "value": False})["active"] is False
    assert patched({"op": "remove", "path": "active"})["active"] is False


def test_values_are_removed_by_filter_or_by_value(patched):
    patched({"op": "add", "path": "roles", "value": [{"value": one} for one in "abc"]})
    kim = patched(
        {"op": "remove", "path": 'roles[value eq "a"]'}, {"op": "remove", "path": "roles", "value": [{"value": "c"}]}
    )
    assert kim["roles"] == [{"value": "b"}]
    assert "roles" not in patched({"op": "remove", "path": "roles"})


# --- F: PUT ---------------------------------------------------------------------------------------------------------


def test_f5_nobody_is_made_by_put(okta):
    is_error(okta.put(f"/Users/{'0' * 32}", user()), 404)
    assert okta.get("/Users").json["totalResults"] == 0


def test_e15_a_change_is_answered_by_the_person_as_they_are_read(okta, kim):
    answer = okta.patch(f"/Users/{kim['id']}", {"op": "replace", "path": "title", "value": "Dr."})
    assert (answer.status_code, answer.json) == (200, okta.get(f"/Users/{kim['id']}").json)


def test_f1_f4_what_was_read_is_written_back(okta, kim):
    answer = okta.put(f"/Users/{kim['id']}", kim | {"name": {"givenName": "Kimberly"}, "id": "other"})
    assert answer.status_code == 200
    assert (answer.json["id"], answer.json["name"]) == (kim["id"], {"givenName": "Kimberly"})
    left = okta.put(f"/Users/{kim['id']}", {"schemas": [USER], "userName": "kim@acme.example"}).json
    assert left.keys() == {"schemas", "id", "userName", "active", "meta"}


def test_f2_f3_who_is_active_changes_only_by_word(okta, kim):
    without = {name: value for name, value in user().items() if name != "active"}
    path = f"/Users/{kim['id']}"
    assert okta.put(path, without).json["active"] is True
    assert okta.put(path, without | {"active": False}).json["active"] is False
    assert okta.put(path, without).json["active"] is False


# --- G: leavers -----------------------------------------------------------------------------------------------------


def test_g1_g2_the_deactivated_are_read_and_come_back_as_they_were(okta, kim, patched):
    assert patched({"op": "replace", "value": {"active": False}})["active"] is False
    back = patched({"op": "replace", "value": {"active": True}})
    assert {**back, "meta": None} == {**kim, "meta": None}


def test_g3_g5_g7_the_deleted_are_gone_and_come_back_as_the_same_person(okta, kim):
    assert okta.delete(f"/Users/{kim['id']}").status_code == 204
    is_error(okta.get(f"/Users/{kim['id']}"), 404)
    is_error(okta.delete(f"/Users/{kim['id']}"), 404)
    assert okta.found('userName eq "kim@acme.example"')["totalResults"] == 0
    assert okta.get("/Users").json["totalResults"] == 0
    again = okta.create(externalId="kim-1")
    assert (again["id"], again["active"]) == (kim["id"], True)


def test_g5_by_name_where_there_is_no_external_id_and_never_somebody_elses_row(okta, kim):
    lou = okta.create("lou@acme.example")
    okta.delete(f"/Users/{lou['id']}")
    okta.delete(f"/Users/{kim['id']}")
    assert okta.create("LOU@acme.example")["id"] == lou["id"]
    assert okta.create(externalId="kim-2")["id"] != kim["id"]  # another person got the address


@pytest.mark.parametrize("leaves", ["patch", "delete", "put"])
def test_g6_sessions_end_at_once(gateway, browser_at, leaves):
    app = gateway(file=ONE_PROVIDER)
    tabs = [browser_at(app) for _ in range(3)]
    for tab in tabs:
        tab.sign_in()
    assert not any("/login" in tab.get("/go").headers["Location"] for tab in tabs)
    okta = Provisioner(app)
    [kims] = AccountLinks(app.extensions["talentlms-database"]).listed()
    kim = okta.create(externalId=kims.link.subject)
    leave = {
        "patch": lambda: okta.patch(f"/Users/{kim['id']}", {"op": "replace", "value": {"active": False}}),
        "delete": lambda: okta.delete(f"/Users/{kim['id']}"),
        "put": lambda: okta.put(f"/Users/{kim['id']}", user(externalId=kim["externalId"], active=False)),
    }[leaves]
    assert leave().status_code in (200, 204)
    assert [tab.get("/go").headers["Location"] for tab in tabs] == ["/login?next=/go"] * 3


def test_n6_every_write_has_one_entry_in_the_audit_trail(okta, logged):
    lines = logged()
    kim = okta.create(externalId="kim-1")
    path = f"/Users/{kim['id']}"
    okta.patch(path, {"op": "replace", "path": "title", "value": "Dr."})
    okta.patch(path, {"op": "replace", "path": "title", "value": "Dr."})  # changes nothing, and is no entry
    okta.put(path, user(externalId="kim-1", active=False))
    group = okta.group("Sales", kim["id"])
    okta.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "members"})
    okta.delete(f"/Groups/{group['id']}")
    okta.delete(path)
    told = [line for line in lines() if line.get("audit")]
    assert [(line["event"], line["action"], line["id"]) for line in told] == [
        ("scim_user", "create", kim["id"]),
        ("scim_user", "change", kim["id"]),
        ("scim_user", "deactivate", kim["id"]),
        ("scim_group", "create", group["id"]),
        ("scim_group", "change", group["id"]),
        ("scim_group", "delete", group["id"]),
        ("scim_user", "delete", kim["id"]),
    ]
    assert {line["provider"] for line in told} == {"default"}
    assert len({line["reference"] for line in told}) == len(told)


def test_the_key_of_a_person_is_that_of_the_sign_in(app, okta, kim, provider, logged):
    lines = logged()
    okta.patch(f"/Users/{kim['id']}", {"op": "replace", "path": "title", "value": "Dr."})
    [line] = [line for line in lines() if line["event"] == "scim_user"]
    assert (line["person"], line["action"]) == (person_key(provider.issuer, "kim-1"), "change")


# --- N: the guard ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("within_hour", "active", "is_stopped", "may"),
    [
        (0, 1, False, True),
        (49, 1, False, True),  # the 50th
        (50, 1, False, False),  # the 51st, and more than a tenth
        (50, 460, False, True),  # the 51st of 510
        (50, 459, False, False),  # the 51st of 509
        (99, 901, False, True),
        (100, 900, False, False),
        (0, 1000, True, False),
    ],
)
def test_n4_more_than_fifty_and_more_than_a_tenth(within_hour, active, is_stopped, may):
    assert may_deactivate(Deactivations(within_hour, active, is_stopped)) is may


def test_n4_a_client_that_would_deactivate_everybody_is_stopped(app, okta, logged):
    lines = logged()
    people = [okta.create(f"user{number}@acme.example")["id"] for number in range(53)]
    off = {"op": "replace", "path": "active", "value": False}
    answers = [okta.patch(f"/Users/{one}", off) for one in people[:50]]
    assert {answer.status_code for answer in answers} == {200}
    for answer in (okta.patch(f"/Users/{people[50]}", off), okta.delete(f"/Users/{people[51]}")):
        is_error(answer, 503)
        assert "talentlms-gateway scim resume default" in answer.json["detail"]
        assert answer.headers["Retry-After"] == "3600"
    assert okta.found("active eq true")["totalResults"] == 3
    assert okta.patch(f"/Users/{people[50]}", {"op": "replace", "path": "title", "value": "Dr."}).status_code == 200
    assert len([line for line in lines() if line["event"] == "scim.stopped"]) == 1
