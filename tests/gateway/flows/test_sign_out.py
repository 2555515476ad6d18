from dataclasses import replace

import pytest
import requests

from gateway.flows.sign_out import SignOut, WayOut
from gateway.outbound.client import HttpClient
from gateway.store.budget import SharedBudget
from gateway.store.connection import connect
from gateway.talentlms.budget import Budget
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import LONGEST_SECONDS, HttpTransport
from schemas.learner import Learner
from schemas.secret import Secret
from tests.conftest import API_KEY

CONTINUE = "http://127.0.0.1:8000/logout/continue"


@pytest.fixture
def learner(academy):
    return Learner(academy.control.add_user("kim@acme.example"), "kim@acme.example", "f" * 32)


@pytest.fixture
def sign_out(lms, destinations):
    return SignOut(lms, destinations, CONTINUE)


def test_somebody_online_gets_a_link_that_ends_their_session_and_leads_back(sign_out, learner, academy, asked):
    academy.control.set_online(learner.user_id)
    link = sign_out.way_out(learner).link
    assert academy.control.calls("userlogout")[-1].arguments["next"] == CONTINUE
    assert asked() == ["userlogout"]
    answer = requests.get(link.reveal(), allow_redirects=False, timeout=10)
    assert answer.headers["Location"] == CONTINUE
    assert learner.user_id not in academy.control.state()["online"]


def test_for_somebody_who_is_not_online_there_is_nothing_to_end(sign_out, learner):
    assert sign_out.way_out(learner) == WayOut()


def test_for_somebody_whose_account_is_no_more_there_is_nothing_to_end(sign_out, learner, lms):
    assert sign_out.way_out(replace(learner, user_id=4711)) == WayOut()
    lms.users.delete(learner.user_id)
    assert sign_out.way_out(learner) == WayOut()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 401},
        {"kind": "status", "status": 500},
        {"kind": "throttled"},
        {"kind": "html"},
        {"kind": "cut"},
        {"kind": "dropped"},
        {"kind": "foreign_link"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_talentlms_at_fault_keeps_nobody_from_signing_out_but_is_left_open(sign_out, learner, academy, fault):
    academy.control.set_online(learner.user_id)
    academy.control.fault("userlogout", times=2, **fault)
    assert sign_out.way_out(learner) == WayOut(left_open=True)


def test_a_budget_without_a_call_for_now_keeps_nobody_from_signing_out(learner, destinations, academy, store):
    shared = SharedBudget(store, "academy", 1, 0, LONGEST_SECONDS)
    shared.freeze(3600)
    lms = TalentLMS(HttpTransport(academy.url, Secret(API_KEY), HttpClient(), Budget(shared)))
    assert SignOut(lms, destinations, CONTINUE).way_out(learner) == WayOut(left_open=True)


def test_a_store_that_is_away_by_then_keeps_nobody_from_signing_out(learner, destinations, academy):
    away = SharedBudget(connect(Secret("redis://127.0.0.1:1")), "academy", 1, 0, LONGEST_SECONDS)
    lms = TalentLMS(HttpTransport(academy.url, Secret(API_KEY), HttpClient(), Budget(away)))
    assert SignOut(lms, destinations, CONTINUE).way_out(learner) == WayOut(left_open=True)
