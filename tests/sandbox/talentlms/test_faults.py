"""What goes wrong on demand."""

import threading
import time

import pytest
import requests

from sandbox.talentlms.control_client import ControlError


def test_a_fault_waits_for_its_operation_and_is_used_up(api, box):
    box.control.fault("siteinfo", kind="status", times=2)
    assert api.get("courses").status_code == 200
    assert [api.get("siteinfo").status_code for _ in range(3)] == [500, 500, 200]
    assert box.control.faults() == []


def test_a_fault_for_no_operation_in_particular_meets_any(api, box):
    box.control.fault(kind="status", status=403)
    assert api.get("courses").status_code == 403


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_an_error_in_json(api, box, status):
    box.control.fault("siteinfo", kind="status", status=status, retry_after=7)
    reply = api.get("siteinfo")
    assert reply.status_code == status
    assert reply.json()["error"]["message"]
    assert reply.headers["Retry-After"] == "7"


def test_an_error_can_say_anything(api, box):
    box.control.fault("siteinfo", kind="status", status=400, message="Something else went wrong")
    assert api.get("siteinfo").json()["error"]["message"] == "Something else went wrong"


def test_throttled_on_demand(api, box):
    box.control.fault("siteinfo", kind="throttled")
    box.control.fault("siteinfo", kind="throttled", retry_after=3)
    first, second = api.get("siteinfo"), api.get("siteinfo")
    assert (first.status_code, "Retry-After" in first.headers) == (429, False)
    assert (second.status_code, second.headers["Retry-After"]) == (429, "3")


@pytest.mark.parametrize("status", [200, 502])
def test_html_where_json_belongs(api, box, status):
    box.control.fault("siteinfo", kind="html", status=status)
    reply = api.get("siteinfo")
    assert reply.status_code == status
    assert reply.headers["Content-Type"].startswith("text/html")


def test_a_body_that_is_no_json(api, box):
    box.control.fault("siteinfo", kind="not_json")
    reply = api.get("siteinfo")
    assert reply.headers["Content-Type"].startswith("application/json")
    with pytest.raises(ValueError):
        reply.json()


def test_an_answer_cut_in_half_was_carried_out(api, box):
    box.control.fault("usersetstatus", kind="cut")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        api.get("usersetstatus/user_id:4,status:inactive")
    assert api.ask("users/id", id=4)["status"] == "inactive"


def test_a_dropped_connection_was_not_carried_out_unless_the_fault_says_so(api, box):
    box.control.fault("usersetstatus", kind="dropped")
    with pytest.raises(requests.exceptions.ConnectionError):
        api.get("usersetstatus/user_id:4,status:inactive")
    assert api.ask("users/id", id=4)["status"] == "active"
    box.control.fault("usersetstatus", kind="dropped", carried_out=True)
    with pytest.raises(requests.exceptions.ConnectionError):
        api.get("usersetstatus/user_id:4,status:inactive")
    assert api.ask("users/id", id=4)["status"] == "inactive"


def test_an_error_can_come_although_the_call_was_carried_out(api, box):
    box.control.fault("usersetstatus", kind="status", status=500, carried_out=True)
    assert api.get("usersetstatus/user_id:4,status:inactive").status_code == 500
    assert api.ask("users/id", id=4)["status"] == "inactive"


def test_a_slow_answer_comes_late_and_whole(api, box):
    box.control.fault("siteinfo", kind="slow", seconds=2)
    answers = []
    slow = threading.Thread(target=lambda: answers.append(api.get("siteinfo").json()))
    slow.start()
    while box.control.faults():
        time.sleep(0.01)
    answers.append(api.get("users/id:4").json())
    slow.join()
    assert answers[0]["login"] == "robin", "a call that came later was answered before"
    assert answers[1]["total_users"]


def test_a_client_that_does_not_wait_long_enough_gives_up(api, box):
    box.control.fault("siteinfo", kind="slow", seconds=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{box.url}/api/v1/siteinfo", auth=api.auth, timeout=0.2)
    while not box.control.calls("siteinfo"):
        time.sleep(0.05)  # the answer that nobody waits for is still on its way, and belongs to this test


def test_a_link_to_a_foreign_host(api, box):
    box.control.fault("gotocourse", kind="foreign_link", host="evil.example:8443")
    link = api.ask("gotocourse", user_id=4, course_id=12)["goto_url"]
    assert link.startswith("http://evil.example:8443/index/gotocourse/key:")
    assert api.ask("gotocourse", user_id=4, course_id=12)["goto_url"].startswith(box.url)


def test_the_log_knows_which_fault_met_a_call_and_what_it_cost(api, box):
    for kind in ("throttled", "status", "html"):
        box.control.fault("siteinfo", kind=kind)
        api.get("siteinfo")
    assert [(call.fault, call.status, call.cost) for call in box.control.calls()] == [
        ("throttled", 429, 0),
        ("status", 500, 1),
        ("html", 200, 1),
    ]


def test_faults_can_be_forgotten(api, box):
    box.control.fault("siteinfo", kind="status", times=5)
    box.control.clear_faults()
    assert api.get("siteinfo").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "explosion"},
        {"kind": "slow", "seconds": -1},
        {"kind": "slow", "times": 0},
        {"kind": "status", "status": 200},
        {"kind": "slow", "colour": "red"},
    ],
)
def test_a_fault_that_cannot_be_is_refused(box, fault):
    with pytest.raises(ControlError):
        box.control.fault("siteinfo", **fault)
    assert box.control.faults() == []
