"""The control plane and its client."""

import pytest
import requests

from sandbox.talentlms.control_client import ControlError
from tests.patience import PATIENT_SECONDS


def test_reset_makes_everything_as_at_the_start(api, box):
    start = box.control.state()["users"]
    api.sign_up("kim")
    box.control.quirk(retry_after=True)
    box.control.limits(per_hour=5)
    box.control.fault(kind="status")
    box.control.reset()
    assert [user["login"] for user in box.control.state()["users"]] == [user["login"] for user in start]
    assert box.control.calls() == []
    assert box.control.faults() == []
    assert box.control.quirks()["retry_after"] is False
    assert box.control.limits() == {"per_hour": 2000, "per_5_seconds": 200, "used": 0}


def test_seed_replaces_the_state_and_nothing_else(api, box):
    api.sign_up("kim")
    box.control.quirk(retry_after=True)
    box.control.seed()
    assert "kim" not in [user["login"] for user in box.control.state()["users"]]
    assert box.control.quirks()["retry_after"] is True
    assert [call.operation for call in box.control.calls()] == ["usersignup"]


def test_a_snapshot_brings_back_people_links_and_sessions(api, box):
    link = api.ask("gotocourse", user_id=4, course_id=12)["goto_url"]
    box.control.set_online(4)
    kept = box.control.snapshot()
    requests.get(link, timeout=PATIENT_SECONDS)
    api.ask("deleteuser", user_id=4, permanent="yes")
    box.control.restore(kept)
    assert box.control.snapshot() == kept
    assert api.ask("isuseronline", user_id=4) == {"online": True}
    assert requests.get(link, timeout=PATIENT_SECONDS).status_code == 200


def test_something_that_is_no_snapshot_changes_nothing(box):
    before = box.control.snapshot()
    with pytest.raises(ControlError, match="not a snapshot"):
        box.control.restore({"users": [{"id": 1}]})
    assert box.control.snapshot() == before


def test_numbers_are_never_given_twice(api):
    first = api.sign_up("kim")
    api.ask("deleteuser", user_id=first, permanent="yes")
    assert api.sign_up("kim") == first + 1


def test_the_call_log_tells_what_was_asked(api, box):
    api.ask("users/email", email="robin@example.com")
    api.refusal("userlogin", login="robin", password="not-this-1")
    box.control.fault("siteinfo", kind="throttled")
    api.get("siteinfo")
    look_up, login, site = box.control.calls()
    assert (look_up.sequence, look_up.operation, look_up.method) == (1, "users/email", "GET")
    assert (look_up.arguments, look_up.status, look_up.cost) == ({"email": "robin@example.com"}, 200, 1)
    assert login.arguments == {"login": "robin", "password": "***"}
    assert (login.status, login.message[:10]) == (400, "Your login")
    assert (site.status, site.cost, site.fault) == (429, 0, "throttled")
    assert box.control.calls("userlogin") == [login]
    assert box.control.cost() == 2


def test_a_cleared_call_log_counts_from_one(api, box):
    api.ask("siteinfo")
    box.control.clear_calls()
    api.ask("siteinfo")
    assert [call.sequence for call in box.control.calls()] == [1]


def test_the_state_keeps_its_secrets(api, box):
    key = api.ask("users/id", id=4)["login_key"].rpartition(":")[2]
    box.control.set_online(4)
    text = str(box.control.state())
    session = box.control.snapshot()["sessions"][0]["id"]
    assert not [secret for secret in (key, session, "Sandbox-1") if secret in text]
    assert box.control.state()["online"] == [4]


def test_people_can_be_made_with_anything(api, box):
    number = box.control.add_user(
        "kim@example.com",
        id=77,
        login="kim",
        first_name="Kim",
        last_name="Lee",
        password="simple",
        user_type="Trainer-Type",
        status="inactive",
        custom_fields={"custom_field_3": "E-77"},
    )
    user = api.ask("users/id", id=number)
    assert (number, user["status"], user["user_type"]) == (77, "inactive", "Trainer-Type")
    assert list(api.ask("getusersbycustomfield", custom_field_value="E-77")) == ["77"]
    assert api.sign_up("next") == 78


def test_archived_people_can_be_made(api, box):
    box.control.add_user("old@example.com", archived=True)
    assert api.refusal("users/email", email="old@example.com")[1] == "The requested user is no longer available"


@pytest.mark.parametrize("values", [{"id": 4}, {"email": "robin@example.com"}, {"shoe_size": 43}])
def test_people_that_cannot_be_are_refused(box, values):
    with pytest.raises(ControlError):
        box.control.add_user(**{"email": "kim@example.com", **values})
    assert len(box.control.state()["users"]) == 10


def test_courses_enrolments_progress_and_coupons_can_be_made(api, box):
    course = box.control.add_course("Maps", id=200, price=1000, category_id=3, units=["One", "Two", "Three"])
    user = box.control.add_user("kim@example.com")
    box.control.enrol(user, course)
    box.control.set_progress(user, course, 70)
    status = api.ask("getuserstatusincourse", user_id=user, course_id=course)
    assert (status["completion_status"], status["completion_percentage"]) == ("In progress", "70")
    assert [unit["completion_status"] for unit in status["units"]] == ["Completed", "Completed", "Not Started"]
    box.control.set_progress(user, course, 100)
    assert api.ask("getuserstatusincourse", user_id=user, course_id=course)["completion_status"] == "Completed"
    box.control.add_coupon("HALF", 50)
    assert api.ask("buycourse", user_id=4, course_id=course, coupon="HALF")


@pytest.mark.parametrize(
    "values",
    [
        {"wings": True},
        {"retry_after": "yes"},
        {"throttle_status": 418},
        {"date_format": "DD"},
        {"percent_40_is_404": 1},
    ],
)
def test_a_quirk_that_cannot_be_is_refused(box, values):
    before = box.control.quirks()
    with pytest.raises(ControlError):
        box.control.quirk(**values)
    assert box.control.quirks() == before


def test_an_unknown_address_of_the_control_plane_is_json(box):
    reply = requests.get(f"{box.url}/_control/nothing", timeout=PATIENT_SECONDS)
    assert reply.status_code == 404


def test_the_clock_only_runs_forward(box):
    with pytest.raises(ControlError):
        box.control.advance(-1)
