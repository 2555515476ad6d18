import pytest
import requests

from gateway.flows.sign_out import SignOut
from schemas.learner import Learner

CONTINUE = "http://127.0.0.1:8000/logout/continue"


@pytest.fixture
def learner(academy):
    return Learner(academy.control.add_user("kim@acme.example"), "kim@acme.example", "f" * 32)


@pytest.fixture
def sign_out(lms, destinations):
    return SignOut(lms, destinations, CONTINUE)


def test_somebody_online_gets_a_link_that_ends_their_session_and_leads_back(sign_out, learner, academy, asked):
    academy.control.set_online(learner.user_id)
    link = sign_out.link(learner)
    assert academy.control.calls("userlogout")[-1].arguments["next"] == CONTINUE
    assert asked() == ["userlogout"]
    answer = requests.get(link.reveal(), allow_redirects=False, timeout=10)
    assert answer.headers["Location"] == CONTINUE
    assert learner.user_id not in academy.control.state()["online"]


def test_for_somebody_who_is_not_online_there_is_nothing_to_end(sign_out, learner):
    assert sign_out.link(learner) is None


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 401},
        {"kind": "status", "status": 404, "message": "The requested user does not exist"},
        {"kind": "status", "status": 500},
        {"kind": "throttled"},
        {"kind": "html"},
        {"kind": "cut"},
        {"kind": "dropped"},
        {"kind": "foreign_link"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_talentlms_at_fault_keeps_nobody_from_signing_out(sign_out, learner, academy, fault):
    academy.control.set_online(learner.user_id)
    academy.control.fault("userlogout", times=2, **fault)
    assert sign_out.link(learner) is None
