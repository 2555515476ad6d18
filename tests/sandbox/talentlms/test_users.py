"""Finding, making and changing users."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.talentlms.api_client import refusal

MISSING = (404, "The requested user does not exist")
INVALID = (400, "Invalid arguments provided")


def test_a_new_user_is_found_by_id_email_and_username(api):
    number = api.sign_up("kim")
    for operation, value in (("users/id", number), ("users/email", "kim@example.com"), ("users/username", "kim")):
        key = operation.partition("/")[2]
        assert api.ask(operation, **{key: value})["id"] == str(number)


@pytest.mark.parametrize("key", ["id", "email", "username"])
def test_look_ups_work_by_post_too(api, key):
    value = {"id": "4", "email": "robin@example.com", "username": "robin"}[key]
    assert api.post("users", **{key: value}).json()["login"] == "robin"


def test_look_ups_ignore_case_unless_the_quirk_says_otherwise(api, box):
    assert api.ask("users/email", email="Robin@Example.com")["id"] == "4"
    box.control.quirk(case_sensitive_lookups=True)
    assert api.refusal("users/email", email="Robin@Example.com") == MISSING


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("users/id", {"id": 999}),
        ("users/email", {"email": "nobody@example.com"}),
        ("users/username", {"username": "nobody"}),
    ],
)
def test_an_unknown_user_does_not_exist(api, operation, arguments):
    assert api.refusal(operation, **arguments) == MISSING


def test_look_ups_ignore_accents_where_the_quirk_says_so(api, box):
    assert api.refusal("users/username", username="róbin") == MISSING
    box.control.quirk(accents_ignored=True)
    assert api.ask("users/username", username="róbin")["login"] == "robin"


def test_an_archived_user_is_no_longer_available(api, box):
    assert api.refusal("users/username", username="gone") == (404, "The requested user is no longer available")
    box.control.quirk(archived_is_gone=False)
    assert api.refusal("users/username", username="gone") == MISSING


def test_something_that_is_no_address_is_no_valid_email(api):
    assert api.refusal("users/email", email="robin") == (400, "robin is not a valid email")


def test_a_user_without_an_address_is_found_by_username_only(api):
    assert api.ask("users/username", username="sso.user")["email"] == ""


def test_a_new_user_appears_in_the_list_and_in_the_figures(api):
    before = int(api.ask("siteinfo")["total_users"])
    number = api.sign_up("kim")
    assert str(number) in [user["id"] for user in api.ask("users")]
    assert int(api.ask("siteinfo")["total_users"]) == before + 1


def test_archived_users_are_not_listed(api):
    assert "gone" not in [user["login"] for user in api.ask("users")]


def test_the_list_comes_in_pages(api):
    everyone = [user["id"] for user in api.ask("users")]
    pages = [api.ask("users", page_size=4, page_number=number) for number in (1, 2, 3, 4)]
    assert [user["id"] for page in pages for user in page] == everyone
    assert [len(page) for page in pages] == [4, 4, 1, 0]
    assert api.ask("users", page_size=4) == pages[0]


@pytest.mark.parametrize("arguments", [{"page_size": 0}, {"page_size": "x"}, {"page_size": 2, "page_number": 0}])
def test_pages_that_cannot_be_are_refused(api, arguments):
    assert api.refusal("users", **arguments) == INVALID


@pytest.mark.parametrize("name", ["first_name", "last_name", "email", "login", "password"])
def test_sign_up_needs_every_part_of_a_person(api, name):
    person = {"first_name": "K", "last_name": "L", "email": "k@e.com", "login": "k", "password": "Secret-123"}
    assert refusal(api.post("usersignup", **{key: value for key, value in person.items() if key != name})) == INVALID
    assert refusal(api.post("usersignup", **{**person, name: " "})) == INVALID


def test_sign_up_refuses_what_another_has(api):
    api.sign_up("kim")
    person = {"first_name": "K", "last_name": "L", "password": "Secret-123"}
    taken_email = api.refusal("usersignup", **person, email="KIM@example.com", login="other")
    assert taken_email == (400, "A user with the same email address already exists")
    taken_login = api.refusal("usersignup", **person, email="other@example.com", login="Kim")
    assert taken_login == (400, "A user with the same login already exists")


def test_of_many_sign_ups_of_one_person_at_once_one_is_taken(api):
    person = {"first_name": "K", "last_name": "L", "email": "k@e.com", "login": "k", "password": "Secret-123"}
    with ThreadPoolExecutor(8) as crowd:
        statuses = list(crowd.map(lambda _: api.post("usersignup", **person).status_code, range(8)))
    assert sorted(statuses) == [200] + [400] * 7


@pytest.mark.parametrize("password", ["Short-1", "no-upper-1", "NO-LOWER-1", "No-Number"])
def test_sign_up_refuses_a_weak_password(api, box, password):
    person = {"first_name": "K", "last_name": "L", "email": "k@e.com", "login": "k", "password": password}
    status, message = api.refusal("usersignup", **person)
    assert status == 400
    assert message.startswith("Password is not strong enough (should have at least (1) upper case letter")
    box.control.quirk(strong_passwords=False)
    assert api.ask("usersignup", **person)


def test_a_plan_with_a_user_limit_takes_no_more_active_users(api, box):
    full = (400, "The maximum number of users of your plan has been reached")
    active = sum(user["status"] == "active" and not user["archived"] for user in box.control.state()["users"])
    box.control.quirk(user_limit=active + 1)
    kim = api.sign_up("kim")
    person = {"first_name": "K", "last_name": "L", "email": "k@e.com", "login": "k", "password": "Secret-123"}
    assert api.refusal("usersignup", **person) == full
    api.ask("usersetstatus", user_id=kim, status="active")
    api.ask("usersetstatus", user_id=kim, status="inactive")
    assert api.ask("usersignup", **person)
    assert api.refusal("usersetstatus", user_id=kim, status="active") == full


@pytest.mark.parametrize("named", [True, False])
def test_a_mandatory_field_that_is_left_out_is_named_where_the_quirk_says_so(api, box, named):
    box.control.quirk(mandatory_field_named=named)
    box.control.add_custom_field("user", "custom_field_1", "Staff number", mandatory=True)
    person = {"first_name": "K", "last_name": "L", "email": "k@e.com", "login": "k", "password": "Secret-123"}
    message = "The custom field Staff number is mandatory" if named else "Invalid arguments provided"
    assert api.refusal("usersignup", **person) == (400, message)
    assert api.ask("usersignup", **person, custom_field_1="4711")


def test_sign_up_refuses_what_is_no_address(api):
    person = {"first_name": "K", "last_name": "L", "email": "k at e", "login": "k", "password": "Secret-123"}
    assert api.refusal("usersignup", **person) == (400, "k at e is not a valid email")


def test_sign_up_takes_branch_group_type_language_and_mail_choice(api):
    more = {"branch_id": 1, "group_id": 1, "user_type": "Trainer-Type", "language": "de", "restrict_email": "on"}
    user = api.ask("users/id", id=api.sign_up("kim", **more))
    assert [one["name"] for one in user["branches"]] == ["emea"]
    assert [one["name"] for one in user["groups"]] == ["Starters"]
    assert [one["id"] for one in user["courses"]] == ["1"]
    assert (user["user_type"], user["language"], user["restrict_email"]) == ("Trainer-Type", "German", "1")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"branch_id": 99}, (404, "The requested branch does not exist")),
        ({"group_id": 99}, (404, "The requested group does not exist")),
        ({"branch_id": 2}, (400, "The requested branch has reached its users limit")),
        ({"user_type": "Emperor"}, INVALID),
        ({"language": "xx"}, INVALID),
        ({"restrict_email": "yes"}, INVALID),
        ({"custom_field_99": "x"}, INVALID),
        ({"custom_field_2": "Atlantis"}, INVALID),
        ({"custom_field_4": "yes"}, INVALID),
        ({"nickname": "K"}, INVALID),
    ],
)
def test_a_sign_up_that_is_refused_leaves_nothing_behind(api, more, expected):
    person = {"first_name": "K", "last_name": "L", "email": "k@e.com", "login": "k", "password": "Secret-123"}
    assert api.refusal("usersignup", **person, **more) == expected
    assert api.refusal("users/username", username="k") == MISSING


def test_a_mandatory_custom_field_must_be_given(api, box):
    box.control.add_custom_field("user", "custom_field_1", "Department", mandatory=True)
    person = {"first_name": "K", "last_name": "L", "email": "k@e.com", "login": "k", "password": "Secret-123"}
    assert api.refusal("usersignup", **person) == INVALID
    assert api.refusal("usersignup", **person, custom_field_1=" ") == INVALID
    assert api.ask("usersignup", **person, custom_field_1="Sales")


def test_edit_changes_what_is_given_and_nothing_else(api):
    before = api.ask("users/id", id=4)
    changes = {"first_name": "Robyn", "bio": "Hello", "timezone": "2", "credits": "5", "restrict_email": "on"}
    after = api.ask("edituser", user_id=4, **changes)
    assert after["timezone"] == "Athens, Greece"
    assert (after["first_name"], after["bio"], after["credits"], after["restrict_email"]) == (
        "Robyn",
        "Hello",
        "5",
        "1",
    )
    assert (after["last_name"], after["email"], after["login"]) == (before["last_name"], before["email"], "robin")


def test_edit_changes_address_username_and_password(api):
    api.ask("edituser", user_id=4, email="rob@example.com", login="rob", password="Another-1")
    assert api.ask("users/email", email="rob@example.com")["login"] == "rob"
    assert api.ask("userlogin", login="rob", password="Another-1")["user_id"] == "4"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"email": "dana@example.com"}, (400, "A user with the same email address already exists")),
        ({"login": "dana"}, (400, "A user with the same login already exists")),
        ({"email": "nonsense"}, (400, "nonsense is not a valid email")),
        ({"timezone": "Mars"}, INVALID),
        ({"credits": "many"}, INVALID),
        ({"first_name": ""}, INVALID),
        ({"deactivation_date": "soon"}, INVALID),
    ],
)
def test_an_edit_that_is_refused_changes_nothing(api, changes, expected):
    before = api.ask("users/id", id=4)
    assert api.refusal("edituser", user_id=4, last_name="Other", **changes) == expected
    assert api.ask("users/id", id=4) == before


def test_a_user_becomes_inactive_after_the_deactivation_date(api, box):
    day = api.ask("edituser", user_id=4, deactivation_date="01/01/2090")["deactivation_date"]
    assert day == "01/01/2090, 23:59:59"
    box.control.advance(70 * 366 * 86_400)
    assert api.ask("users/id", id=4)["status"] == "inactive"


def test_an_empty_deactivation_date_takes_it_away(api):
    api.ask("edituser", user_id=4, deactivation_date="01/01/2090")
    assert api.ask("edituser", user_id=4, deactivation_date="")["deactivation_date"] == ""


def test_an_inactive_user_gets_no_deactivation_date(api):
    assert api.refusal("edituser", user_id=6, deactivation_date="01/01/2090")[0] == 400


def test_set_status_changes_the_status_and_ends_sessions(api, box):
    box.control.set_online(4)
    assert api.ask("usersetstatus", user_id=4, status="inactive") == {"user_id": "4", "status": "inactive"}
    assert api.ask("isuseronline", user_id=4) == {"online": False}
    assert api.ask("usersetstatus", user_id=4, status="active")["status"] == "active"
    assert api.refusal("usersetstatus", user_id=4, status="asleep") == INVALID


def test_a_deleted_user_is_archived_and_keeps_name_and_address(api):
    api.ask("deleteuser", user_id=4, deleted_by_user_id=2)
    assert api.refusal("users/id", id=4) == (404, "The requested user is no longer available")
    person = {"first_name": "K", "last_name": "L", "email": "robin@example.com", "login": "k", "password": "Secret-123"}
    assert api.refusal("usersignup", **person)[1] == "A user with the same email address already exists"


def test_a_user_deleted_for_good_leaves_nothing(api, box):
    api.ask("deleteuser", user_id=4, permanent="yes")
    assert api.refusal("users/id", id=4) == MISSING
    state = box.control.state()
    assert not [
        row for name in ("enrolments", "progress", "certificates") for row in state[name] if row["user_id"] == 4
    ]
    assert "4" not in [user["id"] for user in api.ask("groups/id", id=1)["users"]]
    assert "4" not in [user["id"] for user in api.ask("courses/id", id=12)["users"]]


def test_the_owner_of_the_account_cannot_be_deleted(api):
    assert api.refusal("deleteuser", user_id=1) == INVALID


def test_users_are_found_by_the_value_of_a_custom_field(api):
    assert list(api.ask("getusersbycustomfield", custom_field_value="Sales")) == ["4", "5"]
    assert list(api.ask("getusersbycustomfield", custom_field_value="11-6-2019")) == ["9"]


def test_nobody_with_a_custom_field_is_an_empty_list_as_php_writes_it(api, box):
    assert api.ask("getusersbycustomfield", custom_field_value="nothing") == []
    box.control.quirk(empty_map_is_list=False)
    assert api.ask("getusersbycustomfield", custom_field_value="nothing") == {}


def test_users_carry_custom_fields_where_the_quirk_says_so(api, box):
    assert "custom_field_1" not in api.ask("users/id", id=4)
    box.control.quirk(custom_fields_in_user=True)
    assert api.ask("users/id", id=4)["custom_field_1"] == "Sales"


def test_ids_of_new_things_are_numbers_unless_the_quirk_says_otherwise(api, box):
    assert isinstance(api.sign_up("kim"), int)
    box.control.quirk(int_ids_on_create=False)
    assert isinstance(api.sign_up("lee"), str)


def test_a_new_user_can_be_inactive_at_first(api, box):
    box.control.quirk(inactive_after_signup=True)
    assert api.ask("users/id", id=api.sign_up("kim"))["status"] == "inactive"
