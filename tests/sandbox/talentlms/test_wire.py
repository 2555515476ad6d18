"""How the API takes its calls: credentials, methods, paths, forms, cookies."""

import pytest
import requests

from tests.patience import PATIENT_SECONDS
from tests.sandbox.talentlms.api_client import KEY, Api, encoded, refusal

INVALID = (400, "Invalid arguments provided")
MISSING = (404, "The requested user does not exist")


def test_no_credentials_are_answered_with_html(box):
    reply = requests.get(f"{box.url}/api/v1/siteinfo", timeout=PATIENT_SECONDS)
    assert reply.status_code == 401
    assert reply.headers["Content-Type"].startswith("text/html")
    assert reply.headers["WWW-Authenticate"].startswith("Basic")


def test_no_credentials_are_answered_with_json_where_the_quirk_says_so(box):
    box.control.quirk(unauthorized_is_html=False)
    reply = requests.get(f"{box.url}/api/v1/siteinfo", timeout=PATIENT_SECONDS)
    assert refusal(reply) == (401, "Invalid API Key provided")


def test_a_wrong_key_is_answered_with_json(box):
    assert refusal(Api(box.url, key="other").get("siteinfo")) == (401, "Invalid API Key provided")


def test_the_key_is_the_user_name_of_basic_authentication(box):
    headers = {"Authorization": f"Basic {encoded(KEY + ':')}"}
    assert requests.get(f"{box.url}/api/v1/siteinfo", headers=headers, timeout=PATIENT_SECONDS).status_code == 200
    headers = {"Authorization": f"Bearer {KEY}"}
    assert requests.get(f"{box.url}/api/v1/siteinfo", headers=headers, timeout=PATIENT_SECONDS).status_code == 401


@pytest.mark.parametrize("action", ["nonsense", "users2", "", "categories2/id:1"])
def test_an_unknown_action_does_not_exist(api, action):
    assert refusal(api.get(action)) == (404, "The requested API action does not exist")


def test_what_is_posted_cannot_be_got_and_the_other_way_round(api):
    assert api.get("usersignup").status_code == 400
    assert api.get("deleteuser/user_id:4").status_code == 400
    assert refusal(api.post("usersetstatus", user_id=4, status="inactive"))[0] == 400
    assert api.ask("users/id", id=4)["status"] == "active"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_refused(api, method):
    reply = requests.request(method, f"{api.url}/api/v1/users/id:4", auth=api.auth, timeout=PATIENT_SECONDS)
    assert refusal(reply)[0] == 400


def test_a_json_body_is_refused(api):
    body = {"login": "robin", "password": "Sandbox-1"}
    reply = requests.post(f"{api.url}/api/v1/userlogin", json=body, auth=api.auth, timeout=PATIENT_SECONDS)
    assert refusal(reply) == INVALID


def test_a_multipart_form_is_taken(api):
    files = {"login": (None, "robin"), "password": (None, "Sandbox-1")}
    reply = requests.post(f"{api.url}/api/v1/userlogin", files=files, auth=api.auth, timeout=PATIENT_SECONDS)
    assert reply.json()["user_id"] == "4"


def test_an_encoded_at_sign_in_a_path_finds_nothing(api, box):
    assert refusal(api.get("users/email:robin%40example.com")) == MISSING
    box.control.quirk(percent_40_is_404=False)
    assert api.get("users/email:robin%40example.com").json()["id"] == "4"


def test_a_plus_in_a_path_is_a_space(api, box):
    box.control.add_user("kim+lms@example.com")
    assert refusal(api.get("users/email:kim+lms@example.com"))[0] == 400
    assert api.post("users", email="kim+lms@example.com").json()["email"] == "kim+lms@example.com"
    box.control.quirk(plus_is_space=False)
    assert api.get("users/email:kim+lms@example.com").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "users/4",
        "users/id:4,",
        "users/id:4,id:5",
        "users/id:4/more",
        "users/id:",
        "users/id:4,email:robin@example.com",
        "users/id:-4",
        "users/id:4.0",
        "users/id:٤",
        "users/username:a,b",
        "gotocourse/user_id:4,course_id:12,logout_redirect:aHR0cDovL3gvPz8/",
        "isuseronline",
        "isuseronline/user:4",
    ],
)
def test_arguments_that_cannot_be_read_are_invalid(api, path):
    assert refusal(api.get(path)) == INVALID


def test_a_value_may_hold_a_colon(api, box):
    box.control.add_user("x@example.com", login="acme:kim")
    assert api.ask("users/username", username="acme:kim")["email"] == "x@example.com"


def test_what_stands_behind_a_question_mark_is_no_argument(api):
    assert api.get("users/id:4?id=5").json()["id"] == "4"


def test_every_answer_sets_a_session_cookie(api):
    keys = {api.get("siteinfo").cookies["PHPSESSID"] for _ in range(2)}
    assert len(keys) == 2


def test_a_client_that_keeps_cookies_is_found_out(api, box):
    with requests.Session() as careless:
        for _ in range(2):
            careless.get(f"{box.url}/api/v1/siteinfo", auth=api.auth)
    assert [call.cookie for call in box.control.calls()] == [False, True]


def test_errors_are_json_of_a_type_and_a_message(api):
    reply = api.get("users/id:999")
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert reply.json() == {"error": {"type": "invalid_request_error", "message": "The requested user does not exist"}}
